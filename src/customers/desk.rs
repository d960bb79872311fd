//! What the handlers of the board share: the spreadsheet, the clock, and what was worked out already.

use std::{ops::Deref, sync::Arc};

use jiff::civil::Date;
use moka::{future::Cache, policy::EvictionPolicy};

use super::{
    amount::Currency,
    digest::Digest,
    elsewhere::AskElsewhere,
    listing::{ListQuestion, Listing},
    rows::{customer_row::CustomerRows, history_row::ScoreHistory},
    scoring::derived::Derived,
    sync::Syncing,
    trend::{Week, trend},
};
use crate::{
    answer::{Kept, Rendered},
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
    digests: Cache<u64, Arc<Digest>>,
    /// By the version of the rows and the question.
    listings: Cache<(u64, String), Arc<Listing>>,
    /// By the versions of the rows and of the history, and the last day.
    trends: Cache<(u64, u64, Date), Arc<[Week]>>,
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
            // What was asked for before belongs to older data, and nobody asks for it again.
            digests: Cache::builder()
                .max_capacity(1)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            listings: Cache::builder()
                .weigher(|_, listing: &Arc<Listing>| u32::try_from(4 * listing.places.len() + 1024).unwrap_or(u32::MAX))
                .max_capacity(MOST_LISTED)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            trends: Cache::builder()
                .max_capacity(1)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
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
        let digest = self.digests.get_with(board.version, work).await;
        Current {
            board,
            currency,
            digest,
        }
    }

    /// The customers that answer `question`, in order.
    pub(super) async fn listing(&self, current: &Current, question: &ListQuestion) -> Arc<Listing> {
        let work = async { Arc::new(Listing::of(&current.rows, question, current.currency)) };
        self.listings.get_with((current.version, question.key()), work).await
    }

    /// How the health of all customers went, week by week, with the scores from which it follows.
    pub(super) async fn history(&self, current: &Current) -> Result<(Arc<ScoreHistory>, Arc<[Week]>), ReadError> {
        let history = self.store.read::<ScoreHistory>().await?.snapshot;
        let today = current.now.date();
        let work = async {
            let histories: Vec<&[_]> = current.rows.current().map(|one| history.data.of(&one.id)).collect();
            trend(histories.iter().copied(), today).into()
        };
        let settled = (current.version, history.version, today);
        let weeks = self.trends.get_with(settled, work).await;
        Ok((Arc::clone(&history.data), weeks))
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
