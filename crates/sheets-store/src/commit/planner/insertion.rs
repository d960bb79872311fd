//! Insertion: plans new rows with their ids. A row that was inserted before, under the same idempotency key, is not
//! inserted again.

use crate::{
    audit::{self, action, column},
    cell::{CellContent, CellEntry},
    commit::{
        batch::{CommitError, NewId, RowInsert},
        job::ChangeOutcome,
        plan::{CreationLine, RowAddition, WritePlan},
        planner::{ChangeSource, KeyUse, Planner, RowKey},
        tab_index::LookupResult,
    },
    schema::tab::{Tab, normalize_header},
};

impl Planner<'_> {
    pub(super) fn insert(
        &mut self,
        insert: &RowInsert,
        source: ChangeSource<'_>,
        part: &mut WritePlan,
    ) -> Result<(), CommitError> {
        let key = (insert.tab.title, insert.id.as_str().to_owned());
        if let Some(id) = self.id_before(insert, &key)? {
            part.already_done.push((source.origin, ChangeOutcome::AlreadyThere(id)));
            return Ok(());
        }
        let line = |key, action, content| {
            let id = audit::creation_line_id(insert.tab, key);
            Some(CreationLine { id, action, content })
        };
        let (id, line) = match &insert.id {
            NewId::Given(id) => (CellEntry::Text(id.clone()), None),
            NewId::Counted { key, content } => (self.next_number(insert.tab), line(key, action::CREATED, *content)),
            NewId::Keyed { id, key, content } => {
                (CellEntry::Text(id.clone()), line(key, action::CREATED, Some(*content)))
            }
            NewId::Restored { id, key, .. } => {
                let number = id
                    .parse()
                    .map_or_else(|_| CellEntry::Text(id.clone()), CellEntry::Number);
                (number, line(key, action::RESTORED, None))
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
        if let Some((name, content)) = insert.id.key() {
            let used = KeyUse {
                id: addition.id_text(),
                content: content.map(|content| content.to_string()).unwrap_or_default(),
            };
            self.staged.keys.insert((insert.tab.title, name.to_owned()), used);
        }
        self.staged.removed.insert(key.clone(), false);
        self.staged.added.insert(key, addition.id_text());
        part.additions.push(addition);
        Ok(())
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
    ///
    /// # Errors
    /// When the caller's key belongs to other content.
    fn id_before(&self, insert: &RowInsert, key: &RowKey) -> Result<Option<String>, CommitError> {
        if let Some((name, content)) = insert.id.key()
            && let Some(used) = self.key_use(insert.tab, name)
        {
            // Lines of earlier versions have no digest; their content is taken for the same.
            let is_other =
                content.is_some_and(|content| used.content != content.to_string()) && !used.content.is_empty();
            let (tab, id) = (insert.tab.title, used.id);
            return if is_other {
                Err(CommitError::KeyReused { tab, id })
            } else {
                Ok(Some(id))
            };
        }
        let is_removed = self.is_removed(key);
        let added = self.staged.added.get(key).or_else(|| self.planned.added.get(key));
        if let Some(id) = added.filter(|_| !is_removed) {
            return Ok(Some(id.clone()));
        }
        Ok(match &insert.id {
            NewId::Given(id) | NewId::Keyed { id, .. } | NewId::Restored { id, .. } => {
                let is_there = self.context.indexes.contains(insert.tab, id) && !is_removed;
                is_there.then(|| id.clone())
            }
            NewId::Counted { .. } => None,
        })
    }

    /// Row for which a key was used, in this write or in an earlier one.
    fn key_use(&self, tab: &'static Tab, key: &str) -> Option<KeyUse> {
        let planned = (tab.title, key.to_owned());
        if let Some(used) = self
            .staged
            .keys
            .get(&planned)
            .or_else(|| self.planned.keys.get(&planned))
        {
            return Some(used.clone());
        }
        let audit_log = self.context.indexes.audit_log();
        let line = self
            .lookup_results
            .get(&(audit_log.title, audit::creation_line_id(tab, key)))?;
        let layout = &self.context.indexes.place(audit_log).layout;
        let text = |place| line.content(layout.position(place)).as_cell().text();
        matches!(line, LookupResult::Row { .. }).then(|| KeyUse {
            id: text(column::ROW),
            content: text(column::NEW),
        })
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
