//! The tab `audit_log`: what changed, when, and by whom.
//!
//! Every update and deletion writes its lines in the same atomic call, and rows that staff change in the sheet get theirs
//! when the next read shows the difference. A line holds one cell: the value before and the value after.

use uuid::Uuid;

use super::tab::{Column, History, Ids, Kind, Tab};

/// Append-only; the newest line is the last one.
pub static AUDIT_LOG: Tab = Tab {
    title: "audit_log",
    columns: &[
        Column::new("id", Kind::Text),
        Column::new("at", Kind::DateTime),
        Column::new("by", Kind::Text),
        Column::new("tab", Kind::Text),
        Column::new("row", Kind::Text),
        Column::new("action", Kind::Text),
        Column::new("column", Kind::Text),
        Column::new("old", Kind::Text),
        Column::new("new", Kind::Text),
    ],
    ids: Ids::Given,
    history: History::NotKept,
    updated_at: None,
};

/// Who changed a row outside the program.
pub const IN_THE_SHEET: &str = "edited in the sheet";

/// Who puts right what landed in a wrong place.
pub const TALLYBOARD: &str = "tallyboard";

/// Words of the column “action”.
pub mod action {
    /// A row with a counted id was added.
    pub const CREATED: &str = "created";
    /// A row that was deleted came back, with the id that it had.
    pub const RESTORED: &str = "restored";
    /// A cell got another value.
    pub const UPDATED: &str = "updated";
    /// A row went; each of its cells has a line.
    pub const DELETED: &str = "deleted";
    /// A cell or row that a change hit in place of its own, because staff moved rows at that very moment, is as before.
    pub const PUT_RIGHT: &str = "put right";
    /// Staff added a row in the sheet.
    pub const ADDED: &str = "added";
    /// A row that staff added without an id got the next number.
    pub const NUMBERED: &str = "numbered";
    /// Staff changed a cell in the sheet.
    pub const CHANGED: &str = "changed";
    /// Staff removed a row in the sheet.
    pub const REMOVED: &str = "removed";
    /// What a cell without lines of its own said before a change that a person may take back. Nothing was changed yet.
    pub const NOTED: &str = "noted";
}

/// Places in [`AUDIT_LOG`]'s columns.
pub mod column {
    /// Place of the line's own id.
    pub const ID: usize = 0;
    /// Place of the moment.
    pub const AT: usize = 1;
    /// Place of who did it.
    pub const BY: usize = 2;
    /// Place of the title of the tab.
    pub const TAB: usize = 3;
    /// Place of the id of the row.
    pub const ROW: usize = 4;
    /// Place of what was done.
    pub const ACTION: usize = 5;
    /// Place of the header of the cell.
    pub const HEADER: usize = 6;
    /// Place of the value before.
    pub const OLD: usize = 7;
    /// Place of the value after.
    pub const NEW: usize = 8;
}

/// Id of the line that says that the row with this key was added.
pub fn created_line(tab: &Tab, key: &str) -> String {
    let name = format!("{}\n{key}", tab.title);
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
}
