//! Corrections: each change of a claim or an alias in the audit log, with its reason and its effect on the standings.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::CellContent;

use crate::{
    claims::{
        catalog::file::LoadedCatalog,
        rows::{COMPANY, CSM, INTEGRATIONS, NOTE, SUBMISSIONS},
    },
    history::{
        audit_log::{AuditHistory, AuditLine, LogAction},
        points_effect::{PointsEffect, PointsReplay},
        rollback::Rollback,
    },
};

/// Changes of one row by the same author within this time form one correction.
const GROUPING_TIME: SignedDuration = SignedDuration::from_secs(60);

/// One correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LoggedCorrection {
    /// When it was made or detected.
    pub at: Timestamp,
    /// Author recorded in the audit log.
    pub by: String,
    /// Title of the tab.
    pub tab: &'static str,
    /// Id of the row.
    pub row: String,
    /// The claim it is about: `Manny, Acme: GitHub`; empty for other tabs.
    pub subject: String,
    /// Changes, one entry for each cell.
    pub what: Vec<CellChange>,
    /// Note of the claim; empty when there is none.
    pub why: String,
    /// Rows of the audit log that record it.
    pub log_rows: LogRows,
    /// Changed points on the all-time board at that moment.
    pub effect: Vec<PointsEffect>,
}

/// Range of audit log rows that form one correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LogRows {
    /// Row number of the first line.
    pub first: u32,
    /// Row number of the last line.
    pub last: u32,
}

/// A changed cell, or an added or removed row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CellChange {
    /// Kind of change.
    pub action: LogAction,
    /// Header of the cell; `None` for the whole row.
    pub column: Option<&'static str>,
    /// Value before.
    pub old: String,
    /// Value after.
    pub new: String,
}

/// Number of corrections.
pub fn correction_count(history: &AuditHistory) -> usize {
    groups(&history.lines).len()
}

/// A range of the corrections, newest first. Pure. Builds the full ledger once; each correction then needs only the
/// rows of the affected companies.
pub fn corrections(
    history: &AuditHistory,
    catalog: &LoadedCatalog,
    range: std::ops::Range<usize>,
    now: Timestamp,
) -> Vec<LoggedCorrection> {
    let groups = groups(&history.lines);
    let range = range.start.min(groups.len())..range.end.min(groups.len());
    let groups = &groups[range];
    let (Some(newest), Some(oldest)) = (groups.first(), groups.last()) else {
        return Vec::new();
    };
    let mut rollbacks = history.rollbacks();
    roll_back_lines(&mut rollbacks, &history.lines[newest.end..]);
    let affected = &history.lines[oldest.start..newest.end];
    let points = PointsReplay::for_corrections(history, catalog, affected, &mut rollbacks);
    let mut after = points.affected_ledger(&rollbacks);
    let mut rolled_back_to = newest.end;
    let mut corrections_of_page = Vec::new();
    for group in groups {
        // Lines that are not corrections, such as a changed note, lie between the groups.
        roll_back_lines(&mut rollbacks, &history.lines[group.end..rolled_back_to]);
        rolled_back_to = group.start;
        let lines = &history.lines[group.start..group.end];
        let mut correction = correction_of(lines, history, &rollbacks);
        roll_back_lines(&mut rollbacks, lines);
        let before = points.affected_ledger(&rollbacks);
        correction.subject = subject(lines, &rollbacks).unwrap_or(correction.subject);
        let is_known = |at: Timestamp| at <= correction.at || at > now;
        correction.effect = points.effect(&before, &after, is_known);
        after = before;
        corrections_of_page.push(correction);
    }
    corrections_of_page
}

impl AuditHistory {
    /// Current tabs, ready to be rolled back.
    pub(crate) fn rollbacks(&self) -> Vec<Rollback<'_>> {
        let tabs = self.tabs.iter();
        tabs.map(|rows| Rollback::new(rows, &self.lines)).collect()
    }
}

fn roll_back_lines(rollbacks: &mut [Rollback<'_>], lines: &[AuditLine]) {
    for line in lines.iter().rev() {
        rollbacks.iter_mut().for_each(|rollback| rollback.roll_back(line));
    }
}

/// Consecutive lines of the log that form one correction.
struct CorrectionGroup {
    start: usize,
    end: usize,
}

/// Groups of lines, newest first.
fn groups(lines: &[AuditLine]) -> Vec<CorrectionGroup> {
    let mut groups: Vec<CorrectionGroup> = Vec::new();
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| is_correction(line)) {
        let joined = groups.last_mut().filter(|group| {
            let first = &lines[group.start];
            let is_same_row = first.tab.title == line.tab.title && first.row == line.row && first.by == line.by;
            // A line of another row in between separates them.
            group.end == index && is_same_row && line.at.duration_since(first.at) <= GROUPING_TIME
        });
        match joined {
            Some(group) => group.end = index + 1,
            None => groups.push(CorrectionGroup {
                start: index,
                end: index + 1,
            }),
        }
    }
    groups.reverse();
    groups
}

/// A changed note or id alone is not a correction.
fn is_correction(line: &AuditLine) -> bool {
    line.tab.title != SUBMISSIONS.title || !matches!(line.column, Some(NOTE | 0))
}

fn correction_of(lines: &[AuditLine], history: &AuditHistory, rollbacks: &[Rollback<'_>]) -> LoggedCorrection {
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    let change = |line: &AuditLine| CellChange {
        action: line.action,
        column: line.column.map(|column| line.tab.columns[column].header),
        old: line.old.as_cell().text(),
        new: line.new.as_cell().text(),
    };
    LoggedCorrection {
        at: first.at,
        by: first.by.clone(),
        tab: first.tab.title,
        row: first.row.clone(),
        subject: subject(lines, rollbacks).unwrap_or_default(),
        what: lines.iter().map(change).collect(),
        why: note(first, history, rollbacks),
        log_rows: LogRows {
            first: first.number,
            last: last.number,
        },
        effect: Vec::new(),
    }
}

/// Current note of the row; for a removed row, its last one.
fn note(line: &AuditLine, history: &AuditHistory, rollbacks: &[Rollback<'_>]) -> String {
    if line.tab.title != SUBMISSIONS.title {
        return String::new();
    }
    let now = history.tabs.iter().find(|rows| rows.tab().title == line.tab.title);
    let now = now.and_then(|rows| rows.rows().find(|row| row.cell(0).text() == line.row));
    let then = || cells(line, rollbacks).and_then(|cells| cells.get(NOTE).map(|cell| cell.as_cell().text()));
    now.map(|row| row.cell(NOTE).text()).or_else(then).unwrap_or_default()
}

fn cells(line: &AuditLine, rollbacks: &[Rollback<'_>]) -> Option<Vec<CellContent>> {
    rollbacks
        .iter()
        .find(|rollback| rollback.is_of(line.tab))?
        .row(&line.row)
}

fn subject(lines: &[AuditLine], rollbacks: &[Rollback<'_>]) -> Option<String> {
    let line = lines.first().filter(|line| line.tab.title == SUBMISSIONS.title)?;
    let cells = cells(line, rollbacks)?;
    let text = |column: usize| cells.get(column).map(|cell| cell.as_cell().text()).unwrap_or_default();
    Some(format!("{}, {}: {}", text(CSM), text(COMPANY), text(INTEGRATIONS)))
}

/// One page of corrections.
pub struct CorrectionList {
    /// Corrections of the page, newest first.
    pub list: Vec<LoggedCorrection>,
    /// Total number of corrections.
    pub total: usize,
    /// When the log was read.
    pub read_at: jiff::Timestamp,
}
