//! Row ranges: adjacent rows that change in the same columns are copied and written together.

use std::ops::Range;

use super::{
    super::{
        google::SheetRequest,
        requests::{self, Filling, Stretch, Turn},
        tab::History,
    },
    line::Log,
    plan::{CellEdit, Edit, InLog, Plan, Removal, Restored, RestoredCell},
};

/// Minimum number of adjacent deleted rows that are copied column by column.
const LEAST_TOGETHER: usize = 10;

impl Edit {
    pub(super) fn is_logged(&self) -> bool {
        self.tab.history == History::Kept
    }

    /// Cells that get an audit line, with their index in the edit.
    pub(super) fn logged(&self) -> impl Iterator<Item = (usize, &CellEdit)> {
        let cells = self.cells.iter().enumerate();
        cells.filter(|(_, cell)| cell.in_log != InLog::NoLine && self.is_logged())
    }

    /// Whether `below` is the next row and changes the same columns, so that both can be written together.
    pub(super) fn continues_in(&self, below: &Self) -> bool {
        let shape = |cell: &CellEdit| (cell.position, cell.in_log, cell.filling.has_format());
        self.tab == below.tab
            && self.is_numbering() == below.is_numbering()
            && self.number + 1 == below.number
            && self.cells.iter().map(shape).eq(below.cells.iter().map(shape))
    }
}

impl Removal {
    /// Whether `below` is the next row, so that both can be copied and deleted together.
    pub(super) fn continues_in(&self, below: &Self) -> bool {
        let places = |removal: &Self| -> Vec<usize> { removal.columns.iter().map(|cell| cell.position).collect() };
        self.tab == below.tab && self.number + 1 == below.number && places(self) == places(below)
    }
}

/// Ranges of changes that are made together, by index in the plan.
pub(super) struct Blocks {
    /// Edits of adjacent rows.
    pub(super) edits: Vec<Range<usize>>,
    /// Deletions of adjacent rows.
    pub(super) removals: Vec<Range<usize>>,
}

impl Blocks {
    /// Blocks of a plan that is sorted by tab and row.
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            edits: ranges(plan.edits.chunk_by(Edit::continues_in)),
            removals: removals(plan),
        }
    }
}

/// Ranges of deleted rows. Small ranges are split, so that their audit lines follow row by row, as a person reads them.
fn removals(plan: &Plan) -> Vec<Range<usize>> {
    let chunks = ranges(plan.removals.chunk_by(Removal::continues_in)).into_iter();
    let singly = |chunk: Range<usize>| chunk.map(|index| index..index + 1).collect();
    chunks
        .flat_map(|chunk| match chunk.len() {
            ..LEAST_TOGETHER => singly(chunk),
            _ => vec![chunk],
        })
        .collect()
}

/// Index ranges of the chunks.
pub(super) fn ranges<'a, T: 'a>(chunks: impl Iterator<Item = &'a [T]>) -> Vec<Range<usize>> {
    let mut start = 0;
    chunks
        .map(|chunk| {
            let block = start..start + chunk.len();
            start = block.end;
            block
        })
        .collect()
}

/// Rows of a block of edits, as the source of copies.
pub(super) struct Source {
    pub(super) sheet_id: i32,
    /// Zero-based.
    pub(super) row: usize,
    pub(super) rows: usize,
    /// Position of the id column.
    pub(super) id: usize,
}

impl Source {
    pub(super) fn stretch(&self, column: usize, columns: usize) -> Stretch {
        Stretch {
            sheet_id: self.sheet_id,
            row: self.row,
            column,
            rows: self.rows,
            columns,
        }
    }

    /// Copies only headers and cells into the lines from `line` on: the rows have no id yet.
    pub(super) fn copies_without_id(&self, positions: &[usize], log: &Log, line: usize) -> Vec<SheetRequest> {
        let starts = positions.iter().zip((line..).step_by(self.rows));
        let copies = starts.flat_map(|(position, line)| {
            let lines = |column: usize| log.stretch(line, self.rows, column);
            [
                requests::copy_values(self.stretch(*position, 1), lines(log.old), Turn::Kept),
                requests::copy_values(self.header(*position), lines(log.header), Turn::Kept),
            ]
        });
        copies.collect()
    }

    fn header(&self, column: usize) -> Stretch {
        let cell = self.stretch(column, 1);
        Stretch {
            row: 0,
            rows: 1,
            ..cell
        }
    }

    /// Copies ids, headers and cells into the lines from `line` on: the rows of one column, then those of the next. In
    /// a single row adjacent cells are copied together.
    pub(super) fn copies(&self, positions: &[usize], log: &Log, line: usize) -> Vec<SheetRequest> {
        let ids = self.stretch(self.id, 1);
        if self.rows == 1 {
            let lines = log.stretch(line, positions.len(), log.row);
            let mut copies = vec![requests::copy_values(ids, lines, Turn::Kept)];
            let mut line = line;
            for run in side_by_side(positions.iter().map(|position| (*position, ()))) {
                let cells = self.stretch(run[0].0, run.len());
                for (cells, column) in [(cells, log.old), (Stretch { row: 0, ..cells }, log.header)] {
                    let lines = log.stretch(line, run.len(), column);
                    copies.push(requests::copy_values(cells, lines, Turn::RowToColumn));
                }
                line += run.len();
            }
            return copies;
        }
        let starts = positions.iter().zip((line..).step_by(self.rows));
        let copies = starts.flat_map(|(position, line)| {
            let lines = |column: usize| log.stretch(line, self.rows, column);
            [
                requests::copy_values(ids, lines(log.row), Turn::Kept),
                requests::copy_values(self.stretch(*position, 1), lines(log.old), Turn::Kept),
                requests::copy_values(self.header(*position), lines(log.header), Turn::Kept),
            ]
        });
        copies.collect()
    }
}

/// Requests that fill adjacent rows in the same columns. Adjacent cells share a request if either all or none of them
/// have a number format.
pub(super) fn filled(sheet_id: i32, first_row: usize, rows: &[Vec<(usize, Filling)>]) -> Vec<SheetRequest> {
    let Some(shape) = rows.first() else { return Vec::new() };
    let has_format = |index: usize| shape[index].1.has_format();
    let mut requests = Vec::new();
    for run in side_by_side(
        shape
            .iter()
            .enumerate()
            .map(|(index, (position, _))| (*position, index)),
    ) {
        for run in run.chunk_by(|(_, left), (_, right)| has_format(*left) == has_format(*right)) {
            let cells = |row: &Vec<(usize, Filling)>| run.iter().map(|(_, index)| row[*index].1.data()).collect();
            let start = (first_row, run[0].0);
            requests.push(requests::update_cells(
                sheet_id,
                start,
                rows.iter().map(cells).collect(),
            ));
        }
    }
    requests
}

impl Restored {
    pub(super) fn requests(&self, sheet_id: i32) -> Vec<SheetRequest> {
        let mut requests = vec![requests::empty_rows(sheet_id, self.after_row, 1)];
        let cell = |cell: &RestoredCell| (cell.position, Filling::with(cell.content.clone(), cell.kind));
        let row = self.cells.iter().map(cell).collect();
        requests.extend(filled(sheet_id, self.after_row, &[row]));
        requests
    }
}

/// Groups items into runs of consecutive positions, sorted by position.
pub(super) fn side_by_side<T>(items: impl IntoIterator<Item = (usize, T)>) -> Vec<Vec<(usize, T)>> {
    let mut items: Vec<(usize, T)> = items.into_iter().collect();
    items.sort_by_key(|(place, _)| *place);
    let mut runs: Vec<Vec<(usize, T)>> = Vec::new();
    for (place, item) in items {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|(last, _)| last + 1 == place) => run.push((place, item)),
            _ => runs.push(vec![(place, item)]),
        }
    }
    runs
}
