//! Unit tests of monthly recurring revenue.

use jiff::Timestamp;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{
    amount::Currency,
    mrr::{
        CouponDuration, Discount, FiniteDiscounts, Mrr, PackageRounding, Price, QuantityTransform, Recurring,
        Subscription, SubscriptionItem, TaxBehavior, Tier, UsageType, monthly_revenue,
    },
};

const AT: Timestamp = Timestamp::UNIX_EPOCH;

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a number")
}

fn currency(code: &str) -> Currency {
    Currency::of(code).expect("a currency")
}

fn item(cents: &str, interval: &str, count: u32) -> SubscriptionItem {
    SubscriptionItem {
        currency: Some(currency("USD")),
        price: Some(Price::PerUnit(decimal(cents))),
        recurring: Some(Recurring {
            interval: interval.to_owned(),
            count: count.into(),
            usage: UsageType::Licensed,
        }),
        quantity: Some(Decimal::ONE),
        ..SubscriptionItem::default()
    }
}

fn active(items: Vec<SubscriptionItem>) -> Subscription {
    Subscription {
        status: Some("active".to_owned()),
        items,
        ..Subscription::default()
    }
}

fn percent(off: &str) -> Discount {
    Discount {
        percent_off: Some(decimal(off)),
        amount_off: None,
        currency: None,
        lasting: CouponDuration::Forever,
        ends_at: None,
    }
}

fn amount(off: &str) -> Discount {
    Discount {
        percent_off: None,
        amount_off: Some(decimal(off)),
        currency: Some(currency("USD")),
        ..percent("0")
    }
}

fn shown(subscription: &Subscription) -> String {
    match monthly_revenue(subscription, AT, FiniteDiscounts::Ignored) {
        Mrr::Counted(amount) => amount.to_string(),
        Mrr::NotCounted(reason) => format!("no: {reason}"),
        Mrr::Unknown(reason) => format!("unknown: {reason}"),
    }
}

#[test]
fn every_interval_is_brought_to_a_month() {
    for (cents, interval, count, month) in [
        ("2000", "month", 1, "20 USD"),
        ("3000", "month", 3, "10 USD"),
        ("12000", "year", 1, "10 USD"),
        ("24000", "year", 2, "10 USD"),
        ("700", "week", 1, "30.42 USD"),
        ("1400", "week", 2, "30.42 USD"),
        ("100", "day", 1, "30.42 USD"),
        ("3000", "day", 30, "30.42 USD"),
        ("100000", "year", 1, "83.33 USD"),
    ] {
        assert_eq!(
            shown(&active(vec![item(cents, interval, count)])),
            month,
            "{cents} every {count} {interval}"
        );
    }
}

#[test]
fn the_worked_example_of_stripe_adds_up_to_what_it_should() {
    // 100 customers at 100 a month and 50 at 600 a year: 10,000 + 2,500.
    let monthly_plan = SubscriptionItem {
        quantity: Some(Decimal::from(100)),
        ..item("10000", "month", 1)
    };
    let yearly_plan = SubscriptionItem {
        quantity: Some(Decimal::from(50)),
        ..item("60000", "year", 1)
    };
    assert_eq!(shown(&active(vec![monthly_plan, yearly_plan])), "12500 USD");
}

#[test]
fn only_active_and_past_due_subscriptions_count() {
    for (status, told) in [
        ("active", "20 USD"),
        ("past_due", "20 USD"),
        ("trialing", "no: it is trialing"),
        ("unpaid", "no: it is unpaid"),
        ("canceled", "no: it is canceled"),
        ("incomplete", "no: it is incomplete"),
        ("incomplete_expired", "no: it is incomplete_expired"),
        ("paused", "no: it is paused"),
        ("resting", "no: it is resting"),
    ] {
        let subscription = Subscription {
            status: Some(status.to_owned()),
            ..active(vec![item("2000", "month", 1)])
        };
        assert_eq!(shown(&subscription), told);
    }
}

#[test]
fn a_trial_that_still_runs_does_not_count_and_one_that_is_over_does() {
    for (second, told) in [(1, "no: it is on trial"), (0, "20 USD"), (-1, "20 USD")] {
        let subscription = Subscription {
            trial_ends_at: Timestamp::from_second(second).ok(),
            ..active(vec![item("2000", "month", 1)])
        };
        assert_eq!(shown(&subscription), told);
    }
}

#[test]
fn what_ends_later_or_is_not_collected_counts_until_it_ends() {
    let subscription = Subscription {
        cancels_at_period_end: Some(true),
        collection_paused: true,
        ..active(vec![item("2000", "month", 1)])
    };
    assert_eq!(shown(&subscription), "20 USD");
}

#[test]
fn metered_and_one_time_prices_are_left_out() {
    let mut metered = item("500", "month", 1);
    metered.recurring.as_mut().expect("recurring").usage = UsageType::Metered;
    let once = SubscriptionItem {
        recurring: None,
        ..item("900", "month", 1)
    };
    assert_eq!(
        shown(&active(vec![item("2000", "month", 1), metered.clone(), once])),
        "20 USD"
    );
    assert_eq!(
        shown(&active(vec![metered])),
        "no: nothing in it is paid for at a fixed price"
    );
}

#[test]
fn currencies_without_cents_and_with_thousandths_keep_their_size() {
    for (code, month) in [("JPY", "2000 JPY"), ("KWD", "2 KWD"), ("EUR", "20 EUR")] {
        let plan = SubscriptionItem {
            currency: Some(currency(code)),
            ..item("2000", "month", 1)
        };
        assert_eq!(shown(&active(vec![plan])), month);
    }
}

#[test]
fn discounts_lower_it_in_the_order_of_stripe() {
    let two = || {
        vec![
            SubscriptionItem {
                quantity: Some(Decimal::from(3)),
                ..item("1000", "month", 1)
            },
            item("1000", "month", 1),
        ]
    };
    let with = |discounts: Vec<Discount>| Subscription {
        discounts,
        ..active(two())
    };
    assert_eq!(shown(&with(vec![percent("25")])), "30 USD");
    assert_eq!(shown(&with(vec![percent("50"), percent("50")])), "10 USD");
    assert_eq!(shown(&with(vec![amount("1000")])), "30 USD");
    assert_eq!(shown(&with(vec![percent("50"), amount("500")])), "15 USD");
    assert_eq!(shown(&with(vec![amount("99999")])), "0 USD");
    assert_eq!(shown(&with(vec![percent("100")])), "0 USD");
}

#[test]
fn an_amount_off_is_taken_at_each_payment_and_so_is_smaller_by_the_month() {
    let yearly = Subscription {
        discounts: vec![amount("12000")],
        ..active(vec![item("120000", "year", 1)])
    };
    assert_eq!(shown(&yearly), "90 USD");
}

#[test]
fn an_amount_off_in_another_currency_takes_nothing_off() {
    let foreign = Discount {
        currency: Some(currency("EUR")),
        ..amount("500")
    };
    let subscription = Subscription {
        discounts: vec![foreign],
        ..active(vec![item("2000", "month", 1)])
    };
    assert_eq!(shown(&subscription), "20 USD");
}

#[test]
fn the_discount_of_an_item_touches_that_item_alone() {
    let plan = SubscriptionItem {
        discounts: vec![percent("50")],
        ..item("1000", "month", 1)
    };
    assert_eq!(shown(&active(vec![plan, item("1000", "month", 1)])), "15 USD");
}

#[test]
fn the_discount_of_a_customer_gives_way_to_one_of_the_subscription() {
    let customer = |discounts| Subscription {
        discounts,
        customer_discounts: vec![percent("50")],
        ..active(vec![item("1000", "month", 1)])
    };
    assert_eq!(shown(&customer(vec![])), "5 USD");
    assert_eq!(shown(&customer(vec![percent("10")])), "9 USD");
}

#[test]
fn coupons_that_end_by_themselves_lower_it_only_when_asked_for() {
    let finite = Discount {
        lasting: CouponDuration::Finite,
        ends_at: Timestamp::from_second(10).ok(),
        ..percent("50")
    };
    let subscription = Subscription {
        discounts: vec![finite],
        ..active(vec![item("1000", "month", 1)])
    };
    let at = |second, rule| {
        let at = Timestamp::from_second(second).expect("a time");
        monthly_revenue(&subscription, at, rule)
            .amount()
            .expect("counted")
            .to_string()
    };
    assert_eq!(at(0, FiniteDiscounts::Ignored), "10 USD");
    assert_eq!(at(0, FiniteDiscounts::Counted), "5 USD");
    assert_eq!(at(11, FiniteDiscounts::Counted), "10 USD");
}

#[test]
fn a_discount_that_is_over_takes_nothing_off() {
    let subscription = Subscription {
        discounts: vec![Discount {
            ends_at: Timestamp::from_second(-1).ok(),
            ..percent("50")
        }],
        ..active(vec![item("1000", "month", 1)])
    };
    assert_eq!(shown(&subscription), "10 USD");
}

#[test]
fn tax_inside_a_price_is_no_revenue() {
    let plan = SubscriptionItem {
        tax: TaxBehavior::Inside(decimal("20")),
        ..item("1200", "month", 1)
    };
    assert_eq!(shown(&active(vec![plan])), "10 USD");
}

#[test]
fn packages_and_tiers_are_priced_as_on_the_invoice() {
    let tier = |up_to: Option<u32>, unit: &str, flat: &str| Tier {
        up_to: up_to.map(Decimal::from),
        unit: decimal(unit),
        flat: decimal(flat),
    };
    let tiers = vec![
        tier(Some(5), "500", "0"),
        tier(Some(10), "400", "100"),
        tier(None, "300", "0"),
    ];
    for (price, quantity, month) in [
        (Price::Volume(tiers.clone()), 5, "25 USD"),
        (Price::Volume(tiers.clone()), 6, "25 USD"),
        (Price::Volume(tiers.clone()), 20, "60 USD"),
        (Price::Graduated(tiers.clone()), 5, "25 USD"),
        (Price::Graduated(tiers.clone()), 6, "30 USD"),
        (Price::Graduated(tiers), 20, "76 USD"),
    ] {
        let plan = SubscriptionItem {
            quantity: Some(Decimal::from(quantity)),
            price: Some(price.clone()),
            ..item("0", "month", 1)
        };
        assert_eq!(shown(&active(vec![plan])), month, "{quantity} of {price:?}");
    }
    for (round, month) in [(PackageRounding::Up, "30 USD"), (PackageRounding::Down, "20 USD")] {
        let plan = SubscriptionItem {
            quantity: Some(Decimal::from(25)),
            transform: Some(QuantityTransform {
                divide_by: Decimal::TEN,
                round,
            }),
            ..item("1000", "month", 1)
        };
        assert_eq!(shown(&active(vec![plan])), month);
    }
}

#[test]
fn what_is_not_known_is_not_zero() {
    let nameless = SubscriptionItem {
        price: None,
        ..item("0", "month", 1)
    };
    let priceless = SubscriptionItem {
        currency: None,
        ..item("1000", "month", 1)
    };
    let foreign = SubscriptionItem {
        currency: Some(currency("EUR")),
        ..item("1000", "month", 1)
    };
    for (items, told) in [
        (vec![nameless], "unknown: its price is not known"),
        (vec![priceless], "unknown: its price has no currency"),
        (
            vec![item("1000", "month", 1), foreign],
            "unknown: its prices are in several currencies",
        ),
        (
            vec![item("1000", "fortnight", 1)],
            "unknown: its interval is “fortnight”",
        ),
        (vec![item("1000", "month", 0)], "unknown: its interval count is 0"),
    ] {
        assert_eq!(shown(&active(items)), told);
    }
}

proptest! {
    #[test]
    fn it_never_stumbles_and_is_never_negative(
        cents in any::<i64>(),
        quantity in any::<u32>(),
        count in any::<u32>(),
        off in 0_u32..=100,
        less in any::<u32>(),
    ) {
        let plan = SubscriptionItem { quantity: Some(quantity.into()), ..item(&cents.unsigned_abs().to_string(), "week", count) };
        let subscription = Subscription {
            discounts: vec![percent(&off.to_string()), amount(&less.to_string())],
            ..active(vec![plan])
        };
        if let Mrr::Counted(amount) = monthly_revenue(&subscription, AT, FiniteDiscounts::Ignored) {
            prop_assert!(amount.units >= Decimal::ZERO);
        }
    }

    #[test]
    fn a_year_is_twelve_months_and_quantities_are_prices(cents in 1_u32..1_000_000, quantity in 1_u32..1000) {
        let yearly = active(vec![item(&(u64::from(cents) * 12).to_string(), "year", 1)]);
        prop_assert_eq!(shown(&yearly), shown(&active(vec![item(&cents.to_string(), "month", 1)])));
        let many = SubscriptionItem { quantity: Some(quantity.into()), ..item(&cents.to_string(), "month", 1) };
        let one = item(&(u64::from(cents) * u64::from(quantity)).to_string(), "month", 1);
        prop_assert_eq!(shown(&active(vec![many])), shown(&active(vec![one])));
    }
}
