//! Requests that add, update and delete named ranges.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::super::failure::Failure;
use super::super::workbook::Workbook;
use super::{lists, mask, object, targets, text};

/// Applies `addNamedRange`.
pub fn add(workbook: &mut Workbook, body: &Json) -> Result<Json, Failure> {
    let mut range = object(body, "namedRange");
    let name = text(&body["namedRange"], "name").to_owned();
    check_name(workbook, &name, None)?;
    targets::area_in(workbook, &body["namedRange"], "range")?;
    lists::drop_sheet_zero(range.get_mut("range"));
    let id = match text(&body["namedRange"], "namedRangeId") {
        "" => rand::random_range(1..=u32::MAX).to_string(),
        id => id.to_owned(),
    };
    if find(workbook, &id).is_ok() {
        return Err(Failure::invalid(format!("A named range with id: {id} already exists.")));
    }
    let mut named = serde_json::Map::new();
    named.insert("namedRangeId".to_owned(), json!(id));
    named.extend(range.into_iter().filter(|(field, _)| field != "namedRangeId"));
    Arc::make_mut(&mut workbook.named_ranges).push(Json::Object(named.clone()));
    Ok(json!({"addNamedRange": {"namedRange": named}}))
}

/// Applies `updateNamedRange`.
pub fn update(workbook: &mut Workbook, body: &Json) -> Result<(), Failure> {
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
        lists::drop_sheet_zero(fields.get_mut("range"));
    }
    Ok(())
}

/// Applies `deleteNamedRange`.
pub fn delete(workbook: &mut Workbook, body: &Json) -> Result<(), Failure> {
    let index = find(workbook, text(body, "namedRangeId"))?;
    Arc::make_mut(&mut workbook.named_ranges).remove(index);
    Ok(())
}

fn find(workbook: &Workbook, id: &str) -> Result<usize, Failure> {
    let found = workbook
        .named_ranges
        .iter()
        .position(|range| text(range, "namedRangeId") == id);
    found.ok_or_else(|| Failure::invalid(format!("No named range with id: {id}")))
}

fn check_name(workbook: &Workbook, name: &str, except: Option<usize>) -> Result<(), Failure> {
    let valid = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && name.chars().next().is_some_and(|first| !first.is_ascii_digit())
        && super::super::a1::area(name).is_none();
    if !valid {
        return Err(Failure::invalid(format!(
            "The name \"{name}\" is not a valid name for a named range."
        )));
    }
    let taken = workbook
        .named_ranges
        .iter()
        .enumerate()
        .any(|(index, range)| Some(index) != except && text(range, "name").eq_ignore_ascii_case(name));
    if taken {
        return Err(Failure::invalid(format!(
            "A named range with name \"{name}\" already exists."
        )));
    }
    Ok(())
}
