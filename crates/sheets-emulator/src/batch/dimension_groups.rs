//! Collapsible groups of rows and columns: `addDimensionGroup`, `updateDimensionGroup`, `deleteDimensionGroup`.

use serde_json::{Value as Json, json};

use crate::{
    batch::{
        flag,
        targets::{self, DimensionSpan},
        text, whole,
    },
    proto::error::ApiError,
    workbook::{
        Workbook,
        dimension::Dimension,
        sheet::{DimensionGroup, Sheet},
    },
};

fn groups(sheet: &Sheet, dimension: Dimension) -> &Vec<DimensionGroup> {
    match dimension {
        Dimension::Rows => &sheet.details.row_groups,
        Dimension::Columns => &sheet.details.column_groups,
    }
}

fn set_groups(sheet: &mut Sheet, dimension: Dimension, mut list: Vec<DimensionGroup>) {
    list.sort_by_key(|group| (group.start, std::cmp::Reverse(group.end)));
    for index in 0..list.len() {
        let inside = list[..index]
            .iter()
            .filter(|outer| outer.start <= list[index].start && outer.end >= list[index].end);
        list[index].depth = 1 + u32::try_from(inside.count()).unwrap_or(0);
    }
    match dimension {
        Dimension::Rows => sheet.details_mut().row_groups = list,
        Dimension::Columns => sheet.details_mut().column_groups = list,
    }
}

/// Groups of one dimension as `DimensionGroup` messages.
pub fn to_json(sheet: &Sheet, dimension: Dimension) -> Vec<Json> {
    let name = if dimension == Dimension::Rows {
        "ROWS"
    } else {
        "COLUMNS"
    };
    groups(sheet, dimension)
        .iter()
        .map(|group| {
            let mut range = json!({"dimension": name, "startIndex": group.start, "endIndex": group.end});
            if sheet.id != 0 {
                range["sheetId"] = json!(sheet.id);
            }
            let mut message = json!({"range": range, "depth": group.depth});
            if group.collapsed {
                message["collapsed"] = json!(true);
            }
            message
        })
        .collect()
}

fn reply(workbook: &Workbook, kind: &str, span: &DimensionSpan) -> Json {
    let list = to_json(&workbook.sheets[span.sheet], span.dimension);
    let body = if list.is_empty() {
        json!({})
    } else {
        json!({ "dimensionGroups": list })
    };
    json!({ kind: body })
}

/// Applies `addDimensionGroup`.
pub fn add(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let span = targets::span(workbook, body.get("range").unwrap_or(&Json::Null))?;
    let sheet = workbook.sheet_mut(span.sheet);
    let mut list = groups(sheet, span.dimension).clone();
    list.push(DimensionGroup {
        start: span.start,
        end: span.end,
        depth: 1,
        collapsed: false,
    });
    set_groups(sheet, span.dimension, list);
    let name = if span.dimension == Dimension::Rows {
        "rowGroupControlAfter"
    } else {
        "columnGroupControlAfter"
    };
    // The first group sets this property of the grid; it remains when the group is deleted.
    let grid = sheet
        .details_mut()
        .properties
        .entry("gridProperties")
        .or_insert_with(|| json!({}));
    grid[name] = json!(true);
    Ok(reply(workbook, "addDimensionGroup", &span))
}

/// Applies `deleteDimensionGroup`: removes the range from the deepest group.
pub fn delete(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let span = targets::span(workbook, body.get("range").unwrap_or(&Json::Null))?;
    let list = groups(&workbook.sheets[span.sheet], span.dimension).clone();
    let meets = |group: &DimensionGroup| group.start < span.end && span.start < group.end;
    let deepest = list.iter().filter(|group| meets(group)).map(|group| group.depth).max();
    let Some(deepest) = deepest else {
        return Err(ApiError::invalid(format!(
            "Cannot delete group at range {}-{}: there is none.",
            span.start, span.end
        )));
    };
    let mut kept = Vec::new();
    for group in list {
        if group.depth != deepest || !meets(&group) {
            kept.push(group);
            continue;
        }
        if group.start < span.start {
            kept.push(DimensionGroup {
                end: span.start,
                ..group.clone()
            });
        }
        if group.end > span.end {
            kept.push(DimensionGroup {
                start: span.end,
                ..group.clone()
            });
        }
    }
    set_groups(workbook.sheet_mut(span.sheet), span.dimension, kept);
    Ok(reply(workbook, "deleteDimensionGroup", &span))
}

/// Applies `updateDimensionGroup`: collapses or expands a group.
pub fn update(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let group = body.get("dimensionGroup").unwrap_or(&Json::Null);
    let span = targets::span(workbook, group.get("range").unwrap_or(&Json::Null))?;
    let mut list = groups(&workbook.sheets[span.sheet], span.dimension).clone();
    let depth = whole(group, "depth");
    let found = list
        .iter_mut()
        .find(|known| known.start == span.start && known.end == span.end && (depth == 0 || known.depth == depth));
    let Some(found) = found else {
        return Err(ApiError::invalid(format!(
            "No group at range {}-{}.",
            span.start, span.end
        )));
    };
    if text(body, "fields").contains("collapsed") || text(body, "fields") == "*" {
        found.collapsed = flag(group, "collapsed");
    }
    set_groups(workbook.sheet_mut(span.sheet), span.dimension, list);
    Ok(())
}
