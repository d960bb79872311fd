//! Developer metadata: key-value pairs that programs attach to a spreadsheet, tab, row or column.
//!
//! Metadata of a row or column is stored in a list of its tab with its location, which is adjusted when rows and
//! columns are inserted, deleted or moved. A sort moves cell contents, not rows, so the metadata stays.
//!
//! Source: <https://developers.google.com/workspace/sheets/api/guides/metadata>

use std::sync::Arc;

use serde_json::Value as Json;

use crate::{
    a1,
    proto::error::ApiError,
    workbook::{Workbook, dimension::Dimension, open_area},
};

/// Field of the metadata in messages, and key of a tab's list.
pub const FIELD: &str = "developerMetadata";

/// All metadata of a spreadsheet and its tabs.
pub fn all(workbook: &Workbook) -> impl Iterator<Item = &Json> {
    let tabs = workbook.sheets.iter();
    let of_tabs = tabs.flat_map(|sheet| sheet.details.lists.get(FIELD).into_iter().flatten());
    workbook.developer_metadata.iter().chain(of_tabs)
}

/// Applies a rule to all metadata; items for which it returns `false` are removed.
pub fn retain_metadata(workbook: &mut Workbook, mut rule: impl FnMut(&mut Json) -> bool) {
    Arc::make_mut(&mut workbook.developer_metadata).retain_mut(&mut rule);
    for position in 0..workbook.sheets.len() {
        if workbook.sheets[position].details.lists.contains_key(FIELD) {
            let lists = &mut workbook.sheet_mut(position).details_mut().lists;
            if let Some(list) = lists.get_mut(FIELD) {
                list.retain_mut(&mut rule);
            }
        }
    }
}

/// Row or column of an item: whether it is a row, and its index. `None` for other locations.
pub fn dimension_index(item: &Json) -> Option<(Dimension, u64)> {
    let range = item["location"].get("dimensionRange")?;
    let dimension = match range["dimension"] == "ROWS" {
        true => Dimension::Rows,
        false => Dimension::Columns,
    };
    Some((dimension, range.get("startIndex").and_then(Json::as_u64).unwrap_or(0)))
}

/// `sheetId` of a location; `None` for the whole spreadsheet.
fn tab(location: &Json) -> Option<i64> {
    match (location.get("dimensionRange"), location.get("sheetId")) {
        (Some(range), _) => Some(range.get("sheetId").and_then(Json::as_i64).unwrap_or(0)),
        (None, Some(id)) => id.as_i64(),
        (None, None) => None,
    }
}

/// Whether an item matches a `DeveloperMetadataLookup`.
fn matches(lookup: &Json, item: &Json) -> bool {
    let same = |field: &str| lookup.get(field).is_none_or(|wanted| item.get(field) == Some(wanted));
    let own = &item["location"];
    let of_type = lookup
        .get("locationType")
        .is_none_or(|wanted| own.get("locationType") == Some(wanted));
    let located = lookup.get("metadataLocation").is_none_or(|wanted| {
        let is_same_line = wanted.get("dimensionRange").is_none_or(|range| {
            let index = |range: &Json| range.get("startIndex").and_then(Json::as_u64).unwrap_or(0);
            let own = &own["dimensionRange"];
            own["dimension"] == range["dimension"] && index(own) == index(range)
        });
        let is_exact = lookup["locationMatchingStrategy"] == "EXACT_LOCATION";
        let is_wide = wanted.get("dimensionRange").is_none() && !is_exact;
        let is_same_kind = is_wide || wanted.get("dimensionRange").is_some() == own.get("dimensionRange").is_some();
        let is_same_tab = tab(wanted) == tab(own) || (is_wide && tab(wanted).is_none());
        is_same_tab && is_same_kind && is_same_line
    });
    ["metadataId", "metadataKey", "metadataValue", "visibility"]
        .into_iter()
        .all(same)
        && of_type
        && located
}

/// Metadata that a data filter selects.
///
/// # Errors
/// 501 for a filter by cells, which the emulator does not support for metadata.
pub fn selected<'a>(workbook: &'a Workbook, filter: &Json) -> Result<Vec<&'a Json>, ApiError> {
    let Some(lookup) = filter.get("developerMetadataLookup") else {
        return Err(ApiError::unsupported("looking developer metadata up by cells"));
    };
    Ok(all(workbook).filter(|item| matches(lookup, item)).collect())
}

/// Ranges in A1 notation that a data filter selects.
///
/// # Errors
/// 400 for an unknown tab.
pub fn ranges(workbook: &Workbook, filter: &Json) -> Result<Vec<String>, ApiError> {
    if let Some(range) = filter.get("a1Range").and_then(Json::as_str) {
        return Ok(vec![range.to_owned()]);
    }
    if let Some(range) = filter.get("gridRange") {
        return range_text(workbook, range).map(|text| vec![text]);
    }
    let items = selected(workbook, filter)?;
    items.into_iter().map(|item| place(workbook, item)).collect()
}

fn range_text(workbook: &Workbook, range: &Json) -> Result<String, ApiError> {
    let id = range.get("sheetId").and_then(Json::as_i64).unwrap_or(0);
    let position = i32::try_from(id).ok().and_then(|id| workbook.position(id));
    let sheet = &workbook.sheets[position.ok_or_else(|| ApiError::invalid(format!("No grid with id: {id}")))?];
    let area = open_area(range).within(sheet.row_count, sheet.column_count);
    Ok(a1::full_name(&sheet.title, area))
}

/// Range in A1 notation of an item's location.
fn place(workbook: &Workbook, item: &Json) -> Result<String, ApiError> {
    let mut range = serde_json::json!({ "sheetId": tab(&item["location"]).unwrap_or(0) });
    if let Some((dimension, index)) = dimension_index(item) {
        let (first, last) = match dimension {
            Dimension::Rows => ("startRowIndex", "endRowIndex"),
            Dimension::Columns => ("startColumnIndex", "endColumnIndex"),
        };
        range[first] = index.into();
        range[last] = (index + 1).into();
    }
    range_text(workbook, &range)
}
