//! Board state: the store, the clock and the caches that the handlers share.

use std::{ops::Deref, sync::Arc};

use customer_sources::amount::Currency;
use domain::language::Language;
use jiff::civil::Date;
use sheets_store::{Reading, Store, clock::Clock, read::read_error::ReadError};
use web::{
    error::Error,
    findings::{board_findings::BoardFindings, counts::FindingCounts},
    page::{BoardLayout, DataSource, Frame, NavLink},
    request_context::RequestContext,
    response::{DerivedCache, RenderedResponse, ResponseCache},
    routes::FINDINGS,
    snapshot,
};

use crate::{
    alerts::report::{HealthReport, ReportPeriod, report_from_inputs},
    assets,
    customer::{cross_board::CrossBoardLookup, rows::CustomerRows},
    health::{
        history::ScoreHistory,
        scoring::{ScoringVersions, derived::DerivedRecords},
    },
    list::{
        aggregates::CustomerAggregates,
        listing::{CustomerListQuery, CustomerListing, ListScope},
    },
    reports::summary::trend::{WeeklyScore, weekly_trend},
    routes::AT_RISK,
    sync::SyncService,
};

/// Size limit of the listing cache in bytes; a listing takes its query and four bytes per customer.
const LISTING_CACHE_BYTES: u64 = 4 * 1024 * 1024;

/// State of the customers board, created once by the app.
pub struct Customers {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) sync: Arc<SyncService>,
    pub(crate) cross_board: CrossBoardLookup,
    pub(crate) source: DataSource,
    frame: Frame,
    finding_counts: Arc<FindingCounts>,
    response_cache: ResponseCache,
    /// By row version.
    aggregates: DerivedCache<u64, CustomerAggregates>,
    /// By row version and query.
    listings: DerivedCache<(u64, String), CustomerListing>,
    /// By row version, history version and last day.
    trends: DerivedCache<(u64, u64, Date), [WeeklyScore]>,
    /// By the versions of all scoring inputs and the last day.
    reports: DerivedCache<(ScoringVersions, Date), HealthReport>,
}

/// Dependencies of the board, passed in by the app.
pub struct CustomersParts {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Source of the current time.
    pub clock: Clock,
    /// Kind of spreadsheet, as pages name it.
    pub source: DataSource,
    /// Page frame with the site navigation.
    pub frame: Frame,
    /// Counts of findings of all boards.
    pub finding_counts: Arc<FindingCounts>,
    /// The sync service.
    pub sync: Arc<SyncService>,
    /// Lookup of the other boards' data.
    pub cross_board: CrossBoardLookup,
}

/// Snapshot of the board at one version of the data.
pub(crate) struct CustomersSnapshot {
    board: snapshot::BoardSnapshot<CustomerRows>,
    /// Reporting currency.
    pub(crate) currency: Currency,
    /// Aggregates over all rows.
    pub(crate) aggregates: Arc<CustomerAggregates>,
}

impl Deref for CustomersSnapshot {
    type Target = snapshot::BoardSnapshot<CustomerRows>;

    fn deref(&self) -> &Self::Target {
        &self.board
    }
}

impl Customers {
    /// Creates the state.
    pub fn new(parts: CustomersParts) -> Self {
        Self {
            store: parts.store,
            clock: parts.clock,
            sync: parts.sync,
            cross_board: parts.cross_board,
            source: parts.source,
            frame: parts.frame,
            finding_counts: parts.finding_counts,
            response_cache: ResponseCache::default(),
            aggregates: DerivedCache::most(1),
            listings: DerivedCache::with_max_bytes(LISTING_CACHE_BYTES, |(_, query), listing| {
                query.len() + 4 * listing.indices.len()
            }),
            trends: DerivedCache::most(1),
            reports: DerivedCache::most(1),
        }
    }

    /// Snapshot of the current data.
    pub(crate) async fn current(&self) -> Result<CustomersSnapshot, ReadError> {
        Ok(self.as_of(self.store.read().await?).await)
    }

    async fn as_of(&self, reading: Reading<CustomerRows>) -> CustomersSnapshot {
        let board = snapshot::BoardSnapshot::of(reading, self.clock.zoned_now());
        let currency = self.sync.unify_context().currency;
        let work = async { Arc::new(CustomerAggregates::of(&board.rows, currency)) };
        let aggregates = self.aggregates.get_or_compute(board.version, work).await;
        CustomersSnapshot {
            board,
            currency,
            aggregates,
        }
    }

    /// Customers that match a query, in order.
    pub(crate) async fn listing(&self, current: &CustomersSnapshot, query: &CustomerListQuery) -> Arc<CustomerListing> {
        let work = async { Arc::new(CustomerListing::of(&current.rows, query, current.currency)) };
        self.listings.get_or_compute((current.version, query.key()), work).await
    }

    /// Score history of all customers, with the weekly trend.
    pub(crate) async fn history(
        &self,
        current: &CustomersSnapshot,
    ) -> Result<(Arc<ScoreHistory>, Arc<[WeeklyScore]>), ReadError> {
        let history = self.store.read::<ScoreHistory>().await?;
        let weeks = self.weeks(current, &history).await;
        Ok((Arc::clone(&history.snapshot.data), weeks))
    }

    async fn weeks(&self, current: &CustomersSnapshot, history: &Reading<ScoreHistory>) -> Arc<[WeeklyScore]> {
        let (history, today) = (&history.snapshot, current.now.date());
        let work = async { weekly_trend(current.rows.current().map(|one| history.data.of(&one.id)), today).into() };
        let versions = (current.version, history.version, today);
        self.trends.get_or_compute(versions, work).await
    }

    /// Health report of the seven days up to today.
    pub(crate) async fn report(&self) -> Result<Arc<HealthReport>, Error> {
        let scoring = self.sync.scoring();
        let (inputs, today) = (scoring.load_inputs().await?, self.clock.today());
        let work = async { Arc::new(report_from_inputs(scoring, &inputs, today, ReportPeriod::WEEK)) };
        Ok(self.reports.get_or_compute((inputs.versions(), today), work).await)
    }

    /// Background task that precomputes what every page needs: after each change to a tab and after each scoring run,
    /// so that no request waits for it. Runs until the store closes.
    pub async fn precompute(self: Arc<Self>) {
        let (mut renewed, mut computed) = (self.store.data_versions(), self.sync.scoring().computed());
        loop {
            let outcome = tokio::select! {
                changed = renewed.changed() => {
                    self.prepare().await;
                    changed
                }
                changed = computed.changed() => {
                    // The next page request reports a read failure.
                    let _ = tokio::join!(self.store.read::<CustomerRows>(), self.store.read::<ScoreHistory>());
                    changed
                }
            };
            if outcome.is_err() {
                return;
            }
        }
    }

    /// Precomputes the caches from the tabs as last read.
    async fn prepare(&self) {
        let Some(rows) = self.store.cached().await else {
            return;
        };
        let current = self.as_of(rows).await;
        for among in [ListScope::All, ListScope::AtRisk] {
            self.listing(&current, &CustomerListQuery::plain(among)).await;
        }
        current.rows.search_texts();
        if let Some(history) = self.store.cached().await {
            self.weeks(&current, &history).await;
        }
    }

    /// Records of the sources, with what was derived from them.
    pub(crate) async fn derived_records(&self) -> Result<Arc<DerivedRecords>, ReadError> {
        self.sync.scoring().derived().await
    }

    /// Findings of the board: cells that need a person's attention.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn findings(&self) -> Result<BoardFindings, Error> {
        Ok(self.findings_in(&self.current().await?))
    }

    /// The same from the tabs as last read, without any request; `None` before the first read.
    pub async fn findings_at_hand(&self) -> Option<BoardFindings> {
        Some(self.findings_in(&self.as_of(self.store.cached().await?).await))
    }

    fn findings_in(&self, current: &CustomersSnapshot) -> BoardFindings {
        let cells = [
            current.findings.to_vec(),
            current.rows.in_other_currencies(current.currency),
        ];
        BoardFindings::of_cells(cells.concat(), self.frame(current), current.as_of())
    }

    /// Frame of a page that shows `current`.
    pub(crate) fn frame(&self, current: &CustomersSnapshot) -> Frame {
        let found = current.findings.len() + current.aggregates.cells_in_other_currencies;
        let found = u32::try_from(found).unwrap_or(u32::MAX);
        self.bare_frame()
            .counting(FINDINGS, self.finding_counts.record("customers", found))
            .with_freshness(current.freshness(self.source, current.rows.link.tab()))
    }

    /// Frame of a page without data.
    pub(crate) fn bare_frame(&self) -> Frame {
        let board = BoardLayout {
            style: &assets::STYLESHEET,
            tabs: crate::ui::navigation,
        };
        let action = NavLink::new("Who is at risk", AT_RISK);
        self.frame.clone().for_board(board, Language::English, action)
    }

    /// Cached response to a request; rendered by `make` on a cache miss.
    pub(crate) async fn cached_response(
        &self,
        current: &CustomersSnapshot,
        request: &RequestContext,
        make: impl AsyncFnOnce() -> Result<RenderedResponse, Error>,
    ) -> Result<RenderedResponse, Error> {
        current.cached_response(&self.response_cache, request, make).await
    }
}
