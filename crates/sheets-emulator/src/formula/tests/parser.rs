//! Unit tests of the formula parser.

use proptest::prelude::*;
use serde_json::json;

use crate::formula::{
    parser::{Expression, Reference, ReferenceCorner, parse, starts_array_formula},
    tests::check,
};

#[test]
fn syntax_errors_show_as_errors() {
    for formula in [
        "=1+",
        "=(1",
        "=1)",
        "=SUM(1",
        "=\"a",
        "=1 2",
        "=A1 A2",
        "=&1",
        "=1,2",
        "=#WHAT!",
        "=SUM(1 2)",
        "=!A1",
        "=?",
    ] {
        check(&[], &[(formula, json!("#ERROR!"))]);
    }
}

#[test]
fn texts_double_their_quotes_and_spaces_do_not_matter() {
    check(
        &[],
        &[
            ("=\"a\"\"b\"", json!("a\"b")),
            ("=\"\"\"\"", json!("\"")),
            ("=  1  +\t2 ", json!(3)),
            ("=\"A1\"", json!("A1")),
        ],
    );
}

#[test]
fn deep_nesting_is_refused_instead_of_overflowing_the_stack() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(parse(&nested(90)), Some(Expression::Number(1.0)));
    assert_eq!(parse(&nested(100_000)), None);
}

#[test]
fn words_with_digits_are_functions_or_names_and_not_cells() {
    assert!(matches!(parse("LOG10(1)"), Some(Expression::Call(name, _)) if name == "LOG10"));
    assert!(matches!(parse("A1_total"), Some(Expression::Name(name)) if name == "A1_total"));
    assert!(matches!(parse("Q1.sum"), Some(Expression::Name(_))));
    assert!(matches!(parse("A1"), Some(Expression::Reference(_))));
}

#[test]
fn omitted_arguments_are_kept() {
    let Some(Expression::Call(_, arguments)) = parse("F(,1,)") else {
        panic!("a call");
    };
    assert_eq!(
        arguments,
        [Expression::Missing, Expression::Number(1.0), Expression::Missing]
    );
}

#[test]
fn array_formulas_are_known_by_their_first_word() {
    for (text, expected) in [
        ("=ARRAYFORMULA(A1:A2)", true),
        ("=arrayformula(A1)", true),
        ("= ArrayFormula (A1)", true),
        ("=SUM(ARRAYFORMULA(A1))", false),
        ("=ARRAY", false),
        ("=éééééééé", false),
    ] {
        assert_eq!(starts_array_formula(text), expected, "{text}");
    }
}

fn any_corner() -> impl Strategy<Value = ReferenceCorner> {
    (0u32..2_000_000, 0u32..18_000, any::<bool>(), any::<bool>()).prop_map(|(row, column, fixed_row, fixed_column)| {
        ReferenceCorner {
            row: Some(row),
            column: Some(column),
            fixed_row,
            fixed_column,
        }
    })
}

proptest! {
    #[test]
    fn a_written_reference_reads_back_as_itself(
        sheet in proptest::option::of("[ -~àé🌵]{1,12}"), first in any_corner(), last in proptest::option::of(any_corner()),
    ) {
        let reference = Reference { sheet, first, last };
        prop_assert_eq!(parse(&reference.text()), Some(Expression::Reference(reference)));
    }

    #[test]
    fn no_formula_makes_the_parser_panic(text in "\\PC{0,40}") {
        let _ = parse(&text);
    }

    #[test]
    fn nothing_like_a_formula_makes_the_evaluator_panic(text in "[A-C1-3:$!'\"+*/^&=<>(),;%. SUMIF-]{0,30}") {
        let _ = crate::formula::tests::value(&[&["1", "x"], &["=A1", ""]], &format!("={text}"));
    }
}
