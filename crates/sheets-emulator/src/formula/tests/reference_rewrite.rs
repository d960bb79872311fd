//! Unit tests of references that follow moved cells.

use proptest::prelude::*;

use crate::{
    formula::{DimensionChange, after_copy, after_dimension_change},
    workbook::dimension::{Dimension, IndexSpan},
};

#[test]
fn a_copied_formula_moves_its_relative_references() {
    for (formula, rows, columns, copied) in [
        ("=A1", 1, 1, Some("=B2")),
        ("=$A1", 1, 1, Some("=$A2")),
        ("=A$1", 1, 1, Some("=B$1")),
        ("=$A$1", 1, 1, None),
        ("=A1:B2*2", 2, 0, Some("=A3:B4*2")),
        ("=SUM(A:A)", 5, 1, Some("=SUM(B:B)")),
        ("=SUM(A:A)", 5, 0, None),
        ("=SUM(2:2)", 1, 5, Some("=SUM(3:3)")),
        ("='My tab'!A1", 1, 0, Some("='My tab'!A2")),
        ("=Sheet1!A1", 1, 0, Some("=Sheet1!A2")),
        ("=\"A1\"&A1", 1, 0, Some("=\"A1\"&A2")),
        ("=LOG10(A1)+A1_total", 1, 0, Some("=LOG10(A2)+A1_total")),
        ("=A1", -1, 0, Some("=#REF!")),
        ("=A1+B2", 0, -1, Some("=#REF!+A2")),
        ("=Z1", 0, 1, Some("=AA1")),
        ("=a1", 0, 0, None),
        ("not a formula", 1, 1, None),
    ] {
        assert_eq!(after_copy(formula, rows, columns).as_deref(), copied, "{formula}");
    }
}

fn rows_of<'a>(own_title: &'a str, title: &'a str) -> DimensionChange<'a> {
    DimensionChange {
        own_title,
        title,
        dimension: Dimension::Rows,
    }
}

/// Formula on the tab `Data` after two rows were inserted before row 3 of that tab.
fn after_insertion(formula: &str, own_title: &str) -> Option<String> {
    after_dimension_change(formula, rows_of(own_title, "Data"), |span| {
        let place = |index: u32| if index > 2 { index + 2 } else { index };
        let start = if span.start >= 2 { span.start + 2 } else { span.start };
        let end = place(span.end);
        Some(IndexSpan { start, end })
    })
}

/// Formula on the tab `Data` after rows 3 and 4 of that tab were deleted.
fn after_deletion(formula: &str) -> Option<String> {
    after_dimension_change(formula, rows_of("Data", "Data"), |span| {
        let place = |index: u32| {
            if index > 2 {
                index.saturating_sub(2).max(2)
            } else {
                index
            }
        };
        let (start, end) = (place(span.start), place(span.end));
        (start < end).then_some(IndexSpan { start, end })
    })
}

#[test]
fn references_follow_inserted_rows() {
    for (formula, expected) in [
        ("=A3", Some("=A5")),
        ("=$A$3", Some("=$A$5")),
        ("=A2", None),
        ("=SUM(A1:A3)", Some("=SUM(A1:A5)")),
        ("=SUM(A3:A1)", Some("=SUM(A5:A1)")),
        ("=SUM(A1:A2)", None),
        ("=SUM(A:A)", None),
        ("=SUM(A3:A)", Some("=SUM(A5:A)")),
        ("=Data!A3", Some("=Data!A5")),
        ("=data!A3", Some("=data!A5")),
        ("=Other!A3", None),
    ] {
        assert_eq!(after_insertion(formula, "Data").as_deref(), expected, "{formula}");
    }
    assert_eq!(after_insertion("=A3+Data!A3", "Other").as_deref(), Some("=A3+Data!A5"));
}

#[test]
fn references_to_deleted_rows_are_errors_and_ranges_shrink() {
    for (formula, expected) in [
        ("=A3", Some("=#REF!")),
        ("=A2", None),
        ("=A5", Some("=A3")),
        ("=SUM(A1:A9)", Some("=SUM(A1:A7)")),
        ("=SUM(A1:A3)", Some("=SUM(A1:A2)")),
        ("=SUM(A4:A9)", Some("=SUM(A3:A7)")),
        ("=SUM(A3:A4)", Some("=SUM(#REF!)")),
    ] {
        assert_eq!(after_deletion(formula).as_deref(), expected, "{formula}");
    }
}

proptest! {
    #[test]
    fn a_copy_and_its_copy_back_are_the_formula(row in 1u32..1000, column in 0u32..26, rows in 0i64..500, columns in 0i64..500) {
        let letter = char::from(b'A' + u8::try_from(column).unwrap_or(0));
        let formula = format!("=SUM({letter}{row}:{letter}${row})&\"x\"");
        let copied = after_copy(&formula, rows, columns).unwrap_or_else(|| formula.clone());
        let back = after_copy(&copied, -rows, -columns).unwrap_or_else(|| copied.clone());
        prop_assert_eq!(back, formula);
    }
}
