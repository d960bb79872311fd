//! Objects of a tab that are stored without further effect: protected ranges, filters, filter views, conditional
//! formats, banded ranges.

use serde_json::{Map, Value as Json, json};

use crate::{
    batch::{empty_reply, mask, object, targets, tidy, whole},
    proto::error::ApiError,
    workbook::{SheetArea, Workbook, grid_range, sheet::Sheet},
};

/// Kind of object: the field of `Sheet` that lists it, the field of the request that holds it, and its id field.
struct ObjectKind {
    list: &'static str,
    message: &'static str,
    id: &'static str,
}

const PROTECTED: ObjectKind = ObjectKind {
    list: "protectedRanges",
    message: "protectedRange",
    id: "protectedRangeId",
};
const VIEW: ObjectKind = ObjectKind {
    list: "filterViews",
    message: "filter",
    id: "filterViewId",
};
const BANDED: ObjectKind = ObjectKind {
    list: "bandedRanges",
    message: "bandedRange",
    id: "bandedRangeId",
};
const RULES: &str = "conditionalFormats";

/// Applies one of these requests; any other kind is unsupported.
pub fn apply_request(workbook: &mut Workbook, kind: &str, body: &Json) -> Result<Json, ApiError> {
    match kind {
        "addProtectedRange" => add_protected(workbook, body),
        "updateProtectedRange" => empty_reply(update(workbook, &PROTECTED, body)),
        "deleteProtectedRange" => empty_reply(delete(workbook, &PROTECTED, body, "protectedRangeId")),
        "addFilterView" => add(workbook, &VIEW, body).map(|view| json!({"addFilterView": {"filter": view}})),
        "updateFilterView" => empty_reply(update(workbook, &VIEW, body)),
        "deleteFilterView" => empty_reply(delete(workbook, &VIEW, body, "filterId")),
        "addBanding" => add(workbook, &BANDED, body).map(|range| json!({"addBanding": {"bandedRange": range}})),
        "updateBanding" => empty_reply(update(workbook, &BANDED, body)),
        "deleteBanding" => empty_reply(delete(workbook, &BANDED, body, "bandedRangeId")),
        "addConditionalFormatRule" => empty_reply(add_rule(workbook, body)),
        "updateConditionalFormatRule" => update_rule(workbook, body),
        "deleteConditionalFormatRule" => delete_rule(workbook, body),
        _ => Err(ApiError::unsupported(&format!("the request {kind}"))),
    }
}

/// Removes `sheetId: 0`, which protocol-buffer JSON omits as the default.
pub fn drop_sheet_zero(range: Option<&mut Json>) {
    if let Some(Json::Object(fields)) = range
        && fields.get("sheetId").and_then(Json::as_i64) == Some(0)
    {
        fields.remove("sheetId");
    }
}

fn list<'a>(sheet: &'a mut Sheet, name: &str) -> &'a mut Vec<Json> {
    sheet.details_mut().lists.entry(name.to_owned()).or_default()
}

fn add(workbook: &mut Workbook, kind: &ObjectKind, body: &Json) -> Result<Json, ApiError> {
    let mut message = object(body, kind.message);
    let range = message.get("range").cloned().unwrap_or_else(|| json!({}));
    let position = targets::area(workbook, &range)?.position;
    drop_sheet_zero(message.get_mut("range"));
    let id = message
        .get(kind.id)
        .cloned()
        .unwrap_or_else(|| json!(rand::random_range(1..i32::MAX)));
    if find(workbook, kind, &id).is_some() {
        return Err(ApiError::invalid(format!(
            "{} with id {id} already exists.",
            kind.message
        )));
    }
    let mut created = Map::new();
    created.insert(kind.id.to_owned(), id);
    created.extend(tidy(message));
    list(workbook.sheet_mut(position), kind.list).push(Json::Object(created.clone()));
    Ok(Json::Object(created))
}

/// Adds a protected range with the caller as its editor.
fn add_protected(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let mut wanted = body.clone();
    wanted["protectedRange"]["requestingUserCanEdit"] = json!(true);
    wanted["protectedRange"]["editors"] = json!({});
    let mut created = add(workbook, &PROTECTED, &wanted)?;
    let unprotected = created.get_mut("unprotectedRanges").and_then(Json::as_array_mut);
    unprotected
        .into_iter()
        .flatten()
        .for_each(|range| drop_sheet_zero(Some(range)));
    Ok(json!({"addProtectedRange": {"protectedRange": created}}))
}

fn find(workbook: &Workbook, kind: &ObjectKind, id: &Json) -> Option<(usize, usize)> {
    workbook.sheets.iter().enumerate().find_map(|(position, sheet)| {
        let list = sheet.details.lists.get(kind.list)?;
        Some((position, list.iter().position(|item| item.get(kind.id) == Some(id))?))
    })
}

fn require(workbook: &Workbook, kind: &ObjectKind, id: &Json) -> Result<(usize, usize), ApiError> {
    find(workbook, kind, id).ok_or_else(|| ApiError::invalid(format!("No {} with id: {id}", kind.message)))
}

fn update(workbook: &mut Workbook, kind: &ObjectKind, body: &Json) -> Result<(), ApiError> {
    let mask = mask(body)?;
    let wanted = object(body, kind.message);
    let id = wanted.get(kind.id).cloned().unwrap_or(json!(0));
    let (position, index) = require(workbook, kind, &id)?;
    if let Some(range) = wanted.get("range") {
        targets::area(workbook, range)?;
    }
    let item = &mut list(workbook.sheet_mut(position), kind.list)[index];
    if let Json::Object(fields) = item {
        mask.copy(&wanted, fields);
        drop_sheet_zero(fields.get_mut("range"));
        let mut changed = tidy(std::mem::take(fields));
        changed.insert(kind.id.to_owned(), id);
        *fields = changed;
    }
    Ok(())
}

fn delete(workbook: &mut Workbook, kind: &ObjectKind, body: &Json, field: &str) -> Result<(), ApiError> {
    let id = body.get(field).cloned().unwrap_or(json!(0));
    let (position, index) = require(workbook, kind, &id)?;
    list(workbook.sheet_mut(position), kind.list).remove(index);
    Ok(())
}

fn rule_of(workbook: &Workbook, body: &Json) -> Result<(usize, Json), ApiError> {
    let mut rule = object(body, "rule");
    let Some(Json::Array(ranges)) = rule.get_mut("ranges") else {
        return Err(ApiError::invalid("rule.ranges is required."));
    };
    let mut position = None;
    for range in ranges.iter_mut() {
        let found = targets::area(workbook, range)?.position;
        if position.is_some_and(|known| known != found) {
            return Err(ApiError::invalid("All ranges of a rule must be on the same grid."));
        }
        position = Some(found);
        drop_sheet_zero(Some(range));
    }
    let position = position.ok_or_else(|| ApiError::invalid("rule.ranges is required."))?;
    Ok((position, Json::Object(tidy(rule))))
}

fn add_rule(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let (position, rule) = rule_of(workbook, body)?;
    let rules = list(workbook.sheet_mut(position), RULES);
    let index = whole(body, "index") as usize;
    if index > rules.len() {
        return Err(ApiError::invalid(format!(
            "index[{index}] is larger than the number of rules[{}]",
            rules.len()
        )));
    }
    rules.insert(index, rule);
    Ok(())
}

fn update_rule(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let index = whole(body, "index") as usize;
    let replaced = if body.get("rule").is_some() {
        Some(rule_of(workbook, body)?)
    } else {
        None
    };
    let position = match &replaced {
        Some((position, _)) => *position,
        None => targets::position(workbook, body)?,
    };
    let rules = list(workbook.sheet_mut(position), RULES);
    if index >= rules.len() {
        return Err(ApiError::invalid(format!(
            "No conditional format on sheet at index: {index}"
        )));
    }
    let Some((_, rule)) = replaced else {
        let rule = rules.remove(index);
        let target = (whole(body, "newIndex") as usize).min(rules.len());
        rules.insert(target, rule.clone());
        return Ok(json!({"updateConditionalFormatRule": {"newRule": rule, "newIndex": target, "oldIndex": index}}));
    };
    let old = std::mem::replace(&mut rules[index], rule.clone());
    Ok(json!({"updateConditionalFormatRule": {"newRule": rule, "newIndex": index, "oldRule": old, "oldIndex": index}}))
}

fn delete_rule(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let position = targets::position(workbook, body)?;
    let index = whole(body, "index") as usize;
    let rules = list(workbook.sheet_mut(position), RULES);
    if index >= rules.len() {
        return Err(ApiError::invalid(format!(
            "No conditional format on sheet at index: {index}"
        )));
    }
    let rule = rules.remove(index);
    Ok(json!({"deleteConditionalFormatRule": {"rule": rule}}))
}

/// Applies `setBasicFilter`; missing bounds are those of the grid.
pub fn set_basic_filter(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let mut filter = object(body, "filter");
    let range = filter.get("range").cloned().unwrap_or_else(|| json!({}));
    let SheetArea { position, area } = targets::area(workbook, &range)?;
    filter.insert("range".to_owned(), grid_range(workbook.sheets[position].id, area));
    workbook.sheet_mut(position).details_mut().basic_filter = Some(Json::Object(tidy(filter)));
    Ok(())
}

/// Applies `clearBasicFilter`.
pub fn clear_basic_filter(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let position = targets::position(workbook, body)?;
    if workbook.sheets[position].details.basic_filter.is_none() {
        return Ok(());
    }
    workbook.sheet_mut(position).details_mut().basic_filter = None;
    Ok(())
}
