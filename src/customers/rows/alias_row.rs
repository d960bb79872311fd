//! Tab `customer_aliases`: merges of customers by email address. Staff edit it; deleting a row undoes the merge.

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

/// One row per merge. A row written by hand needs only `alias` and `canonical`.
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

/// A merge: the customer with the address `alias` becomes part of the customer with the address `canonical`.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// Row id; empty in a row written by hand without one.
    pub id: String,
    /// Email address that is merged.
    pub alias: Email,
    /// Email address of the remaining customer.
    pub canonical: Email,
    /// Author of the merge.
    pub by: Option<String>,
    /// Time of the merge.
    pub at: Option<Timestamp>,
    /// Reason.
    pub reason: Option<String>,
}

/// The merges alone, for change detection.
#[derive(Debug)]
pub struct AliasRows {
    /// Every readable merge.
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

/// Cells of a merge.
pub fn cells_of(alias: &Alias, zone: &TimeZone) -> RowCells {
    vec![
        (ALIAS, cells::text(alias.alias.as_written())),
        (CANONICAL, cells::text(alias.canonical.as_written())),
        (BY, cells::text_of(alias.by.as_deref())),
        (AT, cells::instant(alias.at, zone)),
        (REASON, cells::text_of(alias.reason.as_deref())),
    ]
}

/// Decodes a row; `None`, with a finding, when an email address is missing.
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
