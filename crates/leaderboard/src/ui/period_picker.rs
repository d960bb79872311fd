//! Period picker: presets as links, and two date fields for any other period.

use domain::period::Period;
use jiff::{
    ToSpan, Zoned,
    civil::{Date, Weekday},
};
use maud::{Markup, html};
use schemars::{Schema, SchemaGenerator};
use web::{
    openapi::parameters::choice,
    page::{date_time, field::date_field},
};

use crate::{
    history::as_of::AsOf,
    routes::{BOARD, DIFFERENCE, adding},
};

/// A preset period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodPreset {
    /// Label.
    pub label: &'static str,
    /// Word in the address; its days follow the calendar.
    pub word: &'static str,
    /// Days, both ends included.
    pub period: Period,
}

/// Presets as of a day; weeks start on Monday.
pub fn presets(today: Date) -> Vec<PeriodPreset> {
    let month = today.first_of_month();
    let week = today.saturating_sub(i64::from(today.weekday().since(Weekday::Monday)).days());
    let last_month = month.saturating_sub(1.month());
    let into_quarter = (today.month() - 1) % 3;
    let quarter = month.saturating_sub(into_quarter.months());
    let year = today.first_of_year();
    let until_today = |label, word, from| PeriodPreset {
        label,
        word,
        period: Period {
            from: Some(from),
            to: Some(today),
        },
    };
    vec![
        PeriodPreset {
            label: "All time",
            word: "all",
            period: Period::default(),
        },
        until_today("This week", "week", week),
        until_today("This month", "month", month),
        PeriodPreset {
            label: "Last month",
            word: "last-month",
            period: Period {
                from: Some(last_month),
                to: Some(last_month.last_of_month()),
            },
        },
        until_today("This quarter", "quarter", quarter),
        until_today("This year", "year", year),
    ]
}

/// Schema of a named period.
pub fn preset_words(_: &mut SchemaGenerator) -> Schema {
    choice(presets(Date::ZERO).iter().map(|preset| preset.word))
}

/// Period of a word in the address.
pub fn named_period(word: &str, today: Date) -> Option<Period> {
    let mut presets = presets(today).into_iter();
    presets.find(|preset| preset.word == word).map(|preset| preset.period)
}

impl PeriodPreset {
    /// Address of the board for the preset, valid on any day; keeps the moment of a historical view.
    fn address(&self, past: Option<&AsOf>) -> String {
        let board = match self.word {
            "all" => BOARD.to_owned(),
            word => adding(BOARD, "period", word),
        };
        past.map_or_else(|| board.clone(), |past| adding(&board, "as_of", &past.parameter()))
    }
}

/// Period in words: `all time`, `since 3 March`, `1 March to 5 March`.
pub fn format_period(period: Period, today: Date) -> String {
    let day = |date| date_time::day(date, today);
    match (period.from, period.to) {
        (None, None) => "all time".to_owned(),
        (Some(from), None) => format!("since {}", day(from)),
        (None, Some(to)) => format!("until {}", day(to)),
        (Some(from), Some(to)) if from == to => day(from),
        (Some(from), Some(to)) => format!("{} to {}", day(from), day(to)),
    }
}

/// Renders the picker: the active preset is marked, other periods fill the date fields. Keeps the moment of a
/// historical view.
pub(crate) fn period_picker(period: Period, past: Option<&AsOf>, presets: &[PeriodPreset], now: &Zoned) -> Markup {
    let chosen = presets.iter().find(|preset| preset.period == period);
    html! {
        div .period {
            ul .presets aria-label="Period" {
                @for preset in presets {
                    li {
                        a href=(preset.address(past)) aria-current=[(chosen == Some(preset)).then_some("true")] {
                            (preset.label)
                        }
                    }
                }
            }
            details open[chosen.is_none()] {
                summary {
                    @if chosen.is_none() { span data-figure="period" { (format_period(period, now.date())) } } @else { "Other dates" }
                }
                form .dates method="get" action=(BOARD) {
                    (date_field("from", "From", period.from))
                    (date_field("to", "To", period.to))
                    @if let Some(past) = past { input type="hidden" name="as_of" value=(past.parameter()); }
                    button .quiet type="submit" { "Show" }
                }
            }
            (time_machine(period, past))
        }
    }
}

/// Form that opens the historical view of a day for the displayed period.
fn time_machine(period: Period, past: Option<&AsOf>) -> Markup {
    html! {
        details open[past.is_some()] {
            summary { "Time machine" }
            form .dates method="get" action=(BOARD) {
                (date_field("as_of", "As it was on", past.and_then(|past| past.day)))
                @for (name, day) in [("from", period.from), ("to", period.to)] {
                    @if let Some(day) = day { input type="hidden" name=(name) value=(day); }
                }
                button .quiet type="submit" { "Look back" }
                a href=(DIFFERENCE) { "Compare two days" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn presets_begin_and_end_on_the_right_days() {
        let periods: Vec<String> = presets(date(2026, 3, 5))
            .iter()
            .map(|preset| format!("{}: {}", preset.label, format_period(preset.period, date(2026, 3, 5))))
            .collect();
        assert_eq!(
            periods,
            [
                "All time: all time",
                "This week: 2 March to 5 March",
                "This month: 1 March to 5 March",
                "Last month: 1 February to 28 February",
                "This quarter: 1 January to 5 March",
                "This year: 1 January to 5 March",
            ]
        );
        let first_of_year = presets(date(2026, 1, 1));
        assert_eq!(
            format_period(first_of_year[3].period, date(2026, 1, 1)),
            "1 December 2025 to 31 December 2025"
        );
        assert_eq!(format_period(first_of_year[5].period, date(2026, 1, 1)), "1 January");
    }

    #[test]
    fn an_open_period_is_told_as_one() {
        let today = date(2026, 3, 5);
        let open = |from, to| format_period(Period { from, to }, today);
        assert_eq!(open(Some(date(2025, 3, 3)), None), "since 3 March 2025");
        assert_eq!(open(None, Some(today)), "until 5 March");
    }
}
