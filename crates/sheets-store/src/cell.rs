//! Cell values: as they are read, and as they are written.

use jiff::{
    SignedDuration, Timestamp, Zoned,
    civil::{Date, DateTime, date},
    tz::TimeZone,
};
use serde_json::Value;

/// Value of a cell, borrowed from the read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Empty, or only spaces.
    Empty,
    /// Text, trimmed.
    Text(&'a str),
    /// Number; dates are numbers too.
    Number(f64),
    /// Tick box or TRUE/FALSE.
    Bool(bool),
}

impl<'a> Cell<'a> {
    /// Parses a cell of an `UNFORMATTED_VALUE` response.
    pub fn of(value: Option<&'a Value>) -> Self {
        match value {
            Some(Value::String(text)) if !text.trim().is_empty() => Self::Text(text.trim()),
            Some(Value::Number(number)) => number.as_f64().map_or(Self::Empty, Self::Number),
            Some(Value::Bool(bool)) => Self::Bool(*bool),
            _ => Self::Empty,
        }
    }

    /// Value as displayed text.
    pub fn text(self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Bool(bool) => bool.to_string().to_uppercase(),
        }
    }

    /// Formula error, such as `#REF!`.
    pub fn formula_error(self) -> Option<&'a str> {
        const ERRORS: [&str; 9] = [
            "#NULL!",
            "#DIV/0!",
            "#VALUE!",
            "#REF!",
            "#NAME?",
            "#NUM!",
            "#N/A",
            "#ERROR!",
            "Loading...",
        ];
        match self {
            Self::Text(text) => ERRORS.contains(&text).then_some(text),
            _ => None,
        }
    }

    /// Instant in the cell: a spreadsheet date, or ISO text, interpreted in `zone`.
    ///
    /// # Errors
    /// A sentence that says what the cell holds instead.
    pub fn instant(self, zone: &TimeZone) -> Result<Timestamp, String> {
        let civil = match self {
            Self::Number(serial) => {
                from_serial(serial).ok_or_else(|| format!("{serial} is not a date between the years 1900 and 9999"))?
            }
            Self::Text(text) => {
                if let Ok(instant) = text.parse::<Timestamp>() {
                    return Ok(instant);
                }
                text.parse::<DateTime>()
                    .or_else(|_| {
                        text.parse::<Date>()
                            .map(|day| day.to_datetime(jiff::civil::Time::midnight()))
                    })
                    .map_err(|_| format!("“{text}” is not a date; write it like 2026-03-31 14:05:00"))?
            }
            Self::Empty => return Err("the date is missing; write it like 2026-03-31 14:05:00".to_owned()),
            Self::Bool(_) => return Err("a tick box stands where a date belongs".to_owned()),
        };
        civil
            .to_zoned(zone.clone())
            .map(|zoned| zoned.timestamp())
            .map_err(|_| format!("{civil} is outside the calendar"))
    }
}

/// Owned value of a cell, text trimmed.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CellContent {
    /// Empty, or only spaces.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// Number; dates are numbers too.
    Number(f64),
    /// Tick box or TRUE/FALSE.
    Bool(bool),
}

impl From<Cell<'_>> for CellContent {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Empty => Self::Empty,
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Number(number) => Self::Number(number),
            Cell::Bool(bool) => Self::Bool(bool),
        }
    }
}

impl CellContent {
    /// Trims text; blank text becomes empty.
    pub(crate) fn tidy(self) -> Self {
        Self::from(self.as_cell())
    }

    /// Whether both values are equal for a person. Numbers are transmitted as decimal text of 15 digits, so the last
    /// bits are ignored.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self.as_cell(), other.as_cell()) {
            (Cell::Number(left), Cell::Number(right)) => (left - right).abs() <= 1e-13 * left.abs().max(right.abs()),
            (left, right) => left == right,
        }
    }

    /// Value as the Sheets API returns it.
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Text(text) => Value::from(text.as_str()),
            Self::Number(number) => Value::from(*number),
            Self::Bool(is_ticked) => Value::from(*is_ticked),
        }
    }

    /// Value as a borrowed cell.
    pub fn as_cell(&self) -> Cell<'_> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) if text.trim().is_empty() => Cell::Empty,
            Self::Text(text) => Cell::Text(text.trim()),
            Self::Number(number) => Cell::Number(*number),
            Self::Bool(bool) => Cell::Bool(*bool),
        }
    }
}

/// Value to write into a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum CellEntry {
    /// Clears the cell.
    Empty,
    /// Text that is stored as text, whatever it looks like.
    Text(String),
    /// Number; the kind of the column decides its format.
    Number(f64),
    /// Date without time of day.
    Date(Date),
    /// Date with time of day, as local time of the configured zone.
    DateTime(DateTime),
}

impl CellEntry {
    /// Value that a later read returns.
    pub fn content(&self) -> CellContent {
        match self {
            Self::Empty => CellContent::Empty,
            Self::Text(text) if text.trim().is_empty() => CellContent::Empty,
            Self::Text(text) => CellContent::Text(text.trim().to_owned()),
            Self::Number(number) => CellContent::Number(*number),
            Self::Date(day) => CellContent::Number(to_serial(day.to_datetime(jiff::civil::Time::midnight()))),
            Self::DateTime(moment) => CellContent::Number(to_serial(*moment)),
        }
    }

    /// Entry for an instant, such that [`Cell::instant`] parses it back exactly.
    ///
    /// It is a spreadsheet date, except in the hour that is repeated at the end of summer time: there the local time is
    /// ambiguous, so the entry is text with the offset.
    pub fn instant(moment: &Zoned) -> Self {
        let wall = moment.datetime();
        if moment.time_zone().to_ambiguous_zoned(wall).is_ambiguous() {
            Self::Text(moment.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string())
        } else {
            Self::DateTime(wall)
        }
    }
}

const SERIAL_EPOCH: Date = date(1899, 12, 30);
const MILLISECONDS_A_DAY: f64 = 86_400_000.0;

/// Days since 30 December 1899, the epoch of spreadsheets, to the millisecond
/// (<https://developers.google.com/workspace/sheets/api/guides/formats#about_date_time_values>).
pub fn to_serial(moment: DateTime) -> f64 {
    let passed = moment.duration_since(SERIAL_EPOCH.to_datetime(jiff::civil::Time::midnight()));
    #[expect(
        clippy::cast_precision_loss,
        reason = "a millisecond count of this calendar is below 2^53"
    )]
    let milliseconds = passed.as_millis() as f64;
    milliseconds / MILLISECONDS_A_DAY
}

/// Inverse of [`to_serial`]; `None` outside the years 1900–9999.
pub fn from_serial(serial: f64) -> Option<DateTime> {
    if !(2.0..2_958_466.0).contains(&serial) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
    let milliseconds = (serial * MILLISECONDS_A_DAY).round() as i64;
    SERIAL_EPOCH
        .to_datetime(jiff::civil::Time::midnight())
        .checked_add(SignedDuration::from_millis(milliseconds))
        .ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_serial_number_of_new_year_2020_is_the_one_google_recorded() {
        assert_eq!(to_serial(datetime(2020, 1, 1, 0, 0, 0, 0)), 43_831.0);
    }

    proptest! {
        #[test]
        fn an_instant_is_the_same_after_a_round_trip_through_the_sheet(milliseconds in 200_000_000_i64..250_000_000_000_000) {
            let moment = SERIAL_EPOCH.to_datetime(jiff::civil::Time::midnight()) + SignedDuration::from_millis(milliseconds);
            prop_assert_eq!(from_serial(to_serial(moment)), Some(moment));
        }
    }

    #[test]
    fn an_ambiguous_local_time_is_written_with_its_offset() {
        let zone = TimeZone::get("Europe/Paris").expect("zone");
        let entry =
            |instant: &str| CellEntry::instant(&instant.parse::<Timestamp>().expect("instant").to_zoned(zone.clone()));
        let summer = entry("2026-10-25T00:15:00.250Z");
        let winter = entry("2026-10-25T01:15:00.250Z");
        assert_eq!(summer, CellEntry::Text("2026-10-25T02:15:00.250+02:00".to_owned()));
        assert_eq!(winter, CellEntry::Text("2026-10-25T02:15:00.250+01:00".to_owned()));
        let CellEntry::Text(text) = winter else { panic!("text") };
        assert_eq!(
            Cell::Text(&text).instant(&zone),
            Ok("2026-10-25T01:15:00.250Z".parse().expect("instant"))
        );
        assert_eq!(
            entry("2026-10-25T02:00:00Z"),
            CellEntry::DateTime(datetime(2026, 10, 25, 3, 0, 0, 0))
        );
    }

    #[test]
    fn dates_are_parsed_from_numbers_and_iso_text_only() {
        let zone = TimeZone::UTC;
        let expected: Timestamp = "2026-03-31T14:05:00Z".parse().expect("instant");
        for cell in [
            Cell::Text("2026-03-31 14:05:00"),
            Cell::Text("2026-03-31T14:05"),
            Cell::Text("2026-03-31T16:05:00+02:00"),
            Cell::Number(to_serial(datetime(2026, 3, 31, 14, 5, 0, 0))),
        ] {
            assert_eq!(cell.instant(&zone), Ok(expected), "{cell:?}");
        }
        for cell in [
            Cell::Empty,
            Cell::Bool(true),
            Cell::Text("yesterday"),
            Cell::Number(-1.0),
            Cell::Number(f64::NAN),
        ] {
            assert!(cell.instant(&zone).is_err(), "{cell:?}");
        }
    }
}
