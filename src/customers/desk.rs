//! What the handlers of the board share: the spreadsheet, the clock, and what was worked out already.

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

/// Bytes of the lists that are kept: a list is four bytes a customer.
const MOST_LISTED: u64 = 4 * 1024 * 1024;

/// The board's means, made once by the app.
pub struct Customers {
    pub(super) store: Arc<Store>,
    pub(super) clock: Clock,
    pub(super) syncing: Arc<Syncing>,
    pub(super) elsewhere: AskElsewhere,
    pub(super) source: Source,
    frame: Frame,
    tally: Arc<Tally>,
    kept: Kept,
    /// By the version of the rows.
    digests: WorkedOut<u64, Digest>,
    /// By the version of the rows and the question.
    listings: WorkedOut<(u64, String), Listing>,
    /// By the versions of the rows and of the history, and the last day.
    trends: WorkedOut<(u64, u64, Date), [Week]>,
    /// By the versions of everything that scores are made from, and the last day.
    reports: WorkedOut<(Versions, Date), Report>,
}

/// What the app hands to the board.
pub struct Parts {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Where the time comes from.
    pub clock: Clock,
    /// What the spreadsheet is called on pages.
    pub source: Source,
    /// Navigation around every page.
    pub frame: Frame,
    /// What all boards found.
    pub tally: Arc<Tally>,
    /// What brings the sources into the spreadsheet.
    pub syncing: Arc<Syncing>,
    /// Whom to ask what the other boards know.
    pub elsewhere: AskElsewhere,
}

/// The board as it is at one moment.
pub(super) struct Current {
    board: current::Current<CustomerRows>,
    /// What amounts are in.
    pub(super) currency: Currency,
    /// What follows from all rows.
    pub(super) digest: Arc<Digest>,
}

impl Deref for Current {
    type Target = current::Current<CustomerRows>;

    fn deref(&self) -> &Self::Target {
        &self.board
    }
}

impl Customers {
    /// Puts the board together.
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

    /// The board with the data at hand.
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

    /// The customers that answer `question`, in order.
    pub(super) async fn listing(&self, current: &Current, question: &ListQuestion) -> Arc<Listing> {
        let work = async { Arc::new(Listing::of(&current.rows, question, current.currency)) };
        self.listings.or_work_out((current.version, question.key()), work).await
    }

    /// How the health of all customers went, week by week, with the scores from which it follows.
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

    /// The summary of the week that ends today.
    pub(super) async fn report(&self) -> Result<Arc<Report>, Error> {
        let scoring = self.syncing.scoring();
        let (books, today) = (scoring.books().await?, self.clock.today());
        let work = async { Arc::new(report_of(scoring, &books, today, Extent::WEEK)) };
        Ok(self.reports.or_work_out((books.versions(), today), work).await)
    }

    /// Reads the tabs again once scores were written, and works out what every page needs as soon as a tab has changed,
    /// so that nobody waits for it. For ever.
    pub async fn work_ahead(self: Arc<Self>) {
        let (mut renewed, mut computed) = (self.store.renewed(), self.syncing.scoring().computed());
        loop {
            let outcome = tokio::select! {
                changed = renewed.changed() => {
                    self.prepare().await;
                    changed
                }
                changed = computed.changed() => {
                    // A failure is told to whoever asks for a page.
                    let _ = tokio::join!(self.store.read::<CustomerRows>(), self.store.read::<ScoreHistory>());
                    changed
                }
            };
            if outcome.is_err() {
                return;
            }
        }
    }

    /// Works out what every page needs of the tabs as they were read last.
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

    /// What the sources told.
    pub(super) async fn told(&self) -> Result<Arc<Derived>, ReadError> {
        self.syncing.scoring().derived().await
    }

    /// Every cell that a person should look at, for the page of findings.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn found(&self) -> Result<Found, Error> {
        Ok(self.found_in(&self.current().await?))
    }

    /// The same of the tabs as they were read last; `None` before the first read. Asks nobody.
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

    /// What surrounds a page that shows `current`.
    pub(super) fn frame(&self, current: &Current) -> Frame {
        let found = current.findings.len() + current.digest.cells_in_other_currencies;
        let found = u32::try_from(found).unwrap_or(u32::MAX);
        self.bare_frame()
            .counting(FINDINGS, self.tally.note("customers", found))
            .with_freshness(current.freshness(self.source, current.rows.link.tab()))
    }

    /// What surrounds a page that shows no data.
    pub(super) fn bare_frame(&self) -> Frame {
        let board = Board {
            style: Asset::CustomersStylesheet,
            tabs: super::view::tabs,
        };
        let action = Entry::new("Who is at risk", super::view::AT_RISK);
        self.frame.clone().for_board(board, Language::English, action)
    }

    /// The finished answer to what was `asked`, made by `make` unless it was answered this very second.
    pub(super) async fn answered(
        &self,
        current: &Current,
        asked: &Asked,
        make: impl AsyncFnOnce() -> Result<Rendered, Error>,
    ) -> Result<Rendered, Error> {
        current.answered(&self.kept, asked, make).await
    }
}
