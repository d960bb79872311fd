//! The moment that is looked back to.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Serialize, Serializer};

use crate::spelling::tidy;

/// A moment: the end of a day, an instant, or just before or after a line of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsOf {
    /// Everything up to this instant, itself included, is known then.
    pub instant: Timestamp,
    /// The day whose end it is.
    pub day: Option<Date>,
    /// The place in the audit log, where the instant alone is not exact: many lines can have the same one.
    pub edge: Option<Edge>,
}

/// A place in the audit log, by the row number of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// What the line tells had not happened yet.
    Before(u32),
    /// What the line tells had just happened.
    After(u32),
}

impl Edge {
    /// The row number of the line.
    pub fn row(self) -> u32 {
        match self {
            Self::Before(row) | Self::After(row) => row,
        }
    }

    /// Takes the place off the end of a text: `2026-03-31T21:59:59Z_before_17`.
    fn split(text: &str) -> (&str, Option<Self>) {
        let before = text.split_once("_before_");
        let Some((instant, row)) = before.or_else(|| text.split_once("_after_")) else {
            return (text, None);
        };
        let edge = if before.is_some() { Self::Before } else { Self::After };
        row.parse().map_or((text, None), |row| (instant, Some(edge(row))))
    }
}

impl std::fmt::Display for Edge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = match self {
            Self::Before(_) => "before",
            Self::After(_) => "after",
        };
        write!(formatter, "_{word}_{}", self.row())
    }
}

/// A text that is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” in “{1}” is not a moment. Write a day such as 2026-03-31, or an instant such as 2026-03-31T21:59:59Z.")]
pub struct NotAMoment(String, &'static str);

impl AsOf {
    /// An instant.
    pub fn at(instant: Timestamp) -> Self {
        Self {
            instant,
            day: None,
            edge: None,
        }
    }

    /// An instant at one place in the audit log.
    pub fn at_edge(instant: Timestamp, edge: Edge) -> Self {
        Self {
            edge: Some(edge),
            ..Self::at(instant)
        }
    }

    /// Reads a day, which means its last instant in `zone`, or an instant with its offset and, behind it, a place in the
    /// audit log. `field` is named in the error.
    ///
    /// # Errors
    /// [`NotAMoment`] for anything else.
    pub fn parse(field: &'static str, text: &str, zone: &TimeZone) -> Result<Self, NotAMoment> {
        let text = text.trim();
        let (instant, edge) = Edge::split(text);
        if let Ok(instant) = instant.parse::<Timestamp>() {
            return Ok(Self {
                edge,
                ..Self::at(instant)
            });
        }
        let written_in_full = text.len() == "2026-03-31".len() && text.as_bytes().get(4) == Some(&b'-');
        let day = text.parse::<Date>().ok().filter(|_| written_in_full);
        let instant = day.and_then(|day| last_instant(day, zone));
        match (day, instant) {
            (Some(day), Some(instant)) => Ok(Self {
                day: Some(day),
                ..Self::at(instant)
            }),
            _ => Err(NotAMoment(tidy(text), field)),
        }
    }
}

impl AsOf {
    /// As an address says it: the day, or the instant.
    pub fn word(&self) -> String {
        self.day.map_or_else(|| self.exact(), |day| day.to_string())
    }

    /// The instant, which does not depend on the time zone, with the place in the audit log.
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
