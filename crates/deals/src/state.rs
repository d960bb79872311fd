//! Application state of the deals board: store, clock, settings and caches.

use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use domain::{company::CompanyKey, language::Language};
use jiff::civil::Date;
use sheets_store::{DropDownChoice, Reading, Store, clock::Clock, read::read_error::ReadError, schema_findings};
use tokio::sync::Mutex;
use web::{
    error::Error,
    findings::{board_findings::BoardFindings, counts::FindingCounts},
    page::{BoardLayout, DataSource, Frame, NavLink},
    request_context::RequestContext,
    response::{DerivedCache, RenderedResponse, ResponseCache},
    routes::FINDINGS,
};

use crate::{
    assets,
    dashboard::{
        overview::DashboardOverview,
        stale::{BoardDay, StaleAfter},
    },
    deal::{
        Deal,
        audit_log::DealAuditLog,
        columns::{DEALS, STAGE},
        response::DealResponse,
        rows::DealRows,
        stage::{DealStage, LostStage},
        stage_history::StageHistory,
    },
    editing::{auto_correct::AutoCorrector, request::language_of},
    import::job::ImportJobs,
    list::{
        filter::DealFilter,
        listing::{DealListing, DealQuery},
        query_params::MessageStyle,
    },
    reminders::settings::ReminderSettings,
    snapshot::{DealsSnapshot, RuleContext},
};

/// State of the board, built once by the app and shared by its handlers.
pub struct Deals {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) import_jobs: Arc<ImportJobs>,
    pub(crate) reminders: ReminderSettings,
    pub(crate) rules: DealRules,
    /// Held during a reminder run, so that runs do not overlap.
    pub(crate) reminding: Mutex<()>,
    source: DataSource,
    frame: Frame,
    tally: Arc<FindingCounts>,
    responses: ResponseCache,
    correcting: Arc<AutoCorrector>,
    overviews: DerivedCache<DerivedKey, DashboardOverview>,
    listings: DerivedCache<DerivedKey, DealListing>,
}

/// Key of a derived-value cache: version of the tabs, today's date, and the query.
type DerivedKey = (u64, Date, String);

/// Maximum size of the cached dashboards in bytes; each holds only the first lines of its lists.
const MAX_CACHED_OVERVIEW_BYTES: u64 = 4 * 1024 * 1024;
/// Maximum size of the cached lists in bytes: a list takes its query and four bytes per deal.
const MAX_CACHED_LIST_BYTES: u64 = 8 * 1024 * 1024;

/// Dependencies that the app passes to the board.
pub struct DealsParts {
    /// Store over the spreadsheet.
    pub store: Arc<Store>,
    /// Clock.
    pub clock: Clock,
    /// Name of the spreadsheet on pages.
    pub source: DataSource,
    /// Navigation around every page.
    pub frame: Frame,
    /// Findings of all boards.
    pub tally: Arc<FindingCounts>,
    /// Settings of the reminders.
    pub reminders: ReminderSettings,
    /// Settings of the business rules.
    pub rules: DealRules,
}

impl Deals {
    /// Builds the state.
    pub fn new(parts: DealsParts) -> Self {
        Self {
            import_jobs: Arc::new(ImportJobs::new(
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
            responses: ResponseCache::default(),
            correcting: Arc::default(),
            overviews: DerivedCache::with_max_bytes(MAX_CACHED_OVERVIEW_BYTES, |(.., query), overview| {
                query.len() + overview.heap_bytes()
            }),
            listings: DerivedCache::with_max_bytes(MAX_CACHED_LIST_BYTES, |(.., query), listing| {
                query.len() + 4 * listing.places.len()
            }),
        }
    }

    /// Adds *Perdu* to the drop-down list of statuses in the sheet, where the stage is offered; returns whether it was
    /// added. A failure has no further effect: the sheet marks other values but accepts them.
    pub async fn offer_lost_stage(&self) -> bool {
        let choice = DropDownChoice {
            tab: &DEALS,
            column: STAGE,
            word: DealStage::Lost.as_str(),
        };
        if self.rules.lost_stage == LostStage::NotOffered {
            return false;
        }
        self.store.add_drop_down_choice(choice).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the drop-down of the statuses could not be completed");
            false
        })
    }

    /// Snapshot of the board; starts the automatic corrections.
    pub(crate) async fn current(&self) -> Result<DealsSnapshot, ReadError> {
        let current = self.as_of(self.store.read().await?);
        self.correcting.begin(&self.store, &current);
        Ok(current)
    }

    /// Snapshot after a write, which it holds: older data is never taken for it.
    pub(crate) async fn current_after_write(&self) -> Result<DealsSnapshot, ReadError> {
        Ok(self.as_of(self.store.read_now().await?))
    }

    fn as_of(&self, reading: Reading<DealRows>) -> DealsSnapshot {
        DealsSnapshot::of(reading, self.clock.zoned_now())
    }

    /// Open deals with the company of this name; variants of the name are matched.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn open_deals_of(&self, company: &str) -> Result<Vec<DealResponse>, ReadError> {
        let current = self.current().await?;
        let wanted = CompanyKey::of(company);
        let is_meant =
            |deal: &&Deal| wanted.is_some() && deal.stage.is_open() && CompanyKey::of(&deal.client) == wanted;
        let deals = current.rows.deals.iter().filter(is_meant);
        Ok(deals.map(|deal| DealResponse::of(deal, &current.rows)).collect())
    }

    /// Stage changes recorded in the audit log.
    pub(crate) async fn history(&self, current: &DealsSnapshot) -> Result<StageHistory, ReadError> {
        let log: Reading<DealAuditLog> = self.store.read().await?;
        Ok(StageHistory::of(log.snapshot.data.stage_changes(&current.rows.deals)))
    }

    /// Inputs of responses besides the rows and the filter.
    pub(crate) fn rule_context(&self, current: &DealsSnapshot) -> RuleContext {
        RuleContext {
            day: BoardDay {
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
    pub(crate) async fn overview(&self, current: &DealsSnapshot, filter: &DealFilter) -> Arc<DashboardOverview> {
        let work = async {
            Arc::new(DashboardOverview::of(
                &current.rows,
                filter,
                &self.rule_context(current),
            ))
        };
        let key = (current.version, current.now.date(), filter.to_query());
        self.overviews.get_or_compute(key, work).await
    }

    /// Deals that match `query`, in order, cached.
    pub(crate) async fn listing(&self, current: &DealsSnapshot, query: &DealQuery) -> Arc<DealListing> {
        let work = async { Arc::new(DealListing::of(&current.rows, query, &self.rule_context(current))) };
        let key = (current.version, current.now.date(), query.to_query());
        self.listings.get_or_compute(key, work).await
    }

    /// Findings of this board, for the page of findings.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn found(&self) -> Result<BoardFindings, Error> {
        match self.current().await {
            Ok(current) => Ok(self.found_in(&current)),
            Err(error) => match schema_findings(&error, self.store.url()) {
                Some(cells) => Ok(BoardFindings::of_cells(
                    cells,
                    self.frame.clone(),
                    self.clock.zoned_now(),
                )),
                None => Err(error.into()),
            },
        }
    }

    /// Findings in the data read last; `None` before the first read. Makes no call.
    pub async fn found_at_hand(&self) -> Option<BoardFindings> {
        Some(self.found_in(&self.as_of(self.store.cached().await?)))
    }

    fn found_in(&self, current: &DealsSnapshot) -> BoardFindings {
        let frame = self.frame(current, Language::English);
        BoardFindings::of_cells(current.findings.to_vec(), frame, current.as_of())
    }

    /// Frame of a page that shows `current`.
    pub(crate) fn frame(&self, current: &DealsSnapshot, language: Language) -> Frame {
        let findings = self.tally.record("deals", current.findings_count());
        self.bare_frame(language)
            .counting(FINDINGS, findings)
            .with_freshness(current.freshness(self.source, current.rows.link.tab()))
    }

    /// Frame of a page without data, at an address of the board; `None` at other addresses.
    pub fn frame_at(&self, uri: &Uri, headers: &HeaderMap) -> Option<Frame> {
        let rest = uri.path().strip_prefix(crate::routes::BOARD)?;
        let is_here = rest.is_empty() || rest.starts_with('/');
        is_here.then(|| self.bare_frame(language_of(uri, headers)))
    }

    /// Frame of a page without data.
    pub(crate) fn bare_frame(&self, language: Language) -> Frame {
        let action = NavLink::new(language.choose("Nouvelle affaire", "New deal"), crate::routes::NEW);
        let board = BoardLayout {
            style: &assets::STYLESHEET,
            tabs: crate::dashboard::navigation::navigation,
        };
        self.frame.clone().for_board(board, language, action)
    }

    /// How error messages are written on this board.
    pub(crate) fn message_style(&self, language: Language) -> MessageStyle {
        MessageStyle {
            language,
            lost_stage: self.rules.lost_stage,
        }
    }

    /// Rendered response from the cache, or made by `make`.
    pub(crate) async fn cached_response(
        &self,
        current: &DealsSnapshot,
        request: &RequestContext,
        make: impl AsyncFnOnce() -> Result<RenderedResponse, Error>,
    ) -> Result<RenderedResponse, Error> {
        current.cached_response(&self.responses, request, make).await
    }
}

/// Settings of the business rules, from the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DealRules {
    /// Whether the stage Lost is offered.
    pub lost_stage: LostStage,
    /// Number of days after which a deal is stale, by stage.
    pub cold_after: StaleAfter,
}
