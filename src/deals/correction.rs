//! Cells that staff left behind the rules, and what belongs there.

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

/// One cell of `deals` that the program is to rewrite.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// Id of the deal; `None` when that is what is missing.
    pub id: Option<u64>,
    /// Place of the column in [`DEALS`].
    pub column: usize,
    /// What stands there.
    pub from: Content,
    /// What belongs there.
    pub to: Corrected,
}

impl Correction {
    /// Whether it gives its row an id.
    pub fn is_number(&self) -> bool {
        self.to == Corrected::NextId
    }
}

/// What belongs into a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Corrected {
    /// The next whole number of the tab.
    NextId,
    /// This value.
    Value(Entry),
}

/// What has to be put right in the row of a deal.
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

/// Whether a cell holds a number, up to the noise of a formula: staff may work a column out by themselves.
fn follows(cell: Cell<'_>, expected: Decimal, decimals: u32) -> bool {
    let Cell::Number(number) = cell else { return false };
    let strategy = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    Money::from_cell(number).is_some_and(|stored| {
        let [stored, expected] =
            [stored.euros(), expected].map(|number| number.round_dp_with_strategy(decimals, strategy));
        stored == expected
    })
}

/// Numbers for the rows that have no id, each as it was seen.
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

/// The corrections of rows that have an id, as one update for each deal. Those that wait for an id are left out: they can
/// be written once they have it.
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
