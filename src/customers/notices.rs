//! Alert notices of one customer: alerts sent, alerts suppressed and why, and the current snooze.

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    alerting::{
        book::{AlertBook, Line},
        occasion::Kind,
        snooze::in_force,
        texts::headline,
    },
    customer::CustomerId,
    health::{Band, CancelMention},
};
use crate::delivery::{Channel, history::Outcome};

/// Words before the trigger in the key of a line: `customer ID KIND …`.
const BEFORE_THE_OCCASION: usize = 3;

/// Alerts about one customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Notices {
    /// Alerts, newest first.
    pub alerts: Vec<NoticeAnswer>,
    /// Current snooze; `null` without one.
    pub snoozed: Option<SnoozeAnswer>,
}

/// A line of `alert_history`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoticeAnswer {
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
pub struct SnoozeAnswer {
    /// Last day, inclusive.
    pub until: Date,
    /// Reason.
    pub reason: String,
}

impl Notices {
    /// Notices of `customer`. `mentions` are the mentions of cancellation that still count.
    pub fn of(book: &AlertBook, customer: &CustomerId, mentions: &[CancelMention], today: Date) -> Self {
        let own = book.lines.iter().filter(|line| line.customer == *customer);
        let mut own: Vec<&Line> = own.filter(|line| line.outcome != Outcome::Left).collect();
        own.reverse();
        // For equal times the lower line is newer; sorted again because staff may have sorted the tab.
        own.sort_by_key(|line| std::cmp::Reverse(line.at));
        let snooze = in_force(&book.snoozes, customer, today);
        Self {
            alerts: own.into_iter().map(|line| notice(line, mentions)).collect(),
            snoozed: snooze.map(|snooze| SnoozeAnswer {
                until: snooze.until,
                reason: snooze.reason.clone(),
            }),
        }
    }
}

fn notice(line: &Line, mentions: &[CancelMention]) -> NoticeAnswer {
    NoticeAnswer {
        at: line.at,
        kind: line.kind.word(),
        title: headline(line.kind),
        detail: detail(line, mentions),
        channel: line.channel,
        state: state(&line.outcome),
        outcome: line.outcome.words(),
    }
}

fn state(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Pending => "waits",
        Outcome::Held => "confirmed",
        Outcome::Claimed | Outcome::Sending => "on its way",
        Outcome::Sent | Outcome::Other(_) => "sent",
        Outcome::Failed(_) => "failed",
        Outcome::Unknown(_) => "perhaps sent",
        Outcome::Left | Outcome::Suppressed(_) => "not sent",
    }
}

/// Display text of the trigger.
fn detail(line: &Line, mentions: &[CancelMention]) -> String {
    let words: Vec<&str> = line.key.split(' ').skip(BEFORE_THE_OCCASION).collect();
    match (line.kind, words.as_slice()) {
        (Kind::CancelMention, [sentence]) => {
            let mention = mentions.iter().find(|mention| mention.id == *sentence);
            mention.map_or_else(
                || "A sentence that does not count any more.".to_owned(),
                |mention| format!("“{}”", mention.quote),
            )
        }
        (Kind::PaymentDelinquent | Kind::CriticalTicket, [day]) => format!("since {day}"),
        (Kind::BandFell | Kind::BandRose, [from, to]) => match (Band::parse(from), Band::parse(to)) {
            (Some(from), Some(to)) => format!("from {from} to {to}"),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: Kind, rest: &str, outcome: Outcome) -> Line {
        Line {
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
            (Kind::CancelMention, "m1", Outcome::Sent, "“Please cancel.”", "sent"),
            (
                Kind::CancelMention,
                "m2",
                Outcome::Pending,
                "A sentence that does not count any more.",
                "waits",
            ),
            (
                Kind::BandFell,
                "healthy at_risk",
                Outcome::Suppressed("snoozed".to_owned()),
                "from healthy to at risk",
                "not sent",
            ),
            (
                Kind::PaymentDelinquent,
                "2026-11-01",
                Outcome::Failed("500".to_owned()),
                "since 2026-11-01",
                "failed",
            ),
            (Kind::BandRose, "what staff wrote", Outcome::Sending, "", "on its way"),
        ] {
            let notice = notice(&line(kind, rest, outcome), std::slice::from_ref(&mention));
            assert_eq!((notice.detail.as_str(), notice.state), (detail, state), "{rest}");
        }
    }
}
