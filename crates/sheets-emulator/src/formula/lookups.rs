//! Lookup functions: `MATCH`, `INDEX`, `VLOOKUP`, `ROW`, `COLUMN`, `ROWS`, `COLUMNS`.
//!
//! Source: <https://support.google.com/docs/table/25273>, the category "Lookup".

use crate::{
    a1::Rectangle,
    formula::{
        Operand,
        functions::{FunctionCall, FunctionResult},
        operators::{compare, truth},
        parser::Expression,
    },
    workbook::cell::CellValue,
};

impl FunctionCall<'_, '_> {
    /// Evaluates a lookup function; `None` for any other name.
    pub fn lookups(&self, name: &str) -> Option<FunctionResult> {
        Some(match name {
            "MATCH" => self.position(),
            "INDEX" => self.index(),
            "VLOOKUP" => self.vertical_lookup(),
            "ROW" => self.area(0).map(|(_, area)| whole(area.top + 1)),
            "COLUMN" => self.area(0).map(|(_, area)| whole(area.left + 1)),
            "ROWS" => self.area(0).map(|(_, area)| whole(area.height())),
            "COLUMNS" => self.area(0).map(|(_, area)| whole(area.width())),
            _ => return None,
        })
    }

    fn area(&self, index: usize) -> Result<(usize, Rectangle), &'static str> {
        if let Some(Expression::Reference(reference)) = self.arguments.get(index) {
            return self.evaluator.cells_of(self.sheet, reference).ok_or("#REF!");
        }
        match self.operand(index)? {
            Operand::Many(sheet, area) => Ok((sheet, area)),
            Operand::One(_) => Err("#N/A"),
        }
    }

    /// One-based position of a value in a list: the first equal value, or, in a sorted list, the last value not beyond
    /// it.
    fn find(&self, wanted: &CellValue, list: &[CellValue], order: f64) -> FunctionResult {
        let is_same_type = |value: &&CellValue| std::mem::discriminant(*value) == std::mem::discriminant(wanted);
        let found = if order == 0.0 {
            list.iter()
                .position(|value| is_same_type(&value) && compare(value, wanted).is_eq())
        } else {
            list.iter().rposition(|value| {
                let order_of = compare(value, wanted);
                is_same_type(&value) && (order_of.is_eq() || order_of.is_lt() == (order > 0.0))
            })
        };
        let place = found.and_then(|place| u32::try_from(place).ok()).ok_or("#N/A")?;
        Ok(whole(place + 1))
    }

    fn position(&self) -> FunctionResult {
        let (sheet, area) = self.area(1)?;
        if area.height() > 1 && area.width() > 1 {
            return Err("#N/A");
        }
        let cells = (area.top..area.bottom).flat_map(|row| (area.left..area.right).map(move |column| (row, column)));
        let list: Vec<CellValue> = cells
            .map(|(row, column)| self.evaluator.cell(sheet, row, column))
            .collect();
        self.find(&self.argument(0)?, &list, self.number_or(2, 1.0)?)
    }

    fn index(&self) -> FunctionResult {
        let (sheet, area) = self.area(0)?;
        let (first, second) = (self.number_or(1, 1.0)?, self.number_or(2, 1.0)?);
        let (row, column) = if area.height() == 1 && self.arguments.len() < 3 {
            (1.0, first)
        } else {
            (first, second)
        };
        let inside = |at: f64, length: u32| (1.0..=f64::from(length)).contains(&at);
        if !inside(row, area.height()) || !inside(column, area.width()) {
            return Err("#NUM!");
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "inside of the range"
        )]
        let (row, column) = (row as u32 - 1, column as u32 - 1);
        Ok(self.evaluator.cell(sheet, area.top + row, area.left + column))
    }

    fn vertical_lookup(&self) -> FunctionResult {
        let (sheet, area) = self.area(1)?;
        let column = self.number(2)?;
        if !(1.0..=f64::from(area.width())).contains(&column) {
            return Err("#REF!");
        }
        let sorted = self.arguments.len() < 4 || truth(&self.argument(3)?)?;
        let list: Vec<CellValue> = (area.top..area.bottom)
            .map(|row| self.evaluator.cell(sheet, row, area.left))
            .collect();
        let place = self.find(&self.argument(0)?, &list, f64::from(u8::from(sorted)))?;
        let CellValue::Number(place) = place else {
            return Err("#N/A");
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "inside of the range"
        )]
        let (row, column) = (place as u32 - 1, column as u32 - 1);
        Ok(self.evaluator.cell(sheet, area.top + row, area.left + column))
    }
}

fn whole(number: u32) -> CellValue {
    CellValue::Number(f64::from(number))
}
