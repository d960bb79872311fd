//! Tests of the overview.

use customer_sources::amount::Currency;
use domain::json_decimal::JsonDecimal;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{customer::fixture, health::rules::band::HealthBand, reports::summary::overview::CustomerOverview};

fn euros() -> Currency {
    Currency::of("EUR").expect("a code")
}

#[test]
fn the_summary_has_exactly_its_fields() {
    let customers = [
        fixture::customer("Ada", "90", Some("100.5")),
        fixture::customer("Ben", "20", Some("900")),
    ];
    let summary = CustomerOverview::of(&customers, euros()).summary;
    assert_eq!(
        serde_json::to_string(&summary).expect("JSON"),
        r#"{"total_customers":2,"total_mrr":1000.5,"total_arr":12006,"avg_health_score":55,"health_distribution":{"healthy":{"count":1,"mrr":100.5},"at_risk":{"count":0,"mrr":0},"high_risk":{"count":0,"mrr":0},"critical":{"count":1,"mrr":900}},"at_risk_count":0,"critical_count":1}"#
    );
    let nobody = CustomerOverview::of([], euros()).summary;
    assert_eq!((nobody.total_customers, nobody.avg_health_score), (0, None));
}

#[test]
fn who_has_no_score_or_pays_in_another_currency_is_told_apart() {
    let mut unscored = fixture::customer("Ada", "90", Some("100"));
    unscored.health = crate::customer::CustomerHealth::default();
    let mut abroad = fixture::customer("Ben", "90", Some("100"));
    abroad.revenue.mrr = abroad.revenue.mrr.map(|mrr| customer_sources::amount::Amount {
        currency: Currency::of("USD").expect("a code"),
        ..mrr
    });
    let overview = CustomerOverview::of([&unscored, &abroad], euros());
    assert_eq!(overview.summary.total_mrr, JsonDecimal::default());
    assert_eq!((overview.unscored.count, overview.other_currency), (1, 1));
    assert_eq!(overview.unscored.mrr, JsonDecimal::new(Decimal::from(100)));
}

proptest! {
    #[test]
    fn the_bands_add_up_whatever_the_customers(rows in proptest::collection::vec((0_u8..=100, 0_i64..1_000_000), 0..40)) {
        let customers: Vec<_> = rows
            .iter()
            .map(|(score, cents)| fixture::customer("Ada", &score.to_string(), Some(&Decimal::new(*cents, 2).to_string())))
            .collect();
        let summary = CustomerOverview::of(&customers, euros()).summary;
        let bands = HealthBand::ALL.map(|band| summary.health_distribution.of(band));
        prop_assert_eq!(bands.iter().map(|band| band.count).sum::<usize>(), summary.total_customers);
        let mrr: Decimal = bands.iter().map(|band| band.mrr.decimal()).sum();
        prop_assert_eq!(mrr, summary.total_mrr.decimal());
        prop_assert_eq!(mrr * Decimal::from(12), summary.total_arr.decimal());
        let cents: i64 = rows.iter().map(|(_, cents)| cents).sum();
        prop_assert_eq!(mrr, Decimal::new(cents, 2));
        prop_assert_eq!(summary.at_risk_count, bands[1].count + bands[2].count);
        prop_assert_eq!(summary.critical_count, bands[3].count);
    }
}
