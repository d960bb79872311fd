//! Row ranges: adjacent rows that change in the same columns are copied and written together.

use std::ops::Range;

use crate::{
    commit::plan::{CellEdit, CellLogging, RestoredCell, RestoredRow, RowEdit, RowRemoval, WritePlan},
    google::{
        requests::{self, CellFill, CellPosition, CellRange, PasteOrientation},
        wire_types::SheetRequest,
    },
    schema::tab::ChangeHistory,
};

/// Minimum number of adjacent deleted rows that are copied column by column.
const MIN_ROWS_PER_BLOCK: usize = 10;

impl RowEdit {
    pub(crate) fn is_logged(&self) -> bool {
        self.tab.history == ChangeHistory::Kept
    }

    /// Cells that get an audit line, with their index in the edit.
    pub(crate) fn logged(&self) -> impl Iterator<Item = (usize, &CellEdit)> {
        let cells = self.cells.iter().enumerate();
        cells.filter(|(_, cell)| cell.in_log != CellLogging::NoLine && self.is_logged())
    }

    /// Whether `below` is the next row and changes the same columns, so that both can be written together.
    pub(crate) fn continues_in(&self, below: &Self) -> bool {
        let shape = |cell: &CellEdit| (cell.position, cell.in_log, cell.fill.has_format());
        self.tab == below.tab
            && self.is_numbering() == below.is_numbering()
            && self.number + 1 == below.number
            && self.cells.iter().map(shape).eq(below.cells.iter().map(shape))
    }
}

impl RowRemoval {
    /// Whether `below` is the next row, so that both can be copied and deleted together.
    pub(crate) fn continues_in(&self, below: &Self) -> bool {
        let places = |removal: &Self| -> Vec<usize> { removal.columns.iter().map(|cell| cell.position).collect() };
        self.tab == below.tab && self.number + 1 == below.number && places(self) == places(below)
    }
}

/// Ranges of changes that are made together, by index in the plan.
pub(crate) struct RowBlocks {
    /// Edits of adjacent rows.
    pub(crate) edits: Vec<Range<usize>>,
    /// Deletions of adjacent rows.
    pub(crate) removals: Vec<Range<usize>>,
}

impl RowBlocks {
    /// Blocks of a plan that is sorted by tab and row.
    pub(crate) fn of(plan: &WritePlan) -> Self {
        Self {
            edits: chunk_ranges(plan.edits.chunk_by(RowEdit::continues_in)),
            removals: removal_blocks(plan),
        }
    }
}

/// Ranges of deleted rows. Small ranges are split, so that their audit lines follow row by row, as a person reads them.
fn removal_blocks(plan: &WritePlan) -> Vec<Range<usize>> {
    let chunks = chunk_ranges(plan.removals.chunk_by(RowRemoval::continues_in)).into_iter();
    let singly = |chunk: Range<usize>| chunk.map(|index| index..index + 1).collect();
    chunks
        .flat_map(|chunk| match chunk.len() {
            ..MIN_ROWS_PER_BLOCK => singly(chunk),
            _ => vec![chunk],
        })
        .collect()
}

/// Index ranges of the chunks.
pub(crate) fn chunk_ranges<'a, T: 'a>(chunks: impl Iterator<Item = &'a [T]>) -> Vec<Range<usize>> {
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
pub(crate) struct CopySource {
    pub(crate) sheet_id: i32,
    /// Zero-based.
    pub(crate) row: usize,
    pub(crate) rows: usize,
    /// Position of the id column.
    pub(crate) id: usize,
}

impl CopySource {
    pub(crate) fn range(&self, column: usize, columns: usize) -> CellRange {
        CellRange {
            sheet_id: self.sheet_id,
            row: self.row,
            column,
            rows: self.rows,
            columns,
        }
    }

    /// Copies only headers and cells into the lines from `line` on: the rows have no id yet.
    pub(crate) fn copies_without_id(&self, positions: &[usize], log: &AuditLogRange, line: usize) -> Vec<SheetRequest> {
        let starts = positions.iter().zip((line..).step_by(self.rows));
        let copies = starts.flat_map(|(position, line)| {
            let lines = |column: usize| log.range(line, self.rows, column);
            [
                requests::copy_values(self.range(*position, 1), lines(log.old), PasteOrientation::Kept),
                requests::copy_values(self.header(*position), lines(log.header), PasteOrientation::Kept),
            ]
        });
        copies.collect()
    }

    fn header(&self, column: usize) -> CellRange {
        let cell = self.range(column, 1);
        CellRange {
            row: 0,
            rows: 1,
            ..cell
        }
    }

    /// Copies ids, headers and cells into the lines from `line` on: the rows of one column, then those of the next. In
    /// a single row adjacent cells are copied together.
    pub(crate) fn copies(&self, positions: &[usize], log: &AuditLogRange, line: usize) -> Vec<SheetRequest> {
        let ids = self.range(self.id, 1);
        if self.rows == 1 {
            let lines = log.range(line, positions.len(), log.row);
            let mut copies = vec![requests::copy_values(ids, lines, PasteOrientation::Kept)];
            let mut line = line;
            for run in adjacent_runs(positions.iter().map(|position| (*position, ()))) {
                let cells = self.range(run[0].0, run.len());
                for (cells, column) in [(cells, log.old), (CellRange { row: 0, ..cells }, log.header)] {
                    let lines = log.range(line, run.len(), column);
                    copies.push(requests::copy_values(cells, lines, PasteOrientation::RowToColumn));
                }
                line += run.len();
            }
            return copies;
        }
        let starts = positions.iter().zip((line..).step_by(self.rows));
        let copies = starts.flat_map(|(position, line)| {
            let lines = |column: usize| log.range(line, self.rows, column);
            [
                requests::copy_values(ids, lines(log.row), PasteOrientation::Kept),
                requests::copy_values(self.range(*position, 1), lines(log.old), PasteOrientation::Kept),
                requests::copy_values(self.header(*position), lines(log.header), PasteOrientation::Kept),
            ]
        });
        copies.collect()
    }
}

/// Requests that fill adjacent rows in the same columns. Adjacent cells share a request if either all or none of them
/// have a number format.
pub(crate) fn fill_requests(sheet_id: i32, first_row: usize, rows: &[Vec<(usize, CellFill)>]) -> Vec<SheetRequest> {
    let Some(shape) = rows.first() else { return Vec::new() };
    let has_format = |index: usize| shape[index].1.has_format();
    let mut requests = Vec::new();
    for run in adjacent_runs(
        shape
            .iter()
            .enumerate()
            .map(|(index, (position, _))| (*position, index)),
    ) {
        for run in run.chunk_by(|(_, left), (_, right)| has_format(*left) == has_format(*right)) {
            let cells = |row: &Vec<(usize, CellFill)>| run.iter().map(|(_, index)| row[*index].1.data()).collect();
            let start = CellPosition {
                row: first_row,
                column: run[0].0,
            };
            requests.push(requests::update_cells(
                sheet_id,
                start,
                rows.iter().map(cells).collect(),
            ));
        }
    }
    requests
}

impl RestoredRow {
    pub(crate) fn requests(&self, sheet_id: i32) -> Vec<SheetRequest> {
        let mut requests = vec![requests::empty_rows(sheet_id, self.after_row, 1)];
        let cell = |cell: &RestoredCell| (cell.position, CellFill::with(cell.content.clone(), cell.kind));
        let row = self.cells.iter().map(cell).collect();
        requests.extend(fill_requests(sheet_id, self.after_row, &[row]));
        requests
    }
}

/// Groups items into runs of consecutive positions, sorted by position.
pub(crate) fn adjacent_runs<T>(items: impl IntoIterator<Item = (usize, T)>) -> Vec<Vec<(usize, T)>> {
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

#[derive(Clone)]
pub(crate) struct AuditLogRange {
    pub(crate) sheet_id: i32,
    /// Row of the first line, zero-based.
    pub(crate) first_row: usize,
    pub(crate) row: usize,
    pub(crate) header: usize,
    pub(crate) old: usize,
}

impl AuditLogRange {
    pub(crate) fn range(&self, line: usize, lines: usize, column: usize) -> CellRange {
        CellRange {
            sheet_id: self.sheet_id,
            row: self.first_row + line,
            column,
            rows: lines,
            columns: 1,
        }
    }
}
