//! Methods that select cells or developer metadata by data filters.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::{
    api::MethodResponse,
    proto::error::ApiError,
    values::{ReadOptions, read},
    workbook::{Workbook, developer_metadata},
};

fn filters(body: &Json) -> &[Json] {
    body.get("dataFilters")
        .and_then(Json::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Ranges in A1 notation of all data filters of a body.
///
/// # Errors
/// The error of an invalid filter.
pub fn ranges(workbook: &Workbook, body: &Json) -> Result<Vec<String>, ApiError> {
    let mut list = Vec::new();
    for filter in filters(body) {
        list.extend(developer_metadata::ranges(workbook, filter)?);
    }
    Ok(list)
}

/// Method `values.batchGetByDataFilter`.
///
/// # Errors
/// An error of the API.
pub fn values(workbook: &Arc<Workbook>, body: &Json) -> Result<MethodResponse, ApiError> {
    let option = |name: &str| body.get(name).and_then(Json::as_str);
    let reading = ReadOptions::parse(
        option("valueRenderOption"),
        option("dateTimeRenderOption"),
        option("majorDimension"),
    )?;
    let mut list = Vec::new();
    for filter in filters(body) {
        for range in developer_metadata::ranges(workbook, filter)? {
            let located = workbook.locate(&range)?;
            let bytes = read::ValuesResponse::single(workbook, located, reading).into_bytes();
            let values: Json = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
            list.push(json!({"valueRange": values, "dataFilters": [filter]}));
        }
    }
    Ok(MethodResponse::Message(
        json!({"spreadsheetId": &*workbook.id, "valueRanges": list}),
    ))
}

/// Method `developerMetadata.search`.
///
/// # Errors
/// An error of the API.
pub fn search(workbook: &Workbook, body: &Json) -> Result<MethodResponse, ApiError> {
    let mut list: Vec<(Json, Vec<&Json>)> = Vec::new();
    for filter in filters(body) {
        for item in developer_metadata::selected(workbook, filter)? {
            match list.iter_mut().find(|(known, _)| known == item) {
                Some((_, filters)) => filters.push(filter),
                None => list.push((item.clone(), vec![filter])),
            }
        }
    }
    let matched = list
        .into_iter()
        .map(|(item, filters)| json!({"developerMetadata": item, "dataFilters": filters}));
    let matched: Vec<Json> = matched.collect();
    Ok(MethodResponse::Message(match matched.is_empty() {
        true => json!({}),
        false => json!({ "matchedDeveloperMetadata": matched }),
    }))
}

/// Method `developerMetadata.get`.
///
/// # Errors
/// 404 for an unknown id.
pub fn get(workbook: &Workbook, id: &str) -> Result<MethodResponse, ApiError> {
    let wanted = id.parse::<i64>().ok();
    let found =
        developer_metadata::all(workbook).find(|item| wanted.is_some() && item["metadataId"].as_i64() == wanted);
    match found {
        Some(item) => Ok(MethodResponse::Message(item.clone())),
        None => Err(ApiError::new(
            404,
            "NOT_FOUND",
            format!("No developer metadata with ID {id}"),
        )),
    }
}
