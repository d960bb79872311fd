//! Array formulas: columns of staff's own that a formula fills.
//!
//! A value in such a column would keep the formula from expanding (`#REF!`), so a restored row leaves those cells to
//! the formula.

use crate::{
    cell::Cell,
    commit::{Committer, failure::WriteFailure, plan::WritePlan},
    google::wire_types::ValueRange,
    schema::tab::{Tab, column_letters, quoted_title},
};

impl Committer {
    /// Removes from `plan` the cells that a formula fills. One read, only if values are restored in staff's own
    /// columns.
    pub(crate) async fn skip_array_formula_cells(&self, plan: &mut WritePlan) -> Result<(), WriteFailure> {
        let columns = plan.undeclared_columns();
        if columns.is_empty() {
            return Ok(());
        }
        let ranges = columns.iter().map(|(tab, position)| {
            let letters = column_letters(*position);
            format!("{}!{letters}1:{letters}", quoted_title(tab.title))
        });
        let ranges: Vec<String> = ranges.collect();
        let found = self.spreadsheet.formulas(&ranges).await;
        let found = found.map_err(|error| WriteFailure::Reading(error.into()))?;
        let filled = columns
            .into_iter()
            .zip(found)
            .filter(|(_, values)| has_array_formula(values));
        let filled: Vec<(&'static Tab, usize)> = filled.map(|(column, _)| column).collect();
        for addition in &mut plan.additions {
            let tab = addition.tab;
            addition
                .others
                .retain(|(position, _)| !filled.contains(&(tab, *position)));
        }
        for restored in &mut plan.restored {
            let tab = restored.tab;
            restored.cells.retain(|cell| !filled.contains(&(tab, cell.position)));
        }
        Ok(())
    }
}

impl WritePlan {
    /// Columns of staff's own in which values are restored.
    fn undeclared_columns(&self) -> Vec<(&'static Tab, usize)> {
        let added = self.additions.iter();
        let added = added.flat_map(|addition| addition.others.iter().map(|(position, _)| (addition.tab, *position)));
        let restored = self.restored.iter().flat_map(|restored| {
            let cells = restored.cells.iter().filter(|cell| cell.kind.is_none());
            cells.map(|cell| (restored.tab, cell.position))
        });
        let mut columns: Vec<(&'static Tab, usize)> = Vec::new();
        for column in added.chain(restored) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        columns
    }
}

/// Whether one of the cells holds an array formula; also one that begins with the header: `={"in all";
/// ARRAYFORMULA(…)}`.
fn has_array_formula(values: &ValueRange) -> bool {
    let cells = values.values.iter().flatten().flatten();
    cells.map(|cell| Cell::of(Some(cell)).text()).any(|text| {
        text.strip_prefix('=').is_some_and(|formula| {
            let formula = formula.trim_start().to_ascii_uppercase();
            formula.starts_with('{') || formula.contains("ARRAYFORMULA(")
        })
    })
}
