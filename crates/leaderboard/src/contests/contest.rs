//! Contest: days, time zone, prize and rules.

use domain::{
    normalize::normalize,
    period::{InstantRange, Period},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::contests::rules::ContestRules;

/// Normalised name of a contest: ignores case, accents and spaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContestKey(String);

impl ContestKey {
    /// Key of a typed name; `None` when it has no visible character.
    pub fn of(name: &str) -> Option<Self> {
        let folded = normalize(name);
        (!folded.is_empty()).then_some(Self(folded))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A contest as its row in the `contests` tab describes it, or as it was when its result was frozen.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Contest {
    /// Name; part of the address of its page.
    pub name: String,
    /// First day.
    pub start: Date,
    /// Last day, to its last millisecond.
    pub end: Date,
    /// Time zone of the days.
    #[serde(rename = "time_zone", serialize_with = "zone_name")]
    #[schemars(with = "String")]
    pub zone: TimeZone,
    /// Prize in words; may be empty.
    pub prize: String,
    /// Rules it is scored by.
    pub rules: ContestRules,
}

fn zone_name<S: Serializer>(zone: &TimeZone, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.iana_name().unwrap_or("UTC"))
}

/// Phase of a contest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContestPhase {
    /// Not started.
    Upcoming,
    /// It runs.
    Running,
    /// It is over.
    Over,
}

/// Grace period after the end in which claims sent in time may still arrive in the sheet.
const LAST_CLAIMS_ARRIVE: SignedDuration = SignedDuration::from_secs(60);

impl Contest {
    /// Normalised name.
    pub fn key(&self) -> ContestKey {
        ContestKey(normalize(&self.name))
    }

    /// Days of the contest.
    pub fn period(&self) -> Period {
        Period {
            from: Some(self.start),
            to: Some(self.end),
        }
    }

    /// Instants from the start of the first day to the end of the last day, in the contest's time zone.
    pub fn span(&self) -> InstantRange {
        self.period().span(&self.zone)
    }

    /// Phase at `now`.
    pub fn phase(&self, now: Timestamp) -> ContestPhase {
        let span = self.span();
        if span.start.is_some_and(|start| now < start) {
            ContestPhase::Upcoming
        } else if span.end.is_none_or(|end| now < end) {
            ContestPhase::Running
        } else {
            ContestPhase::Over
        }
    }

    /// Instant from which the result can be frozen; `None` for a contest that ends at the calendar's last day.
    pub fn freezable_from(&self) -> Option<Timestamp> {
        self.span().end?.checked_add(LAST_CLAIMS_ARRIVE).ok()
    }

    /// Seconds until the start, or until the end while it runs; `None` when it is over.
    pub fn seconds_left(&self, now: Timestamp) -> Option<i64> {
        let span = self.span();
        let until = match self.phase(now) {
            ContestPhase::Upcoming => span.start,
            ContestPhase::Running => span.end,
            ContestPhase::Over => None,
        };
        // Rounds up: the last second still accepts claims.
        until.map(|until| (until.as_millisecond() - now.as_millisecond() + 999).div_euclid(1000))
    }

    /// IANA name of the time zone.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// A copy of the contest with other rules.
    #[must_use]
    pub fn with_rules(&self, rules: ContestRules) -> Self {
        Self { rules, ..self.clone() }
    }
}
