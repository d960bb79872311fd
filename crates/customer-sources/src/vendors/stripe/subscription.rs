//! Mapping of Stripe subscriptions, in the shapes before and after version 2025-03-31 (basil): periods on the
//! subscription or on its items, one `discount` or several `discounts`, the coupon inside or under `source`.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::{
    event::{CustomerEvent, EventDetail},
    lenient_json::{JsonRecord, RejectionReason},
    mrr::{
        CouponDuration, Discount, PackageRounding, Price, QuantityTransform, Recurring, Subscription, SubscriptionItem,
        TaxBehavior, Tier, UsageType,
    },
    vendors::stripe::mapping::account,
};

pub(crate) fn event(record: &JsonRecord<'_>) -> Result<CustomerEvent, RejectionReason> {
    let id = record.id("/id")?;
    let period_ends = |item: &JsonRecord<'_>| item.time("/current_period_end");
    let items = record.list("/items/data");
    let customer_discounts = record
        .at("/customer")
        .filter(|customer| customer.is_object())
        .map(|_| discounts(record, "/customer"));
    let detail = Subscription {
        status: record.text("/status"),
        items: items.iter().map(|item| priced(record, item)).collect(),
        discounts: discounts(record, ""),
        customer_discounts: customer_discounts.unwrap_or_default(),
        started_at: record.time("/start_date").or_else(|| record.time("/created")),
        trial_ends_at: record.time("/trial_end"),
        current_period_ends_at: record
            .time("/current_period_end")
            .or_else(|| items.iter().filter_map(period_ends).max()),
        canceled_at: record.time("/canceled_at"),
        ended_at: record.time("/ended_at"),
        cancels_at_period_end: record.flag("/cancel_at_period_end"),
        collection_paused: record.at("/pause_collection").is_some(),
    };
    let mut event = CustomerEvent::new(id, EventDetail::Subscription(Box::new(detail)));
    event.about.extend(account(record, "/customer"));
    event.at = record.time("/start_date").or_else(|| record.time("/created"));
    Ok(event)
}

fn priced(subscription: &JsonRecord<'_>, item: &JsonRecord<'_>) -> SubscriptionItem {
    // Older items have a plan instead of a price, with the same field names.
    let whose = if item.at("/price").is_some() { "/price" } else { "/plan" };
    let place = |name: &str| format!("{whose}/{name}");
    SubscriptionItem {
        name: item.plain_text(&place("nickname")).or_else(|| item.id_at(&place("id"))),
        currency: item
            .currency(&place("currency"))
            .or_else(|| subscription.currency("/currency")),
        price: price(item, whose),
        recurring: recurring(item, whose),
        quantity: item.number("/quantity"),
        transform: transform(item, whose),
        discounts: discounts(item, ""),
        tax: tax(subscription, item),
    }
}

fn price(item: &JsonRecord<'_>, whose: &str) -> Option<Price> {
    if item.text(&format!("{whose}/billing_scheme")).as_deref() == Some("tiered") {
        let tiers: Option<Vec<Tier>> = item.list(&format!("{whose}/tiers")).iter().map(tier).collect();
        let tiers = tiers.filter(|tiers| !tiers.is_empty())?;
        return match item.text(&format!("{whose}/tiers_mode")).as_deref() {
            Some("volume") => Some(Price::Volume(tiers)),
            Some("graduated") => Some(Price::Graduated(tiers)),
            _ => None,
        };
    }
    ["unit_amount_decimal", "unit_amount", "amount_decimal", "amount"]
        .into_iter()
        .find_map(|name| item.number(&format!("{whose}/{name}")))
        .map(Price::PerUnit)
}

/// Tier of a price; `up_to` is absent or `inf` in the last one.
fn tier(record: &JsonRecord<'_>) -> Option<Tier> {
    let amount = |decimal: &str, whole: &str| record.number(decimal).or_else(|| record.number(whole));
    let unit = amount("/unit_amount_decimal", "/unit_amount");
    let flat = amount("/flat_amount_decimal", "/flat_amount");
    let is_open = record.at("/up_to").is_none_or(|up_to| up_to == "inf");
    (unit.is_some() || flat.is_some()).then(|| Tier {
        up_to: if is_open { None } else { record.number("/up_to") },
        unit: unit.unwrap_or_default(),
        flat: flat.unwrap_or_default(),
    })
}

fn recurring(item: &JsonRecord<'_>, whose: &str) -> Option<Recurring> {
    let whose = if whose == "/price" { "/price/recurring" } else { whose };
    let metered = item.text(&format!("{whose}/usage_type")).as_deref() == Some("metered");
    Some(Recurring {
        interval: item.text(&format!("{whose}/interval"))?,
        count: item.number(&format!("{whose}/interval_count")).unwrap_or(Decimal::ONE),
        usage: if metered {
            UsageType::Metered
        } else {
            UsageType::Licensed
        },
    })
}

fn transform(item: &JsonRecord<'_>, whose: &str) -> Option<QuantityTransform> {
    let name = if whose == "/price" {
        "transform_quantity"
    } else {
        "transform_usage"
    };
    let round = match item.text(&format!("{whose}/{name}/round")).as_deref() {
        Some("up") => PackageRounding::Up,
        _ => PackageRounding::Down,
    };
    let divide_by = item.number(&format!("{whose}/{name}/divide_by"))?;
    Some(QuantityTransform { divide_by, round })
}

/// Discounts of the object at `place`.
fn discounts(record: &JsonRecord<'_>, place: &str) -> Vec<Discount> {
    let several = format!("{place}/discounts");
    let mut found: Vec<Discount> = record
        .list(&several)
        .iter()
        .filter_map(|one| discount(one, ""))
        .collect();
    let single = format!("{place}/discount");
    if found.is_empty() && record.at(&single).is_some_and(Value::is_object) {
        found.extend(discount(record, &single));
    }
    found
}

/// Discount of a coupon; `None` without a coupon, which has no effect.
fn discount(record: &JsonRecord<'_>, place: &str) -> Option<Discount> {
    if record.at(place).is_some_and(Value::is_string) {
        record.complain(place, "the discount is named, but not told");
        return None;
    }
    let coupon = ["source/coupon", "coupon"]
        .into_iter()
        .map(|name| format!("{place}/{name}"))
        .find(|coupon| record.at(coupon).is_some())?;
    let is_forever = record.text(&format!("{coupon}/duration")).as_deref() == Some("forever");
    Some(Discount {
        percent_off: record.number(&format!("{coupon}/percent_off")),
        amount_off: record.number(&format!("{coupon}/amount_off")),
        currency: record.currency(&format!("{coupon}/currency")),
        lasting: if is_forever {
            CouponDuration::Forever
        } else {
            CouponDuration::Finite
        },
        ends_at: record.time(&format!("{place}/end")),
    })
}

/// Inclusive tax rates of the item, or of the subscription if the item has none.
fn tax(subscription: &JsonRecord<'_>, item: &JsonRecord<'_>) -> TaxBehavior {
    let own = item.list("/tax_rates");
    let rates = if own.is_empty() {
        subscription.list("/default_tax_rates")
    } else {
        own
    };
    let inside = rates.iter().filter(|rate| rate.flag("/inclusive") == Some(true));
    let mut percents = inside.filter_map(|rate| rate.number("/percentage"));
    let percent = percents
        .try_fold(Decimal::ZERO, Decimal::checked_add)
        .unwrap_or_default();
    if item.text("/price/tax_behavior").as_deref() == Some("exclusive") || percent.is_zero() {
        TaxBehavior::Outside
    } else {
        TaxBehavior::Inside(percent)
    }
}
