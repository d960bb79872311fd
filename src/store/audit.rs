//! The tab `audit_log`: what changed, when, and by whom.
//!
//! Every update and deletion writes its lines in the same atomic call, and rows that staff change in the sheet get theirs
//! when the next read shows the difference. A line holds one cell: the value before and the value after.

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
