//! Texts of alert messages, one function each.

use domain::language::{Language::English, Noun};
use web::delivery::OutgoingMessage;

use crate::alerts::{
    report::HealthReport,
    trigger::{AlertKind, AlertStream, AlertTrigger},
};

const CUSTOMER: Noun = Noun {
    french: ("client", "clients"),
    english: ("customer", "customers"),
};

/// Maximum number of alerts in one message; Slack truncates much longer ones.
const MAX_TRIGGERS: usize = 30;

/// One message for all triggers of a stream.
pub fn alert_message(stream: AlertStream, triggers: &[AlertTrigger], to: &str) -> OutgoingMessage {
    OutgoingMessage {
        to: to.to_owned(),
        subject: alert_subject(stream, triggers),
        text: alert_text(triggers),
    }
}

/// Subject line: the customer, or the number of customers.
pub fn alert_subject(stream: AlertStream, triggers: &[AlertTrigger]) -> String {
    match triggers {
        [trigger] => format!("{}: {}", trigger.title, headline(trigger.kind)),
        triggers => format!(
            "{} in {}",
            English.count(triggers.len() as u64, CUSTOMER),
            stream.name()
        ),
    }
}

/// Message body: three lines per trigger, separated by an empty line.
pub fn alert_text(triggers: &[AlertTrigger]) -> String {
    let mut texts: Vec<String> = triggers.iter().take(MAX_TRIGGERS).map(trigger_text).collect();
    if triggers.len() > MAX_TRIGGERS {
        texts.push(format!("And {} more, see the board.", triggers.len() - MAX_TRIGGERS));
    }
    texts.join("\n\n")
}

/// Text of one trigger: customer, kind, reason, action and link.
pub fn trigger_text(trigger: &AlertTrigger) -> String {
    let mrr = trigger.mrr.map(|mrr| format!(", {mrr} a month")).unwrap_or_default();
    let manager = trigger
        .account_manager
        .as_deref()
        .map(|name| format!(", {name}"))
        .unwrap_or_default();
    format!(
        "{}: {}\n{} (score {}{mrr}{manager})\n{} {}",
        trigger.title,
        headline(trigger.kind),
        trigger.reason,
        trigger.score,
        trigger.action,
        trigger.link
    )
}

/// Headline of a kind.
pub fn headline(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::CancelMention => "speaks of leaving",
        AlertKind::PaymentDelinquent => "payment overdue",
        AlertKind::CriticalTicket => "critical ticket open",
        AlertKind::BandFell => "health got worse",
        AlertKind::BandRose => "health got better",
    }
}

/// Text of a daily or weekly summary.
pub fn report_text(report: &HealthReport) -> String {
    let mut lines = vec![format!(
        "{} on {}",
        English.count(report.customers as u64, CUSTOMER),
        report.day
    )];
    for band in &report.bands {
        let mrr: Vec<String> = band.mrr.iter().map(ToString::to_string).collect();
        let mrr = if mrr.is_empty() {
            String::new()
        } else {
            format!(", {} a month", mrr.join(" + "))
        };
        lines.push(format!("{}: {}{mrr}", band.band, band.count));
    }
    let moved = |title: &str, movers: &[crate::alerts::report::Mover]| {
        let movers = movers
            .iter()
            .map(|mover| format!("- {} {:+} to {}", mover.title, mover.gained, mover.score));
        let movers: Vec<String> = movers.collect();
        (!movers.is_empty()).then(|| format!("{title}\n{}", movers.join("\n")))
    };
    lines.extend(moved("Lost most:", &report.fallen));
    lines.extend(moved("Gained most:", &report.risen));
    let next = report
        .next
        .iter()
        .map(|next| format!("- {}: {}", next.title, next.action));
    let next: Vec<String> = next.collect();
    if !next.is_empty() {
        lines.push(format!("Next:\n{}", next.join("\n")));
    }
    lines.join("\n")
}
