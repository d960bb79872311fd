//! Requests `copyPaste` and `cutPaste`.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::{
    a1::{CellPosition, Rectangle},
    batch::{targets, text, whole},
    formula::{self, Evaluator, with_array_results},
    proto::error::ApiError,
    workbook::{
        SheetArea, Workbook,
        cell::{Cell, CellEntry, CellStyle, CellValue},
    },
};

/// Which part of the copied cells is pasted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PasteType {
    Normal,
    Values,
    Format,
    Formula,
    Validation,
}

/// What happens to the relative references of pasted formulas.
#[derive(Clone, Copy)]
enum FormulaReferences {
    /// They move with the cells, as in a copy.
    Shift,
    /// They stay, as in a cut.
    Keep,
}

fn paste_type(body: &Json) -> Result<PasteType, ApiError> {
    Ok(match text(body, "pasteType") {
        "" | "PASTE_NORMAL" => PasteType::Normal,
        "PASTE_VALUES" => PasteType::Values,
        "PASTE_FORMAT" => PasteType::Format,
        "PASTE_FORMULA" => PasteType::Formula,
        "PASTE_DATA_VALIDATION" => PasteType::Validation,
        other => return Err(ApiError::unsupported(&format!("pasteType {other}"))),
    })
}

/// Copied cells with their displayed values.
struct CopiedBlock {
    origin: CellPosition,
    cells: Vec<Vec<(Cell, CellValue)>>,
}

impl CopiedBlock {
    fn copy(workbook: &Workbook, position: usize, area: Rectangle) -> Self {
        let filled = with_array_results(workbook);
        let evaluator = Evaluator::new(&filled);
        let sheet = &workbook.sheets[position];
        let cell = |row, column| {
            (
                sheet.cell(row, column).cloned().unwrap_or_default(),
                evaluator.cell(position, row, column),
            )
        };
        let cells = (area.top..area.bottom)
            .map(|row| (area.left..area.right).map(|column| cell(row, column)).collect())
            .collect();
        Self {
            origin: area.first_cell(),
            cells,
        }
    }

    fn height(&self) -> u32 {
        u32::try_from(self.cells.len()).unwrap_or(u32::MAX)
    }

    fn width(&self) -> u32 {
        u32::try_from(self.cells.first().map_or(0, Vec::len)).unwrap_or(u32::MAX)
    }

    fn transposed(self) -> Self {
        let (height, width) = (self.cells.len(), self.width() as usize);
        let cells = (0..width)
            .map(|column| (0..height).map(|row| self.cells[row][column].clone()).collect())
            .collect();
        Self { cells, ..self }
    }
}

/// Applies `copyPaste`; a destination that is a whole multiple of the source is filled with repetitions.
pub fn copy(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let paste = paste_type(body)?;
    let SheetArea {
        position: source,
        area: from,
    } = targets::area_in(workbook, body, "source")?;
    let SheetArea {
        position: target,
        area: to,
    } = targets::area_in(workbook, body, "destination")?;
    let block = CopiedBlock::copy(workbook, source, from);
    let block = if text(body, "pasteOrientation") == "TRANSPOSE" {
        block.transposed()
    } else {
        block
    };
    let repeated = |length: u32, unit: u32| if length.is_multiple_of(unit) { length } else { unit };
    let height = repeated(to.height(), block.height());
    let width = repeated(to.width(), block.width());
    let sheet = &workbook.sheets[target];
    let bottom = (to.top + height).min(sheet.row_count);
    let right = (to.left + width).min(sheet.column_count);
    let area = Rectangle { bottom, right, ..to };
    let target = SheetArea { position: target, area };
    paste_block(workbook, target, &block, paste, FormulaReferences::Shift);
    Ok(())
}

/// Applies `cutPaste`; references of the moved formulas do not change.
pub fn cut(workbook: &mut Workbook, body: &Json) -> Result<(), ApiError> {
    let paste = paste_type(body)?;
    let SheetArea {
        position: source,
        area: from,
    } = targets::area_in(workbook, body, "source")?;
    let destination = body.get("destination").unwrap_or(&Json::Null);
    let target = targets::position(workbook, destination)?;
    let (top, left) = (whole(destination, "rowIndex"), whole(destination, "columnIndex"));
    let sheet = &workbook.sheets[target];
    if top + from.height() > sheet.row_count || left + from.width() > sheet.column_count {
        let area = Rectangle {
            top,
            left,
            bottom: top + from.height(),
            right: left + from.width(),
        };
        let name = crate::a1::full_name(&sheet.title, area);
        return Err(ApiError::outside_grid(&name, sheet.row_count, sheet.column_count));
    }
    let block = CopiedBlock::copy(workbook, source, from);
    workbook
        .sheet_mut(source)
        .edit_existing(from, |_, _, cell| match paste {
            PasteType::Normal => *cell = Cell::default(),
            PasteType::Values | PasteType::Formula => cell.entry = CellEntry::Blank,
            PasteType::Format => cell.style = merged(cell.style.as_ref(), None, "userEnteredFormat"),
            PasteType::Validation => cell.style = merged(cell.style.as_ref(), None, "dataValidation"),
        });
    let area = Rectangle {
        top,
        left,
        bottom: top + from.height(),
        right: left + from.width(),
    };
    let target = SheetArea { position: target, area };
    paste_block(workbook, target, &block, paste, FormulaReferences::Keep);
    Ok(())
}

fn paste_block(
    workbook: &mut Workbook,
    SheetArea { position, area }: SheetArea,
    block: &CopiedBlock,
    paste: PasteType,
    references: FormulaReferences,
) {
    let (height, width) = (block.height(), block.width());
    let sheet = workbook.sheet_mut(position);
    for row in area.top..area.bottom {
        sheet.edit_row(row, |cells| {
            for column in area.left..area.right {
                let offset = ((row - area.top) % height, (column - area.left) % width);
                let (source, shown) = &block.cells[offset.0 as usize][offset.1 as usize];
                let mut source = source.clone();
                if let (FormulaReferences::Shift, CellEntry::Formula(text)) = (references, &mut source.entry) {
                    let down = i64::from(row) - i64::from(block.origin.row + offset.0);
                    let right = i64::from(column) - i64::from(block.origin.column + offset.1);
                    if let Some(moved) = formula::after_copy(text, down, right) {
                        *text = moved.into();
                    }
                }
                paste_cell(cells.cell_mut(column), &source, shown, paste);
            }
        });
    }
}

fn paste_cell(target: &mut Cell, source: &Cell, shown: &CellValue, paste: PasteType) {
    match paste {
        PasteType::Normal => *target = source.clone(),
        PasteType::Formula => target.entry = source.entry.clone(),
        PasteType::Values => {
            target.entry = match shown {
                CellValue::Blank => CellEntry::Blank,
                CellValue::Number(number) => CellEntry::Number(*number),
                CellValue::Text(text) => CellEntry::Text((**text).into()),
                CellValue::Bool(flag) => CellEntry::Bool(*flag),
                CellValue::Error(name) => CellEntry::Text((*name).into()),
            }
        }
        PasteType::Format => target.style = merged(target.style.as_ref(), source.style.as_ref(), "userEnteredFormat"),
        PasteType::Validation => target.style = merged(target.style.as_ref(), source.style.as_ref(), "dataValidation"),
    }
}

/// Copy of a style with one field taken from another style.
fn merged(style: Option<&Arc<CellStyle>>, source: Option<&Arc<CellStyle>>, field: &str) -> Option<Arc<CellStyle>> {
    let mut fields: Map<String, Json> = style.map(|style| style.fields().clone()).unwrap_or_default();
    match source.and_then(|style| style.fields().get(field)) {
        Some(value) => fields.insert(field.to_owned(), value.clone()),
        None => fields.remove(field),
    };
    CellStyle::new(fields)
}
