//! Tab `cancel_dismissals`: mentions of cancellation that a person marked as *Not a cancellation*. Deleting a row makes
//! the mention count again.

use std::collections::HashSet;

use jiff::{Timestamp, tz::TimeZone};

use super::{cells, place};
use crate::{
    customers::health::CancelMention,
    store::{Change, Column, Dataset, Decoding, Entry, History, Ids, Insert, Kind, NewId, Tab, TabRows},
};

const COLUMNS: &[Column] = &[
    Column::new("id", Kind::Text),
    Column::new("sentence", Kind::Text),
    Column::new("event", Kind::Text),
    Column::new("by", Kind::Text),
    Column::new("at", Kind::DateTime),
    Column::new("reason", Kind::Text),
];

/// One row per dismissed mention; the row id is the id of the mention.
pub static CANCEL_DISMISSALS: Tab = Tab {
    title: "cancel_dismissals",
    columns: COLUMNS,
    ids: Ids::Given,
    history: History::Kept,
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

    fn decode(tabs: Vec<TabRows>, _: &mut Decoding) -> Self {
        let rows = tabs.iter().flat_map(TabRows::rows);
        let ids = rows.map(|row| row.cell(0).text()).filter(|id| !id.is_empty());
        Self { ids: ids.collect() }
    }
}

/// Author, time and reason of a dismissal.
#[derive(Clone, Debug)]
pub struct Dismissal<'a> {
    /// Author; empty without a name.
    pub by: &'a str,
    /// Time.
    pub at: Timestamp,
    /// Reason; may be empty.
    pub reason: &'a str,
}

/// Insert that dismisses a mention. Dismissing it again writes nothing.
pub fn dismissed(mention: &CancelMention, dismissal: &Dismissal<'_>, zone: &TimeZone) -> Change {
    const _: () = assert!(place(COLUMNS, "reason") == COLUMNS.len() - 1);
    Change::Insert(Insert {
        tab: &CANCEL_DISMISSALS,
        id: NewId::Given(mention.id.clone()),
        cells: vec![
            cells::text(&mention.quote),
            Entry::Text(mention.event.clone()),
            cells::text(dismissal.by),
            cells::instant(Some(dismissal.at), zone),
            cells::text(dismissal.reason),
        ],
    })
}
