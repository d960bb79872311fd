//! Cells that contradict the rules, with the value they should have.

use domain::money::Money;
use rust_decimal::Decimal;
use sheets_store::{Cell, CellContent, CellEntry, TabRow};

use crate::deal::{
    Deal,
    columns::{ID, PROBABILITY, WEIGHTED},
    row_codec::cell_entry,
};

/// Correction of one cell of `deals`.
#[derive(Clone, Debug, PartialEq)]
pub struct DealCorrection {
    /// Row number in the spreadsheet.
    pub row: u32,
    /// Id of the deal; `None` when the id itself is missing.
    pub id: Option<u64>,
    /// Column position in [`DEALS`](crate::deal::columns::DEALS).
    pub column: usize,
    /// Current content.
    pub from: CellContent,
    /// Correct content.
    pub to: CorrectedValue,
}

impl DealCorrection {
    /// Whether it assigns an id.
    pub fn is_number(&self) -> bool {
        self.to == CorrectedValue::NextId
    }
}

/// Correct content of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum CorrectedValue {
    /// The next free id of the tab.
    NextId,
    /// A computed value.
    Value(CellEntry),
}

/// Corrections that the row of a deal needs.
pub(crate) fn corrections_of(deal: &Deal, row: &TabRow<'_>) -> Vec<DealCorrection> {
    let correction = |column, to| DealCorrection {
        row: deal.row,
        id: deal.id,
        column,
        from: row.cell(column).into(),
        to,
    };
    let id = (row.cell(ID) == Cell::Empty).then(|| correction(ID, CorrectedValue::NextId));
    let derived = [
        (
            PROBABILITY,
            is_close_to(row.cell(PROBABILITY), deal.stage.probability(), 4),
        ),
        (WEIGHTED, is_close_to(row.cell(WEIGHTED), deal.weighted().euros(), 2)),
    ];
    let derived = derived.into_iter().filter(|(_, follows)| !follows);
    let derived = derived.map(|(column, _)| correction(column, CorrectedValue::Value(cell_entry(deal, column))));
    id.into_iter().chain(derived).collect()
}

/// Whether a cell holds `expected`, up to floating-point noise: staff may compute a column with a formula.
fn is_close_to(cell: Cell<'_>, expected: Decimal, decimals: u32) -> bool {
    let Cell::Number(number) = cell else { return false };
    let strategy = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    Money::from_cell(number).is_some_and(|stored| {
        let [stored, expected] =
            [stored.euros(), expected].map(|number| number.round_dp_with_strategy(decimals, strategy));
        stored == expected
    })
}
