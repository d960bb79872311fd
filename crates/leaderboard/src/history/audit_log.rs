//! Audit log of the board's tabs, read together with their current rows in one consistent reading.

use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::{
    Cell, CellContent, Dataset, DecodeContext, Tab, TabRow, TabRows,
    audit::{action, column},
};
use web::audit_log::AUDIT_LOG;

use crate::{
    claims::{dataset::LeaderboardRows, rows::SUBMISSIONS},
    history::as_of::{AsOf, LogEdge},
    names::rows::{COMPANY_ALIASES, CSM_ALIASES, DISTINCT_NAMES},
};

/// The tabs of the board and the audit lines about them.
#[derive(Debug)]
pub struct AuditHistory {
    /// In the order of [`LeaderboardRows::TABS`](crate::claims::dataset::LeaderboardRows::TABS).
    pub tabs: Vec<TabRows>,
    /// Lines that affect what the board counts, oldest first.
    pub lines: Vec<AuditLine>,
    /// Time zone of dates in the sheet.
    pub zone: TimeZone,
}

/// Kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CorrectionAction")]
pub enum LogAction {
    /// A cell was changed.
    Changed,
    /// Staff added a row in the sheet.
    Added,
    /// A row was removed.
    Removed,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditLine {
    /// When it was made or detected.
    pub at: Timestamp,
    /// Author.
    pub by: String,
    /// Tab.
    pub tab: &'static Tab,
    /// Id of the row, or “row 7” for one without; empty for a summary of many rows.
    pub row: String,
    /// Kind of change.
    pub action: LogAction,
    /// Index of the column; `None` for the whole row.
    pub column: Option<usize>,
    /// Value before.
    pub old: CellContent,
    /// Value after.
    pub new: CellContent,
    /// Row number of the line in the log.
    pub number: u32,
}

impl AuditLine {
    /// Whether it summarises more changes than were logged individually.
    pub fn is_summary(&self) -> bool {
        self.row.is_empty()
    }
}

impl Dataset for AuditHistory {
    const TABS: &'static [&'static Tab] = &[
        &SUBMISSIONS,
        &COMPANY_ALIASES,
        &CSM_ALIASES,
        &DISTINCT_NAMES,
        &AUDIT_LOG,
    ];

    fn decode(mut tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let log = tabs
            .pop()
            .unwrap_or_else(|| unreachable!("one entry for each tab asked for"));
        let mut lines: Vec<AuditLine> = log.rows().filter_map(|row| line(&row, &decoding.zone)).collect();
        lines.sort_by_key(|line| (line.at, line.number));
        Self {
            tabs,
            lines,
            zone: decoding.zone.clone(),
        }
    }
}

impl AuditHistory {
    /// Number of lines written up to a moment; `None` when the audit log has no such row.
    pub fn known_at(&self, as_of: AsOf) -> Option<usize> {
        let index = |row: u32| self.lines.iter().position(|line| line.number == row);
        match as_of.edge {
            None => Some(self.lines.partition_point(|line| line.at <= as_of.instant)),
            Some(LogEdge::Before(row)) => index(row),
            Some(LogEdge::After(row)) => index(row).map(|index| index + 1),
        }
    }

    /// Decodes the tabs with the code used for current data.
    pub fn rows_of(tabs: &[TabRows], zone: &TimeZone) -> (LeaderboardRows, Vec<sheets_store::finding::Finding>) {
        let mut decoding = DecodeContext {
            zone: zone.clone(),
            findings: Vec::new(),
        };
        let rows = LeaderboardRows::of(tabs, &mut decoding);
        (rows, decoding.findings)
    }
}

fn line(row: &TabRow<'_>, zone: &TimeZone) -> Option<AuditLine> {
    let Cell::Text(title) = row.cell(column::TAB) else {
        return None;
    };
    let tab = LeaderboardRows::TABS.iter().find(|tab| tab.title == title)?;
    let header = row.cell(column::HEADER).text();
    let index = tab.columns.iter().position(|column| column.header == header);
    if index.is_none() && !header.is_empty() {
        return None;
    }
    Some(AuditLine {
        at: row.cell(column::AT).instant(zone).ok()?,
        by: row.cell(column::BY).text(),
        tab,
        row: row.cell(column::ROW).text(),
        action: match row.cell(column::ACTION).text().as_str() {
            action::UPDATED | action::CHANGED | action::REPAIRED => LogAction::Changed,
            action::ADDED => LogAction::Added,
            action::DELETED | action::REMOVED => LogAction::Removed,
            _ => return None,
        },
        column: index,
        old: row.cell(column::OLD).into(),
        new: row.cell(column::NEW).into(),
        number: row.number,
    })
}
