//! Scoring: computes the scores of all customers and writes them into the spreadsheet.
//!
//! [`Scoring::recalculate`] reads the tabs, derives clusters and analysed messages, extracts the facts of each
//! customer, applies the health rules and the churn model, and writes the differences: the four health cells in
//! `unified_customers`, and a row in `health_score_history` for each customer whose score changed. It runs after each
//! sync and on request.

pub(crate) mod derived;
pub(crate) mod features;
pub(crate) mod message_analysis;
pub mod page;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, sync::Arc};

use customer_sources::amount::Currency;
use jiff::{Timestamp, Zoned, civil::Date};
use rust_decimal::{Decimal, prelude::FromPrimitive};
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::{Batch, Reading, RowChange, Store, clock::Clock, read::read_error::ReadError};
use tokio::sync::watch;
use web::error::Error;

use crate::{
    customer::{
        Customer, CustomerHealth, CustomerId,
        rows::{self, CustomerRows, UNIFIED_CUSTOMERS},
    },
    health::{
        churn::{
            ChurnBasis, ChurnRisk,
            training::{CustomerHistory, TrainingResult, train},
        },
        dismissals::{Dismissals, NewDismissal, dismissal_insert},
        history::{self, HEALTH_SCORE_HISTORY, ScoreHistory},
        preview::{BandChange, preview_formula},
        rules::{CancelMention, HealthFacts, HealthScore, ScoreSnapshot, score},
        scoring::derived::{DerivedRecords, DerivedRecordsCache},
        weights::ScoreFormula,
    },
    sync::{rows::source_tables::SourceTables, writer::write_batches},
    tabs::row_changes::RowLedger,
    unify::identity,
};

/// Author of the rows in the audit log.
const BY: &str = "health";

/// Scoring service.
pub struct Scoring {
    store: Arc<Store>,
    clock: Clock,
    currency: Currency,
    derived_cache: DerivedRecordsCache,
    /// Held while scores are written, so that two runs do not write the same cells.
    write_lock: tokio::sync::Mutex<()>,
    /// Time of the last computation in this process.
    computed: watch::Sender<Option<Timestamp>>,
}

/// Result of a scoring run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecalculationResponse {
    /// Number of customers with a score.
    pub scored: usize,
    /// Number of customers without enough data for a score.
    pub unknown: usize,
    /// Number of customer rows whose health changed.
    pub changed: u64,
    /// Origin of the churn risks.
    pub churn_basis: ChurnBasis,
    /// Number of training examples of customers who left; a model needs a minimum number of each class.
    pub left: usize,
    /// Number of training examples of customers who stayed.
    pub stayed: usize,
}

/// A customer with the inputs and the result of scoring.
#[derive(Clone, Debug)]
pub struct ScoredCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// Facts.
    pub facts: HealthFacts,
    /// Score; `None` without enough data.
    pub score: Option<HealthScore>,
    /// Day on which the customer left.
    pub left: Option<Date>,
}

/// Inputs of scoring, read together.
pub struct ScoringInputs {
    derived: Arc<DerivedRecords>,
    /// Version of the tabs from which `derived` follows.
    tables_version: u64,
    customers: Reading<CustomerRows>,
    history: Reading<ScoreHistory>,
    dismissals: Reading<Dismissals>,
}

/// Results of reading the tabs.
struct ScoringReads {
    tables: Result<Reading<SourceTables>, ReadError>,
    customers: Result<Reading<CustomerRows>, ReadError>,
    history: Result<Reading<ScoreHistory>, ReadError>,
    dismissals: Result<Reading<Dismissals>, ReadError>,
}

/// Versions of the tabs that were read together; equal versions mean equal rows.
pub type ScoringVersions = [u64; 4];

impl ScoringInputs {
    /// Versions of the tabs.
    pub fn versions(&self) -> ScoringVersions {
        [
            self.tables_version,
            self.customers.snapshot.version,
            self.history.snapshot.version,
            self.dismissals.snapshot.version,
        ]
    }

    /// Customer rows.
    pub fn customers(&self) -> &CustomerRows {
        &self.customers.snapshot.data
    }

    /// Score history.
    pub fn history(&self) -> &ScoreHistory {
        &self.history.snapshot.data
    }
}

impl Scoring {
    /// Creates the service. `currency` is the reporting currency; the score ignores MRR in other currencies.
    pub fn new(store: Arc<Store>, clock: Clock, currency: Currency) -> Self {
        let write_lock = tokio::sync::Mutex::default();
        Self {
            store,
            clock,
            currency,
            derived_cache: DerivedRecordsCache::default(),
            write_lock,
            computed: watch::Sender::new(None),
        }
    }

    /// Receiver of the time of the last computation in this process, notified of every new one.
    pub fn computed(&self) -> watch::Receiver<Option<Timestamp>> {
        self.computed.subscribe()
    }

    /// Reads the inputs, possibly from the cache.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read.
    pub async fn load_inputs(&self) -> Result<ScoringInputs, Error> {
        let store = &self.store;
        let (tables, customers, history, dismissals) =
            tokio::join!(store.read(), store.read(), store.read(), store.read());
        let reads = ScoringReads {
            tables,
            customers,
            history,
            dismissals,
        };
        self.build_inputs(reads).await
    }

    /// Reads the inputs as they are now, for computations whose result is written.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read now.
    pub async fn load_current_inputs(&self) -> Result<ScoringInputs, Error> {
        let store = &self.store;
        let (tables, customers, history, dismissals) =
            tokio::join!(store.read_now(), store.read_now(), store.read_now(), store.read_now());
        let reads = ScoringReads {
            tables,
            customers,
            history,
            dismissals,
        };
        self.build_inputs(reads).await
    }

    async fn build_inputs(&self, reads: ScoringReads) -> Result<ScoringInputs, Error> {
        let tables = reads.tables?;
        Ok(ScoringInputs {
            derived: self.derived_cache.of(&tables).await,
            tables_version: tables.snapshot.version,
            customers: reads.customers?,
            history: reads.history?,
            dismissals: reads.dismissals?,
        })
    }

    /// Data derived from the source tables.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read.
    pub async fn derived(&self) -> Result<Arc<DerivedRecords>, ReadError> {
        Ok(self.derived_cache.of(&self.store.read().await?).await)
    }

    /// Scores every customer from these inputs.
    pub fn score_all(&self, inputs: &ScoringInputs) -> Vec<ScoredCustomer> {
        let now = self.clock.zoned_now();
        let derived = &inputs.derived;
        let (known, clusters) = (derived.unify_input(), &derived.clusters);
        let rows = &inputs.customers.snapshot.data;
        let ids = identity::assign_ids(&clusters.all, &rows.customers);
        let context = features::ExtractionContext {
            now: &now,
            currency: self.currency,
            dismissed: &inputs.dismissals.snapshot.data.ids,
            analyzed_messages: &derived.analyzed_messages,
        };
        let scored = clusters.all.iter().zip(ids.by_cluster).filter_map(|(cluster, id)| {
            let customer = rows.by_id(&id).filter(|customer| customer.is_current())?;
            let facts = features::extract_facts(known, cluster, customer, &context);
            Some(ScoredCustomer {
                score: score(&facts, ScoreFormula::current(), &now),
                left: features::departure_date(known, cluster, now.time_zone()),
                customer: id,
                facts,
            })
        });
        scored.collect()
    }

    /// Recomputes every score and writes the differences.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; a repeated call resumes.
    pub async fn recalculate(&self) -> Result<RecalculationResponse, Error> {
        let _guard = self.write_lock.lock().await;
        self.store.refresh();
        let inputs = self.load_current_inputs().await?;
        let now = self.clock.zoned_now();
        let scored = self.score_all(&inputs);
        let training = train_on_history(&scored, &inputs.history.snapshot.data, &now);
        let risks: Vec<(&ScoredCustomer, Option<ChurnRisk>)> = scored
            .iter()
            .map(|one| (one, one.score.as_ref().map(|score| training.risk(score, now.date()))))
            .collect();
        let changes = health_changes(&risks, &inputs.customers.snapshot.data, &now);
        let changed = write_batches(&self.store, BY, changes).await?.updated;
        write_batches(
            &self.store,
            BY,
            history_changes(&scored, &inputs.history.snapshot.data, &now),
        )
        .await?;
        let known = scored.iter().filter(|one| one.score.is_some()).count();
        self.computed.send_replace(Some(now.timestamp()));
        let (left, stayed) = training.examples();
        Ok(RecalculationResponse {
            scored: known,
            unknown: scored.len() - known,
            changed,
            churn_basis: training.basis(),
            left,
            stayed,
        })
    }

    /// Writes earlier scores of invented customers into the history; existing days are kept.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; a repeated call resumes.
    pub async fn insert_earlier_scores(&self, past: &[(CustomerId, ScoreSnapshot)]) -> Result<(), Error> {
        let _guard = self.write_lock.lock().await;
        let history: Reading<ScoreHistory> = self.store.read_now().await?;
        let ledger = RowLedger::of(&HEALTH_SCORE_HISTORY, history.snapshot.data.rows.clone());
        let changes = past.iter().filter_map(|(customer, snapshot)| {
            let id = history::history_row_id(customer, snapshot.date);
            let is_new = !ledger.has(&id);
            is_new.then(|| ledger.change(&id, &history::history_cells(customer, snapshot), &[]))?
        });
        write_batches(&self.store, BY, changes.collect()).await?;
        Ok(())
    }

    /// Customers who would change band under another formula, with the number of customers compared.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read.
    pub async fn preview(&self, other: &ScoreFormula) -> Result<(usize, Vec<BandChange<CustomerId>>), Error> {
        let inputs = self.load_inputs().await?;
        let scored = self.score_all(&inputs);
        let customers = scored.iter().map(|one| (one.customer.clone(), &one.facts));
        let changes = preview_formula(customers, ScoreFormula::current(), other, &self.clock.zoned_now());
        Ok((scored.len(), changes))
    }

    /// Dismisses a mention of cancellation and rescores. `false` when there is no such mention.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written.
    pub async fn dismiss(&self, sentence: &str, by: &str, reason: &str) -> Result<bool, Error> {
        let inputs = self.load_inputs().await?;
        let scored = self.score_all(&inputs);
        let mentions = scored.iter().flat_map(|one| &one.facts.cancel_mentions);
        let found: Option<CancelMention> = mentions.into_iter().find(|mention| mention.id == sentence).cloned();
        let Some(mention) = found else {
            return Ok(inputs.dismissals.snapshot.data.ids.contains(sentence));
        };
        let dismissal = NewDismissal {
            by,
            at: self.clock.now(),
            reason,
        };
        let change = dismissal_insert(&mention, &dismissal, self.clock.zone());
        self.store
            .commit(Batch::by(if by.is_empty() { "form" } else { by }, [change]))
            .await?;
        self.recalculate().await?;
        Ok(true)
    }
}

fn train_on_history(scored: &[ScoredCustomer], history: &ScoreHistory, now: &Zoned) -> TrainingResult {
    let past = |one: &ScoredCustomer| CustomerHistory {
        snapshots: history.of(&one.customer).to_vec(),
        left: one.left,
    };
    let pasts: Vec<CustomerHistory> = scored.iter().map(past).collect();
    train(&pasts, now.date())
}

/// Health cells of a customer.
fn customer_health(scored: &ScoredCustomer, risk: Option<ChurnRisk>) -> CustomerHealth {
    let score = scored.score.as_ref();
    let part = |percent: Decimal| (percent / Decimal::ONE_HUNDRED).round_dp(4);
    CustomerHealth {
        score: score.map(|score| Decimal::from(score.score)),
        status: score.map(|score| score.band.word().to_owned()),
        coverage: score.map(|score| part(score.coverage.decimal())),
        churn_risk: risk
            .and_then(|risk| Decimal::from_f64(risk.chance))
            .map(|chance| chance.round_dp(4)),
    }
}

fn health_changes(risks: &[(&ScoredCustomer, Option<ChurnRisk>)], rows: &CustomerRows, now: &Zoned) -> Vec<RowChange> {
    let ledger = RowLedger::of(&UNIFIED_CUSTOMERS, rows.rows.clone());
    let known: HashSet<&CustomerId> = risks.iter().map(|(scored, _)| &scored.customer).collect();
    let change = |id: &CustomerId, health: &CustomerHealth| {
        let mut cells = rows::health_cells(health);
        cells.extend(rows::timestamp_cells(now.timestamp(), false, now.time_zone()));
        ledger.change(id.as_str(), &cells, &[rows::UPDATED_AT])
    };
    let scored = risks
        .iter()
        .filter_map(|(scored, risk)| change(&scored.customer, &customer_health(scored, *risk)));
    // A row without any source record has no health.
    let is_stale = |customer: &&Customer| !known.contains(&customer.id) && customer.health != CustomerHealth::default();
    let stale = rows.customers.iter().filter(is_stale);
    scored
        .chain(stale.filter_map(|customer| change(&customer.id, &CustomerHealth::default())))
        .collect()
}

/// A history row for each customer whose score changed; a second run on the same day updates the row of that day.
fn history_changes(scored: &[ScoredCustomer], history: &ScoreHistory, now: &Zoned) -> Vec<RowChange> {
    let ledger = RowLedger::of(&HEALTH_SCORE_HISTORY, history.rows.clone());
    let changes = scored.iter().filter_map(|one| {
        let snapshot = ScoreSnapshot::of(one.score.as_ref()?, now.date());
        let newest = history.of(&one.customer).last();
        if newest.is_some_and(|newest| newest.is_same_score(&snapshot)) {
            return None;
        }
        let id = history::history_row_id(&one.customer, snapshot.date);
        ledger.change(&id, &history::history_cells(&one.customer, &snapshot), &[])
    });
    changes.collect()
}
