//! Growth of revenue month by month, from the movements that a source tells: churn, retention, cohorts.
//!
//! The formulas are ChartMogul's and come out as in its own figures
//! (<https://help.chartmogul.com/hc/en-us/articles/203359341>, <https://help.chartmogul.com/hc/en-us/articles/207340419>):
//!
//! | figure | formula |
//! | --- | --- |
//! | MRR at the end | start + new business + expansion + reactivation + contraction + churn (the last two are negative) |
//! | gross MRR churn | (churn + contraction) ÷ start, both without sign |
//! | net MRR churn | (churn + contraction − expansion − reactivation) ÷ start |
//! | net revenue retention | 1 − net MRR churn |
//! | customer churn | customers at the start who do not pay at the end ÷ customers at the start |
//! | ARPA | MRR ÷ customers, at the end |
//! | quick ratio | (new business + expansion + reactivation) ÷ (contraction + churn), without sign |
//! | cohort retention after k months | MRR then of the customers whose first subscription began in the month ÷ their new business |
//! | retention over 12 months | MRR now of the customers who paid 12 months ago ÷ their MRR then; ours, with a fixed cohort |
//!
//! A share of nothing is unknown, not zero. Only movements in one currency are counted; how many are in others is told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    amount::Currency,
    sources::event::{Detail, Event, Movement, MovementKind},
};

/// Months over which the retention of a fixed cohort is taken.
const YEAR: usize = 12;

/// Growth of revenue, by the movements of one source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Growth {
    /// The currency of every amount.
    pub currency: Currency,
    /// Month by month, without a gap, oldest first.
    pub months: Vec<Month>,
    /// Customers by the month of their first subscription, oldest first.
    pub cohorts: Vec<Cohort>,
    /// Movements in other currencies, which are in no figure.
    pub in_other_currencies: usize,
    /// Movements without customer, day or amount, which are in no figure.
    pub unusable: usize,
}

/// One month. Shares are of one: 0.05 is 5 %.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Month {
    /// Its first day.
    pub month: Date,
    /// MRR at its start.
    pub start: Decimal,
    /// From first subscriptions.
    pub new_business: Decimal,
    /// More from existing customers.
    pub expansion: Decimal,
    /// From customers who came back.
    pub reactivation: Decimal,
    /// Less from customers who stay; not positive.
    pub contraction: Decimal,
    /// From customers who left; not positive.
    pub churn: Decimal,
    /// Movements of a kind that is not known here.
    pub other: Decimal,
    /// MRR at its end.
    pub end: Decimal,
    /// Paying customers at its start.
    pub customers_at_start: usize,
    /// Paying customers at its end.
    pub customers_at_end: usize,
    /// Of those at its start, how many do not pay at its end.
    pub customers_lost: usize,
    /// See the table at the head of the module, as the rest.
    pub gross_churn: Option<Decimal>,
    /// Negative when more was gained from existing customers than lost.
    pub net_churn: Option<Decimal>,
    /// Net revenue retention of the month.
    pub retention: Option<Decimal>,
    /// The same over twelve months, of those who paid twelve months ago.
    pub retention_12_months: Option<Decimal>,
    /// Share of customers lost.
    pub customer_churn: Option<Decimal>,
    /// MRR for each customer.
    pub arpa: Option<Decimal>,
    /// What was gained for each unit lost.
    pub quick_ratio: Option<Decimal>,
}

/// Customers whose first subscription began in one month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cohort {
    /// The first day of the month.
    pub month: Date,
    /// How many they are.
    pub customers: usize,
    /// What their first subscriptions were worth.
    pub new_business: Decimal,
    /// Their MRR at the end of that month, of the next one and so on, as shares of `new_business`.
    pub retention: Vec<Option<Decimal>>,
}

/// A movement that counts.
struct Move<'a> {
    customer: &'a str,
    day: Date,
    kind: &'a MovementKind,
    change: Decimal,
}

/// What was paid a month, by customer.
type Balances<'a> = BTreeMap<&'a str, Decimal>;

impl Growth {
    /// The growth up to the month of `today`, by the movements of `source` in `currency`.
    pub fn of(events: &[Event], source: &str, currency: Currency, today: Date) -> Self {
        let mut growth = Self {
            currency,
            months: Vec::new(),
            cohorts: Vec::new(),
            in_other_currencies: 0,
            unusable: 0,
        };
        let mut moves: Vec<Move<'_>> = Vec::new();
        for event in events.iter().filter(|event| event.source == source) {
            let Detail::Movement(movement) = &event.detail else {
                continue;
            };
            match movement_of(event, movement) {
                Some((_, of)) if of != currency => growth.in_other_currencies += 1,
                Some((counted, _)) if counted.day <= today => moves.push(counted),
                Some(_) => {}
                None => growth.unusable += 1,
            }
        }
        moves.sort_by(|left, right| {
            (left.day, left.customer, left.change).cmp(&(right.day, right.customer, right.change))
        });
        growth.fill(&moves, today);
        growth
    }

    fn fill<'a>(&mut self, moves: &[Move<'a>], today: Date) {
        let Some(first) = moves.first() else { return };
        let mut ends: Vec<Balances<'a>> = Vec::new();
        let mut balances = Balances::new();
        let mut left = moves;
        let mut month = first.day.first_of_month();
        while month <= today {
            let last = month.last_of_month();
            let (of_month, later) = left.split_at(left.partition_point(|one| one.day <= last));
            left = later;
            let start = balances.clone();
            let mut figures = Month {
                month,
                ..Month::default()
            };
            for one in of_month {
                *balances.entry(one.customer).or_default() += one.change;
                *figures.place(one.kind) += one.change;
            }
            balances.retain(|_, paid| !paid.is_zero());
            figures.settle(&start, &balances);
            ends.push(balances.clone());
            figures.retention_12_months = (ends.len().checked_sub(YEAR + 1))
                .and_then(|before| share(of_those(&ends[before], &balances), ends[before].values().sum()));
            self.months.push(figures);
            let Ok(next) = month.checked_add(1.month()) else { break };
            month = next;
        }
        self.cohorts = cohorts(moves, &self.months, &ends);
    }
}

/// What movements of `source` in `currency` gained and lost after a day up to another one, that one included: the sums of a
/// [`Month`] alone, without shares. `None` when the source told of no movement at all.
pub fn movements(
    events: &[Event],
    (source, currency): (&str, Currency),
    (after, until): (Date, Date),
) -> Option<Month> {
    let own = events.iter().filter(|event| event.source == source);
    let told = own.filter_map(|event| match &event.detail {
        Detail::Movement(movement) => movement_of(event, movement),
        _ => None,
    });
    let mut sums: Option<Month> = None;
    for (one, _) in told.filter(|(_, of)| *of == currency) {
        let sums = sums.get_or_insert_with(Month::default);
        if one.day > after && one.day <= until {
            *sums.place(one.kind) += one.change;
        }
    }
    sums
}

fn movement_of<'a>(event: &'a Event, movement: &'a Movement) -> Option<(Move<'a>, Currency)> {
    let change = movement.change?;
    let counted = Move {
        customer: event.about.first().map(|subject| subject.id.as_str())?,
        day: movement.date?,
        kind: &movement.kind,
        change: change.units,
    };
    Some((counted, change.currency))
}

impl Month {
    fn place(&mut self, kind: &MovementKind) -> &mut Decimal {
        match kind {
            MovementKind::NewBusiness => &mut self.new_business,
            MovementKind::Expansion => &mut self.expansion,
            MovementKind::Contraction => &mut self.contraction,
            MovementKind::Churn => &mut self.churn,
            MovementKind::Reactivation => &mut self.reactivation,
            MovementKind::Other(_) => &mut self.other,
        }
    }

    fn settle(&mut self, start: &Balances<'_>, end: &Balances<'_>) {
        self.start = start.values().sum();
        self.end = end.values().sum();
        self.customers_at_start = start.len();
        self.customers_at_end = end.len();
        self.customers_lost = start.keys().filter(|customer| !end.contains_key(*customer)).count();
        let lost = -(self.churn + self.contraction);
        let regained = self.expansion + self.reactivation;
        self.gross_churn = share(lost, self.start);
        self.net_churn = share(lost - regained, self.start);
        self.retention = self.net_churn.map(|churn| Decimal::ONE - churn);
        self.customer_churn = share(self.customers_lost.into(), self.customers_at_start.into());
        self.arpa = share(self.end, self.customers_at_end.into());
        self.quick_ratio = share(self.new_business + regained, lost);
    }
}

/// `part` of `whole`; `None` of nothing.
fn share(part: Decimal, whole: Decimal) -> Option<Decimal> {
    if whole <= Decimal::ZERO {
        return None;
    }
    part.checked_div(whole)
}

/// What those who paid `then` pay `now`.
fn of_those(then: &Balances<'_>, now: &Balances<'_>) -> Decimal {
    then.keys().filter_map(|customer| now.get(customer)).sum()
}

fn cohorts(moves: &[Move<'_>], months: &[Month], ends: &[Balances<'_>]) -> Vec<Cohort> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut founders: BTreeMap<Date, (BTreeSet<&str>, Decimal)> = BTreeMap::new();
    for one in moves.iter().filter(|one| *one.kind == MovementKind::NewBusiness) {
        let month = one.day.first_of_month();
        let is_first = seen.insert(one.customer);
        let (customers, new_business) = founders.entry(month).or_default();
        // A second line of the same day or month belongs to the same beginning.
        if is_first || customers.contains(one.customer) {
            customers.insert(one.customer);
            *new_business += one.change;
        }
    }
    founders.retain(|_, (customers, _)| !customers.is_empty());
    let cohort = |(month, (customers, new_business)): (Date, (BTreeSet<&str>, Decimal))| {
        let since = months.iter().zip(ends).filter(|(one, _)| one.month >= month);
        let paid = |end: &Balances<'_>| customers.iter().filter_map(|customer| end.get(customer)).sum();
        Cohort {
            month,
            customers: customers.len(),
            new_business,
            retention: since.map(|(_, end)| share(paid(end), new_business)).collect(),
        }
    };
    founders.into_iter().map(cohort).collect()
}

#[cfg(test)]
#[path = "revenue_tests.rs"]
mod tests;
