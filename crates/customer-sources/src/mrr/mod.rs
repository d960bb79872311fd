//! Monthly recurring revenue (MRR) of a Stripe subscription: the single definition for that source.
//!
//! It follows Stripe: the monthly value of all `active` and `past_due` subscriptions, without trials, taxes, free
//! plans, metered prices, and `unpaid` or cancelled subscriptions
//! (<https://docs.stripe.com/billing/subscriptions/analytics/glossary>). Stripe publishes no factor for weeks and days:
//! here a year has 365 days, so a week counts 365/7/12 and a day 365/12. Coupons with a limited duration (`once`,
//! `repeating`) do not reduce MRR unless the account owner chooses so
//! (<https://support.stripe.com/questions/impact-of-discounts-on-monthly-recurring-revenue-mrr-and-churn-metrics>).
//!
//! `ChartMogul` counts invoices and differs by design, so the two figures are never added.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::amount::{Amount, Currency};

/// Subscription data that determine its value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Status: `active`, `past_due`, `trialing`, `canceled` …, or another value of the vendor.
    pub status: Option<String>,
    /// Priced items.
    pub items: Vec<SubscriptionItem>,
    /// Discounts of the subscription itself.
    pub discounts: Vec<Discount>,
    /// Discounts of the customer, which apply if neither the subscription nor its items have any
    /// (<https://docs.stripe.com/billing/subscriptions/coupons>).
    pub customer_discounts: Vec<Discount>,
    /// Start of the subscription.
    pub started_at: Option<Timestamp>,
    /// End of the trial.
    pub trial_ends_at: Option<Timestamp>,
    /// End of the current billing period.
    pub current_period_ends_at: Option<Timestamp>,
    /// Time of cancellation.
    pub canceled_at: Option<Timestamp>,
    /// End of the subscription.
    pub ended_at: Option<Timestamp>,
    /// Whether it ends with the current period. It counts until then.
    pub cancels_at_period_end: Option<bool>,
    /// Whether payment collection is paused. The status remains `active`, and it counts.
    pub collection_paused: bool,
}

/// Priced item of a subscription.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SubscriptionItem {
    /// Name of the plan.
    pub name: Option<String>,
    /// Currency of all amounts of the item.
    pub currency: Option<Currency>,
    /// Price by quantity; `None` if the vendor did not give it.
    pub price: Option<Price>,
    /// Billing interval; `None` for a one-time price.
    pub recurring: Option<Recurring>,
    /// Quantity.
    pub quantity: Option<Decimal>,
    /// Division of the quantity into packages before pricing.
    pub transform: Option<QuantityTransform>,
    /// Discounts of this item only.
    pub discounts: Vec<Discount>,
    /// Inclusive tax.
    pub tax: TaxBehavior,
}

/// Price by quantity, in the smallest unit of the currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Price {
    /// Price per unit.
    PerUnit(Decimal),
    /// Units in each tier at that tier's price.
    Graduated(Vec<Tier>),
    /// All units at the price of the tier that contains the quantity.
    Volume(Vec<Tier>),
}

/// Tier: a range of quantities with its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Last quantity of the tier; `None` for the last tier.
    pub up_to: Option<Decimal>,
    /// Price per unit.
    pub unit: Decimal,
    /// Flat price of the tier.
    pub flat: Decimal,
}

/// Billing interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurring {
    /// Interval: `day`, `week`, `month`, `year`, or another value of the vendor.
    pub interval: String,
    /// Number of intervals between payments.
    pub count: Decimal,
    /// Whether the price is licensed or metered.
    pub usage: UsageType,
}

/// Whether the price is licensed or metered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageType {
    /// Licensed: billed by the agreed quantity.
    Licensed,
    /// Metered: billed by usage, which is not recurring revenue.
    Metered,
}

/// Division of a quantity into packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantityTransform {
    /// Units per package.
    pub divide_by: Decimal,
    /// Rounding of a partial package.
    pub round: PackageRounding,
}

/// Rounding of a partial package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackageRounding {
    /// Rounded up to a whole package.
    Up,
    /// Rounded down.
    Down,
}

/// Tax behavior of a price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBehavior {
    /// Exclusive: added to the price, or no tax.
    #[default]
    Outside,
    /// Inclusive, with its rate in percent.
    Inside(Decimal),
}

/// Discount from a coupon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// Discount in percent.
    pub percent_off: Option<Decimal>,
    /// Fixed discount per payment, in the smallest unit of the currency.
    pub amount_off: Option<Decimal>,
    /// Currency of `amount_off`.
    pub currency: Option<Currency>,
    /// Duration of the coupon.
    pub lasting: CouponDuration,
    /// End of the discount.
    pub ends_at: Option<Timestamp>,
}

/// Duration of a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponDuration {
    /// As long as the subscription.
    Forever,
    /// For one payment or a number of months.
    Finite,
}

/// Whether coupons with a limited duration reduce MRR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FiniteDiscounts {
    /// They do not; Stripe's default.
    #[default]
    Ignored,
    /// They do.
    Counted,
}

/// Monthly value of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mrr {
    /// Exact amount, not rounded.
    Counted(Amount),
    /// Not recurring revenue, with the reason.
    NotCounted(String),
    /// Unknown because of missing data, with the reason. Not zero.
    Unknown(String),
}

impl Mrr {
    /// Amount, if it counts.
    pub fn amount(&self) -> Option<Amount> {
        match self {
            Self::Counted(amount) => Some(*amount),
            _ => None,
        }
    }
}

/// Computes the monthly value of `subscription` at the instant `at`, in exact decimals; round once, after adding up.
pub fn monthly_revenue(subscription: &Subscription, at: Timestamp, finite: FiniteDiscounts) -> Mrr {
    if let Some(reason) = reason_not_to_count(subscription, at) {
        return Mrr::NotCounted(reason);
    }
    let licensed: Vec<&SubscriptionItem> = subscription.items.iter().filter(|item| item.is_licensed()).collect();
    let Some(currency) = licensed.first().and_then(|item| item.currency) else {
        return match licensed.first() {
            Some(_) => Mrr::Unknown("its price has no currency".to_owned()),
            None => Mrr::NotCounted("nothing in it is paid for at a fixed price".to_owned()),
        };
    };
    if licensed.iter().any(|item| item.currency != Some(currency)) {
        return Mrr::Unknown("its prices are in several currencies".to_owned());
    }
    match value(subscription, &licensed, &DiscountTerms { at, finite, currency }) {
        Ok(Some(minor)) => match Amount::of_minor(minor, currency) {
            Some(amount) => Mrr::Counted(amount),
            None => out_of_range(),
        },
        Ok(None) => out_of_range(),
        Err(reason) => Mrr::Unknown(reason),
    }
}

fn out_of_range() -> Mrr {
    Mrr::Unknown("the amounts are too large to add up".to_owned())
}

fn reason_not_to_count(subscription: &Subscription, at: Timestamp) -> Option<String> {
    match subscription.status.as_deref() {
        Some("active" | "past_due") if subscription.trial_ends_at.is_some_and(|end| end > at) => {
            Some("it is on trial".to_owned())
        }
        Some("active" | "past_due") => None,
        Some(status) => Some(format!("it is {status}")),
        None => Some("it has no status".to_owned()),
    }
}

struct DiscountTerms {
    at: Timestamp,
    finite: FiniteDiscounts,
    currency: Currency,
}

impl DiscountTerms {
    fn holds(&self, discount: &Discount) -> bool {
        let lasts = discount.lasting == CouponDuration::Forever || self.finite == FiniteDiscounts::Counted;
        lasts && discount.ends_at.is_none_or(|end| end > self.at)
    }

    /// Fraction that remains after the percentage discounts.
    fn share_left(&self, discounts: &[Discount]) -> Option<Decimal> {
        discounts
            .iter()
            .filter(|discount| self.holds(discount))
            .filter_map(|discount| discount.percent_off)
            .try_fold(Decimal::ONE, |share, percent| {
                share.checked_mul(Decimal::ONE.checked_sub(percent.checked_div(Decimal::ONE_HUNDRED)?)?)
            })
    }

    /// Sum of the fixed discounts per payment.
    fn amount_off(&self, discounts: &[Discount]) -> Option<Decimal> {
        discounts
            .iter()
            .filter(|discount| self.holds(discount) && discount.currency == Some(self.currency))
            .filter_map(|discount| discount.amount_off)
            .try_fold(Decimal::ZERO, Decimal::checked_add)
    }
}

/// Value in the smallest unit; `None` beyond 28 digits.
fn value(
    subscription: &Subscription,
    items: &[&SubscriptionItem],
    terms: &DiscountTerms,
) -> Result<Option<Decimal>, String> {
    let prices = items
        .iter()
        .map(|item| item.price_a_period())
        .collect::<Result<Vec<_>, _>>()?;
    let has_own = !subscription.discounts.is_empty() || items.iter().any(|item| !item.discounts.is_empty());
    let discounts = if has_own {
        &subscription.discounts
    } else {
        &subscription.customer_discounts
    };
    let intervals = items.iter().map(|item| item.months()).collect::<Result<Vec<_>, _>>()?;
    Ok(added_up(
        items,
        &prices,
        &intervals,
        &SubscriptionDiscounts { terms, discounts },
    ))
}

struct SubscriptionDiscounts<'a> {
    terms: &'a DiscountTerms,
    discounts: &'a [Discount],
}

/// Applies, item by item, the item's discounts, then the subscription's; fixed amounts of the latter are spread in
/// proportion to price.
fn added_up(
    items: &[&SubscriptionItem],
    prices: &[Option<Decimal>],
    intervals: &[(Decimal, Decimal)],
    of_all: &SubscriptionDiscounts<'_>,
) -> Option<Decimal> {
    let terms = of_all.terms;
    let share = terms.share_left(of_all.discounts)?;
    let mut nets = Vec::with_capacity(items.len());
    for (item, price) in items.iter().zip(prices) {
        let own = (*price)?.checked_mul(terms.share_left(&item.discounts)?)?;
        let net = own.checked_sub(terms.amount_off(&item.discounts)?)?.max(Decimal::ZERO);
        nets.push(net.checked_mul(share)?);
    }
    let whole = nets.iter().copied().try_fold(Decimal::ZERO, Decimal::checked_add)?;
    let off = terms.amount_off(of_all.discounts)?.min(whole);
    let mut sum = Decimal::ZERO;
    for ((item, net), (months, each)) in items.iter().zip(&nets).zip(intervals) {
        let part = if whole.is_zero() {
            Decimal::ZERO
        } else {
            off.checked_mul(*net)?.checked_div(whole)?
        };
        let paid = net.checked_sub(part)?.checked_mul(*each)?.checked_div(*months)?;
        sum = sum.checked_add(item.without_tax(paid)?)?;
    }
    Some(sum.round_dp(12))
}

impl SubscriptionItem {
    fn is_licensed(&self) -> bool {
        self.recurring
            .as_ref()
            .is_some_and(|recurring| recurring.usage == UsageType::Licensed)
    }

    /// Billing period as a fraction: a price divided by the first and multiplied by the second number is the price per
    /// month.
    fn months(&self) -> Result<(Decimal, Decimal), String> {
        let recurring = self.recurring.as_ref().ok_or("it is not recurring")?;
        let (months, each) = match recurring.interval.as_str() {
            "year" => (12, 1),
            "month" => (1, 1),
            "week" => (7 * 12, 365),
            "day" => (12, 365),
            other => return Err(format!("its interval is “{other}”")),
        };
        let months = Decimal::from(months)
            .checked_mul(recurring.count)
            .filter(|months| *months > Decimal::ZERO)
            .ok_or_else(|| format!("its interval count is {}", recurring.count))?;
        Ok((months, Decimal::from(each)))
    }

    /// Price per period before discounts, in the smallest unit; `Ok(None)` beyond 28 digits.
    fn price_a_period(&self) -> Result<Option<Decimal>, String> {
        let price = self.price.as_ref().ok_or("its price is not known")?;
        let quantity = self.quantity.unwrap_or(Decimal::ONE);
        let quantity = match self.transform {
            Some(QuantityTransform { divide_by, .. }) if divide_by <= Decimal::ZERO => {
                return Err("its packages have no size".to_owned());
            }
            Some(QuantityTransform {
                divide_by,
                round: PackageRounding::Up,
            }) => quantity.checked_div(divide_by).map(|packages| packages.ceil()),
            Some(QuantityTransform {
                divide_by,
                round: PackageRounding::Down,
            }) => quantity.checked_div(divide_by).map(|packages| packages.floor()),
            None => Some(quantity),
        };
        Ok(quantity.and_then(|quantity| match price {
            Price::PerUnit(unit) => unit.checked_mul(quantity),
            Price::Volume(tiers) => {
                let holds = |tier: &&Tier| tier.up_to.is_none_or(|last| quantity <= last);
                let tier = tiers.iter().find(holds)?;
                tier.unit.checked_mul(quantity)?.checked_add(tier.flat)
            }
            Price::Graduated(tiers) => graduated(tiers, quantity),
        }))
    }

    fn without_tax(&self, paid: Decimal) -> Option<Decimal> {
        match self.tax {
            TaxBehavior::Outside => Some(paid),
            TaxBehavior::Inside(percent) => {
                let whole = Decimal::ONE_HUNDRED.checked_add(percent)?;
                paid.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)
            }
        }
    }
}

fn graduated(tiers: &[Tier], quantity: Decimal) -> Option<Decimal> {
    let mut sum = Decimal::ZERO;
    let mut below = Decimal::ZERO;
    for tier in tiers {
        let up_to = tier.up_to.map_or(quantity, |last| last.min(quantity));
        let in_tier = up_to.checked_sub(below)?.max(Decimal::ZERO);
        sum = sum
            .checked_add(tier.unit.checked_mul(in_tier)?)?
            .checked_add(tier.flat)?;
        below = up_to;
        if up_to >= quantity {
            return Some(sum);
        }
    }
    None
}
