//! What there is to tell about a customer.

use jiff::civil::Date;

use crate::customers::{
    amount::Amount,
    customer::CustomerId,
    health::{Band, CancelMention, Penalty, Score, Snapshot},
};

/// How far a score must be beyond the border of a band before the customer counts as having left it: so one that wavers
/// around the border is not told again and again.
pub const DEAD_BAND: u8 = 2;

/// A customer as the rules see them.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// Which customer.
    pub customer: &'a CustomerId,
    /// What people call them.
    pub title: &'a str,
    /// Who looks after them.
    pub account_manager: Option<&'a str>,
    /// What they pay a month.
    pub mrr: Option<Amount>,
    /// Their score now.
    pub score: &'a Score,
    /// Earlier scores, the earliest first.
    pub history: &'a [Snapshot],
    /// Where they speak of leaving.
    pub mentions: &'a [CancelMention],
    /// Address of their row.
    pub link: String,
    /// The band that people were told last, if they were told one.
    pub told_band: Option<Band>,
}

/// A kind of occasion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// They speak of leaving.
    CancelMention,
    /// A payment is overdue.
    PaymentDelinquent,
    /// A critical ticket is open.
    CriticalTicket,
    /// The band is a worse one.
    BandFell,
    /// The band is a better one.
    BandRose,
}

/// Where people read about a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// What has to be acted upon today.
    CustomerAlerts,
    /// Changes of band.
    CustomerHealth,
    /// The summary of the day.
    DailySummaries,
}

impl Stream {
    /// Every stream.
    pub const ALL: [Self; 3] = [Self::CustomerAlerts, Self::CustomerHealth, Self::DailySummaries];

    /// The name, as a channel of Slack would have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CustomerAlerts => "customer-alerts",
            Self::CustomerHealth => "customer-health",
            Self::DailySummaries => "daily-summaries",
        }
    }
}

impl Kind {
    /// Every kind, the most urgent first.
    pub const ALL: [Self; 5] = [
        Self::CancelMention,
        Self::PaymentDelinquent,
        Self::CriticalTicket,
        Self::BandFell,
        Self::BandRose,
    ];

    /// The word in `alert_history`.
    pub fn word(self) -> &'static str {
        match self {
            Self::CancelMention => "cancel_mention",
            Self::PaymentDelinquent => "payment_delinquent",
            Self::CriticalTicket => "critical_ticket",
            Self::BandFell => "band_fell",
            Self::BandRose => "band_rose",
        }
    }

    /// Where people read about it.
    pub fn stream(self) -> Stream {
        match self {
            Self::CancelMention | Self::PaymentDelinquent | Self::CriticalTicket => Stream::CustomerAlerts,
            Self::BandFell | Self::BandRose => Stream::CustomerHealth,
        }
    }

    /// Whether it has to hold at two computations before it is told.
    pub fn needs_a_second_look(self) -> bool {
        matches!(self, Self::BandFell | Self::BandRose)
    }
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Occasion {
    /// Which customer.
    pub customer: CustomerId,
    /// What people call them.
    pub title: String,
    /// Who looks after them.
    pub account_manager: Option<String>,
    /// What they pay a month.
    pub mrr: Option<Amount>,
    /// Their score now.
    pub score: u8,
    /// Which kind.
    pub kind: Kind,
    /// What tells it from every other occasion; told once.
    pub key: String,
    /// The reason in words: a quoted sentence, a standing, from where to where.
    pub reason: String,
    /// What to do first.
    pub action: &'static str,
    /// Address of the customer's row.
    pub link: String,
}

/// Everything that there is to tell about a customer now, the most urgent first. `today` is the day of the score.
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

/// The first day of the days in a row on which the history knows a penalty, up to today: what is settled and comes again is
/// another occasion.
fn since(history: &[Snapshot], penalty: Penalty, today: Date) -> Date {
    let held = history
        .iter()
        .rev()
        .take_while(|snapshot| snapshot.penalties.contains_key(&penalty));
    held.last().map_or(today, |first| first.date)
}

/// That the customer is in another band than people were told last. Who was never told of counts as they were when the
/// history began.
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
