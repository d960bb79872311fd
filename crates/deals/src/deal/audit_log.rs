//! Audit log of deals: who changed what and when, and the stage changes derived from it.
//!
//! Entries stay packed as they were read; only the row numbers of those about the tab `deals` are indexed, so that
//! 100,000 entries take less than half a megabyte more. An entry is decoded when its deal is viewed.

use std::collections::HashMap;

use domain::money::Money;
use jiff::{Timestamp, tz::TimeZone};
use sheets_store::{
    Cell, CellContent, Dataset, DecodeContext, Tab, TabRow, TabRows,
    audit::{action, column},
};
use web::audit_log::AUDIT_LOG;

use crate::{
    deal::{
        Deal,
        columns::{AMOUNT, DEALS, DUE, STAGE},
        stage::DealStage,
        stage_history::StageChange,
    },
    text::date,
};

/// Audit entries about deals.
#[derive(Debug)]
pub struct DealAuditLog {
    rows: TabRows,
    zone: TimeZone,
    /// Row numbers in the log, by deal id.
    by_deal: HashMap<u64, Vec<u32>>,
}

/// Kind of an audit entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
    /// The deal was created in the program.
    Created,
    /// Staff added the row in the sheet.
    Added,
    /// A deleted deal was restored with its former id.
    Restored,
    /// A cell got another value, in the program or in the sheet.
    Changed,
    /// The row was deleted; the entry holds the content of one cell, or of all cells when staff deleted the row.
    Deleted,
    /// A cell or row that a write hit by mistake was restored.
    PutRight,
}

impl AuditAction {
    fn parse(word: &str) -> Option<Self> {
        match word {
            action::CREATED => Some(Self::Created),
            action::ADDED | action::NUMBERED => Some(Self::Added),
            action::RESTORED => Some(Self::Restored),
            action::UPDATED | action::CHANGED => Some(Self::Changed),
            action::DELETED | action::REMOVED => Some(Self::Deleted),
            action::REPAIRED => Some(Self::PutRight),
            _ => None,
        }
    }
}

/// One audit entry.
#[derive(Clone, Debug, PartialEq)]
pub struct DealAuditEntry {
    /// Id of the entry.
    pub id: String,
    /// Time of writing; for edits in the sheet, the time at which the program saw them.
    pub at: Timestamp,
    /// Author: a person, “API”, “tallyboard”, or [`IN_THE_SHEET`](sheets_store::audit::SHEET_EDITOR).
    pub by: String,
    /// What was done.
    pub action: AuditAction,
    /// Id of the deal.
    pub deal: u64,
    /// Header of the cell; empty when the entry is about the whole row.
    pub header: String,
    /// Previous content.
    pub old: CellContent,
    /// New content.
    pub new: CellContent,
}

impl DealAuditEntry {
    /// Column position in [`DEALS`]; `None` for a column added by staff and for the whole row.
    pub fn column(&self) -> Option<usize> {
        DEALS.columns.iter().position(|column| column.header == self.header)
    }

    /// The stage change that the entry records, if `statut` was changed to a stage.
    pub fn stage_change(&self) -> Option<StageChange> {
        if self.column() != Some(STAGE) || !matches!(self.action, AuditAction::Changed | AuditAction::PutRight) {
            return None;
        }
        Some(StageChange {
            deal: self.deal,
            at: self.at,
            from: stage(&self.old),
            to: stage(&self.new)?,
        })
    }
}

fn stage(content: &CellContent) -> Option<DealStage> {
    DealStage::parse(&content.as_cell().text())
}

impl Dataset for DealAuditLog {
    const TABS: &'static [&'static Tab] = &[&AUDIT_LOG];

    fn decode(mut tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let rows = tabs.remove(0);
        let mut by_deal: HashMap<u64, Vec<u32>> = HashMap::new();
        for row in rows.rows() {
            if let Some(deal) = deal_id(&row) {
                by_deal.entry(deal).or_default().push(row.number);
            }
        }
        let zone = decoding.zone.clone();
        Self { rows, zone, by_deal }
    }
}

/// Deal of an entry; `None` for a row that staff typed without an id, which cannot be identified.
fn deal_id(row: &TabRow<'_>) -> Option<u64> {
    if row.cell(column::TAB) != Cell::Text(DEALS.title) {
        return None;
    }
    row.cell(column::ROW).text().parse().ok()
}

impl DealAuditLog {
    /// Entries of one deal, earliest first, from its creation on: the id of a deleted row may have been reused.
    pub fn of_deal(&self, id: u64) -> Vec<DealAuditEntry> {
        let mut lines = self.of_number(id);
        let created = lines.iter().rposition(|line| line.action == AuditAction::Created);
        lines.drain(..created.unwrap_or_default());
        lines
    }

    /// Entries of every deal that had this id, earliest first. Entries with an unreadable time or action are skipped.
    pub fn of_number(&self, id: u64) -> Vec<DealAuditEntry> {
        let numbers = self.by_deal.get(&id).map_or(&[][..], Vec::as_slice);
        let mut lines: Vec<DealAuditEntry> = numbers.iter().filter_map(|number| self.line(id, *number)).collect();
        lines.sort_by_key(|line| line.at);
        lines
    }

    /// All recorded stage changes, including creations. The initial stage of a deal is the old value of its first
    /// change; without changes it is its present stage in `deals`.
    pub fn stage_changes(&self, deals: &[Deal]) -> Vec<StageChange> {
        let current: HashMap<u64, DealStage> = deals.iter().filter_map(|deal| Some((deal.id?, deal.stage))).collect();
        let of_deal = |id: &u64| stage_changes(&self.of_deal(*id), current.get(id).copied());
        self.by_deal.keys().flat_map(of_deal).collect()
    }

    fn line(&self, deal: u64, number: u32) -> Option<DealAuditEntry> {
        let row = self.rows.row(number);
        Some(DealAuditEntry {
            id: row.cell(column::ID).text(),
            at: row.cell(column::AT).instant(&self.zone).ok()?,
            by: row.cell(column::BY).text(),
            action: AuditAction::parse(&row.cell(column::ACTION).text())?,
            deal,
            header: row.cell(column::HEADER).text(),
            old: row.cell(column::OLD).into(),
            new: row.cell(column::NEW).into(),
        })
    }
}

/// Content of a column of [`DEALS`] as a person would type it.
pub fn input_text(column: usize, content: &CellContent) -> String {
    let text = match (column, content.as_cell()) {
        (AMOUNT, Cell::Number(number)) => Money::from_cell(number).map(|amount| amount.rounded().to_string()),
        (DUE, Cell::Number(serial)) => date::from_serial(serial).ok().map(|day| day.to_string()),
        _ => None,
    };
    text.unwrap_or_else(|| content.as_cell().text())
}

/// Stage changes of one deal, from its entries in order. `current` is its present stage, if it still exists.
pub fn stage_changes(lines: &[DealAuditEntry], current: Option<DealStage>) -> Vec<StageChange> {
    let moves: Vec<StageChange> = lines.iter().filter_map(DealAuditEntry::stage_change).collect();
    let created = lines
        .iter()
        .find(|line| matches!(line.action, AuditAction::Created | AuditAction::Added));
    let first = created.and_then(|line| {
        let known = match moves.first() {
            Some(change) => change.from,
            None => current,
        };
        Some(StageChange {
            deal: line.deal,
            at: line.at,
            from: None,
            to: known?,
        })
    });
    first.into_iter().chain(moves).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::deal::{
        fixture::{at, deal},
        stage_history::StageHistory,
    };

    pub(crate) fn log(lines: &[[&str; 7]]) -> DealAuditLog {
        let headers: Vec<Value> = AUDIT_LOG.columns.iter().map(|column| json!(column.header)).collect();
        let rows = lines
            .iter()
            .zip(1..)
            .map(|([at, by, tab, row, action, header, change], id)| {
                let (old, new) = change.split_once('>').unwrap_or_default();
                [&format!("line {id}"), *at, by, tab, row, action, header, old, new]
                    .map(|cell| json!(cell))
                    .to_vec()
            });
        let rows = TabRows::of_answer(&AUDIT_LOG, [headers].into_iter().chain(rows).collect());
        let mut decoding = DecodeContext {
            zone: TimeZone::UTC,
            findings: Vec::new(),
        };
        DealAuditLog::decode(vec![rows], &mut decoding)
    }

    #[test]
    fn the_lines_of_a_deal_are_those_of_its_tab_in_their_order() {
        let log = log(&[
            [
                "2026-03-02T12:00:00Z",
                "Ann",
                "deals",
                "7",
                "updated",
                "client",
                "Acme>ACME",
            ],
            ["2026-03-01T12:00:00Z", "form", "deals", "7", "created", "", ">"],
            ["2026-03-01T12:00:00Z", "form", "books", "7", "updated", "title", "A>B"],
            ["2026-03-01T12:00:00Z", "form", "deals", "8", "created", "", ">"],
            ["", "form", "deals", "7", "updated", "notes", "a>b"],
            [
                "2026-03-03T12:00:00Z",
                "edited in the sheet",
                "deals",
                "row 4",
                "added",
                "",
                ">client: Zed",
            ],
        ]);
        let lines = log.of_deal(7);
        assert_eq!(
            lines.iter().map(|line| line.action).collect::<Vec<_>>(),
            [AuditAction::Created, AuditAction::Changed]
        );
        assert_eq!(lines[1].by, "Ann");
        assert_eq!(lines[1].new, CellContent::Text("ACME".to_owned()));
        assert_eq!(log.of_deal(9), []);
    }

    #[test]
    fn moves_between_stages_are_found_wherever_they_were_made() {
        let log = log(&[
            ["2026-03-01T12:00:00Z", "form", "deals", "2", "created", "", ">"],
            [
                "2026-03-04T12:00:00Z",
                "edited in the sheet",
                "deals",
                "2",
                "changed",
                "statut",
                "Prospect>gagne",
            ],
            [
                "2026-03-04T12:00:00Z",
                "tallyboard",
                "deals",
                "2",
                "updated",
                "probabilite",
                "0.1>1",
            ],
            ["2026-03-02T12:00:00Z", "form", "deals", "3", "created", "", ">"],
            [
                "2026-03-05T12:00:00Z",
                "Ann",
                "deals",
                "4",
                "updated",
                "statut",
                "Prospect>plus tard",
            ],
        ]);
        let won = deal(2, DealStage::Won, "100");
        let qualified = deal(3, DealStage::Qualified, "100");
        let changes = log.stage_changes(&[won.clone(), qualified.clone()]);
        let history = StageHistory::of(changes);
        let stages = |deal: &Deal| {
            history
                .of_deal(deal)
                .iter()
                .map(|change| (change.from, change.to))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            stages(&won),
            [(None, DealStage::Prospect), (Some(DealStage::Prospect), DealStage::Won)]
        );
        assert_eq!(stages(&qualified), [(None, DealStage::Qualified)]);
        assert_eq!(history.won_at(&won), Some(at("2026-03-04")));
        assert_eq!(stages(&deal(4, DealStage::Prospect, "100")), []);
    }
}
