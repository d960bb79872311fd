//! Alert triggers: conditions of a customer that are worth a message.

use jiff::civil::Date;

use crate::customers::{
    amount::Amount,
    customer::CustomerId,
    health::{Band, CancelMention, Penalty, Score, Snapshot},
};

/// Hysteresis in points: how far a score must pass the border of a band before the customer counts as having left it.
/// It keeps a score that wavers around a border from sending repeated alerts.
pub const DEAD_BAND: u8 = 2;

/// A scored customer with everything that the alert rules read.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// The customer.
    pub customer: &'a CustomerId,
    /// Display name.
    pub title: &'a str,
    /// Account manager.
    pub account_manager: Option<&'a str>,
    /// Monthly revenue.
    pub mrr: Option<Amount>,
    /// Current score.
    pub score: &'a Score,
    /// Earlier scores, oldest first.
    pub history: &'a [Snapshot],
    /// Mentions of cancellation.
    pub mentions: &'a [CancelMention],
    /// Link in the message.
    pub link: String,
    /// Band in the last alert that was sent; `None` without one.
    pub told_band: Option<Band>,
}

/// Kind of alert, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The customer mentions cancelling.
    CancelMention,
    /// A payment is overdue.
    PaymentDelinquent,
    /// A critical ticket is open.
    CriticalTicket,
    /// The health band got worse.
    BandFell,
    /// The health band got better.
    BandRose,
}

/// Destination of a kind of alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// Alerts that need action today.
    CustomerAlerts,
    /// Changes of health band.
    CustomerHealth,
    /// Daily summaries.
    DailySummaries,
}

impl Stream {
    /// Every stream.
    pub const ALL: [Self; 3] = [Self::CustomerAlerts, Self::CustomerHealth, Self::DailySummaries];

    /// Name in the form of a Slack channel.
    pub fn name(self) -> &'static str {
        match self {
            Self::CustomerAlerts => "customer-alerts",
            Self::CustomerHealth => "customer-health",
            Self::DailySummaries => "daily-summaries",
        }
    }
}

impl Kind {
    /// Every kind, most urgent first.
    pub const ALL: [Self; 5] = [
        Self::CancelMention,
        Self::PaymentDelinquent,
        Self::CriticalTicket,
        Self::BandFell,
        Self::BandRose,
    ];

    /// Value in `alert_history`.
    pub fn word(self) -> &'static str {
        match self {
            Self::CancelMention => "cancel_mention",
            Self::PaymentDelinquent => "payment_delinquent",
            Self::CriticalTicket => "critical_ticket",
            Self::BandFell => "band_fell",
            Self::BandRose => "band_rose",
        }
    }

    /// Stream to which this kind is sent.
    pub fn stream(self) -> Stream {
        match self {
            Self::CancelMention | Self::PaymentDelinquent | Self::CriticalTicket => Stream::CustomerAlerts,
            Self::BandFell | Self::BandRose => Stream::CustomerHealth,
        }
    }

    /// Whether the trigger must hold for two computations before it is sent.
    pub fn needs_a_second_look(self) -> bool {
        matches!(self, Self::BandFell | Self::BandRose)
    }
}

/// A condition that is worth a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Occasion {
    /// The customer.
    pub customer: CustomerId,
    /// Display name.
    pub title: String,
    /// Account manager.
    pub account_manager: Option<String>,
    /// Monthly revenue.
    pub mrr: Option<Amount>,
    /// Current score, 0 to 100.
    pub score: u8,
    /// Kind of alert.
    pub kind: Kind,
    /// Deduplication key; each key is sent once per channel.
    pub key: String,
    /// Reason: a quoted sentence, a payment status, or the change of band.
    pub reason: String,
    /// Recommended next action.
    pub action: &'static str,
    /// Link in the message.
    pub link: String,
}

/// All triggers of a customer, most urgent first. `today` is the day of the score.
pub fn occasions(standing: &Standing<'_>, today: Date) -> Vec<Occasion> {
    let mentions = standing.mentions.iter().map(|mention| {
        let reason = format!("“{}”", mention.quote);
        let action = Penalty::CancelMention.action();
        occasion(standing, Kind::CancelMention, &mention.id, (reason, action))
    });
    let lasting = [
        (Kind::PaymentDelinquent, Penalty::PaymentDelinquent),
        (Kind::CriticalTicket, Penalty::CriticalTicket),
    ];
    let lasting = lasting.into_iter().filter_map(|(kind, penalty)| {
        let lost = standing.score.penalties.iter().find(|lost| lost.penalty == penalty)?;
        let since = since(standing.history, penalty, today).to_string();
        Some(occasion(standing, kind, &since, (lost.fact.clone(), penalty.action())))
    });
    mentions.chain(lasting).chain(moved(standing)).collect()
}

fn occasion(standing: &Standing<'_>, kind: Kind, what: &str, (reason, action): (String, &'static str)) -> Occasion {
    Occasion {
        customer: standing.customer.clone(),
        title: standing.title.to_owned(),
        account_manager: standing.account_manager.map(str::to_owned),
        mrr: standing.mrr,
        score: standing.score.score,
        kind,
        key: format!("customer {} {} {what}", standing.customer, kind.word()),
        reason,
        action,
        link: standing.link.clone(),
    }
}

/// First day of the unbroken run of snapshots with this penalty, up to today. A penalty that ends and returns is a new
/// trigger.
fn since(history: &[Snapshot], penalty: Penalty, today: Date) -> Date {
    let held = history
        .iter()
        .rev()
        .take_while(|snapshot| snapshot.penalties.contains_key(&penalty));
    held.last().map_or(today, |first| first.date)
}

/// Change of band since the last alert that was sent; since the start of the history if there was none.
fn moved(standing: &Standing<'_>) -> Option<Occasion> {
    let first = standing.history.first();
    let settled = standing.told_band.or(first.map(|first| first.band))?;
    let (score, band) = (standing.score.score, standing.score.band);
    let kind = if band < settled && score + DEAD_BAND < settled.lowest() {
        Kind::BandFell
    } else if band > settled && score >= above(settled)?.lowest() + DEAD_BAND {
        Kind::BandRose
    } else {
        return None;
    };
    let reason = format!("from {settled} to {band}");
    let action = standing.score.action().unwrap_or("Thank them, and ask what helped.");
    let what = format!("{} {}", settled.word(), band.word());
    Some(occasion(standing, kind, &what, (reason, action)))
}

fn above(band: Band) -> Option<Band> {
    Band::ALL.into_iter().rev().find(|other| *other > band)
}
