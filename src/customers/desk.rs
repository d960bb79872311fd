//! What the handlers of the board share: the spreadsheet, the clock, and what was worked out already.

use std::{ops::Deref, sync::Arc};

use super::{
    amount::Currency, elsewhere::AskElsewhere, rows::customer_row::CustomerRows, scoring::derived::Derived,
    sync::Syncing,
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
    board: current::Current<CustomerRows>,
    /// What amounts are in.
    pub(super) currency: Currency,
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
        }
    }

    /// The board with the data at hand.
    pub(super) async fn current(&self) -> Result<Current, ReadError> {
        Ok(self.as_of(self.store.read().await?))
    }

    fn as_of(&self, reading: Reading<CustomerRows>) -> Current {
        Current {
            board: current::Current::of(reading, self.clock.zoned_now()),
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
        let cells = [
            current.findings.to_vec(),
            current.rows.in_other_currencies(current.currency),
        ];
        Found::of_cells(cells.concat(), self.frame(current), current.as_of())
    }

    /// What surrounds a page that shows `current`.
    pub(super) fn frame(&self, current: &Current) -> Frame {
        let in_other_currencies = current.rows.count_in_other_currencies(current.currency);
        let found = current.findings_count() + u32::try_from(in_other_currencies).unwrap_or(u32::MAX);
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
