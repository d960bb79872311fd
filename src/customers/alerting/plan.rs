//! What of all occasions is told now.

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

/// After a message about a customer and a kind the next one of that kind waits so long: who wavers is not told every day.
pub const COOLDOWN: SignedDuration = SignedDuration::from_hours(72);
/// Words in the key of a change of band.
const BAND_KEY_WORDS: usize = 5;

/// Why something is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It was told before.
    Told,
    /// Another instance is at it.
    Claimed,
    /// Something of the kind was told a moment ago.
    Cooldown,
    /// Somebody asked for silence up to a day.
    Snoozed(Date, String),
    /// The next computation has to say the same.
    SecondLook,
}

impl Silence {
    /// In words, for `alert_history`.
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

/// When it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The present instant.
    pub now: Timestamp,
    /// The day in the configured zone.
    pub today: Date,
    /// When the scores were computed last: what was first seen before it is seen a second time.
    pub computed: Option<Timestamp>,
}

/// What is told now through one channel, and what is not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// What is told, the most urgent first.
    pub send: Vec<Occasion>,
    /// What is not told, and why.
    pub silent: Vec<(Occasion, Silence)>,
    /// Lines that waited for a second look and hold no more.
    pub withdrawn: Vec<Line>,
}

/// What is told now: never the same key twice; nothing that is snoozed, nothing of a kind about a customer within
/// [`COOLDOWN`], and a change of band only when it held at the computation before too. `lines` are those of one channel.
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
    // A band can be left and entered again: its key stands for the newest change alone.
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
    // Each sentence about leaving is news of its own.
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

/// The band that people were told last about a customer: `customer ID band_fell healthy at_risk`.
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
