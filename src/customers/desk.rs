//! What the handlers of the board share: the spreadsheet, the clock, and what was worked out already.

use std::sync::Arc;

use jiff::{Timestamp, Zoned};

use super::{
    amount::Currency, elsewhere::AskElsewhere, rows::customer_row::CustomerRows, scoring::derived::Derived,
    sync::Syncing,
};
use crate::{
    answer::{Kept, Question, Rendered},
    asked::Asked,
    clock::Clock,
    error::Error,
    finding::Finding,
    findings::{pages::Found, tally::Tally, view::FINDINGS},
    language::Language,
    page::{Asset, Board, Entry, Frame, Freshness, Source},
    store::{ReadError, Reading, Store},
};

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
    pub(super) rows: Arc<CustomerRows>,
    pub(super) findings: Arc<Vec<Finding>>,
    pub(super) version: u64,
    pub(super) read_at: Timestamp,
    pub(super) unreachable_since: Option<Timestamp>,
    pub(super) now: Zoned,
    pub(super) currency: Currency,
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
        }
    }

    /// The board with the data at hand.
    pub(super) async fn current(&self) -> Result<Current, ReadError> {
        Ok(self.as_of(self.store.read().await?))
    }

    fn as_of(&self, reading: Reading<CustomerRows>) -> Current {
        Current {
            rows: Arc::clone(&reading.snapshot.data),
            findings: Arc::clone(&reading.snapshot.findings),
            version: reading.snapshot.version,
            read_at: reading.snapshot.read_at,
            unreachable_since: reading.unreachable_since,
            now: self.clock.zoned_now(),
            currency: self.syncing.terms().currency,
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
        Some(self.found_in(&self.as_of(self.store.at_hand().await?)))
    }

    fn found_in(&self, current: &Current) -> Found {
        let as_of = current.read_at.to_zoned(self.clock.zone().clone());
        let cells = [
            current.findings.to_vec(),
            current.rows.in_other_currencies(current.currency),
        ];
        Found::of_cells(cells.concat(), self.frame(current), as_of)
    }

    /// What surrounds a page that shows `current`.
    pub(super) fn frame(&self, current: &Current) -> Frame {
        let zone = self.clock.zone();
        let found = current.findings.len() + current.rows.count_in_other_currencies(current.currency);
        let found = u32::try_from(found).unwrap_or(u32::MAX);
        self.bare_frame()
            .counting(FINDINGS, self.tally.note("customers", found))
            .with_freshness(Freshness {
                source: self.source,
                read_at: current.read_at.to_zoned(zone.clone()),
                now: current.now.clone(),
                unreachable_since: current.unreachable_since.map(|since| since.to_zoned(zone.clone())),
                spreadsheet_link: current.rows.link.tab(),
            })
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
        let question = Question {
            versions: (current.version, 0),
            second: current.now.timestamp().as_second(),
            read_at: current.read_at,
            unreachable_since: current.unreachable_since,
            asked: asked.key(),
        };
        self.kept.or_make(question, make).await
    }
}
