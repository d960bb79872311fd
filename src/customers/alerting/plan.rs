//! Alert plan: which triggers are sent now, and why the others are suppressed.

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{
    attempts::attempts,
    book::Line,
    occasion::{Kind, Occasion},
    snooze::{Snooze, in_force},
};
use crate::{
    customers::customer::CustomerId,
    delivery::{claim, history::Outcome},
};

/// Minimum time between two alerts of one kind about one customer, so that a wavering score does not send one every
/// day.
pub const COOLDOWN: SignedDuration = SignedDuration::from_hours(72);
/// Number of words in the key of a change of band.
const BAND_KEY_WORDS: usize = 5;

/// Reason why a trigger is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Already sent.
    Told,
    /// Claimed by another instance.
    Claimed,
    /// An alert of the same kind was sent within [`COOLDOWN`].
    Cooldown,
    /// Snoozed up to and including a day, with the reason.
    Snoozed(Date, String),
    /// The next computation has to confirm it.
    SecondLook,
}

impl Silence {
    /// Text for `alert_history`.
    pub fn words(&self) -> String {
        match self {
            Self::Told => "told before".to_owned(),
            Self::Claimed => "another instance tells it".to_owned(),
            Self::Cooldown => "the last one is less than three days old".to_owned(),
            Self::Snoozed(until, reason) if reason.is_empty() => format!("snoozed until {until}"),
            Self::Snoozed(until, reason) => format!("snoozed until {until}: {reason}"),
            Self::SecondLook => "waits for a second look".to_owned(),
        }
    }
}

/// Time of planning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Current instant.
    pub now: Timestamp,
    /// Current day in the configured zone.
    pub today: Date,
    /// Time of the last score computation: a pending trigger that was recorded before it is confirmed.
    pub computed: Option<Timestamp>,
}

/// Alerts to send through one channel, and those that are suppressed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Triggers to send, most urgent first.
    pub send: Vec<Occasion>,
    /// Suppressed triggers, each with the reason.
    pub silent: Vec<(Occasion, Silence)>,
    /// Pending lines whose trigger no longer holds.
    pub withdrawn: Vec<Line>,
}

/// Plans the alerts of one channel: never the same key twice, nothing about a snoozed customer, no second alert of a
/// kind within [`COOLDOWN`], and a change of band only after two computations. `lines` are those of the channel.
pub fn plan(occasions: Vec<Occasion>, lines: &[Line], snoozes: &[Snooze], moment: Moment) -> Plan {
    let mut plan = Plan::default();
    let is_pending = |line: &&Line| line.outcome == Outcome::Pending;
    let gone = |line: &&Line| occasions.iter().all(|occasion| occasion.key != line.key);
    plan.withdrawn = lines.iter().filter(is_pending).filter(gone).cloned().collect();
    for occasion in occasions {
        match silence(&occasion, lines, snoozes, moment) {
            Some(silence) => plan.silent.push((occasion, silence)),
            None => plan.send.push(occasion),
        }
    }
    plan.send
        .sort_by_cached_key(|occasion| (occasion.kind, occasion.title.clone()));
    plan
}

fn silence(occasion: &Occasion, lines: &[Line], snoozes: &[Snooze], moment: Moment) -> Option<Silence> {
    let Moment { now, today, computed } = moment;
    let own: Vec<&Line> = lines.iter().filter(|line| line.customer == occasion.customer).collect();
    let of_kind = |line: &&&Line| line.kind == occasion.kind;
    // A band can be left and entered again: only the newest change counts as already sent.
    let is_last = |line: &&&Line| {
        !is_band(occasion.kind) || own.iter().rfind(|line| is_band(line.kind) && line.outcome.is_told()) == Some(*line)
    };
    if own
        .iter()
        .filter(is_last)
        .any(|line| line.key == occasion.key && line.outcome.is_told())
    {
        return Some(Silence::Told);
    }
    let is_claimed = |line: &&&Line| line.key == occasion.key && claim::holds(&line.outcome, line.at, now);
    if own.iter().any(|line| is_claimed(&line)) {
        return Some(Silence::Claimed);
    }
    if let Some(snooze) = in_force(snoozes, &occasion.customer, today) {
        return Some(Silence::Snoozed(snooze.until, snooze.reason.clone()));
    }
    let recent = |line: &&Line| line.at.is_some_and(|at| now.duration_since(at) < COOLDOWN);
    // Each mention of cancellation is news of its own.
    if occasion.kind != Kind::CancelMention
        && own
            .iter()
            .filter(of_kind)
            .any(|line| line.outcome.is_told() && recent(line))
    {
        return Some(Silence::Cooldown);
    }
    let is_seen = |line: &Line| match line.outcome {
        Outcome::Pending => line.at.is_some_and(|at| computed.is_some_and(|computed| at < computed)),
        _ => true,
    };
    let was_seen = attempts(lines, &occasion.key).any(is_seen);
    (occasion.kind.needs_a_second_look() && !was_seen).then_some(Silence::SecondLook)
}

fn is_band(kind: Kind) -> bool {
    kind.needs_a_second_look()
}

/// Band in the last alert about a customer, parsed from the key `customer ID band_fell healthy at_risk`.
pub fn told_band(lines: &[Line], customer: &CustomerId) -> Option<crate::customers::health::Band> {
    let told = lines
        .iter()
        .filter(|line| line.customer == *customer && is_band(line.kind) && line.outcome.is_told());
    let last = told.max_by_key(|line| line.at)?;
    let words: Vec<&str> = last.key.split(' ').collect();
    if words.len() < BAND_KEY_WORDS {
        return None;
    }
    crate::customers::health::Band::parse(words.last()?)
}
