//! Basic filter of a tab.

use serde_json::{Value as Json, json};

use super::super::failure::Failure;
use super::super::workbook::{Workbook, grid_range};
use super::{object, targets, tidy};

/// Applies `setBasicFilter`; missing bounds are those of the grid.
pub fn set(workbook: &mut Workbook, body: &Json) -> Result<(), Failure> {
    let mut filter = object(body, "filter");
    let range = filter.get("range").cloned().unwrap_or_else(|| json!({}));
    let (position, area) = targets::area(workbook, &range)?;
    filter.insert("range".to_owned(), grid_range(workbook.sheets[position].id, area));
    workbook.sheet_mut(position).furniture_mut().basic_filter = Some(Json::Object(tidy(filter)));
    Ok(())
}

/// Applies `clearBasicFilter`.
pub fn clear(workbook: &mut Workbook, body: &Json) -> Result<(), Failure> {
    let position = targets::position(workbook, body)?;
    if workbook.sheets[position].furniture.basic_filter.is_none() {
        return Ok(());
    }
    workbook.sheet_mut(position).furniture_mut().basic_filter = None;
    Ok(())
}
