//! Unit tests of array formulas and their ranges.

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use crate::formula::{
    Evaluator,
    tests::{json_of, workbook},
    with_array_results,
};

/// Values of the first cells of column D, whose first cell holds a formula.
fn column_d(formula: &str, below: &str) -> Vec<Json> {
    let workbook = workbook(&[&["1", "a", "", formula], &["2", "b", "", below], &["", "", "", ""]]);
    let filled = with_array_results(&workbook);
    let evaluator = Evaluator::new(&filled);
    (0..4).map(|row| json_of(&evaluator.cell(0, row, 3))).collect()
}

#[test]
fn results_fill_the_cells_below() {
    for (formula, expected) in [
        ("=ARRAYFORMULA(A1:A3*10)", json!([10.0, 20.0, 0.0, null])),
        ("=ARRAYFORMULA(A1:A3&B1:B3)", json!(["1a", "2b", "", null])),
        ("=ARRAYFORMULA(A1:A3+A1:A2)", json!([2.0, 4.0, "#N/A", null])),
        (
            "=ARRAYFORMULA(IF(A1:A3=\"\",\"-\",UPPER(B1:B3)))",
            json!(["A", "B", "-", null]),
        ),
        ("=ARRAYFORMULA(SUM(A1:A3))", json!([3.0, null, null, null])),
        ("=ARRAYFORMULA(SUM(A1:A3)+A1:A2)", json!([4.0, 5.0, null, null])),
        ("=ARRAYFORMULA(-A1:A2)", json!([-1.0, -2.0, null, null])),
        ("=ARRAYFORMULA(5)", json!([5.0, null, null, null])),
    ] {
        assert_eq!(json!(column_d(formula, "")), expected, "{formula}");
    }
}

#[test]
fn a_filled_cell_in_the_way_leaves_an_error_and_itself() {
    let values = column_d("=ARRAYFORMULA(A1:A3*10)", "mine");
    assert_eq!(json!(values), json!(["#REF!", "mine", null, null]));
}

#[test]
fn a_workbook_without_array_formulas_is_not_copied() {
    assert!(matches!(
        with_array_results(&workbook(&[&["=SUM(A2:A3)", "1"]])),
        Cow::Borrowed(_)
    ));
}
