//! What the handlers of the board share: the spreadsheet, the clock, and answers that were worked out already.

use std::sync::Arc;

use jiff::{Timestamp, Zoned};
use tokio::sync::Mutex;

use super::{
    correcting::Correcting, history::StageHistory, importer::Importer, log::DealLog, reminding::Reminders,
    rows::DealRows,
};
use crate::{
    answer::{Kept, Question, Rendered},
    asked::Asked,
    clock::Clock,
    error::Error,
    finding::Finding,
    language::Language,
    page::{Entry, Frame, Freshness, Source},
    store::{ReadError, Reading, Store},
};

/// The board's means, made once by the app.
pub struct Deals {
    pub(super) store: Arc<Store>,
    pub(super) clock: Clock,
    pub(super) importer: Arc<Importer>,
    pub(super) reminders: Reminders,
    /// Held by the run of the reminders, one at a time.
    pub(super) reminding: Mutex<()>,
    source: Source,
    frame: Frame,
    kept: Kept,
    correcting: Arc<Correcting>,
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
    /// How people are reminded.
    pub reminders: Reminders,
}

/// The board as it is at one moment.
pub(super) struct Current {
    pub(super) rows: Arc<DealRows>,
    pub(super) findings: Arc<Vec<Finding>>,
    pub(super) version: u64,
    pub(super) read_at: Timestamp,
    pub(super) unreachable_since: Option<Timestamp>,
    pub(super) now: Zoned,
}

impl Deals {
    /// Puts the board together.
    pub fn new(parts: Parts) -> Self {
        Self {
            importer: Arc::new(Importer::new(Arc::clone(&parts.store), parts.clock.clone())),
            store: parts.store,
            clock: parts.clock,
            source: parts.source,
            frame: parts.frame,
            reminders: parts.reminders,
            reminding: Mutex::default(),
            kept: Kept::default(),
            correcting: Arc::default(),
        }
    }

    /// The board with the data at hand.
    pub(super) async fn current(&self) -> Result<Current, ReadError> {
        let reading: Reading<DealRows> = self.store.read().await?;
        let current = Current {
            rows: Arc::clone(&reading.snapshot.data),
            findings: Arc::clone(&reading.snapshot.findings),
            version: reading.snapshot.version,
            read_at: reading.snapshot.read_at,
            unreachable_since: reading.unreachable_since,
            now: self.clock.zoned_now(),
        };
        self.correcting.begin(&self.store, &current);
        Ok(current)
    }

    /// When deals went from one stage to another, as far as the audit log tells.
    pub(super) async fn history(&self, current: &Current) -> Result<StageHistory, ReadError> {
        let log: Reading<DealLog> = self.store.read().await?;
        Ok(StageHistory::of(log.snapshot.data.stage_changes(&current.rows.deals)))
    }

    /// What surrounds a page that shows `current`.
    pub(super) fn frame(&self, current: &Current, language: Language) -> Frame {
        let zone = self.clock.zone();
        self.bare_frame(language).with_freshness(Freshness {
            source: self.source,
            read_at: current.read_at.to_zoned(zone.clone()),
            now: current.now.clone(),
            unreachable_since: current.unreachable_since.map(|since| since.to_zoned(zone.clone())),
            spreadsheet_link: current.rows.link.tab(),
        })
    }

    /// What surrounds a page that shows no data.
    pub(super) fn bare_frame(&self, language: Language) -> Frame {
        let action = Entry::new(language.choose("Nouvelle affaire", "New deal"), super::pages::NEW);
        self.frame.clone().for_board(language, action)
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
