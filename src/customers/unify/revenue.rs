//! Revenue of one customer, as defined by one source; never added across sources or currencies.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    Known, Terms,
    clusters::Cluster,
    precedence::{FieldKey, rank},
};
use crate::customers::{
    amount::{Amount, Currency},
    customer::Revenue,
    mrr::{self, Mrr},
    sources::{
        event::{DealStatus, Detail, Event},
        record::{FieldName, FieldValue},
    },
};

/// Totals by currency.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums(BTreeMap<Currency, Decimal>);

impl Sums {
    fn add(&mut self, amount: Amount) {
        let sum = self.0.entry(amount.currency).or_default();
        *sum = sum.saturating_add(amount.units);
    }

    /// Total in the reporting currency, otherwise in the first other one; and the remaining totals.
    fn split(self, currency: Currency) -> (Option<Amount>, Vec<Amount>) {
        let amount = |(currency, units): (Currency, Decimal)| Amount { units, currency }.rounded();
        let chosen = if self.0.contains_key(&currency) {
            Some(currency)
        } else {
            let paid = self.0.iter().find(|(_, units)| !units.is_zero());
            paid.or_else(|| self.0.iter().next()).map(|(currency, _)| *currency)
        };
        let (main, others): (Vec<_>, Vec<_>) = self.0.into_iter().partition(|(code, _)| Some(*code) == chosen);
        let others = others.into_iter().filter(|(_, units)| !units.is_zero());
        (main.into_iter().map(amount).next(), others.map(amount).collect())
    }
}

/// Revenue of the customer of `cluster`.
pub fn of(known: Known<'_>, cluster: &Cluster, terms: &Terms) -> Revenue {
    let mut revenue = Revenue::default();
    if let Some((source, sums)) = monthly(known, cluster, terms) {
        (revenue.mrr, revenue.other_currencies) = sums.split(terms.currency);
        revenue.mrr_source = Some(source);
    }
    let (source, paid) = paid(known, cluster);
    let currency = revenue.mrr.map_or(terms.currency, |mrr| mrr.currency);
    revenue.ltv = paid.split(currency).0;
    revenue.ltv_source = revenue.ltv.and(source);
    revenue.open_pipeline = pipeline(known, cluster, terms).split(terms.currency).0;
    revenue
}

/// Monthly revenue from the source with the highest precedence that has one.
fn monthly(known: Known<'_>, cluster: &Cluster, terms: &Terms) -> Option<(String, Sums)> {
    let subscribed = subscriptions(known, cluster, terms);
    let told = told(known, cluster, terms);
    let known_by = subscribed.into_iter().chain(told);
    known_by.min_by_key(|(source, _)| (rank(FieldKey::Mrr, source), source.clone()))
}

/// Monthly revenue from subscriptions. A source with a subscription that cannot be computed is left out.
fn subscriptions(known: Known<'_>, cluster: &Cluster, terms: &Terms) -> BTreeMap<String, Sums> {
    let mut by_source: BTreeMap<String, Option<Sums>> = BTreeMap::new();
    for event in events(known, &cluster.own_events) {
        let Detail::Subscription(subscription) = &event.detail else {
            continue;
        };
        let sums = by_source
            .entry(event.source.clone())
            .or_insert_with(|| Some(Sums::default()));
        match mrr::monthly(subscription, terms.now, terms.finite) {
            Mrr::Counted(amount) => {
                if let Some(sums) = sums {
                    sums.add(amount);
                }
            }
            Mrr::NotCounted(_) => {
                let currency = subscription.items.iter().find_map(|item| item.currency);
                let nothing = Amount {
                    units: Decimal::ZERO,
                    currency: currency.unwrap_or(terms.currency),
                };
                if let Some(sums) = sums {
                    sums.add(nothing);
                }
            }
            Mrr::Unknown(_) => *sums = None,
        }
    }
    by_source
        .into_iter()
        .filter_map(|(source, sums)| Some((source, sums?)))
        .collect()
}

/// Monthly revenue as reported by the sources. Without a currency, the reporting currency applies.
fn told(known: Known<'_>, cluster: &Cluster, terms: &Terms) -> BTreeMap<String, Sums> {
    let mut by_source: BTreeMap<String, Sums> = BTreeMap::new();
    for record in cluster.records.iter().map(|place| &known.records[*place].said) {
        let amount = match record.field(&FieldName::Mrr) {
            Some(FieldValue::Money(amount)) => *amount,
            Some(FieldValue::Number(units)) => Amount {
                units: *units,
                currency: terms.currency,
            },
            _ => continue,
        };
        by_source.entry(record.source.clone()).or_default().add(amount);
    }
    by_source
}

/// Lifetime value: paid invoices of the source with the highest precedence that has some.
fn paid(known: Known<'_>, cluster: &Cluster) -> (Option<String>, Sums) {
    let mut by_source: BTreeMap<String, Sums> = BTreeMap::new();
    for event in events(known, &cluster.own_events) {
        if let Detail::Invoice(invoice) = &event.detail
            && invoice.status.as_deref() == Some("paid")
            && let Some(total) = invoice.total
        {
            by_source.entry(event.source.clone()).or_default().add(total);
        }
    }
    let first = by_source
        .into_iter()
        .min_by_key(|(source, _)| (rank(FieldKey::Ltv, source), source.clone()));
    match first {
        Some((source, sums)) => (Some(source), sums),
        None => (None, Sums::default()),
    }
}

/// Total of the open deals that name this customer first.
fn pipeline(known: Known<'_>, cluster: &Cluster, terms: &Terms) -> Sums {
    let mut sums = Sums::default();
    for event in events(known, &cluster.own_events) {
        if let Detail::Deal(deal) = &event.detail
            && deal.status == DealStatus::Open
            && let Some(units) = deal.amount
        {
            let currency = deal.currency.unwrap_or(terms.currency);
            sums.add(Amount { units, currency });
        }
    }
    sums
}

fn events<'a>(known: Known<'a>, places: &'a [usize]) -> impl Iterator<Item = &'a Event> {
    places.iter().map(|place| &known.events[*place])
}
