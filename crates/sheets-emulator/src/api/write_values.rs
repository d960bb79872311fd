//! Methods that write values: `values.update`, `values.append`, `values.batchUpdate`, `values.batchClear`.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::{
    a1,
    api::{MethodResponse, strings},
    proto::{error::ApiError, query::QueryParameters},
    storage::repository::Repository,
    values::{self, InputRows, InsertDataOption, ReadOptions, ValueInputOption, append, read, write},
    workbook::{LocatedRange, Workbook},
};

/// Values after a write, for `includeValuesInResponse`.
fn echo(workbook: &Arc<Workbook>, written: &write::WriteSummary, reading: ReadOptions) -> Json {
    let Some(area) = written.area else { return Json::Null };
    let located = LocatedRange {
        sheet: written.sheet,
        area,
        is_origin: false,
    };
    let bytes = read::ValuesResponse::single(workbook, located, reading).into_bytes();
    serde_json::from_slice(&bytes).unwrap_or(Json::Null)
}

fn check_range(range: &str, body: &Json) -> Result<(), ApiError> {
    match body.get("range").and_then(Json::as_str) {
        Some(own) if !own.is_empty() && own != range => Err(ApiError::invalid(format!(
            "Requested range[{range}] does not match value's range[{own}]"
        ))),
        _ => Ok(()),
    }
}

/// Method `values.update`.
///
/// # Errors
/// An error of the API.
pub async fn update(
    repository: &Repository,
    id: &str,
    range: &str,
    body: &Json,
    query: &QueryParameters,
) -> Result<MethodResponse, ApiError> {
    let rows = values::rows_of(body, "data.values")?;
    let input = ValueInputOption::parse(query.get("valueInputOption"))?;
    check_range(range, body)?;
    let (written, snapshot) = repository
        .write(id, |workbook| write::update(workbook, range, &rows, input))
        .await?;
    let mut message = written.answer(&snapshot);
    if query.flag("includeValuesInResponse") {
        message.insert(
            "updatedData".to_owned(),
            echo(&snapshot, &written, response_reading(query, body)?),
        );
    }
    Ok(MethodResponse::Message(Json::Object(message)))
}

fn response_reading(query: &QueryParameters, body: &Json) -> Result<ReadOptions, ApiError> {
    let dimension = body.get("majorDimension").and_then(Json::as_str);
    ReadOptions::parse(
        query.get("responseValueRenderOption"),
        query.get("responseDateTimeRenderOption"),
        dimension,
    )
}

/// Method `values.append`.
///
/// # Errors
/// An error of the API.
pub async fn append_values(
    repository: &Repository,
    id: &str,
    range: &str,
    body: &Json,
    query: &QueryParameters,
) -> Result<MethodResponse, ApiError> {
    let rows = values::rows_of(body, "data.values")?;
    let input = ValueInputOption::parse(query.get("valueInputOption"))?;
    check_range(range, body)?;
    let insert = InsertDataOption::parse(query.get("insertDataOption"))?;
    let values = InputRows { rows: &rows, input };
    let change = |workbook: &mut Workbook| append::append(workbook, range, values, insert);
    let (appended, snapshot) = repository.write(id, change).await?;
    let mut updates = appended.written.answer(&snapshot);
    if query.flag("includeValuesInResponse") {
        updates.insert(
            "updatedData".to_owned(),
            echo(&snapshot, &appended.written, response_reading(query, body)?),
        );
    }
    let mut message = Map::new();
    message.insert("spreadsheetId".to_owned(), json!(id));
    if let Some(table) = appended.table {
        let title = &snapshot.sheets[appended.written.sheet].title;
        message.insert("tableRange".to_owned(), json!(a1::full_name(title, table)));
    }
    message.insert("updates".to_owned(), Json::Object(updates));
    Ok(MethodResponse::Message(Json::Object(message)))
}

/// Method `values.batchUpdate`.
///
/// # Errors
/// An error of the API.
pub async fn batch_update_values(repository: &Repository, id: &str, body: &Json) -> Result<MethodResponse, ApiError> {
    let input = ValueInputOption::parse(body.get("valueInputOption").and_then(Json::as_str))?;
    let data = body.get("data").and_then(Json::as_array).cloned().unwrap_or_default();
    let mut parsed = Vec::with_capacity(data.len());
    for (index, item) in data.iter().enumerate() {
        let range = item.get("range").and_then(Json::as_str).unwrap_or_default().to_owned();
        parsed.push((range, values::rows_of(item, &format!("data[{index}].values"))?));
    }
    let change = |workbook: &mut Workbook| {
        let each = parsed.iter().enumerate().map(|(index, (range, rows))| {
            write::update(workbook, range, rows, input)
                .map_err(|failure| failure.prefixed(&format!("Invalid data[{index}]: ")))
        });
        each.collect::<Result<Vec<_>, _>>()
    };
    let (written, snapshot) = repository.write(id, change).await?;
    let reading = ReadOptions::parse(
        body.get("responseValueRenderOption").and_then(Json::as_str),
        body.get("responseDateTimeRenderOption").and_then(Json::as_str),
        None,
    )?;
    let with_values = body.get("includeValuesInResponse").and_then(Json::as_bool) == Some(true);
    let responses: Vec<Json> = written
        .iter()
        .map(|written| {
            let mut message = written.answer(&snapshot);
            if with_values {
                message.insert("updatedData".to_owned(), echo(&snapshot, written, reading));
            }
            Json::Object(message)
        })
        .collect();
    let mut message = totals(&written);
    message.insert("spreadsheetId".to_owned(), json!(id));
    message.insert("responses".to_owned(), Json::Array(responses));
    crate::proto::json::without_defaults(&mut message);
    Ok(MethodResponse::Message(Json::Object(message)))
}

/// Totals over several ranges; a row, column or tab written by several of them counts once.
fn totals(written: &[write::WriteSummary]) -> Map<String, Json> {
    let touched: Vec<&write::WriteSummary> = written.iter().filter(|written| written.cells > 0).collect();
    let mut sheets: Vec<usize> = touched.iter().map(|written| written.sheet).collect();
    sheets.sort_unstable();
    sheets.dedup();
    let distinct = |of: &dyn Fn(&write::WriteSummary) -> Vec<(usize, u32)>| {
        touched
            .iter()
            .flat_map(|written| of(written))
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    };
    let rows = distinct(&|written| written.rows.iter().map(|row| (written.sheet, *row)).collect());
    let columns = distinct(&|written| written.columns.iter().map(|column| (written.sheet, *column)).collect());
    let cells: u64 = touched.iter().map(|written| written.cells).sum();
    let mut message = Map::new();
    message.insert("totalUpdatedRows".to_owned(), json!(rows));
    message.insert("totalUpdatedColumns".to_owned(), json!(columns));
    message.insert("totalUpdatedCells".to_owned(), json!(cells));
    message.insert("totalUpdatedSheets".to_owned(), json!(sheets.len()));
    message
}

/// Method `values.batchClear`.
///
/// # Errors
/// An error of the API.
pub async fn batch_clear(repository: &Repository, id: &str, body: &Json) -> Result<MethodResponse, ApiError> {
    let ranges = strings(body.get("ranges"));
    let change = |workbook: &mut Workbook| {
        let each = ranges.iter().enumerate().map(|(index, range)| {
            write::clear(workbook, range).map_err(|failure| failure.prefixed(&format!("Invalid ranges[{index}]: ")))
        });
        each.collect::<Result<Vec<_>, _>>()
    };
    let (cleared, _) = repository.write(id, change).await?;
    let mut message = json!({ "spreadsheetId": id });
    if !cleared.is_empty() {
        message["clearedRanges"] = json!(cleared);
    }
    Ok(MethodResponse::Message(message))
}
