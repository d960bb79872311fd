//! Tests of the dashboard rules: KPIs, funnel, sectors, deadlines and stale deals.

use domain::money::Money;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::json;

use crate::{
    dashboard::{
        deadlines::Deadlines,
        funnel::funnel,
        kpis::{KpiChanges, Kpis},
        sectors::{sector_totals, top_baskets},
        stale::{BoardDay, StaleAfter, StaleDeals, stale_deals},
    },
    deal::{
        Deal,
        fixture::{all, created, crowded_deals, day, deal, due, money, of_sector, today, updated},
        snooze::{DealSnooze, DealSnoozes},
        stage::{DealStage, LostStage},
    },
};

fn four() -> Vec<Deal> {
    vec![
        deal(2, DealStage::Prospect, "10000"),
        deal(3, DealStage::Qualified, "20000"),
        deal(4, DealStage::Negotiation, "30000"),
        deal(5, DealStage::Won, "40000"),
    ]
}

#[test]
fn the_four_numbers_of_four_deals() {
    let deals = four();
    let kpis = Kpis::of(&all(&deals), LostStage::NotOffered);
    assert_eq!(
        serde_json::to_value(&kpis).expect("json").to_string(),
        json!({
            "weighted_pipeline": 68000.0, "weighted_won": 40000.0, "weighted_open": 28000.0, "average_basket": 25000.0,
            "conversion_rate": 25.0, "win_rate": null, "deal_count": 4,
            "count_by_status": {"Prospect": 1, "Qualifié": 1, "Négociation": 1, "Gagné": 1}
        })
        .to_string()
    );
    let text = serde_json::to_string(&kpis).expect("json");
    assert!(
        text.contains(r#""weighted_pipeline":68000.00,"#) && text.contains(r#""conversion_rate":25.00"#),
        "{text}"
    );
}

#[test]
fn without_deals_there_is_no_mean_and_no_rate() {
    let kpis = Kpis::of(&[], LostStage::Offered);
    assert_eq!(
        (kpis.average_basket, kpis.conversion_rate, kpis.win_rate),
        (None, None, None)
    );
    assert_eq!((kpis.weighted_pipeline, kpis.deal_count), (Money::ZERO, 0));
}

#[test]
fn a_lost_deal_counts_among_all_and_among_the_settled() {
    let deals = [
        four(),
        vec![deal(6, DealStage::Lost, "50000"), deal(7, DealStage::Lost, "1")],
    ]
    .concat();
    let kpis = Kpis::of(&all(&deals), LostStage::Offered);
    assert_eq!(
        kpis.conversion_rate.map(|share| share.of_one().round_dp(4)),
        "0.1667".parse().ok()
    );
    assert_eq!(
        kpis.win_rate.map(|share| share.of_one().round_dp(4)),
        "0.3333".parse().ok()
    );
    assert_eq!(kpis.weighted_pipeline, money("68000"));
    // Where it is not offered, it is shown when the sheet has it.
    let shown = |lost_stage, deals: &[Deal]| Kpis::of(&all(deals), lost_stage).count_by_status.shown().count();
    assert_eq!(shown(LostStage::NotOffered, &deals), 5);
    assert_eq!(shown(LostStage::NotOffered, &four()), 4);
    assert_eq!(shown(LostStage::Offered, &four()), 5);
}

#[test]
fn without_a_period_before_nothing_is_compared_and_nothing_is_zero() {
    let deals = four();
    let now = Kpis::of(&all(&deals), LostStage::NotOffered);
    assert_eq!(now.since(None), KpiChanges::default());
    let empty = Kpis::of(&[], LostStage::NotOffered);
    assert_eq!(now.since(Some(&empty)), KpiChanges::default());
    let half = Kpis::of(&all(&deals[2..]), LostStage::NotOffered);
    let changes = now.since(Some(&half));
    assert_eq!(changes.deal_count, "1".parse().ok());
    assert_eq!(changes.conversion_rate, "-25".parse().ok());
    assert_eq!(
        changes.average_basket.map(|change| change.round_dp(4)),
        "-0.2857".parse().ok()
    );
}

#[test]
fn one_sector_in_several_spellings_is_one_line() {
    let deals = [
        of_sector("Énergie", deal(2, DealStage::Prospect, "100")),
        of_sector("ENERGIE", deal(3, DealStage::Won, "300")),
        of_sector("", deal(4, DealStage::Won, "900")),
        of_sector("Banque", deal(5, DealStage::Won, "350")),
        of_sector(" ", deal(6, DealStage::Won, "100")),
    ];
    let lines = |stage| -> Vec<(Option<String>, Money, Money, usize)> {
        let totals = sector_totals(&all(&deals), stage).into_iter();
        totals
            .map(|line| {
                (
                    line.sector.map(|name| name.to_string()),
                    line.total,
                    line.average_basket,
                    line.deals,
                )
            })
            .collect()
    };
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(
        lines(None),
        [
            (None, money("1000"), money("500"), 2),
            (name("Énergie"), money("400"), money("200"), 2),
            (name("Banque"), money("350"), money("350"), 1)
        ]
    );
    assert_eq!(
        lines(Some(DealStage::Prospect)),
        [(name("Énergie"), money("100"), money("100"), 1)]
    );
    let top = top_baskets(&sector_totals(&all(&deals), None), 1);
    assert_eq!(
        top.iter().map(|line| line.sector.as_deref()).collect::<Vec<_>>(),
        [Some("Banque")]
    );
}

#[test]
fn late_is_before_today_and_settled_deals_are_never_late() {
    let deals = [
        due("2026-11-20", deal(2, DealStage::Prospect, "1")),
        due("2026-01-01", deal(3, DealStage::Negotiation, "1")),
        due("2026-11-20", deal(4, DealStage::Prospect, "2")),
        due("2026-11-20", deal(5, DealStage::Won, "1")),
        due("2026-11-20", deal(6, DealStage::Lost, "1")),
        due("2026-11-21", deal(7, DealStage::Qualified, "1")),
        due("2026-12-21", deal(8, DealStage::Qualified, "1")),
        due("2026-11-22", deal(9, DealStage::Qualified, "1")),
        due("2026-12-22", deal(10, DealStage::Qualified, "1")),
        deal(11, DealStage::Qualified, "1"),
        deal(12, DealStage::Won, "1"),
    ];
    let deals = all(&deals);
    let deadlines = Deadlines::of(&deals, today());
    let rows = |deals: &[&Deal]| deals.iter().map(|deal| deal.row).collect::<Vec<_>>();
    assert_eq!(rows(&deadlines.overdue), [3, 4, 2]);
    assert_eq!(rows(&deadlines.today), [7]);
    assert_eq!(rows(&deadlines.upcoming), [9, 8]);
    assert_eq!(rows(&deadlines.later), [10]);
    assert_eq!(rows(&deadlines.undated), [11]);
}

fn paris() -> BoardDay {
    BoardDay {
        today: today(),
        zone: TimeZone::get("Europe/Paris").expect("bundled time zone"),
    }
}

fn rows(found: &StaleDeals<'_>) -> Vec<(u32, u32)> {
    found.cold.iter().map(|cold| (cold.deal.row, cold.days)).collect()
}

#[test]
fn a_deal_is_cold_after_more_than_ten_days_without_a_change() {
    let deals = [
        updated("2026-11-11", deal(2, DealStage::Prospect, "1")),
        updated("2026-11-10", deal(3, DealStage::Prospect, "1")),
        // Ten days ago in Paris, though eleven in UTC.
        updated("2026-11-10T23:30:00Z", deal(4, DealStage::Prospect, "1")),
        updated("2026-01-01", deal(5, DealStage::Won, "1")),
        updated("2026-01-01", deal(6, DealStage::Lost, "1")),
        updated("2027-01-01", deal(7, DealStage::Prospect, "1")),
        created("2026-10-01", deal(8, DealStage::Qualified, "1")),
        created("2026-10-01", updated("2026-11-20", deal(9, DealStage::Qualified, "1"))),
        deal(10, DealStage::Qualified, "1"),
        deal(11, DealStage::Won, "1"),
    ];
    let deals = all(&deals);
    let snoozes = DealSnoozes::default();
    let found = stale_deals(&deals, &StaleAfter::default(), &snoozes, &paris());
    assert_eq!(rows(&found), [(8, 51), (3, 11)]);
    assert_eq!(found.undated.iter().map(|deal| deal.row).collect::<Vec<_>>(), [10]);
    let patient = StaleAfter {
        qualified: 60,
        prospect: 0,
        ..StaleAfter::default()
    };
    assert_eq!(
        rows(&stale_deals(&deals, &patient, &snoozes, &paris())),
        [(3, 11), (2, 10), (4, 10)]
    );
}

#[test]
fn a_pause_is_respected_to_its_last_day() {
    let deals = [
        updated("2026-01-01", deal(2, DealStage::Prospect, "1")),
        updated("2026-01-01", deal(3, DealStage::Prospect, "1")),
    ];
    let deals = all(&deals);
    let snooze = |deal, until| DealSnooze {
        deal,
        until: day(until),
        reason: "vacances".to_owned(),
        by: String::new(),
        at: None,
    };
    let snoozes = DealSnoozes::of([snooze(2, "2026-11-21"), snooze(3, "2026-11-20")]);
    let found = stale_deals(&deals, &StaleAfter::default(), &snoozes, &paris());
    assert_eq!(rows(&found).len(), 1);
    assert_eq!((found.cold[0].deal.row, found.snoozed[0].0.deal.row), (3, 2));
    assert_eq!(found.snoozed[0].1.until, today());
}

proptest! {
    #[test]
    fn the_funnel_adds_up_to_the_pipeline(deals in crowded_deals()) {
        let deals = all(&deals);
        let kpis = Kpis::of(&deals, LostStage::Offered);
        let funnel = funnel(&deals, LostStage::Offered);
        prop_assert_eq!(funnel.iter().map(|step| step.weighted).sum::<Money>(), kpis.weighted_pipeline);
        prop_assert_eq!(kpis.weighted_won + kpis.weighted_open, kpis.weighted_pipeline);
        prop_assert_eq!(funnel.iter().map(|step| step.deals).sum::<usize>(), kpis.deal_count);
        prop_assert_eq!(kpis.count_by_status.shown().map(|(_, count)| count).sum::<usize>(), kpis.deal_count);
    }

    #[test]
    fn sectors_add_up_to_the_amounts(deals in crowded_deals()) {
        let deals = all(&deals);
        let sectors = sector_totals(&deals, None);
        let total = deals.iter().map(|deal| deal.amount).sum::<Money>();
        prop_assert_eq!(sectors.iter().map(|line| line.total).sum::<Money>(), total);
        prop_assert_eq!(sectors.iter().map(|line| line.deals).sum::<usize>(), deals.len());
        prop_assert!(sectors.len() <= 4, "three sectors in five spellings, and none");
        prop_assert!(sectors.is_sorted_by(|left, right| left.total >= right.total));
        let by_stage = DealStage::ALL.map(|stage| sector_totals(&deals, Some(stage)));
        prop_assert_eq!(by_stage.iter().flatten().map(|line| line.total).sum::<Money>(), total);
    }

    #[test]
    fn every_open_deal_has_one_place_among_the_deadlines(deals in crowded_deals()) {
        let deals = all(&deals);
        let found = Deadlines::of(&deals, today());
        let lists = [&found.overdue, &found.today, &found.upcoming, &found.later, &found.undated];
        let mut rows: Vec<u32> = lists.into_iter().flatten().map(|deal| deal.row).collect();
        rows.sort_unstable();
        let open: Vec<u32> = deals.iter().filter(|deal| deal.stage.is_open()).map(|deal| deal.row).collect();
        prop_assert_eq!(rows, open);
        for list in lists {
            prop_assert!(list.is_sorted_by_key(|deal| deal.due));
        }
    }
}
