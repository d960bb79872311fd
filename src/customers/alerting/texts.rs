//! Texts of alert messages, one function each.

use super::{
    occasion::{Kind, Occasion, Stream},
    report::Report,
};
use crate::{
    delivery::Message,
    language::{Language, Noun},
};

const CUSTOMER: Noun = Noun {
    french: ("client", "clients"),
    english: ("customer", "customers"),
};

/// Maximum number of alerts in one message; Slack truncates much longer ones.
const LONGEST: usize = 30;

/// One message for all triggers of a stream.
pub fn message(stream: Stream, occasions: &[Occasion], to: &str) -> Message {
    Message {
        to: to.to_owned(),
        subject: subject(stream, occasions),
        text: text(occasions),
    }
}

/// Subject line: the customer, or the number of customers.
pub fn subject(stream: Stream, occasions: &[Occasion]) -> String {
    match occasions {
        [one] => format!("{}: {}", one.title, headline(one.kind)),
        many => format!("{} in {}", English.count(many.len() as u64, CUSTOMER), stream.name()),
    }
}

use Language::English;

/// Message body: three lines per trigger, separated by an empty line.
pub fn text(occasions: &[Occasion]) -> String {
    let mut texts: Vec<String> = occasions.iter().take(LONGEST).map(one).collect();
    if occasions.len() > LONGEST {
        texts.push(format!("And {} more, see the board.", occasions.len() - LONGEST));
    }
    texts.join("\n\n")
}

/// Text of one trigger: customer, kind, reason, action and link.
pub fn one(occasion: &Occasion) -> String {
    let mrr = occasion.mrr.map(|mrr| format!(", {mrr} a month")).unwrap_or_default();
    let manager = occasion
        .account_manager
        .as_deref()
        .map(|name| format!(", {name}"))
        .unwrap_or_default();
    format!(
        "{}: {}\n{} (score {}{mrr}{manager})\n{} {}",
        occasion.title,
        headline(occasion.kind),
        occasion.reason,
        occasion.score,
        occasion.action,
        occasion.link
    )
}

/// Headline of a kind.
pub fn headline(kind: Kind) -> &'static str {
    match kind {
        Kind::CancelMention => "speaks of leaving",
        Kind::PaymentDelinquent => "payment overdue",
        Kind::CriticalTicket => "critical ticket open",
        Kind::BandFell => "health got worse",
        Kind::BandRose => "health got better",
    }
}

/// Text of a daily or weekly summary.
pub fn summary(report: &Report) -> String {
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
    let moved = |title: &str, movers: &[super::report::Mover]| {
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
