//! One contest: its days, its zone, its prize and its rules.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::{
    super::period::{Period, Span},
    rules::Rules,
};
use crate::spelling::fold;

/// How a contest is known whatever the spelling of its name: case, accents and spaces are forgiven.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContestKey(String);

impl ContestKey {
    /// The key of a typed name; `None` when nothing visible was typed.
    pub fn of(name: &str) -> Option<Self> {
        let folded = fold(name);
        (!folded.is_empty()).then_some(Self(folded))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A contest as a row of the tab `contests` describes it, or as it was when it was frozen.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Contest {
    /// How it is called; the address of its page has the name.
    pub name: String,
    /// First day.
    pub start: Date,
    /// Last day, to its last millisecond.
    pub end: Date,
    /// Where these days begin and end.
    #[serde(rename = "time_zone", serialize_with = "zone_name")]
    #[schemars(with = "String")]
    pub zone: TimeZone,
    /// What is won, in words; may be empty.
    pub prize: String,
    /// How it is settled.
    pub rules: Rules,
}

fn zone_name<S: Serializer>(zone: &TimeZone, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.iana_name().unwrap_or("UTC"))
}

/// Where the present lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It has not begun.
    Upcoming,
    /// It runs.
    Running,
    /// It is over.
    Over,
}

/// Time after the end in which claims that were sent in time may still be on their way into the sheet.
const LAST_CLAIMS_ARRIVE: SignedDuration = SignedDuration::from_secs(60);

impl Contest {
    /// How it is known.
    pub fn key(&self) -> ContestKey {
        ContestKey(fold(&self.name))
    }

    /// Its days.
    pub fn period(&self) -> Period {
        Period {
            from: Some(self.start),
            to: Some(self.end),
        }
    }

    /// Its instants: from the first of the first day to the last of the last day, in its own zone.
    pub fn span(&self) -> Span {
        self.period().span(&self.zone)
    }

    /// Where `now` lies.
    pub fn phase(&self, now: Timestamp) -> Phase {
        let span = self.span();
        if span.start.is_some_and(|start| now < start) {
            Phase::Upcoming
        } else if span.end.is_none_or(|end| now < end) {
            Phase::Running
        } else {
            Phase::Over
        }
    }

    /// From when on the result can be frozen; `None` for one that ends with the calendar.
    pub fn can_be_frozen_from(&self) -> Option<Timestamp> {
        self.span().end?.checked_add(LAST_CLAIMS_ARRIVE).ok()
    }

    /// Seconds until it begins, or until it ends; `None` when it is over.
    pub fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        let span = self.span();
        let until = match self.phase(now) {
            Phase::Upcoming => span.start,
            Phase::Running => span.end,
            Phase::Over => None,
        };
        // The last second is one to claim in, so it is counted.
        until.map(|until| (until.as_millisecond() - now.as_millisecond() + 999).div_euclid(1000))
    }

    /// The name of its zone.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The same with other rules.
    #[must_use]
    pub fn under(&self, rules: Rules) -> Self {
        Self { rules, ..self.clone() }
    }
}
