//! What the handlers of the board share: the spreadsheet, the clock, and answers that were worked out already.

use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use jiff::civil::Date;
use tokio::sync::Mutex;

use super::{
    answers::{Context, DealAnswer},
    cold::Day,
    correcting::Correcting,
    deal::Deal,
    filter::DealFilter,
    history::StageHistory,
    importer::Importer,
    listing::{ListQuestion, Listing},
    log::DealLog,
    overview::Overview,
    reminding::Reminders,
    rows::{DEALS, DealRows, STAGE},
    rules::Rules,
    stage::{LostStage, Stage},
};
use crate::{
    answer::{Kept, Rendered, WorkedOut},
    asked::Asked,
    clock::Clock,
    company::CompanyKey,
    error::Error,
    findings::{pages::Found, tally::Tally, view::FINDINGS},
    language::Language,
    page::{Asset, Board, Entry, Frame, Source},
    store::{Choice, ReadError, Reading, Store, closed},
};

/// The board's means, made once by the app.
pub struct Deals {
    pub(super) store: Arc<Store>,
    pub(super) clock: Clock,
    pub(super) importer: Arc<Importer>,
    pub(super) reminders: Reminders,
    pub(super) rules: Rules,
    /// Held by the run of the reminders, one at a time.
    pub(super) reminding: Mutex<()>,
    source: Source,
    frame: Frame,
    tally: Arc<Tally>,
    kept: Kept,
    correcting: Arc<Correcting>,
    overviews: WorkedOut<Settled, Overview>,
    listings: WorkedOut<Settled, Listing>,
}

/// What was worked out already: version of the tabs, today, and the question.
type Settled = (u64, Date, String);

/// Dashboards that are kept; each holds the first lines of its lists only.
const MOST_OVERVIEWS: u64 = 64;
/// Bytes of the lists that are kept: a list is four bytes a deal.
const MOST_LISTED: u64 = 8 * 1024 * 1024;

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
    /// How people are reminded.
    pub reminders: Reminders,
    /// What the operator chose.
    pub rules: Rules,
}

/// The board as it is at one moment.
pub(super) type Current = crate::current::Current<DealRows>;

impl Deals {
    /// Puts the board together.
    pub fn new(parts: Parts) -> Self {
        Self {
            importer: Arc::new(Importer::new(
                Arc::clone(&parts.store),
                parts.clock.clone(),
                parts.rules.lost_stage,
            )),
            store: parts.store,
            clock: parts.clock,
            source: parts.source,
            frame: parts.frame,
            tally: parts.tally,
            reminders: parts.reminders,
            rules: parts.rules,
            reminding: Mutex::default(),
            kept: Kept::default(),
            correcting: Arc::default(),
            overviews: WorkedOut::most(MOST_OVERVIEWS),
            listings: WorkedOut::most_bytes(MOST_LISTED, |listing| 4 * listing.places.len() + 1024),
        }
    }

    /// Lets staff choose *Perdu* in the sheet where deals can be lost; answers whether it had to be added. The sheet marks
    /// other words and takes them all the same, so that a failure keeps nothing from working.
    pub async fn offer_lost_stage(&self) -> bool {
        let choice = Choice {
            tab: &DEALS,
            column: STAGE,
            word: Stage::Lost.as_str(),
        };
        if self.rules.lost_stage == LostStage::NotOffered {
            return false;
        }
        self.store.offer(choice).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the drop-down of the statuses could not be completed");
            false
        })
    }

    /// The board with the data at hand.
    pub(super) async fn current(&self) -> Result<Current, ReadError> {
        let current = self.as_of(self.store.read().await?);
        self.correcting.begin(&self.store, &current);
        Ok(current)
    }

    fn as_of(&self, reading: Reading<DealRows>) -> Current {
        Current::of(reading, self.clock.zoned_now())
    }

    /// Open deals with the company of this name; spellings are forgiven.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn open_with(&self, company: &str) -> Result<Vec<DealAnswer>, ReadError> {
        let current = self.current().await?;
        let wanted = CompanyKey::of(company);
        let is_meant =
            |deal: &&Deal| wanted.is_some() && deal.stage.is_open() && CompanyKey::of(&deal.client) == wanted;
        let deals = current.rows.deals.iter().filter(is_meant);
        Ok(deals.map(|deal| DealAnswer::of(deal, &current.rows)).collect())
    }

    /// When deals went from one stage to another, as far as the audit log tells.
    pub(super) async fn history(&self, current: &Current) -> Result<StageHistory, ReadError> {
        let log: Reading<DealLog> = self.store.read().await?;
        Ok(StageHistory::of(log.snapshot.data.stage_changes(&current.rows.deals)))
    }

    /// What answers depend on beside rows and filter.
    pub(super) fn context(&self, current: &Current) -> Context {
        Context {
            day: Day {
                today: current.now.date(),
                zone: self.clock.zone().clone(),
            },
            as_of: current.read_at,
            lost_stage: self.rules.lost_stage,
            cold_after: self.rules.cold_after,
            findings: Arc::clone(&current.findings),
        }
    }

    /// The dashboard of the deals that `filter` lets through.
    pub(super) async fn overview(&self, current: &Current, filter: &DealFilter) -> Arc<Overview> {
        let work = async { Arc::new(Overview::of(&current.rows, filter, &self.context(current))) };
        let settled = (current.version, current.now.date(), filter.to_query());
        self.overviews.or_work_out(settled, work).await
    }

    /// The deals that answer `question`, in order.
    pub(super) async fn listing(&self, current: &Current, question: &ListQuestion) -> Arc<Listing> {
        let work = async { Arc::new(Listing::of(&current.rows, question, &self.context(current))) };
        let settled = (current.version, current.now.date(), question.to_query());
        self.listings.or_work_out(settled, work).await
    }

    /// Every cell that a person should look at, for the page of findings.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn found(&self) -> Result<Found, Error> {
        match self.current().await {
            Ok(current) => Ok(self.found_in(&current)),
            Err(error) => match closed(&error, self.store.url()) {
                Some(cells) => Ok(Found::of_cells(cells, self.frame.clone(), self.clock.zoned_now())),
                None => Err(error.into()),
            },
        }
    }

    /// The same of the tabs as they were read last; `None` before the first read. Asks nobody.
    pub async fn found_at_hand(&self) -> Option<Found> {
        Some(self.found_in(&self.as_of(self.store.at_hand().await?)))
    }

    fn found_in(&self, current: &Current) -> Found {
        let frame = self.frame(current, Language::English);
        Found::of_cells(current.findings.to_vec(), frame, current.as_of())
    }

    /// What surrounds a page that shows `current`.
    pub(super) fn frame(&self, current: &Current, language: Language) -> Frame {
        let findings = self.tally.note("deals", current.findings_count());
        self.bare_frame(language)
            .counting(FINDINGS, findings)
            .with_freshness(current.freshness(self.source, current.rows.link.tab()))
    }

    /// What surrounds a page that shows no data, at an address of the board; `None` elsewhere.
    pub fn frame_at(&self, uri: &Uri, headers: &HeaderMap) -> Option<Frame> {
        let rest = uri.path().strip_prefix(super::pages::BOARD)?;
        let is_here = rest.is_empty() || rest.starts_with('/');
        is_here.then(|| self.bare_frame(super::pages::language_of(uri, headers)))
    }

    /// What surrounds a page that shows no data.
    pub(super) fn bare_frame(&self, language: Language) -> Frame {
        let action = Entry::new(language.choose("Nouvelle affaire", "New deal"), super::pages::NEW);
        let board = Board {
            style: Asset::DealsStylesheet,
            tabs: super::view::tabs,
        };
        self.frame.clone().for_board(board, language, action)
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
