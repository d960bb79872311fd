//! Health report over a day or a week: bands, movers, revenue and next actions.

use std::collections::BTreeMap;

use customer_sources::amount::{Amount, Currency};
use jiff::civil::Date;
use serde::Serialize;
use sheets_store::clock::Clock;
use web::error::Error;

use crate::{
    alerts::{
        customer_states::{LinkTarget, customer_states},
        trigger::CustomerState,
    },
    customer::CustomerId,
    health::{
        rules::{HealthBand, ScorePoints, ScoreSnapshot, score_changes},
        scoring::{Scoring, ScoringInputs},
    },
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

/// Builds the report from all scored customers; over `period`.
pub fn build_report(states: &[CustomerState<'_>], today: Date, period: ReportPeriod) -> HealthReport {
    let ReportPeriod { days, lines } = period;
    let before = bands_before(states, today, days);
    let bands = HealthBand::ALL.map(|band| {
        let within = || states.iter().filter(move |state| state.score.band == band);
        BandTotal {
            band,
            count: within().count(),
            before: before
                .as_ref()
                .map(|before| before.get(&band).copied().unwrap_or_default()),
            mrr: totals_by_currency(within().filter_map(|state| state.mrr)),
        }
    });
    let mut movers: Vec<Mover> = states.iter().filter_map(|state| mover(state, today, days)).collect();
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
        customers: states.len(),
        bands: bands.into(),
        fallen,
        risen,
        next: next_actions(states, lines),
    }
}

/// Health report of all customers, from the current data.
///
/// # Errors
/// When the spreadsheet cannot be read.
pub async fn load_report(scoring: &Scoring, clock: &Clock, period: ReportPeriod) -> Result<HealthReport, Error> {
    let inputs = scoring.load_inputs().await?;
    Ok(report_from_inputs(scoring, &inputs, clock.today(), period))
}

/// Health report from tabs that were read already.
pub fn report_from_inputs(
    scoring: &Scoring,
    inputs: &ScoringInputs,
    today: Date,
    period: ReportPeriod,
) -> HealthReport {
    let scored = scoring.score_all(inputs);
    let states = customer_states(inputs, &scored, &[], &LinkTarget::Rows);
    build_report(&states, today, period)
}

/// Number of customers per band at the start of the period, by each customer's newest score up to that day.
fn bands_before(states: &[CustomerState<'_>], today: Date, days: u16) -> Option<BTreeMap<HealthBand, usize>> {
    let day = today.checked_sub(jiff::Span::new().days(i64::from(days))).ok()?;
    let mut bands: BTreeMap<HealthBand, usize> = BTreeMap::new();
    for state in states {
        let then = state.history.iter().filter(|snapshot| snapshot.date <= day);
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

fn mover(state: &CustomerState<'_>, today: Date, days: u16) -> Option<Mover> {
    let changes = score_changes(&ScoreSnapshot::of(state.score, today), state.history, days)?;
    // Parts are sorted by loss, largest first.
    let part = if changes.gained < 0 {
        changes.parts.first()
    } else {
        changes.parts.last()
    };
    Some(Mover {
        customer: state.customer.clone(),
        title: state.title.to_owned(),
        part: part.map(|part| (part.name.clone(), part.gained)),
        gained: changes.gained,
        score: state.score.score,
    })
}

fn next_actions(states: &[CustomerState<'_>], lines: usize) -> Vec<NextAction> {
    let unhealthy = states.iter().filter(|state| state.score.band != HealthBand::Healthy);
    let mut unhealthy: Vec<&CustomerState<'_>> = unhealthy.collect();
    unhealthy.sort_by_cached_key(|state| {
        let missing_points = rust_decimal::Decimal::from(100 - state.score.score);
        let mrr = state.mrr.map(|mrr| mrr.units).unwrap_or_default();
        (
            std::cmp::Reverse(mrr * missing_points),
            state.score.score,
            state.title.to_owned(),
        )
    });
    let actions = unhealthy.into_iter().filter_map(|state| {
        Some(NextAction {
            customer: state.customer.clone(),
            title: state.title.to_owned(),
            action: state.score.action()?,
            score: state.score.score,
            mrr: state.mrr,
        })
    });
    actions.take(lines).collect()
}
