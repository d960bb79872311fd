//! Tab `cancel_dismissals`: mentions of cancellation that a person marked as *Not a cancellation*. Deleting a row makes
//! the mention count again.

use std::collections::HashSet;

use jiff::{Timestamp, tz::TimeZone};
use sheets_store::{
    CellEntry, ChangeHistory, Column, ColumnKind, Dataset, DecodeContext, IdSource, NewId, RowChange, RowInsert, Tab,
    TabRows,
};

use crate::{
    health::rules::CancelMention,
    tabs::{cells, columns::column_index},
};

const COLUMNS: &[Column] = &[
    Column::new("id", ColumnKind::Text),
    Column::new("sentence", ColumnKind::Text),
    Column::new("event", ColumnKind::Text),
    Column::new("by", ColumnKind::Text),
    Column::new("at", ColumnKind::DateTime),
    Column::new("reason", ColumnKind::Text),
];

/// One row per dismissed mention; the row id is the id of the mention.
pub static CANCEL_DISMISSALS: Tab = Tab {
    title: "cancel_dismissals",
    columns: COLUMNS,
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

/// Dismissed mentions.
#[derive(Debug, Default)]
pub struct Dismissals {
    /// Ids of the mentions.
    pub ids: HashSet<String>,
}

impl Dataset for Dismissals {
    const TABS: &'static [&'static Tab] = &[&CANCEL_DISMISSALS];

    fn decode(tabs: Vec<TabRows>, _: &mut DecodeContext) -> Self {
        let rows = tabs.iter().flat_map(TabRows::rows);
        let ids = rows.map(|row| row.cell(0).text()).filter(|id| !id.is_empty());
        Self { ids: ids.collect() }
    }
}

/// Author, time and reason of a dismissal.
#[derive(Clone, Debug)]
pub struct NewDismissal<'a> {
    /// Author; empty without a name.
    pub by: &'a str,
    /// Time.
    pub at: Timestamp,
    /// Reason; may be empty.
    pub reason: &'a str,
}

/// Insert that dismisses a mention. Dismissing it again writes nothing.
pub fn dismissal_insert(mention: &CancelMention, dismissal: &NewDismissal<'_>, zone: &TimeZone) -> RowChange {
    const _: () = assert!(column_index(COLUMNS, "reason") == COLUMNS.len() - 1);
    RowChange::Insert(RowInsert {
        tab: &CANCEL_DISMISSALS,
        id: NewId::Given(mention.id.clone()),
        cells: vec![
            cells::text(&mention.quote),
            CellEntry::Text(mention.event.clone()),
            cells::text(dismissal.by),
            cells::instant(Some(dismissal.at), zone),
            cells::text(dismissal.reason),
        ],
    })
}
