//! Formula evaluation on read.
//!
//! Results are not stored: each read creates an [`Evaluator`] over its snapshot, which caches what it computes. So
//! there are no stale results and no dependency graph. An unsupported function gives `#NAME?`, as a misspelt one does.

mod functions;
mod lookups;
mod operators;
mod parser;
mod references;
mod spill;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::a1::{OpenArea, Rectangle};
use super::cell::{Entry, Scalar};
use super::locale::Locale;
use super::workbook::Workbook;

pub use operators::compare;
use parser::{Expression, Reference};
pub use references::{Place, after, moved_by};
pub use spill::{is_array, with_spills};

/// Maximum depth of references between formulas.
const DEEPEST: usize = 200;

/// Evaluator of the formulas in one snapshot, with a cache of results.
pub struct Evaluator<'a> {
    workbook: &'a Workbook,
    /// Locale of the spreadsheet.
    pub locale: Locale,
    known: RefCell<HashMap<(usize, u32, u32), Option<Scalar>>>,
    depth: RefCell<usize>,
}

/// Value of an expression: a single value or a range.
pub(super) enum Operand {
    /// Single value.
    One(Scalar),
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
    pub fn cell(&self, sheet: usize, row: u32, column: u32) -> Scalar {
        let Some(cell) = self
            .workbook
            .sheets
            .get(sheet)
            .and_then(|sheet| sheet.cell(row, column))
        else {
            return Scalar::Blank;
        };
        match &cell.entry {
            Entry::Formula(text) => self.formula((sheet, row, column), text),
            entry => Scalar::plain(entry),
        }
    }

    fn formula(&self, place: (usize, u32, u32), text: &str) -> Scalar {
        match self.known.borrow().get(&place) {
            Some(Some(known)) => return known.clone(),
            // A cell under evaluation: the formula refers to itself.
            Some(None) => return Scalar::Error("#REF!"),
            None => {}
        }
        if *self.depth.borrow() > DEEPEST {
            return Scalar::Error("#REF!");
        }
        self.known.borrow_mut().insert(place, None);
        *self.depth.borrow_mut() += 1;
        let result = match parser::parse(text.trim_start_matches('=')) {
            Some(expression) => match self.value(place.0, &expression) {
                Scalar::Blank => Scalar::Number(0.0),
                Scalar::Number(number) if !number.is_finite() => Scalar::Error("#NUM!"),
                other => other,
            },
            None => Scalar::Error("#ERROR!"),
        };
        *self.depth.borrow_mut() -= 1;
        self.known.borrow_mut().insert(place, Some(result.clone()));
        result
    }

    /// Single value of an expression; of a range, its first cell.
    pub(super) fn value(&self, sheet: usize, expression: &Expression) -> Scalar {
        match self.operand(sheet, expression) {
            Operand::One(value) => value,
            Operand::Many(sheet, area) => self.cell(sheet, area.top, area.left),
        }
    }

    /// All non-blank values of an operand.
    pub(super) fn values(&self, operand: &Operand) -> Vec<Scalar> {
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
                            Scalar::Blank => {}
                            value => list.push(value),
                        }
                    }
                }
                list
            }
        }
    }

    pub(super) fn operand(&self, sheet: usize, expression: &Expression) -> Operand {
        let value = match expression {
            Expression::Number(number) => Scalar::Number(*number),
            Expression::Text(text) => Scalar::Text(text.as_str().into()),
            Expression::Error(name) => Scalar::Error(name),
            Expression::Missing => Scalar::Blank,
            Expression::Reference(reference) => return self.reference(sheet, reference),
            Expression::Name(name) => return self.name(name),
            Expression::Unary('-', inner) => operators::negated(&self.value(sheet, inner)),
            Expression::Unary(_, inner) => self.value(sheet, inner),
            Expression::Percent(inner) => operators::percent(&self.value(sheet, inner)),
            Expression::Binary(sign, left, right) => {
                operators::binary(sign, &self.value(sheet, left), &self.value(sheet, right))
            }
            Expression::Call(name, arguments) if name == spill::NAME => match arguments.as_slice() {
                [inner] => self.element(sheet, inner, (0, 0)),
                _ => Scalar::Error("#N/A"),
            },
            Expression::Call(name, arguments) => functions::Call {
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
            None => Operand::One(Scalar::Error("#REF!")),
        }
    }

    /// Tab position and cells of a reference; `None` if the tab does not exist.
    fn place(&self, sheet: usize, reference: &Reference) -> Option<(usize, OpenArea)> {
        let sheet = match &reference.sheet {
            Some(title) => self.workbook.titled(title)?,
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
    pub(super) fn cells_of(&self, sheet: usize, reference: &Reference) -> Option<(usize, Rectangle)> {
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
            return Operand::One(Scalar::Bool(name.eq_ignore_ascii_case("true")));
        }
        match self.workbook.find(name) {
            Ok((sheet, area)) if area != OpenArea::default() => self.area(sheet, area),
            _ => Operand::One(Scalar::Error("#NAME?")),
        }
    }

    pub(super) fn text(value: String) -> Scalar {
        Scalar::Text(Arc::from(value))
    }
}
