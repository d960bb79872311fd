//! Requests `mergeCells` and `unmergeCells`.

use serde_json::Value as Json;

use crate::{
    a1::Rectangle,
    batch::{targets, text},
    proto::error::ApiError,
    workbook::{SheetArea, Workbook, cell::CellEntry},
};

/// Applies `mergeCells`; only the first cell of a merge keeps its value.
pub fn merge(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let SheetArea { position, area } = targets::area_in(workbook, body, "range")?;
    refuse_partial(workbook, position, area)?;
    let parts: Vec<Rectangle> = match text(body, "mergeType") {
        "" | "MERGE_ALL" => vec![area],
        "MERGE_ROWS" => (area.top..area.bottom)
            .map(|top| Rectangle {
                top,
                bottom: top + 1,
                ..area
            })
            .collect(),
        "MERGE_COLUMNS" => (area.left..area.right)
            .map(|left| Rectangle {
                left,
                right: left + 1,
                ..area
            })
            .collect(),
        other => return Err(ApiError::invalid(format!("Unknown mergeType: {other}"))),
    };
    let sheet = workbook.sheet_mut(position);
    let merges = &mut sheet.details_mut().merges;
    merges.retain(|merge| !area.contains(merge));
    merges.extend(parts.iter().filter(|part| part.height() > 1 || part.width() > 1));
    for part in parts {
        sheet.edit_existing(part, |row, column, cell| {
            if (row, column) != (part.top, part.left) {
                cell.entry = CellEntry::Blank;
            }
        });
    }
    Ok(())
}

/// Applies `unmergeCells` to every merge within a range.
pub fn unmerge(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let SheetArea { position, area } = targets::area_in(workbook, body, "range")?;
    refuse_partial(workbook, position, area)?;
    workbook
        .sheet_mut(position)
        .details_mut()
        .merges
        .retain(|merge| !area.contains(merge));
    Ok(())
}

fn refuse_partial(workbook: &Workbook, position: usize, area: Rectangle) -> Result<(), ApiError> {
    let cuts = |merge: &Rectangle| area.intersects(merge) && !area.contains(merge);
    if workbook.sheets[position].details.merges.iter().any(cuts) {
        return Err(ApiError::invalid(
            "You must select all cells in a merged range to merge or unmerge them.",
        ));
    }
    Ok(())
}
