//! Formula evaluation on read.
//!
//! Results are not stored: each read creates an [`Evaluator`] over its snapshot, which caches what it computes. So
//! there are no stale results and no dependency graph. An unsupported function gives `#NAME?`, as a misspelt one does.

pub(crate) mod array_formula;
pub(crate) mod functions;
pub(crate) mod lookups;
pub(crate) mod operators;
pub(crate) mod parser;
pub(crate) mod reference_rewrite;

use std::{cell::RefCell, collections::HashMap, sync::Arc};

pub use crate::formula::{
    array_formula::with_array_results,
    operators::compare,
    parser::starts_array_formula,
    reference_rewrite::{DimensionChange, after_copy, after_dimension_change},
};
use crate::{
    a1::{CellPosition, OpenArea, Rectangle},
    format::locale::Locale,
    formula::parser::{Expression, Reference},
    workbook::{
        Workbook,
        cell::{CellEntry, CellValue},
    },
};

/// Maximum depth of references between formulas.
const MAX_DEPTH: usize = 200;

/// Evaluator of the formulas in one snapshot, with a cache of results.
pub struct Evaluator<'a> {
    workbook: &'a Workbook,
    /// Locale of the spreadsheet.
    pub locale: Locale,
    known: RefCell<HashMap<CellAddress, Option<CellValue>>>,
    depth: RefCell<usize>,
}

/// Cell of a spreadsheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct CellAddress {
    /// Position of the tab.
    sheet: usize,
    row: u32,
    column: u32,
}

/// Value of an expression: a single value or a range.
pub(crate) enum Operand {
    /// Single value.
    One(CellValue),
    /// Range of cells: tab position and area.
    Many(usize, Rectangle),
}

impl<'a> Evaluator<'a> {
    /// Creates an evaluator for a snapshot.
    pub fn new(workbook: &'a Workbook) -> Self {
        Self {
            workbook,
            locale: workbook.locale(),
            known: RefCell::default(),
            depth: RefCell::new(0),
        }
    }

    /// Computed value of a cell.
    pub fn cell(&self, sheet: usize, row: u32, column: u32) -> CellValue {
        let Some(cell) = self
            .workbook
            .sheets
            .get(sheet)
            .and_then(|sheet| sheet.cell(row, column))
        else {
            return CellValue::Blank;
        };
        match &cell.entry {
            CellEntry::Formula(text) => self.formula(CellAddress { sheet, row, column }, text),
            entry => CellValue::plain(entry),
        }
    }

    fn formula(&self, place: CellAddress, text: &str) -> CellValue {
        match self.known.borrow().get(&place) {
            Some(Some(known)) => return known.clone(),
            // A cell under evaluation: the formula refers to itself.
            Some(None) => return CellValue::Error("#REF!"),
            None => {}
        }
        if *self.depth.borrow() > MAX_DEPTH {
            return CellValue::Error("#REF!");
        }
        self.known.borrow_mut().insert(place, None);
        *self.depth.borrow_mut() += 1;
        let result = match parser::parse(text.trim_start_matches('=')) {
            Some(expression) => match self.value(place.sheet, &expression) {
                CellValue::Blank => CellValue::Number(0.0),
                CellValue::Number(number) if !number.is_finite() => CellValue::Error("#NUM!"),
                other => other,
            },
            None => CellValue::Error("#ERROR!"),
        };
        *self.depth.borrow_mut() -= 1;
        self.known.borrow_mut().insert(place, Some(result.clone()));
        result
    }

    /// Single value of an expression; of a range, its first cell.
    pub(crate) fn value(&self, sheet: usize, expression: &Expression) -> CellValue {
        match self.operand(sheet, expression) {
            Operand::One(value) => value,
            Operand::Many(sheet, area) => self.cell(sheet, area.top, area.left),
        }
    }

    /// All non-blank values of an operand.
    pub(crate) fn values(&self, operand: &Operand) -> Vec<CellValue> {
        match operand {
            Operand::One(value) => vec![value.clone()],
            Operand::Many(sheet, area) => {
                let Some(tab) = self.workbook.sheets.get(*sheet) else {
                    return Vec::new();
                };
                let last = area.bottom.min(u32::try_from(tab.rows().len()).unwrap_or(u32::MAX));
                let mut list = Vec::new();
                for row in area.top..last {
                    let width = tab
                        .row(row)
                        .map_or(0, |row| u32::try_from(row.cells.len()).unwrap_or(u32::MAX));
                    for column in area.left..area.right.min(width) {
                        match self.cell(*sheet, row, column) {
                            CellValue::Blank => {}
                            value => list.push(value),
                        }
                    }
                }
                list
            }
        }
    }

    pub(crate) fn operand(&self, sheet: usize, expression: &Expression) -> Operand {
        let value = match expression {
            Expression::Number(number) => CellValue::Number(*number),
            Expression::Text(text) => CellValue::Text(text.as_str().into()),
            Expression::Error(name) => CellValue::Error(name),
            Expression::Missing => CellValue::Blank,
            Expression::Reference(reference) => return self.reference(sheet, reference),
            Expression::Name(name) => return self.name(name),
            Expression::Unary('-', inner) => operators::negated(&self.value(sheet, inner)),
            Expression::Unary(_, inner) => self.value(sheet, inner),
            Expression::Percent(inner) => operators::percent(&self.value(sheet, inner)),
            Expression::Binary(sign, left, right) => {
                operators::binary(sign, &self.value(sheet, left), &self.value(sheet, right))
            }
            Expression::Call(name, arguments) if name == parser::ARRAY_FORMULA => match arguments.as_slice() {
                [inner] => self.element(sheet, inner, CellPosition { row: 0, column: 0 }),
                _ => CellValue::Error("#N/A"),
            },
            Expression::Call(name, arguments) => functions::FunctionCall {
                evaluator: self,
                sheet,
                arguments,
            }
            .run(name),
        };
        Operand::One(value)
    }

    fn reference(&self, sheet: usize, reference: &Reference) -> Operand {
        match self.place(sheet, reference) {
            Some((sheet, open)) => self.area(sheet, open),
            None => Operand::One(CellValue::Error("#REF!")),
        }
    }

    /// Tab position and cells of a reference; `None` if the tab does not exist.
    fn place(&self, sheet: usize, reference: &Reference) -> Option<(usize, OpenArea)> {
        let sheet = match &reference.sheet {
            Some(title) => self.workbook.position_by_title(title)?,
            None => sheet,
        };
        let last = reference.last.unwrap_or(reference.first);
        let side = |first: Option<u32>, last: Option<u32>| match (first, last) {
            (Some(first), Some(last)) => (Some(first.min(last)), Some(first.max(last) + 1)),
            (first, last) => (first.or(last), None),
        };
        let (start_row, end_row) = side(reference.first.row, last.row);
        let (start_column, end_column) = side(reference.first.column, last.column);
        let open = OpenArea {
            start_row,
            end_row,
            start_column,
            end_column,
        };
        Some((sheet, open))
    }

    /// Area of a reference, also for a single cell.
    pub(crate) fn cells_of(&self, sheet: usize, reference: &Reference) -> Option<(usize, Rectangle)> {
        let (sheet, open) = self.place(sheet, reference)?;
        let tab = &self.workbook.sheets[sheet];
        Some((sheet, open.within(tab.row_count, tab.column_count)))
    }

    fn area(&self, sheet: usize, open: OpenArea) -> Operand {
        let tab = &self.workbook.sheets[sheet];
        let area = open.within(tab.row_count, tab.column_count);
        if area.height() == 1 && area.width() == 1 {
            return Operand::One(self.cell(sheet, area.top, area.left));
        }
        Operand::Many(sheet, area)
    }

    fn name(&self, name: &str) -> Operand {
        if name.eq_ignore_ascii_case("true") || name.eq_ignore_ascii_case("false") {
            return Operand::One(CellValue::Bool(name.eq_ignore_ascii_case("true")));
        }
        match self.workbook.find(name) {
            Ok((sheet, area)) if area != OpenArea::default() => self.area(sheet, area),
            _ => Operand::One(CellValue::Error("#NAME?")),
        }
    }

    pub(crate) fn text(value: String) -> CellValue {
        CellValue::Text(Arc::from(value))
    }
}

#[cfg(test)]
mod tests;
