//! Row images: a row as it was written, and cells as a misplaced write found them.

use crate::{
    cell::{CellContent, CellEntry},
    schema::tab::{Tab, normalize_header},
};

/// Cell that was hit instead of another one.
#[derive(Clone, Debug)]
pub(crate) struct OverwrittenCell {
    /// Id of its row, if known.
    pub(crate) id: String,
    /// Position in the sheet at the time, if known.
    pub(crate) position: Option<usize>,
    /// Header of its column at the time.
    pub(crate) header: String,
    pub(crate) old: CellContent,
    /// Current value; empty for a removal.
    pub(crate) now: CellContent,
}

/// Row as it was written.
pub(crate) struct WrittenRow {
    pub(crate) tab: &'static Tab,
    pub(crate) id: String,
    /// Cells of all columns that got a value.
    pub(crate) cells: Vec<WrittenCell>,
}

/// Cell of a [`WrittenRow`].
pub(crate) struct WrittenCell {
    pub(crate) header: String,
    pub(crate) content: CellContent,
}

impl WrittenRow {
    /// Creates the image of a new row; `cells` are those after its id.
    pub(crate) fn of(tab: &'static Tab, id: &CellEntry, cells: &[CellEntry]) -> Self {
        let contents = std::iter::once(id).chain(cells).map(CellEntry::content);
        let cells = tab.columns.iter().zip(contents);
        Self {
            tab,
            id: id.content().as_cell().text(),
            cells: cells
                .map(|(column, content)| WrittenCell {
                    header: column.header.to_owned(),
                    content,
                })
                .collect(),
        }
    }

    /// Value that was written under this header.
    pub(crate) fn content_under(&self, header: &str) -> CellContent {
        let own = self
            .cells
            .iter()
            .find(|cell| normalize_header(&cell.header) == normalize_header(header));
        own.map_or(CellContent::Empty, |cell| cell.content.clone())
    }

    /// Whether a row with these cells shows the id and at least half of the other values, in any columns.
    pub(crate) fn resembles<'a>(&self, found: impl Iterator<Item = &'a CellContent>) -> bool {
        let found: Vec<&CellContent> = found.collect();
        let is_there = |value: &CellContent| found.iter().any(|found| found.is_same_as(value));
        let id = CellContent::Text(self.id.clone());
        let id = found.iter().any(|found| found.as_cell().text() == id.as_cell().text());
        let contents = self.cells.iter().map(|cell| &cell.content);
        let values = || contents.clone().filter(|content| **content != CellContent::Empty);
        let there = values().filter(|content| is_there(content)).count();
        id && 2 * there > values().count()
    }

    /// Whether a deleted row is this one, in any columns.
    pub(crate) fn is_version_of(&self, deleted: &[OverwrittenCell]) -> bool {
        self.resembles(deleted.iter().map(|cell| &cell.old))
    }

    /// Whether the id is under its header, and no other value is under a wrong one, including headers of staff's own
    /// columns. Values that staff have changed are ignored.
    pub(crate) fn matches_columns<'a>(&self, headers: &[String], shown: impl Fn(usize) -> &'a CellContent) -> bool {
        let is_of_another = |found: &CellContent| {
            let mut values = self.cells.iter();
            *found != CellContent::Empty && values.any(|cell| cell.content.is_same_as(found))
        };
        let is_under_wrong_header = |content: &CellContent| {
            let mut places = headers.iter().enumerate();
            *content != CellContent::Empty
                && places.any(|(position, header)| {
                    shown(position).is_same_as(content) && !self.content_under(header).is_same_as(content)
                })
        };
        self.cells
            .iter()
            .zip(0..)
            .all(|(WrittenCell { header, content }, place)| {
                let position = headers
                    .iter()
                    .position(|found| normalize_header(found) == normalize_header(header));
                position.is_some_and(|position| {
                    let found = shown(position);
                    found.is_same_as(content) || (place > 0 && !is_of_another(found) && !is_under_wrong_header(content))
                })
            })
    }
}
