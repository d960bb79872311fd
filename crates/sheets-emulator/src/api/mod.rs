//! Methods of the Sheets API over a [`Repository`]: dispatch of a call with its body to a response.

pub(crate) mod create;
pub(crate) mod data_filters;
pub(crate) mod get;
pub(crate) mod route;
pub(crate) mod write_values;

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::{
    api::{get::GetRequest, route::SheetsCall},
    batch,
    proto::{
        error::ApiError,
        field_mask::FieldMask,
        query::{MethodRequest, QueryParameters},
        schema,
    },
    storage::repository::Repository,
    values::{ReadOptions, read, write},
    workbook::{LocatedRange, Workbook, sheet::Sheet},
};

/// Response of a method.
pub enum MethodResponse {
    /// JSON message.
    Message(Json),
    /// Values, streamed in chunks.
    Values(read::ValuesResponse),
}

impl MethodResponse {
    /// Limits the response to the fields of the mask.
    fn masked(self, mask: Option<&FieldMask>) -> Self {
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
    repository: &Repository,
    call: SheetsCall,
    request: MethodRequest<'_>,
) -> Result<MethodResponse, ApiError> {
    let MethodRequest { query, body, url } = request;
    let mask = query.mask()?;
    let known = known_parameters(&call);
    query.only(known)?;
    if let (Some(mask), Some(message)) = (&mask, response_message(&call)) {
        schema::check_mask(mask, message)?;
    }
    let body = match request_message(&call) {
        Some((message, root)) => schema::normalize(parse(body)?, message, root)?,
        None => json!({}),
    };
    let answer = match call {
        SheetsCall::Create => create::create(repository, &body, url).await?,
        SheetsCall::Get(id) => {
            let request = GetRequest {
                ranges: &query.all("ranges"),
                grid_data: query.flag("includeGridData"),
                mask,
                url,
                owner: repository.owner(),
            };
            return get::describe(&*snapshot(repository, &id)?, &request).map(MethodResponse::Message);
        }
        SheetsCall::GetByDataFilter(id) => {
            let workbook = snapshot(repository, &id)?;
            let request = GetRequest {
                ranges: &data_filters::ranges(&workbook, &body)?,
                grid_data: body.get("includeGridData").and_then(Json::as_bool).unwrap_or(false),
                mask,
                url,
                owner: repository.owner(),
            };
            return get::describe(&workbook, &request).map(MethodResponse::Message);
        }
        SheetsCall::BatchUpdate(id) => batch_update(repository, &id, &body, mask.as_ref(), url).await?,
        SheetsCall::ValuesGet(id, range) => {
            let workbook = snapshot(repository, &id)?;
            let located = workbook.locate(&range)?;
            MethodResponse::Values(read::ValuesResponse::single(&workbook, located, reading(query)?))
        }
        SheetsCall::ValuesBatchGet(id) => {
            let workbook = snapshot(repository, &id)?;
            let ranges: Result<Vec<LocatedRange>, _> =
                query.all("ranges").iter().map(|range| workbook.locate(range)).collect();
            MethodResponse::Values(read::ValuesResponse::batch(&workbook, ranges?, reading(query)?))
        }
        SheetsCall::ValuesBatchGetByDataFilter(id) => data_filters::values(&snapshot(repository, &id)?, &body)?,
        SheetsCall::ValuesUpdate(id, range) => write_values::update(repository, &id, &range, &body, query).await?,
        SheetsCall::ValuesAppend(id, range) => {
            write_values::append_values(repository, &id, &range, &body, query).await?
        }
        SheetsCall::ValuesClear(id, range) => {
            let (cleared, _) = repository.write(&id, |workbook| write::clear(workbook, &range)).await?;
            MethodResponse::Message(json!({"spreadsheetId": id, "clearedRange": cleared}))
        }
        SheetsCall::ValuesBatchUpdate(id) => write_values::batch_update_values(repository, &id, &body).await?,
        SheetsCall::ValuesBatchClear(id) => write_values::batch_clear(repository, &id, &body).await?,
        SheetsCall::CopyTo(id, sheet) => copy_to(repository, &id, sheet, &body).await?,
        SheetsCall::MetadataGet(id, metadata) => data_filters::get(&*snapshot(repository, &id)?, &metadata)?,
        SheetsCall::MetadataSearch(id) => data_filters::search(&*snapshot(repository, &id)?, &body)?,
        SheetsCall::Unsupported(name) => return Err(ApiError::unsupported(name)),
    };
    Ok(answer.masked(mask.as_ref()))
}

/// Message type of a call's body and the name of the body in error paths; `None` for a call without a body.
fn request_message(call: &SheetsCall) -> Option<(&'static str, &'static str)> {
    Some(match call {
        SheetsCall::Create => ("Spreadsheet", "spreadsheet"),
        SheetsCall::GetByDataFilter(_) => ("GetSpreadsheetByDataFilterRequest", ""),
        SheetsCall::BatchUpdate(_) => ("BatchUpdateSpreadsheetRequest", ""),
        SheetsCall::ValuesUpdate(..) | SheetsCall::ValuesAppend(..) => ("ValueRange", "data"),
        SheetsCall::ValuesClear(..) => ("ClearValuesRequest", ""),
        SheetsCall::ValuesBatchUpdate(_) => ("BatchUpdateValuesRequest", ""),
        SheetsCall::ValuesBatchClear(_) => ("BatchClearValuesRequest", ""),
        SheetsCall::ValuesBatchGetByDataFilter(_) => ("BatchGetValuesByDataFilterRequest", ""),
        SheetsCall::CopyTo(..) => ("CopySheetToAnotherSpreadsheetRequest", ""),
        SheetsCall::MetadataSearch(_) => ("SearchDeveloperMetadataRequest", ""),
        SheetsCall::Get(_)
        | SheetsCall::ValuesGet(..)
        | SheetsCall::ValuesBatchGet(_)
        | SheetsCall::MetadataGet(..)
        | SheetsCall::Unsupported(_) => {
            return None;
        }
    })
}

/// Message type of the response.
fn response_message(call: &SheetsCall) -> Option<&'static str> {
    Some(match call {
        SheetsCall::Create | SheetsCall::Get(_) | SheetsCall::GetByDataFilter(_) => "Spreadsheet",
        SheetsCall::BatchUpdate(_) => "BatchUpdateSpreadsheetResponse",
        SheetsCall::ValuesGet(..) => "ValueRange",
        SheetsCall::ValuesUpdate(..) => "UpdateValuesResponse",
        SheetsCall::ValuesAppend(..) => "AppendValuesResponse",
        SheetsCall::ValuesClear(..) => "ClearValuesResponse",
        SheetsCall::ValuesBatchGet(_) => "BatchGetValuesResponse",
        SheetsCall::ValuesBatchUpdate(_) => "BatchUpdateValuesResponse",
        SheetsCall::ValuesBatchClear(_) => "BatchClearValuesResponse",
        SheetsCall::ValuesBatchGetByDataFilter(_) => "BatchGetValuesByDataFilterResponse",
        SheetsCall::CopyTo(..) => "SheetProperties",
        SheetsCall::MetadataGet(..) => "DeveloperMetadata",
        SheetsCall::MetadataSearch(_) => "SearchDeveloperMetadataResponse",
        SheetsCall::Unsupported(_) => return None,
    })
}

fn known_parameters(call: &SheetsCall) -> &'static [&'static str] {
    match call {
        SheetsCall::Get(_) => &["ranges", "includeGridData", "excludeTablesInBandedRanges"],
        SheetsCall::ValuesGet(..) => &["majorDimension", "valueRenderOption", "dateTimeRenderOption"],
        SheetsCall::ValuesBatchGet(_) => &["ranges", "majorDimension", "valueRenderOption", "dateTimeRenderOption"],
        SheetsCall::ValuesUpdate(..) => &[
            "valueInputOption",
            "includeValuesInResponse",
            "responseValueRenderOption",
            "responseDateTimeRenderOption",
        ],
        SheetsCall::ValuesAppend(..) => &[
            "valueInputOption",
            "insertDataOption",
            "includeValuesInResponse",
            "responseValueRenderOption",
            "responseDateTimeRenderOption",
        ],
        _ => &[],
    }
}

fn parse(body: &[u8]) -> Result<Json, ApiError> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_slice::<Json>(body) {
        Ok(value @ Json::Object(_)) => Ok(value),
        Ok(_) => Err(ApiError::field(
            "",
            "Invalid JSON payload received. Unknown name \"\": Root element must be a message.",
        )),
        Err(error) => Err(ApiError::invalid(format!(
            "Invalid JSON payload received. Unexpected token. {error}"
        ))),
    }
}

fn snapshot(repository: &Repository, id: &str) -> Result<Arc<Workbook>, ApiError> {
    repository.read(id).ok_or_else(ApiError::not_found)
}

fn reading(query: &QueryParameters) -> Result<ReadOptions, ApiError> {
    ReadOptions::parse(
        query.get("valueRenderOption"),
        query.get("dateTimeRenderOption"),
        query.get("majorDimension"),
    )
}

async fn batch_update(
    repository: &Repository,
    id: &str,
    body: &Json,
    mask: Option<&FieldMask>,
    url: &str,
) -> Result<MethodResponse, ApiError> {
    let ranges = strings(body.get("responseRanges"));
    let includes_spreadsheet = body.get("includeSpreadsheetInResponse").and_then(Json::as_bool) == Some(true);
    let change = |workbook: &mut Workbook| {
        let replies = batch::apply(workbook, body)?;
        // An invalid response range fails the batch before it is stored.
        for range in ranges.iter().filter(|_| includes_spreadsheet) {
            workbook.locate(range)?;
        }
        Ok(replies)
    };
    let (replies, snapshot) = repository.write(id, change).await?;
    let mut message = json!({"spreadsheetId": id, "replies": replies});
    if includes_spreadsheet && mask.is_none_or(|mask| mask.selects("updatedSpreadsheet")) {
        let grid_data = body.get("responseIncludeGridData").and_then(Json::as_bool);
        let request = GetRequest {
            ranges: &ranges,
            grid_data: grid_data.unwrap_or(false),
            mask: mask.and_then(|mask| mask.below("updatedSpreadsheet")),
            url,
            owner: repository.owner(),
        };
        message["updatedSpreadsheet"] = get::describe(&snapshot, &request)?;
    }
    Ok(MethodResponse::Message(message))
}

fn strings(list: Option<&Json>) -> Vec<String> {
    list.and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}

async fn copy_to(repository: &Repository, id: &str, sheet: i32, body: &Json) -> Result<MethodResponse, ApiError> {
    let source = snapshot(repository, id)?;
    let no_sheet = || ApiError::invalid(format!("No sheet with id: {sheet}"));
    let position = source.position(sheet).ok_or_else(no_sheet)?;
    let original: Arc<Sheet> = Arc::clone(&source.sheets[position]);
    let target = body
        .get("destinationSpreadsheetId")
        .and_then(Json::as_str)
        .unwrap_or_default();
    let (properties, _) = repository
        .write(target, |workbook| batch::copy_sheet(workbook, &original))
        .await?;
    Ok(MethodResponse::Message(properties))
}
