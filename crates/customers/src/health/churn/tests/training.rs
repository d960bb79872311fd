//! Tests of churn training.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::health::{
    churn::{
        ChurnBasis,
        training::{CustomerHistory, HORIZON_DAYS, MIN_EXAMPLES_PER_CLASS, TrainingResult, train, training_example},
    },
    rules::{
        HealthBand, ScorePoints,
        changes::ScoreSnapshot,
        component::{ScoreComponent, ScorePenalty},
    },
};

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn snapshot(date: &str, activity: i64, penalty: Option<ScorePenalty>) -> ScoreSnapshot {
    ScoreSnapshot {
        date: day(date),
        score: 50,
        band: HealthBand::AtRisk,
        coverage: ScorePoints::new(Decimal::from(100)),
        components: BTreeMap::from([(ScoreComponent::Activity, ScorePoints::new(Decimal::from(activity)))]),
        penalties: penalty
            .map(|penalty| (penalty, ScorePoints::new(Decimal::from(20))))
            .into_iter()
            .collect(),
        formula: "1".to_owned(),
    }
}

fn past(activity: i64, left: Option<&str>) -> CustomerHistory {
    CustomerHistory {
        snapshots: vec![
            snapshot("2026-06-01", activity, None),
            snapshot("2026-11-20", 0, Some(ScorePenalty::NoActivity)),
        ],
        left: left.map(day),
    }
}

#[test]
fn an_example_holds_nothing_that_was_known_only_later() {
    let today = day("2026-11-21");
    for (left, expected) in [
        (None, Some(("2026-06-01", false))),
        (Some("2026-08-01"), Some(("2026-06-01", true))),
        (Some("2026-06-01"), None),
        (Some("2026-10-15"), None),
        (Some("2026-11-21"), Some(("2026-11-20", true))),
    ] {
        let past = past(10, left);
        let found = training_example(&past, today).map(|(snapshot, left)| (snapshot.date, left));
        assert_eq!(found, expected.map(|(date, left)| (day(date), left)), "{left:?}");
    }
}

#[test]
fn too_little_history_is_not_learned_from() {
    let few: Vec<CustomerHistory> = (0..150)
        .map(|number| past(number % 25, (number < 99).then_some("2026-08-01")))
        .collect();
    assert_eq!(
        train(&few, day("2026-11-21")),
        TrainingResult::TooFewExamples { left: 99, stayed: 51 }
    );
}

#[test]
fn with_enough_history_who_looks_like_those_who_left_is_at_risk() {
    let left =
        (0..MIN_EXAMPLES_PER_CLASS).map(|number| past(i64::try_from(number % 12).unwrap_or(0), Some("2026-08-01")));
    let stayed = (0..MIN_EXAMPLES_PER_CLASS).map(|number| past(8 + i64::try_from(number % 17).unwrap_or(0), None));
    let all: Vec<CustomerHistory> = left.chain(stayed).collect();
    let TrainingResult::Model { predictor, .. } = train(&all, day("2026-11-21")) else {
        panic!("enough history");
    };
    let risk = |activity| predictor.risk(&snapshot("2026-11-21", activity, None));
    assert!(risk(2).chance > 0.7 && risk(22).chance < 0.3);
    assert_eq!(risk(2).basis, ChurnBasis::Model);
}

#[test]
fn the_page_of_the_rules_names_their_numbers() {
    const DIRECTIVE: &str = include_str!("../../../../../../docs/directives/churn.md");
    assert!(DIRECTIVE.contains(&format!("at least **{MIN_EXAMPLES_PER_CLASS}** examples")));
    assert!(DIRECTIVE.contains(&format!("within {HORIZON_DAYS} days")));
}
