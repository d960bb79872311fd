//! Write request: one atomic call, the audit lines that prove it, and the ranges that its response returns.
//!
//! For each changed cell the call adds an audit line into which the server itself copies the id of the row and the old
//! value, from the very cells that the call is about to change, and the header from above them. If staff sorted the tab
//! or moved its columns between the read and the write, the line names the row and the column that were hit and keeps
//! the overwritten value. The response returns these lines; if it is lost, they are in the sheet.
//!
//! Adjacent deleted rows are copied and deleted together. For a large call that does nothing else, the response returns
//! the ids of the deleted rows: if they are the intended ones, in any order, nothing more has to be read.
//!
//! The response also returns the ids of the written rows, which decides. Google's clipboard skips rows that a filter
//! hides (<https://github.com/googleapis/google-api-php-client-services/issues/329>), so a line may show another row
//! although the right one was hit; such a line is then rewritten with the values read before the write. If the response
//! is lost, the lines replace it.

use std::ops::Range;

use crate::{
    audit::column,
    cell::{CellContent, CellEntry},
    commit::{
        audit_line::{AuditLine, LineSubject, audit_lines},
        fencing::{self, CallKey},
        plan::{RestoredRow, RowAddition, RowEdit, WritePlan},
        row_ranges::{AuditLogRange, CopySource, RowBlocks, adjacent_runs, chunk_ranges, fill_requests},
        tab_index::TabIndexes,
    },
    google::{
        requests::{self, CellFill, CellPosition, CellRange, NewRow},
        wire_types::SheetRequest,
    },
    schema::tab::{Tab, column_letters, quoted_title},
};

/// Maximum number of lines in the response; more are read from the log, since a returned cell takes kilobytes of
/// memory.
const MAX_LINES_IN_RESPONSE: usize = 200;
/// Maximum number of blocks of deleted rows whose ids the response to a large call returns.
const MAX_BLOCKS_IN_RESPONSE: usize = 50;
/// Minimum average run length of a repeated value for which it is written once for all of its lines.
const MIN_REPEAT_LENGTH: usize = 8;

/// Call that is ready to be sent.
pub(crate) struct WriteRequest {
    /// Fencing token that the call takes, and the one before it.
    pub(crate) token: fencing::FencingToken,
    pub(crate) before: fencing::FencingToken,
    /// Sheet id of a tab that the call writes to.
    pub(crate) sheet_id: i32,
    pub(crate) plan: WritePlan,
    pub(crate) requests: Vec<SheetRequest>,
    /// Ranges that the response returns.
    pub(crate) ranges: Vec<String>,
    pub(crate) lines: Vec<AuditLine>,
    blocks: RowBlocks,
    /// Position of the new lines in the audit log.
    pub(crate) log: Option<AuditLogRange>,
}

impl WriteRequest {
    /// Prepares the call for `plan`, with the token after `before`. `now` is the time that the log shows.
    pub(crate) fn new(
        mut plan: WritePlan,
        indexes: &TabIndexes,
        before: &fencing::FencingToken,
        now: &CellEntry,
    ) -> Self {
        let call = CallKey::new();
        // Stable sort: edits of one row keep their order.
        plan.edits.sort_by_key(|edit| (edit.tab.title, edit.number));
        plan.removals.sort_by_key(|removal| (removal.tab.title, removal.number));
        let blocks = RowBlocks::of(&plan);
        let mut request = Self {
            token: before.next(call),
            before: before.clone(),
            sheet_id: plan.tabs().first().map_or(0, |tab| indexes.place(tab).sheet_id),
            lines: audit_lines(&plan, &blocks, call),
            blocks,
            plan,
            requests: Vec::new(),
            ranges: Vec::new(),
            log: None,
        };
        request
            .requests
            .extend(request.token.requests(before, request.sheet_id));
        request.add_lines(indexes, now);
        request.add_edits(indexes);
        request.add_insertions(indexes);
        request.add_removals(indexes);
        if request.is_large() {
            request.ranges.clear();
            request.request_deleted_ids(indexes.audit_log());
        } else {
            request.request_hit_ids(indexes);
        }
        request
    }

    /// Adds the lines, filled with what is known before the call.
    fn add_lines(&mut self, indexes: &TabIndexes, now: &CellEntry) {
        if self.lines.is_empty() {
            return;
        }
        let audit_log = indexes.audit_log();
        let place = indexes.place(audit_log);
        self.requests.extend(indexes.growth_needed(audit_log));
        self.requests
            .push(requests::empty_rows(place.sheet_id, place.after_row, self.lines.len()));
        // Lines of new rows come last and prove nothing, so they are not returned. Their header and old value are empty,
        // and the new value too unless a caller chose the key.
        let proving = self
            .lines
            .iter()
            .filter(|line| line.subject != LineSubject::New)
            .count();
        let has_digests = self.lines.iter().any(|line| line.new != CellContent::Empty);
        let filled: Vec<usize> = if proving == 0 {
            (0..column::HEADER).chain(has_digests.then_some(column::NEW)).collect()
        } else {
            (0..audit_log.columns.len()).collect()
        };
        let mut singly = Vec::new();
        for column in filled {
            let position = place.layout.position(column);
            let runs = chunk_ranges(self.lines.chunk_by(|above, below| above.shows_same(below, column)));
            if runs.len() * MIN_REPEAT_LENGTH > self.lines.len() {
                singly.push((position, column));
                continue;
            }
            self.requests.extend(runs.into_iter().map(|lines| {
                let range = CellRange {
                    sheet_id: place.sheet_id,
                    row: place.after_row + lines.start,
                    column: position,
                    rows: lines.len(),
                    columns: 1,
                };
                requests::repeat_cell(range, self.lines[lines.start].cell(column, now))
            }));
        }
        for columns in adjacent_runs(singly) {
            let cells = |line: &AuditLine| columns.iter().map(|(_, column)| line.cell(*column, now)).collect();
            let start = CellPosition {
                row: place.after_row,
                column: columns[0].0,
            };
            let rows = self.lines.iter().map(cells).collect();
            self.requests.push(requests::update_cells(place.sheet_id, start, rows));
        }
        let log = AuditLogRange {
            sheet_id: place.sheet_id,
            first_row: place.after_row,
            row: place.layout.position(column::ROW),
            header: place.layout.position(column::HEADER),
            old: place.layout.position(column::OLD),
        };
        let shown = [log.row, log.header, log.old];
        let first = shown.iter().min().copied().unwrap_or_default();
        let last = shown.iter().max().copied().unwrap_or_default();
        if proving > 0 {
            self.ranges.push(format!(
                "{}!{}{}:{}{}",
                quoted_title(audit_log.title),
                column_letters(first),
                log.first_row + 1,
                column_letters(last),
                log.first_row + proving
            ));
        }
        self.log = Some(log);
    }

    /// Copies the values that the edits overwrite into their lines, then writes; in sequence, since several edits may
    /// concern the same row.
    fn add_edits(&mut self, indexes: &TabIndexes) {
        let mut line = 0;
        for block in &self.blocks.edits {
            let edits = &self.plan.edits[block.clone()];
            let place = indexes.place(edits[0].tab);
            if let Some(log) = self.log.as_ref().filter(|_| edits[0].is_logged()) {
                let source = CopySource {
                    sheet_id: place.sheet_id,
                    row: edits[0].number - 1,
                    rows: edits.len(),
                    id: place.layout.position(0),
                };
                let positions: Vec<usize> = edits[0].logged().map(|(_, cell)| cell.position).collect();
                self.requests.extend(if edits[0].is_numbering() {
                    source.copies_without_id(&positions, log, line)
                } else {
                    source.copies(&positions, log, line)
                });
                line += positions.len() * edits.len();
            }
            let cells = |edit: &RowEdit| {
                edit.cells
                    .iter()
                    .map(|cell| (cell.position, cell.fill.clone()))
                    .collect()
            };
            let rows: Vec<Vec<_>> = edits.iter().map(cells).collect();
            self.requests
                .extend(fill_requests(place.sheet_id, edits[0].number - 1, &rows));
        }
    }

    fn add_insertions(&mut self, indexes: &TabIndexes) {
        for tab in self.plan.tabs_with_additions() {
            let rows: Vec<NewRow<'_>> = self
                .plan
                .additions
                .iter()
                .filter(|addition| addition.tab == tab)
                .map(|addition| NewRow {
                    id: addition.id.clone(),
                    cells: &addition.cells,
                })
                .collect();
            self.requests.extend(indexes.growth_needed(tab));
            let mut place = indexes.place(tab);
            if tab == indexes.audit_log() {
                // Below the lines of this call, whose position must stay as in the returned range.
                place.after_row += self.lines.len();
            }
            self.requests.extend(requests::insert_rows(&place, &rows));
            let additions = self.plan.additions.iter().filter(|addition| addition.tab == tab);
            for (index, addition) in additions
                .enumerate()
                .filter(|(_, addition)| !addition.others.is_empty())
            {
                let cells = addition.others.iter();
                let row = cells.map(|(position, content)| (*position, CellFill::with(content.clone(), None)));
                self.requests
                    .extend(fill_requests(place.sheet_id, place.after_row + index, &[row.collect()]));
            }
        }
    }

    /// Copies whole rows into the log, then deletes them from the bottom up, so that row numbers stay valid. Rows are
    /// restored in the same pass.
    fn add_removals(&mut self, indexes: &TabIndexes) {
        let mut line = self.first_line_of_removals();
        for block in &self.blocks.removals {
            let removals = &self.plan.removals[block.clone()];
            let place = indexes.place(removals[0].tab);
            if let Some(log) = &self.log {
                let source = CopySource {
                    sheet_id: place.sheet_id,
                    row: removals[0].number - 1,
                    rows: removals.len(),
                    id: place.layout.position(0),
                };
                let positions: Vec<usize> = removals[0].columns.iter().map(|cell| cell.position).collect();
                self.requests.extend(source.copies(&positions, log, line));
                line += positions.len() * removals.len();
            }
        }
        let deleted = self.plan.removals.iter();
        let deleted = deleted.map(|removal| (indexes.place(removal.tab).sheet_id, removal.number, None));
        let restored = self.plan.restored.iter();
        let restored = restored.map(|row| (indexes.place(row.tab).sheet_id, row.after_row, Some(row)));
        // Below a row that is deleted itself, a row is restored before that deletion: afterwards the row number is
        // another row's.
        let mut changes: Vec<(i32, usize, Option<&RestoredRow>)> = restored.chain(deleted).collect();
        changes.sort_by_key(|(sheet_id, number, _)| (*sheet_id, std::cmp::Reverse(*number)));
        let is_adjacent_deletion = |below: &(i32, usize, Option<&RestoredRow>),
                                    above: &(i32, usize, Option<&RestoredRow>)| {
            below.2.is_none() && above.2.is_none() && below.0 == above.0 && above.1 + 1 == below.1
        };
        for chunk in changes.chunk_by(is_adjacent_deletion) {
            match chunk {
                [(sheet_id, _, Some(restored))] => self.requests.extend(restored.requests(*sheet_id)),
                [.., (sheet_id, first, _)] => {
                    self.requests
                        .push(requests::delete_rows(*sheet_id, *first, chunk.len()));
                }
                [] => {}
            }
        }
    }

    fn first_line_of_removals(&self) -> usize {
        let is_first = |line: &AuditLine| matches!(line.subject, LineSubject::Removal { .. });
        self.lines.iter().position(is_first).unwrap_or(self.lines.len())
    }

    /// Makes the response return the ids of the rows and the headers.
    fn request_hit_ids(&mut self, indexes: &TabIndexes) {
        let headers = self.plan.tabs().into_iter();
        self.ranges
            .extend(headers.map(|tab| format!("{}!1:1", quoted_title(tab.title))));
        for block in &self.blocks.edits {
            let edits = &self.plan.edits[block.clone()];
            let title = quoted_title(edits[0].tab.title);
            let layout = indexes.place(edits[0].tab).layout;
            let (first_column, last_column) = if edits[0].is_numbering() {
                (0, layout.width().saturating_sub(1))
            } else {
                (layout.position(0), layout.position(0))
            };
            let [first_column, last_column] = [first_column, last_column].map(column_letters);
            let rows: Vec<usize> = edits.iter().filter_map(|edit| self.plan.number_after(edit)).collect();
            if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
                self.ranges
                    .push(format!("{title}!{first_column}{first}:{last_column}{last}"));
            }
        }
    }

    /// Makes the response to a large call that only deletes and adds rows return the ids of the deleted rows.
    fn request_deleted_ids(&mut self, audit_log: &Tab) {
        let plan = &self.plan;
        let are_identified = plan
            .removals
            .iter()
            .all(|removal| removal.identifying_values.is_empty());
        let Some(log) = self.log.as_ref().filter(|_| are_identified) else {
            return;
        };
        if !plan.edits.is_empty() || !plan.restored.is_empty() || self.blocks.removals.len() > MAX_BLOCKS_IN_RESPONSE {
            return;
        }
        let headers = plan
            .tabs()
            .into_iter()
            .map(|tab| format!("{}!1:1", quoted_title(tab.title)));
        self.ranges.extend(headers);
        let column = column_letters(log.row);
        for lines in self.lines_with_ids() {
            let (first, last) = (log.first_row + lines.start + 1, log.first_row + lines.end);
            let title = quoted_title(audit_log.title);
            self.ranges.push(format!("{title}!{column}{first}:{column}{last}"));
        }
    }

    /// Lines that together show the id of each deleted row: those of the first column of each block.
    pub(crate) fn lines_with_ids(&self) -> Vec<Range<usize>> {
        let mut line = self.first_line_of_removals();
        let first_columns = self.blocks.removals.iter().map(|block| {
            let start = line;
            line += block.len() * self.plan.removals[block.start].columns.len();
            start..start + block.len()
        });
        first_columns.collect()
    }

    /// Whether the response returns too little, so that the lines have to be read.
    pub(crate) fn is_large(&self) -> bool {
        let is_new = |line: &&AuditLine| line.subject != LineSubject::New;
        self.lines.iter().filter(is_new).count() > MAX_LINES_IN_RESPONSE
    }

    /// Whether the call wrote audit lines.
    pub(crate) fn is_logged(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Updates `tails` after the call was applied and hit the intended rows.
    pub(crate) fn update_indexes(&self, indexes: &mut TabIndexes) {
        if !self.lines.is_empty() {
            indexes.record_added(indexes.audit_log(), self.lines.iter().map(|line| line.id.as_str()));
        }
        for tab in self.plan.tabs_with_additions() {
            let additions = self.plan.additions.iter().filter(|addition| addition.tab == tab);
            let ids: Vec<String> = additions.map(RowAddition::id_text).collect();
            indexes.record_added(tab, ids.iter().map(String::as_str));
        }
        for removals in self.plan.removals.chunk_by(|above, below| above.tab == below.tab) {
            let numbers: Vec<usize> = removals.iter().map(|removal| removal.number).collect();
            indexes.record_removed(removals[0].tab, &numbers);
        }
        for restored in &self.plan.restored {
            indexes.invalidate_tab(restored.tab);
        }
        for edit in self.plan.edits.iter().filter(|edit| edit.is_numbering()) {
            indexes.invalidate_tab(edit.tab);
        }
    }

    /// Tabs that show whether it was applied.
    pub(crate) fn tabs(&self, audit_log: &'static Tab) -> Vec<&'static Tab> {
        let mut tabs = self.plan.tabs();
        if self.is_logged() {
            tabs.push(audit_log);
        }
        tabs
    }

    /// Drops the index of its tabs, since the rows have moved.
    pub(crate) fn invalidate_indexes(&self, indexes: &mut TabIndexes) {
        let tabs = self.tabs(indexes.audit_log());
        tabs.iter().for_each(|tab| indexes.invalidate_tab(tab));
    }
}
