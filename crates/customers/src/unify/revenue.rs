//! Revenue of one customer, as defined by one source; never added across sources or currencies.

use std::collections::BTreeMap;

use customer_sources::{
    amount::{Amount, Currency},
    event::{CustomerEvent, DealStatus, EventDetail},
    mrr::{self, Mrr},
    observation::{FieldName, FieldValue},
};
use rust_decimal::Decimal;

use crate::{
    customer::CustomerRevenue,
    unify::{
        UnifyContext, UnifyInput,
        clusters::Cluster,
        precedence::{FieldKey, rank},
    },
};

/// Totals by currency.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CurrencyTotals(BTreeMap<Currency, Decimal>);

impl CurrencyTotals {
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
pub fn customer_revenue(input: UnifyInput<'_>, cluster: &Cluster, context: &UnifyContext) -> CustomerRevenue {
    let mut revenue = CustomerRevenue::default();
    if let Some((source, sums)) = monthly_revenue(input, cluster, context) {
        (revenue.mrr, revenue.other_currencies) = sums.split(context.currency);
        revenue.mrr_source = Some(source);
    }
    let (source, paid) = lifetime_value(input, cluster);
    let currency = revenue.mrr.map_or(context.currency, |mrr| mrr.currency);
    revenue.ltv = paid.split(currency).0;
    revenue.ltv_source = revenue.ltv.and(source);
    revenue.open_pipeline = open_pipeline(input, cluster, context).split(context.currency).0;
    revenue
}

/// Monthly revenue from the source with the highest precedence that has one.
fn monthly_revenue(
    input: UnifyInput<'_>,
    cluster: &Cluster,
    context: &UnifyContext,
) -> Option<(String, CurrencyTotals)> {
    let subscribed = subscription_mrr(input, cluster, context);
    let told = reported_mrr(input, cluster, context);
    let known_by = subscribed.into_iter().chain(told);
    known_by.min_by_key(|(source, _)| (rank(FieldKey::Mrr, source), source.clone()))
}

/// Monthly revenue from subscriptions. A source with a subscription that cannot be computed is left out.
fn subscription_mrr(
    input: UnifyInput<'_>,
    cluster: &Cluster,
    context: &UnifyContext,
) -> BTreeMap<String, CurrencyTotals> {
    let mut by_source: BTreeMap<String, Option<CurrencyTotals>> = BTreeMap::new();
    for event in events(input, &cluster.primary_events) {
        let EventDetail::Subscription(subscription) = &event.detail else {
            continue;
        };
        let sums = by_source
            .entry(event.source.clone())
            .or_insert_with(|| Some(CurrencyTotals::default()));
        match mrr::monthly_revenue(subscription, context.now, context.finite) {
            Mrr::Counted(amount) => {
                if let Some(sums) = sums {
                    sums.add(amount);
                }
            }
            Mrr::NotCounted(_) => {
                let currency = subscription.items.iter().find_map(|item| item.currency);
                let nothing = Amount {
                    units: Decimal::ZERO,
                    currency: currency.unwrap_or(context.currency),
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
fn reported_mrr(input: UnifyInput<'_>, cluster: &Cluster, context: &UnifyContext) -> BTreeMap<String, CurrencyTotals> {
    let mut by_source: BTreeMap<String, CurrencyTotals> = BTreeMap::new();
    for record in cluster.records.iter().map(|index| &input.records[*index].observation) {
        let amount = match record.field(&FieldName::Mrr) {
            Some(FieldValue::Money(amount)) => *amount,
            Some(FieldValue::Number(units)) => Amount {
                units: *units,
                currency: context.currency,
            },
            _ => continue,
        };
        by_source.entry(record.source.clone()).or_default().add(amount);
    }
    by_source
}

/// Lifetime value: paid invoices of the source with the highest precedence that has some.
fn lifetime_value(input: UnifyInput<'_>, cluster: &Cluster) -> (Option<String>, CurrencyTotals) {
    let mut by_source: BTreeMap<String, CurrencyTotals> = BTreeMap::new();
    for event in events(input, &cluster.primary_events) {
        if let EventDetail::Invoice(invoice) = &event.detail
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
        None => (None, CurrencyTotals::default()),
    }
}

/// Total of the open deals that name this customer first.
fn open_pipeline(input: UnifyInput<'_>, cluster: &Cluster, context: &UnifyContext) -> CurrencyTotals {
    let mut sums = CurrencyTotals::default();
    for event in events(input, &cluster.primary_events) {
        if let EventDetail::Deal(deal) = &event.detail
            && deal.status == DealStatus::Open
            && let Some(units) = deal.amount
        {
            let currency = deal.currency.unwrap_or(context.currency);
            sums.add(Amount { units, currency });
        }
    }
    sums
}

fn events<'a>(input: UnifyInput<'a>, places: &'a [usize]) -> impl Iterator<Item = &'a CustomerEvent> {
    places.iter().map(|index| &input.events[*index])
}
