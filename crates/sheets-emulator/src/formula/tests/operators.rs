//! Unit tests of operators and comparisons.

use serde_json::json;

use crate::formula::tests::check;

#[test]
fn arithmetic_follows_the_precedence_of_sheets() {
    check(
        &[],
        &[
            ("=1+2*3", json!(7)),
            ("=(1+2)*3", json!(9)),
            ("=7-2-1", json!(4)),
            ("=8/4/2", json!(1)),
            ("=2^3*2", json!(16)),
            ("=2^-1", json!(0.5)),
            // A minus sign binds more tightly than a power.
            ("=-2^2", json!(4)),
            ("=--5", json!(5)),
            ("=10%", json!(0.1)),
            ("=200*10%", json!(20)),
            ("=1.5e3+.5", json!(1500.5)),
            ("=1+1=2", json!(true)),
            ("=\"a\"&1+1", json!("a2")),
        ],
    );
}

#[test]
fn operands_are_converted_and_errors_go_through() {
    check(
        &[&["x", "", "5"]],
        &[
            ("=\"5\"+1", json!(6)),
            ("=C1+1", json!(6)),
            ("=\"2020-01-31\"+1", json!(43_862)),
            ("=\"10%\"*2", json!(0.2)),
            ("=TRUE+1", json!(2)),
            ("=A1+1", json!("#VALUE!")),
            ("=B1+1", json!(1)),
            ("=B1&\"!\"", json!("!")),
            ("=1&TRUE", json!("1TRUE")),
            ("=1/0", json!("#DIV/0!")),
            ("=1/B1", json!("#DIV/0!")),
            ("=(1/0)&\"x\"", json!("#DIV/0!")),
            ("=(1/0)=(1/0)", json!("#DIV/0!")),
            ("=#REF!+1", json!("#REF!")),
            ("=10^400", json!("#NUM!")),
        ],
    );
}

#[test]
fn comparisons_ignore_case_and_rank_numbers_before_texts_before_booleans() {
    check(
        &[&["a", ""]],
        &[
            ("=\"A\"=A1", json!(true)),
            ("=\"a\"<\"B\"", json!(true)),
            ("=999<\"a\"", json!(true)),
            ("=\"z\"<FALSE", json!(true)),
            ("=\"5\"=5", json!(false)),
            ("=1<>2", json!(true)),
            ("=2>=2", json!(true)),
            ("=2<=1", json!(false)),
            ("=B1=0", json!(true)),
            ("=B1=\"\"", json!(true)),
        ],
    );
}

#[test]
fn references_reach_cells_tabs_and_names() {
    check(
        &[&["1", "=A1+1"], &["2", "=B1*10"]],
        &[
            ("=A1", json!(1)),
            ("=$A$2", json!(2)),
            ("=b2", json!(20)),
            ("=Sheet1!A2", json!(2)),
            ("='My tab'!A1", json!(100)),
            ("='my TAB'!A1+A1", json!(101)),
            ("=SUM(Both)", json!(3)),
            ("=SUM(both)", json!(3)),
            ("=SUM(A:A)", json!(3)),
            ("=SUM(1:1)", json!(3)),
            ("=SUM(B2:A1)", json!(25)),
            // A blank cell is 0.
            ("=J9", json!(0)),
            ("=Nowhere!A1", json!("#REF!")),
            ("=Nobody", json!("#NAME?")),
        ],
    );
}

#[test]
fn a_formula_that_needs_itself_is_an_error_and_a_long_chain_is_none() {
    check(&[&["=B1", "=A1"]], &[("=A1", json!("#REF!"))]);
    check(&[&["=A1+1"]], &[("=A1", json!("#REF!"))]);
    let chain: Vec<String> = std::iter::once("1".to_owned())
        .chain((1..150).map(|row| format!("=A{row}+1")))
        .collect();
    let rows: Vec<[&str; 1]> = chain.iter().map(|text| [text.as_str()]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
    check(&rows, &[("=A150", json!(150))]);
}
