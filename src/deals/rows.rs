//! Columns of the tabs `deals` and `deal_pauses`.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use super::{
    alerts::CONTACTS,
    correction::{Correction, corrections_of},
    deal::Deal,
    deal_row::{DealReader, RowReading, entry},
    pause::{Pause, Pauses},
    search::{SearchTexts, texts_of},
};
use crate::{
    delivery::history::ALERT_HISTORY,
    finding::{Effect, Finding, FindingKind},
    money::Money,
    store::{Cell, Column, Content, Dataset, Decoding, History, Ids, Kind, Row, Tab, TabLink, TabRows},
};

/// Tab `deals`: one row per deal.
pub static DEALS: Tab = Tab {
    title: "deals",
    columns: &[
        Column::new("id", Kind::Integer),
        Column::new("client", Kind::Text),
        Column::new(
            "statut",
            Kind::Choice(&["Prospect", "Qualifié", "Négociation", "Gagné"]),
        ),
        Column::new("montant_brut", Kind::Euros),
        Column::new("probabilite", Kind::Percent),
        Column::new("valeur_ponderee", Kind::Euros),
        Column::new("secteur", Kind::Text),
        Column::new("date_echeance", Kind::Date),
        Column::new("assignee", Kind::Text),
        Column::new("notes", Kind::Text),
        Column::new("created_at", Kind::DateTime),
        Column::new("updated_at", Kind::DateTime),
    ],
    ids: Ids::Counted,
    history: History::Kept,
    updated_at: Some(UPDATED_AT),
};

/// Tab `deal_pauses`: snoozed deals, by the id of the deal.
pub static DEAL_PAUSES: Tab = Tab {
    title: "deal_pauses",
    columns: &[
        Column::new("id", Kind::Text),
        Column::new("until", Kind::Date),
        Column::new("reason", Kind::Text),
        Column::new("by", Kind::Text),
        Column::new("at", Kind::DateTime),
    ],
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

/// Every tab of the board.
pub static TABS: &[&Tab] = &[&DEALS, &DEAL_PAUSES, &ALERT_HISTORY, &CONTACTS];

/// Position of `id` in [`DEALS`].
pub const ID: usize = 0;
/// Position of `client`.
pub const CLIENT: usize = 1;
/// Position of `statut`.
pub const STAGE: usize = 2;
/// Position of `montant_brut`.
pub const AMOUNT: usize = 3;
/// Position of `probabilite`.
pub const PROBABILITY: usize = 4;
/// Position of `valeur_ponderee`.
pub const WEIGHTED: usize = 5;
/// Position of `secteur`.
pub const SECTOR: usize = 6;
/// Position of `date_echeance`.
pub const DUE: usize = 7;
/// Position of `assignee`.
pub const ASSIGNEE: usize = 8;
/// Position of `notes`.
pub const NOTES: usize = 9;
/// Position of `created_at`.
pub const CREATED_AT: usize = 10;
/// Position of `updated_at`.
pub const UPDATED_AT: usize = 11;

/// Column positions of [`DEAL_PAUSES`].
pub mod pause_column {
    /// Position of `until`.
    pub const UNTIL: usize = 1;
    /// Position of `reason`.
    pub const REASON: usize = 2;
    /// Position of `by`.
    pub const BY: usize = 3;
    /// Position of `at`.
    pub const AT: usize = 4;
}

/// Decoded rows of the board.
#[derive(Debug)]
pub struct DealRows {
    /// Readable deals in sheet order.
    pub deals: Arc<[Deal]>,
    /// Rows that are excluded until a cell is corrected.
    pub excluded: Vec<ExcludedRow>,
    /// Snoozed deals.
    pub pauses: Pauses,
    /// Links to the cells of `deals`.
    pub link: TabLink,
    /// Pending corrections.
    corrections: Vec<Correction>,
    /// Contents of cells that differ from what the program would write, by row and column.
    unusual: HashMap<(u32, usize), Content>,
    places: HashMap<u64, usize>,
    search: OnceLock<SearchTexts>,
}

/// A row that is excluded from the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExcludedRow {
    /// Row number in the spreadsheet.
    pub row: u32,
    /// Its amount, where it is readable and greater than zero.
    pub amount: Option<Money>,
}

impl DealRows {
    /// Deal with this id; the first in the sheet if several share it.
    pub fn deal(&self, id: u64) -> Option<&Deal> {
        self.places.get(&id).map(|place| &self.deals[*place])
    }

    /// Deal in the row with this number.
    pub fn deal_in_row(&self, row: u32) -> Option<&Deal> {
        let place = self.deals.binary_search_by_key(&row, |deal| deal.row).ok()?;
        Some(&self.deals[place])
    }

    /// Sum of the amounts of the excluded rows: “3 lignes exclues (24 500 € non comptés)”.
    pub fn excluded_amount(&self) -> Money {
        self.excluded.iter().filter_map(|row| row.amount).sum()
    }

    /// Searchable texts, built on first use.
    pub fn search_texts(&self) -> &SearchTexts {
        self.search.get_or_init(|| texts_of(&self.deals))
    }

    /// Content of a cell of `deals` when a person saw `seen`: as staff wrote it (`qualifie`, `12 500 €`) if the row
    /// still has the same value, otherwise as the program would write it.
    pub fn content_seen(&self, seen: &Deal, column: usize) -> Content {
        let written = entry(seen, column).content();
        let now = seen.id.and_then(|id| self.deal(id));
        let derived = matches!(column, PROBABILITY | WEIGHTED);
        match now {
            Some(now) if derived || entry(now, column).content() == written => self.content_of(now, column),
            _ => written,
        }
    }

    /// Current content of a cell of a deal of these rows.
    pub(super) fn content_of(&self, deal: &Deal, column: usize) -> Content {
        let unusual = self.unusual.get(&(deal.row, column));
        unusual.cloned().unwrap_or_else(|| entry(deal, column).content())
    }
}

/// Pending corrections: a missing id, a probability that does not follow the status, a weighted value other than amount
/// times probability. Rows that share an id are excluded, because a write could not address them.
pub fn corrections(rows: &DealRows) -> &[Correction] {
    &rows.corrections
}

impl Dataset for DealRows {
    const TABS: &'static [&'static Tab] = &[&DEALS, &DEAL_PAUSES];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [deals, pauses] =
            <[TabRows; 2]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let pauses = Pauses::of(pauses.rows().filter_map(|row| read_pause(&row, decoding)));
        read_deals(&deals, pauses, decoding)
    }
}

fn read_deals(rows: &TabRows, pauses: Pauses, decoding: &mut Decoding) -> DealRows {
    let mut reader = DealReader::default();
    let mut deals = Vec::with_capacity(rows.len());
    let mut excluded = Vec::new();
    for row in rows.rows() {
        match reader.read(&row, decoding) {
            RowReading::Deal(deal) => deals.push(deal),
            RowReading::Excluded(row) => excluded.push(row),
        }
    }
    let repeated = settle_ids(rows, &mut deals, &mut excluded, decoding);
    decoding.findings.extend(without_id(rows, &deals));
    let places = deals.iter().enumerate().rev();
    let places = places.filter_map(|(place, deal)| Some((deal.id?, place))).collect();
    let clear = |deal: &&Deal| deal.id.is_none_or(|id| !repeated.contains(&id));
    let corrections = deals.iter().filter(clear);
    let corrections = corrections
        .flat_map(|deal| corrections_of(deal, &rows.row(deal.row)))
        .collect();
    DealRows {
        deals: deals.into(),
        excluded,
        pauses,
        link: rows.link().clone(),
        corrections,
        unusual: reader.into_unusual(),
        places,
        search: OnceLock::new(),
    }
}

/// One finding for all rows without an id, because a large paste may have many.
fn without_id(rows: &TabRows, deals: &[Deal]) -> Option<Finding> {
    let is_blank = |deal: &&Deal| deal.id.is_none() && rows.row(deal.row).cell(ID) == Cell::Empty;
    let first = deals.iter().find(is_blank)?;
    let highest = deals.iter().filter_map(|deal| deal.id).max().unwrap_or_default();
    let reason = match deals.iter().filter(is_blank).count() {
        1 => "The row has no id yet. It counts, and gets the next number in a moment".to_owned(),
        count => {
            format!("{count} rows have no id yet, from this one on. They count, and get the next numbers in a moment")
        }
    };
    let cure = format!(
        "{reason}; should that not happen, write a number that no other row has, such as {}.",
        highest + 1
    );
    Some(
        rows.row(first.row)
            .finding(ID, Effect::Counted, cure)
            .of_kind(FindingKind::Id),
    )
}

/// Excludes exact copies and reports different rows with one id. Returns the ids that occur more than once.
fn settle_ids(
    rows: &TabRows,
    deals: &mut Vec<Deal>,
    excluded: &mut Vec<ExcludedRow>,
    decoding: &mut Decoding,
) -> HashSet<u64> {
    let mut first: HashMap<u64, usize> = HashMap::with_capacity(deals.len());
    let mut repeated = HashSet::new();
    let mut copies = HashSet::new();
    for (place, deal) in deals.iter().enumerate() {
        let Some(id) = deal.id else { continue };
        let before = &deals[*first.entry(id).or_insert(place)];
        if before.row == deal.row {
            continue;
        }
        repeated.insert(id);
        let (effect, reason) = if is_copy(before, deal) {
            copies.insert(deal.row);
            let reason = format!(
                "The row is the same as row {}, which counts. Delete one of the two.",
                before.row
            );
            (Effect::RowExcluded, reason)
        } else {
            let reason = format!(
                "The id stands in row {} too. Both rows count; write a number that no other row has over the id of the one that was copied.",
                before.row
            );
            (Effect::Counted, reason)
        };
        let finding = rows.row(deal.row).finding(ID, effect, reason);
        decoding.findings.push(finding.of_kind(FindingKind::Id));
    }
    // The amount of a copy is already counted with the original.
    excluded.extend(copies.iter().map(|row| ExcludedRow {
        row: *row,
        amount: None,
    }));
    excluded.sort_by_key(|excluded| excluded.row);
    deals.retain(|deal| !copies.contains(&deal.row));
    repeated
}

fn is_copy(first: &Deal, second: &Deal) -> bool {
    Deal {
        row: first.row,
        ..second.clone()
    } == *first
}

fn read_pause(row: &Row<'_>, decoding: &mut Decoding) -> Option<Pause> {
    let deal = row.cell(ID).text().parse().ok();
    let until = super::deal_row::day(row.cell(pause_column::UNTIL));
    if deal.is_none() {
        let reason = "The id of a deal belongs here. Without it nothing is set aside.";
        decoding.findings.push(row.finding(ID, Effect::RowExcluded, reason));
    }
    if !matches!(until, Ok(Some(_))) {
        let reason = "The last day of the pause belongs here, such as 2026-12-31. Without it nothing is set aside.";
        let finding = row.finding(pause_column::UNTIL, Effect::RowExcluded, reason);
        decoding.findings.push(finding);
    }
    Some(Pause {
        deal: deal?,
        until: until.ok()??,
        reason: row.cell(pause_column::REASON).text(),
        by: row.cell(pause_column::BY).text(),
        at: match row.cell(pause_column::AT) {
            Cell::Empty => None,
            cell => cell.instant(&decoding.zone).ok(),
        },
    })
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
