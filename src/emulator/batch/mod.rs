//! Method `spreadsheets.batchUpdate`: applies all requests of a batch or none.
//!
//! The batch runs on a clone of the workbook, which the caller keeps only when every request succeeded.
//!
//! Source: <https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request>

mod arrange;
mod cells;
pub mod dimensions;
mod filters;
pub mod groups;
mod lists;
mod merges;
mod metadata;
mod named_ranges;
mod paste;
mod properties;
mod ranges;
mod replace;
mod targets;

use serde_json::{Map, Value as Json, json};

use super::failure::Failure;
use super::wire;
use super::workbook::Workbook;

pub use properties::copy_sheet;
pub use targets::sheet_properties;

/// Applies the `requests` of a body and returns their replies.
///
/// # Errors
/// The first failed request, with its index and kind. The workbook is then partly changed and must be discarded.
pub fn apply(workbook: &mut Workbook, body: &Json) -> Result<Vec<Json>, Failure> {
    let mut requests = Vec::new();
    flatten(body.get("requests").unwrap_or(&Json::Null), &mut requests);
    if requests.is_empty() {
        return Err(Failure::invalid("Must specify at least one request."));
    }
    let mut replies = Vec::with_capacity(requests.len());
    for (index, request) in requests.into_iter().enumerate() {
        let Some((kind, body)) = request.iter().next() else {
            return Err(Failure::invalid(format!("Invalid requests[{index}]: No request set.")));
        };
        if request.len() > 1 {
            return Err(Failure::field(
                &format!("requests[{index}]"),
                format!("Invalid value at 'requests[{index}]' (oneof), oneof field 'kind' is already set."),
            ));
        }
        let reply = one(workbook, kind, body)
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

fn silent(result: Result<(), Failure>) -> Result<Json, Failure> {
    result.map(|()| json!({}))
}

fn one(workbook: &mut Workbook, kind: &str, body: &Json) -> Result<Json, Failure> {
    match kind {
        "addSheet" => properties::add_sheet(workbook, body),
        "deleteSheet" => silent(properties::delete_sheet(workbook, body)),
        "duplicateSheet" => properties::duplicate_sheet(workbook, body),
        "updateSheetProperties" => silent(properties::update_sheet(workbook, body)),
        "updateSpreadsheetProperties" => silent(properties::update_spreadsheet(workbook, body)),
        "insertDimension" => silent(dimensions::insert(workbook, body)),
        "deleteDimension" => silent(dimensions::delete(workbook, body)),
        "appendDimension" => silent(dimensions::append(workbook, body)),
        "moveDimension" => silent(dimensions::relocate(workbook, body)),
        "updateDimensionProperties" => silent(dimensions::update_properties(workbook, body)),
        "autoResizeDimensions" => silent(dimensions::auto_resize(workbook, body)),
        "updateCells" => silent(cells::update(workbook, body)),
        "appendCells" => silent(cells::append(workbook, body)),
        "repeatCell" => silent(cells::repeat(workbook, body)),
        "setDataValidation" => silent(cells::set_data_validation(workbook, body)),
        "updateBorders" => silent(cells::update_borders(workbook, body)),
        "sortRange" => silent(arrange::sort(workbook, body)),
        "trimWhitespace" => arrange::trim_whitespace(workbook, body),
        "deleteDuplicates" => arrange::delete_duplicates(workbook, body),
        "findReplace" => replace::find_replace(workbook, body),
        "copyPaste" => silent(paste::copy(workbook, body)),
        "cutPaste" => silent(paste::cut(workbook, body)),
        "mergeCells" => silent(merges::merge(workbook, body)),
        "unmergeCells" => silent(merges::unmerge(workbook, body)),
        "addNamedRange" => named_ranges::add(workbook, body),
        "updateNamedRange" => silent(named_ranges::update(workbook, body)),
        "deleteNamedRange" => silent(named_ranges::delete(workbook, body)),
        "setBasicFilter" => silent(filters::set(workbook, body)),
        "clearBasicFilter" => silent(filters::clear(workbook, body)),
        "addDimensionGroup" => groups::add(workbook, body),
        "updateDimensionGroup" => silent(groups::update(workbook, body)),
        "deleteDimensionGroup" => groups::delete(workbook, body),
        "createDeveloperMetadata" => metadata::create(workbook, body),
        "updateDeveloperMetadata" => metadata::update(workbook, body),
        "deleteDeveloperMetadata" => metadata::delete(workbook, body),
        _ => lists::one(workbook, kind, body),
    }
}

/// Parses the required parameter `fields`.
fn mask(body: &Json) -> Result<super::mask::Mask, Failure> {
    match body.get("fields").and_then(Json::as_str) {
        Some(text) if !text.is_empty() => super::mask::Mask::parse(text),
        _ => Err(Failure::invalid(
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
    wire::without_defaults(&mut fields);
    wire::pair_colours(&mut fields);
    fields
}
