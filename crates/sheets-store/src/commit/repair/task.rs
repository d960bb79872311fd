//! Repair tasks.

use crate::{
    commit::{
        audit_line::LineContent,
        fencing::{AuditLineId, LineTarget},
        repair::row_image::{OverwrittenCell, WrittenRow},
        tab_index::{LookupScope, RowLookup},
    },
    schema::tab::{Tab, normalize_header},
};

/// Pending repair.
pub(crate) enum RepairTask {
    /// Cell that was hit instead of another one.
    Cell(CellRepair),
    /// Row that was deleted instead of another one.
    Row(RowRepair),
    /// New row whose values may be in the wrong columns.
    ShiftedRow(WrittenRow),
    /// Audit line that shows another row than the one that was hit.
    Line {
        /// Audit log.
        tab: &'static Tab,
        content: LineContent,
    },
}

/// Repair of a cell.
pub(crate) struct CellRepair {
    pub(crate) tab: &'static Tab,
    /// Row number at the time, if known.
    pub(crate) number: Option<usize>,
    /// Intended row; the row itself, if only columns were moved.
    pub(crate) intended: IntendedCell,
    pub(crate) cell: OverwrittenCell,
}

/// Repair of a deleted row.
pub(crate) struct RowRepair {
    pub(crate) tab: &'static Tab,
    /// Row number at the time, if known.
    pub(crate) number: Option<usize>,
    pub(crate) id: String,
    pub(crate) cells: Vec<OverwrittenCell>,
}

/// Intended cell of a write.
pub(crate) enum IntendedCell {
    /// Known target.
    Known {
        /// Id of its row.
        row: String,
        /// Header of its column.
        header: String,
    },
    /// Encoded in the id of the audit line.
    Sealed(AuditLineId),
}

impl IntendedCell {
    /// Finds the intended row among `ids`, and its header, in a tab with these headers.
    pub(crate) fn find_among<'a>(
        &'a self,
        tab: &Tab,
        headers: &'a [String],
        mut ids: impl Iterator<Item = &'a str>,
    ) -> Option<(&'a str, &'a str)> {
        match self {
            Self::Known { row, header } => ids.find(|id| id == row).map(|id| (id, header.as_str())),
            Self::Sealed(line) => ids.find_map(|id| {
                let header = headers.iter().find(|header| {
                    line.targets(LineTarget {
                        tab: tab.title,
                        row: id,
                        header,
                    })
                });
                header.map(|header| (id, header.as_str()))
            }),
        }
    }
}

impl RepairTask {
    pub(crate) fn tab(&self) -> &'static Tab {
        match self {
            Self::Cell(repair) => repair.tab,
            Self::Row(repair) => repair.tab,
            Self::Line { tab, .. } => tab,
            Self::ShiftedRow(row) => row.tab,
        }
    }

    /// Whether it can be derived from the audit log.
    pub(crate) fn is_in_audit_log(&self) -> bool {
        matches!(self, Self::Cell(_) | Self::Row(_))
    }

    /// Whether it moves the values of this row into their columns.
    pub(crate) fn rewrites_row(&self, place: &Tab, id: &str) -> bool {
        matches!(self, Self::ShiftedRow(row) if row.tab == place && row.id == id)
    }

    /// Whether it is about the cell at this position at the time.
    pub(crate) fn is_at(&self, place: &Tab, row: usize, position: Option<usize>) -> bool {
        matches!(self, Self::Cell(CellRepair { tab, number, cell, .. })
            if *tab == place && *number == Some(row) && cell.position.is_some() && cell.position == position)
    }

    /// Whether it is about the value that `overwritten` found in its cell.
    pub(crate) fn concerns_value_of(&self, place: &Tab, overwritten: &OverwrittenCell) -> bool {
        matches!(self, Self::Cell(CellRepair { tab, cell, .. })
            if *tab == place
                && !cell.id.is_empty()
                && cell.id == overwritten.id
                && normalize_header(&cell.header) == normalize_header(&overwritten.header)
                && cell.now.is_same_as(&overwritten.old))
    }

    pub(crate) fn line(&self) -> Option<RowLookup> {
        match self {
            Self::Line { tab, content } => Some(RowLookup {
                tab: tab.title,
                id: content.id.clone(),
                search: LookupScope::Thorough,
            }),
            Self::Cell(_) | Self::Row(_) | Self::ShiftedRow(_) => None,
        }
    }
}
