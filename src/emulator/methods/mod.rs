//! Methods of the Sheets API over a [`Library`]: dispatch of a call with its body to a response.

mod creation;
mod filtered;
mod writing;

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::batch;
use super::description::{self, Question};
use super::failure::Failure;
use super::library::Library;
use super::mask::Mask;
use super::query::Query;
use super::route::Call;
use super::schema;
use super::sheet::Sheet;
use super::values::{Reading, read, write};
use super::workbook::{Located, Workbook};

/// Response of a method.
pub enum Answer {
    /// JSON message.
    Message(Json),
    /// Values, streamed in chunks.
    Values(read::Answer),
}

impl Answer {
    /// Limits the response to the fields of the mask.
    fn masked(self, mask: Option<&Mask>) -> Self {
        match (self, mask) {
            (Self::Message(message), Some(mask)) => Self::Message(mask.keep(message)),
            (Self::Values(values), Some(mask)) => {
                let message = serde_json::from_slice(&values.into_bytes()).unwrap_or(Json::Null);
                Self::Message(mask.keep(message))
            }
            (answer, None) => answer,
        }
    }
}

/// Handles a call.
///
/// # Errors
/// An error of the API.
pub async fn answer(
    library: &Library,
    call: Call,
    query: &Query,
    (body, url): (&[u8], &str),
) -> Result<Answer, Failure> {
    let mask = query.mask()?;
    let known = known_parameters(&call);
    query.only(known)?;
    if let (Some(mask), Some(message)) = (&mask, response(&call)) {
        schema::check_mask(mask, message)?;
    }
    let body = match request(&call) {
        Some((message, root)) => schema::conform(parse(body)?, message, root)?,
        None => json!({}),
    };
    let answer = match call {
        Call::Create => creation::create(library, &body, url).await?,
        Call::Get(id) => {
            let ranges = query.all("ranges");
            return get(library, &id, (&ranges, query.flag("includeGridData")), (mask, url));
        }
        Call::GetByDataFilter(id) => {
            let ranges = filtered::ranges(&*snapshot(library, &id)?, &body)?;
            let grid_data = body.get("includeGridData").and_then(Json::as_bool).unwrap_or(false);
            return get(library, &id, (&ranges, grid_data), (mask, url));
        }
        Call::BatchUpdate(id) => batch_update(library, &id, &body, (mask.as_ref(), url)).await?,
        Call::ValuesGet(id, range) => {
            let workbook = snapshot(library, &id)?;
            let located = workbook.locate(&range)?;
            Answer::Values(read::Answer::single(&workbook, located, reading(query)?))
        }
        Call::ValuesBatchGet(id) => {
            let workbook = snapshot(library, &id)?;
            let ranges: Result<Vec<Located>, _> =
                query.all("ranges").iter().map(|range| workbook.locate(range)).collect();
            Answer::Values(read::Answer::batch(&workbook, ranges?, reading(query)?))
        }
        Call::ValuesBatchGetByDataFilter(id) => filtered::values(&snapshot(library, &id)?, &body)?,
        Call::ValuesUpdate(id, range) => writing::update(library, &id, &range, (&body, query)).await?,
        Call::ValuesAppend(id, range) => writing::append_values(library, &id, &range, (&body, query)).await?,
        Call::ValuesClear(id, range) => {
            let (cleared, _) = library.write(&id, |workbook| write::clear(workbook, &range)).await?;
            Answer::Message(json!({"spreadsheetId": id, "clearedRange": cleared}))
        }
        Call::ValuesBatchUpdate(id) => writing::batch_update_values(library, &id, &body).await?,
        Call::ValuesBatchClear(id) => writing::batch_clear(library, &id, &body).await?,
        Call::CopyTo(id, sheet) => copy_to(library, &id, sheet, &body).await?,
        Call::MetadataGet(id, metadata) => filtered::get(&*snapshot(library, &id)?, &metadata)?,
        Call::MetadataSearch(id) => filtered::search(&*snapshot(library, &id)?, &body)?,
        Call::Unsupported(name) => return Err(Failure::unsupported(name)),
    };
    Ok(answer.masked(mask.as_ref()))
}

/// Message type of a call's body and the name of the body in error paths; `None` for a call without a body.
fn request(call: &Call) -> Option<(&'static str, &'static str)> {
    Some(match call {
        Call::Create => ("Spreadsheet", "spreadsheet"),
        Call::GetByDataFilter(_) => ("GetSpreadsheetByDataFilterRequest", ""),
        Call::BatchUpdate(_) => ("BatchUpdateSpreadsheetRequest", ""),
        Call::ValuesUpdate(..) | Call::ValuesAppend(..) => ("ValueRange", "data"),
        Call::ValuesClear(..) => ("ClearValuesRequest", ""),
        Call::ValuesBatchUpdate(_) => ("BatchUpdateValuesRequest", ""),
        Call::ValuesBatchClear(_) => ("BatchClearValuesRequest", ""),
        Call::ValuesBatchGetByDataFilter(_) => ("BatchGetValuesByDataFilterRequest", ""),
        Call::CopyTo(..) => ("CopySheetToAnotherSpreadsheetRequest", ""),
        Call::MetadataSearch(_) => ("SearchDeveloperMetadataRequest", ""),
        Call::Get(_) | Call::ValuesGet(..) | Call::ValuesBatchGet(_) | Call::MetadataGet(..) | Call::Unsupported(_) => {
            return None;
        }
    })
}

/// Message type of the response.
fn response(call: &Call) -> Option<&'static str> {
    Some(match call {
        Call::Create | Call::Get(_) | Call::GetByDataFilter(_) => "Spreadsheet",
        Call::BatchUpdate(_) => "BatchUpdateSpreadsheetResponse",
        Call::ValuesGet(..) => "ValueRange",
        Call::ValuesUpdate(..) => "UpdateValuesResponse",
        Call::ValuesAppend(..) => "AppendValuesResponse",
        Call::ValuesClear(..) => "ClearValuesResponse",
        Call::ValuesBatchGet(_) => "BatchGetValuesResponse",
        Call::ValuesBatchUpdate(_) => "BatchUpdateValuesResponse",
        Call::ValuesBatchClear(_) => "BatchClearValuesResponse",
        Call::ValuesBatchGetByDataFilter(_) => "BatchGetValuesByDataFilterResponse",
        Call::CopyTo(..) => "SheetProperties",
        Call::MetadataGet(..) => "DeveloperMetadata",
        Call::MetadataSearch(_) => "SearchDeveloperMetadataResponse",
        Call::Unsupported(_) => return None,
    })
}

fn known_parameters(call: &Call) -> &'static [&'static str] {
    match call {
        Call::Get(_) => &["ranges", "includeGridData", "excludeTablesInBandedRanges"],
        Call::ValuesGet(..) => &["majorDimension", "valueRenderOption", "dateTimeRenderOption"],
        Call::ValuesBatchGet(_) => &["ranges", "majorDimension", "valueRenderOption", "dateTimeRenderOption"],
        Call::ValuesUpdate(..) => &[
            "valueInputOption",
            "includeValuesInResponse",
            "responseValueRenderOption",
            "responseDateTimeRenderOption",
        ],
        Call::ValuesAppend(..) => &[
            "valueInputOption",
            "insertDataOption",
            "includeValuesInResponse",
            "responseValueRenderOption",
            "responseDateTimeRenderOption",
        ],
        _ => &[],
    }
}

fn parse(body: &[u8]) -> Result<Json, Failure> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_slice::<Json>(body) {
        Ok(value @ Json::Object(_)) => Ok(value),
        Ok(_) => Err(Failure::field(
            "",
            "Invalid JSON payload received. Unknown name \"\": Root element must be a message.",
        )),
        Err(error) => Err(Failure::invalid(format!(
            "Invalid JSON payload received. Unexpected token. {error}"
        ))),
    }
}

fn snapshot(library: &Library, id: &str) -> Result<Arc<Workbook>, Failure> {
    library.read(id).ok_or_else(Failure::not_found)
}

fn reading(query: &Query) -> Result<Reading, Failure> {
    Reading::parse(
        query.get("valueRenderOption"),
        query.get("dateTimeRenderOption"),
        query.get("majorDimension"),
    )
}

fn get(
    library: &Library,
    id: &str,
    (ranges, grid_data): (&[String], bool),
    (mask, url): (Option<Mask>, &str),
) -> Result<Answer, Failure> {
    let workbook = snapshot(library, id)?;
    description::describe(
        &workbook,
        &Question {
            ranges,
            grid_data,
            mask,
            url,
        },
    )
    .map(Answer::Message)
}

async fn batch_update(
    library: &Library,
    id: &str,
    body: &Json,
    (mask, url): (Option<&Mask>, &str),
) -> Result<Answer, Failure> {
    let ranges = strings(body.get("responseRanges"));
    let asked = body.get("includeSpreadsheetInResponse").and_then(Json::as_bool) == Some(true);
    let change = |workbook: &mut Workbook| {
        let replies = batch::apply(workbook, body)?;
        // An invalid response range fails the batch before it is stored.
        for range in ranges.iter().filter(|_| asked) {
            workbook.locate(range)?;
        }
        Ok(replies)
    };
    let (replies, snapshot) = library.write(id, change).await?;
    let mut message = json!({"spreadsheetId": id, "replies": replies});
    if asked && mask.is_none_or(|mask| mask.selects("updatedSpreadsheet")) {
        let grid_data = body.get("responseIncludeGridData").and_then(Json::as_bool);
        let question = Question {
            ranges: &ranges,
            grid_data: grid_data.unwrap_or(false),
            mask: mask.and_then(|mask| mask.below("updatedSpreadsheet")),
            url,
        };
        message["updatedSpreadsheet"] = description::describe(&snapshot, &question)?;
    }
    Ok(Answer::Message(message))
}

fn strings(list: Option<&Json>) -> Vec<String> {
    list.and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}

async fn copy_to(library: &Library, id: &str, sheet: i32, body: &Json) -> Result<Answer, Failure> {
    let source = snapshot(library, id)?;
    let no_sheet = || Failure::invalid(format!("No sheet with id: {sheet}"));
    let position = source.position(sheet).ok_or_else(no_sheet)?;
    let original: Arc<Sheet> = Arc::clone(&source.sheets[position]);
    let target = body
        .get("destinationSpreadsheetId")
        .and_then(Json::as_str)
        .unwrap_or_default();
    let (properties, _) = library
        .write(target, |workbook| batch::copy_sheet(workbook, &original))
        .await?;
    Ok(Answer::Message(properties))
}
