//! Orphans: copies of rows that a killed program left behind in wrong columns.
//!
//! Staff moved columns while a row was inserted, so that its id is under another header, and the program was killed
//! before it could repair that. The sender sends the row again, another program does not find the id and inserts the
//! row once more. The first one is then a copy in wrong columns, and is deleted.

use uuid::Uuid;

use crate::{
    cell::{Cell, CellContent, CellEntry},
    commit::{
        Committer,
        batch::{NewId, RowChange},
        failure::WriteFailure,
        job::WriteJob,
        repair::{
            row_image::{WrittenCell, WrittenRow},
            task::RepairTask,
        },
        tab_index::{LookupResult, LookupScope, RowLookup},
    },
    schema::tab::Tab,
};

impl Committer {
    /// Finds copies, in wrong columns, of rows of these tabs, and remembers ids that are only in wrong columns. Reads
    /// nothing unless a row has something else than an id where the others have one.
    pub(crate) async fn find_orphans(&mut self, tabs: &[&'static Tab]) -> Result<Vec<RepairTask>, WriteFailure> {
        self.misplaced_ids
            .retain(|(title, _)| tabs.iter().all(|tab| tab.title != *title));
        let suspects: Vec<RowLookup> = tabs.iter().flat_map(|tab| self.suspect_rows(tab)).collect();
        if suspects.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self
            .indexes
            .look_up(tabs, &suspects)
            .await
            .map_err(WriteFailure::Reading)?;
        let mut copies: Vec<(&'static Tab, String, Vec<CellContent>)> = Vec::new();
        for tab in tabs {
            let of_tab = rows.iter().filter(|((title, _), _)| *title == tab.title);
            for (_, row) in of_tab {
                let LookupResult::Row { cells, .. } = row else { continue };
                let cells: Vec<CellContent> = cells.iter().map(|cell| Cell::of(Some(cell)).into()).collect();
                let texts = cells.iter().map(|cell| cell.as_cell().text());
                let ids = texts.filter(|text| Uuid::try_parse(text).is_ok());
                let (known, misplaced_ids): (Vec<String>, Vec<String>) =
                    ids.partition(|id| self.indexes.contains(tab, id));
                copies.extend(known.into_iter().map(|id| (*tab, id, cells.clone())));
                self.misplaced_ids
                    .extend(misplaced_ids.into_iter().map(|id| (tab.title, id)));
            }
        }
        if copies.is_empty() {
            return Ok(Vec::new());
        }
        let whole = copies.iter().map(|(tab, id, _)| RowLookup {
            tab: tab.title,
            id: id.clone(),
            search: LookupScope::Known,
        });
        let whole: Vec<RowLookup> = whole.collect();
        let found = self
            .indexes
            .look_up(tabs, &whole)
            .await
            .map_err(WriteFailure::Reading)?;
        let mut repairs: Vec<RepairTask> = Vec::new();
        for (tab, id, cells) in copies {
            let Some(row) = found.get(&(tab.title, id.clone())) else {
                continue;
            };
            let row = self.as_written(tab, id, row);
            if row.resembles(cells.iter()) && !repairs.iter().any(|repair| repair.rewrites_row(tab, &row.id)) {
                tracing::warn!(
                    tab = tab.title,
                    row = row.id,
                    "a copy in wrong columns was left behind; it goes"
                );
                repairs.push(RepairTask::ShiftedRow(row));
            }
        }
        Ok(repairs)
    }

    /// Repairs for rows of `group` that have a copy in wrong columns.
    pub(crate) fn resent_orphans(&mut self, group: &[WriteJob]) -> Vec<RepairTask> {
        let mut repairs = Vec::new();
        for (_, change) in group.iter().flat_map(WriteJob::open_changes) {
            if let RowChange::Insert(insert) = change
                && let NewId::Given(id) | NewId::Keyed { id, .. } = &insert.id
                && self.misplaced_ids.remove(&(insert.tab.title, id.clone()))
            {
                repairs.push(RepairTask::ShiftedRow(WrittenRow::of(
                    insert.tab,
                    &CellEntry::Text(id.clone()),
                    &insert.cells,
                )));
            }
        }
        repairs
    }

    fn suspect_rows(&self, tab: &'static Tab) -> impl Iterator<Item = RowLookup> {
        let rows = self.indexes.rows_without_given_id(tab).iter();
        rows.map(|number| RowLookup {
            tab: tab.title,
            id: format!("row {number}"),
            search: LookupScope::At(*number),
        })
    }

    fn as_written(&self, tab: &'static Tab, id: String, row: &LookupResult) -> WrittenRow {
        let layout = self.indexes.place(tab).layout;
        let cells = tab.columns.iter().enumerate().map(|(place, column)| WrittenCell {
            header: column.header.to_owned(),
            content: row.content(layout.position(place)),
        });
        WrittenRow {
            tab,
            id,
            cells: cells.collect(),
        }
    }
}
