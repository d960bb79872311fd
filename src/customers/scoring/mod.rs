//! Scoring: computes the scores of all customers and writes them into the spreadsheet.
//!
//! [`Scoring::recalculate`] reads the tabs, derives clusters and analysed messages, extracts the facts of each
//! customer, applies the health rules and the churn model, and writes the differences: the four health cells in
//! `unified_customers`, and a row in `health_score_history` for each customer whose score changed. It runs after each
//! sync and on request.

pub mod derived;
pub mod gathering;
pub mod hearing;
pub mod pages;

use std::{collections::HashSet, sync::Arc};

use jiff::{Timestamp, Zoned, civil::Date};
use rust_decimal::{Decimal, prelude::FromPrimitive};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::watch;

use super::{
    amount::Currency,
    churn::{
        Basis, Risk,
        training::{Learned, Past, learn},
    },
    customer::{Customer, CustomerId, Health},
    health::{BandChange, CancelMention, Facts, Formula, Score, Snapshot, preview, score},
    rows::{
        HEALTH_SCORE_HISTORY, UNIFIED_CUSTOMERS,
        customer_row::{self, CustomerRows},
        dismissal_row::{Dismissal, Dismissals, dismissed},
        history_row::{self, ScoreHistory},
        ledger::Ledger,
        source_tables::SourceTables,
    },
    sync::writing::write_all,
    unify::identity,
};
use derived::{Derivation, Derived};

use crate::{
    clock::Clock,
    error::Error,
    store::{Batch, Change, ReadError, Reading, Store},
};

/// Author of the rows in the audit log.
const BY: &str = "health";

/// Scoring service.
pub struct Scoring {
    store: Arc<Store>,
    clock: Clock,
    currency: Currency,
    derivation: Derivation,
    /// Held while scores are written, so that two runs do not write the same cells.
    turn: tokio::sync::Mutex<()>,
    /// Time of the last computation in this process.
    computed: watch::Sender<Option<Timestamp>>,
}

/// Result of a scoring run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Recalculated {
    /// Number of customers with a score.
    pub scored: usize,
    /// Number of customers without enough data for a score.
    pub unknown: usize,
    /// Number of customer rows whose health changed.
    pub changed: u64,
    /// Origin of the churn risks.
    pub churn_basis: Basis,
    /// Number of training examples of customers who left; a model needs a minimum number of each class.
    pub left: usize,
    /// Number of training examples of customers who stayed.
    pub stayed: usize,
}

/// A customer with the inputs and the result of scoring.
#[derive(Clone, Debug)]
pub struct Scored {
    /// The customer.
    pub customer: CustomerId,
    /// Facts.
    pub facts: Facts,
    /// Score; `None` without enough data.
    pub score: Option<Score>,
    /// Day on which the customer left.
    pub left: Option<Date>,
}

/// Inputs of scoring, read together.
pub struct Books {
    derived: Arc<Derived>,
    /// Version of the tabs from which `derived` follows.
    told: u64,
    customers: Reading<CustomerRows>,
    history: Reading<ScoreHistory>,
    dismissals: Reading<Dismissals>,
}

/// Results of reading the tabs.
type Read = (
    Result<Reading<SourceTables>, ReadError>,
    Result<Reading<CustomerRows>, ReadError>,
    Result<Reading<ScoreHistory>, ReadError>,
    Result<Reading<Dismissals>, ReadError>,
);

/// Versions of the tabs that were read together; equal versions mean equal rows.
pub type Versions = [u64; 4];

impl Books {
    /// Versions of the tabs.
    pub fn versions(&self) -> Versions {
        [
            self.told,
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
        let turn = tokio::sync::Mutex::default();
        Self {
            store,
            clock,
            currency,
            derivation: Derivation::default(),
            turn,
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
    pub async fn books(&self) -> Result<Books, Error> {
        let store = &self.store;
        let read = tokio::join!(store.read(), store.read(), store.read(), store.read());
        self.open(read).await
    }

    /// Reads the inputs as they are now, for computations whose result is written.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read now.
    pub async fn books_now(&self) -> Result<Books, Error> {
        let store = &self.store;
        let read = tokio::join!(store.read_now(), store.read_now(), store.read_now(), store.read_now());
        self.open(read).await
    }

    async fn open(&self, (told, customers, history, dismissals): Read) -> Result<Books, Error> {
        let told: Reading<SourceTables> = told?;
        Ok(Books {
            derived: self.derivation.of(&told).await,
            told: told.snapshot.version,
            customers: customers?,
            history: history?,
            dismissals: dismissals?,
        })
    }

    /// Data derived from the source tables.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read.
    pub async fn derived(&self) -> Result<Arc<Derived>, ReadError> {
        Ok(self.derivation.of(&self.store.read().await?).await)
    }

    /// Scores every customer from these inputs.
    pub fn score_all(&self, books: &Books) -> Vec<Scored> {
        let now = self.clock.zoned_now();
        let derived = &books.derived;
        let (known, clusters) = (derived.known(), &derived.clusters);
        let rows = &books.customers.snapshot.data;
        let ids = identity::ids(&clusters.all, &rows.customers);
        let terms = gathering::Terms {
            now: &now,
            currency: self.currency,
            dismissed: &books.dismissals.snapshot.data.ids,
            heard: &derived.heard,
        };
        let scored = clusters.all.iter().zip(ids.of_clusters).filter_map(|(cluster, id)| {
            let customer = rows.by_id(&id).filter(|customer| customer.is_current())?;
            let facts = gathering::facts(known, cluster, customer, &terms);
            Some(Scored {
                score: score(&facts, Formula::current(), &now),
                left: gathering::left(known, cluster, now.time_zone()),
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
    pub async fn recalculate(&self) -> Result<Recalculated, Error> {
        let _turn = self.turn.lock().await;
        self.store.refresh();
        let books = self.books_now().await?;
        let now = self.clock.zoned_now();
        let scored = self.score_all(&books);
        let learned = learned(&scored, &books.history.snapshot.data, &now);
        let judged: Vec<(&Scored, Option<Risk>)> = scored
            .iter()
            .map(|one| (one, one.score.as_ref().map(|score| learned.risk(score, now.date()))))
            .collect();
        let changes = health_changes(&judged, &books.customers.snapshot.data, &now);
        let changed = write_all(&self.store, BY, changes).await?.updated;
        write_all(
            &self.store,
            BY,
            history_changes(&scored, &books.history.snapshot.data, &now),
        )
        .await?;
        let known = scored.iter().filter(|one| one.score.is_some()).count();
        self.computed.send_replace(Some(now.timestamp()));
        let (left, stayed) = learned.examples();
        Ok(Recalculated {
            scored: known,
            unknown: scored.len() - known,
            changed,
            churn_basis: learned.basis(),
            left,
            stayed,
        })
    }

    /// Writes earlier scores of invented customers into the history; existing days are kept.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; a repeated call resumes.
    pub async fn make_up(&self, past: &[(CustomerId, Snapshot)]) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        let history: Reading<ScoreHistory> = self.store.read_now().await?;
        let ledger = Ledger::of(&HEALTH_SCORE_HISTORY, history.snapshot.data.rows.clone());
        let changes = past.iter().filter_map(|(customer, snapshot)| {
            let id = history_row::row_id(customer, snapshot.date);
            let is_new = !ledger.has(&id);
            is_new.then(|| ledger.change(&id, &history_row::cells_of(customer, snapshot), &[]))?
        });
        write_all(&self.store, BY, changes.collect()).await?;
        Ok(())
    }

    /// Customers who would change band under another formula, with the number of customers compared.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read.
    pub async fn preview(&self, other: &Formula) -> Result<(usize, Vec<BandChange<CustomerId>>), Error> {
        let books = self.books().await?;
        let scored = self.score_all(&books);
        let customers = scored.iter().map(|one| (one.customer.clone(), &one.facts));
        let changes = preview(customers, (Formula::current(), other), &self.clock.zoned_now());
        Ok((scored.len(), changes))
    }

    /// Dismisses a mention of cancellation and rescores. `false` when there is no such mention.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written.
    pub async fn dismiss(&self, sentence: &str, by: &str, reason: &str) -> Result<bool, Error> {
        let books = self.books().await?;
        let scored = self.score_all(&books);
        let mentions = scored.iter().flat_map(|one| &one.facts.cancel_mentions);
        let found: Option<CancelMention> = mentions.into_iter().find(|mention| mention.id == sentence).cloned();
        let Some(mention) = found else {
            return Ok(books.dismissals.snapshot.data.ids.contains(sentence));
        };
        let dismissal = Dismissal {
            by,
            at: self.clock.now(),
            reason,
        };
        let change = dismissed(&mention, &dismissal, self.clock.zone());
        self.store
            .commit(Batch::by(if by.is_empty() { "form" } else { by }, [change]))
            .await?;
        self.recalculate().await?;
        Ok(true)
    }
}

fn learned(scored: &[Scored], history: &ScoreHistory, now: &Zoned) -> Learned {
    let past = |one: &Scored| Past {
        snapshots: history.of(&one.customer).to_vec(),
        left: one.left,
    };
    let pasts: Vec<Past> = scored.iter().map(past).collect();
    learn(&pasts, now.date())
}

/// Health cells of a customer.
fn health_of(scored: &Scored, risk: Option<Risk>) -> Health {
    let score = scored.score.as_ref();
    let part = |percent: Decimal| (percent / Decimal::ONE_HUNDRED).round_dp(4);
    Health {
        score: score.map(|score| Decimal::from(score.score)),
        status: score.map(|score| score.band.word().to_owned()),
        coverage: score.map(|score| part(score.coverage.decimal())),
        churn_risk: risk
            .and_then(|risk| Decimal::from_f64(risk.chance))
            .map(|chance| chance.round_dp(4)),
    }
}

fn health_changes(judged: &[(&Scored, Option<Risk>)], rows: &CustomerRows, now: &Zoned) -> Vec<Change> {
    let ledger = Ledger::of(&UNIFIED_CUSTOMERS, rows.rows.clone());
    let known: HashSet<&CustomerId> = judged.iter().map(|(scored, _)| &scored.customer).collect();
    let change = |id: &CustomerId, health: &Health| {
        let mut cells = customer_row::health_cells(health);
        cells.extend(customer_row::stamps(now.timestamp(), false, now.time_zone()));
        ledger.change(id.as_str(), &cells, &[customer_row::UPDATED_AT])
    };
    let scored = judged
        .iter()
        .filter_map(|(scored, risk)| change(&scored.customer, &health_of(scored, *risk)));
    // A row without any source record has no health.
    let is_stale = |customer: &&Customer| !known.contains(&customer.id) && customer.health != Health::default();
    let stale = rows.customers.iter().filter(is_stale);
    scored
        .chain(stale.filter_map(|customer| change(&customer.id, &Health::default())))
        .collect()
}

/// A history row for each customer whose score changed; a second run on the same day updates the row of that day.
fn history_changes(scored: &[Scored], history: &ScoreHistory, now: &Zoned) -> Vec<Change> {
    let ledger = Ledger::of(&HEALTH_SCORE_HISTORY, history.rows.clone());
    let changes = scored.iter().filter_map(|one| {
        let snapshot = Snapshot::of(one.score.as_ref()?, now.date());
        let newest = history.of(&one.customer).last();
        if newest.is_some_and(|newest| newest.says_the_same(&snapshot)) {
            return None;
        }
        let id = history_row::row_id(&one.customer, snapshot.date);
        ledger.change(&id, &history_row::cells_of(&one.customer, &snapshot), &[])
    });
    changes.collect()
}
