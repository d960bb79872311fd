//! Audit log tab: what changed, when and by whom.
//!
//! Every update and deletion writes its lines in the same atomic call. Rows that staff change in the sheet get their
//! lines when the next read detects the difference. A line holds one cell: the value before and the value after.

use uuid::Uuid;

use crate::schema::tab::{ChangeHistory, Column, ColumnKind, IdSource, Tab};

/// Schema of an audit log with this title. It is append-only; the newest line is the last one.
pub const fn audit_log_tab(title: &'static str) -> Tab {
    Tab {
        title,
        columns: const {
            &[
                Column::new("id", ColumnKind::Text),
                Column::new("at", ColumnKind::DateTime),
                Column::new("by", ColumnKind::Text),
                Column::new("tab", ColumnKind::Text),
                Column::new("row", ColumnKind::Text),
                Column::new("action", ColumnKind::Text),
                Column::new("column", ColumnKind::Text),
                Column::new("old", ColumnKind::Text),
                Column::new("new", ColumnKind::Text),
            ]
        },
        ids: IdSource::Given,
        history: ChangeHistory::NotKept,
        updated_at: None,
    }
}

/// Author of changes made in the sheet, outside the program.
pub const SHEET_EDITOR: &str = "edited in the sheet";

/// Values of the column “action”.
pub mod action {
    /// A row with a counted id, or under an idempotency key, was inserted. The new value is the digest of what the
    /// caller sent under the key.
    pub const CREATED: &str = "created";
    /// A deleted row was restored with its former id.
    pub const RESTORED: &str = "restored";
    /// A cell was updated.
    pub const UPDATED: &str = "updated";
    /// The cell with the time of the last change was updated, together with another change of the row.
    pub const TIMESTAMPED: &str = "dated";
    /// A row was deleted; each of its cells has a line.
    pub const DELETED: &str = "deleted";
    /// A cell or row that a misplaced change had hit was restored.
    pub const REPAIRED: &str = "put right";
    /// Staff added a row in the sheet.
    pub const ADDED: &str = "added";
    /// A row that staff added without an id got the next number.
    pub const NUMBERED: &str = "numbered";
    /// Staff changed a cell in the sheet.
    pub const CHANGED: &str = "changed";
    /// Staff removed a row in the sheet.
    pub const REMOVED: &str = "removed";
    /// Value of a cell before a change that can be undone, for cells without lines of their own. Nothing was changed
    /// yet.
    pub const NOTED: &str = "noted";
}

/// Column indexes of the audit log.
pub mod column {
    /// Id of the line.
    pub const ID: usize = 0;
    /// Time of the change.
    pub const AT: usize = 1;
    /// Author of the change.
    pub const BY: usize = 2;
    /// Title of the tab.
    pub const TAB: usize = 3;
    /// Id of the row.
    pub const ROW: usize = 4;
    /// Action.
    pub const ACTION: usize = 5;
    /// Header of the cell.
    pub const HEADER: usize = 6;
    /// Value before.
    pub const OLD: usize = 7;
    /// Value after.
    pub const NEW: usize = 8;
}

/// Id of the audit line that records the creation of the row with this key.
pub fn creation_line_id(tab: &Tab, key: &str) -> String {
    let name = format!("{}\n{key}", tab.title);
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
}

#[cfg(test)]
pub(crate) static TEST_AUDIT_LOG: Tab = audit_log_tab("changes");
