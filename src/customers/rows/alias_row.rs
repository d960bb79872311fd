//! The tab `customer_aliases`: addresses that belong to the customer of another address. People edit it; deleting a line
//! undoes the merge.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    cells::{self, Cells},
    ledger::RowCells,
    place,
};
use crate::{
    customers::email::Email,
    store::{Column, Dataset, Decoding, History, Ids, Kind, Row, Tab, TabRows},
};

const COLUMNS: &[Column] = &[
    Column::new("id", Kind::Text),
    Column::new("alias", Kind::Text),
    Column::new("canonical", Kind::Text),
    Column::new("by", Kind::Text),
    Column::new("at", Kind::DateTime),
    Column::new("reason", Kind::Text),
];

/// One row for each merge. A line that people write needs `alias` and `canonical` only.
pub static CUSTOMER_ALIASES: Tab = Tab {
    title: "customer_aliases",
    columns: COLUMNS,
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

const ALIAS: usize = place(COLUMNS, "alias");
const CANONICAL: usize = place(COLUMNS, "canonical");
const BY: usize = place(COLUMNS, "by");
const AT: usize = place(COLUMNS, "at");
const REASON: usize = place(COLUMNS, "reason");

/// A merge: whoever has the address `alias` is the customer with the address `canonical`.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// The id of the row; empty in a line that people wrote without one.
    pub id: String,
    /// The address that belongs elsewhere.
    pub alias: Email,
    /// The address of the customer.
    pub canonical: Email,
    /// Who says so.
    pub by: Option<String>,
    /// Since when.
    pub at: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
}

/// The merges alone, for looking whether they changed.
#[derive(Debug)]
pub struct AliasRows {
    /// Every merge that can be read.
    pub aliases: Vec<Alias>,
}

impl Dataset for AliasRows {
    const TABS: &'static [&'static Tab] = &[&CUSTOMER_ALIASES];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let rows = tabs.iter().flat_map(TabRows::rows);
        Self {
            aliases: rows.filter_map(|row| read(row, decoding)).collect(),
        }
    }
}

/// The cells of a merge.
pub fn cells_of(alias: &Alias, zone: &TimeZone) -> RowCells {
    vec![
        (ALIAS, cells::text(alias.alias.as_written())),
        (CANONICAL, cells::text(alias.canonical.as_written())),
        (BY, cells::text_of(alias.by.as_deref())),
        (AT, cells::instant(alias.at, zone)),
        (REASON, cells::text_of(alias.reason.as_deref())),
    ]
}

/// Reads a row; `None`, with a finding, when an address is missing.
pub fn read(row: Row<'_>, decoding: &mut Decoding) -> Option<Alias> {
    let mut cells = Cells::of(row, decoding);
    let mut address = |column: usize| {
        let text = cells.text(column).unwrap_or_default();
        let email = Email::of(&text);
        if email.is_none() {
            cells.exclude(
                column,
                "One address belongs here, such as ann@example.com; until then nothing is merged.",
            );
        }
        email
    };
    let (alias, canonical) = (address(ALIAS), address(CANONICAL));
    Some(Alias {
        id: cells.text(0).unwrap_or_default(),
        alias: alias?,
        canonical: canonical?,
        by: cells.text(BY),
        at: cells.instant(AT),
        reason: cells.text(REASON),
    })
}
