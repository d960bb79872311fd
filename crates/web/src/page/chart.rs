//! Inline charts: bar, columns per day, tally marks.
//!
//! Each chart repeats a number of the page, so it is hidden from screen readers.

use maud::{Markup, html};

/// Largest number of strokes that can still be counted by eye.
const MAX_STROKES: u32 = 60;

/// Horizontal bar of `value` relative to `longest`. It uses attributes, because pages allow no inline style.
pub fn bar(value: u32, longest: u32) -> Markup {
    let width = f64::from(value) * 100.0 / f64::from(longest.max(1));
    html! {
        svg .bar aria-hidden="true" {
            @if value > 0 { rect width={ (format!("{:.1}", width.min(100.0))) "%" } {} }
        }
    }
}

/// One column per day, first day on the left, stretched to the available width. Heights are relative to the maximum; a
/// day with zero has a mark, so that days can be counted.
pub fn days(values: &[u32]) -> Markup {
    let highest = values.iter().copied().max().unwrap_or(0).max(1);
    html! {
        svg .days aria-hidden="true" viewBox={ "0 0 " (values.len() * 10) " 100" } preserveAspectRatio="none" {
            @for (place, value) in values.iter().enumerate() {
                @let height = if *value == 0 { 2.0 } else { f64::from(*value) * 100.0 / f64::from(highest) };
                rect class=[(*value == 0).then_some("none")] x=(place * 10 + 1) width="8" y=(format!("{:.1}", 100.0 - height))
                    height=(format!("{height:.1}")) {}
            }
        }
    }
}

/// Tally marks for `total`, the last `fresh` of them in the accent colour; empty above 60 marks.
pub fn tally(total: u32, fresh: u32) -> Markup {
    if total == 0 || total > MAX_STROKES {
        return html! {};
    }
    let first_fresh = total.saturating_sub(fresh);
    let width = (total - 1) / 5 * 40 + ((total - 1) % 5).min(3) * 8 + 16;
    html! {
        svg .tally aria-hidden="true" viewBox={ "0 0 " (width) " 36" } width=(width) height="36" {
            @for stroke in 0..total {
                path .fresh[stroke >= first_fresh] d=(stroke_path(stroke)) {}
            }
        }
    }
}

/// Four upright strokes, then one across; groups are 40 units apart.
fn stroke_path(stroke: u32) -> String {
    let left = stroke / 5 * 40;
    match stroke % 5 {
        4 => format!("M{} 28L{} 8", left + 2, left + 34),
        upright => {
            let x = left + 6 + upright * 8;
            format!("M{x} 4V32")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share_of_the_longest() {
        assert!(bar(3, 12).into_string().contains(r#"width="25.0%""#));
        assert!(bar(12, 12).into_string().contains(r#"width="100.0%""#));
        assert!(!bar(0, 0).into_string().contains("rect"));
        assert!(!bar(1, 3).into_string().contains("style"));
    }

    #[test]
    fn each_day_has_a_column_as_high_as_its_share() {
        let drawn = days(&[4, 0, 2]).into_string();
        assert_eq!(drawn.matches("<rect").count(), 3);
        for height in [r#"height="100.0""#, r#"height="2.0""#, r#"height="50.0""#] {
            assert!(drawn.contains(height), "{drawn}");
        }
        assert!(!days(&[0]).into_string().contains("NaN"));
    }

    #[test]
    fn a_tally_has_one_stroke_a_point() {
        let drawn = tally(7, 2).into_string();
        assert_eq!(drawn.matches("<path").count(), 7);
        assert_eq!(drawn.matches("fresh").count(), 2);
        assert_eq!(tally(0, 0).into_string(), "");
        assert_eq!(tally(MAX_STROKES + 1, 1).into_string(), "");
    }
}
