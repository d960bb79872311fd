//! The tab `cancel_dismissals`: sentences about leaving of which a person said *Not a cancellation*. Deleting a line has the
//! sentence count again.

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

/// One row for each sentence that is no cancellation; its id is that of the sentence.
pub static CANCEL_DISMISSALS: Tab = Tab {
    title: "cancel_dismissals",
    columns: COLUMNS,
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

/// What people dismissed.
#[derive(Debug, Default)]
pub struct Dismissals {
    /// Ids of the sentences.
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

/// Who dismissed a sentence, when and why.
#[derive(Clone, Debug)]
pub struct Dismissal<'a> {
    /// Who says so; empty when nobody gave a name.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
    /// Why; may be empty.
    pub reason: &'a str,
}

/// The row that dismisses a sentence. Dismissing it again writes nothing.
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
