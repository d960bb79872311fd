//! What the audit log says about the tabs of the board, together with these tabs as they are now: one reading, so that they
//! fit each other.

use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        names::{CSM_ALIASES, DISTINCT_NAMES},
        rows::{COMPANY_ALIASES, LeaderboardRows, SUBMISSIONS},
    },
    as_of::{AsOf, Edge},
};
use crate::store::{
    Cell, Content, Dataset, Decoding, Row, Tab, TabRows,
    audit::{AUDIT_LOG, action, column},
};

/// The tabs of the board and the lines of the log about them.
#[derive(Debug)]
pub struct History {
    /// In the order of [`LeaderboardRows::TABS`].
    pub tabs: Vec<TabRows>,
    /// Lines that change what the board counts, the oldest first.
    pub lines: Vec<LogLine>,
    /// Zone in which dates of the sheet are read.
    pub zone: TimeZone,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CorrectionAction")]
pub enum Action {
    /// A cell got another value.
    Changed,
    /// Staff added a row in the sheet.
    Added,
    /// A row went.
    Removed,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// When it was done, or noticed.
    pub at: Timestamp,
    /// Who did it.
    pub by: String,
    /// Which tab.
    pub tab: &'static Tab,
    /// Id of the row, or “row 7” for one without; empty for very many rows at once.
    pub row: String,
    /// What was done.
    pub action: Action,
    /// Place of the column in the tab; `None` for the whole row.
    pub column: Option<usize>,
    /// What stood there before.
    pub old: Content,
    /// What stands there since.
    pub new: Content,
    /// Row number of the line in the log.
    pub number: u32,
}

impl LogLine {
    /// Whether it stands for so many changes that they were not told one by one.
    pub fn is_summary(&self) -> bool {
        self.row.is_empty()
    }
}

impl Dataset for History {
    const TABS: &'static [&'static Tab] = &[
        &SUBMISSIONS,
        &COMPANY_ALIASES,
        &CSM_ALIASES,
        &DISTINCT_NAMES,
        &AUDIT_LOG,
    ];

    fn decode(mut tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let log = tabs
            .pop()
            .unwrap_or_else(|| unreachable!("one entry for each tab asked for"));
        let mut lines: Vec<LogLine> = log.rows().filter_map(|row| line(&row, &decoding.zone)).collect();
        lines.sort_by_key(|line| (line.at, line.number));
        Self {
            tabs,
            lines,
            zone: decoding.zone.clone(),
        }
    }
}

impl History {
    /// How many of the lines had been written at a moment; `None` when the audit log has no such row.
    pub fn known_at(&self, as_of: AsOf) -> Option<usize> {
        let place = |row: u32| self.lines.iter().position(|line| line.number == row);
        match as_of.edge {
            None => Some(self.lines.partition_point(|line| line.at <= as_of.instant)),
            Some(Edge::Before(row)) => place(row),
            Some(Edge::After(row)) => place(row).map(|place| place + 1),
        }
    }

    /// The tabs as values, by the code that reads those of today.
    pub fn rows_of(tabs: &[TabRows], zone: &TimeZone) -> (LeaderboardRows, Vec<crate::finding::Finding>) {
        let mut decoding = Decoding {
            zone: zone.clone(),
            findings: Vec::new(),
        };
        let rows = LeaderboardRows::of(tabs, &mut decoding);
        (rows, decoding.findings)
    }
}

fn line(row: &Row<'_>, zone: &TimeZone) -> Option<LogLine> {
    let Cell::Text(title) = row.cell(column::TAB) else {
        return None;
    };
    let tab = LeaderboardRows::TABS.iter().find(|tab| tab.title == title)?;
    let header = row.cell(column::HEADER).text();
    let place = tab.columns.iter().position(|column| column.header == header);
    if place.is_none() && !header.is_empty() {
        return None;
    }
    Some(LogLine {
        at: row.cell(column::AT).instant(zone).ok()?,
        by: row.cell(column::BY).text(),
        tab,
        row: row.cell(column::ROW).text(),
        action: match row.cell(column::ACTION).text().as_str() {
            action::UPDATED | action::CHANGED | action::PUT_RIGHT => Action::Changed,
            action::ADDED => Action::Added,
            action::DELETED | action::REMOVED => Action::Removed,
            _ => return None,
        },
        column: place,
        old: row.cell(column::OLD).into(),
        new: row.cell(column::NEW).into(),
        number: row.number,
    })
}
