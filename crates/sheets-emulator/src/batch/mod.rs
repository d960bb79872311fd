//! Method `spreadsheets.batchUpdate`: applies all requests of a batch or none.
//!
//! The batch runs on a clone of the workbook, which the caller keeps only when every request succeeded.
//!
//! Source: <https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request>

pub(crate) mod cells;
pub(crate) mod copy_paste;
pub(crate) mod developer_metadata;
pub(crate) mod dimension_groups;
pub(crate) mod dimensions;
pub(crate) mod find_replace;
pub(crate) mod merges;
pub(crate) mod named_ranges;
pub(crate) mod range_shift;
pub(crate) mod sheet_objects;
pub(crate) mod sheets;
pub(crate) mod sort_and_clean;
pub(crate) mod targets;

use serde_json::{Map, Value as Json, json};

pub use crate::batch::{sheets::copy_sheet, targets::sheet_properties};
use crate::{proto::error::ApiError, workbook::Workbook};

/// Applies the `requests` of a body and returns their replies.
///
/// # Errors
/// The first failed request, with its index and kind. The workbook is then partly changed and must be discarded.
pub fn apply(workbook: &mut Workbook, body: &Json) -> Result<Vec<Json>, ApiError> {
    let mut requests = Vec::new();
    flatten(body.get("requests").unwrap_or(&Json::Null), &mut requests);
    if requests.is_empty() {
        return Err(ApiError::invalid("Must specify at least one request."));
    }
    let mut replies = Vec::with_capacity(requests.len());
    for (index, request) in requests.into_iter().enumerate() {
        let Some((kind, body)) = request.iter().next() else {
            return Err(ApiError::invalid(format!("Invalid requests[{index}]: No request set.")));
        };
        if request.len() > 1 {
            return Err(ApiError::field(
                &format!("requests[{index}]"),
                format!("Invalid value at 'requests[{index}]' (oneof), oneof field 'kind' is already set."),
            ));
        }
        let reply = apply_request(workbook, kind, body)
            .map_err(|failure| failure.prefixed(&format!("Invalid requests[{index}].{kind}: ")))?;
        replies.push(reply);
    }
    Ok(replies)
}

/// Flattens the requests: the service also accepts a single request without a list, and nested lists.
fn flatten<'a>(value: &'a Json, requests: &mut Vec<&'a Map<String, Json>>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| flatten(item, requests)),
        Json::Object(request) => requests.push(request),
        _ => {}
    }
}

fn empty_reply(result: Result<(), ApiError>) -> Result<Json, ApiError> {
    result.map(|()| json!({}))
}

fn apply_request(workbook: &mut Workbook, kind: &str, body: &Json) -> Result<Json, ApiError> {
    match kind {
        "addSheet" => sheets::add_sheet(workbook, body),
        "deleteSheet" => empty_reply(sheets::delete_sheet(workbook, body)),
        "duplicateSheet" => sheets::duplicate_sheet(workbook, body),
        "updateSheetProperties" => empty_reply(sheets::update_sheet(workbook, body)),
        "updateSpreadsheetProperties" => empty_reply(sheets::update_spreadsheet(workbook, body)),
        "insertDimension" => empty_reply(dimensions::insert(workbook, body)),
        "deleteDimension" => empty_reply(dimensions::delete(workbook, body)),
        "appendDimension" => empty_reply(dimensions::append(workbook, body)),
        "moveDimension" => empty_reply(dimensions::relocate(workbook, body)),
        "updateDimensionProperties" => empty_reply(dimensions::update_properties(workbook, body)),
        "autoResizeDimensions" => empty_reply(dimensions::auto_resize(workbook, body)),
        "updateCells" => empty_reply(cells::update(workbook, body)),
        "appendCells" => empty_reply(cells::append(workbook, body)),
        "repeatCell" => empty_reply(cells::repeat(workbook, body)),
        "setDataValidation" => empty_reply(cells::set_data_validation(workbook, body)),
        "updateBorders" => empty_reply(cells::update_borders(workbook, body)),
        "sortRange" => empty_reply(sort_and_clean::sort(workbook, body)),
        "trimWhitespace" => sort_and_clean::trim_whitespace(workbook, body),
        "deleteDuplicates" => sort_and_clean::delete_duplicates(workbook, body),
        "findReplace" => find_replace::find_replace(workbook, body),
        "copyPaste" => empty_reply(copy_paste::copy(workbook, body)),
        "cutPaste" => empty_reply(copy_paste::cut(workbook, body)),
        "mergeCells" => empty_reply(merges::merge(workbook, body)),
        "unmergeCells" => empty_reply(merges::unmerge(workbook, body)),
        "addNamedRange" => named_ranges::add(workbook, body),
        "updateNamedRange" => empty_reply(named_ranges::update(workbook, body)),
        "deleteNamedRange" => empty_reply(named_ranges::delete(workbook, body)),
        "setBasicFilter" => empty_reply(sheet_objects::set_basic_filter(workbook, body)),
        "clearBasicFilter" => empty_reply(sheet_objects::clear_basic_filter(workbook, body)),
        "addDimensionGroup" => dimension_groups::add(workbook, body),
        "updateDimensionGroup" => empty_reply(dimension_groups::update(workbook, body)),
        "deleteDimensionGroup" => dimension_groups::delete(workbook, body),
        "createDeveloperMetadata" => developer_metadata::create(workbook, body),
        "updateDeveloperMetadata" => developer_metadata::update(workbook, body),
        "deleteDeveloperMetadata" => developer_metadata::delete(workbook, body),
        _ => sheet_objects::apply_request(workbook, kind, body),
    }
}

/// Parses the required parameter `fields`.
fn mask(body: &Json) -> Result<crate::proto::field_mask::FieldMask, ApiError> {
    match body.get("fields").and_then(Json::as_str) {
        Some(text) if !text.is_empty() => crate::proto::field_mask::FieldMask::parse(text),
        _ => Err(ApiError::invalid(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        )),
    }
}

fn object(body: &Json, name: &str) -> Map<String, Json> {
    body.get(name).and_then(Json::as_object).cloned().unwrap_or_default()
}

fn whole(body: &Json, name: &str) -> u32 {
    body.get(name)
        .and_then(Json::as_u64)
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(0)
}

fn text<'a>(body: &'a Json, name: &str) -> &'a str {
    body.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn flag(body: &Json, name: &str) -> bool {
    body.get(name).and_then(Json::as_bool).unwrap_or(false)
}

/// Normalizes a message: drops defaults and fills in both color fields.
fn tidy(mut fields: Map<String, Json>) -> Map<String, Json> {
    crate::proto::json::without_defaults(&mut fields);
    crate::proto::json::pair_colors(&mut fields);
    fields
}
