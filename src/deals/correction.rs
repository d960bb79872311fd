//! Cells that contradict the rules, with the value they should have.

use rust_decimal::Decimal;

use super::{
    deal::Deal,
    deal_row::entry,
    rows::{CLIENT, DEALS, DealRows, ID, NOTES, PROBABILITY, WEIGHTED},
};
use crate::{
    money::Money,
    store::{Cell, CellUpdate, Content, Entry, Numbering, Row, Update},
};

/// Correction of one cell of `deals`.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// Row number in the spreadsheet.
    pub row: u32,
    /// Id of the deal; `None` when the id itself is missing.
    pub id: Option<u64>,
    /// Column position in [`DEALS`].
    pub column: usize,
    /// Current content.
    pub from: Content,
    /// Correct content.
    pub to: Corrected,
}

impl Correction {
    /// Whether it assigns an id.
    pub fn is_number(&self) -> bool {
        self.to == Corrected::NextId
    }
}

/// Correct content of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Corrected {
    /// The next free id of the tab.
    NextId,
    /// A computed value.
    Value(Entry),
}

/// Corrections that the row of a deal needs.
pub(super) fn corrections_of(deal: &Deal, row: &Row<'_>) -> Vec<Correction> {
    let correction = |column, to| Correction {
        row: deal.row,
        id: deal.id,
        column,
        from: row.cell(column).into(),
        to,
    };
    let id = (row.cell(ID) == Cell::Empty).then(|| correction(ID, Corrected::NextId));
    let derived = [
        (PROBABILITY, follows(row.cell(PROBABILITY), deal.stage.probability(), 4)),
        (WEIGHTED, follows(row.cell(WEIGHTED), deal.weighted().euros(), 2)),
    ];
    let derived = derived.into_iter().filter(|(_, follows)| !follows);
    let derived = derived.map(|(column, _)| correction(column, Corrected::Value(entry(deal, column))));
    id.into_iter().chain(derived).collect()
}

/// Whether a cell holds `expected`, up to floating-point noise: staff may compute a column with a formula.
fn follows(cell: Cell<'_>, expected: Decimal, decimals: u32) -> bool {
    let Cell::Number(number) = cell else { return false };
    let strategy = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    Money::from_cell(number).is_some_and(|stored| {
        let [stored, expected] =
            [stored.euros(), expected].map(|number| number.round_dp_with_strategy(decimals, strategy));
        stored == expected
    })
}

/// Id assignments for rows without an id, each conditional on the row as it was read.
pub fn numberings(corrections: &[Correction], rows: &DealRows) -> Vec<Numbering> {
    let missing = corrections
        .iter()
        .filter(|correction| correction.to == Corrected::NextId);
    let seen = |deal: &Deal| {
        let said = (CLIENT..=NOTES).filter(|column| !matches!(*column, PROBABILITY | WEIGHTED));
        said.map(|column| (column, rows.content_of(deal, column))).collect()
    };
    let deals = missing.filter_map(|correction| rows.deal_in_row(correction.row));
    deals
        .map(|deal| Numbering {
            tab: &DEALS,
            row: deal.row,
            seen: seen(deal),
        })
        .collect()
}

/// Corrections of rows with an id, as one update per deal. Corrections of rows without an id are skipped; they are
/// written once the id exists.
pub fn updates(corrections: &[Correction]) -> Vec<Update> {
    let rows = corrections.chunk_by(|left, right| left.row == right.row);
    rows.filter_map(|corrections| {
        let id = corrections.first()?.id?;
        let cells = corrections.iter().filter_map(|correction| match &correction.to {
            Corrected::NextId => None,
            Corrected::Value(to) => Some(CellUpdate {
                column: correction.column,
                from: correction.from.clone(),
                to: to.clone(),
            }),
        });
        Some(Update {
            tab: &DEALS,
            id: id.to_string(),
            cells: cells.collect(),
        })
    })
    .collect()
}
