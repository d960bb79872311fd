//! Diff of a sync run: received data against the existing rows.

use std::collections::HashSet;

use indexmap::IndexMap;
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    customers::{
        rows::{
            CUSTOMER_EVENTS, REVENUE_METRICS, SOURCE_RECORDS, cells, event_row,
            ledger::{Ledger, RowCells},
            metrics_row, record_row,
            source_tables::SourceTables,
        },
        sources::record::Page,
    },
    store::{Change, Entry},
};

/// A tab with its pending rows by row id.
struct Section {
    ledger: Ledger,
    /// Column with the time of the last change.
    stamp: usize,
    pending: IndexMap<String, RowCells>,
}

/// Received data that is not written yet. Of a record received twice, the last version counts.
pub(super) struct Book {
    records: Section,
    events: Section,
    metrics: Section,
    zone: TimeZone,
}

impl Section {
    fn new(ledger: Ledger, stamp: usize) -> Self {
        let pending = IndexMap::new();
        Self { ledger, stamp, pending }
    }

    fn changes(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (id, cells) in self.pending.drain(..) {
            if let Some(change) = self.ledger.change(&id, &cells, &[self.stamp]) {
                changes.push(change);
                self.ledger.learn(&id, cells);
            }
        }
        changes
    }
}

impl Book {
    pub(super) fn of(told: &SourceTables, zone: TimeZone) -> Self {
        let records = Ledger::of(&SOURCE_RECORDS, told.record_rows.clone());
        let events = Ledger::of(&CUSTOMER_EVENTS, told.event_rows.clone());
        let metrics = Ledger::of(&REVENUE_METRICS, told.metric_rows.clone());
        Self {
            records: Section::new(records, record_row::SYNCED_AT),
            events: Section::new(events, event_row::SYNCED_AT),
            metrics: Section::new(metrics, metrics_row::SYNCED_AT),
            zone,
        }
    }

    /// Adds a page; returns the row ids of its records.
    pub(super) fn take(&mut self, page: Page, now: Timestamp) -> Vec<String> {
        let mut ids = Vec::with_capacity(page.observations.len());
        for said in &page.observations {
            let id = record_row::row_id(&said.source, &said.subject);
            let cells = record_row::cells_of(said, now, &self.zone);
            self.records.pending.insert(id.clone(), cells);
            ids.push(id);
        }
        for event in &page.events {
            let cells = event_row::cells_of(event, now, &self.zone);
            self.events.pending.insert(event_row::row_id(event), cells);
        }
        for metrics in &page.metrics {
            let cells = metrics_row::cells_of(metrics, now, &self.zone);
            self.metrics.pending.insert(metrics_row::row_id(metrics), cells);
        }
        ids
    }

    /// Marks records of a source as removed that a complete run did not receive.
    pub(super) fn remove_unseen(&mut self, source: &str, seen: &HashSet<String>, now: Timestamp) {
        let prefix = format!("{source}:");
        let removed = record_row::REMOVED;
        let ledger = &self.records.ledger;
        let is_gone = |id: &&str| {
            let stands = ledger.content(id, record_row::PRESENCE);
            id.starts_with(&prefix) && !seen.contains(*id) && stands.as_cell().text() != removed
        };
        let gone: Vec<String> = ledger.ids().filter(is_gone).map(str::to_owned).collect();
        for id in gone {
            let presence = (record_row::PRESENCE, Entry::Text(removed.to_owned()));
            let at = (record_row::SYNCED_AT, cells::instant(Some(now), &self.zone));
            self.records.pending.insert(id, vec![presence, at]);
        }
    }

    /// Number of pending rows.
    pub(super) fn pending(&self) -> usize {
        self.records.pending.len() + self.events.pending.len() + self.metrics.pending.len()
    }

    /// Changes that bring the rows up to date with the received data.
    pub(super) fn changes(&mut self) -> Vec<Change> {
        let mut changes = self.records.changes();
        changes.extend(self.events.changes());
        changes.extend(self.metrics.changes());
        changes
    }
}
