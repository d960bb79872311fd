//! Requests `sortRange`, `trimWhitespace` and `deleteDuplicates`.

use std::{cmp::Ordering, collections::HashSet};

use serde_json::{Value as Json, json};

use crate::{
    a1::Rectangle,
    batch::{dimensions, targets, text, whole},
    formula::{self, Evaluator},
    proto::error::ApiError,
    workbook::{
        SheetArea, Workbook,
        cell::{CellEntry, CellValue},
    },
};

/// Column to sort by.
struct SortSpec {
    column: u32,
    is_descending: bool,
}

/// Applies `sortRange`: numbers before texts before booleans, blank cells last in both directions.
pub fn sort(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let SheetArea { position, area } = targets::area_in(workbook, body, "range")?;
    let specs: Vec<SortSpec> = body
        .get("sortSpecs")
        .and_then(Json::as_array)
        .map(|specs| {
            specs.iter().map(|spec| SortSpec {
                column: whole(spec, "dimensionIndex"),
                is_descending: text(spec, "sortOrder") == "DESCENDING",
            })
        })
        .map(Iterator::collect)
        .unwrap_or_default();
    if let Some(SortSpec { column, .. }) = specs
        .iter()
        .find(|spec| !(area.left..area.right).contains(&spec.column))
    {
        return Err(ApiError::invalid(format!(
            "sortSpecs dimensionIndex[{column}] is outside of the range."
        )));
    }
    let evaluator = Evaluator::new(workbook);
    let last = area
        .bottom
        .min(u32::try_from(workbook.sheets[position].rows().len()).unwrap_or(u32::MAX));
    let keys: Vec<Vec<CellValue>> = (area.top..last)
        .map(|row| {
            specs
                .iter()
                .map(|spec| evaluator.cell(position, row, spec.column))
                .collect()
        })
        .collect();
    let mut order: Vec<u32> = (area.top..last).collect();
    order.sort_by(|left, right| {
        let key = |row: &u32| &keys[(*row - area.top) as usize];
        compare(key(left), key(right), &specs)
    });
    drop(evaluator);
    if last > area.top {
        workbook
            .sheet_mut(position)
            .permute(Rectangle { bottom: last, ..area }, &order);
        shift_formulas(workbook, position, Rectangle { bottom: last, ..area }, &order);
    }
    Ok(())
}

fn compare(left: &[CellValue], right: &[CellValue], specs: &[SortSpec]) -> Ordering {
    for ((left, right), spec) in left.iter().zip(right).zip(specs) {
        let order = match (left, right) {
            (CellValue::Blank, CellValue::Blank) => Ordering::Equal,
            (CellValue::Blank, _) => Ordering::Greater,
            (_, CellValue::Blank) => Ordering::Less,
            _ if spec.is_descending => formula::compare(right, left),
            _ => formula::compare(left, right),
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// Shifts relative references of formulas whose row moved, so that they still point to the same row.
fn shift_formulas(workbook: &mut Workbook, position: usize, area: Rectangle, order: &[u32]) {
    if !workbook.sheets[position].has_formulas {
        return;
    }
    let sheet = workbook.sheet_mut(position);
    for (row, origin) in (area.top..).zip(order) {
        let distance = i64::from(row) - i64::from(*origin);
        if distance != 0 {
            sheet.edit_existing(
                Rectangle {
                    top: row,
                    bottom: row + 1,
                    ..area
                },
                |_, _, cell| {
                    if let CellEntry::Formula(text) = &mut cell.entry
                        && let Some(moved) = formula::after_copy(text, distance, 0)
                    {
                        *text = moved.into();
                    }
                },
            );
        }
    }
}

/// Applies `trimWhitespace`.
pub fn trim_whitespace(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let SheetArea { position, area } = targets::area_in(workbook, body, "range")?;
    let mut count = 0;
    workbook.sheet_mut(position).edit_existing(area, |_, _, cell| {
        if let CellEntry::Text(text) = &mut cell.entry {
            let trimmed = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if *trimmed != **text {
                *text = trimmed.into();
                count += 1;
            }
        }
    });
    Ok(json!({"trimWhitespace": if count == 0 { json!({}) } else { json!({ "cellsChangedCount": count }) }}))
}

/// Applies `deleteDuplicates`: keeps the first of equal rows.
pub fn delete_duplicates(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let SheetArea { position, area } = targets::area_in(workbook, body, "range")?;
    let mut columns: Vec<u32> = Vec::new();
    for span in body
        .get("comparisonColumns")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        let span = targets::span(workbook, span)?;
        columns.extend(span.start..span.end);
    }
    if columns.is_empty() {
        columns.extend(area.left..area.right);
    }
    let evaluator = Evaluator::new(workbook);
    let mut seen = HashSet::new();
    let last = area.bottom.min(workbook.sheets[position].filled_rows());
    let duplicates: Vec<u32> = (area.top..last)
        .filter(|row| {
            let key: Vec<String> = columns
                .iter()
                .map(|column| format!("{:?}", evaluator.cell(position, *row, *column)).to_lowercase())
                .collect();
            !seen.insert(key)
        })
        .collect();
    drop(evaluator);
    let whole_rows = area.left == 0 && area.right == workbook.sheets[position].column_count;
    let kept: Vec<u32> = (area.top..area.bottom)
        .filter(|row| duplicates.binary_search(row).is_err())
        .collect();
    if whole_rows {
        duplicates
            .iter()
            .rev()
            .for_each(|row| dimensions::delete_rows_at(workbook, position, *row, row + 1));
    } else if !duplicates.is_empty() {
        let bottom = area.top + u32::try_from(kept.len()).unwrap_or(0);
        let sheet = workbook.sheet_mut(position);
        sheet.permute(Rectangle { bottom, ..area }, &kept);
        sheet.edit_existing(Rectangle { top: bottom, ..area }, |_, _, cell| {
            cell.entry = CellEntry::Blank;
        });
    }
    let count = duplicates.len();
    Ok(json!({"deleteDuplicates": if count == 0 { json!({}) } else { json!({ "duplicatesRemovedCount": count }) }}))
}
