//! Revenue growth by month from the movements of one source: churn, retention, cohorts.
//!
//! Formulas and results match `ChartMogul`'s (<https://help.chartmogul.com/hc/en-us/articles/203359341>,
//! <https://help.chartmogul.com/hc/en-us/articles/207340419>):
//!
//! | figure | formula |
//! | --- | --- |
//! | MRR at the end | start + new business + expansion + reactivation + contraction + churn (last two negative) |
//! | gross MRR churn | (churn + contraction) ÷ start, both without sign |
//! | net MRR churn | (churn + contraction − expansion − reactivation) ÷ start |
//! | net revenue retention | 1 − net MRR churn |
//! | customer churn | customers at the start who do not pay at the end ÷ customers at the start |
//! | ARPA | MRR ÷ customers, at the end |
//! | quick ratio | (new business + expansion + reactivation) ÷ (contraction + churn), without sign |
//! | cohort retention after k months | MRR then ÷ new business, of customers whose first subscription is of the month |
//! | retention over 12 months | MRR now ÷ MRR then, of the customers who paid 12 months ago (not from `ChartMogul`) |
//!
//! A ratio to zero is unknown, not zero. Only movements in one currency count; the number of the others is reported.

use std::collections::{BTreeMap, BTreeSet};

use customer_sources::{
    amount::Currency,
    event::{CustomerEvent, EventDetail, Movement, MovementKind},
};
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use serde::Serialize;

/// Months over which the retention of a fixed cohort is measured.
const RETENTION_MONTHS: usize = 12;

/// Revenue growth from the movements of one source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RevenueGrowth {
    /// Currency of every amount.
    pub currency: Currency,
    /// Months without gaps, oldest first.
    pub months: Vec<RevenueMonth>,
    /// Cohorts by month of the first subscription, oldest first.
    pub cohorts: Vec<RevenueCohort>,
    /// Number of movements in other currencies, which are left out.
    pub in_other_currencies: usize,
    /// Number of movements without customer, day or amount, which are left out.
    pub unusable: usize,
}

/// Figures of one month. Rates are fractions: 0.05 is 5 %.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RevenueMonth {
    /// First day of the month.
    pub month: Date,
    /// MRR at the start.
    pub start: Decimal,
    /// MRR gained from first subscriptions.
    pub new_business: Decimal,
    /// MRR gained from existing customers.
    pub expansion: Decimal,
    /// MRR regained from returning customers.
    pub reactivation: Decimal,
    /// MRR lost from customers who stay; zero or negative.
    pub contraction: Decimal,
    /// MRR lost from customers who left; zero or negative.
    pub churn: Decimal,
    /// Movements of an unknown kind.
    pub other: Decimal,
    /// MRR at the end.
    pub end: Decimal,
    /// Paying customers at the start.
    pub customers_at_start: usize,
    /// Paying customers at the end.
    pub customers_at_end: usize,
    /// Customers who paid at the start and do not pay at the end.
    pub customers_lost: usize,
    /// Gross MRR churn; formulas of this and the other rates are in the module head.
    pub gross_churn: Option<Decimal>,
    /// Net MRR churn; negative when expansion exceeds losses.
    pub net_churn: Option<Decimal>,
    /// Net revenue retention of the month.
    pub retention: Option<Decimal>,
    /// Net revenue retention of the customers who paid twelve months ago.
    pub retention_12_months: Option<Decimal>,
    /// Share of customers lost.
    pub customer_churn: Option<Decimal>,
    /// MRR per customer.
    pub arpa: Option<Decimal>,
    /// MRR gained per unit lost.
    pub quick_ratio: Option<Decimal>,
}

/// Customers whose first subscription began in the same month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RevenueCohort {
    /// First day of the month.
    pub month: Date,
    /// Number of customers.
    pub customers: usize,
    /// MRR of their first subscriptions.
    pub new_business: Decimal,
    /// Their MRR at the end of each month from the first on, as a fraction of `new_business`.
    pub retention: Vec<Option<Decimal>>,
}

/// A movement that counts.
struct CountedMovement<'a> {
    customer: &'a str,
    day: Date,
    kind: &'a MovementKind,
    change: Decimal,
}

/// MRR by customer.
type MrrBalances<'a> = BTreeMap<&'a str, Decimal>;

impl RevenueGrowth {
    /// Growth up to the month of `today`, from the movements of `source` in `currency`.
    pub fn of(events: &[CustomerEvent], source: &str, currency: Currency, today: Date) -> Self {
        let mut growth = Self {
            currency,
            months: Vec::new(),
            cohorts: Vec::new(),
            in_other_currencies: 0,
            unusable: 0,
        };
        let mut movements: Vec<CountedMovement<'_>> = Vec::new();
        for event in events.iter().filter(|event| event.source == source) {
            let EventDetail::Movement(movement) = &event.detail else {
                continue;
            };
            match movement_of(event, movement) {
                Some((_, of)) if of != currency => growth.in_other_currencies += 1,
                Some((counted, _)) if counted.day <= today => movements.push(counted),
                Some(_) => {}
                None => growth.unusable += 1,
            }
        }
        movements.sort_by(|left, right| {
            (left.day, left.customer, left.change).cmp(&(right.day, right.customer, right.change))
        });
        growth.add_months(&movements, today);
        growth
    }

    fn add_months<'a>(&mut self, movements: &[CountedMovement<'a>], today: Date) {
        let Some(first) = movements.first() else { return };
        let mut ends: Vec<MrrBalances<'a>> = Vec::new();
        let mut balances = MrrBalances::new();
        let mut left = movements;
        let mut month = first.day.first_of_month();
        while month <= today {
            let last = month.last_of_month();
            let (of_month, later) = left.split_at(left.partition_point(|one| one.day <= last));
            left = later;
            let start = balances.clone();
            let mut figures = RevenueMonth {
                month,
                ..RevenueMonth::default()
            };
            for one in of_month {
                *balances.entry(one.customer).or_default() += one.change;
                *figures.total_mut(one.kind) += one.change;
            }
            balances.retain(|_, paid| !paid.is_zero());
            figures.finish(&start, &balances);
            ends.push(balances.clone());
            figures.retention_12_months = (ends.len().checked_sub(RETENTION_MONTHS + 1))
                .and_then(|before| ratio(retained_mrr(&ends[before], &balances), ends[before].values().sum()));
            self.months.push(figures);
            let Ok(next) = month.checked_add(1.month()) else { break };
            month = next;
        }
        self.cohorts = cohorts(movements, &self.months, &ends);
    }
}

/// Selection of movements by source, currency and day.
#[derive(Clone, Copy, Debug)]
pub struct MovementSelection<'a> {
    /// Short name of the source.
    pub source: &'a str,
    /// Currency.
    pub currency: Currency,
    /// Day after which the movements happened.
    pub after: Date,
    /// Last day, inclusive.
    pub until: Date,
}

/// Totals of the selected movements: the sums of a [`RevenueMonth`], without rates. `None` when the source has no
/// movements in the currency at all.
pub fn movement_totals(events: &[CustomerEvent], selection: &MovementSelection<'_>) -> Option<RevenueMonth> {
    let own = events.iter().filter(|event| event.source == selection.source);
    let movements = own.filter_map(|event| match &event.detail {
        EventDetail::Movement(movement) => movement_of(event, movement),
        _ => None,
    });
    let mut sums: Option<RevenueMonth> = None;
    for (one, _) in movements.filter(|(_, of)| *of == selection.currency) {
        let sums = sums.get_or_insert_with(RevenueMonth::default);
        if one.day > selection.after && one.day <= selection.until {
            *sums.total_mut(one.kind) += one.change;
        }
    }
    sums
}

fn movement_of<'a>(event: &'a CustomerEvent, movement: &'a Movement) -> Option<(CountedMovement<'a>, Currency)> {
    let change = movement.change?;
    let counted = CountedMovement {
        customer: event.about.first().map(|subject| subject.id.as_str())?,
        day: movement.date?,
        kind: &movement.kind,
        change: change.units,
    };
    Some((counted, change.currency))
}

impl RevenueMonth {
    fn total_mut(&mut self, kind: &MovementKind) -> &mut Decimal {
        match kind {
            MovementKind::NewBusiness => &mut self.new_business,
            MovementKind::Expansion => &mut self.expansion,
            MovementKind::Contraction => &mut self.contraction,
            MovementKind::Churn => &mut self.churn,
            MovementKind::Reactivation => &mut self.reactivation,
            MovementKind::Other(_) => &mut self.other,
        }
    }

    fn finish(&mut self, start: &MrrBalances<'_>, end: &MrrBalances<'_>) {
        self.start = start.values().sum();
        self.end = end.values().sum();
        self.customers_at_start = start.len();
        self.customers_at_end = end.len();
        self.customers_lost = start.keys().filter(|customer| !end.contains_key(*customer)).count();
        let lost = -(self.churn + self.contraction);
        let regained = self.expansion + self.reactivation;
        self.gross_churn = ratio(lost, self.start);
        self.net_churn = ratio(lost - regained, self.start);
        self.retention = self.net_churn.map(|churn| Decimal::ONE - churn);
        self.customer_churn = ratio(self.customers_lost.into(), self.customers_at_start.into());
        self.arpa = ratio(self.end, self.customers_at_end.into());
        self.quick_ratio = ratio(self.new_business + regained, lost);
    }
}

/// `part` / `whole`; `None` if `whole` is not positive.
fn ratio(part: Decimal, whole: Decimal) -> Option<Decimal> {
    if whole <= Decimal::ZERO {
        return None;
    }
    part.checked_div(whole)
}

/// Current MRR of the customers who paid `then`.
fn retained_mrr(then: &MrrBalances<'_>, now: &MrrBalances<'_>) -> Decimal {
    then.keys().filter_map(|customer| now.get(customer)).sum()
}

fn cohorts(movements: &[CountedMovement<'_>], months: &[RevenueMonth], ends: &[MrrBalances<'_>]) -> Vec<RevenueCohort> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut founders: BTreeMap<Date, (BTreeSet<&str>, Decimal)> = BTreeMap::new();
    for one in movements.iter().filter(|one| *one.kind == MovementKind::NewBusiness) {
        let month = one.day.first_of_month();
        let is_first = seen.insert(one.customer);
        let (customers, new_business) = founders.entry(month).or_default();
        // A second movement in the same month belongs to the same first subscription.
        if is_first || customers.contains(one.customer) {
            customers.insert(one.customer);
            *new_business += one.change;
        }
    }
    founders.retain(|_, (customers, _)| !customers.is_empty());
    let cohort = |(month, (customers, new_business)): (Date, (BTreeSet<&str>, Decimal))| {
        let since = months.iter().zip(ends).filter(|(one, _)| one.month >= month);
        let paid = |end: &MrrBalances<'_>| customers.iter().filter_map(|customer| end.get(customer)).sum();
        RevenueCohort {
            month,
            customers: customers.len(),
            new_business,
            retention: since.map(|(_, end)| ratio(paid(end), new_business)).collect(),
        }
    };
    founders.into_iter().map(cohort).collect()
}
