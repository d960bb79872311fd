//! The moment that is looked back to.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Serialize, Serializer};

use crate::spelling::tidy;

/// A moment: the end of a day, or an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsOf {
    /// Everything up to this instant, itself included, is known then.
    pub instant: Timestamp,
    /// The day whose end it is.
    pub day: Option<Date>,
}

/// A text that is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” in “{1}” is not a moment. Write a day such as 2026-03-31, or an instant such as 2026-03-31T21:59:59Z.")]
pub struct NotAMoment(String, &'static str);

impl AsOf {
    /// Reads a day, which means its last instant in `zone`, or an instant with its offset. `field` is named in the error.
    ///
    /// # Errors
    /// [`NotAMoment`] for anything else.
    pub fn parse(field: &'static str, text: &str, zone: &TimeZone) -> Result<Self, NotAMoment> {
        let text = text.trim();
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Ok(Self { instant, day: None });
        }
        let written_in_full = text.len() == "2026-03-31".len() && text.as_bytes().get(4) == Some(&b'-');
        let day = text.parse::<Date>().ok().filter(|_| written_in_full);
        let instant = day.and_then(|day| last_instant(day, zone));
        match (day, instant) {
            (Some(day), Some(instant)) => Ok(Self {
                instant,
                day: Some(day),
            }),
            _ => Err(NotAMoment(tidy(text), field)),
        }
    }
}

impl AsOf {
    /// As an address says it: the day, or the instant.
    pub fn word(&self) -> String {
        self.day.map_or_else(|| self.instant.to_string(), |day| day.to_string())
    }
}

impl Serialize for AsOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.instant.serialize(serializer)
    }
}

impl schemars::JsonSchema for AsOf {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AsOf".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

fn last_instant(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let next = day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    next.timestamp().checked_sub(jiff::SignedDuration::from_millis(1)).ok()
}
