//! One atomic call: what it writes, the lines of the audit log that prove it, and what the answer tells.
//!
//! For each changed cell the call adds a line to the audit log, in which the server itself puts the id of the row and the
//! old value: it copies them from the very cells that the call is about to change. If staff sorted the tab between the
//! read and the write, the line names the row that was hit and keeps what was overwritten. The first line of each column
//! also gets a copy of the header, which tells whether a column was moved. The answer shows these lines, and should it get
//! lost, they are in the sheet.
//!
//! Before the copies the cells are filled with what was read, for the case that a row hidden by a filter is not copied.

use std::collections::HashMap;

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
    /// The cell of an edit, by place in the plan.
    Edit(usize),
    Removal(usize),
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
    pub(super) fn new(plan: Plan, tails: &Tails, now: &Entry) -> Self {
        let key = Uuid::new_v4();
        let mut shot = Self {
            name: format!("tallyboard_{}", key.simple()),
            sheet_id: plan.tabs().first().map_or(0, |tab| tails.place(tab).sheet_id),
            lines: lines(&plan, key),
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
        shot.show_what_is_not_logged(tails);
        shot
    }

    /// Keeps other instances from counting the same ids.
    fn count(&mut self, tails: &Tails) {
        let mut seen: Vec<&'static str> = Vec::new();
        for addition in self.plan.additions.iter().filter(|addition| addition.line.is_some()) {
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
        let mut headers_copied = HashMap::new();
        let mut first_line = 0;
        for index in 0..self.plan.edits.len() {
            let edit = &self.plan.edits[index];
            let place = tails.place(edit.tab);
            let id_position = place.layout.position(0);
            let at = |position: usize, row: usize, columns: usize| Stretch {
                sheet_id: place.sheet_id,
                row,
                column: position,
                rows: 1,
                columns,
            };
            let logged: Vec<&CellEdit> = edit.cells.iter().filter(|cell| cell.in_log == InLog::Line).collect();
            if let Some(log) = self.log.as_ref().filter(|_| edit.is_logged()) {
                let row = edit.number - 1;
                let lines = log.stretch(first_line, logged.len(), log.row);
                self.requests
                    .push(requests::copy_values(at(id_position, row, 1), lines, Turn::Kept));
                let mut line = first_line;
                for run in side_by_side(logged.iter().map(|cell| (cell.position, ()))) {
                    let lines = log.stretch(line, run.len(), log.old);
                    let cells = at(run[0].0, row, run.len());
                    self.requests
                        .push(requests::copy_values(cells, lines, Turn::RowToColumn));
                    for (offset, (position, ())) in run.iter().enumerate() {
                        if headers_copied.insert((edit.tab.title, *position), ()).is_none() {
                            let cell = log.stretch(line + offset, 1, log.header);
                            self.requests
                                .push(requests::copy_values(at(*position, 0, 1), cell, Turn::Kept));
                        }
                    }
                    line += run.len();
                }
                first_line += logged.len();
            }
            self.requests.extend(edit.requests(place.sheet_id));
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
        let is_first = |line: &Line| matches!(line.subject, Subject::Removal(_));
        self.lines.iter().position(is_first).unwrap_or(self.lines.len())
    }

    /// Rows of tabs without history tell by themselves which they are.
    fn show_what_is_not_logged(&mut self, tails: &Tails) {
        let mut tabs: Vec<&'static str> = Vec::new();
        for edit in self.plan.edits.iter().filter(|edit| !edit.is_logged()) {
            let title = quoted(edit.tab.title);
            if !tabs.contains(&edit.tab.title) {
                tabs.push(edit.tab.title);
                self.ranges.push(format!("{title}!1:1"));
            }
            let id_column = column_letters(tails.place(edit.tab).layout.position(0));
            self.ranges.push(format!("{title}!{id_column}{}", edit.number));
        }
    }

    /// What has to be read to learn whether the call was applied.
    pub(super) fn evidence(&self) -> Vec<Wanted> {
        let line = |line: &Line| Wanted {
            tab: AUDIT_LOG.title,
            id: line.id.clone(),
            search: Search::Known,
        };
        self.lines.iter().map(line).collect()
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
        let mut verdict = match &self.log {
            Some(log) => {
                let hit = |row: usize| {
                    let cell = |position: usize| shown.cell(log.sheet_id, log.first_row + row, position);
                    Hit {
                        row: cell(log.row).as_cell().text(),
                        header: cell(log.header).as_cell().text(),
                        old: cell(log.old),
                    }
                };
                self.judge(&(0..self.lines.len()).map(hit).collect::<Vec<_>>())
            }
            None => Verdict::default(),
        };
        for (index, edit) in self.plan.edits.iter().enumerate() {
            if edit.is_logged() {
                continue;
            }
            let place = tails.place(edit.tab);
            let id = shown.cell(place.sheet_id, edit.number - 1, place.layout.position(0));
            let headers = edit.cells.iter().all(|cell| {
                let header = shown.cell(place.sheet_id, 0, cell.position).as_cell().text();
                normalise(&header) == normalise(&cell.header)
            });
            if id.as_cell().text() != edit.id || !headers {
                verdict.misplaced_edits.push((index, Vec::new()));
            }
        }
        verdict
    }

    /// What the lines tell that were found in the log after the answer got lost.
    pub(super) fn verdict_of_log(&self, sight: &Sight, tails: &Tails) -> Verdict {
        if self.lines.is_empty() {
            return Verdict::default();
        }
        let place = tails.place(&AUDIT_LOG);
        let position = |column: usize| place.layout.position(column);
        let hit = |line: &Line| match sight.get(&(AUDIT_LOG.title, line.id.clone())) {
            Some(found @ Found::Row { .. }) => Hit {
                row: found.content(position(column::ROW)).as_cell().text(),
                header: found.content(position(column::HEADER)).as_cell().text(),
                old: found.content(position(column::OLD)),
            },
            // Staff deleted the line: nothing speaks against what was read before.
            _ => Hit {
                row: line.row.clone(),
                header: line.header.clone(),
                old: line.old.clone(),
            },
        };
        self.judge(&self.lines.iter().map(hit).collect::<Vec<_>>())
    }

    fn judge(&self, hits: &[Hit]) -> Verdict {
        let mut verdict = Verdict::default();
        // Only the first line of each column has a copy of its header.
        let mut headers: HashMap<(&'static str, usize), String> = HashMap::new();
        let mut lines = self.lines.iter().zip(hits);
        for (index, edit) in self.plan.edits.iter().enumerate().filter(|(_, edit)| edit.is_logged()) {
            let cells = edit.cells.iter().filter(|cell| cell.in_log == InLog::Line);
            let mut overwritten = Vec::new();
            let mut is_right = true;
            for (cell, (_, hit)) in cells.zip(lines.by_ref()) {
                let header = headers
                    .entry((edit.tab.title, cell.position))
                    .or_insert_with(|| hit.header.clone());
                is_right &= hit.row == edit.id && normalise(header) == normalise(&cell.header);
                overwritten.push(Overwritten {
                    id: hit.row.clone(),
                    position: cell.position,
                    header: header.clone(),
                    old: hit.old.clone(),
                    now: cell.wanted.clone(),
                });
            }
            if !is_right {
                verdict.misplaced_edits.push((index, overwritten));
            }
        }
        let removals = self.plan.removals.iter().enumerate();
        for (index, removal) in removals {
            let lines: Vec<&Hit> = lines.by_ref().take(removal.columns.len()).map(|(_, hit)| hit).collect();
            // Where columns were moved too, the id stands in another line.
            let is_right = lines.iter().all(|hit| hit.row == removal.id)
                || removal.columns.iter().zip(&lines).any(|((_, header, _), hit)| {
                    normalise(header) != normalise(&hit.header)
                        && normalise(&hit.header) == normalise(removal.tab.columns[0].header)
                        && hit.old.as_cell().text() == removal.id
                });
            if !is_right {
                let cells = removal.columns.iter().zip(lines);
                let overwritten = cells.map(|((position, _, _), hit)| Overwritten {
                    id: hit.row.clone(),
                    position: *position,
                    header: hit.header.clone(),
                    old: hit.old.clone(),
                    now: Content::Empty,
                });
                verdict.misplaced_removals.push((index, overwritten.collect()));
            }
        }
        verdict
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

    fn requests(&self, sheet_id: i32) -> Vec<SheetRequest> {
        let cells = self.cells.iter().map(|cell| (cell.position, cell.data.clone()));
        filled(sheet_id, self.number - 1, cells)
    }
}

/// Cells side by side that either all bring a number format or none share a request.
fn filled(sheet_id: i32, row: usize, cells: impl Iterator<Item = (usize, CellData)>) -> Vec<SheetRequest> {
    let mut requests = Vec::new();
    for run in side_by_side(cells) {
        for run in run
            .chunk_by(|(_, left), (_, right)| left.user_entered_format.is_some() == right.user_entered_format.is_some())
        {
            let cells = run.iter().map(|(_, cell)| cell.clone()).collect();
            requests.push(requests::update_cells(sheet_id, (row, run[0].0), vec![cells]));
        }
    }
    requests
}

impl Restored {
    fn requests(&self, sheet_id: i32) -> Vec<SheetRequest> {
        let mut requests = vec![requests::empty_rows(sheet_id, self.after_row, 1)];
        let cells = self.cells.iter().map(|(position, kind, content)| {
            let format = kind.and_then(number_format);
            (*position, cell_with(content, format))
        });
        requests.extend(filled(sheet_id, self.after_row, cells));
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
fn lines(plan: &Plan, key: Uuid) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, edit) in plan.edits.iter().enumerate().filter(|(_, edit)| edit.is_logged()) {
        let cells = edit.cells.iter().filter(|cell| cell.in_log == InLog::Line);
        lines.extend(cells.map(|cell| Line {
            id: String::new(),
            by: edit.by.clone(),
            tab: edit.tab,
            row: edit.id.clone(),
            action: edit.action,
            header: cell.header.clone(),
            kind: cell.kind,
            old: cell.found.clone(),
            new: cell.wanted.clone(),
            subject: Subject::Edit(index),
        }));
    }
    let removals = plan.removals.iter().enumerate();
    for (index, removal) in removals {
        lines.extend(removal.columns.iter().map(|(_, header, kind)| Line {
            id: String::new(),
            by: removal.by.clone(),
            tab: removal.tab,
            row: removal.id.clone(),
            action: action::DELETED,
            header: header.clone(),
            kind: *kind,
            old: Content::Empty,
            new: Content::Empty,
            subject: Subject::Removal(index),
        }));
    }
    for (index, line) in lines.iter_mut().enumerate() {
        line.id = Uuid::new_v5(&key, &index.to_be_bytes()).to_string();
    }
    lines.extend(plan.additions.iter().filter_map(|addition| {
        let id = addition.line.clone()?;
        Some(Line::of_new_row(
            (id, &addition.by, action::CREATED),
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
