//! Alert notices of one customer: alerts sent, alerts suppressed and why, and the current snooze.

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::Serialize;
use web::delivery::{Channel, alert_history::DeliveryOutcome};

use crate::{
    alerts::{
        messages::headline,
        rows::{AlertHistory, AlertLine},
        snooze::rows::active_snooze,
        trigger::AlertKind,
    },
    customer::CustomerId,
    health::rules::{CancelMention, HealthBand},
};

/// Words before the trigger in the key of a line: `customer ID KIND …`.
const KEY_PREFIX_WORDS: usize = 3;

/// Alerts about one customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AlertNotices {
    /// Alerts, newest first.
    pub alerts: Vec<AlertNoticeResponse>,
    /// Current snooze; `null` without one.
    pub snoozed: Option<SnoozeResponse>,
}

/// A line of `alert_history`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AlertNoticeResponse {
    /// Time of writing.
    pub at: Option<Timestamp>,
    /// `cancel_mention`, `payment_delinquent`, `critical_ticket`, `band_fell` or `band_rose`.
    pub kind: &'static str,
    /// Display name of `kind`.
    pub title: &'static str,
    /// Trigger: the sentence, the change of band, or the start day.
    pub detail: String,
    /// Delivery channel.
    pub channel: Channel,
    /// `sent`, `waits`, `confirmed`, `on its way`, `failed`, `perhaps sent` or `not sent`.
    pub state: &'static str,
    /// Outcome and cause, as in the spreadsheet.
    pub outcome: String,
}

/// A snooze of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SnoozeResponse {
    /// Last day, inclusive.
    pub until: Date,
    /// Reason.
    pub reason: String,
}

impl AlertNotices {
    /// Notices of `customer`. `mentions` are the mentions of cancellation that still count.
    pub fn of(history: &AlertHistory, customer: &CustomerId, mentions: &[CancelMention], today: Date) -> Self {
        let own = history.lines.iter().filter(|line| line.customer == *customer);
        let mut own: Vec<&AlertLine> = own.filter(|line| line.outcome != DeliveryOutcome::Left).collect();
        own.reverse();
        // For equal times the lower line is newer; sorted again because staff may have sorted the tab.
        own.sort_by_key(|line| std::cmp::Reverse(line.at));
        let snooze = active_snooze(&history.snoozes, customer, today);
        Self {
            alerts: own.into_iter().map(|line| notice_response(line, mentions)).collect(),
            snoozed: snooze.map(|snooze| SnoozeResponse {
                until: snooze.until,
                reason: snooze.reason.clone(),
            }),
        }
    }
}

fn notice_response(line: &AlertLine, mentions: &[CancelMention]) -> AlertNoticeResponse {
    AlertNoticeResponse {
        at: line.at,
        kind: line.kind.word(),
        title: headline(line.kind),
        detail: trigger_detail(line, mentions),
        channel: line.channel,
        state: outcome_state(&line.outcome),
        outcome: line.outcome.words(),
    }
}

fn outcome_state(outcome: &DeliveryOutcome) -> &'static str {
    match outcome {
        DeliveryOutcome::Pending => "waits",
        DeliveryOutcome::Held => "confirmed",
        DeliveryOutcome::Claimed | DeliveryOutcome::Sending => "on its way",
        DeliveryOutcome::Sent | DeliveryOutcome::Other(_) => "sent",
        DeliveryOutcome::Failed(_) => "failed",
        DeliveryOutcome::Unknown(_) => "perhaps sent",
        DeliveryOutcome::Left | DeliveryOutcome::Suppressed(_) => "not sent",
    }
}

/// Display text of the trigger.
fn trigger_detail(line: &AlertLine, mentions: &[CancelMention]) -> String {
    let words: Vec<&str> = line.key.split(' ').skip(KEY_PREFIX_WORDS).collect();
    match (line.kind, words.as_slice()) {
        (AlertKind::CancelMention, [sentence]) => {
            let mention = mentions.iter().find(|mention| mention.id == *sentence);
            mention.map_or_else(
                || "A sentence that does not count any more.".to_owned(),
                |mention| format!("“{}”", mention.quote),
            )
        }
        (AlertKind::PaymentDelinquent | AlertKind::CriticalTicket, [day]) => format!("since {day}"),
        (AlertKind::BandFell | AlertKind::BandRose, [from, to]) => {
            match (HealthBand::parse(from), HealthBand::parse(to)) {
                (Some(from), Some(to)) => format!("from {from} to {to}"),
                _ => String::new(),
            }
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn line(kind: AlertKind, rest: &str, outcome: DeliveryOutcome) -> AlertLine {
        AlertLine {
            id: "1".to_owned(),
            at: None,
            customer: CustomerId::new("c1"),
            kind,
            channel: Channel::Slack,
            outcome,
            key: format!("customer c1 {} {rest}", kind.word()),
        }
    }

    #[test]
    fn a_line_says_what_it_was_about_and_what_became_of_it() {
        let mention = CancelMention {
            id: "m1".to_owned(),
            quote: "Please cancel.".to_owned(),
            at: "2026-11-20T10:00:00Z".parse().expect("a moment"),
            source: "intercom".to_owned(),
            event: "7".to_owned(),
        };
        for (kind, rest, outcome, detail, state) in [
            (
                AlertKind::CancelMention,
                "m1",
                DeliveryOutcome::Sent,
                "“Please cancel.”",
                "sent",
            ),
            (
                AlertKind::CancelMention,
                "m2",
                DeliveryOutcome::Pending,
                "A sentence that does not count any more.",
                "waits",
            ),
            (
                AlertKind::BandFell,
                "healthy at_risk",
                DeliveryOutcome::Suppressed("snoozed".to_owned()),
                "from healthy to at risk",
                "not sent",
            ),
            (
                AlertKind::PaymentDelinquent,
                "2026-11-01",
                DeliveryOutcome::Failed("500".to_owned()),
                "since 2026-11-01",
                "failed",
            ),
            (
                AlertKind::BandRose,
                "what staff wrote",
                DeliveryOutcome::Sending,
                "",
                "on its way",
            ),
        ] {
            let notice = notice_response(&line(kind, rest, outcome), std::slice::from_ref(&mention));
            assert_eq!((notice.detail.as_str(), notice.state), (detail, state), "{rest}");
        }
    }
}
