//! Derivation of the customers from the source tables; writes only changed cells.

use customer_sources::observation::SourcePage;
use sheets_store::{Reading, RowChange};
use web::error::Error;

use crate::{
    customer::{
        Customer,
        rows::{self, CustomerRows, UNIFIED_CUSTOMERS},
    },
    sync::{
        SyncService,
        diff::SyncDiff,
        rows::{
            runs::{self, SYNC_LOG, SyncLog, SyncRun},
            source_tables::SourceTables,
        },
        writer,
    },
    tabs::row_changes::RowLedger,
    unify::{UnifyContext, UnifyInput, unify},
};

/// Author of the rows in the audit log.
const BY: &str = "sync";

impl SyncService {
    /// Derives the customers again: after a run, and after a merge or its undoing.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; a repeated call resumes.
    pub async fn derive(&self) -> Result<writer::WriteCounts, Error> {
        let _guard = self.derive_lock.lock().await;
        self.store.refresh();
        let (tables, rows) = tokio::join!(
            self.store.read_now::<SourceTables>(),
            self.store.read_now::<CustomerRows>()
        );
        let (tables, rows): (Reading<SourceTables>, Reading<CustomerRows>) = (tables?, rows?);
        let tables = &tables.snapshot.data;
        let input = UnifyInput {
            records: &tables.records,
            events: &tables.events,
            aliases: &tables.aliases,
        };
        let rows = &rows.snapshot.data;
        let customers = unify(input, &rows.customers, &self.unify_context());
        let changes = self.changes(&customers, rows);
        Ok(writer::write_batches(&self.store, BY, changes).await?)
    }

    /// Writes pages as if sources had sent them, and derives the customers. `by` is the author in the audit log.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; a repeated call resumes.
    pub async fn import_pages(&self, pages: Vec<SourcePage>, by: &str) -> Result<(), Error> {
        let tables: Reading<SourceTables> = self.store.read_now().await?;
        let mut diff = SyncDiff::of(&tables.snapshot.data, self.clock.zone().clone());
        for page in pages {
            diff.add_page(page, self.clock.now());
        }
        writer::write_batches(&self.store, by, diff.changes()).await?;
        self.derive().await?;
        self.scoring.recalculate().await?;
        Ok(())
    }

    /// Records in `sync_log` that customers were derived from the finished runs. A run in progress does so itself.
    pub(crate) async fn mark_derived(&self, log: &SyncLog) -> Result<(), Error> {
        let (now, zone) = (self.clock.now(), self.clock.zone());
        let ledger = RowLedger::of(&SYNC_LOG, log.rows.clone());
        let pending = log
            .runs
            .iter()
            .filter(|run| run.is_derivation_pending() && run.ended_at.is_some());
        let changes = pending.filter_map(|run| {
            let run = SyncRun {
                derived_at: Some(now),
                ..run.clone()
            };
            ledger.change(&run.id, &runs::run_cells(&run, zone), &[])
        });
        writer::write_batches(&self.store, BY, changes.collect()).await?;
        Ok(())
    }

    /// Context of the derivation.
    pub fn unify_context(&self) -> UnifyContext {
        UnifyContext {
            now: self.clock.now(),
            currency: self.currency,
            finite: self.finite,
        }
    }

    fn changes(&self, customers: &[Customer], rows: &CustomerRows) -> Vec<RowChange> {
        let ledger = RowLedger::of(&UNIFIED_CUSTOMERS, rows.rows.clone());
        let (now, zone) = (self.clock.now(), self.clock.zone());
        let change = |customer: &Customer| {
            let id = customer.id.as_str();
            let mut cells = rows::customer_cells(customer, zone);
            cells.extend(rows::timestamp_cells(now, !ledger.has(id), zone));
            ledger.change(id, &cells, &[rows::UPDATED_AT])
        };
        customers.iter().filter_map(change).collect()
    }
}
