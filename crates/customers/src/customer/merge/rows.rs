//! Tab `customer_aliases`: merges of customers by email address. Staff edit it; deleting a row undoes the merge.

use customer_sources::email::Email;
use jiff::{Timestamp, tz::TimeZone};
use sheets_store::{ChangeHistory, Column, ColumnKind, Dataset, DecodeContext, IdSource, Tab, TabRow, TabRows};

use crate::tabs::{
    cells::{self, CellReader},
    columns::column_index,
    row_changes::RowCells,
};

const COLUMNS: &[Column] = &[
    Column::new("id", ColumnKind::Text),
    Column::new("alias", ColumnKind::Text),
    Column::new("canonical", ColumnKind::Text),
    Column::new("by", ColumnKind::Text),
    Column::new("at", ColumnKind::DateTime),
    Column::new("reason", ColumnKind::Text),
];

/// One row per merge. A row written by hand needs only `alias` and `canonical`.
pub static CUSTOMER_ALIASES: Tab = Tab {
    title: "customer_aliases",
    columns: COLUMNS,
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

const ALIAS: usize = column_index(COLUMNS, "alias");
const CANONICAL: usize = column_index(COLUMNS, "canonical");
const BY: usize = column_index(COLUMNS, "by");
const AT: usize = column_index(COLUMNS, "at");
const REASON: usize = column_index(COLUMNS, "reason");

/// A merge: the customer with the address `alias` becomes part of the customer with the address `canonical`.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerAlias {
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
    pub aliases: Vec<CustomerAlias>,
}

impl Dataset for AliasRows {
    const TABS: &'static [&'static Tab] = &[&CUSTOMER_ALIASES];

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let rows = tabs.iter().flat_map(TabRows::rows);
        Self {
            aliases: rows.filter_map(|row| decode_alias(row, decoding)).collect(),
        }
    }
}

/// Cells of a merge.
pub fn alias_cells(alias: &CustomerAlias, zone: &TimeZone) -> RowCells {
    vec![
        (ALIAS, cells::text(alias.alias.as_written())),
        (CANONICAL, cells::text(alias.canonical.as_written())),
        (BY, cells::text_of(alias.by.as_deref())),
        (AT, cells::instant(alias.at, zone)),
        (REASON, cells::text_of(alias.reason.as_deref())),
    ]
}

/// Decodes a row; `None`, with a finding, when an email address is missing.
pub fn decode_alias(row: TabRow<'_>, decoding: &mut DecodeContext) -> Option<CustomerAlias> {
    let mut cells = CellReader::of(row, decoding);
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
    Some(CustomerAlias {
        id: cells.text(0).unwrap_or_default(),
        alias: alias?,
        canonical: canonical?,
        by: cells.text(BY),
        at: cells.instant(AT),
        reason: cells.text(REASON),
    })
}
