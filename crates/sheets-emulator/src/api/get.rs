//! Method `spreadsheets.get`: the `Spreadsheet` message, limited to the fields of the mask.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use crate::{
    a1::Rectangle,
    batch::{dimension_groups, sheet_properties},
    format::locale::Locale,
    formula::{Evaluator, with_array_results},
    proto::{error::ApiError, field_mask::FieldMask},
    values::read,
    workbook::{
        SheetArea, Workbook,
        cell::{Cell, CellEntry, CellStyle, CellValue},
        developer_metadata,
        dimension::Dimension,
        grid_range,
        sheet::Sheet,
    },
};

/// Parameters of `spreadsheets.get`.
pub struct GetRequest<'a> {
    /// Parameter `ranges`; empty for all cells of every tab.
    pub ranges: &'a [String],
    /// Parameter `includeGridData`.
    pub grid_data: bool,
    /// Parameter `fields`; if present, it decides whether grid data is included.
    pub mask: Option<FieldMask>,
    /// Base URL of this server.
    pub url: &'a str,
    /// E-mail address of the owner of the spreadsheet.
    pub owner: &'a str,
}

/// Builds the `Spreadsheet` message.
///
/// # Errors
/// 400 for an invalid range.
pub fn describe(workbook: &Workbook, request: &GetRequest<'_>) -> Result<Json, ApiError> {
    let everything = FieldMask::everything();
    let mask = request.mask.as_ref().unwrap_or(&everything);
    let mut areas: Vec<(usize, Rectangle)> = Vec::new();
    for range in request.ranges {
        let located = workbook.locate(range)?;
        areas.push((located.sheet, located.area));
    }
    let sheets_mask = mask.below("sheets");
    let data_mask = sheets_mask.as_ref().and_then(|sheets| sheets.below("data"));
    let with_data = match &request.mask {
        Some(_) => data_mask.is_some(),
        None => request.grid_data,
    };
    let mut tree = Map::new();
    tree.insert("spreadsheetId".to_owned(), json!(&*workbook.id));
    tree.insert("properties".to_owned(), properties(workbook));
    if sheets_mask.is_some() {
        let chosen = |position: &usize| areas.is_empty() || areas.iter().any(|(sheet, _)| sheet == position);
        let sheets = (0..workbook.sheets.len())
            .filter(chosen)
            .map(|position| {
                let data = with_data.then(|| data(workbook, position, &areas, data_mask.as_ref()));
                sheet(workbook, position, request.owner, data)
            })
            .collect();
        tree.insert("sheets".to_owned(), Json::Array(sheets));
    }
    if !workbook.named_ranges.is_empty() {
        tree.insert("namedRanges".to_owned(), json!(*workbook.named_ranges));
    }
    if !workbook.developer_metadata.is_empty() {
        tree.insert(
            developer_metadata::FIELD.to_owned(),
            json!(*workbook.developer_metadata),
        );
    }
    let url = format!("{}/spreadsheets/d/{}/edit", request.url, workbook.id);
    tree.insert("spreadsheetUrl".to_owned(), json!(url));
    Ok(mask.keep(Json::Object(tree)))
}

fn properties(workbook: &Workbook) -> Json {
    let mut fields = (*workbook.properties).clone();
    fields.insert("defaultFormat".to_owned(), Json::Object(default_format()));
    Json::Object(fields)
}

/// Default cell format.
fn default_format() -> Map<String, Json> {
    let white = json!({"red": 1, "green": 1, "blue": 1});
    let format = json!({
        "backgroundColor": white,
        "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
        "verticalAlignment": "BOTTOM",
        "wrapStrategy": "OVERFLOW_CELL",
        "textFormat": {
            "foregroundColor": {},
            "fontFamily": "arial,sans,sans-serif",
            "fontSize": 10,
            "bold": false,
            "italic": false,
            "strikethrough": false,
            "underline": false,
            "foregroundColorStyle": {"rgbColor": {}},
        },
        "backgroundColorStyle": {"rgbColor": white},
    });
    format.as_object().cloned().unwrap_or_default()
}

fn sheet(workbook: &Workbook, position: usize, owner: &str, data: Option<Json>) -> Json {
    let sheet = &workbook.sheets[position];
    let details = &sheet.details;
    let mut tree = Map::new();
    tree.insert("properties".to_owned(), Json::Object(sheet_properties(sheet, position)));
    if let Some(data) = data {
        tree.insert("data".to_owned(), data);
    }
    if !details.merges.is_empty() {
        let merges = details
            .merges
            .iter()
            .map(|merge| grid_range(sheet.id, *merge))
            .collect();
        tree.insert("merges".to_owned(), Json::Array(merges));
    }
    if let Some(filter) = &details.basic_filter {
        tree.insert("basicFilter".to_owned(), filter.clone());
    }
    for (name, list) in &details.lists {
        if name == developer_metadata::FIELD {
            let own: Vec<&Json> = list
                .iter()
                .filter(|item| developer_metadata::dimension_index(item).is_none())
                .collect();
            if !own.is_empty() {
                tree.insert(name.clone(), json!(own));
            }
        } else if !list.is_empty() {
            tree.insert(name.clone(), with_editors(name, list, owner));
        }
    }
    for (name, dimension) in [("rowGroups", Dimension::Rows), ("columnGroups", Dimension::Columns)] {
        let list = dimension_groups::to_json(sheet, dimension);
        if !list.is_empty() {
            tree.insert(name.to_owned(), Json::Array(list));
        }
    }
    Json::Object(tree)
}

/// Fills in the editors of protected ranges, which the service returns on reads but not in the reply to the request.
fn with_editors(name: &str, list: &[Json], owner: &str) -> Json {
    let mut list = list.to_vec();
    if name == "protectedRanges" {
        for range in &mut list {
            if range.get("editors") == Some(&json!({})) {
                range["editors"] = json!({"users": [owner]});
            }
        }
    }
    Json::Array(list)
}

fn data(workbook: &Workbook, position: usize, areas: &[(usize, Rectangle)], mask: Option<&FieldMask>) -> Json {
    let sheet = &workbook.sheets[position];
    let everything = FieldMask::everything();
    let mask = mask.unwrap_or(&everything);
    let wanted: Vec<Rectangle> = if areas.is_empty() {
        vec![sheet.grid()]
    } else {
        areas
            .iter()
            .filter(|(found, _)| *found == position)
            .map(|(_, area)| *area)
            .collect()
    };
    Json::Array(
        wanted
            .into_iter()
            .map(|area| block(workbook, SheetArea { position, area }, mask))
            .collect(),
    )
}

fn block(workbook: &Workbook, SheetArea { position, area }: SheetArea, mask: &FieldMask) -> Json {
    let sheet = &workbook.sheets[position];
    let mut tree = Map::new();
    if area.top > 0 {
        tree.insert("startRow".to_owned(), json!(area.top));
    }
    if area.left > 0 {
        tree.insert("startColumn".to_owned(), json!(area.left));
    }
    if let Some(mask) = mask.below("rowData") {
        let rows = rows(
            workbook,
            SheetArea { position, area },
            &mask.below("values").unwrap_or_default(),
        );
        if !rows.is_empty() {
            tree.insert("rowData".to_owned(), Json::Array(rows));
        }
    }
    if mask.selects("rowMetadata") {
        let metadata = metadata_of(sheet, Dimension::Rows);
        let row = |index| {
            let own = sheet.row(index).and_then(|row| row.properties.as_deref());
            dimension(own, 21, metadata.get(&u64::from(index)))
        };
        tree.insert("rowMetadata".to_owned(), (area.top..area.bottom).map(row).collect());
    }
    if mask.selects("columnMetadata") {
        let metadata = metadata_of(sheet, Dimension::Columns);
        let column = |index| dimension(sheet.details.columns.get(&index), 100, metadata.get(&u64::from(index)));
        tree.insert(
            "columnMetadata".to_owned(),
            (area.left..area.right).map(column).collect(),
        );
    }
    Json::Object(tree)
}

/// Developer metadata of the rows, or of the columns, of a tab, by index.
fn metadata_of(sheet: &Sheet, dimension: Dimension) -> HashMap<u64, Vec<&Json>> {
    let mut metadata: HashMap<u64, Vec<&Json>> = HashMap::new();
    for item in sheet.details.lists.get(developer_metadata::FIELD).into_iter().flatten() {
        match developer_metadata::dimension_index(item) {
            Some((own, index)) if own == dimension => metadata.entry(index).or_default().push(item),
            _ => {}
        }
    }
    metadata
}

fn dimension(properties: Option<&Map<String, Json>>, size: u32, metadata: Option<&Vec<&Json>>) -> Json {
    let mut fields = properties.cloned().unwrap_or_default();
    if let Some(metadata) = metadata {
        fields.insert(developer_metadata::FIELD.to_owned(), json!(metadata));
    }
    fields.entry("pixelSize").or_insert(json!(size));
    Json::Object(fields)
}

/// `RowData` messages up to the last row with an entry or a style.
fn rows(workbook: &Workbook, SheetArea { position, area }: SheetArea, mask: &FieldMask) -> Vec<Json> {
    let filled = with_array_results(workbook);
    let evaluator = Evaluator::new(&filled);
    let sheet: &Sheet = &filled.sheets[position];
    let entered: &Sheet = &workbook.sheets[position];
    let blank = Cell::default();
    let mut list: Vec<Json> = Vec::new();
    let mut kept = 0;
    for row in area.top..area.bottom.min(u32::try_from(sheet.rows().len()).unwrap_or(u32::MAX)) {
        let width = sheet
            .row(row)
            .map_or(0, |row| u32::try_from(row.cells.len()).unwrap_or(u32::MAX));
        let end = (area.left..area.right.min(width))
            .rev()
            .find(|column| sheet.cell(row, *column).is_some_and(|cell| !cell.is_blank()));
        let cells: Vec<Json> = (area.left..end.map_or(area.left, |last| last + 1))
            .map(|column| {
                let content = entered.cell(row, column).unwrap_or(&blank);
                let value = || evaluator.cell(position, row, column);
                cell(content, mask, evaluator.locale, &value)
            })
            .collect();
        list.push(if cells.is_empty() {
            json!({})
        } else {
            json!({ "values": cells })
        });
        if end.is_some() {
            kept = list.len();
        }
    }
    list.truncate(kept);
    list
}

/// `CellData` message; fields outside the mask are not computed.
fn cell(cell: &Cell, mask: &FieldMask, locale: Locale, value: &dyn Fn() -> CellValue) -> Json {
    let mut tree = Map::new();
    let entry = cell.entry.to_extended();
    tree.extend(entry.map(|entry| ("userEnteredValue".to_owned(), entry)));
    if mask.selects("effectiveValue") || mask.selects("formattedValue") {
        // Includes results of array formulas in other cells.
        let value = value();
        if let Some(effective) = value.to_extended() {
            tree.insert("effectiveValue".to_owned(), effective);
        }
        if value != CellValue::Blank {
            let text = read::display_text(&value, cell, locale);
            tree.insert("formattedValue".to_owned(), json!(text));
        }
    }
    if let Some(style) = &cell.style {
        let wanted = style.fields().iter().filter(|(name, _)| mask.selects(name));
        tree.extend(wanted.map(|(name, value)| (name.clone(), value.clone())));
    }
    let has_format =
        cell.entry != CellEntry::Blank || cell.style.as_ref().is_some_and(|style| style.format().is_some());
    if has_format && mask.selects("effectiveFormat") {
        tree.insert("effectiveFormat".to_owned(), Json::Object(effective_format(cell)));
    }
    Json::Object(tree)
}

/// Effective format: the default, the alignment of the entry's type, and the entered format.
fn effective_format(cell: &Cell) -> Map<String, Json> {
    let mut format = default_format();
    let alignment = match cell.entry {
        CellEntry::Number(_) => "RIGHT",
        CellEntry::Bool(_) => "CENTER",
        _ => "LEFT",
    };
    format.insert("horizontalAlignment".to_owned(), json!(alignment));
    format.insert("hyperlinkDisplayType".to_owned(), json!("PLAIN_TEXT"));
    if let Some(own) = cell.style.as_deref().and_then(CellStyle::format) {
        overlay(&mut format, own);
    }
    format
}

fn overlay(target: &mut Map<String, Json>, own: &Map<String, Json>) {
    for (name, value) in own {
        match (target.get_mut(name), value) {
            (Some(Json::Object(below)), Json::Object(above)) if !name.contains("olor") => overlay(below, above),
            _ => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}
