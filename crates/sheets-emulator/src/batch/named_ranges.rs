//! Requests that add, update and delete named ranges.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::{
    batch::{mask, object, sheet_objects, targets, text},
    proto::error::ApiError,
    workbook::Workbook,
};

/// Applies `addNamedRange`.
pub fn add(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let mut range = object(body, "namedRange");
    let name = text(&body["namedRange"], "name").to_owned();
    check_name(workbook, &name, None)?;
    targets::area_in(workbook, &body["namedRange"], "range")?;
    sheet_objects::drop_sheet_zero(range.get_mut("range"));
    let id = match text(&body["namedRange"], "namedRangeId") {
        "" => rand::random_range(1..=u32::MAX).to_string(),
        id => id.to_owned(),
    };
    if find(workbook, &id).is_ok() {
        return Err(ApiError::invalid(format!(
            "A named range with id: {id} already exists."
        )));
    }
    let mut named = serde_json::Map::new();
    named.insert("namedRangeId".to_owned(), json!(id));
    named.extend(range.into_iter().filter(|(field, _)| field != "namedRangeId"));
    Arc::make_mut(&mut workbook.named_ranges).push(Json::Object(named.clone()));
    Ok(json!({"addNamedRange": {"namedRange": named}}))
}

/// Applies `updateNamedRange`.
pub fn update(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let mask = mask(body)?;
    let wanted = object(body, "namedRange");
    let index = find(workbook, text(&body["namedRange"], "namedRangeId"))?;
    if mask.selects("name") {
        check_name(workbook, text(&body["namedRange"], "name"), Some(index))?;
    }
    if mask.selects("range") && !mask.is_everything() {
        targets::area_in(workbook, &body["namedRange"], "range")?;
    }
    let known = &mut Arc::make_mut(&mut workbook.named_ranges)[index];
    if let Json::Object(fields) = known {
        mask.copy(&wanted, fields);
        sheet_objects::drop_sheet_zero(fields.get_mut("range"));
    }
    Ok(())
}

/// Applies `deleteNamedRange`.
pub fn delete(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let index = find(workbook, text(body, "namedRangeId"))?;
    Arc::make_mut(&mut workbook.named_ranges).remove(index);
    Ok(())
}

fn find(workbook: &Workbook, id: &str) -> Result<usize, ApiError> {
    let found = workbook
        .named_ranges
        .iter()
        .position(|range| text(range, "namedRangeId") == id);
    found.ok_or_else(|| ApiError::invalid(format!("No named range with id: {id}")))
}

fn check_name(workbook: &Workbook, name: &str, except: Option<usize>) -> Result<(), ApiError> {
    let valid = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && name.chars().next().is_some_and(|first| !first.is_ascii_digit())
        && crate::a1::area(name).is_none();
    if !valid {
        return Err(ApiError::invalid(format!(
            "The name \"{name}\" is not a valid name for a named range."
        )));
    }
    let taken = workbook
        .named_ranges
        .iter()
        .enumerate()
        .any(|(index, range)| Some(index) != except && text(range, "name").eq_ignore_ascii_case(name));
    if taken {
        return Err(ApiError::invalid(format!(
            "A named range with name \"{name}\" already exists."
        )));
    }
    Ok(())
}
