//! One atomic call: what it writes, the lines of the audit log that prove it, and what the answer tells.
//!
//! For each changed cell the call adds a line to the audit log, in which the server itself puts the id of the row and the
//! old value: it copies them from the very cells that the call is about to change. If staff sorted the tab between the
//! read and the write, the line names the row that was hit and keeps what was overwritten. The first line of each column
//! also gets a copy of the header, which tells whether a column was moved. The answer shows these lines, and should it get
//! lost, they are in the sheet.
//!
//! The answer also shows the ids of the rows that were written, which decides. Google's clipboard passes over rows that a
//! filter hides (<https://github.com/googleapis/google-api-php-client-services/issues/329>), so that a line may show another
//! row although the right one was hit; such a line then gets what was read before the write. A lost answer is made up for
//! by the lines.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use uuid::Uuid;

use super::{
    super::{
        audit::{AUDIT_LOG, action, column},
        cell::{Content, Entry},
        google::{CellData, SheetRequest},
        requests::{self, NewRow, Stretch, Turn, cell_data, cell_with, number_format},
        shown::Shown,
        tab::{History, Kind, Tab, column_letters, normalise, quoted},
        tail::{Found, Search, Sight, Tails, Wanted},
    },
    plan::{Addition, CellEdit, Edit, InLog, Plan, Removal, Restored},
};

/// Lines that the answer shows; more are read from the log, since a shown cell takes kilobytes of memory.
const LINES_SHOWN: usize = 200;

/// A call that is ready to be sent.
pub(super) struct Shot {
    /// Stands for the call: once a named range of this name is there, the call cannot be applied any more.
    pub(super) name: String,
    /// A tab that the call writes to.
    pub(super) sheet_id: i32,
    pub(super) plan: Plan,
    pub(super) requests: Vec<SheetRequest>,
    /// What the answer is to show.
    pub(super) ranges: Vec<String>,
    lines: Vec<Line>,
    /// Edits that are made together, by place in the plan.
    blocks: Vec<Range<usize>>,
    /// Number of the tab of the audit log, and where its columns stand.
    log: Option<Log>,
    /// Named ranges that stay, to keep others from counting the same ids.
    pub(super) counters: Vec<Counter>,
}

/// Says that counted ids from `first` on are spoken for.
pub(super) struct Counter {
    pub(super) name: String,
    pub(super) tab: &'static str,
    pub(super) first: i64,
}

#[derive(Clone)]
struct Log {
    sheet_id: i32,
    /// Of the first line, counted from 0.
    first_row: usize,
    row: usize,
    header: usize,
    old: usize,
}

/// A line of the audit log, as it is known before the call.
struct Line {
    id: String,
    by: String,
    tab: &'static Tab,
    row: String,
    action: &'static str,
    header: String,
    kind: Option<Kind>,
    old: Content,
    new: Content,
    subject: Subject,
}

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// The cell of an edit, by place in the plan and in the edit.
    Edit(usize, usize),
    Removal(usize, usize),
    /// A row that is new, so that nothing can be overwritten.
    New,
}

/// What a line shows after the call.
#[derive(Clone, Debug)]
struct Hit {
    row: String,
    header: String,
    old: Content,
}

impl Verdict {
    pub(super) fn is_clean(&self) -> bool {
        self.misplaced_edits.is_empty() && self.misplaced_removals.is_empty()
    }
}

/// What the lines tell.
#[derive(Default)]
pub(super) struct Verdict {
    /// Edits and removals by place in the plan that hit another row or column.
    pub(super) misplaced_edits: Vec<(usize, Vec<Overwritten>)>,
    pub(super) misplaced_removals: Vec<(usize, Vec<Overwritten>)>,
    /// Lines that show another row although the right one was hit, by place.
    pub(super) garbled_lines: Vec<usize>,
}

/// A cell that was hit in place of another one.
#[derive(Clone, Debug)]
pub(super) struct Overwritten {
    /// Id of its row, as far as it is known.
    pub(super) id: String,
    /// Place in the sheet at the time.
    pub(super) position: usize,
    /// Header of its column at the time.
    pub(super) header: String,
    pub(super) old: Content,
    /// What stands there now; for a removal, nothing.
    pub(super) now: Content,
}

impl Shot {
    /// Prepares the call for `plan`. `now` is the instant that the log shows.
    pub(super) fn new(mut plan: Plan, tails: &Tails, now: &Entry) -> Self {
        let key = Uuid::new_v4();
        // Those of one row keep their order.
        plan.edits.sort_by_key(|edit| (edit.tab.title, edit.number));
        let blocks = blocks(&plan.edits);
        let mut shot = Self {
            name: format!("tallyboard_{}", key.simple()),
            sheet_id: plan.tabs().first().map_or(0, |tab| tails.place(tab).sheet_id),
            lines: lines(&plan, &blocks, key),
            blocks,
            plan,
            requests: Vec::new(),
            ranges: Vec::new(),
            log: None,
            counters: Vec::new(),
        };
        shot.requests.push(requests::add_named_range(&shot.name, shot.sheet_id));
        shot.requests.push(requests::delete_named_range(&shot.name));
        shot.count(tails);
        shot.log_lines(tails, now);
        shot.edit(tails);
        shot.add(tails);
        shot.remove(tails);
        if shot.is_large() {
            shot.ranges.clear();
        } else {
            shot.show_which_rows_were_hit(tails);
        }
        shot
    }

    /// Keeps other instances from counting the same ids.
    fn count(&mut self, tails: &Tails) {
        let mut seen: Vec<&'static str> = Vec::new();
        for addition in self.plan.additions.iter().filter(|addition| addition.is_counted()) {
            if seen.contains(&addition.tab.title) {
                continue;
            }
            seen.push(addition.tab.title);
            let first = addition.id_text();
            let counter = format!("{}\n{first}", addition.tab.title);
            let counter = Uuid::new_v5(&Uuid::NAMESPACE_OID, counter.as_bytes());
            let counter = Counter {
                name: format!("tallyboard_number_{}", counter.simple()),
                tab: addition.tab.title,
                first: first.parse().unwrap_or(0),
            };
            let sheet_id = tails.place(addition.tab).sheet_id;
            self.requests.push(requests::add_named_range(&counter.name, sheet_id));
            self.counters.push(counter);
        }
    }

    /// Adds the lines, filled with what is known before the call.
    fn log_lines(&mut self, tails: &Tails, now: &Entry) {
        if self.lines.is_empty() {
            return;
        }
        let place = tails.place(&AUDIT_LOG);
        self.requests.extend(tails.growth_needed(&AUDIT_LOG));
        self.requests
            .push(requests::empty_rows(place.sheet_id, place.after_row, self.lines.len()));
        for columns in side_by_side((0..AUDIT_LOG.columns.len()).map(|column| (place.layout.position(column), column)))
        {
            let cells = |line: &Line| columns.iter().map(|(_, column)| line.cell(*column, now)).collect();
            let start = (place.after_row, columns[0].0);
            let rows = self.lines.iter().map(cells).collect();
            self.requests.push(requests::update_cells(place.sheet_id, start, rows));
        }
        let log = Log {
            sheet_id: place.sheet_id,
            first_row: place.after_row,
            row: place.layout.position(column::ROW),
            header: place.layout.position(column::HEADER),
            old: place.layout.position(column::OLD),
        };
        let shown = [log.row, log.header, log.old];
        let first = shown.iter().min().copied().unwrap_or_default();
        let last = shown.iter().max().copied().unwrap_or_default();
        self.ranges.push(format!(
            "{}!{}{}:{}{}",
            quoted(AUDIT_LOG.title),
            column_letters(first),
            log.first_row + 1,
            column_letters(last),
            log.first_row + self.lines.len()
        ));
        self.log = Some(log);
    }

    /// Copies what the edits overwrite into their lines, then writes; one after the other, since several may be about the
    /// same row.
    fn edit(&mut self, tails: &Tails) {
        let mut headers_copied = HashSet::new();
        let mut line = 0;
        for block in &self.blocks {
            let edits = &self.plan.edits[block.clone()];
            let place = tails.place(edits[0].tab);
            if let Some(log) = self.log.as_ref().filter(|_| edits[0].is_logged()) {
                let source = Source {
                    sheet_id: place.sheet_id,
                    row: edits[0].number - 1,
                    rows: edits.len(),
                    id: place.layout.position(0),
                };
                let positions: Vec<usize> = edits[0].logged().map(|(_, cell)| cell.position).collect();
                self.requests.extend(source.copies(&positions, log, line));
                for position in positions {
                    if headers_copied.insert((edits[0].tab.title, position)) {
                        let cell = log.stretch(line, 1, log.header);
                        let header = source.header(position);
                        self.requests.push(requests::copy_values(header, cell, Turn::Kept));
                    }
                    line += edits.len();
                }
            }
            let cells = |edit: &Edit| {
                edit.cells
                    .iter()
                    .map(|cell| (cell.position, cell.data.clone()))
                    .collect()
            };
            let rows: Vec<Vec<_>> = edits.iter().map(cells).collect();
            self.requests.extend(filled(place.sheet_id, edits[0].number - 1, &rows));
        }
    }

    fn add(&mut self, tails: &Tails) {
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
            self.requests.extend(tails.growth_needed(tab));
            self.requests.extend(requests::insert_rows(&tails.place(tab), &rows));
        }
    }

    /// Copies whole rows into the log, then takes them out from the bottom up, so that numbers stay true. Rows are put back
    /// in the same order.
    fn remove(&mut self, tails: &Tails) {
        let mut changes: Vec<(usize, Vec<SheetRequest>)> = Vec::new();
        let mut line = self.first_line_of_removals();
        for removal in &self.plan.removals {
            let place = tails.place(removal.tab);
            if let Some(log) = &self.log {
                let at = |position: usize, row: usize, columns: usize| Stretch {
                    sheet_id: place.sheet_id,
                    row,
                    column: position,
                    rows: 1,
                    columns,
                };
                let row = removal.number - 1;
                let lines = log.stretch(line, removal.columns.len(), log.row);
                let id = at(place.layout.position(0), row, 1);
                self.requests.push(requests::copy_values(id, lines, Turn::Kept));
                for run in side_by_side(removal.columns.iter().map(|(position, _, _)| (*position, ()))) {
                    for (from, to) in [(row, log.old), (0, log.header)] {
                        let lines = log.stretch(line, run.len(), to);
                        let cells = at(run[0].0, from, run.len());
                        self.requests
                            .push(requests::copy_values(cells, lines, Turn::RowToColumn));
                    }
                    line += run.len();
                }
            }
            changes.push((
                removal.number,
                vec![requests::delete_row(place.sheet_id, removal.number)],
            ));
        }
        for restored in &self.plan.restored {
            changes.push((
                restored.after_row,
                restored.requests(tails.place(restored.tab).sheet_id),
            ));
        }
        changes.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        self.requests
            .extend(changes.into_iter().flat_map(|(_, requests)| requests));
    }

    fn first_line_of_removals(&self) -> usize {
        let is_first = |line: &Line| matches!(line.subject, Subject::Removal(..));
        self.lines.iter().position(is_first).unwrap_or(self.lines.len())
    }

    /// The answer shows the ids of the rows and the header.
    fn show_which_rows_were_hit(&mut self, tails: &Tails) {
        let mut tabs: Vec<&'static str> = Vec::new();
        for block in &self.blocks {
            let edits = &self.plan.edits[block.clone()];
            let title = quoted(edits[0].tab.title);
            if !tabs.contains(&edits[0].tab.title) {
                tabs.push(edits[0].tab.title);
                self.ranges.push(format!("{title}!1:1"));
            }
            let id_column = column_letters(tails.place(edits[0].tab).layout.position(0));
            let rows: Vec<usize> = edits.iter().filter_map(|edit| self.plan.number_after(edit)).collect();
            if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
                self.ranges
                    .push(format!("{title}!{id_column}{first}:{id_column}{last}"));
            }
        }
    }

    /// What has to be read to learn whether the call was applied, and where.
    pub(super) fn evidence(&self) -> Vec<Wanted> {
        let line = |line: &Line| Wanted {
            tab: AUDIT_LOG.title,
            id: line.id.clone(),
            search: Search::Known,
        };
        let row = |edit: &Edit| Wanted {
            tab: edit.tab.title,
            id: edit.id.clone(),
            search: Search::Known,
        };
        let rows = self.plan.edits.iter().filter(|edit| !edit.is_logged()).map(row);
        self.lines.iter().map(line).chain(rows).collect()
    }

    /// Whether the answer shows nothing, so that the lines have to be read.
    pub(super) fn is_large(&self) -> bool {
        let is_new = |line: &&Line| line.subject != Subject::New;
        self.lines.iter().filter(is_new).count() > LINES_SHOWN
    }

    /// Whether the call wrote lines of the audit log.
    pub(super) fn is_logged(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Whether the call was applied, as far as rows and lines with ids tell; `None` when it wrote none.
    pub(super) fn was_applied(&self, tails: &Tails) -> Option<bool> {
        if let Some(line) = self.lines.first() {
            return Some(tails.contains(&AUDIT_LOG, &line.id));
        }
        let addition = self.plan.additions.first()?;
        Some(tails.contains(addition.tab, &addition.id_text()))
    }

    /// What the answer to the call tells.
    pub(super) fn verdict(&self, shown: &Shown, tails: &Tails) -> Verdict {
        let hit = |line: usize| {
            let Some(log) = &self.log else {
                return self.lines[line].expected();
            };
            let cell = |position: usize| shown.cell(log.sheet_id, log.first_row + line, position);
            Hit {
                row: cell(log.row).as_cell().text(),
                header: cell(log.header).as_cell().text(),
                old: cell(log.old),
            }
        };
        let is_right = |edit: &Edit| {
            let place = tails.place(edit.tab);
            let id_position = place.layout.position(0);
            let id = shown.cell(place.sheet_id, self.plan.number_after(edit)? - 1, id_position);
            let has_header = |cell: &CellEdit| {
                let header = shown.cell(place.sheet_id, 0, cell.position).as_cell().text();
                normalise(&header) == normalise(&cell.header)
            };
            Some(id.as_cell().text() == edit.id_after(id_position) && edit.cells.iter().all(has_header))
        };
        self.judge(&(0..self.lines.len()).map(hit).collect::<Vec<_>>(), is_right)
    }

    /// What the lines tell that were found in the log after the answer got lost.
    pub(super) fn verdict_of_log(&self, sight: &Sight, tails: &Tails) -> Verdict {
        let position = |column: usize| tails.place(&AUDIT_LOG).layout.position(column);
        let hit = |line: &Line| match sight.get(&(AUDIT_LOG.title, line.id.clone())) {
            Some(found @ Found::Row { .. }) => Hit {
                row: found.content(position(column::ROW)).as_cell().text(),
                header: found.content(position(column::HEADER)).as_cell().text(),
                old: found.content(position(column::OLD)),
            },
            // Staff deleted the line: nothing speaks against what was read before.
            _ => line.expected(),
        };
        // Of a row with lines its values tell nothing: another misplaced edit may have left the same there.
        let is_right = |edit: &Edit| {
            if edit.is_logged() {
                return None;
            }
            let found = sight.get(&(edit.tab.title, edit.id.clone()))?;
            let shows = |cell: &CellEdit| found.content(cell.position).is_same_as(&cell.wanted);
            edit.cells.iter().all(shows).then_some(true)
        };
        self.judge(&self.lines.iter().map(hit).collect::<Vec<_>>(), is_right)
    }

    /// Sorts edits and removals by what their lines show. `is_right` says what is known of an edit besides.
    fn judge(&self, hits: &[Hit], is_right: impl Fn(&Edit) -> Option<bool>) -> Verdict {
        let mut verdict = Verdict::default();
        // Only the first line of each column has a copy of its header.
        let mut headers: HashMap<(&'static str, usize), &str> = HashMap::new();
        let mut edits = vec![(true, Vec::new()); self.plan.edits.len()];
        let mut removals = vec![Vec::new(); self.plan.removals.len()];
        for (line, hit) in self.lines.iter().zip(hits) {
            let mut overwritten = Overwritten {
                id: hit.row.clone(),
                position: 0,
                header: hit.header.clone(),
                old: hit.old.clone(),
                now: line.new.clone(),
            };
            match line.subject {
                Subject::Edit(edit, cell) => {
                    let (fits, cells) = &mut edits[edit];
                    let edit = &self.plan.edits[edit];
                    let position = edit.cells[cell].position;
                    let header = headers.entry((edit.tab.title, position)).or_insert(&hit.header);
                    *fits &= hit.row == line.row && normalise(header) == normalise(&line.header);
                    overwritten.position = position;
                    (*header).clone_into(&mut overwritten.header);
                    cells.push(overwritten);
                }
                Subject::Removal(removal, column) => {
                    overwritten.position = self.plan.removals[removal].columns[column].0;
                    removals[removal].push(overwritten);
                }
                Subject::New => {}
            }
        }
        for (index, (fits, overwritten)) in edits.into_iter().enumerate() {
            let edit = &self.plan.edits[index];
            let judged = if edit.is_logged() { fits } else { false };
            match is_right(edit).unwrap_or(judged) {
                false => verdict.misplaced_edits.push((index, overwritten)),
                true if edit.is_logged() && !fits => {
                    let of_edit = |line: &Line| matches!(line.subject, Subject::Edit(edit, _) if edit == index);
                    let lines = (0..self.lines.len()).filter(|line| of_edit(&self.lines[*line]));
                    verdict.garbled_lines.extend(lines);
                }
                true => {}
            }
        }
        for (index, overwritten) in removals.into_iter().enumerate() {
            if !self.plan.removals[index].is_shown_by(&overwritten) {
                verdict.misplaced_removals.push((index, overwritten));
            }
        }
        verdict
    }

    /// What is known of a line, to be written over what the copies left there: its id, the id of its row, the old value.
    pub(super) fn known_of(&self, line: usize) -> (String, Entry, Content) {
        let line = &self.lines[line];
        (line.id.clone(), Entry::Text(line.row.clone()), line.old.clone())
    }

    /// Lets `tails` know what the call changed, once it was applied and hit what it should.
    pub(super) fn note(&self, tails: &mut Tails) {
        if !self.lines.is_empty() {
            tails.added(&AUDIT_LOG, self.lines.iter().map(|line| line.id.as_str()));
        }
        for tab in self.plan.tabs_with_additions() {
            let additions = self.plan.additions.iter().filter(|addition| addition.tab == tab);
            let ids: Vec<String> = additions.map(Addition::id_text).collect();
            tails.added(tab, ids.iter().map(String::as_str));
        }
        let mut removals: Vec<&Removal> = self.plan.removals.iter().collect();
        removals.sort_by_key(|removal| std::cmp::Reverse(removal.number));
        for removal in removals {
            tails.removed(removal.tab, removal.number);
        }
        for restored in &self.plan.restored {
            tails.forget_tab(restored.tab);
        }
    }
}

impl Plan {
    fn tabs_with_additions(&self) -> Vec<&'static Tab> {
        let mut tabs: Vec<&'static Tab> = Vec::new();
        for addition in &self.additions {
            if !tabs.contains(&addition.tab) {
                tabs.push(addition.tab);
            }
        }
        tabs
    }
}

impl Plan {
    /// Number of the row of `edit` once rows above it have gone or come; `None` when it goes itself.
    fn number_after(&self, edit: &Edit) -> Option<usize> {
        let removed = self.removals.iter().filter(|removal| removal.tab == edit.tab);
        let restored = self.restored.iter().filter(|restored| restored.tab == edit.tab);
        let mut gone = 0;
        for removal in removed {
            if removal.number == edit.number {
                return None;
            }
            gone += usize::from(removal.number < edit.number);
        }
        let come = restored.filter(|restored| restored.after_row < edit.number).count();
        Some(edit.number + come - gone)
    }
}

impl Log {
    fn stretch(&self, line: usize, lines: usize, column: usize) -> Stretch {
        Stretch {
            sheet_id: self.sheet_id,
            row: self.first_row + line,
            column,
            rows: lines,
            columns: 1,
        }
    }
}

impl Edit {
    fn is_logged(&self) -> bool {
        self.tab.history == History::Kept
    }

    /// The cells that have a line, with their place in the edit.
    fn logged(&self) -> impl Iterator<Item = (usize, &CellEdit)> {
        let cells = self.cells.iter().enumerate();
        cells.filter(|(_, cell)| cell.in_log == InLog::Line && self.is_logged())
    }

    /// The id after the write, which may itself put an id right.
    fn id_after(&self, id_position: usize) -> String {
        let own = self.cells.iter().find(|cell| cell.position == id_position);
        own.map_or_else(|| self.id.clone(), |cell| cell.wanted.as_cell().text())
    }

    /// Whether `below` is the next row and changes the same columns, so that both can be written together.
    fn continues_in(&self, below: &Self) -> bool {
        let shape = |cell: &CellEdit| (cell.position, cell.in_log, cell.data.user_entered_format.is_some());
        self.tab == below.tab
            && self.number + 1 == below.number
            && self.cells.iter().map(shape).eq(below.cells.iter().map(shape))
    }
}

/// Edits of rows that follow each other.
fn blocks(edits: &[Edit]) -> Vec<Range<usize>> {
    let mut start = 0;
    let chunks = edits.chunk_by(|above, below| above.continues_in(below));
    chunks
        .map(|chunk| {
            let block = start..start + chunk.len();
            start = block.end;
            block
        })
        .collect()
}

/// The rows that a block of edits is about.
struct Source {
    sheet_id: i32,
    /// Counted from 0.
    row: usize,
    rows: usize,
    /// Place of the column of ids.
    id: usize,
}

impl Source {
    fn stretch(&self, column: usize, columns: usize) -> Stretch {
        Stretch {
            sheet_id: self.sheet_id,
            row: self.row,
            column,
            rows: self.rows,
            columns,
        }
    }

    fn header(&self, column: usize) -> Stretch {
        let cell = self.stretch(column, 1);
        Stretch {
            row: 0,
            rows: 1,
            ..cell
        }
    }

    /// Copies ids and cells into the lines from `line` on: the rows of one column, then those of the next. In a single row
    /// neighbouring cells go together.
    fn copies(&self, positions: &[usize], log: &Log, line: usize) -> Vec<SheetRequest> {
        let ids = self.stretch(self.id, 1);
        if self.rows == 1 {
            let lines = log.stretch(line, positions.len(), log.row);
            let mut copies = vec![requests::copy_values(ids, lines, Turn::Kept)];
            let mut line = line;
            for run in side_by_side(positions.iter().map(|position| (*position, ()))) {
                let (cells, lines) = (self.stretch(run[0].0, run.len()), log.stretch(line, run.len(), log.old));
                copies.push(requests::copy_values(cells, lines, Turn::RowToColumn));
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
            ]
        });
        copies.collect()
    }
}

/// Fills rows that follow each other in the same columns. Cells side by side that either all bring a number format or none
/// share a request.
fn filled(sheet_id: i32, first_row: usize, rows: &[Vec<(usize, CellData)>]) -> Vec<SheetRequest> {
    let Some(shape) = rows.first() else { return Vec::new() };
    let has_format = |index: usize| shape[index].1.user_entered_format.is_some();
    let mut requests = Vec::new();
    for run in side_by_side(
        shape
            .iter()
            .enumerate()
            .map(|(index, (position, _))| (*position, index)),
    ) {
        for run in run.chunk_by(|(_, left), (_, right)| has_format(*left) == has_format(*right)) {
            let cells = |row: &Vec<(usize, CellData)>| run.iter().map(|(_, index)| row[*index].1.clone()).collect();
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

impl Removal {
    /// Whether the lines show this row. Where columns were moved too, the id stands in another line.
    fn is_shown_by(&self, cells: &[Overwritten]) -> bool {
        let id_header = normalise(self.tab.columns[0].header);
        let by_header = cells.iter().find(|cell| normalise(&cell.header) == id_header);
        match by_header {
            Some(cell) => cell.old.as_cell().text() == self.id,
            None => cells.iter().all(|cell| cell.id == self.id),
        }
    }
}

impl Restored {
    fn requests(&self, sheet_id: i32) -> Vec<SheetRequest> {
        let mut requests = vec![requests::empty_rows(sheet_id, self.after_row, 1)];
        let cell = |(position, kind, content): &(usize, Option<Kind>, Content)| {
            (*position, cell_with(content, kind.and_then(number_format)))
        };
        let row = self.cells.iter().map(cell).collect();
        requests.extend(filled(sheet_id, self.after_row, &[row]));
        requests
    }
}

/// Items in runs whose places follow each other; they are sorted by place.
fn side_by_side<T>(items: impl IntoIterator<Item = (usize, T)>) -> Vec<Vec<(usize, T)>> {
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

/// The lines of a plan: those of edits, of removals, and of new rows, in this order.
fn lines(plan: &Plan, blocks: &[Range<usize>], key: Uuid) -> Vec<Line> {
    let mut lines = Vec::new();
    for block in blocks {
        for (place, _) in plan.edits[block.start].logged() {
            lines.extend(
                block
                    .clone()
                    .map(|index| Line::of_cell(&plan.edits[index], (index, place))),
            );
        }
    }
    let removals = plan.removals.iter().enumerate();
    for (index, removal) in removals {
        let columns = removal.columns.iter().enumerate();
        lines.extend(columns.map(|(column, (_, header, kind))| Line {
            id: String::new(),
            by: removal.by.clone(),
            tab: removal.tab,
            row: removal.id.clone(),
            action: action::DELETED,
            header: header.clone(),
            kind: *kind,
            old: Content::Empty,
            new: Content::Empty,
            subject: Subject::Removal(index, column),
        }));
    }
    for (index, line) in lines.iter_mut().enumerate() {
        line.id = Uuid::new_v5(&key, &index.to_be_bytes()).to_string();
    }
    lines.extend(plan.additions.iter().filter_map(|addition| {
        let line = addition.line.clone()?;
        Some(Line::of_new_row(
            (line.id, &addition.by, line.action),
            addition.tab,
            addition.id_text(),
        ))
    }));
    for (index, restored) in plan.restored.iter().enumerate() {
        let id = Uuid::new_v5(&key, format!("restored {index}").as_bytes()).to_string();
        let by = super::super::audit::TALLYBOARD;
        lines.push(Line::of_new_row(
            (id, by, action::PUT_RIGHT),
            restored.tab,
            restored.id.clone(),
        ));
    }
    lines
}

impl Line {
    fn of_cell(edit: &Edit, (index, place): (usize, usize)) -> Self {
        let cell = &edit.cells[place];
        Self {
            id: String::new(),
            by: edit.by.clone(),
            tab: edit.tab,
            row: edit.id.clone(),
            action: edit.action,
            header: cell.header.clone(),
            kind: cell.kind,
            old: cell.found.clone(),
            new: cell.wanted.clone(),
            subject: Subject::Edit(index, place),
        }
    }

    /// What it shows when nothing was moved.
    fn expected(&self) -> Hit {
        Hit {
            row: self.row.clone(),
            header: self.header.clone(),
            old: self.old.clone(),
        }
    }

    fn of_new_row((id, by, action): (String, &str, &'static str), tab: &'static Tab, row: String) -> Self {
        Self {
            id,
            by: by.to_owned(),
            tab,
            row,
            action,
            header: String::new(),
            kind: None,
            old: Content::Empty,
            new: Content::Empty,
            subject: Subject::New,
        }
    }

    /// The cell of one of the log's columns.
    fn cell(&self, place: usize, now: &Entry) -> CellData {
        let text = |text: &str| cell_data(&Entry::Text(text.to_owned()), None);
        let format = self.kind.and_then(number_format);
        match place {
            0 => text(&self.id),
            1 => cell_data(now, number_format(Kind::DateTime)),
            2 => text(&self.by),
            3 => text(self.tab.title),
            column::ROW => text(&self.row),
            5 => text(self.action),
            column::HEADER => text(&self.header),
            column::OLD => cell_with(&self.old, format),
            column::NEW => cell_with(&self.new, format),
            _ => CellData::default(),
        }
    }
}
