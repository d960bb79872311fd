//! Column chart over time. It repeats the table below it, so it is hidden from screen readers.

use maud::{Markup, html};

const HEIGHT: u32 = 160;
const COLUMN: u32 = 40;
const STEP: u32 = 56;
const LABEL: u32 = 24;

/// One column of the chart.
pub struct ChartColumn {
    /// Label below the column.
    pub label: String,
    /// Height in thousandths of the maximum; `None` is unknown and leaves a gap.
    pub thousandths: Option<u32>,
}

/// Chart with the columns from left to right; empty if there are none.
pub fn columns(bars: &[ChartColumn]) -> Markup {
    let count = u32::try_from(bars.len()).unwrap_or(u32::MAX);
    let width = count.saturating_mul(STEP);
    html! {
        @if count > 0 {
            div .columns-drawing tabindex="0" {
                svg .columns aria-hidden="true" viewBox={ "0 0 " (width) " " (HEIGHT + LABEL) } width=(width) height=(HEIGHT + LABEL) {
                    line x1="0" y1=(HEIGHT) x2=(width) y2=(HEIGHT) {}
                    @for (place, bar) in (0..).zip(bars) { (column(place, bar)) }
                }
            }
        }
    }
}

fn column(place: u32, bar: &ChartColumn) -> Markup {
    let left = place * STEP + (STEP - COLUMN) / 2;
    let height = bar
        .thousandths
        .map(|thousandths| (thousandths.min(1000) * (HEIGHT - 10) / 1000).max(1));
    html! {
        @if let Some(height) = height {
            rect x=(left) y=(HEIGHT - height) width=(COLUMN) height=(height) rx="3" {}
        }
        text x=(left + COLUMN / 2) y=(HEIGHT + 17) text-anchor="middle" { (bar.label) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_value_has_a_column_and_an_unknown_one_a_gap() {
        let bar = |thousandths| ChartColumn {
            label: "09/26".to_owned(),
            thousandths,
        };
        let drawn = columns(&[bar(Some(1000)), bar(None), bar(Some(0))]).into_string();
        assert_eq!(drawn.matches("<rect").count(), 2);
        assert_eq!(drawn.matches("<text").count(), 3);
        assert!(
            drawn.contains(r#"height="150""#) && drawn.contains(r#"height="1""#),
            "{drawn}"
        );
        assert!(!drawn.contains("style"));
        assert_eq!(columns(&[]).into_string(), "");
    }
}
