//! What is left to be put right.

use super::{
    super::{
        audit::AUDIT_LOG,
        cell::{Content, Entry},
        tab::{Tab, normalise},
        tail::{Search, Wanted},
    },
    verdict::Overwritten,
};

/// Something that is to be put right.
pub(super) enum Fix {
    Cell {
        tab: &'static Tab,
        /// Number of the row at the time.
        number: usize,
        /// Id of the row for which the write was meant; the row itself, when only columns were moved.
        meant: String,
        cell: Overwritten,
    },
    Row {
        tab: &'static Tab,
        number: usize,
        id: String,
        cells: Vec<Overwritten>,
    },
    /// A new row whose values stand in the wrong columns; it goes, and is added anew.
    Scattered {
        tab: &'static Tab,
        /// The cell of its id.
        id: Overwritten,
    },
    /// A line of the audit log that shows another row than the one that was hit.
    Line { id: String, row: Entry, old: Content },
}

impl Fix {
    pub(super) fn tab(&self) -> &'static Tab {
        match self {
            Self::Cell { tab, .. } | Self::Row { tab, .. } | Self::Scattered { tab, .. } => tab,
            Self::Line { .. } => &AUDIT_LOG,
        }
    }
}

impl Fix {
    /// Whether it is about the cell that stood there at the time.
    pub(super) fn is_at(&self, place: &Tab, row: usize, position: usize) -> bool {
        matches!(self, Self::Cell { tab, number, cell, .. }
            if *tab == place && *number == row && cell.position == position)
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
            Self::Cell { .. } | Self::Row { .. } | Self::Scattered { .. } => None,
        }
    }
}
