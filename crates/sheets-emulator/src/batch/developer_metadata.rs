//! Requests that create, update and delete developer metadata.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::{
    batch::{mask, object, targets, text},
    proto::error::ApiError,
    workbook::{Workbook, developer_metadata},
};

/// Applies `createDeveloperMetadata`.
pub fn create(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let wanted = &body[developer_metadata::FIELD];
    for (field, empty) in [
        ("metadataKey", ""),
        ("visibility", "DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED"),
    ] {
        if matches!(text(wanted, field), found if found.is_empty() || found == empty) {
            return Err(ApiError::invalid(format!(
                "developerMetadata.{field} must be specified."
            )));
        }
    }
    let id = match wanted.get("metadataId") {
        Some(id) => id.clone(),
        None => json!(rand::random_range(1..i32::MAX)),
    };
    if developer_metadata::all(workbook).any(|known| known["metadataId"] == id) {
        return Err(ApiError::invalid(format!(
            "Developer metadata with ID {id} already exists."
        )));
    }
    let (position, location) = location(workbook, &wanted["location"])?;
    let mut created = Map::new();
    created.insert("metadataId".to_owned(), id);
    for field in ["metadataKey", "metadataValue"] {
        if let Some(value) = wanted.get(field) {
            created.insert(field.to_owned(), value.clone());
        }
    }
    created.insert("location".to_owned(), location);
    created.insert("visibility".to_owned(), wanted["visibility"].clone());
    let created = Json::Object(created);
    match position {
        Some(position) => {
            let lists = &mut workbook.sheet_mut(position).details_mut().lists;
            lists
                .entry(developer_metadata::FIELD.to_owned())
                .or_default()
                .push(created.clone());
        }
        None => Arc::make_mut(&mut workbook.developer_metadata).push(created.clone()),
    }
    Ok(json!({"createDeveloperMetadata": {"developerMetadata": created}}))
}

/// Location message with its type, and the position of its tab (`None` for the whole spreadsheet).
fn location(workbook: &Workbook, wanted: &Json) -> Result<(Option<usize>, Json), ApiError> {
    if let Some(range) = wanted.get("dimensionRange") {
        let span = targets::span(workbook, range)?;
        let is_row = text(range, "dimension") == "ROWS";
        if span.end - span.start != 1 || span.start >= targets::length(&workbook.sheets[span.sheet], span.dimension) {
            return Err(ApiError::invalid(
                "Developer metadata can only be tied to one row or column of the grid.",
            ));
        }
        let mut range = json!({
            "dimension": if is_row { "ROWS" } else { "COLUMNS" },
            "startIndex": span.start,
            "endIndex": span.end,
        });
        if workbook.sheets[span.sheet].id != 0 {
            range["sheetId"] = json!(workbook.sheets[span.sheet].id);
        }
        let kind = if is_row { "ROW" } else { "COLUMN" };
        return Ok((Some(span.sheet), json!({"locationType": kind, "dimensionRange": range})));
    }
    if wanted.get("sheetId").is_some() {
        let position = targets::position(workbook, wanted)?;
        return Ok((
            Some(position),
            json!({"locationType": "SHEET", "sheetId": workbook.sheets[position].id}),
        ));
    }
    if wanted["spreadsheet"] == true {
        return Ok((None, json!({"locationType": "SPREADSHEET", "spreadsheet": true})));
    }
    Err(ApiError::invalid("developerMetadata.location must be specified."))
}

/// Ids of the metadata that data filters select.
fn ids(workbook: &Workbook, filters: &[Json]) -> Result<Vec<Json>, ApiError> {
    let mut ids = Vec::new();
    for filter in filters {
        ids.extend(
            developer_metadata::selected(workbook, filter)?
                .iter()
                .map(|item| item["metadataId"].clone()),
        );
    }
    Ok(ids)
}

/// Applies `updateDeveloperMetadata`: sets key, value and visibility of all matches.
pub fn update(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let (mask, wanted) = (mask(body)?, object(body, developer_metadata::FIELD));
    if mask.selects("location") && wanted.contains_key("location") {
        return Err(ApiError::unsupported("moving developer metadata"));
    }
    let filters = body
        .get("dataFilters")
        .and_then(Json::as_array)
        .cloned()
        .unwrap_or_default();
    let ids = ids(workbook, &filters)?;
    let mut changed = Vec::new();
    developer_metadata::retain_metadata(workbook, |item| {
        if ids.contains(&item["metadataId"]) {
            for field in ["metadataKey", "metadataValue", "visibility"] {
                if let (true, Some(value)) = (mask.selects(field), wanted.get(field)) {
                    item[field] = value.clone();
                }
            }
            changed.push(item.clone());
        }
        true
    });
    Ok(json!({"updateDeveloperMetadata": {"developerMetadata": changed}}))
}

/// Applies `deleteDeveloperMetadata` to all matches.
pub fn delete(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let ids = ids(workbook, &[body["dataFilter"].clone()])?;
    let mut gone = Vec::new();
    developer_metadata::retain_metadata(workbook, |item| {
        let is_deleted = ids.contains(&item["metadataId"]);
        if is_deleted {
            gone.push(item.clone());
        }
        !is_deleted
    });
    Ok(json!({"deleteDeveloperMetadata": {"deletedDeveloperMetadata": gone}}))
}
