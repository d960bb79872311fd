//! Board state: the store, the clock and the caches that the handlers share.

use std::{ops::Deref, sync::Arc};

use jiff::civil::Date;

use super::{
    alerting::{
        report::{Extent, Report},
        sending::report_of,
    },
    amount::Currency,
    digest::Digest,
    elsewhere::AskElsewhere,
    listing::{Among, ListQuestion, Listing},
    rows::{customer_row::CustomerRows, history_row::ScoreHistory},
    scoring::{Versions, derived::Derived},
    sync::Syncing,
    trend::{Week, trend},
};
use crate::{
    answer::{Kept, Rendered, WorkedOut},
    asked::Asked,
    clock::Clock,
    current,
    error::Error,
    findings::{pages::Found, tally::Tally, view::FINDINGS},
    language::Language,
    page::{Asset, Board, Entry, Frame, Source},
    store::{ReadError, Reading, Store},
};

/// Size limit of the listing cache in bytes; a listing takes four bytes per customer.
const MOST_LISTED: u64 = 4 * 1024 * 1024;

/// State of the customers board, created once by the app.
pub struct Customers {
    pub(super) store: Arc<Store>,
    pub(super) clock: Clock,
    pub(super) syncing: Arc<Syncing>,
    pub(super) elsewhere: AskElsewhere,
    pub(super) source: Source,
    frame: Frame,
    tally: Arc<Tally>,
    kept: Kept,
    /// By row version.
    digests: WorkedOut<u64, Digest>,
    /// By row version and query.
    listings: WorkedOut<(u64, String), Listing>,
    /// By row version, history version and last day.
    trends: WorkedOut<(u64, u64, Date), [Week]>,
    /// By the versions of all scoring inputs and the last day.
    reports: WorkedOut<(Versions, Date), Report>,
}

/// Dependencies of the board, passed in by the app.
pub struct Parts {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Source of the current time.
    pub clock: Clock,
    /// Kind of spreadsheet, as pages name it.
    pub source: Source,
    /// Page frame with the site navigation.
    pub frame: Frame,
    /// Counts of findings of all boards.
    pub tally: Arc<Tally>,
    /// The sync service.
    pub syncing: Arc<Syncing>,
    /// Lookup of the other boards' data.
    pub elsewhere: AskElsewhere,
}

/// Snapshot of the board at one version of the data.
pub(super) struct Current {
    board: current::Current<CustomerRows>,
    /// Reporting currency.
    pub(super) currency: Currency,
    /// Aggregates over all rows.
    pub(super) digest: Arc<Digest>,
}

impl Deref for Current {
    type Target = current::Current<CustomerRows>;

    fn deref(&self) -> &Self::Target {
        &self.board
    }
}

impl Customers {
    /// Creates the state.
    pub fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            clock: parts.clock,
            syncing: parts.syncing,
            elsewhere: parts.elsewhere,
            source: parts.source,
            frame: parts.frame,
            tally: parts.tally,
            kept: Kept::default(),
            digests: WorkedOut::most(1),
            listings: WorkedOut::most_bytes(MOST_LISTED, |listing| 4 * listing.places.len() + 1024),
            trends: WorkedOut::most(1),
            reports: WorkedOut::most(1),
        }
    }

    /// Snapshot of the current data.
    pub(super) async fn current(&self) -> Result<Current, ReadError> {
        Ok(self.as_of(self.store.read().await?).await)
    }

    async fn as_of(&self, reading: Reading<CustomerRows>) -> Current {
        let board = current::Current::of(reading, self.clock.zoned_now());
        let currency = self.syncing.terms().currency;
        let work = async { Arc::new(Digest::of(&board.rows, currency)) };
        let digest = self.digests.or_work_out(board.version, work).await;
        Current {
            board,
            currency,
            digest,
        }
    }

    /// Customers that match a query, in order.
    pub(super) async fn listing(&self, current: &Current, question: &ListQuestion) -> Arc<Listing> {
        let work = async { Arc::new(Listing::of(&current.rows, question, current.currency)) };
        self.listings.or_work_out((current.version, question.key()), work).await
    }

    /// Score history of all customers, with the weekly trend.
    pub(super) async fn history(&self, current: &Current) -> Result<(Arc<ScoreHistory>, Arc<[Week]>), ReadError> {
        let history = self.store.read::<ScoreHistory>().await?;
        let weeks = self.weeks(current, &history).await;
        Ok((Arc::clone(&history.snapshot.data), weeks))
    }

    async fn weeks(&self, current: &Current, history: &Reading<ScoreHistory>) -> Arc<[Week]> {
        let (history, today) = (&history.snapshot, current.now.date());
        let work = async { trend(current.rows.current().map(|one| history.data.of(&one.id)), today).into() };
        let settled = (current.version, history.version, today);
        self.trends.or_work_out(settled, work).await
    }

    /// Health report of the seven days up to today.
    pub(super) async fn report(&self) -> Result<Arc<Report>, Error> {
        let scoring = self.syncing.scoring();
        let (books, today) = (scoring.books().await?, self.clock.today());
        let work = async { Arc::new(report_of(scoring, &books, today, Extent::WEEK)) };
        Ok(self.reports.or_work_out((books.versions(), today), work).await)
    }

    /// Background task that precomputes what every page needs: after each change to a tab and after each scoring run,
    /// so that no request waits for it. Runs until the store closes.
    pub async fn work_ahead(self: Arc<Self>) {
        let (mut renewed, mut computed) = (self.store.renewed(), self.syncing.scoring().computed());
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
        let Some(rows) = self.store.at_hand().await else {
            return;
        };
        let current = self.as_of(rows).await;
        for among in [Among::All, Among::AtRisk] {
            self.listing(&current, &ListQuestion::plain(among)).await;
        }
        current.rows.search_texts();
        if let Some(history) = self.store.at_hand().await {
            self.weeks(&current, &history).await;
        }
    }

    /// Records of the sources, with what was derived from them.
    pub(super) async fn told(&self) -> Result<Arc<Derived>, ReadError> {
        self.syncing.scoring().derived().await
    }

    /// Findings of the board: cells that need a person's attention.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn found(&self) -> Result<Found, Error> {
        Ok(self.found_in(&self.current().await?))
    }

    /// The same from the tabs as last read, without any request; `None` before the first read.
    pub async fn found_at_hand(&self) -> Option<Found> {
        Some(self.found_in(&self.as_of(self.store.at_hand().await?).await))
    }

    fn found_in(&self, current: &Current) -> Found {
        let cells = [
            current.findings.to_vec(),
            current.rows.in_other_currencies(current.currency),
        ];
        Found::of_cells(cells.concat(), self.frame(current), current.as_of())
    }

    /// Frame of a page that shows `current`.
    pub(super) fn frame(&self, current: &Current) -> Frame {
        let found = current.findings.len() + current.digest.cells_in_other_currencies;
        let found = u32::try_from(found).unwrap_or(u32::MAX);
        self.bare_frame()
            .counting(FINDINGS, self.tally.note("customers", found))
            .with_freshness(current.freshness(self.source, current.rows.link.tab()))
    }

    /// Frame of a page without data.
    pub(super) fn bare_frame(&self) -> Frame {
        let board = Board {
            style: Asset::CustomersStylesheet,
            tabs: super::view::tabs,
        };
        let action = Entry::new("Who is at risk", super::view::AT_RISK);
        self.frame.clone().for_board(board, Language::English, action)
    }

    /// Cached response to a request; rendered by `make` on a cache miss.
    pub(super) async fn answered(
        &self,
        current: &Current,
        asked: &Asked,
        make: impl AsyncFnOnce() -> Result<Rendered, Error>,
    ) -> Result<Rendered, Error> {
        current.answered(&self.kept, asked, make).await
    }
}
