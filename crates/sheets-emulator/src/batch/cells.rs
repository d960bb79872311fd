//! Requests that write cells: `updateCells`, `appendCells`, `repeatCell`, `setDataValidation`, `updateBorders`.

use std::{borrow::Cow, sync::Arc};

use serde_json::{Map, Value as Json, json};

use crate::{
    a1::CellPosition,
    batch::{mask, object, targets, text},
    formula,
    proto::{error::ApiError, field_mask::FieldMask},
    values::write::{check_length, make_room},
    workbook::{
        SheetArea, Workbook,
        cell::{Cell, CellEntry, CellStyle},
        sheet::Row,
    },
};

/// Fields of `CellData` that are stored with a cell besides its entry.
const STYLE_FIELDS: [&str; 6] = [
    "userEnteredFormat",
    "note",
    "dataValidation",
    "textFormatRuns",
    "chipRuns",
    "hyperlink",
];

/// Fields of `CellData` that the emulator does not support.
const UNSUPPORTED_FIELDS: [&str; 3] = ["pivotTable", "dataSourceTable", "dataSourceFormula"];

/// Writer of `CellData` into cells. Caches the last style it built, because cells of one batch mostly share a style.
pub struct CellWriter {
    mask: FieldMask,
    last: Option<LastStyle>,
}

/// Style before, message applied, style after.
type LastStyle = (Option<Arc<CellStyle>>, Map<String, Json>, Option<Arc<CellStyle>>);

impl CellWriter {
    /// Creates a writer for the fields that the mask selects.
    pub fn new(mask: FieldMask) -> Result<Self, ApiError> {
        for name in mask.names() {
            if UNSUPPORTED_FIELDS.contains(&name) {
                return Err(ApiError::unsupported(&format!("CellData.{name}")));
            }
            if name != "userEnteredValue" && !STYLE_FIELDS.contains(&name) {
                return Err(ApiError::invalid(format!("Invalid field: {name}")));
            }
        }
        Ok(Self { mask, last: None })
    }

    /// Applies one `CellData` message to a cell.
    pub fn write(&mut self, cell: &mut Cell, data: &Json) -> Result<(), ApiError> {
        let lacking = |name: &&&str| self.mask.selects(name) && data.get(**name).is_some();
        if let Some(name) = UNSUPPORTED_FIELDS.iter().find(lacking) {
            return Err(ApiError::unsupported(&format!("CellData.{name}")));
        }
        if self.mask.selects("userEnteredValue") {
            let value = data.get("userEnteredValue").unwrap_or(&Json::Null);
            cell.entry = entry(value)?;
        }
        if self.mask.is_everything() || STYLE_FIELDS.iter().any(|name| self.mask.selects(name)) {
            self.write_style(cell, data);
        }
        Ok(())
    }

    fn write_style(&mut self, cell: &mut Cell, data: &Json) {
        if let Some((before, source, after)) = &self.last
            && is_same_style(before.as_ref(), cell.style.as_ref())
            && STYLE_FIELDS.iter().all(|name| source.get(*name) == data.get(*name))
        {
            cell.style.clone_from(after);
            return;
        }
        let wanted: Map<String, Json> = STYLE_FIELDS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), data.get(*name)?.clone())))
            .collect();
        let before = cell.style.clone();
        let mut fields = before.as_ref().map(|style| style.fields().clone()).unwrap_or_default();
        if let Some(Json::Object(format)) = fields.get_mut("userEnteredFormat") {
            remove_stale_colors(self.mask.below("userEnteredFormat").as_ref(), format);
        }
        self.mask.copy(&wanted, &mut fields);
        if let Some(Json::Object(format)) = fields.get_mut("userEnteredFormat") {
            crate::proto::json::pair_colors(format);
        }
        let created = CellStyle::new(fields);
        if created != before {
            cell.style = created;
        }
        self.last = Some((before, wanted, cell.style.clone()));
    }
}

/// Compares two styles; equal cells mostly share one `Arc`, so the pointers are compared first.
fn is_same_style(one: Option<&Arc<CellStyle>>, other: Option<&Arc<CellStyle>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one == other,
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn remove_stale_colors(mask: Option<&FieldMask>, format: &mut Map<String, Json>) {
    let Some(mask) = mask else { return };
    crate::proto::json::remove_stale_color_field(&|name| mask.selects(name), format);
    if let (Some(Json::Object(text)), Some(mask)) = (format.get_mut("textFormat"), mask.below("textFormat")) {
        crate::proto::json::remove_stale_color_field(&|name| mask.selects(name), text);
    }
}

fn entry(value: &Json) -> Result<CellEntry, ApiError> {
    match CellEntry::from_extended(value) {
        CellEntry::Text(text) => check_length(&text).map(|()| CellEntry::Text(text)),
        other => Ok(other),
    }
}

/// Cell messages of the `rows` of a request.
fn rows_of(body: &Json) -> Vec<&[Json]> {
    let Some(Json::Array(rows)) = body.get("rows") else {
        return Vec::new();
    };
    rows.iter()
        .map(|row| {
            row.get("values")
                .and_then(Json::as_array)
                .map_or(&[][..], Vec::as_slice)
        })
        .collect()
}

/// Applies `updateCells`: with `start`, writes only the given cells; with `range`, also clears the rest of the range.
pub fn update(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let mut writer = CellWriter::new(mask(body)?)?;
    let rows = rows_of(body);
    if body.get("range").is_some() {
        let target = targets::area_in(workbook, body, "range")?;
        return fill(workbook, target, &rows, &mut writer);
    }
    let start = body
        .get("start")
        .ok_or_else(|| ApiError::invalid("Must specify either start or range."))?;
    let position = targets::position(workbook, start)?;
    let (top, left) = (
        crate::batch::whole(start, "rowIndex"),
        crate::batch::whole(start, "columnIndex"),
    );
    let width = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    let sheet = &workbook.sheets[position];
    let (bottom, right) = (top as usize + rows.len(), left as usize + width);
    check_bounds("row", bottom, sheet.row_count)?;
    check_bounds("column", right, sheet.column_count)?;
    write_rows(
        workbook,
        position,
        CellPosition { row: top, column: left },
        &rows,
        &mut writer,
    )
}

fn check_bounds(noun: &str, end: usize, limit: u32) -> Result<(), ApiError> {
    if end > limit as usize {
        return Err(ApiError::invalid(format!(
            "Attempting to write {noun}: {limit}, beyond the last requested {noun} of: {}",
            limit - 1
        )));
    }
    Ok(())
}

fn write_rows(
    workbook: &mut Workbook,
    position: usize,
    start: CellPosition,
    rows: &[&[Json]],
    writer: &mut CellWriter,
) -> Result<(), ApiError> {
    let sheet = workbook.sheet_mut(position);
    for (row, values) in (start.row..).zip(rows) {
        if values.is_empty() {
            continue;
        }
        sheet.edit_row(row, |cells: &mut Row| {
            (start.column..)
                .zip(values.iter())
                .try_for_each(|(column, data)| writer.write(cells.cell_mut(column), data))
        })?;
    }
    Ok(())
}

fn fill(
    workbook: &mut Workbook,
    SheetArea { position, area }: SheetArea,
    rows: &[&[Json]],
    writer: &mut CellWriter,
) -> Result<(), ApiError> {
    check_bounds("row", area.top as usize + rows.len(), area.bottom)?;
    let width = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    check_bounds("column", area.left as usize + width, area.right)?;
    let sheet = workbook.sheet_mut(position);
    for row in area.top..area.bottom {
        let given = rows.get((row - area.top) as usize).copied().unwrap_or(&[]);
        let existing = sheet.row(row).map_or(0, |row| row.cells.len());
        if given.is_empty() && existing <= area.left as usize {
            continue;
        }
        sheet.edit_row(row, |cells| {
            (area.left..area.right).try_for_each(|column| match given.get((column - area.left) as usize) {
                Some(data) => writer.write(cells.cell_mut(column), data),
                None if (column as usize) < cells.cells.len() => writer.write(cells.cell_mut(column), &json!({})),
                None => Ok(()),
            })
        })?;
    }
    Ok(())
}

/// Applies `appendCells`: writes below the last row with data.
pub fn append(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let mut writer = CellWriter::new(mask(body)?)?;
    let position = targets::position(workbook, body)?;
    let rows = rows_of(body);
    let sheet = &workbook.sheets[position];
    let width = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    check_bounds("column", width, sheet.column_count)?;
    let top = sheet.filled_rows();
    let bottom = top.saturating_add(u32::try_from(rows.len()).unwrap_or(u32::MAX));
    make_room(workbook, position, bottom, 0)?;
    write_rows(
        workbook,
        position,
        CellPosition { row: top, column: 0 },
        &rows,
        &mut writer,
    )
}

/// Applies `repeatCell`: one message for every cell of a range, with relative formula references shifted.
pub fn repeat(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let mut writer = CellWriter::new(mask(body)?)?;
    let SheetArea { position, area } = targets::area_in(workbook, body, "range")?;
    let data = Json::Object(object(body, "cell"));
    let formula = text(&data["userEnteredValue"], "formulaValue").to_owned();
    let erases = data.as_object().is_some_and(Map::is_empty);
    let sheet = workbook.sheet_mut(position);
    for row in area.top..area.bottom {
        if erases && sheet.row(row).is_none_or(|row| row.cells.is_empty()) {
            continue;
        }
        sheet.edit_row(row, |cells| {
            (area.left..area.right).try_for_each(|column| {
                let cell = cells.cell_mut(column);
                writer.write(cell, &data)?;
                if let (false, CellEntry::Formula(text)) = (formula.is_empty(), &mut cell.entry) {
                    let (down, right) = (i64::from(row - area.top), i64::from(column - area.left));
                    *text = formula::after_copy(&formula, down, right)
                        .unwrap_or_else(|| formula.clone())
                        .into();
                }
                Ok::<(), ApiError>(())
            })
        })?;
    }
    Ok(())
}

/// Applies `setDataValidation`; a missing rule removes the validation.
pub fn set_data_validation(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let SheetArea { position, area } = targets::area_in(workbook, body, "range")?;
    let mut rule = object(body, "rule");
    if !rule.is_empty() && text(&body["rule"]["condition"], "type").is_empty() {
        return Err(ApiError::invalid("rule.condition.type is required."));
    }
    crate::proto::json::without_defaults(&mut rule);
    let data = if rule.is_empty() {
        json!({})
    } else {
        json!({ "dataValidation": rule })
    };
    write_area(
        workbook,
        SheetArea { position, area },
        &mut CellWriter::new(FieldMask::parse("dataValidation")?)?,
        &|_, _| Some(Cow::Borrowed(&data)),
    )
}

/// Applies `updateBorders`: outer and inner borders of a range.
pub fn update_borders(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let SheetArea { position, area } = targets::area_in(workbook, body, "range")?;
    let border = |side: &str| {
        body.get(side)
            .filter(|border| text(border, "style") != "NONE" || side.is_empty())
            .cloned()
    };
    let mask: Vec<&str> = ["top", "bottom", "left", "right"]
        .into_iter()
        .filter(|side| {
            let inner = if matches!(*side, "top" | "bottom") {
                "innerHorizontal"
            } else {
                "innerVertical"
            };
            body.get(*side).is_some() || body.get(inner).is_some()
        })
        .collect();
    for side in mask {
        let inner = if matches!(side, "top" | "bottom") {
            "innerHorizontal"
        } else {
            "innerVertical"
        };
        let mut writer = CellWriter::new(FieldMask::parse(&format!("userEnteredFormat.borders.{side}"))?)?;
        let data = |row: u32, column: u32| {
            let outer = match side {
                "top" => row == area.top,
                "bottom" => row + 1 == area.bottom,
                "left" => column == area.left,
                _ => column + 1 == area.right,
            };
            let name = if outer { side } else { inner };
            body.get(name)?;
            Some(Cow::Owned(border(name).map_or_else(
                || json!({"userEnteredFormat": {"borders": {}}}),
                |border| json!({"userEnteredFormat": {"borders": {side: border}}}),
            )))
        };
        write_area(workbook, SheetArea { position, area }, &mut writer, &data)?;
    }
    Ok(())
}

fn write_area<'a>(
    workbook: &mut Workbook,
    SheetArea { position, area }: SheetArea,
    writer: &mut CellWriter,
    data: &dyn Fn(u32, u32) -> Option<Cow<'a, Json>>,
) -> Result<(), ApiError> {
    let sheet = workbook.sheet_mut(position);
    for row in area.top..area.bottom {
        sheet.edit_row(row, |cells| {
            (area.left..area.right).try_for_each(|column| match data(row, column) {
                Some(data) => writer.write(cells.cell_mut(column), &data),
                None => Ok(()),
            })
        })?;
    }
    Ok(())
}
