//! Tests that hold the formula to the tables of `docs/directives/health-score.md`.

use rust_decimal::Decimal;

use crate::health::{
    rules::{
        HealthBand, PaymentStatus, ScoreComponent, ScorePenalty,
        curve::ScoreCurve,
        fixture::{now, well},
        score,
    },
    weights::ScoreFormula,
};

const DIRECTIVE: &str = include_str!("../../../../../../docs/directives/health-score.md");

/// Rows of the first table whose header begins with `header`.
fn table(header: &str) -> Vec<Vec<&'static str>> {
    let opening = format!("| {header} |");
    let lines = DIRECTIVE.lines().skip_while(|line| !line.starts_with(&opening)).skip(2);
    let rows: Vec<Vec<&str>> = lines
        .take_while(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(!rows.is_empty(), "no table with {header}");
    rows
}

fn number(text: &str) -> Decimal {
    text.trim_end_matches(" %").parse().expect("a number")
}

fn curve(header: &str) -> Vec<(Decimal, Decimal)> {
    table(&format!("{header} | worth"))
        .iter()
        .map(|row| (number(row[0]), number(row[1])))
        .collect()
}

#[test]
fn the_weights_are_those_of_the_page() {
    let written: Vec<_> = table("component")
        .iter()
        .map(|row| (row[0].to_owned(), number(row[1]), row[2].to_owned()))
        .collect();
    let held = ScoreComponent::ALL.map(|component| {
        let weight = ScoreFormula::current().weight(component);
        (component.to_string(), weight, component.action().to_owned())
    });
    assert_eq!(written, held);
    assert_eq!(
        written.iter().map(|(_, weight, _)| weight).sum::<Decimal>(),
        Decimal::ONE_HUNDRED
    );
}

#[test]
fn the_curves_are_those_of_the_page() {
    let formula = ScoreFormula::current();
    let curves: [(&str, &ScoreCurve); 5] = [
        ("days since last seen", &formula.activity),
        ("CSAT", &formula.ratings),
        ("logins in 30 days", &formula.logins),
        ("months", &formula.tenure),
        ("MRR", &formula.mrr),
    ];
    for (header, held) in curves {
        assert_eq!(curve(header), held.points(), "{header}");
    }
    let payment: Vec<_> = table("payment | worth")
        .iter()
        .map(|row| (row[0], number(row[1])))
        .collect();
    let held = PaymentStatus::ALL.map(|payment| (payment.word(), formula.payment[&payment].decimal()));
    assert_eq!(payment, held);
    let ratings_weight = format!("ratings count {} %", formula.ratings_weight);
    assert!(DIRECTIVE.contains(&ratings_weight));
}

#[test]
fn the_penalties_and_the_bands_are_those_of_the_page() {
    let written: Vec<_> = table("penalty")
        .iter()
        .map(|row| (row[0].to_owned(), number(row[1]), row[3].to_owned()))
        .collect();
    let held = ScorePenalty::ALL.map(|penalty| {
        let points = ScoreFormula::current().penalties[&penalty].decimal();
        (penalty.to_string(), points, penalty.action().to_owned())
    });
    assert_eq!(written, held);
    let mut above = 101;
    for (row, band) in table("band").iter().zip(HealthBand::ALL) {
        assert_eq!(row[0], band.to_string());
        assert_eq!(number(row[1]), Decimal::from(band.lowest()));
        assert_eq!(number(row[2]), Decimal::from(above - 1));
        above = band.lowest();
    }
    assert_eq!(above, 0);
    assert!(DIRECTIVE.contains(&format!("Formula version: **{}**", ScoreFormula::current().version)));
}

#[test]
fn the_worked_example_comes_out_as_it_is_written() {
    let example = DIRECTIVE.split_once("## Worked example").expect("an example").1;
    let rows = example.lines().filter(|line| line.starts_with("| ")).skip(2).take(6);
    let written: Vec<String> = rows.map(|row| row.trim_matches(['|', ' ']).to_owned()).collect();
    let score = score(&well(), ScoreFormula::current(), &now()).expect("a score");
    let held: Vec<String> = score
        .lines
        .iter()
        .map(|line| format!("{} | {} | {}", line.component, line.worth.expect("known"), line.points))
        .collect();
    assert_eq!(written, held);
    assert!(example.contains(&format!(
        "The sum is {}, the score **{}**: {}",
        score.sum(),
        score.score,
        score.band
    )));
}
