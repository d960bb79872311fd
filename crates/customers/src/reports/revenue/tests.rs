//! Tests of revenue growth.

use customer_sources::{
    amount::{Amount, Currency},
    event::{CustomerEvent, EventDetail, Movement, MovementKind},
    subject::SubjectKind,
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::reports::revenue::growth::RevenueGrowth;

fn euro() -> Currency {
    Currency::of("EUR").expect("a code")
}

fn moved(id: usize, customer: &str, day: Date, kind: MovementKind, change: i64) -> CustomerEvent {
    let movement = Movement {
        kind,
        change: Some(Amount {
            units: change.into(),
            currency: euro(),
        }),
        mrr: None,
        date: Some(day),
        description: None,
    };
    let mut event = CustomerEvent::new(id.to_string(), EventDetail::Movement(movement));
    event.source = "chartmogul".to_owned();
    event.about.push(SubjectKind::Account.id(customer));
    event
}

fn growth(events: &[CustomerEvent], today: Date) -> RevenueGrowth {
    RevenueGrowth::of(events, "chartmogul", euro(), today)
}

fn decimal(text: &str) -> Option<Decimal> {
    Some(text.parse().expect("a number"))
}

#[test]
fn a_month_with_every_kind_of_movement_adds_up() {
    use customer_sources::event::MovementKind::Churn;
    use customer_sources::event::MovementKind::Contraction;
    use customer_sources::event::MovementKind::Expansion;
    use customer_sources::event::MovementKind::NewBusiness;
    use customer_sources::event::MovementKind::Reactivation;
    let january = date(2026, 1, 10);
    let february = date(2026, 2, 10);
    let events = [
        moved(1, "a", january, NewBusiness, 100),
        moved(2, "b", january, NewBusiness, 100),
        moved(3, "c", january, NewBusiness, 200),
        moved(4, "d", january, NewBusiness, 50),
        moved(5, "d", date(2026, 1, 20), Churn, -50),
        moved(6, "a", february, Expansion, 60),
        moved(7, "b", february, Contraction, -20),
        moved(8, "c", february, Churn, -200),
        moved(9, "d", february, Reactivation, 40),
        moved(10, "e", february, NewBusiness, 120),
    ];
    let growth = growth(&events, date(2026, 2, 28));
    let [january, february] = growth.months.as_slice() else {
        panic!("{:?}", growth.months)
    };
    assert_eq!((january.start, january.end), (0.into(), 400.into()));
    assert_eq!(january.gross_churn, None, "a share of nothing is unknown");
    assert_eq!((february.start, february.end), (400.into(), 400.into()));
    assert_eq!(february.gross_churn, decimal("0.55"), "(200 + 20) ÷ 400");
    assert_eq!(february.net_churn, decimal("0.3"), "(220 − 60 − 40) ÷ 400");
    assert_eq!(february.retention, decimal("0.7"));
    assert_eq!(february.quick_ratio, decimal("1"), "(120 + 60 + 40) ÷ 220");
    assert_eq!((february.customers_at_start, february.customers_lost), (3, 1));
    assert_eq!(february.arpa, decimal("100"), "400 ÷ 4");
    let cohorts: Vec<(usize, Vec<Option<Decimal>>)> = growth
        .cohorts
        .iter()
        .map(|cohort| (cohort.customers, cohort.retention.clone()))
        .collect();
    let january = vec![
        Decimal::from(400).checked_div(450.into()),
        Decimal::from(280).checked_div(450.into()),
    ];
    assert_eq!(cohorts, [(4, january), (1, vec![decimal("1")])]);
}

#[test]
fn retention_over_a_year_is_of_those_who_paid_a_year_ago() {
    let events = [
        moved(1, "a", date(2025, 3, 1), MovementKind::NewBusiness, 100),
        moved(2, "b", date(2025, 3, 31), MovementKind::NewBusiness, 100),
        moved(3, "a", date(2025, 9, 1), MovementKind::Expansion, 30),
        moved(4, "b", date(2026, 1, 1), MovementKind::Churn, -100),
        moved(5, "c", date(2026, 1, 1), MovementKind::NewBusiness, 500),
    ];
    let growth = growth(&events, date(2026, 3, 15));
    assert_eq!(growth.months.len(), 13);
    assert_eq!(growth.months[11].retention_12_months, None);
    assert_eq!(growth.months[12].retention_12_months, decimal("0.65"));
}

#[test]
fn what_is_in_other_currencies_of_other_sources_or_unusable_is_in_no_figure() {
    let day = date(2026, 1, 10);
    let mut dollars = moved(1, "a", day, MovementKind::NewBusiness, 7);
    if let EventDetail::Movement(movement) = &mut dollars.detail {
        movement.change = Some(Amount {
            units: 7.into(),
            currency: Currency::of("USD").expect("a code"),
        });
    }
    let mut nobody = moved(2, "a", day, MovementKind::NewBusiness, 7);
    nobody.about.clear();
    let mut elsewhere = moved(3, "a", day, MovementKind::NewBusiness, 7);
    elsewhere.source = "other".to_owned();
    let tomorrow = moved(4, "a", date(2026, 2, 1), MovementKind::NewBusiness, 7);
    let growth = growth(&[dollars, nobody, elsewhere, tomorrow], date(2026, 1, 31));
    assert_eq!((growth.in_other_currencies, growth.unusable), (1, 1));
    assert_eq!(growth.months, []);
    assert_eq!(growth.cohorts, []);
}

fn kinds() -> impl Strategy<Value = MovementKind> {
    prop::sample::select(vec![
        MovementKind::NewBusiness,
        MovementKind::Expansion,
        MovementKind::Contraction,
        MovementKind::Churn,
        MovementKind::Reactivation,
        MovementKind::Other("merge".to_owned()),
    ])
}

proptest! {
    #[test]
    fn the_end_of_a_month_is_its_start_and_all_movements_and_the_start_of_the_next(
        drawn in prop::collection::vec(("[a-e]", 0_i32..400, kinds(), 1_i64..500), 0..60)
    ) {
        let first = date(2025, 1, 1);
        let events: Vec<CustomerEvent> = drawn.iter().enumerate().map(|(id, (customer, day, kind, size))| {
            let change = if matches!(kind, MovementKind::Contraction | MovementKind::Churn) { -size } else { *size };
            moved(id, customer, first.saturating_add(day.days()), kind.clone(), change)
        }).collect();
        let growth = growth(&events, date(2026, 12, 31));
        for month in &growth.months {
            let moves = month.new_business + month.expansion + month.reactivation + month.contraction + month.churn + month.other;
            prop_assert_eq!(month.end, month.start + moves);
        }
        for pair in growth.months.windows(2) {
            prop_assert_eq!(pair[0].end, pair[1].start);
            prop_assert_eq!(pair[0].customers_at_end, pair[1].customers_at_start);
        }
        let mut shuffled = events.clone();
        shuffled.reverse();
        prop_assert_eq!(RevenueGrowth::of(&shuffled, "chartmogul", euro(), date(2026, 12, 31)), growth);
    }
}
