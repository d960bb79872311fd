//! Tests of the cross-validation, the example table and the metrics.

use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::health::churn::{
    encoding::FeatureEncoding,
    evaluation::{evaluate, folds},
    examples::ExampleTable,
    metrics::{PredictedRow, auc, brier},
};

fn text(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter()
        .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
        .collect()
}

fn headers(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Rows that leave by a known logistic rule, so that the best possible AUC is known.
fn drawn(count: usize) -> (ExampleTable, f64) {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut rows = Vec::new();
    let mut truth = Vec::new();
    for number in 0..count {
        let (months, calls) = (random.random_range(0..60), random.random_range(0..10));
        let plan = ["monthly", "yearly", "trial"][random.random_range(0..3)];
        let spent: Option<f64> = (random.random_range(0..10) > 0).then(|| random.random_range(0.0..100.0));
        let by_plan = match plan {
            "monthly" => 0.8,
            "trial" => 1.6,
            _ => -1.0,
        };
        let sum =
            by_plan - 0.06 * f64::from(months) + 0.25 * f64::from(calls) + spent.map_or(0.7, |spent| -0.01 * spent);
        let chance = 1.0 / (1.0 + (-sum).exp());
        let left = random.random_bool(chance);
        truth.push(PredictedRow { chance, left });
        rows.push(vec![
            format!("C-{number}"),
            months.to_string(),
            calls.to_string(),
            plan.to_owned(),
            spent.map_or(String::new(), |spent| format!("{spent:.3}")),
            "EU".to_owned(),
            if left { "Yes" } else { "No" }.to_owned(),
        ]);
    }
    let headers = headers(&["customer", "months", "calls", "plan", "spent", "region", "churn"]);
    let table = ExampleTable::of_text(&headers, &rows, "Churn").expect("a table");
    (table, auc(&truth).expect("both kinds"))
}

#[test]
fn the_regression_reaches_what_can_be_reached() {
    let (table, best) = drawn(3000);
    let evaluation = evaluate(&table).expect("an evaluation");
    assert!((evaluation.auc - best).abs() < 0.01, "{} of {best}", evaluation.auc);
    assert!(evaluation.brier.0 < 0.9 * evaluation.brier.1);
    for (from, group) in evaluation.calibration.iter().filter(|(_, group)| group.rows > 150) {
        assert!((group.chance - group.share()).abs() < 0.1, "{from}: {group:?}");
    }
    let lifts: Vec<f64> = evaluation.deciles.iter().map(|group| group.lift).collect();
    assert!(lifts[0] > 1.4 && lifts[9] < 0.4, "{lifts:?}");
    assert_eq!(evaluation.deciles.iter().map(|group| group.rows).sum::<usize>(), 3000);
}

#[test]
fn columns_that_name_rows_or_say_nothing_are_left_out_with_a_note() {
    let (table, _) = drawn(200);
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["months", "calls", "plan", "spent"]);
    assert_eq!(table.notes.len(), 2);
    assert!(
        table.notes[0].contains("“customer”") && table.notes[1].contains("“region”"),
        "{:?}",
        table.notes
    );
}

#[test]
fn the_same_table_is_judged_the_same_every_time() {
    let (table, _) = drawn(300);
    assert_eq!(evaluate(&table), evaluate(&table));
    let shown = evaluate(&table).expect("an evaluation").to_string();
    for part in ["AUC", "Brier", "Calibration", "Lift by tenths", "Note: “customer”"] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn what_cannot_be_judged_is_said() {
    let rows = text(&[&["1", "yes"], &["2", "no"], &["3", "perhaps"]]);
    let names = headers(&["logins", "churn"]);
    let error = ExampleTable::of_text(&names, &rows, "churn").expect_err("no label");
    assert!(error.contains("Line 4") && error.contains("perhaps"), "{error}");
    let error = ExampleTable::of_text(&names, &rows, "left").expect_err("no column");
    assert!(error.contains("“left”") && error.contains("logins, churn"), "{error}");
    let table = ExampleTable::of_text(&names, &rows[..2], "churn").expect("a table");
    let error = evaluate(&table).expect_err("too few");
    assert!(error.contains("1 of 2 rows left"), "{error}");
    let only = ExampleTable::of_text(&names, &text(&[&["7", "yes"], &["7", "no"]]), "churn");
    assert!(only.is_err());
}

#[test]
fn empty_cells_and_unknown_words_are_no_numbers() {
    let rows = text(&[
        &["1", "a", "1"],
        &["", "b", "0"],
        &["NA", "a", "1"],
        &["4", "", "0.0"],
        &["5", "a", ""],
    ]);
    let table = ExampleTable::of_text(&headers(&["x", "kind", "churn"]), &rows, "churn").expect("a table");
    assert_eq!(table.labels, [true, false, true, false]);
    let encoding = FeatureEncoding::learn(&table.columns, &[0, 2, 3]);
    // x: mean 2.5, spread 1.5, then the empty flag; kind: "a" is the most frequent, "b" is unseen, empty is a category.
    let encoded = encoding.encode(&table.columns, &[0, 1, 2, 3]);
    assert_eq!(
        encoded,
        [[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    );
}

#[test]
fn measures_of_a_few_rows_are_known() {
    let rows = |rows: &[(f64, bool)]| -> Vec<PredictedRow> {
        rows.iter()
            .map(|&(chance, left)| PredictedRow { chance, left })
            .collect()
    };
    assert_eq!(auc(&rows(&[(0.9, true), (0.1, false)])), Some(1.0));
    assert_eq!(auc(&rows(&[(0.1, true), (0.9, false)])), Some(0.0));
    assert_eq!(auc(&rows(&[(0.5, true), (0.5, false)])), Some(0.5));
    assert_eq!(
        auc(&rows(&[(0.1, false), (0.4, false), (0.35, true), (0.8, true)])),
        Some(0.75)
    );
    assert_eq!(auc(&rows(&[(0.5, true)])), None);
    assert_eq!(brier(&rows(&[(1.0, true), (0.5, false)])), 0.125);
}

proptest! {
    #[test]
    fn folds_part_the_rows_and_share_those_who_left(labels in proptest::collection::vec(any::<bool>(), 10..300)) {
        let folds = folds(&labels);
        let mut all: Vec<usize> = folds.concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..labels.len()).collect::<Vec<_>>());
        let left = |fold: &Vec<usize>| fold.iter().filter(|row| labels[**row]).count();
        let counts: Vec<usize> = folds.iter().map(left).collect();
        prop_assert!(counts.iter().max().unwrap_or(&0) - counts.iter().min().unwrap_or(&0) <= 1);
    }

    #[test]
    fn the_area_turns_with_the_chances(rows in proptest::collection::vec((0_u8..20, any::<bool>()), 2..60)) {
        let judged: Vec<PredictedRow> = rows.iter().map(|&(chance, left)| PredictedRow { chance: f64::from(chance) / 20.0, left }).collect();
        let turned: Vec<PredictedRow> = judged.iter().map(|row| PredictedRow { chance: 1.0 - row.chance, ..*row }).collect();
        if let (Some(one), Some(other)) = (auc(&judged), auc(&turned)) {
            prop_assert!((one + other - 1.0).abs() < 1e-9);
        }
    }
}
