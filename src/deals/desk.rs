//! Application state of the deals board: store, clock, settings and caches.

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

/// State of the board, built once by the app and shared by its handlers.
pub struct Deals {
    pub(super) store: Arc<Store>,
    pub(super) clock: Clock,
    pub(super) importer: Arc<Importer>,
    pub(super) reminders: Reminders,
    pub(super) rules: Rules,
    /// Held during a reminder run, so that runs do not overlap.
    pub(super) reminding: Mutex<()>,
    source: Source,
    frame: Frame,
    tally: Arc<Tally>,
    kept: Kept,
    correcting: Arc<Correcting>,
    overviews: WorkedOut<Settled, Overview>,
    listings: WorkedOut<Settled, Listing>,
}

/// Key of a derived-value cache: version of the tabs, today's date, and the query.
type Settled = (u64, Date, String);

/// Maximum number of cached dashboards; each holds only the first lines of its lists.
const MOST_OVERVIEWS: u64 = 64;
/// Maximum size of the cached lists in bytes: a list takes four bytes per deal.
const MOST_LISTED: u64 = 8 * 1024 * 1024;

/// Dependencies that the app passes to the board.
pub struct Parts {
    /// Store over the spreadsheet.
    pub store: Arc<Store>,
    /// Clock.
    pub clock: Clock,
    /// Name of the spreadsheet on pages.
    pub source: Source,
    /// Navigation around every page.
    pub frame: Frame,
    /// Findings of all boards.
    pub tally: Arc<Tally>,
    /// Settings of the reminders.
    pub reminders: Reminders,
    /// Settings of the business rules.
    pub rules: Rules,
}

/// Rows of the board at one data version.
pub(super) type Current = crate::current::Current<DealRows>;

impl Deals {
    /// Builds the state.
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

    /// Adds *Perdu* to the drop-down list of statuses in the sheet, where the stage is offered; returns whether it was
    /// added. A failure has no further effect: the sheet marks other values but accepts them.
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

    /// Snapshot of the board; starts the automatic corrections.
    pub(super) async fn current(&self) -> Result<Current, ReadError> {
        let current = self.as_of(self.store.read().await?);
        self.correcting.begin(&self.store, &current);
        Ok(current)
    }

    fn as_of(&self, reading: Reading<DealRows>) -> Current {
        Current::of(reading, self.clock.zoned_now())
    }

    /// Open deals with the company of this name; variants of the name are matched.
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

    /// Stage changes recorded in the audit log.
    pub(super) async fn history(&self, current: &Current) -> Result<StageHistory, ReadError> {
        let log: Reading<DealLog> = self.store.read().await?;
        Ok(StageHistory::of(log.snapshot.data.stage_changes(&current.rows.deals)))
    }

    /// Inputs of responses besides the rows and the filter.
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

    /// Dashboard of the deals that match `filter`, cached.
    pub(super) async fn overview(&self, current: &Current, filter: &DealFilter) -> Arc<Overview> {
        let work = async { Arc::new(Overview::of(&current.rows, filter, &self.context(current))) };
        let settled = (current.version, current.now.date(), filter.to_query());
        self.overviews.or_work_out(settled, work).await
    }

    /// Deals that match `question`, in order, cached.
    pub(super) async fn listing(&self, current: &Current, question: &ListQuestion) -> Arc<Listing> {
        let work = async { Arc::new(Listing::of(&current.rows, question, &self.context(current))) };
        let settled = (current.version, current.now.date(), question.to_query());
        self.listings.or_work_out(settled, work).await
    }

    /// Findings of this board, for the page of findings.
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

    /// Findings in the data read last; `None` before the first read. Makes no call.
    pub async fn found_at_hand(&self) -> Option<Found> {
        Some(self.found_in(&self.as_of(self.store.at_hand().await?)))
    }

    fn found_in(&self, current: &Current) -> Found {
        let frame = self.frame(current, Language::English);
        Found::of_cells(current.findings.to_vec(), frame, current.as_of())
    }

    /// Frame of a page that shows `current`.
    pub(super) fn frame(&self, current: &Current, language: Language) -> Frame {
        let findings = self.tally.note("deals", current.findings_count());
        self.bare_frame(language)
            .counting(FINDINGS, findings)
            .with_freshness(current.freshness(self.source, current.rows.link.tab()))
    }

    /// Frame of a page without data, at an address of the board; `None` at other addresses.
    pub fn frame_at(&self, uri: &Uri, headers: &HeaderMap) -> Option<Frame> {
        let rest = uri.path().strip_prefix(super::pages::BOARD)?;
        let is_here = rest.is_empty() || rest.starts_with('/');
        is_here.then(|| self.bare_frame(super::pages::language_of(uri, headers)))
    }

    /// Frame of a page without data.
    pub(super) fn bare_frame(&self, language: Language) -> Frame {
        let action = Entry::new(language.choose("Nouvelle affaire", "New deal"), super::pages::NEW);
        let board = Board {
            style: Asset::DealsStylesheet,
            tabs: super::view::tabs,
        };
        self.frame.clone().for_board(board, language, action)
    }

    /// Rendered response from the cache, or made by `make`.
    pub(super) async fn answered(
        &self,
        current: &Current,
        asked: &Asked,
        make: impl AsyncFnOnce() -> Result<Rendered, Error>,
    ) -> Result<Rendered, Error> {
        current.answered(&self.kept, asked, make).await
    }
}
