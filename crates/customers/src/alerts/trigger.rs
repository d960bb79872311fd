//! Alert triggers: conditions of a customer that are worth a message.

use customer_sources::amount::Amount;
use jiff::civil::Date;

use crate::{
    customer::CustomerId,
    health::rules::{CancelMention, HealthBand, HealthScore, ScorePenalty, ScoreSnapshot},
};

/// Hysteresis in points: how far a score must pass the border of a band before the customer counts as having left it.
/// It keeps a score that wavers around a border from sending repeated alerts.
pub const DEAD_BAND: u8 = 2;

/// A scored customer with everything that the alert rules read.
#[derive(Clone, Debug)]
pub struct CustomerState<'a> {
    /// The customer.
    pub customer: &'a CustomerId,
    /// Display name.
    pub title: &'a str,
    /// Account manager.
    pub account_manager: Option<&'a str>,
    /// Monthly revenue.
    pub mrr: Option<Amount>,
    /// Current score.
    pub score: &'a HealthScore,
    /// Earlier scores, oldest first.
    pub history: &'a [ScoreSnapshot],
    /// Mentions of cancellation.
    pub mentions: &'a [CancelMention],
    /// Link in the message.
    pub link: String,
    /// Band in the last alert that was sent; `None` without one.
    pub last_sent_band: Option<HealthBand>,
}

/// Kind of alert, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertKind {
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
pub enum AlertStream {
    /// Alerts that need action today.
    CustomerAlerts,
    /// Changes of health band.
    CustomerHealth,
    /// Daily summaries.
    DailySummaries,
}

impl AlertStream {
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

impl AlertKind {
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
    pub fn stream(self) -> AlertStream {
        match self {
            Self::CancelMention | Self::PaymentDelinquent | Self::CriticalTicket => AlertStream::CustomerAlerts,
            Self::BandFell | Self::BandRose => AlertStream::CustomerHealth,
        }
    }

    /// Whether the trigger must hold for two computations before it is sent.
    pub fn needs_confirmation(self) -> bool {
        matches!(self, Self::BandFell | Self::BandRose)
    }
}

/// A condition that is worth a message.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertTrigger {
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
    pub kind: AlertKind,
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
pub fn detect_triggers(state: &CustomerState<'_>, today: Date) -> Vec<AlertTrigger> {
    let mentions = state.mentions.iter().map(|mention| {
        let reason = format!("“{}”", mention.quote);
        let action = ScorePenalty::CancelMention.action();
        new_trigger(state, AlertKind::CancelMention, &mention.id, reason, action)
    });
    let lasting = [
        (AlertKind::PaymentDelinquent, ScorePenalty::PaymentDelinquent),
        (AlertKind::CriticalTicket, ScorePenalty::CriticalTicket),
    ];
    let lasting = lasting.into_iter().filter_map(|(kind, penalty)| {
        let lost = state.score.penalties.iter().find(|lost| lost.penalty == penalty)?;
        let since = penalty_since(state.history, penalty, today).to_string();
        Some(new_trigger(state, kind, &since, lost.fact.clone(), penalty.action()))
    });
    mentions.chain(lasting).chain(band_change(state)).collect()
}

fn new_trigger(
    state: &CustomerState<'_>,
    kind: AlertKind,
    subject: &str,
    reason: String,
    action: &'static str,
) -> AlertTrigger {
    AlertTrigger {
        customer: state.customer.clone(),
        title: state.title.to_owned(),
        account_manager: state.account_manager.map(str::to_owned),
        mrr: state.mrr,
        score: state.score.score,
        kind,
        key: format!("customer {} {} {subject}", state.customer, kind.word()),
        reason,
        action,
        link: state.link.clone(),
    }
}

/// First day of the unbroken run of snapshots with this penalty, up to today. A penalty that ends and returns is a new
/// trigger.
fn penalty_since(history: &[ScoreSnapshot], penalty: ScorePenalty, today: Date) -> Date {
    let held = history
        .iter()
        .rev()
        .take_while(|snapshot| snapshot.penalties.contains_key(&penalty));
    held.last().map_or(today, |first| first.date)
}

/// Change of band since the last alert that was sent; since the start of the history if there was none.
fn band_change(state: &CustomerState<'_>) -> Option<AlertTrigger> {
    let first = state.history.first();
    let known_band = state.last_sent_band.or(first.map(|first| first.band))?;
    let (score, band) = (state.score.score, state.score.band);
    let kind = if band < known_band && score + DEAD_BAND < known_band.lowest() {
        AlertKind::BandFell
    } else if band > known_band && score >= next_better_band(known_band)?.lowest() + DEAD_BAND {
        AlertKind::BandRose
    } else {
        return None;
    };
    let reason = format!("from {known_band} to {band}");
    let action = state.score.action().unwrap_or("Thank them, and ask what helped.");
    let subject = format!("{} {}", known_band.word(), band.word());
    Some(new_trigger(state, kind, &subject, reason, action))
}

fn next_better_band(band: HealthBand) -> Option<HealthBand> {
    HealthBand::ALL.into_iter().rev().find(|other| *other > band)
}
