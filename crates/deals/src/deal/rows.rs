//! Rows of the tabs `deals` and `deal_pauses`: decoding, ids, duplicates and unreadable rows.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use domain::{
    money::Money,
    search::{SearchIndex, SearchIndexBuilder},
};
use sheets_store::{
    cell::{Cell, CellContent},
    finding::{Effect, Finding, FindingKind},
    read::dataset::{Dataset, DecodeContext, TabLink, TabRow, TabRows},
    schema::tab::Tab,
};

use crate::deal::{
    Deal,
    columns::{DEAL_SNOOZES, DEALS, ID, PROBABILITY, WEIGHTED, snooze_column},
    corrections::{DealCorrection, corrections_of},
    row_codec::{DealRowParser, ExcludedRow, ParsedRow, cell_entry},
    snooze::{DealSnooze, DealSnoozes},
};

/// Decoded rows of the board.
#[derive(Debug)]
pub struct DealRows {
    /// Readable deals in sheet order.
    pub deals: Arc<[Deal]>,
    /// Rows that are excluded until a cell is corrected.
    pub excluded: Vec<ExcludedRow>,
    /// Snoozed deals.
    pub snoozes: DealSnoozes,
    /// Links to the cells of `deals`.
    pub link: TabLink,
    /// Pending corrections.
    corrections: Vec<DealCorrection>,
    /// Contents of cells that differ from what the program would write, by row and column.
    pub(crate) original_contents: HashMap<(u32, usize), CellContent>,
    places: HashMap<u64, usize>,
    search: OnceLock<SearchIndex>,
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
    pub fn search_texts(&self) -> &SearchIndex {
        self.search.get_or_init(|| search_index(&self.deals))
    }

    /// Content of a cell of `deals` when a person saw `seen`: as staff wrote it (`qualifie`, `12 500 €`) if the row
    /// still has the same value, otherwise as the program would write it.
    pub fn content_seen(&self, seen: &Deal, column: usize) -> CellContent {
        let written = cell_entry(seen, column).content();
        let now = seen.id.and_then(|id| self.deal(id));
        let derived = matches!(column, PROBABILITY | WEIGHTED);
        match now {
            Some(now) if derived || cell_entry(now, column).content() == written => self.content_of(now, column),
            _ => written,
        }
    }

    /// Current content of a cell of a deal of these rows.
    pub(crate) fn content_of(&self, deal: &Deal, column: usize) -> CellContent {
        let original_contents = self.original_contents.get(&(deal.row, column));
        original_contents
            .cloned()
            .unwrap_or_else(|| cell_entry(deal, column).content())
    }
}

/// Pending corrections: a missing id, a probability that does not follow the status, a weighted value other than amount
/// times probability. Rows that share an id are excluded, because a write could not address them.
pub fn corrections(rows: &DealRows) -> &[DealCorrection] {
    &rows.corrections
}

/// The text columns of `deals`, in sheet order.
pub(crate) fn search_index(deals: &[Deal]) -> SearchIndex {
    let mut folding = SearchIndexBuilder::default();
    for deal in deals {
        let repeated = [
            Some(&*deal.client),
            Some(deal.stage.as_str()),
            deal.sector.as_deref(),
            deal.assignee.as_deref(),
        ];
        folding.add(repeated.into_iter().flatten(), [&*deal.notes]);
    }
    folding.finish()
}

impl Dataset for DealRows {
    const TABS: &'static [&'static Tab] = &[&DEALS, &DEAL_SNOOZES];

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let [deals, snoozes] =
            <[TabRows; 2]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let snoozes = DealSnoozes::of(snoozes.rows().filter_map(|row| read_snooze(&row, decoding)));
        read_deals(&deals, snoozes, decoding)
    }
}

fn read_deals(rows: &TabRows, snoozes: DealSnoozes, decoding: &mut DecodeContext) -> DealRows {
    let mut reader = DealRowParser::default();
    let mut deals = Vec::with_capacity(rows.len());
    let mut excluded = Vec::new();
    for row in rows.rows() {
        match reader.read(&row, decoding) {
            ParsedRow::Deal(deal) => deals.push(deal),
            ParsedRow::Excluded(row) => excluded.push(row),
        }
    }
    let repeated = exclude_duplicates(rows, &mut deals, &mut excluded, decoding);
    decoding.findings.extend(missing_ids_finding(rows, &deals));
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
        snoozes,
        link: rows.link().clone(),
        corrections,
        original_contents: reader.into_original_contents(),
        places,
        search: OnceLock::new(),
    }
}

/// One finding for all rows without an id, because a large paste may have many.
fn missing_ids_finding(rows: &TabRows, deals: &[Deal]) -> Option<Finding> {
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
fn exclude_duplicates(
    rows: &TabRows,
    deals: &mut Vec<Deal>,
    excluded: &mut Vec<ExcludedRow>,
    decoding: &mut DecodeContext,
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

fn read_snooze(row: &TabRow<'_>, decoding: &mut DecodeContext) -> Option<DealSnooze> {
    let deal = row.cell(ID).text().parse().ok();
    let until = crate::deal::row_codec::read_date(row.cell(snooze_column::UNTIL));
    if deal.is_none() {
        let reason = "The id of a deal belongs here. Without it nothing is set aside.";
        decoding.findings.push(row.finding(ID, Effect::RowExcluded, reason));
    }
    if !matches!(until, Ok(Some(_))) {
        let reason = "The last day of the pause belongs here, such as 2026-12-31. Without it nothing is set aside.";
        let finding = row.finding(snooze_column::UNTIL, Effect::RowExcluded, reason);
        decoding.findings.push(finding);
    }
    Some(DealSnooze {
        deal: deal?,
        until: until.ok()??,
        reason: row.cell(snooze_column::REASON).text(),
        by: row.cell(snooze_column::BY).text(),
        at: match row.cell(snooze_column::AT) {
            Cell::Empty => None,
            cell => cell.instant(&decoding.zone).ok(),
        },
    })
}
