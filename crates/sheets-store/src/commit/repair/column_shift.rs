//! Column shift: rows that were inserted while columns were moved, so that their values are in wrong columns.
//!
//! Such a row is deleted and inserted again in its columns, unless it is already there: the same row may have been sent
//! again through another program. While it is deleted, staff may sort the tab, so that another shifted row is hit; a
//! copy in wrong columns is never restored.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::{
    cell::CellContent,
    commit::{
        Committer,
        plan::{RestoredCell, RestoredRow, RowRemoval, WritePurpose},
        planner::cells_with_headers,
        repair::{
            ReadColumn, cells_of,
            row_image::{OverwrittenCell, WrittenRow},
            task::RepairTask,
        },
    },
    schema::tab::{Tab, normalize_header},
};

/// Row numbers of the rows that show an id in any column, by title of the tab and id.
pub(crate) type RowsById = HashMap<(&'static str, String), BTreeSet<usize>>;

impl Committer {
    /// Rows that show the id of a shifted row.
    pub(crate) fn rows_with_shifted_ids(&self, columns: &[ReadColumn]) -> RowsById {
        let keys = self.shifted_rows().map(|row| (row.tab.title, row.id.clone()));
        let mut rows: RowsById = keys.map(|key| (key, BTreeSet::new())).collect();
        if rows.is_empty() {
            return rows;
        }
        for column in columns {
            for (place, cell) in column.cells.iter().enumerate().skip(1) {
                if let Some(numbers) = rows.get_mut(&(column.tab.title, cell.as_cell().text())) {
                    numbers.insert(place + 1);
                }
            }
        }
        rows
    }

    /// Plans the deletion of a row whose values are in wrong columns, and its insertion in the right ones, unless it is
    /// already there: the same row may have been sent again through another program. Values that staff have typed into
    /// it are kept.
    pub(crate) fn rewrite_shifted_row(
        &self,
        columns: &[ReadColumn],
        rows_by_id: &RowsById,
        repair: usize,
        row: &WrittenRow,
    ) -> (Vec<RowRemoval>, Option<RestoredRow>) {
        let tab = row.tab;
        let headers = self.indexes.header(tab);
        let shown = |number: usize, position: usize| {
            let cells = cells_of(columns, tab, position);
            cells.get(number - 1).unwrap_or(&CellContent::Empty)
        };
        let whole_row = |number: usize| (0..headers.len()).map(move |position| shown(number, position));
        let rows_with_id = rows_by_id
            .get(&(tab.title, row.id.clone()))
            .into_iter()
            .flatten()
            .copied();
        let similar_rows = rows_with_id.filter(|number| row.resembles(whole_row(*number)));
        let (whole, shifted): (Vec<usize>, Vec<usize>) =
            similar_rows.partition(|number| row.matches_columns(headers, |position| shown(*number, position)));
        let named = || headers.iter().enumerate().filter(|(_, header)| !header.is_empty());
        let removal = |number: &usize| RowRemoval {
            purpose: WritePurpose::Repair(repair),
            by: self.identity.author.to_owned(),
            tab,
            id: shown(*number, self.indexes.place(tab).layout.position(0))
                .as_cell()
                .text(),
            number: *number,
            columns: cells_with_headers(&self.indexes, tab, |position| Some(shown(*number, position).clone())),
            identifying_values: named()
                .map(|(position, header)| (header.clone(), shown(*number, position).clone()))
                .collect(),
        };
        let first = shifted.first().copied().filter(|_| whole.is_empty());
        let restored = first.map(|number| {
            let cells = self.cells_under_headers(row, |position| shown(number, position).clone());
            (number - 1, cells)
        });
        // All copies may have been taken by deletions intended for other rows.
        let taken = || {
            let versions = self.repairs.iter().find_map(|repair| match repair {
                RepairTask::Row(repair) if repair.tab == tab && row.is_version_of(&repair.cells) => Some(&repair.cells),
                _ => None,
            });
            versions.map(|cells| {
                let under = |position: usize| {
                    let of_header = |cell: &&OverwrittenCell| {
                        normalize_header(&cell.header) == normalize_header(&headers[position])
                    };
                    cells
                        .iter()
                        .find(of_header)
                        .map_or(CellContent::Empty, |cell| cell.old.clone())
                };
                (self.indexes.place(tab).after_row, self.cells_under_headers(row, under))
            })
        };
        let restored = restored.or_else(|| (whole.is_empty() && shifted.is_empty()).then(taken).flatten());
        let restored = restored.map(|(after_row, cells)| RestoredRow {
            by: self.identity.author,
            tab,
            id: row.id.clone(),
            after_row,
            cells,
        });
        (shifted.iter().map(removal).collect(), restored)
    }

    /// Values of `row` under their headers; values that staff typed into the version that `shown` returns are kept.
    fn cells_under_headers(&self, row: &WrittenRow, shown: impl Fn(usize) -> CellContent) -> Vec<RestoredCell> {
        let headers = self.indexes.header(row.tab).iter().enumerate();
        let is_written = |found: &CellContent| row.cells.iter().any(|cell| cell.content.is_same_as(found));
        let cells = headers
            .filter(|(_, header)| !header.is_empty())
            .map(|(position, header)| {
                let typed = shown(position);
                let is_typed = typed != CellContent::Empty && !is_written(&typed);
                RestoredCell {
                    position,
                    header: header.clone(),
                    kind: self.kind_at(row.tab, position),
                    content: if is_typed { typed } else { row.content_under(header) },
                }
            });
        cells.filter(|cell| cell.content != CellContent::Empty).collect()
    }

    pub(crate) fn shifted_rows(&self) -> impl Iterator<Item = &WrittenRow> {
        self.repairs.iter().filter_map(|repair| match repair {
            RepairTask::ShiftedRow(row) => Some(row),
            _ => None,
        })
    }

    /// Whether the row shows, in a wrong column, the id of an existing row: it is a copy whose columns were moved, and
    /// another program is about to delete it, or has done so.
    pub(crate) fn is_shifted_copy(&self, tab: &'static Tab, cells: &[OverwrittenCell]) -> bool {
        let id_header = normalize_header(tab.columns[0].header);
        let mut others = cells.iter().filter(|cell| normalize_header(&cell.header) != id_header);
        others.any(|cell| {
            let text = cell.old.as_cell().text();
            // Any other value may occur in a row by chance.
            Uuid::try_parse(&text).is_ok() && self.indexes.contains(tab, &text)
        })
    }
}
