//! Recent edits that staff made in the spreadsheet itself, from the audit log.
//!
//! They need no fix. The log is read only for the page that lists them.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::{
    Dataset, DecodeContext, Tab, TabRow, TabRows,
    audit::{SHEET_EDITOR, column},
};

use crate::audit_log::AUDIT_LOG;

/// Period that the page covers.
const LISTED_PERIOD: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Maximum number of edits that are listed, newest first.
const MAX_EDITS: usize = 500;

/// Edit that staff made in the sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SheetEdit {
    /// Time at which the program detected it.
    pub at: Timestamp,
    /// Title of the tab.
    pub tab: String,
    /// Id of the row, or its row number if it has none.
    pub row: String,
    /// Action: `changed`, `added` or `removed`.
    pub action: String,
    /// Header of the cell; empty for a whole row.
    pub column: String,
    /// Value before.
    pub old: String,
    /// Value after.
    pub new: String,
    /// Link to the audit line.
    pub link: String,
}

/// Audit lines about edits in the sheet, newest first.
#[derive(Debug)]
pub struct SheetEdits(Vec<SheetEdit>);

impl SheetEdits {
    /// Edits of the last thirty days.
    pub fn recent(&self, now: Timestamp) -> Vec<SheetEdit> {
        let since = now - LISTED_PERIOD;
        self.0.iter().filter(|edit| edit.at >= since).cloned().collect()
    }
}

impl Dataset for SheetEdits {
    const TABS: &'static [&'static Tab] = &[&AUDIT_LOG];

    fn decode(mut tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let log = tabs.remove(0);
        let last = u32::try_from(log.len()).unwrap_or(u32::MAX).saturating_add(1);
        let lines = (2..=last).rev().map(|number| log.row(number));
        let edits = lines.filter_map(|row| parse_edit(&row, &log, decoding));
        Self(edits.take(MAX_EDITS).collect())
    }
}

fn parse_edit(row: &TabRow<'_>, log: &TabRows, decoding: &DecodeContext) -> Option<SheetEdit> {
    let text = |place| row.cell(place).text();
    if text(column::BY) != SHEET_EDITOR {
        return None;
    }
    Some(SheetEdit {
        at: row.cell(column::AT).instant(&decoding.zone).ok()?,
        tab: text(column::TAB),
        row: text(column::ROW),
        action: text(column::ACTION),
        column: text(column::HEADER),
        old: text(column::OLD),
        new: text(column::NEW),
        link: log.link().row(row.number),
    })
}
