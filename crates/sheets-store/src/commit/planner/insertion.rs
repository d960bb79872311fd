//! Insertion: plans new rows with their ids. A row that was inserted before, under the same idempotency key, is not
//! inserted again.

use crate::{
    audit::{self, action, column},
    cell::{CellContent, CellEntry},
    commit::{
        batch::{NewId, RowInsert},
        job::ChangeOutcome,
        plan::{CreationLine, RowAddition, WritePlan},
        planner::{ChangeSource, Planner, RowKey},
        tab_index::LookupResult,
    },
    schema::tab::{Tab, normalize_header},
};

impl Planner<'_> {
    pub(super) fn insert(&mut self, insert: &RowInsert, source: ChangeSource<'_>, part: &mut WritePlan) {
        let key = (insert.tab.title, insert.id.as_str().to_owned());
        if let Some(id) = self.id_before(insert, &key) {
            part.already_done.push((source.origin, ChangeOutcome::AlreadyThere(id)));
            return;
        }
        let line = |key, action| {
            let id = audit::creation_line_id(insert.tab, key);
            Some(CreationLine { id, action })
        };
        let (id, line) = match &insert.id {
            NewId::Given(id) => (CellEntry::Text(id.clone()), None),
            NewId::Counted { key } => (self.next_number(insert.tab), line(key, action::CREATED)),
            NewId::Restored { id, key, .. } => {
                let number = id
                    .parse()
                    .map_or_else(|_| CellEntry::Text(id.clone()), CellEntry::Number);
                (number, line(key, action::RESTORED))
            }
        };
        let addition = RowAddition {
            origin: source.origin,
            by: source.by.to_owned(),
            tab: insert.tab,
            id,
            cells: insert.cells.clone(),
            others: self.other_cells(insert),
            line,
        };
        self.staged.removed.insert(key.clone(), false);
        self.staged.added.insert(key, addition.id_text());
        part.additions.push(addition);
    }

    /// Restored values of staff's own columns, by position in the sheet.
    fn other_cells(&self, insert: &RowInsert) -> Vec<(usize, CellContent)> {
        let NewId::Restored { others, .. } = &insert.id else {
            return Vec::new();
        };
        let headers = self.context.indexes.header(insert.tab);
        let place = |header: &str| {
            headers
                .iter()
                .position(|found| normalize_header(found) == normalize_header(header))
        };
        let known = |header: &str| {
            let mut columns = insert.tab.columns.iter();
            columns.any(|column| normalize_header(column.header) == normalize_header(header))
        };
        let others = others.iter().filter(|(header, _)| !known(header));
        others
            .filter_map(|(header, content)| Some((place(header)?, content.clone())))
            .collect()
    }

    /// Id of a row that was inserted before, in this write or in an earlier one.
    fn id_before(&self, insert: &RowInsert, key: &RowKey) -> Option<String> {
        let is_removed = self.is_removed(key);
        let added = self.staged.added.get(key).or_else(|| self.planned.added.get(key));
        if let Some(id) = added.filter(|_| !is_removed) {
            return Some(id.clone());
        }
        match &insert.id {
            NewId::Given(id) | NewId::Restored { id, .. } => {
                let is_there = self.context.indexes.contains(insert.tab, id) && !is_removed;
                is_there.then(|| id.clone())
            }
            NewId::Counted { key } => {
                let audit_log = self.context.indexes.audit_log();
                let line_id = audit::creation_line_id(insert.tab, key);
                let line = self.lookup_results.get(&(audit_log.title, line_id))?;
                let place = self.context.indexes.place(audit_log);
                matches!(line, LookupResult::Row { .. })
                    .then(|| line.content(place.layout.position(column::ROW)).as_cell().text())
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "rows are counted, far below 2^53")]
    pub(super) fn next_number(&mut self, tab: &'static Tab) -> CellEntry {
        let known = self.context.indexes.highest(tab);
        let given = self.context.highest_given_ids.get(tab.title).copied().unwrap_or(0);
        let planned = self.planned.counted.get(tab.title).copied().unwrap_or(0);
        let last = self
            .staged
            .counted
            .entry(tab.title)
            .or_insert(known.max(given).max(planned));
        *last += 1;
        CellEntry::Number(*last as f64)
    }
}
