//! What is left to be put right.

use super::{
    super::{
        audit::AUDIT_LOG,
        cell::{Content, Entry},
        tab::{Kind, Tab, normalise},
        tail::{Search, Wanted},
    },
    turn::LineId,
    verdict::Overwritten,
};

/// Something that is to be put right.
pub(super) enum Fix {
    Cell {
        tab: &'static Tab,
        /// Number of the row at the time, as far as it is known.
        number: Option<usize>,
        /// The row for which the write was meant; the row itself, when only columns were moved.
        meant: Meant,
        cell: Overwritten,
    },
    Row {
        tab: &'static Tab,
        number: Option<usize>,
        id: String,
        cells: Vec<Overwritten>,
    },
    /// A new row whose values may stand in the wrong columns.
    Scattered(WrittenRow),
    /// A line of the audit log that shows another row than the one that was hit.
    Line { id: String, row: Entry, old: Content },
}

/// The row for which a write was meant.
pub(super) enum Meant {
    /// Its id.
    Row(String),
    /// What the id of the line tells of it.
    Sealed(LineId),
}

impl Meant {
    /// Which of `ids` it is, in a tab with these headers.
    pub(super) fn among<'a>(&self, tab: &Tab, headers: &[String], mut ids: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        match self {
            Self::Row(row) => ids.find(|id| id == row),
            Self::Sealed(line) => ids.find(|id| headers.iter().any(|header| line.means(tab.title, id, header))),
        }
    }
}

/// A row as it was written.
pub(super) struct WrittenRow {
    pub(super) tab: &'static Tab,
    pub(super) id: String,
    /// By header; those of all columns that got a value.
    pub(super) cells: Vec<(String, Option<Kind>, Content)>,
}

impl Fix {
    pub(super) fn tab(&self) -> &'static Tab {
        match self {
            Self::Cell { tab, .. } | Self::Row { tab, .. } => tab,
            Self::Scattered(row) => row.tab,
            Self::Line { .. } => &AUDIT_LOG,
        }
    }
}

impl Fix {
    /// Whether everybody can find it in the audit log.
    pub(super) fn is_told_by_the_log(&self) -> bool {
        matches!(self, Self::Cell { .. } | Self::Row { .. })
    }

    /// Whether it is about the cell that stood there at the time.
    pub(super) fn is_at(&self, place: &Tab, row: usize, position: Option<usize>) -> bool {
        matches!(self, Self::Cell { tab, number, cell, .. }
            if *tab == place && *number == Some(row) && cell.position.is_some() && cell.position == position)
    }

    /// Whether it is about what `overwritten` found in its cell.
    pub(super) fn left(&self, place: &Tab, overwritten: &Overwritten) -> bool {
        matches!(self, Self::Cell { tab, cell, .. }
            if *tab == place
                && !cell.id.is_empty()
                && cell.id == overwritten.id
                && normalise(&cell.header) == normalise(&overwritten.header)
                && cell.now.is_same_as(&overwritten.old))
    }

    pub(super) fn line(&self) -> Option<Wanted> {
        match self {
            Self::Line { id, .. } => Some(Wanted {
                tab: AUDIT_LOG.title,
                id: id.clone(),
                search: Search::Thorough,
            }),
            Self::Cell { .. } | Self::Row { .. } | Self::Scattered(_) => None,
        }
    }
}
