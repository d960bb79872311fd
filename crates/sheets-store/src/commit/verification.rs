//! Verification: what a call really hit, by its response or by its lines in the audit log.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use crate::{
    audit::column,
    cell::{CellContent, CellEntry},
    commit::{
        audit_line::{AuditLine, LineContent, LineSubject, LoggedCell},
        plan::{CellEdit, RowAddition, RowEdit, RowRemoval},
        repair::row_image::{OverwrittenCell, WrittenRow},
        row_ranges::chunk_ranges,
        tab_index::{LookupResult, LookupResults, LookupScope, RowLookup, TabIndexes},
        write_request::WriteRequest,
    },
    google::response_grid::ResponseGrid,
    schema::tab::{Tab, normalize_header},
};

impl WriteVerification {
    pub(crate) fn is_clean(&self) -> bool {
        self.misplaced_edits.is_empty() && self.misplaced_removals.is_empty() && self.shifted_tabs.is_empty()
    }

    /// Whether the values of a new row may be in the wrong columns.
    pub(crate) fn may_have_shifted(&self, addition: &RowAddition) -> bool {
        self.shifted_tabs.contains(&addition.tab.title)
    }
}

/// Result of the verification.
#[derive(Default)]
pub(crate) struct WriteVerification {
    /// Edits and removals that hit another row or column, by index in the plan.
    pub(crate) misplaced_edits: Vec<(usize, Vec<OverwrittenCell>)>,
    pub(crate) misplaced_removals: Vec<(usize, Vec<OverwrittenCell>)>,
    /// Titles of tabs whose columns were moved before rows were added or restored.
    pub(crate) shifted_tabs: Vec<&'static str>,
    /// Lines that show another row although the right one was hit, by index.
    pub(crate) garbled_lines: Vec<usize>,
    /// Lines that show nothing, by index, and the removal that no line shows.
    pub(crate) garbled_removals: Vec<(usize, usize)>,
}

impl WriteRequest {
    /// Lookups that show whether the call was applied, and where.
    pub(crate) fn evidence(&self, audit_log: &Tab) -> Vec<RowLookup> {
        let line = |line: &AuditLine| RowLookup {
            tab: audit_log.title,
            id: line.id.clone(),
            search: LookupScope::Known,
        };
        let row = |edit: &RowEdit| RowLookup {
            tab: edit.tab.title,
            id: edit.id.clone(),
            search: LookupScope::Known,
        };
        let rows = self.plan.edits.iter().filter(|edit| !edit.is_logged()).map(row);
        let added = self.plan.written_rows();
        let added = added.into_iter().map(|row| RowLookup {
            tab: row.tab.title,
            id: row.id,
            search: LookupScope::Known,
        });
        self.lines.iter().map(line).chain(rows).chain(added).collect()
    }

    /// Whether the call was applied, judged by rows and lines with ids; `None` if it wrote none.
    pub(crate) fn was_applied(&self, indexes: &TabIndexes) -> Option<bool> {
        if let Some(line) = self.lines.first() {
            return Some(indexes.contains(indexes.audit_log(), &line.id));
        }
        let addition = self.plan.additions.first()?;
        Some(indexes.contains(addition.tab, &addition.id_text()))
    }

    /// Result by the response; `None` if the lines have to be read.
    pub(crate) fn verify(&self, shown: &ResponseGrid, indexes: &TabIndexes) -> Option<WriteVerification> {
        if !self.is_large() {
            return Some(self.verify_response(shown, indexes));
        }
        self.confirms_all_removals(shown, indexes)
            .then(WriteVerification::default)
    }

    /// Whether the response to a large call shows that exactly the intended rows were deleted.
    fn confirms_all_removals(&self, shown: &ResponseGrid, indexes: &TabIndexes) -> bool {
        let Some(log) = self.log.as_ref().filter(|_| !self.ranges.is_empty()) else {
            return false;
        };
        let lines = self.lines_with_ids().into_iter().flatten();
        let lines = lines.map(|line| (line, &self.lines[line]));
        let intended: HashSet<(&str, String)> = lines
            .clone()
            .map(|(_, line)| (line.tab.title, line.row.clone()))
            .collect();
        let hit = lines.map(|(place, line)| {
            let id = shown.cell(log.sheet_id, log.first_row + place, log.row);
            (line.tab.title, id.as_cell().text())
        });
        let has_all_headers = |tab: &&'static Tab| {
            let sheet_id = indexes.place(tab).sheet_id;
            let mut headers = indexes.header(tab).iter().enumerate();
            headers.all(|(position, header)| {
                let found = shown.cell(sheet_id, 0, position).as_cell().text();
                normalize_header(&found) == normalize_header(header)
            })
        };
        hit.collect::<HashSet<_>>() == intended && self.plan.tabs().iter().all(has_all_headers)
    }

    fn verify_response(&self, shown: &ResponseGrid, indexes: &TabIndexes) -> WriteVerification {
        let has_moved = |tab: &'static Tab, column: usize| {
            let place = indexes.place(tab);
            let header = shown.cell(place.sheet_id, 0, place.layout.position(column));
            normalize_header(&header.as_cell().text()) != normalize_header(tab.columns[column].header)
        };
        let hit = |line: usize| {
            let Some(log) = &self.log else {
                return self.lines[line].expected();
            };
            let cell = |position: usize| shown.cell(log.sheet_id, log.first_row + line, position);
            // If another column has taken the place of the ids, the line names no row.
            let row = if has_moved(self.lines[line].tab, 0) {
                String::new()
            } else {
                cell(log.row).as_cell().text()
            };
            LoggedCell {
                row,
                header: cell(log.header).as_cell().text(),
                old: cell(log.old),
            }
        };
        let is_right = |edit: &RowEdit| {
            let place = indexes.place(edit.tab);
            let id_position = place.layout.position(0);
            if edit.is_numbering() {
                // Only the line shows an overwritten id; a row that was empty is detected here.
                let row = self.plan.number_after(edit)? - 1;
                let mut others = (0..place.layout.width()).filter(|position| *position != id_position);
                let is_alone = others.all(|position| shown.cell(place.sheet_id, row, position) == CellContent::Empty);
                return is_alone.then_some(false);
            }
            if edit.cells.iter().any(|cell| cell.position == id_position) {
                // The cell shows the id that was written, whichever row it is in.
                return None;
            }
            let id = shown.cell(place.sheet_id, self.plan.number_after(edit)? - 1, id_position);
            let has_header = |cell: &CellEdit| {
                let header = shown.cell(place.sheet_id, 0, cell.position).as_cell().text();
                normalize_header(&header) == normalize_header(&cell.header)
            };
            Some(id.as_cell().text() == edit.id && edit.cells.iter().all(has_header))
        };
        let mut verification = self.classify(&(0..self.lines.len()).map(hit).collect::<Vec<_>>(), is_right);
        let rows = self.plan.written_rows().into_iter().map(|row| row.tab);
        verification.shifted_tabs = rows
            .filter(|tab| (0..tab.columns.len()).any(|column| has_moved(tab, column)))
            .map(|tab| tab.title)
            .collect();
        verification
    }

    /// Result by the lines that were found in the log after the response was lost.
    pub(crate) fn verify_from_log(&self, lookup_results: &LookupResults, indexes: &TabIndexes) -> WriteVerification {
        let audit_log = indexes.audit_log();
        let position = |column: usize| indexes.place(audit_log).layout.position(column);
        let hit = |line: &AuditLine| match lookup_results.get(&(audit_log.title, line.id.clone())) {
            Some(found @ LookupResult::Row { .. }) => LoggedCell {
                row: found.content(position(column::ROW)).as_cell().text(),
                header: found.content(position(column::HEADER)).as_cell().text(),
                old: found.content(position(column::OLD)),
            },
            // Staff deleted the line: nothing contradicts the values read before.
            _ => line.expected(),
        };
        // The values of a row with audit lines prove nothing: another misplaced edit may have written the same there.
        let is_right = |edit: &RowEdit| {
            if edit.is_logged() {
                return None;
            }
            let found = lookup_results.get(&(edit.tab.title, edit.id.clone()))?;
            let shows = |cell: &CellEdit| found.content(cell.position).is_same_as(&cell.wanted);
            edit.cells.iter().all(shows).then_some(true)
        };
        let mut verification = self.classify(&self.lines.iter().map(hit).collect::<Vec<_>>(), is_right);
        let rows = self.plan.written_rows().into_iter();
        let is_whole = |row: &WrittenRow| {
            let found = lookup_results.get(&(row.tab.title, row.id.clone()));
            let headers = indexes.header(row.tab);
            found.is_some_and(|found| {
                let cells: Vec<CellContent> = (0..headers.len()).map(|position| found.content(position)).collect();
                row.matches_columns(headers, |position| &cells[position])
            })
        };
        verification.shifted_tabs = rows.filter(|row| !is_whole(row)).map(|row| row.tab.title).collect();
        verification
    }

    /// Classifies edits and removals by what their lines show. `is_right` returns additional evidence about an edit.
    fn classify(&self, hits: &[LoggedCell], is_right: impl Fn(&RowEdit) -> Option<bool>) -> WriteVerification {
        let mut verification = WriteVerification::default();
        let mut edits = vec![(true, Vec::new()); self.plan.edits.len()];
        let mut removals = vec![Vec::new(); self.plan.removals.len()];
        for (line, hit) in self.lines.iter().zip(hits) {
            let mut overwritten = OverwrittenCell {
                id: hit.row.clone(),
                position: None,
                header: hit.header.clone(),
                old: hit.old.clone(),
                now: line.new.clone(),
            };
            match line.subject {
                LineSubject::Edit { edit, cell } => {
                    let (fits, cells) = &mut edits[edit];
                    let edit = &self.plan.edits[edit];
                    let position = edit.cells[cell].position;
                    *fits &= hit.row == line.row && normalize_header(&hit.header) == normalize_header(&line.header);
                    *fits &= !edit.is_numbering() || hit.old == CellContent::Empty;
                    overwritten.position = Some(position);
                    cells.push(overwritten);
                }
                LineSubject::Removal { removal, column } => {
                    overwritten.position = Some(self.plan.removals[removal].columns[column].position);
                    removals[removal].push(overwritten);
                }
                LineSubject::New => {}
            }
        }
        for (index, (fits, overwritten)) in edits.into_iter().enumerate() {
            let edit = &self.plan.edits[index];
            let judged = if edit.is_logged() { fits } else { false };
            match is_right(edit).unwrap_or(judged) {
                false => verification.misplaced_edits.push((index, overwritten)),
                true if edit.is_logged() && !fits => {
                    let of_edit =
                        |line: &AuditLine| matches!(line.subject, LineSubject::Edit { edit, .. } if edit == index);
                    let lines = (0..self.lines.len()).filter(|line| of_edit(&self.lines[*line]));
                    verification.garbled_lines.extend(lines);
                }
                true => {}
            }
        }
        let of_tabs = self.plan.removals.chunk_by(|above, below| above.tab == below.tab);
        for places in chunk_ranges(of_tabs) {
            let rows = removals[places.clone()].to_vec();
            self.verify_removals(places, &rows, &mut verification);
        }
        verification
    }

    /// Classifies the removals of one tab, at these indexes, by the `rows` that were deleted in their places. A row to
    /// delete is correct wherever it was. If a filter hides rows, copies show other rows twice, or nothing.
    fn verify_removals(
        &self,
        places: Range<usize>,
        rows: &[Vec<OverwrittenCell>],
        verification: &mut WriteVerification,
    ) {
        let removals = &self.plan.removals[places.clone()];
        let shown: Vec<String> = rows.iter().map(|row| removals[0].shown_id(row)).collect();
        let intended: HashSet<&str> = removals.iter().map(|removal| removal.id.as_str()).collect();
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (index, id) in shown.iter().enumerate() {
            first.entry(id).or_insert(index);
        }
        let is_missed = |index: usize| match &removals[index] {
            removal if removal.identifying_values.is_empty() => !first.contains_key(removal.id.as_str()),
            removal => !removal.is_shown_by(&rows[index]),
        };
        let is_uninformative = |index: usize| {
            let earlier = &rows[first[shown[index].as_str()]];
            let is_repeated = first[shown[index].as_str()] < index && intended.contains(shown[index].as_str());
            let is_same = |(cell, earlier): (&OverwrittenCell, &OverwrittenCell)| cell.old == earlier.old;
            rows[index].iter().all(|cell| cell.old == CellContent::Empty)
                || is_repeated && rows[index].iter().zip(earlier).all(is_same)
        };
        let is_unexpected = |index: usize| {
            let is_known = intended.contains(shown[index].as_str()) && first[shown[index].as_str()] == index;
            !removals[index].identifying_values.is_empty() || !is_known && !is_uninformative(index)
        };
        let mut spare_rows = (0..rows.len()).filter(|index| is_unexpected(*index) && !is_missed(*index));
        let mut spare_lines =
            (0..rows.len()).filter(|index| removals[*index].identifying_values.is_empty() && is_uninformative(*index));
        for index in (0..rows.len()).filter(|index| is_missed(*index)) {
            let row = if is_unexpected(index) {
                Some(index)
            } else {
                spare_rows.next()
            };
            let cells = row.map(|row| rows[row].clone()).unwrap_or_default();
            verification.misplaced_removals.push((places.start + index, cells));
            if row.is_none()
                && let Some(lines) = spare_lines.next()
            {
                let lines = self.lines_of_removal(places.start + lines);
                verification
                    .garbled_removals
                    .extend(lines.map(|line| (line, places.start + index)));
            }
        }
    }

    fn lines_of_removal(&self, index: usize) -> impl Iterator<Item = usize> {
        let is_of_it =
            move |line: &AuditLine| matches!(line.subject, LineSubject::Removal { removal, .. } if removal == index);
        let lines = self.lines.iter().enumerate();
        lines.filter(move |(_, line)| is_of_it(line)).map(|(place, _)| place)
    }

    /// Values read before from the row of removal `index`, for a line that shows nothing; `None` if the cell was not
    /// read.
    pub(crate) fn removed_content(&self, line: usize, index: usize) -> Option<LineContent> {
        let line = &self.lines[line];
        let LineSubject::Removal { column, .. } = line.subject else {
            return None;
        };
        let removal = &self.plan.removals[index];
        Some(LineContent {
            id: line.id.clone(),
            row: CellEntry::Text(removal.id.clone()),
            old: removal.columns.get(column)?.found.clone()?,
        })
    }

    /// Known content of a line, to replace what the copies wrote there.
    pub(crate) fn known_content(&self, line: usize) -> LineContent {
        let line = &self.lines[line];
        LineContent {
            id: line.id.clone(),
            row: CellEntry::Text(line.row.clone()),
            old: line.old.clone(),
        }
    }
}

impl RowRemoval {
    /// Whether the lines show the content of this row.
    fn is_shown_by(&self, cells: &[OverwrittenCell]) -> bool {
        let with_header = |header: &str| {
            cells
                .iter()
                .find(|cell| normalize_header(&cell.header) == normalize_header(header))
        };
        let mut shows = self.identifying_values.iter();
        shows.all(|(header, content)| with_header(header).is_some_and(|cell| cell.old.is_same_as(content)))
    }

    /// Id of the row that these lines show; empty if there is none. If columns were moved, it is in another line.
    fn shown_id(&self, cells: &[OverwrittenCell]) -> String {
        let id_header = normalize_header(self.tab.columns[0].header);
        let by_header = cells.iter().find(|cell| normalize_header(&cell.header) == id_header);
        match (by_header, cells) {
            (Some(cell), _) => cell.old.as_cell().text(),
            (None, [first, others @ ..]) if others.iter().all(|cell| cell.id == first.id) => first.id.clone(),
            (None, _) => String::new(),
        }
    }
}
