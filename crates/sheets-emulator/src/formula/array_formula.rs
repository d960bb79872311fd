//! Array formulas (`ARRAYFORMULA`), whose results fill neighbouring cells.
//!
//! Results are not stored in cells: code that displays a workbook first applies [`with_array_results`]. A non-empty cell in
//! the result area makes the formula show `#REF!` and fill nothing (<https://support.google.com/docs/answer/3093275>).

use std::borrow::Cow;

use crate::{
    a1::CellPosition,
    formula::{
        Evaluator, Operand,
        functions::FunctionCall,
        operators,
        parser::{self, Expression, starts_array_formula},
    },
    workbook::{
        Workbook,
        cell::{Cell, CellEntry, CellValue},
        sheet::Sheet,
    },
};

/// Functions of single values, which are applied to each cell of a range argument. All others take whole ranges.
const SCALAR_FUNCTIONS: [&str; 30] = [
    "IF",
    "IFERROR",
    "NOT",
    "ISBLANK",
    "ISNUMBER",
    "ISTEXT",
    "ISERROR",
    "LEN",
    "UPPER",
    "LOWER",
    "TRIM",
    "LEFT",
    "RIGHT",
    "MID",
    "VALUE",
    "ABS",
    "INT",
    "SQRT",
    "EXP",
    "LN",
    "POWER",
    "MOD",
    "ROUND",
    "ROUNDUP",
    "ROUNDDOWN",
    "TRUNC",
    "YEAR",
    "MONTH",
    "DAY",
    "DATE",
];

/// Whether a function is applied to each cell of this argument.
fn is_applied_per_cell(name: &str, argument: usize) -> bool {
    match name {
        "VLOOKUP" | "MATCH" => argument == 0,
        "COUNTIF" => argument == 1,
        name => SCALAR_FUNCTIONS.contains(&name),
    }
}

/// Size of a result area.
#[derive(Clone, Copy)]
struct ArrayShape {
    height: u32,
    width: u32,
}

impl ArrayShape {
    /// Shape of a single value.
    const SINGLE: Self = Self { height: 1, width: 1 };
}

impl Evaluator<'_> {
    /// Size of the result area of an expression.
    fn shape(&self, sheet: usize, expression: &Expression) -> ArrayShape {
        let shapes: Vec<ArrayShape> = match expression {
            Expression::Reference(_) | Expression::Name(_) => match self.operand(sheet, expression) {
                Operand::Many(_, area) => {
                    return ArrayShape {
                        height: area.height(),
                        width: area.width(),
                    };
                }
                Operand::One(_) => return ArrayShape::SINGLE,
            },
            Expression::Unary(_, inner) | Expression::Percent(inner) => return self.shape(sheet, inner),
            Expression::Binary(_, left, right) => vec![self.shape(sheet, left), self.shape(sheet, right)],
            Expression::Call(name, arguments) => {
                let spread = arguments
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| is_applied_per_cell(name, *index));
                spread.map(|(_, argument)| self.shape(sheet, argument)).collect()
            }
            _ => Vec::new(),
        };
        let larger = |left: ArrayShape, right: ArrayShape| ArrayShape {
            height: left.height.max(right.height),
            width: left.width.max(right.width),
        };
        shapes.into_iter().fold(ArrayShape::SINGLE, larger)
    }

    /// Value of an expression in one cell of its result area, by the offset from the first cell.
    pub(crate) fn element(&self, sheet: usize, expression: &Expression, offset: CellPosition) -> CellValue {
        let inner = |expression: &Expression| self.element(sheet, expression, offset);
        match expression {
            Expression::Reference(_) | Expression::Name(_) => match self.operand(sheet, expression) {
                Operand::One(value) => value,
                Operand::Many(sheet, area) => {
                    // A single row or column is repeated.
                    let within = |place: u32, count: u32| (count == 1 || place < count).then(|| place.min(count - 1));
                    match (within(offset.row, area.height()), within(offset.column, area.width())) {
                        (Some(row), Some(column)) => self.cell(sheet, area.top + row, area.left + column),
                        _ => CellValue::Error("#N/A"),
                    }
                }
            },
            Expression::Unary('-', operand) => operators::negated(&inner(operand)),
            Expression::Unary(_, operand) => inner(operand),
            Expression::Percent(operand) => operators::percent(&inner(operand)),
            Expression::Binary(sign, left, right) => operators::binary(sign, &inner(left), &inner(right)),
            Expression::Call(name, arguments) => {
                let arguments = arguments.iter().enumerate();
                let arguments: Vec<Expression> = arguments
                    .map(|(index, argument)| match is_applied_per_cell(name, index) {
                        true => literal(inner(argument)),
                        false => argument.clone(),
                    })
                    .collect();
                let call = FunctionCall {
                    evaluator: self,
                    sheet,
                    arguments: &arguments,
                };
                call.run(name)
            }
            plain => self.value(sheet, plain),
        }
    }
}

/// Literal expression of a value.
fn literal(value: CellValue) -> Expression {
    match value {
        CellValue::Blank => Expression::Missing,
        CellValue::Number(number) => Expression::Number(number),
        CellValue::Text(text) => Expression::Text(text.to_string()),
        CellValue::Bool(flag) => Expression::Name(flag.to_string()),
        CellValue::Error(name) => Expression::Error(name),
    }
}

/// Workbook with the results of array formulas filled in; borrowed if there are none.
pub fn with_array_results(workbook: &Workbook) -> Cow<'_, Workbook> {
    let sheets = workbook.sheets.iter().enumerate();
    let with_array_formulas = sheets.filter(|(_, sheet)| sheet.has_array_formulas);
    let anchors: Vec<ArrayFormula> = with_array_formulas
        .flat_map(|(position, sheet)| anchors(position, sheet))
        .collect();
    if anchors.is_empty() {
        return Cow::Borrowed(workbook);
    }
    let mut filled = Workbook::clone(workbook);
    for anchor in anchors {
        anchor.fill(&mut filled);
    }
    Cow::Owned(filled)
}

/// Array formula with its position.
struct ArrayFormula {
    sheet: usize,
    row: u32,
    column: u32,
    inner: Expression,
}

fn anchors(position: usize, sheet: &Sheet) -> Vec<ArrayFormula> {
    let rows = sheet.rows().iter().zip(0..);
    let cells = rows.flat_map(|(row, number)| {
        row.cells
            .iter()
            .zip(0..)
            .map(move |(cell, column)| (cell, number, column))
    });
    let found = cells.filter_map(|(cell, row, column)| {
        let CellEntry::Formula(text) = &cell.entry else {
            return None;
        };
        Some(ArrayFormula {
            sheet: position,
            row,
            column,
            inner: inner(text)?,
        })
    });
    found.collect()
}

/// Argument of the array formula, if the text is one.
fn inner(text: &str) -> Option<Expression> {
    match starts_array_formula(text).then(|| parser::parse(text.trim_start_matches('=')))?? {
        Expression::Call(_, mut arguments) if arguments.len() == 1 => arguments.pop(),
        _ => None,
    }
}

impl ArrayFormula {
    fn fill(&self, workbook: &mut Workbook) {
        let evaluator = Evaluator::new(workbook);
        let ArrayShape { height, width } = evaluator.shape(self.sheet, &self.inner);
        let sheet = &workbook.sheets[self.sheet];
        // Results beyond the grid are dropped; the grid does not grow.
        let height = height.min(sheet.row_count - self.row);
        let width = width.min(sheet.column_count - self.column);
        let places = || {
            (0..height)
                .flat_map(|row| (0..width).map(move |column| CellPosition { row, column }))
                .skip(1)
        };
        let mut in_the_way = places().filter(|place| sheet.is_filled(self.row + place.row, self.column + place.column));
        if in_the_way.next().is_some() {
            let shown = CellEntry::Formula("=#REF!".into());
            enter(workbook.sheet_mut(self.sheet), self.row, self.column, shown);
            return;
        }
        let values: Vec<(CellPosition, CellValue)> = places()
            .map(|place| (place, evaluator.element(self.sheet, &self.inner, place)))
            .collect();
        let sheet = workbook.sheet_mut(self.sheet);
        for (place, value) in values {
            let entry = match value {
                CellValue::Blank => CellEntry::Number(0.0),
                CellValue::Number(number) => CellEntry::Number(number),
                CellValue::Text(text) => CellEntry::Text((*text).into()),
                CellValue::Bool(flag) => CellEntry::Bool(flag),
                CellValue::Error(name) => CellEntry::Formula(format!("={name}").into()),
            };
            enter(sheet, self.row + place.row, self.column + place.column, entry);
        }
    }
}

fn enter(sheet: &mut Sheet, row: u32, column: u32, entry: CellEntry) {
    sheet.edit_row(row, |cells| {
        let cell: &mut Cell = cells.cell_mut(column);
        cell.entry = entry;
    });
}
