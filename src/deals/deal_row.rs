//! Row codec of the tab `deals`: parses cells into a deal and writes a deal as cells.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;

use super::{
    amount, day as days,
    deal::Deal,
    rows::{
        AMOUNT, ASSIGNEE, CLIENT, CREATED_AT, DUE, ExcludedRow, ID, NOTES, PROBABILITY, SECTOR, STAGE, UPDATED_AT,
        WEIGHTED,
    },
    stage::Stage,
};
use crate::{
    finding::{Effect, Finding, FindingKind, begins_like_a_formula},
    money::Money,
    spelling::fold,
    store::{Cell, Content, Decoding, Entry, Row},
};

/// Maximum amount of one deal. A cell keeps fifteen digits; larger amounts would not stay exact.
pub fn largest_amount() -> Money {
    Money::cents(999_999_999_999_999)
}

/// Result of parsing a row.
pub(super) enum RowReading {
    /// A deal that counts.
    Deal(Deal),
    /// A row that is excluded until a cell is corrected.
    Excluded(ExcludedRow),
}

/// Parser of rows; repeated texts are interned.
#[derive(Default)]
pub(super) struct DealReader {
    texts: HashSet<Arc<str>>,
    unusual: HashMap<(u32, usize), Content>,
}

/// Parses an amount that staff typed as text; `None` also for an ambiguous one.
fn amount_in_text(text: &str) -> Option<Money> {
    let reading = amount::read(text).ok()?.settled(None)?;
    Some(reading.money)
}

/// Parses a date that staff typed as text.
fn day_in_text(text: &str) -> Option<Date> {
    days::read(text).ok()
}

impl DealReader {
    /// Parses one row; an unreadable cell that the figures depend on excludes the row, with a finding.
    pub(super) fn read(&mut self, row: &Row<'_>, decoding: &mut Decoding) -> RowReading {
        let found_before = decoding.findings.len();
        let client = self.text(row, CLIENT, Effect::RowExcluded, decoding);
        if row.cell(CLIENT) == Cell::Empty {
            let reason = "The client is missing; write the customer's name.";
            decoding.findings.push(row.finding(CLIENT, Effect::RowExcluded, reason));
        }
        let stage = found(read_stage(row), decoding);
        let amount = found(read_amount(row), decoding);
        let excluded = decoding.findings[found_before..]
            .iter()
            .any(|finding| finding.effect == Effect::RowExcluded);
        let (Some(client), Some(stage), Some(amount), false) = (client, stage, amount, excluded) else {
            let row = row.number;
            return RowReading::Excluded(ExcludedRow { row, amount });
        };
        decoding.findings.extend(rounding(row, amount));
        let deal = Deal {
            row: row.number,
            id: found(read_id(row), decoding).flatten(),
            client,
            stage,
            amount,
            sector: self.text(row, SECTOR, Effect::Counted, decoding),
            due: found(read_due(row), decoding).flatten(),
            assignee: self.text(row, ASSIGNEE, Effect::Counted, decoding),
            notes: self.text(row, NOTES, Effect::Counted, decoding).unwrap_or_default(),
            created_at: instant(row, CREATED_AT, decoding),
            updated_at: instant(row, UPDATED_AT, decoding),
        };
        self.keep_unusual(row, &deal);
        RowReading::Deal(deal)
    }

    /// Contents of cells that differ from what the program would write, by row and column.
    pub(super) fn into_unusual(self) -> HashMap<(u32, usize), Content> {
        self.unusual
    }

    /// `None` for an empty cell and for a formula error, which becomes a finding.
    fn text(&mut self, row: &Row<'_>, column: usize, effect: Effect, decoding: &mut Decoding) -> Option<Arc<str>> {
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

    fn keep_unusual(&mut self, row: &Row<'_>, deal: &Deal) {
        for column in CLIENT..=NOTES {
            let cell = row.cell(column);
            let usual = match (column, cell) {
                (CLIENT | SECTOR | ASSIGNEE | NOTES, Cell::Text(text)) => cell.formula_error() != Some(text),
                (CLIENT | SECTOR | ASSIGNEE | NOTES, cell) => cell == Cell::Empty,
                (STAGE, cell) => cell == Cell::Text(deal.stage.as_str()),
                (_, cell) => entry(deal, column).content().as_cell() == cell,
            };
            if !usual {
                self.unusual.insert((row.number, column), cell.into());
            }
        }
    }
}

fn found<Value>(reading: Result<Value, Box<Finding>>, decoding: &mut Decoding) -> Option<Value> {
    reading.map_err(|finding| decoding.findings.push(*finding)).ok()
}

fn read_stage(row: &Row<'_>) -> Result<Stage, Box<Finding>> {
    let cell = row.cell(STAGE);
    Stage::parse(&cell.text()).ok_or_else(|| {
        let words = Stage::ALL.map(Stage::as_str).join(", ");
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
    let likeness = |stage: &str| strsim::jaro_winkler(&fold(stage), &fold(word));
    let stages = Stage::ALL.map(Stage::as_str).into_iter();
    let near = stages
        .map(|stage| (likeness(stage), stage))
        .filter(|(likeness, _)| *likeness >= 0.8);
    near.max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, stage)| stage)
}

/// Amount in cents, greater than zero.
fn read_amount(row: &Row<'_>) -> Result<Money, Box<Finding>> {
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
        amount if amount > largest_amount() => Err(refuse("The amount is beyond 9,999,999,999,999.99 euros.")),
        amount => Ok(amount),
    }
}

/// A finding when the cell holds fractions of a cent, beyond the noise of a formula.
fn rounding(row: &Row<'_>, amount: Money) -> Option<Finding> {
    let noise = Decimal::new(1, 5);
    let is_rounded = match row.cell(AMOUNT) {
        Cell::Number(number) => Money::from_cell(number).is_some_and(|typed| (typed - amount).euros().abs() > noise),
        Cell::Text(text) => {
            let reading = amount::read(text).ok().and_then(|read| read.settled(None));
            reading.is_some_and(|reading| reading.precision == amount::Precision::Rounded)
        }
        Cell::Empty | Cell::Bool(_) => false,
    };
    is_rounded.then(|| {
        let reason = format!("The amount has parts of a cent; it counts as {amount} euros.");
        row.finding(AMOUNT, Effect::Counted, reason)
    })
}

fn read_id(row: &Row<'_>) -> Result<Option<u64>, Box<Finding>> {
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

fn read_due(row: &Row<'_>) -> Result<Option<Date>, Box<Finding>> {
    day(row.cell(DUE)).map_err(|()| {
        let reason = "This is no day; write it like 2026-12-31. The deal counts, without a due date.";
        Box::new(row.finding(DUE, Effect::Counted, reason))
    })
}

/// Date in a cell; `None` when it is empty.
pub(super) fn day(cell: Cell<'_>) -> Result<Option<Date>, ()> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Text(text) => day_in_text(text).map(Some).ok_or(()),
        cell => {
            let instant = cell.instant(&TimeZone::UTC).map_err(|_| ())?;
            Ok(Some(instant.to_zoned(TimeZone::UTC).date()))
        }
    }
}

fn instant(row: &Row<'_>, column: usize, decoding: &mut Decoding) -> Option<Timestamp> {
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
pub(super) fn entry(deal: &Deal, column: usize) -> Entry {
    let text = |text: Option<&str>| text.map_or(Entry::Empty, |text| Entry::Text(text.to_owned()));
    match column {
        CLIENT => text(Some(&deal.client)),
        STAGE => text(Some(deal.stage.as_str())),
        AMOUNT => Entry::Number(deal.amount.rounded().to_cell()),
        PROBABILITY => Entry::Number(Money::new(deal.stage.probability()).to_cell()),
        WEIGHTED => Entry::Number(deal.weighted().rounded().to_cell()),
        SECTOR => text(deal.sector.as_deref()),
        DUE => deal.due.map_or(Entry::Empty, Entry::Date),
        ASSIGNEE => text(deal.assignee.as_deref()),
        NOTES => text(
            Some(&deal.notes)
                .map(|notes| &**notes)
                .filter(|notes| !notes.is_empty()),
        ),
        _ => Entry::Empty,
    }
}
