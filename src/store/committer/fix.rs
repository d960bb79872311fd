//! Repair tasks.

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

/// Pending repair.
pub(super) enum Fix {
    Cell {
        tab: &'static Tab,
        /// Row number at the time, if known.
        number: Option<usize>,
        /// Intended row; the row itself, if only columns were moved.
        meant: Meant,
        cell: Overwritten,
    },
    Row {
        tab: &'static Tab,
        number: Option<usize>,
        id: String,
        cells: Vec<Overwritten>,
    },
    /// New row whose values may be in the wrong columns.
    Scattered(WrittenRow),
    /// Audit line that shows another row than the one that was hit.
    Line { id: String, row: Entry, old: Content },
}

/// Intended cell of a write.
pub(super) enum Meant {
    /// Id of its row and header of its column.
    Cell(String, String),
    /// Encoded in the id of the audit line.
    Sealed(LineId),
}

impl Meant {
    /// Finds the intended row among `ids`, and its header, in a tab with these headers.
    pub(super) fn among<'a>(
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

/// Row as it was written.
pub(super) struct WrittenRow {
    pub(super) tab: &'static Tab,
    pub(super) id: String,
    /// Header, kind and value of all columns that got a value.
    pub(super) cells: Vec<(String, Option<Kind>, Content)>,
}

impl WrittenRow {
    /// Creates the image of a new row; `cells` are those after its id.
    pub(super) fn of(tab: &'static Tab, id: &Entry, cells: &[Entry]) -> Self {
        let contents = std::iter::once(id).chain(cells).map(Entry::content);
        let cells = tab.columns.iter().zip(contents);
        Self {
            tab,
            id: id.content().as_cell().text(),
            cells: cells
                .map(|(column, content)| (column.header.to_owned(), Some(column.kind), content))
                .collect(),
        }
    }

    /// Value that was written under this header.
    pub(super) fn content_under(&self, header: &str) -> Content {
        let own = self.cells.iter().find(|(own, ..)| normalise(own) == normalise(header));
        own.map_or(Content::Empty, |(_, _, content)| content.clone())
    }

    /// Whether a row with these cells shows the id and at least half of the other values, in any columns.
    pub(super) fn is_likely<'a>(&self, found: impl Iterator<Item = &'a Content>) -> bool {
        let found: Vec<&Content> = found.collect();
        let is_there = |value: &Content| found.iter().any(|found| found.is_same_as(value));
        let id = Content::Text(self.id.clone());
        let id = found.iter().any(|found| found.as_cell().text() == id.as_cell().text());
        let values = || self.cells.iter().filter(|(_, _, content)| *content != Content::Empty);
        let there = values().filter(|(_, _, content)| is_there(content)).count();
        id && 2 * there > values().count()
    }

    /// Whether a deleted row is this one, in any columns.
    pub(super) fn is_version_of(&self, deleted: &[Overwritten]) -> bool {
        self.is_likely(deleted.iter().map(|cell| &cell.old))
    }

    /// Whether the id is under its header, and no other value is under a wrong one, including headers of staff's own
    /// columns. Values that staff have changed are ignored.
    pub(super) fn stands_in<'a>(&self, headers: &[String], shown: impl Fn(usize) -> &'a Content) -> bool {
        let is_of_another = |found: &Content| {
            let mut values = self.cells.iter();
            *found != Content::Empty && values.any(|(_, _, content)| content.is_same_as(found))
        };
        let stands_astray = |content: &Content| {
            let mut places = headers.iter().enumerate();
            *content != Content::Empty
                && places.any(|(position, header)| {
                    shown(position).is_same_as(content) && !self.content_under(header).is_same_as(content)
                })
        };
        self.cells.iter().zip(0..).all(|((header, _, content), place)| {
            let position = headers.iter().position(|found| normalise(found) == normalise(header));
            position.is_some_and(|position| {
                let found = shown(position);
                found.is_same_as(content) || (place > 0 && !is_of_another(found) && !stands_astray(content))
            })
        })
    }
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
    /// Whether it can be derived from the audit log.
    pub(super) fn is_told_by_the_log(&self) -> bool {
        matches!(self, Self::Cell { .. } | Self::Row { .. })
    }

    /// Whether it moves the values of this row into their columns.
    pub(super) fn brings(&self, place: &Tab, id: &str) -> bool {
        matches!(self, Self::Scattered(row) if row.tab == place && row.id == id)
    }

    /// Whether it is about the cell at this position at the time.
    pub(super) fn is_at(&self, place: &Tab, row: usize, position: Option<usize>) -> bool {
        matches!(self, Self::Cell { tab, number, cell, .. }
            if *tab == place && *number == Some(row) && cell.position.is_some() && cell.position == position)
    }

    /// Whether it is about the value that `overwritten` found in its cell.
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
