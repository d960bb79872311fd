//! Alert plan: which triggers are sent now, and why the others are suppressed.

use jiff::{SignedDuration, Timestamp, civil::Date};
use web::delivery::{alert_history::DeliveryOutcome, send_claim};

use crate::{
    alerts::{
        attempts::open_attempts,
        rows::AlertLine,
        snooze::rows::{Snooze, active_snooze},
        trigger::{AlertKind, AlertTrigger},
    },
    customer::CustomerId,
};

/// Minimum time between two alerts of one kind about one customer, so that a wavering score does not send one every
/// day.
pub const COOLDOWN: SignedDuration = SignedDuration::from_hours(72);
/// Number of words in the key of a change of band.
const BAND_KEY_WORDS: usize = 5;

/// Reason why a trigger is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuppressionReason {
    /// Already sent.
    Sent,
    /// Claimed by another instance.
    Claimed,
    /// An alert of the same kind was sent within [`COOLDOWN`].
    Cooldown,
    /// Snoozed up to and including a day, with the reason.
    Snoozed(Date, String),
    /// The next computation has to confirm it.
    Unconfirmed,
}

impl SuppressionReason {
    /// Text for `alert_history`.
    pub fn words(&self) -> String {
        match self {
            Self::Sent => "told before".to_owned(),
            Self::Claimed => "another instance tells it".to_owned(),
            Self::Cooldown => "the last one is less than three days old".to_owned(),
            Self::Snoozed(until, reason) if reason.is_empty() => format!("snoozed until {until}"),
            Self::Snoozed(until, reason) => format!("snoozed until {until}: {reason}"),
            Self::Unconfirmed => "waits for a second look".to_owned(),
        }
    }
}

/// Time of planning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanTime {
    /// Current instant.
    pub now: Timestamp,
    /// Current day in the configured zone.
    pub today: Date,
    /// Time of the last score computation: a pending trigger that was recorded before it is confirmed.
    pub computed: Option<Timestamp>,
}

/// Alerts to send through one channel, and those that are suppressed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertPlan {
    /// Triggers to send, most urgent first.
    pub send: Vec<AlertTrigger>,
    /// Suppressed triggers, each with the reason.
    pub suppressed: Vec<(AlertTrigger, SuppressionReason)>,
    /// Pending lines whose trigger no longer holds.
    pub withdrawn: Vec<AlertLine>,
}

/// Plans the alerts of one channel: never the same key twice, nothing about a snoozed customer, no second alert of a
/// kind within [`COOLDOWN`], and a change of band only after two computations. `lines` are those of the channel.
pub fn plan_alerts(triggers: Vec<AlertTrigger>, lines: &[AlertLine], snoozes: &[Snooze], time: PlanTime) -> AlertPlan {
    let mut plan = AlertPlan::default();
    let is_pending = |line: &&AlertLine| line.outcome == DeliveryOutcome::Pending;
    let gone = |line: &&AlertLine| triggers.iter().all(|trigger| trigger.key != line.key);
    plan.withdrawn = lines.iter().filter(is_pending).filter(gone).cloned().collect();
    for trigger in triggers {
        match suppression_reason(&trigger, lines, snoozes, time) {
            Some(silence) => plan.suppressed.push((trigger, silence)),
            None => plan.send.push(trigger),
        }
    }
    plan.send
        .sort_by_cached_key(|trigger| (trigger.kind, trigger.title.clone()));
    plan
}

fn suppression_reason(
    trigger: &AlertTrigger,
    lines: &[AlertLine],
    snoozes: &[Snooze],
    time: PlanTime,
) -> Option<SuppressionReason> {
    let PlanTime { now, today, computed } = time;
    let own: Vec<&AlertLine> = lines.iter().filter(|line| line.customer == trigger.customer).collect();
    let of_kind = |line: &&&AlertLine| line.kind == trigger.kind;
    // A band can be left and entered again: only the newest change counts as already sent.
    let is_last = |line: &&&AlertLine| {
        !is_band_change(trigger.kind)
            || own
                .iter()
                .rfind(|line| is_band_change(line.kind) && line.outcome.counts_as_sent())
                == Some(*line)
    };
    if own
        .iter()
        .filter(is_last)
        .any(|line| line.key == trigger.key && line.outcome.counts_as_sent())
    {
        return Some(SuppressionReason::Sent);
    }
    let is_claimed =
        |line: &&&AlertLine| line.key == trigger.key && send_claim::is_claim_active(&line.outcome, line.at, now);
    if own.iter().any(|line| is_claimed(&line)) {
        return Some(SuppressionReason::Claimed);
    }
    if let Some(snooze) = active_snooze(snoozes, &trigger.customer, today) {
        return Some(SuppressionReason::Snoozed(snooze.until, snooze.reason.clone()));
    }
    let recent = |line: &&AlertLine| line.at.is_some_and(|at| now.duration_since(at) < COOLDOWN);
    // Each mention of cancellation is news of its own.
    if trigger.kind != AlertKind::CancelMention
        && own
            .iter()
            .filter(of_kind)
            .any(|line| line.outcome.counts_as_sent() && recent(line))
    {
        return Some(SuppressionReason::Cooldown);
    }
    let is_seen = |line: &AlertLine| match line.outcome {
        DeliveryOutcome::Pending => line.at.is_some_and(|at| computed.is_some_and(|computed| at < computed)),
        _ => true,
    };
    let was_seen = open_attempts(lines, &trigger.key).any(is_seen);
    (trigger.kind.needs_confirmation() && !was_seen).then_some(SuppressionReason::Unconfirmed)
}

fn is_band_change(kind: AlertKind) -> bool {
    kind.needs_confirmation()
}

/// Band in the last alert about a customer, parsed from the key `customer ID band_fell healthy at_risk`.
pub fn last_sent_band(lines: &[AlertLine], customer: &CustomerId) -> Option<crate::health::rules::HealthBand> {
    let told = lines
        .iter()
        .filter(|line| line.customer == *customer && is_band_change(line.kind) && line.outcome.counts_as_sent());
    let last = told.max_by_key(|line| line.at)?;
    let words: Vec<&str> = last.key.split(' ').collect();
    if words.len() < BAND_KEY_WORDS {
        return None;
    }
    crate::health::rules::HealthBand::parse(words.last()?)
}
