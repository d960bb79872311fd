//! Repair tasks.

use crate::{
    cell::{CellContent, CellEntry},
    commit::{
        fencing::AuditLineId,
        repair::row_image::{OverwrittenCell, WrittenRow},
        tab_index::{LookupScope, RowLookup},
    },
    schema::tab::{Tab, normalize_header},
};

/// Pending repair.
pub(crate) enum RepairTask {
    Cell {
        tab: &'static Tab,
        /// Row number at the time, if known.
        number: Option<usize>,
        /// Intended row; the row itself, if only columns were moved.
        meant: IntendedCell,
        cell: OverwrittenCell,
    },
    Row {
        tab: &'static Tab,
        number: Option<usize>,
        id: String,
        cells: Vec<OverwrittenCell>,
    },
    /// New row whose values may be in the wrong columns.
    Scattered(WrittenRow),
    /// Audit line that shows another row than the one that was hit.
    Line {
        /// Audit log.
        tab: &'static Tab,
        id: String,
        row: CellEntry,
        old: CellContent,
    },
}

/// Intended cell of a write.
pub(crate) enum IntendedCell {
    /// Id of its row and header of its column.
    Cell(String, String),
    /// Encoded in the id of the audit line.
    Sealed(AuditLineId),
}

impl IntendedCell {
    /// Finds the intended row among `ids`, and its header, in a tab with these headers.
    pub(crate) fn among<'a>(
        &'a self,
        tab: &Tab,
        headers: &'a [String],
        mut ids: impl Iterator<Item = &'a str>,
    ) -> Option<(&'a str, &'a str)> {
        match self {
            Self::Cell(row, header) => ids.find(|id| id == row).map(|id| (id, header.as_str())),
            Self::Sealed(line) => ids.find_map(|id| {
                let header = headers.iter().find(|header| line.means(tab.title, id, header));
                header.map(|header| (id, header.as_str()))
            }),
        }
    }
}

impl RepairTask {
    pub(crate) fn tab(&self) -> &'static Tab {
        match self {
            Self::Cell { tab, .. } | Self::Row { tab, .. } | Self::Line { tab, .. } => tab,
            Self::Scattered(row) => row.tab,
        }
    }
}

impl RepairTask {
    /// Whether it can be derived from the audit log.
    pub(crate) fn is_in_audit_log(&self) -> bool {
        matches!(self, Self::Cell { .. } | Self::Row { .. })
    }

    /// Whether it moves the values of this row into their columns.
    pub(crate) fn brings(&self, place: &Tab, id: &str) -> bool {
        matches!(self, Self::Scattered(row) if row.tab == place && row.id == id)
    }

    /// Whether it is about the cell at this position at the time.
    pub(crate) fn is_at(&self, place: &Tab, row: usize, position: Option<usize>) -> bool {
        matches!(self, Self::Cell { tab, number, cell, .. }
            if *tab == place && *number == Some(row) && cell.position.is_some() && cell.position == position)
    }

    /// Whether it is about the value that `overwritten` found in its cell.
    pub(crate) fn left(&self, place: &Tab, overwritten: &OverwrittenCell) -> bool {
        matches!(self, Self::Cell { tab, cell, .. }
            if *tab == place
                && !cell.id.is_empty()
                && cell.id == overwritten.id
                && normalize_header(&cell.header) == normalize_header(&overwritten.header)
                && cell.now.is_same_as(&overwritten.old))
    }

    pub(crate) fn line(&self) -> Option<RowLookup> {
        match self {
            Self::Line { tab, id, .. } => Some(RowLookup {
                tab: tab.title,
                id: id.clone(),
                search: LookupScope::Thorough,
            }),
            Self::Cell { .. } | Self::Row { .. } | Self::Scattered(_) => None,
        }
    }
}
