//! As-of moment of a historical view.

use domain::{normalize::collapse_spaces, period::YEARS};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Serialize, Serializer};

/// A moment: the end of a day, an instant, or just before or after a line of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsOf {
    /// Everything up to and including this instant is known.
    pub instant: Timestamp,
    /// The day, when the moment is the end of one.
    pub day: Option<Date>,
    /// Position in the audit log, for instants that many lines share.
    pub edge: Option<LogEdge>,
}

/// Position in the audit log, by row number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogEdge {
    /// Just before the change in this line.
    Before(u32),
    /// Just after the change in this line.
    After(u32),
}

impl LogEdge {
    /// Row number of the line.
    pub fn row(self) -> u32 {
        match self {
            Self::Before(row) | Self::After(row) => row,
        }
    }

    /// Splits the position off the end of a text: `2026-03-31T21:59:59Z_before_17`.
    fn split(text: &str) -> (&str, Option<Self>) {
        let at = |word, edge: fn(u32) -> Self| {
            let (instant, row) = text.split_once(word)?;
            Some((instant, Some(edge(row.parse().ok()?))))
        };
        let found = at("_before_", Self::Before).or_else(|| at("_after_", Self::After));
        found.unwrap_or((text, None))
    }
}

impl std::fmt::Display for LogEdge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = match self {
            Self::Before(_) => "before",
            Self::After(_) => "after",
        };
        write!(formatter, "_{word}_{}", self.row())
    }
}

/// A text that is not a moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” in “{1}” is not a moment from {from} to {to}. Write a day such as 2026-03-31, or an instant such as 2026-03-31T21:59:59Z.",
    from = YEARS.start(),
    to = YEARS.end()
)]
pub struct InvalidAsOf(String, &'static str);

impl AsOf {
    /// Moment at an instant.
    pub fn at(instant: Timestamp) -> Self {
        Self {
            instant,
            day: None,
            edge: None,
        }
    }

    /// Moment at an instant and a position in the audit log.
    pub fn at_edge(instant: Timestamp, edge: LogEdge) -> Self {
        Self {
            edge: Some(edge),
            ..Self::at(instant)
        }
    }

    /// Parses a day, meaning its last instant in `zone`, or an instant with offset and an optional position in the
    /// audit log. Errors name `field`.
    ///
    /// # Errors
    /// [`InvalidAsOf`] for anything else.
    pub fn parse(field: &'static str, text: &str, zone: &TimeZone) -> Result<Self, InvalidAsOf> {
        let text = text.trim();
        let (instant, edge) = LogEdge::split(text);
        let in_range = |day: Date| YEARS.contains(&day.year());
        if let Ok(instant) = instant.parse::<Timestamp>()
            && in_range(instant.to_zoned(zone.clone()).date())
        {
            return Ok(Self {
                edge,
                ..Self::at(instant)
            });
        }
        let written_in_full = text.len() == "2026-03-31".len() && text.as_bytes().get(4) == Some(&b'-');
        let day = text
            .parse::<Date>()
            .ok()
            .filter(|day| written_in_full && in_range(*day));
        let instant = day.and_then(|day| last_instant(day, zone));
        match (day, instant) {
            (Some(day), Some(instant)) => Ok(Self {
                day: Some(day),
                ..Self::at(instant)
            }),
            _ => Err(InvalidAsOf(collapse_spaces(text), field)),
        }
    }
}

impl AsOf {
    /// Form used in addresses: the day or the instant.
    pub fn parameter(&self) -> String {
        self.day.map_or_else(|| self.exact(), |day| day.to_string())
    }

    /// The instant, independent of the time zone, with the position in the audit log.
    fn exact(&self) -> String {
        let edge = self.edge.map(|edge| edge.to_string()).unwrap_or_default();
        format!("{}{edge}", self.instant)
    }
}

impl Serialize for AsOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.exact())
    }
}

impl schemars::JsonSchema for AsOf {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AsOf".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "An instant; behind it, where the instant alone is not exact, “_before_” or “_after_” and a row of the audit log.",
            "examples": ["2026-03-31T21:59:59.999Z", "2026-03-31T10:00:00Z_before_17"]
        })
    }
}

fn last_instant(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let next = day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    next.timestamp().checked_sub(jiff::SignedDuration::from_millis(1)).ok()
}
