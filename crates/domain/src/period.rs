//! Date periods: parsed from URL parameters, converted to instants of the configured zone.

use std::ops::RangeInclusive;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use crate::normalize::collapse_spaces;

/// Years of days in addresses. With them the period before, and every instant, is within the calendar.
pub const YEARS: RangeInclusive<i16> = 1900..=2199;

/// Period of days, inclusive, in the configured time zone. `None` means unbounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Period {
    /// First day.
    pub from: Option<Date>,
    /// Last day, to its last instant.
    pub to: Option<Date>,
}

impl Period {
    /// Parses the URL parameters `from` and `to`; an absent or blank one leaves that end unbounded.
    ///
    /// # Errors
    ///
    /// [`PeriodError`] if a parameter is not a date in the form year-month-day, or if `from` is after `to`.
    pub fn parse(from: Option<&str>, to: Option<&str>) -> Result<Self, PeriodError> {
        let period = Self {
            from: parse_day("from", from)?,
            to: parse_day("to", to)?,
        };
        match (period.from, period.to) {
            (Some(from), Some(to)) if from > to => Err(PeriodError::Reversed { from, to }),
            _ => Ok(period),
        }
    }

    /// Whether a day is within the period.
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Whether both ends are unbounded.
    pub fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Previous period of the same length, ending on the day before this one begins; `None` if an end is unbounded, or
    /// before the start of the calendar.
    pub fn before(&self) -> Option<Self> {
        let (from, to) = (self.from?, self.to?);
        let length = from.until(to).ok()?;
        let last = from.yesterday().ok()?;
        Some(Self {
            from: Some(last.checked_sub(length).ok()?),
            to: Some(last),
        })
    }

    /// Instants of the period in `zone`: from the first instant of the first day to the last of the last day, whatever
    /// the length of those days.
    pub fn span(&self, zone: &TimeZone) -> InstantRange {
        InstantRange {
            start: self.from.and_then(|day| first_instant(day, zone)),
            end: self.to.and_then(|day| first_instant(day.tomorrow().ok()?, zone)),
        }
    }
}

/// Half-open range of instants: includes `start`, excludes `end`. `None` means unbounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InstantRange {
    /// First instant within.
    pub start: Option<Timestamp>,
    /// First instant after.
    pub end: Option<Timestamp>,
}

impl InstantRange {
    /// Whether an instant is within the range.
    pub fn contains(&self, instant: Timestamp) -> bool {
        self.start.is_none_or(|start| start <= instant) && self.end.is_none_or(|end| instant < end)
    }
}

/// Error of the URL parameters `from` and `to`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// A parameter is not a date.
    #[error("“{value}” in “{field}” is not a day. Write it as year-month-day, such as 2026-03-01, or leave it empty.")]
    NotADay {
        /// Name of the parameter, `from` or `to`.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// A parameter is a day of a year outside of [`YEARS`].
    #[error("“{day}” in “{field}” is out of range. Write a day from {} to {}.", YEARS.start(), YEARS.end())]
    OutOfRange {
        /// Name of the parameter, `from` or `to`.
        field: &'static str,
        /// Its value.
        day: Date,
    },
    /// The period ends before it begins.
    #[error("“from” ({from}) lies after “to” ({to}). Exchange the two, or leave one of them empty.")]
    Reversed {
        /// First day as given.
        from: Date,
        /// Last day as given.
        to: Date,
    },
}

impl PeriodError {
    /// Invalid parameter: `from` or `to`.
    pub fn field(&self) -> &'static str {
        match self {
            Self::NotADay { field, .. } | Self::OutOfRange { field, .. } => field,
            Self::Reversed { .. } => "from",
        }
    }
}

fn parse_day(field: &'static str, value: Option<&str>) -> Result<Option<Date>, PeriodError> {
    let value = value.unwrap_or_default().trim();
    if value.is_empty() {
        return Ok(None);
    }
    // jiff also parses `20260301` and a date with a time; a URL has one notation for a day.
    let written_in_full = value.len() == "2026-03-01".len() && value.as_bytes()[4] == b'-';
    match value.parse::<Date>() {
        Ok(day) if written_in_full && YEARS.contains(&day.year()) => Ok(Some(day)),
        Ok(day) if written_in_full => Err(PeriodError::OutOfRange { field, day }),
        _ => Err(PeriodError::NotADay {
            field,
            value: collapse_spaces(value),
        }),
    }
}

/// First instant of a day, which is not midnight if clocks are set forward at midnight; `None` at the ends of the time
/// range.
fn first_instant(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned(zone.clone()).ok().map(|start| start.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    pub(crate) fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("bundled time zone")
    }

    pub(crate) fn instant(text: &str) -> Timestamp {
        text.parse().expect("instant")
    }

    #[test]
    fn both_ends_are_read_and_blank_is_open() {
        for (from, to, expected) in [
            (None, None, Period::default()),
            (Some(""), Some("  "), Period::default()),
            (
                Some(" 2026-03-01 "),
                None,
                Period {
                    from: Some(date(2026, 3, 1)),
                    to: None,
                },
            ),
            (
                Some("2026-03-01"),
                Some("2026-03-01"),
                Period {
                    from: Some(date(2026, 3, 1)),
                    to: Some(date(2026, 3, 1)),
                },
            ),
        ] {
            assert_eq!(Period::parse(from, to), Ok(expected), "{from:?} {to:?}");
        }
    }

    #[test]
    fn anything_else_names_the_field_the_cause_and_the_cure() {
        for value in [
            "31/12/2026",
            "2026-02-30",
            "20260301",
            "2026-03-01T10:00",
            "2026-3-1",
            "soon",
            "2026W10-1",
            "é26-03-01",
        ] {
            let error = Period::parse(None, Some(value)).expect_err(value);
            assert_eq!(error.field(), "to");
            let message = error.to_string();
            assert!(
                message.contains(value) && message.contains("“to”") && message.contains("2026-03-01"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_day_out_of_range_is_refused_and_names_the_years() {
        for (value, is_in_range) in [
            ("1899-12-31", false),
            ("0400-01-01", false),
            ("9999-12-31", false),
            ("2200-01-01", false),
            ("1900-01-01", true),
            ("2199-12-31", true),
        ] {
            let parsed = Period::parse(Some(value), None);
            assert_eq!(parsed.is_ok(), is_in_range, "{value}");
            let Err(error) = parsed else { continue };
            assert_eq!(error.field(), "from");
            assert!(error.to_string().ends_with("Write a day from 1900 to 2199."), "{error}");
        }
        let all = Period::parse(Some("1900-01-01"), Some("2199-12-31")).expect("period");
        let before = all.before().and_then(|before| before.from).expect("a day");
        assert!(before.year() > 0, "{before} is a date that RFC 3339 can write");
    }

    #[test]
    fn a_period_that_ends_before_it_begins_is_refused() {
        let error = Period::parse(Some("2026-03-02"), Some("2026-03-01")).expect_err("reversed");
        assert_eq!(error.field(), "from");
        assert!(error.to_string().contains("2026-03-02") && error.to_string().contains("2026-03-01"));
    }

    #[test]
    fn the_period_before_has_as_many_days() {
        let period = |from, to| Period::parse(Some(from), Some(to)).expect("period");
        for (from, to, before) in [
            ("2026-03-01", "2026-03-31", Some(("2026-01-29", "2026-02-28"))),
            ("2026-03-01", "2026-03-01", Some(("2026-02-28", "2026-02-28"))),
            ("2026-03-01", "", None),
            ("", "2026-03-01", None),
            ("-009999-01-01", "2026-03-01", None),
        ] {
            let before = before.map(|(from, to)| period(from, to));
            let parsed = Period::parse(Some(from), Some(to)).unwrap_or(Period {
                from: Some(Date::MIN),
                to: Some(Date::MAX),
            });
            assert_eq!(parsed.before(), before, "{from} {to}");
        }
        let march = period("2026-03-01", "2026-03-31");
        assert!(march.contains(date(2026, 3, 31)) && !march.contains(date(2026, 4, 1)));
        assert!(Period::default().is_open() && !march.is_open() && Period::default().contains(Date::MAX));
    }

    #[test]
    fn a_day_lasts_from_its_first_instant_to_its_last_even_when_clocks_change() {
        for (zone_name, day, start, end) in [
            ("UTC", date(2026, 3, 29), "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"),
            (
                "Europe/Paris",
                date(2026, 3, 29),
                "2026-03-28T23:00:00Z",
                "2026-03-29T22:00:00Z",
            ),
            (
                "Europe/Paris",
                date(2026, 10, 25),
                "2026-10-24T22:00:00Z",
                "2026-10-25T23:00:00Z",
            ),
            // Midnight is skipped: the day begins at one o'clock.
            (
                "America/Santiago",
                date(2024, 9, 8),
                "2024-09-08T04:00:00Z",
                "2024-09-09T03:00:00Z",
            ),
            // One o'clock becomes midnight again: the day begins at the first of the two.
            (
                "America/Havana",
                date(2024, 11, 3),
                "2024-11-03T04:00:00Z",
                "2024-11-04T05:00:00Z",
            ),
        ] {
            let period = Period {
                from: Some(day),
                to: Some(day),
            };
            let span = period.span(&zone(zone_name));
            assert_eq!(
                (span.start, span.end),
                (Some(instant(start)), Some(instant(end))),
                "{zone_name} {day}"
            );
            let last = instant(end) - jiff::SignedDuration::from_nanos(1);
            assert!(span.contains(instant(start)) && span.contains(last) && !span.contains(instant(end)));
        }
    }

    #[test]
    fn the_ends_of_time_are_open_instead_of_a_crash() {
        let period = Period {
            from: Some(Date::MIN),
            to: Some(Date::MAX),
        };
        for zone_name in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
            assert!(period.span(&zone(zone_name)).contains(instant("2026-03-01T00:00:00Z")));
        }
    }
}
