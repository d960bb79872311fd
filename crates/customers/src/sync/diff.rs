//! Diff of a sync run: received data against the existing rows.

use std::collections::HashSet;

use customer_sources::observation::SourcePage;
use indexmap::IndexMap;
use jiff::{Timestamp, tz::TimeZone};
use sheets_store::{CellEntry, RowChange};

use crate::{
    sync::rows::{
        events::{self, CUSTOMER_EVENTS},
        metrics::{self, REVENUE_METRICS},
        records::{self, SOURCE_RECORDS},
        source_tables::SourceTables,
    },
    tabs::{
        cells,
        row_changes::{RowCells, RowLedger},
    },
};

/// A tab with its pending rows by row id.
struct TabDiff {
    ledger: RowLedger,
    /// Column with the time of the last change.
    stamp: usize,
    pending: IndexMap<String, RowCells>,
}

/// Received data that is not written yet. Of a record received twice, the last version counts.
pub(crate) struct SyncDiff {
    records: TabDiff,
    events: TabDiff,
    metrics: TabDiff,
    zone: TimeZone,
}

impl TabDiff {
    fn new(ledger: RowLedger, stamp: usize) -> Self {
        let pending = IndexMap::new();
        Self { ledger, stamp, pending }
    }

    fn changes(&mut self) -> Vec<RowChange> {
        let mut changes = Vec::new();
        for (id, cells) in self.pending.drain(..) {
            if let Some(change) = self.ledger.change(&id, &cells, &[self.stamp]) {
                changes.push(change);
                self.ledger.record(&id, cells);
            }
        }
        changes
    }
}

impl SyncDiff {
    pub(crate) fn of(tables: &SourceTables, zone: TimeZone) -> Self {
        let records = RowLedger::of(&SOURCE_RECORDS, tables.record_rows.clone());
        let events = RowLedger::of(&CUSTOMER_EVENTS, tables.event_rows.clone());
        let metrics = RowLedger::of(&REVENUE_METRICS, tables.metric_rows.clone());
        Self {
            records: TabDiff::new(records, records::SYNCED_AT),
            events: TabDiff::new(events, events::SYNCED_AT),
            metrics: TabDiff::new(metrics, metrics::SYNCED_AT),
            zone,
        }
    }

    /// Adds a page; returns the row ids of its records.
    pub(crate) fn add_page(&mut self, page: SourcePage, now: Timestamp) -> Vec<String> {
        let mut ids = Vec::with_capacity(page.observations.len());
        for observation in &page.observations {
            let id = records::record_row_id(&observation.source, &observation.subject);
            let cells = records::record_cells(observation, now, &self.zone);
            self.records.pending.insert(id.clone(), cells);
            ids.push(id);
        }
        for event in &page.events {
            let cells = events::event_cells(event, now, &self.zone);
            self.events.pending.insert(events::event_row_id(event), cells);
        }
        for metrics in &page.metrics {
            let cells = metrics::metrics_cells(metrics, now, &self.zone);
            self.metrics.pending.insert(metrics::metrics_row_id(metrics), cells);
        }
        ids
    }

    /// Marks records of a source as removed that a complete run did not receive.
    pub(crate) fn mark_unseen_removed(&mut self, source: &str, seen: &HashSet<String>, now: Timestamp) {
        let prefix = format!("{source}:");
        let removed = records::REMOVED;
        let ledger = &self.records.ledger;
        let is_gone = |id: &&str| {
            let presence = ledger.content(id, records::PRESENCE);
            id.starts_with(&prefix) && !seen.contains(*id) && presence.as_cell().text() != removed
        };
        let removed_ids: Vec<String> = ledger.ids().filter(is_gone).map(str::to_owned).collect();
        for id in removed_ids {
            let presence = (records::PRESENCE, CellEntry::Text(removed.to_owned()));
            let at = (records::SYNCED_AT, cells::instant(Some(now), &self.zone));
            self.records.pending.insert(id, vec![presence, at]);
        }
    }

    /// Number of pending rows.
    pub(crate) fn pending(&self) -> usize {
        self.records.pending.len() + self.events.pending.len() + self.metrics.pending.len()
    }

    /// Changes that bring the rows up to date with the received data.
    pub(crate) fn changes(&mut self) -> Vec<RowChange> {
        let mut changes = self.records.changes();
        changes.extend(self.events.changes());
        changes.extend(self.metrics.changes());
        changes
    }
}
