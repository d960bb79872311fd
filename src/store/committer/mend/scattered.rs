//! Column shift: rows that were inserted while columns were moved, so that their values are in wrong columns.
//!
//! Such a row is deleted and inserted again in its columns, unless it is already there: the same row may have been sent
//! again through another program. While it is deleted, staff may sort the tab, so that another shifted row is hit; a
//! copy in wrong columns is never restored.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::{
    super::{
        super::{
            audit::TALLYBOARD,
            cell::Content,
            tab::{Tab, normalise},
        },
        Committer,
        compare::cells_with_headers,
        fix::{Fix, WrittenRow},
        plan::{Purpose, Removal, Restored, RestoredCell},
        verdict::Overwritten,
    },
    columns::{Column, cells_of},
};

/// Row numbers of the rows that show an id in any column, by title of the tab and id.
pub(super) type RowsShowing = HashMap<(&'static str, String), BTreeSet<usize>>;

impl Committer {
    /// Rows that show the id of a shifted row.
    pub(super) fn rows_showing_scattered(&self, columns: &[Column]) -> RowsShowing {
        let keys = self.scattered().map(|row| (row.tab.title, row.id.clone()));
        let mut rows: RowsShowing = keys.map(|key| (key, BTreeSet::new())).collect();
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
    pub(super) fn row_anew(
        &self,
        (columns, showing): (&[Column], &RowsShowing),
        (index, row): (usize, &WrittenRow),
    ) -> (Vec<Removal>, Option<Restored>) {
        let tab = row.tab;
        let headers = self.tails.header(tab);
        let shown = |number: usize, position: usize| {
            let cells = cells_of(columns, tab, position);
            cells.get(number - 1).unwrap_or(&Content::Empty)
        };
        let whole_row = |number: usize| (0..headers.len()).map(move |position| shown(number, position));
        let showing = showing.get(&(tab.title, row.id.clone())).into_iter().flatten().copied();
        let like_it = showing.filter(|number| row.is_likely(whole_row(*number)));
        let (whole, scattered): (Vec<usize>, Vec<usize>) =
            like_it.partition(|number| row.stands_in(headers, |position| shown(*number, position)));
        let named = || headers.iter().enumerate().filter(|(_, header)| !header.is_empty());
        let removal = |number: &usize| Removal {
            purpose: Purpose::Fix(index),
            by: TALLYBOARD.to_owned(),
            tab,
            id: shown(*number, self.tails.place(tab).layout.position(0))
                .as_cell()
                .text(),
            number: *number,
            columns: cells_with_headers(&self.tails, tab, |position| Some(shown(*number, position).clone())),
            shows: named()
                .map(|(position, header)| (header.clone(), shown(*number, position).clone()))
                .collect(),
        };
        let first = scattered.first().copied().filter(|_| whole.is_empty());
        let restored = first.map(|number| {
            let cells = self.cells_under_headers(row, |position| shown(number, position).clone());
            (number - 1, cells)
        });
        // All copies may have been taken by deletions intended for other rows.
        let taken = || {
            let versions = self.fixes.iter().find_map(|fix| match fix {
                Fix::Row { tab: of, cells, .. } if *of == tab && row.is_version_of(cells) => Some(cells),
                _ => None,
            });
            versions.map(|cells| {
                let under = |position: usize| {
                    let of_header = |cell: &&Overwritten| normalise(&cell.header) == normalise(&headers[position]);
                    cells
                        .iter()
                        .find(of_header)
                        .map_or(Content::Empty, |cell| cell.old.clone())
                };
                (self.tails.place(tab).after_row, self.cells_under_headers(row, under))
            })
        };
        let restored = restored.or_else(|| (whole.is_empty() && scattered.is_empty()).then(taken).flatten());
        let restored = restored.map(|(after_row, cells)| Restored {
            tab,
            id: row.id.clone(),
            after_row,
            cells,
        });
        (scattered.iter().map(removal).collect(), restored)
    }

    /// Values of `row` under their headers; values that staff typed into the version that `shown` returns are kept.
    fn cells_under_headers(&self, row: &WrittenRow, shown: impl Fn(usize) -> Content) -> Vec<RestoredCell> {
        let headers = self.tails.header(row.tab).iter().enumerate();
        let is_written = |found: &Content| row.cells.iter().any(|(_, _, content)| content.is_same_as(found));
        let cells = headers
            .filter(|(_, header)| !header.is_empty())
            .map(|(position, header)| {
                let typed = shown(position);
                let is_typed = typed != Content::Empty && !is_written(&typed);
                RestoredCell {
                    position,
                    header: header.clone(),
                    kind: self.kind_at(row.tab, position),
                    content: if is_typed { typed } else { row.content_under(header) },
                }
            });
        cells.filter(|cell| cell.content != Content::Empty).collect()
    }

    pub(super) fn scattered(&self) -> impl Iterator<Item = &WrittenRow> {
        self.fixes.iter().filter_map(|fix| match fix {
            Fix::Scattered(row) => Some(row),
            _ => None,
        })
    }

    /// Whether the row shows, in a wrong column, the id of an existing row: it is a copy whose columns were moved, and
    /// another program is about to delete it, or has done so.
    pub(super) fn is_scattered_twin(&self, tab: &'static Tab, cells: &[Overwritten]) -> bool {
        let id_header = normalise(tab.columns[0].header);
        let mut others = cells.iter().filter(|cell| normalise(&cell.header) != id_header);
        others.any(|cell| {
            let text = cell.old.as_cell().text();
            // Any other value may occur in a row by chance.
            Uuid::try_parse(&text).is_ok() && self.tails.contains(tab, &text)
        })
    }
}
