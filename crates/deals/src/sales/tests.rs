//! Tests of performance, velocity and what-if figures.

use domain::{language::Language, money::Money};
use jiff::{SignedDuration, tz::TimeZone};
use proptest::{prelude::*, sample::select};
use rust_decimal::Decimal;

use crate::{
    dashboard::kpis::Kpis,
    deal::{
        Deal,
        fixture::{all, at, created, crowded_deals, deal, money, of_assignee, of_sector},
        grouping::GroupBy,
        stage::{DealStage, LostStage},
        stage_history::{SalesCycle, StageChange, StageHistory},
    },
    sales::{
        performance::performance_by_assignee,
        velocity::{SalesVelocity, VelocityGap, by_month, by_property, time_in_stages},
    },
    what_if::{
        BaselineFigures, EffectBreakdown, WhatIf,
        scenario_inputs::{ScenarioInput, ScenarioInputs},
    },
};

fn decimal(text: &str) -> Decimal {
    text.parse().expect("decimal")
}

fn change(deal: u64, when: &str, from: DealStage, to: DealStage) -> StageChange {
    StageChange {
        deal,
        at: at(when),
        from: Some(from),
        to,
    }
}

/// Two deals won after 20 and 40 days, two open ones: 100,000 € in total.
fn board() -> (Vec<Deal>, StageHistory) {
    let deals = vec![
        created(
            "2026-09-01",
            of_assignee("Zoé", of_sector("Banque", deal(2, DealStage::Won, "40000"))),
        ),
        created(
            "2026-10-01",
            of_assignee("zoe", of_sector("Santé", deal(3, DealStage::Won, "30000"))),
        ),
        created(
            "2026-10-02",
            of_assignee("Kate", of_sector("banque", deal(4, DealStage::Prospect, "20000"))),
        ),
        of_assignee("", deal(5, DealStage::Negotiation, "10000")),
    ];
    let history = StageHistory::of([
        change(2, "2026-09-21", DealStage::Negotiation, DealStage::Won),
        change(3, "2026-11-10", DealStage::Qualified, DealStage::Won),
        change(3, "2026-10-11", DealStage::Prospect, DealStage::Qualified),
        change(4, "2026-10-12", DealStage::Qualified, DealStage::Prospect),
    ]);
    (deals, history)
}

#[test]
fn a_cycle_lasts_from_creation_to_the_change_to_won() {
    let (deals, history) = board();
    let cycle = SalesCycle::of(&all(&deals), &history);
    assert_eq!((cycle.average_days, cycle.measured), (Some(decimal("30")), 2));
    assert_eq!(history.since(), Some(at("2026-09-21")));
}

#[test]
fn a_cycle_counts_a_day_at_least() {
    let won_after = |won: &[&str]| {
        let deals: Vec<Deal> = (2..)
            .zip(won)
            .map(|(id, _)| created("2026-09-01T08:00:00Z", deal(id, DealStage::Won, "1000")))
            .collect();
        let changes = (2..).zip(won);
        let history = StageHistory::of(changes.map(|(id, won)| change(id, won, DealStage::Prospect, DealStage::Won)));
        let velocity = SalesVelocity::of(&all(&deals), &history);
        (velocity.cycle.average_days, velocity.euros_a_day)
    };
    let days = |days: &str, euros: &str| (Some(decimal(days)), Some(money(euros)));
    for (won, told) in [
        (&["2026-09-01T08:00:00Z"][..], days("1", "1000")),
        (&["2026-09-01T08:00:05Z"], days("1", "1000")),
        (&["2026-09-02T08:00:00Z"], days("1", "1000")),
        (&["2026-09-02T20:00:00Z"], days("1.5", "666.67")),
        // Seconds and three days: two days on average.
        (&["2026-09-01T08:00:05Z", "2026-09-04T08:00:00Z"], days("2", "1000")),
    ] {
        let (cycle, euros_a_day) = won_after(won);
        assert_eq!((cycle, euros_a_day.map(Money::rounded)), told, "{won:?}");
    }
}

#[test]
fn won_deals_that_cannot_be_measured_are_told_apart() {
    let history = StageHistory::of([
        change(2, "2026-09-21", DealStage::Negotiation, DealStage::Won),
        change(4, "2026-09-21", DealStage::Negotiation, DealStage::Won),
        // Won once, reopened, and won again by a change that is not in the log.
        change(5, "2026-09-21", DealStage::Negotiation, DealStage::Won),
        change(5, "2026-09-22", DealStage::Won, DealStage::Negotiation),
    ]);
    let deals = [
        deal(2, DealStage::Won, "1"),
        created("2026-09-01", deal(3, DealStage::Won, "1")),
        created("2026-10-01", deal(4, DealStage::Won, "1")),
        created("2026-09-01", deal(5, DealStage::Won, "1")),
        created("2026-09-01", deal(6, DealStage::Prospect, "1")),
    ];
    let velocity = SalesVelocity::of(&all(&deals), &history);
    assert_eq!(velocity.euros_a_day, None);
    assert_eq!(
        velocity.win_rate.map(super::super::text::ratio::Ratio::of_one),
        Some(decimal("0.8"))
    );
    assert_eq!(
        velocity.gaps(),
        [
            VelocityGap::WonWithoutCreation(1),
            VelocityGap::WonWithoutChange(2),
            VelocityGap::WonBeforeCreation(1)
        ]
    );
    assert_eq!(
        SalesVelocity::of(&all(&deals[4..]), &history).gaps(),
        [VelocityGap::NothingWon]
    );
    assert_eq!(SalesVelocity::of(&[], &history).gaps(), [VelocityGap::NoDeals]);
    for gap in velocity.gaps() {
        assert!(gap.message(Language::French).contains("cycle non mesuré"));
        assert!(gap.message(Language::English).contains("not measured"));
    }
}

#[test]
fn velocity_is_deals_times_basket_times_rate_over_cycle() {
    let (deals, history) = board();
    // 4 × 25 000 € × 50 % ÷ 30 days.
    let velocity = SalesVelocity::of(&all(&deals), &history);
    assert_eq!(velocity.euros_a_day.map(Money::rounded), Some(money("1666.67")));
    assert_eq!((velocity.deals, velocity.average_basket), (4, Some(money("25000"))));
    assert_eq!(velocity.gaps(), []);
}

#[test]
fn velocity_by_month_counts_the_deals_created_in_it() {
    let (mut deals, history) = board();
    // The last hour of September in UTC is October in Paris.
    deals[2].created_at = Some(at("2026-09-30T22:30:00Z"));
    let paris = TimeZone::get("Europe/Paris").expect("bundled time zone");
    let months = by_month(&all(&deals), &history, &paris);
    let lines: Vec<(String, usize, Option<Money>)> = months
        .into_iter()
        .map(|line| {
            let speed = line.velocity.euros_a_day.map(Money::rounded);
            (line.month.to_string(), line.velocity.deals, speed)
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("2026-09-01".to_owned(), 1, Some(money("2000.00"))),
            // 50 000 € × 50 % ÷ 40 days.
            ("2026-10-01".to_owned(), 2, Some(money("625.00")))
        ]
    );
}

#[test]
fn velocity_by_sector_puts_the_fastest_first_and_the_unknown_last() {
    let (deals, history) = board();
    let lines: Vec<(Option<String>, Option<Money>)> = by_property(&all(&deals), &history, GroupBy::Sector)
        .into_iter()
        .map(|line| {
            (
                line.name.map(|name| name.to_string()),
                line.velocity.euros_a_day.map(Money::rounded),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            // 60 000 € × 50 % ÷ 20 days.
            (Some("Banque".to_owned()), Some(money("1500.00"))),
            (Some("Santé".to_owned()), Some(money("750.00"))),
            (None, None)
        ]
    );
}

#[test]
fn time_in_each_stage_is_measured_where_both_ends_are_known() {
    let (deals, history) = board();
    let times = time_in_stages(&all(&deals), &history, at("2026-11-21"));
    let lines: Vec<(DealStage, Option<Decimal>, usize, usize)> = times
        .into_iter()
        .map(|line| (line.status, line.average_days, line.over, line.running))
        .collect();
    assert_eq!(
        lines,
        [
            // Deal 3 for 10 days, deal 4 since 12 October, 40 days.
            (DealStage::Prospect, Some(decimal("25")), 1, 1),
            // Deal 3 for 30 days, deal 4 for 10.
            (DealStage::Qualified, Some(decimal("20")), 2, 0),
            // Deal 2 for 20 days; the entry of deal 5 is not recorded.
            (DealStage::Negotiation, Some(decimal("20")), 1, 0),
        ]
    );
    assert!(
        time_in_stages(&[], &history, at("2026-11-21"))
            .iter()
            .all(|line| line.average_days.is_none())
    );
}

#[test]
fn performance_is_by_person_now_and_before() {
    let (deals, history) = board();
    let lines = performance_by_assignee(&all(&deals[1..3]), &all(&deals[..1]), &history);
    let [zoe, kate] = lines.as_slice() else {
        panic!("two lines: {lines:?}")
    };
    assert_eq!(
        (zoe.assignee.as_deref(), kate.assignee.as_deref()),
        (Some("zoe"), Some("Kate"))
    );
    assert_eq!((zoe.now.deals, zoe.now.won, zoe.now.amount), (1, 1, money("30000")));
    assert_eq!(zoe.now.cycle.average_days, Some(decimal("40")));
    let before = zoe.before.as_ref().expect("a period before");
    assert_eq!(
        (before.won_amount, before.average_basket),
        (money("40000"), Some(money("40000")))
    );
    assert_eq!((kate.before.as_ref(), kate.now.weighted), (None, money("2000")));
    assert_eq!(
        kate.now.conversion_rate.map(super::super::text::ratio::Ratio::of_one),
        Some(Decimal::ZERO)
    );
    // An assignee with deals only in the preceding period still has a line.
    let lines = performance_by_assignee(&[], &all(&deals[..1]), &history);
    assert_eq!(
        (lines.len(), lines[0].now.deals, lines[0].now.average_basket),
        (1, 0, None)
    );
}

fn levers(query: &str) -> ScenarioInputs {
    ScenarioInputs::parse(query).expect("levers")
}

#[test]
fn ten_percent_on_the_basket_is_the_closed_formula_to_the_cent() {
    let (deals, history) = board();
    let answer = WhatIf::of(&BaselineFigures::of(&all(&deals), &history), levers("basket=10"));
    let velocity = answer.velocity.expect("velocity");
    // 4 × 27 500 € × 50 % ÷ 30 days.
    assert_eq!((velocity.today, velocity.then), (money("1666.67"), money("1833.33")));
    assert_eq!(velocity.effects.len(), 1);
    assert_eq!(
        (velocity.effects[0].lever, velocity.effects[0].effect),
        (ScenarioInput::Basket, velocity.difference)
    );
    let revenue = answer.expected_revenue.expect("revenue");
    assert_eq!((revenue.today, revenue.then), (money("50000"), money("55000")));
    // 70 000 won + 2 000 + 7 000.
    assert_eq!(
        (answer.weighted_pipeline.today, answer.weighted_pipeline.then),
        (money("79000"), money("86900"))
    );
}

#[test]
fn every_lever_moves_the_figures_it_is_a_part_of() {
    let (deals, history) = board();
    let today = BaselineFigures::of(&all(&deals), &history);
    for (query, velocity, revenue, pipeline) in [
        ("", "1666.67", "50000", "79000"),
        ("deals=-50", "833.33", "25000", "39500"),
        ("conversion=20", "2000", "60000", "79000"),
        ("conversion=150", "3333.33", "100000", "79000"),
        ("cycle=-50", "3333.33", "50000", "79000"),
        ("cycle=100", "833.33", "50000", "79000"),
        ("prospect=50", "1666.67", "50000", "80000"),
        ("negotiation=-10", "1666.67", "50000", "78300"),
        ("negotiation=200", "1666.67", "50000", "82000"),
        ("basket=10&deals=10&conversion=10&cycle=10", "2016.67", "66550", "95590"),
    ] {
        let answer = WhatIf::of(&today, levers(query));
        let then = |split: Option<EffectBreakdown>| split.map(|split| split.then);
        assert_eq!(then(answer.velocity), Some(money(velocity)), "{query}");
        assert_eq!(then(answer.expected_revenue), Some(money(revenue)), "{query}");
        assert_eq!(answer.weighted_pipeline.then, money(pipeline), "{query}");
    }
    assert_eq!(
        WhatIf::of(&today, levers("conversion=150&negotiation=50&prospect=50")).capped,
        [ScenarioInput::Conversion, ScenarioInput::Negotiation]
    );
}

#[test]
fn levers_are_ranked_by_their_effect_and_share_what_they_do_together() {
    let (deals, history) = board();
    let answer = WhatIf::of(
        &BaselineFigures::of(&all(&deals), &history),
        levers("basket=10&deals=20&conversion=-5"),
    );
    let revenue = answer.expected_revenue.expect("revenue");
    let ranked: Vec<(ScenarioInput, Money)> = revenue.effects.iter().map(|line| (line.lever, line.effect)).collect();
    assert_eq!(revenue.difference, money("12700"));
    // Computed by hand over the six orders; the strongest input takes the cent left by rounding.
    assert_eq!(
        ranked,
        [
            (ScenarioInput::Deals, money("10233.34")),
            (ScenarioInput::Basket, money("5358.33")),
            (ScenarioInput::Conversion, money("-2891.67"))
        ]
    );
}

#[test]
fn without_deals_a_what_if_has_no_figures_instead_of_zeros() {
    let answer = WhatIf::of(&BaselineFigures::of(&[], &StageHistory::default()), levers("basket=10"));
    assert_eq!((answer.velocity, answer.expected_revenue), (None, None));
    assert_eq!(answer.weighted_pipeline.then, Money::ZERO);
}

#[test]
fn levers_are_read_from_the_address_and_checked() {
    assert_eq!(
        levers("basket=+12,50&cycle=-5%20%25&lang=fr&deals="),
        levers("basket=12.5&cycle=-5")
    );
    assert_eq!(levers("basket=0"), levers(""));
    for (value, is_good) in [
        ("200", true),
        ("-90", true),
        ("200.01", false),
        ("-90.5", false),
        ("1.005", false),
        ("dix", false),
        ("1e2", false),
        ("NaN", false),
        ("99999999999999999999999999999999", false),
    ] {
        assert_eq!(
            ScenarioInputs::parse(&format!("basket={value}")).is_ok(),
            is_good,
            "{value}"
        );
    }
    let errors = ScenarioInputs::parse("basket=x&cycle=-100").expect_err("errors");
    assert_eq!(
        errors.iter().map(|error| error.lever).collect::<Vec<_>>(),
        [ScenarioInput::Basket, ScenarioInput::Cycle]
    );
    let told = errors[1].message(Language::French);
    assert!(
        told.contains("Durée du cycle") && told.contains("-100") && told.contains("-90"),
        "{told}"
    );
}

fn any_levers() -> impl Strategy<Value = ScenarioInputs> {
    let percent = || select(vec!["0", "0", "10", "-12.5", "200", "-90", "0.01"]);
    [(); ScenarioInput::ALL.len()].map(|()| percent()).prop_map(|percents| {
        let fields = ScenarioInput::ALL.into_iter().zip(percents);
        let query: Vec<String> = fields
            .map(|(lever, percent)| format!("{}={percent}", lever.field()))
            .collect();
        levers(&query.join("&"))
    })
}

/// Every won deal was won ten days after its creation.
fn ten_days(deals: &[Deal]) -> StageHistory {
    let won = deals.iter().filter_map(|deal| {
        Some(StageChange {
            deal: deal.id?,
            at: deal.created_at? + SignedDuration::from_hours(240),
            from: Some(DealStage::Negotiation),
            to: DealStage::Won,
        })
    });
    StageHistory::of(won)
}

proptest! {
    #[test]
    fn the_effects_of_the_levers_add_up_to_the_difference(deals in crowded_deals(), levers in any_levers()) {
        let deals_seen = all(&deals);
        let history = ten_days(&deals);
        let answer = WhatIf::of(&BaselineFigures::of(&deals_seen, &history), levers);
        let pipeline = Kpis::of(&deals_seen, LostStage::Offered).weighted_pipeline;
        prop_assert_eq!(answer.weighted_pipeline.today, pipeline.rounded());
        let velocity = SalesVelocity::of(&deals_seen, &history).euros_a_day.map(Money::rounded);
        prop_assert_eq!(answer.velocity.as_ref().map(|split| split.today), velocity);
        let moved = answer.levers.moved();
        for split in [answer.velocity, answer.expected_revenue, Some(answer.weighted_pipeline)].into_iter().flatten() {
            prop_assert_eq!(split.effects.iter().map(|line| line.effect).sum::<Money>(), split.difference);
            prop_assert_eq!(split.then - split.today, split.difference);
            prop_assert_eq!(split.effects.len(), moved.len());
        }
    }

    #[test]
    fn levers_read_back_from_their_address(levers in any_levers()) {
        let fields = ScenarioInput::ALL.map(|lever| (lever.field(), levers.percent(lever).to_string()));
        let query = serde_urlencoded::to_string(fields).expect("a query");
        prop_assert_eq!(ScenarioInputs::parse(&query), Ok(levers));
    }

    #[test]
    fn persons_add_up_to_the_board(deals in crowded_deals()) {
        let deals_seen = all(&deals);
        let lines = performance_by_assignee(&deals_seen, &[], &ten_days(&deals));
        prop_assert_eq!(lines.iter().map(|line| line.now.deals).sum::<usize>(), deals.len());
        let pipeline = Kpis::of(&deals_seen, LostStage::Offered).weighted_pipeline;
        prop_assert_eq!(lines.iter().map(|line| line.now.weighted).sum::<Money>(), pipeline);
        prop_assert!(lines.len() <= 3);
    }
}
