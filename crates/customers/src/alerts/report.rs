//! Health report over a day or a week: bands, movers, revenue and next actions.

use std::collections::BTreeMap;

use customer_sources::amount::{Amount, Currency};
use jiff::civil::Date;
use serde::Serialize;

use crate::{
    alerts::trigger::CustomerState,
    customer::CustomerId,
    health::rules::{HealthBand, ScorePoints, ScoreSnapshot, score_changes},
};

/// Period and length of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportPeriod {
    /// Days between the compared scores.
    pub days: u16,
    /// Maximum number of customers in each list.
    pub lines: usize,
}

impl ReportPeriod {
    /// Daily summary.
    pub const DAY: Self = Self { days: 1, lines: 5 };
    /// Weekly report.
    pub const WEEK: Self = Self { days: 7, lines: 10 };
}

/// Health of all scored customers on one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HealthReport {
    /// The day.
    pub day: Date,
    /// Number of customers that have a score.
    pub customers: usize,
    /// Totals by band, best first.
    pub bands: Vec<BandTotal>,
    /// Customers who lost most points in the period.
    pub fallen: Vec<Mover>,
    /// Customers who gained most points.
    pub risen: Vec<Mover>,
    /// Next actions, ordered by monthly revenue times missing points.
    pub next: Vec<NextAction>,
}

/// Totals of one band.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BandTotal {
    /// The band.
    pub band: HealthBand,
    /// Number of customers.
    pub count: usize,
    /// Number of customers at the start of the period; `None` when no history reaches back that far.
    pub before: Option<usize>,
    /// Monthly revenue, one sum per currency.
    pub mrr: Vec<Amount>,
}

/// A customer whose score changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mover {
    /// The customer.
    pub customer: CustomerId,
    /// Display name.
    pub title: String,
    /// Points gained; negative when lost.
    pub gained: i16,
    /// Current score.
    pub score: u8,
    /// Part of the score that moved most in that direction, with its points.
    pub part: Option<(String, ScorePoints)>,
}

/// A customer who needs action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NextAction {
    /// The customer.
    pub customer: CustomerId,
    /// Display name.
    pub title: String,
    /// Recommended action.
    pub action: &'static str,
    /// Current score.
    pub score: u8,
    /// Monthly revenue.
    pub mrr: Option<Amount>,
}

/// Builds the report from all scored customers; `extent` sets the period.
pub fn build_report(standings: &[CustomerState<'_>], today: Date, extent: ReportPeriod) -> HealthReport {
    let ReportPeriod { days, lines } = extent;
    let before = bands_before(standings, today, days);
    let bands = HealthBand::ALL.map(|band| {
        let within = || standings.iter().filter(move |standing| standing.score.band == band);
        BandTotal {
            band,
            count: within().count(),
            before: before
                .as_ref()
                .map(|before| before.get(&band).copied().unwrap_or_default()),
            mrr: totals_by_currency(within().filter_map(|standing| standing.mrr)),
        }
    });
    let mut movers: Vec<Mover> = standings
        .iter()
        .filter_map(|standing| mover(standing, today, days))
        .collect();
    movers.sort_by_key(|mover| (mover.gained, mover.title.clone()));
    let fallen = movers
        .iter()
        .filter(|mover| mover.gained < 0)
        .take(lines)
        .cloned()
        .collect();
    let risen = movers
        .iter()
        .rev()
        .filter(|mover| mover.gained > 0)
        .take(lines)
        .cloned()
        .collect();
    HealthReport {
        day: today,
        customers: standings.len(),
        bands: bands.into(),
        fallen,
        risen,
        next: next_actions(standings, lines),
    }
}

/// Number of customers per band at the start of the period, by each customer's newest score up to that day.
fn bands_before(standings: &[CustomerState<'_>], today: Date, days: u16) -> Option<BTreeMap<HealthBand, usize>> {
    let day = today.checked_sub(jiff::Span::new().days(i64::from(days))).ok()?;
    let mut bands: BTreeMap<HealthBand, usize> = BTreeMap::new();
    for standing in standings {
        let then = standing.history.iter().filter(|snapshot| snapshot.date <= day);
        if let Some(then) = then.max_by_key(|snapshot| snapshot.date) {
            *bands.entry(then.band).or_default() += 1;
        }
    }
    (!bands.is_empty()).then_some(bands)
}

fn totals_by_currency(amounts: impl Iterator<Item = Amount>) -> Vec<Amount> {
    let mut sums: BTreeMap<Currency, Amount> = BTreeMap::new();
    for amount in amounts {
        let sum = sums.entry(amount.currency).or_insert(Amount {
            units: Default::default(),
            ..amount
        });
        sum.units += amount.units;
    }
    sums.into_values().collect()
}

fn mover(standing: &CustomerState<'_>, today: Date, days: u16) -> Option<Mover> {
    let changes = score_changes(&ScoreSnapshot::of(standing.score, today), standing.history, days)?;
    // Parts are sorted by loss, largest first.
    let part = if changes.gained < 0 {
        changes.parts.first()
    } else {
        changes.parts.last()
    };
    Some(Mover {
        customer: standing.customer.clone(),
        title: standing.title.to_owned(),
        part: part.map(|part| (part.name.clone(), part.gained)),
        gained: changes.gained,
        score: standing.score.score,
    })
}

fn next_actions(standings: &[CustomerState<'_>], lines: usize) -> Vec<NextAction> {
    let poor = standings
        .iter()
        .filter(|standing| standing.score.band != HealthBand::Healthy);
    let mut poor: Vec<&CustomerState<'_>> = poor.collect();
    poor.sort_by_cached_key(|standing| {
        let lacks = rust_decimal::Decimal::from(100 - standing.score.score);
        let mrr = standing.mrr.map(|mrr| mrr.units).unwrap_or_default();
        (
            std::cmp::Reverse(mrr * lacks),
            standing.score.score,
            standing.title.to_owned(),
        )
    });
    let actions = poor.into_iter().filter_map(|standing| {
        Some(NextAction {
            customer: standing.customer.clone(),
            title: standing.title.to_owned(),
            action: standing.score.action()?,
            score: standing.score.score,
            mrr: standing.mrr,
        })
    });
    actions.take(lines).collect()
}
