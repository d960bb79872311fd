//! Tests of the score computation.

use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::health::{
    rules::{
        band::HealthBand,
        component::{ScoreComponent, ScorePenalty},
        facts::{CancelMention, HealthFacts, PaymentStatus, RatingFact, SourcedFact},
        fixture::{self, at, now, payment},
        points::ScorePoints,
        score::{HealthScore, score},
    },
    weights::ScoreFormula,
};

fn of(facts: &HealthFacts) -> HealthScore {
    score(facts, ScoreFormula::current(), &now()).expect("a score")
}

fn seen(days: i64) -> Option<SourcedFact<Timestamp>> {
    let then = now().checked_sub(days.days()).expect("a moment");
    Some(SourcedFact::new(then.timestamp(), "intercom", None))
}

fn number(number: i64, source: &str) -> Option<SourcedFact<Decimal>> {
    Some(SourcedFact::new(Decimal::from(number), source, None))
}

fn mention(day: &str) -> CancelMention {
    CancelMention {
        id: "1".to_owned(),
        quote: "Please cancel my plan.".to_owned(),
        at: at(day),
        source: "intercom".to_owned(),
        event: "7".to_owned(),
    }
}

#[test]
fn a_customer_with_everything_known_scores_as_worked_out_by_hand() {
    let score = of(&fixture::well());
    let lines: Vec<(String, String)> = score
        .lines
        .iter()
        .map(|line| (line.points.to_string(), line.maximum.to_string()))
        .collect();
    // Ratings of 4.5 are worth 87.5; with a tone of 60: 0.7 × 87.5 + 0.3 × 60 = 79.25. Logins 80 and onboarding 100:
    // 90.
    let expected = [
        ("25", "25"),
        ("15.85", "20"),
        ("20", "20"),
        ("13.5", "15"),
        ("8.5", "10"),
        ("5.75", "10"),
    ];
    assert_eq!(lines, expected.map(|(points, of)| (points.to_owned(), of.to_owned())));
    assert_eq!(score.sum().to_string(), "88.6");
    assert_eq!((score.score, score.band), (89, HealthBand::Healthy));
    assert_eq!(score.rounded.to_string(), "0.4");
    assert_eq!(score.coverage.to_string(), "100");
    assert_eq!(score.action(), None);
}

#[test]
fn a_missing_component_gives_its_weight_to_the_others() {
    let facts = HealthFacts {
        last_seen: None,
        ratings: Vec::new(),
        tone: None,
        ..fixture::well()
    };
    let score = of(&facts);
    assert_eq!(score.coverage.to_string(), "55");
    assert_eq!(score.sum().to_string(), "86.82");
    let maximum: ScorePoints = score.lines.iter().map(|line| line.maximum).sum();
    assert_eq!(maximum.to_string(), "100");
    let missing = score.line(ScoreComponent::Activity).expect("a line");
    assert_eq!((missing.points, missing.fact.as_ref()), (ScorePoints::ZERO, None));
    assert!(missing.missing().is_some());
}

#[test]
fn nothing_known_is_no_score() {
    assert_eq!(score(&HealthFacts::default(), ScoreFormula::current(), &now()), None);
    let only_trouble = HealthFacts {
        cancel_mentions: vec![mention("2026-11-01")],
        delinquent: Some(SourcedFact::new(true, "stripe", None)),
        ..HealthFacts::default()
    };
    assert_eq!(score(&only_trouble, ScoreFormula::current(), &now()), None);
}

#[test]
fn known_to_be_nothing_is_not_missing() {
    let facts = HealthFacts {
        mrr: number(0, "stripe"),
        logins: number(0, "dashboard"),
        ..HealthFacts::default()
    };
    let score = of(&facts);
    assert_eq!((score.score, score.band), (0, HealthBand::Critical));
    assert_eq!(score.coverage.to_string(), "25");
}

#[test]
fn days_since_last_seen_follow_the_curve_and_cost_a_penalty_from_thirty_on() {
    for (days, worth, penalty) in [
        (-3, "100", false),
        (0, "100", false),
        (1, "100", false),
        (4, "92.5", false),
        (7, "85", false),
        (14, "70", false),
        (22, "55", false),
        (29, "41.88", false),
        (30, "40", true),
        (45, "20", true),
        (60, "0", true),
        (4000, "0", true),
    ] {
        let facts = HealthFacts {
            last_seen: seen(days),
            ..HealthFacts::default()
        };
        let score = of(&facts);
        assert_eq!(score.lines[0].points.to_string(), worth, "{days} days");
        assert_eq!(!score.penalties.is_empty(), penalty, "{days} days");
    }
}

#[test]
fn ratings_count_for_ninety_days_and_with_the_tone_seventy_to_thirty() {
    let moment = now().timestamp();
    let aged = |stars, hours: i64| {
        let at = moment.checked_sub(hours.hours()).expect("a moment");
        SourcedFact::new(RatingFact { stars, at }, "intercom", None)
    };
    for (ratings, tone, worth) in [
        (vec![aged(1, 1)], None, "0"),
        (vec![aged(2, 1)], None, "25"),
        (vec![aged(5, 90 * 24)], None, "100"),
        (vec![aged(5, 90 * 24 + 1), aged(3, 5)], None, "50"),
        (vec![aged(9, 1)], None, "100"),
        (vec![aged(0, 1)], None, "0"),
        (vec![], Some(40), "40"),
        (vec![aged(5, 1)], Some(0), "70"),
        (vec![aged(1, 1)], Some(100), "30"),
        (vec![aged(5, 1), aged(4, 1), aged(4, 1)], None, "83.33"),
    ] {
        let facts = HealthFacts {
            ratings,
            tone: tone.and_then(|tone| number(tone, "intercom")),
            ..HealthFacts::default()
        };
        assert_eq!(of(&facts).lines[1].worth.expect("known").to_string(), worth);
    }
    let old = HealthFacts {
        ratings: vec![aged(5, 90 * 24 + 1)],
        ..HealthFacts::default()
    };
    assert_eq!(score(&old, ScoreFormula::current(), &now()), None);
}

#[test]
fn engagement_is_the_mean_of_what_is_known() {
    for (logins, onboarding, worth) in [
        (Some(10), None, "50"),
        (Some(20), None, "100"),
        (Some(500), None, "100"),
        (Some(-4), None, "0"),
        (Some(10), Some(1), "75"),
        (Some(10), Some(0), "25"),
        (None, Some(1), "100"),
        (None, Some(7), "100"),
    ] {
        let facts = HealthFacts {
            logins: logins.and_then(|logins| number(logins, "dashboard")),
            onboarding: onboarding.and_then(|share| number(share, "userflow")),
            ..HealthFacts::default()
        };
        assert_eq!(of(&facts).lines[3].worth.expect("known").to_string(), worth);
    }
}

#[test]
fn tenure_is_counted_in_months_of_the_calendar() {
    for (since, months, worth) in [
        ("2027-03-01", "0", "20"),
        ("2026-11-21", "0", "20"),
        ("2026-11-06", "0.5", "25.83"),
        ("2026-08-21", "3", "55"),
        ("2026-08-06", "3.5", "56.67"),
        ("2025-11-21", "12", "85"),
        ("2024-11-21", "24", "100"),
        ("1999-12-31", "322.7", "100"),
    ] {
        let facts = HealthFacts {
            customer_since: Some(SourcedFact::new(since.parse().expect("a day"), "stripe", None)),
            ..HealthFacts::default()
        };
        let line = of(&facts).lines[4].clone();
        assert_eq!(line.worth.expect("known").to_string(), worth, "{since}");
        assert_eq!(
            line.fact.expect("known").to_string(),
            format!("{months} months"),
            "{since}"
        );
    }
}

#[test]
fn penalties_are_taken_off_and_what_falls_below_nothing_is_nothing() {
    let worst = HealthFacts {
        last_seen: seen(90),
        payment: payment(PaymentStatus::Unpaid),
        cancel_mentions: vec![mention("2026-11-01"), mention("2026-10-01")],
        critical_tickets: vec![
            SourcedFact::new("All is down".to_owned(), "intercom", None),
            SourcedFact::new("Data lost".to_owned(), "hubspot", None),
        ],
        ..HealthFacts::default()
    };
    let score = of(&worst);
    let cost: Vec<String> = score.penalties.iter().map(|lost| lost.points.to_string()).collect();
    assert_eq!(cost, ["30", "25", "20", "15"]);
    assert_eq!(score.penalties[0].fact, "“Please cancel my plan.”");
    assert_eq!(score.penalties[3].fact, "“All is down” and 1 more");
    assert_eq!(score.score, 0);
    assert_eq!(score.clamped, -score.sum());
    assert_eq!(score.action(), Some(ScorePenalty::CancelMention.action()));
}

#[test]
fn a_word_about_leaving_counts_for_180_days() {
    let moment = now().timestamp();
    for (hours, counts) in [(0, true), (180 * 24, true), (180 * 24 + 1, false), (-24, true)] {
        let said = CancelMention {
            at: moment.checked_sub(hours.hours()).expect("a moment"),
            ..mention("2026-11-01")
        };
        let facts = HealthFacts {
            cancel_mentions: vec![said],
            ..fixture::well()
        };
        assert_eq!(!of(&facts).penalties.is_empty(), counts, "{hours}");
    }
}

#[test]
fn an_overdue_payment_costs_once_whoever_tells_it() {
    let flag = |flag| Some(SourcedFact::new(flag, "intercom", None));
    for (standing, delinquent, cost) in [
        (PaymentStatus::PastDue, None, "25"),
        (PaymentStatus::Unpaid, flag(true), "25"),
        (PaymentStatus::Active, flag(true), "25"),
        (PaymentStatus::Active, flag(false), "0"),
        (PaymentStatus::Cancelled, None, "0"),
        (PaymentStatus::Trialing, None, "0"),
    ] {
        let facts = HealthFacts {
            payment: payment(standing),
            delinquent,
            ..fixture::well()
        };
        let cost_of: ScorePoints = of(&facts).penalties.iter().map(|lost| lost.points).sum();
        assert_eq!(cost_of.to_string(), cost, "{standing:?}");
    }
}

#[test]
fn half_a_point_is_rounded_upwards_once() {
    for (mrr, logins, shown) in [("500", "15", 75), ("250", "10", 51), ("100", "0", 16)] {
        let facts = HealthFacts {
            mrr: Some(SourcedFact::new(mrr.parse().expect("a number"), "stripe", None)),
            logins: Some(SourcedFact::new(logins.parse().expect("a number"), "dashboard", None)),
            ..HealthFacts::default()
        };
        assert_eq!(of(&facts).score, shown, "{mrr} {logins}");
    }
    let half = HealthFacts {
        mrr: number(50, "stripe"),
        tone: number(50, "intercom"),
        payment: payment(PaymentStatus::Trialing),
        ..HealthFacts::default()
    };
    // (10 × 25 + 20 × 50 + 20 × 80) / 50 = 57; with a tone of 51.25 it is 57.5.
    assert_eq!(of(&half).score, 57);
    let exactly = HealthFacts {
        tone: Some(SourcedFact::new(Decimal::new(5125, 2), "intercom", None)),
        ..half
    };
    assert_eq!(
        (of(&exactly).sum().to_string().as_str(), of(&exactly).score),
        ("57.5", 58)
    );
}

#[test]
fn the_source_and_the_age_of_each_fact_are_told() {
    let score = of(&fixture::well());
    let line = score.line(ScoreComponent::Engagement).expect("a line");
    assert_eq!(line.sources, ["dashboard", "userflow"]);
    assert_eq!(line.at, Some(at("2026-02-01")));
    assert_eq!(
        line.fact.as_ref().expect("known").to_string(),
        "16 logins in 30 days, onboarding 100% done"
    );
    let line = score.line(ScoreComponent::Sentiment).expect("a line");
    assert_eq!(
        line.fact.as_ref().expect("known").to_string(),
        "rated 4.5 of 5 (2 ratings), tone 60 of 100"
    );
}

fn facts() -> impl Strategy<Value = HealthFacts> {
    let known = |range: std::ops::Range<i64>| proptest::option::of(range);
    let kinds = proptest::sample::select(PaymentStatus::ALL.to_vec());
    let numbers = (
        known(-5..200),
        known(-50..500),
        known(-5..120),
        known(-3..9),
        known(-90..4000),
    );
    let rest = (
        known(-10_000..500_000),
        proptest::option::of(kinds),
        proptest::collection::vec((0_u8..7, 0_i64..200), 0..4),
        (0_usize..3, 0_usize..3, any::<bool>()),
    );
    (numbers, rest).prop_map(
        |((days, logins, tone, done, tenure), (mrr, standing, ratings, trouble))| {
            let (mentions, tickets, overdue) = trouble;
            let back = |days: i64| now().checked_sub(days.days()).expect("a moment");
            HealthFacts {
                last_seen: days.and_then(seen),
                ratings: ratings
                    .into_iter()
                    .map(|(stars, days)| {
                        let at = back(days).timestamp();
                        SourcedFact::new(RatingFact { stars, at }, "intercom", Some(at))
                    })
                    .collect(),
                tone: tone.and_then(|tone| number(tone, "intercom")),
                payment: standing.and_then(payment),
                delinquent: overdue.then(|| SourcedFact::new(true, "stripe", None)),
                logins: logins.and_then(|logins| number(logins, "dashboard")),
                onboarding: done.map(|done| SourcedFact::new(Decimal::new(done, 1), "userflow", None)),
                customer_since: tenure.map(|days| SourcedFact::new(back(days).date(), "stripe", None)),
                mrr: mrr.map(|mrr| SourcedFact::new(Decimal::new(mrr, 2), "stripe", None)),
                cancel_mentions: vec![mention("2026-11-01"); mentions],
                critical_tickets: vec![SourcedFact::new("Down".to_owned(), "intercom", None); tickets],
            }
        },
    )
}

proptest! {
    #[test]
    fn the_lines_add_up_to_the_score(facts in facts()) {
        let Some(score) = score(&facts, ScoreFormula::current(), &now()) else { return Ok(()) };
        prop_assert_eq!(score.sum() + score.clamped + score.rounded, ScorePoints::from(score.score));
        prop_assert!(score.score <= 100);
        prop_assert_eq!(score.band, HealthBand::of(score.score));
        let maximum: ScorePoints = score.lines.iter().map(|line| line.maximum).sum();
        prop_assert_eq!(maximum, ScorePoints::from(100));
        for line in &score.lines {
            prop_assert!(line.points >= ScorePoints::ZERO && line.points <= line.maximum);
            prop_assert_eq!(line.fact.is_some(), line.missing().is_none());
        }
        let covered: Decimal = score
            .lines
            .iter()
            .filter(|line| line.fact.is_some())
            .map(|line| ScoreFormula::current().weight(line.component))
            .sum();
        prop_assert_eq!(score.coverage, ScorePoints::new(covered));
        prop_assert!(score.rounded.decimal().abs() <= Decimal::new(5, 1));
    }

    #[test]
    fn the_order_of_what_is_known_does_not_matter(facts in facts()) {
        let mut turned = facts.clone();
        turned.ratings.reverse();
        let formula = ScoreFormula::current();
        let points = |facts: &HealthFacts| score(facts, formula, &now()).map(|score| (score.score, score.sum()));
        prop_assert_eq!(points(&facts), points(&turned));
    }

    #[test]
    fn trouble_never_helps(facts in facts()) {
        let formula = ScoreFormula::current();
        let Some(before) = score(&facts, formula, &now()) else { return Ok(()) };
        let worse = HealthFacts { cancel_mentions: vec![mention("2026-11-20")], ..facts };
        let after = score(&worse, formula, &now()).expect("a score");
        prop_assert!(after.score <= before.score);
    }
}
