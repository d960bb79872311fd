//! Tests of formulas: values, functions, syntax, moved references and array formulas.

mod array_formula;
mod functions;
mod operators;
mod parser;
mod reference_rewrite;

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::{
    format::{locale::Locale, user_entered},
    formula::Evaluator,
    workbook::{
        Workbook,
        cell::{CellEntry, CellValue},
        sheet::Sheet,
    },
};

/// Spreadsheet whose first tab holds these typed texts, and whose second tab, `My tab`, holds 100 in A1.
fn workbook(rows: &[&[&str]]) -> Workbook {
    let mut workbook = Workbook::new("Tests");
    for (row, texts) in (0..).zip(rows) {
        for (column, text) in (0..).zip(*texts) {
            enter(&mut workbook, row, column, text);
        }
    }
    let mut second = Sheet::new(7, "My tab", 10, 5);
    second.edit_row(0, |row| row.cell_mut(0).entry = CellEntry::Number(100.0));
    workbook.sheets.push(Arc::new(second));
    let range = json!({"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1});
    workbook.named_ranges = Arc::new(vec![json!({"namedRangeId": "1", "name": "Both", "range": range})]);
    workbook
}

fn enter(workbook: &mut Workbook, row: u32, column: u32, text: &str) {
    let entry = user_entered::read(text, Locale::default()).entry;
    workbook
        .sheet_mut(0)
        .edit_row(row, |cells| cells.cell_mut(column).entry = entry);
}

/// Value of a formula in the last cell of the first tab.
fn value(rows: &[&[&str]], formula: &str) -> Json {
    let mut workbook = workbook(rows);
    let (row, column) = (999, 25);
    enter(&mut workbook, row, column, formula);
    json_of(&Evaluator::new(&workbook).cell(0, row, column))
}

/// Value as `UNFORMATTED_VALUE` gives it; numbers rounded to twelve decimals.
fn json_of(value: &CellValue) -> Json {
    match value {
        CellValue::Blank => Json::Null,
        CellValue::Number(number) => json!((number * 1e12).round() / 1e12),
        CellValue::Text(text) => json!(&**text),
        CellValue::Bool(flag) => json!(flag),
        CellValue::Error(name) => json!(name),
    }
}

/// Checks the values of formulas over the same cells.
fn check(rows: &[&[&str]], cases: &[(&str, Json)]) {
    for (formula, expected) in cases {
        let expected = match expected.as_f64() {
            Some(number) => json!(number),
            None => expected.clone(),
        };
        assert_eq!(value(rows, formula), expected, "{formula}");
    }
}
