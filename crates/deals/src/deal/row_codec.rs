//! Row codec of the tab `deals`: parses cells into a deal and writes a deal as cells.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use domain::{money::Money, normalize::normalize};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;
use sheets_store::{
    Cell, CellContent, CellEntry, DecodeContext, TabRow,
    finding::{Effect, Finding, FindingKind, begins_like_a_formula},
};

use crate::{
    deal::{
        Deal,
        columns::{
            AMOUNT, ASSIGNEE, CLIENT, CREATED_AT, DUE, ID, NOTES, PROBABILITY, SECTOR, STAGE, UPDATED_AT, WEIGHTED,
        },
        stage::DealStage,
    },
    text::{amount, date},
};

/// Maximum amount of one deal. A cell keeps fifteen digits; larger amounts would not stay exact.
pub fn max_amount() -> Money {
    Money::cents(999_999_999_999_999)
}

/// Result of parsing a row.
pub(crate) enum ParsedRow {
    /// A deal that counts.
    Deal(Deal),
    /// A row that is excluded until a cell is corrected.
    Excluded(ExcludedRow),
}

/// Parser of rows; repeated texts are interned.
#[derive(Default)]
pub(crate) struct DealRowParser {
    texts: HashSet<Arc<str>>,
    original_contents: HashMap<(u32, usize), CellContent>,
}

/// Parses an amount that staff typed as text; `None` also for an ambiguous one.
fn amount_in_text(text: &str) -> Option<Money> {
    let reading = amount::parse_amount(text).ok()?.resolve(None)?;
    Some(reading.money)
}

/// Parses a date that staff typed as text.
fn day_in_text(text: &str) -> Option<Date> {
    date::parse_date(text).ok()
}

impl DealRowParser {
    /// Parses one row; an unreadable cell that the figures depend on excludes the row, with a finding.
    pub(crate) fn read(&mut self, row: &TabRow<'_>, decoding: &mut DecodeContext) -> ParsedRow {
        let found_before = decoding.findings.len();
        let client = self.text(row, CLIENT, Effect::RowExcluded, decoding);
        if row.cell(CLIENT) == Cell::Empty {
            let reason = "The client is missing; write the customer's name.";
            decoding.findings.push(row.finding(CLIENT, Effect::RowExcluded, reason));
        }
        let stage = value_or_finding(read_stage(row), decoding);
        let amount = value_or_finding(read_amount(row), decoding);
        let excluded = decoding.findings[found_before..]
            .iter()
            .any(|finding| finding.effect == Effect::RowExcluded);
        let (Some(client), Some(stage), Some(amount), false) = (client, stage, amount, excluded) else {
            let row = row.number;
            return ParsedRow::Excluded(ExcludedRow { row, amount });
        };
        decoding.findings.extend(rounding_finding(row, amount));
        let deal = Deal {
            row: row.number,
            id: value_or_finding(read_id(row), decoding).flatten(),
            client,
            stage,
            amount,
            sector: self.text(row, SECTOR, Effect::Counted, decoding),
            due: value_or_finding(read_due(row), decoding).flatten(),
            assignee: self.text(row, ASSIGNEE, Effect::Counted, decoding),
            notes: self.text(row, NOTES, Effect::Counted, decoding).unwrap_or_default(),
            created_at: read_timestamp(row, CREATED_AT, decoding),
            updated_at: read_timestamp(row, UPDATED_AT, decoding),
        };
        self.keep_original_content(row, &deal);
        ParsedRow::Deal(deal)
    }

    /// Contents of cells that differ from what the program would write, by row and column.
    pub(crate) fn into_original_contents(self) -> HashMap<(u32, usize), CellContent> {
        self.original_contents
    }

    /// `None` for an empty cell and for a formula error, which becomes a finding.
    fn text(
        &mut self,
        row: &TabRow<'_>,
        column: usize,
        effect: Effect,
        decoding: &mut DecodeContext,
    ) -> Option<Arc<str>> {
        let cell = row.cell(column);
        if let Some(error) = cell.formula_error() {
            let finding = row.finding(column, effect, format!("A formula ends in {error}."));
            decoding.findings.push(finding);
            return None;
        }
        let text: Cow<'_, str> = match cell {
            Cell::Empty => return None,
            Cell::Text(text) => Cow::Borrowed(text),
            other => Cow::Owned(other.text()),
        };
        if begins_like_a_formula(&text) {
            let reason = "The text begins like a formula. The deal counts; spreadsheet programs may run it when they open a file with it.";
            let finding = row.finding(column, Effect::Counted, reason);
            decoding.findings.push(finding.of_kind(FindingKind::FormulaLike));
        }
        // Notes rarely repeat, so interning them does not pay.
        if column == NOTES {
            return Some(text.into());
        }
        if let Some(known) = self.texts.get(&*text) {
            return Some(Arc::clone(known));
        }
        let kept: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&kept));
        Some(kept)
    }

    fn keep_original_content(&mut self, row: &TabRow<'_>, deal: &Deal) {
        for column in CLIENT..=NOTES {
            let cell = row.cell(column);
            let usual = match (column, cell) {
                (CLIENT | SECTOR | ASSIGNEE | NOTES, Cell::Text(text)) => cell.formula_error() != Some(text),
                (CLIENT | SECTOR | ASSIGNEE | NOTES, cell) => cell == Cell::Empty,
                (STAGE, cell) => cell == Cell::Text(deal.stage.as_str()),
                (_, cell) => cell_entry(deal, column).content().as_cell() == cell,
            };
            if !usual {
                self.original_contents.insert((row.number, column), cell.into());
            }
        }
    }
}

fn value_or_finding<Value>(reading: Result<Value, Box<Finding>>, decoding: &mut DecodeContext) -> Option<Value> {
    reading.map_err(|finding| decoding.findings.push(*finding)).ok()
}

fn read_stage(row: &TabRow<'_>) -> Result<DealStage, Box<Finding>> {
    let cell = row.cell(STAGE);
    DealStage::parse(&cell.text()).ok_or_else(|| {
        let words = DealStage::ALL.map(DealStage::as_str).join(", ");
        let reason = match cell {
            Cell::Empty => format!("The status is missing; write one of {words}."),
            _ => format!("No status is called so; write one of {words}."),
        };
        let finding = row.finding(STAGE, Effect::RowExcluded, reason);
        Box::new(match cell {
            Cell::Text(_) if finding.kind == FindingKind::Unreadable => finding
                .of_kind(FindingKind::UnknownValue)
                .proposing(nearest_stage(&cell.text())),
            _ => finding,
        })
    })
}

/// The stage with the most similar spelling.
fn nearest_stage(word: &str) -> Option<&'static str> {
    let likeness = |stage: &str| strsim::jaro_winkler(&normalize(stage), &normalize(word));
    let stages = DealStage::ALL.map(DealStage::as_str).into_iter();
    let near = stages
        .map(|stage| (likeness(stage), stage))
        .filter(|(likeness, _)| *likeness >= 0.8);
    near.max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, stage)| stage)
}

/// Amount in cents, greater than zero.
fn read_amount(row: &TabRow<'_>) -> Result<Money, Box<Finding>> {
    let cell = row.cell(AMOUNT);
    let refuse = |reason: &str| Box::new(row.finding(AMOUNT, Effect::RowExcluded, reason));
    let amount = match cell {
        Cell::Empty => return Err(refuse("The amount is missing; write it in euros, such as 12500.50.")),
        Cell::Number(number) => Money::from_cell(number),
        Cell::Text(text) => amount_in_text(text),
        Cell::Bool(_) => None,
    };
    let amount = amount.map(Money::rounded);
    match amount.ok_or_else(|| refuse("The amount cannot be read; write a number of euros, such as 12500.50."))? {
        amount if !amount.is_positive() => Err(refuse("The amount has to be more than nothing.")),
        amount if amount > max_amount() => Err(refuse("The amount is beyond 9,999,999,999,999.99 euros.")),
        amount => Ok(amount),
    }
}

/// A finding when the cell holds fractions of a cent, beyond the noise of a formula.
fn rounding_finding(row: &TabRow<'_>, amount: Money) -> Option<Finding> {
    let noise = Decimal::new(1, 5);
    let is_rounded = match row.cell(AMOUNT) {
        Cell::Number(number) => Money::from_cell(number).is_some_and(|typed| (typed - amount).euros().abs() > noise),
        Cell::Text(text) => {
            let reading = amount::parse_amount(text).ok().and_then(|read| read.resolve(None));
            reading.is_some_and(|reading| reading.precision == amount::AmountPrecision::Rounded)
        }
        Cell::Empty | Cell::Bool(_) => false,
    };
    is_rounded.then(|| {
        let reason = format!("The amount has parts of a cent; it counts as {amount} euros.");
        row.finding(AMOUNT, Effect::Counted, reason)
    })
}

fn read_id(row: &TabRow<'_>) -> Result<Option<u64>, Box<Finding>> {
    let cell = row.cell(ID);
    let id = match cell {
        Cell::Empty => return Ok(None),
        cell => cell.text().parse().ok().filter(|id| (1..=1 << 53).contains(id)),
    };
    id.map(Some).ok_or_else(|| {
        let reason = "The id is no whole number. The row counts; write a number that no other row has.";
        Box::new(row.finding(ID, Effect::Counted, reason).of_kind(FindingKind::Id))
    })
}

fn read_due(row: &TabRow<'_>) -> Result<Option<Date>, Box<Finding>> {
    read_date(row.cell(DUE)).map_err(|()| {
        let reason = "This is no day; write it like 2026-12-31. The deal counts, without a due date.";
        Box::new(row.finding(DUE, Effect::Counted, reason))
    })
}

/// Date in a cell; `None` when it is empty.
pub(crate) fn read_date(cell: Cell<'_>) -> Result<Option<Date>, ()> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Text(text) => day_in_text(text).map(Some).ok_or(()),
        cell => {
            let instant = cell.instant(&TimeZone::UTC).map_err(|_| ())?;
            Ok(Some(instant.to_zoned(TimeZone::UTC).date()))
        }
    }
}

fn read_timestamp(row: &TabRow<'_>, column: usize, decoding: &mut DecodeContext) -> Option<Timestamp> {
    let cell = row.cell(column);
    if cell == Cell::Empty {
        return None;
    }
    match cell.instant(&decoding.zone) {
        Ok(instant) => Some(instant),
        Err(reason) => {
            let finding = row.finding(column, Effect::Counted, format!("{reason}. The deal counts."));
            decoding.findings.push(finding);
            None
        }
    }
}

/// Content that the program writes into a cell of `deals`; the store writes the id and the two timestamps.
pub(crate) fn cell_entry(deal: &Deal, column: usize) -> CellEntry {
    let text = |text: Option<&str>| text.map_or(CellEntry::Empty, |text| CellEntry::Text(text.to_owned()));
    match column {
        CLIENT => text(Some(&deal.client)),
        STAGE => text(Some(deal.stage.as_str())),
        AMOUNT => CellEntry::Number(deal.amount.rounded().to_cell()),
        PROBABILITY => CellEntry::Number(Money::new(deal.stage.probability()).to_cell()),
        WEIGHTED => CellEntry::Number(deal.weighted().rounded().to_cell()),
        SECTOR => text(deal.sector.as_deref()),
        DUE => deal.due.map_or(CellEntry::Empty, CellEntry::Date),
        ASSIGNEE => text(deal.assignee.as_deref()),
        NOTES => text(
            Some(&deal.notes)
                .map(|notes| &**notes)
                .filter(|notes| !notes.is_empty()),
        ),
        _ => CellEntry::Empty,
    }
}

/// A row that is excluded from the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExcludedRow {
    /// Row number in the spreadsheet.
    pub row: u32,
    /// Its amount, where it is readable and greater than zero.
    pub amount: Option<Money>,
}
