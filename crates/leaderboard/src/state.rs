//! Application state of the board: store, clock, catalog, and caches of derived values.
//!
//! Every cache is keyed by the data versions it was derived from. A warm page costs one lookup, and nothing needs
//! explicit invalidation: new data has a new key.

use std::sync::Arc;

use domain::{language::Language, period::Period};
use jiff::{Timestamp, civil::Date};
use sheets_store::{Reading, Store, clock::Clock, read::read_error::ReadError, schema_findings};
use web::{
    error::Error,
    findings::{
        board_findings::{BoardFindings, LineProblem},
        counts::FindingCounts,
    },
    page::{BoardLayout, DataSource, Frame, Freshness, NavLink},
    response::{DerivedCache, RenderedResponse, ResponseCache, ResponseKey},
    routes::FINDINGS,
    server::seats::{SeatLimits, Seats},
};

use crate::{
    assets,
    claims::{
        catalog::file::{CatalogFile, LoadedCatalog},
        correction::signing::SigningKey,
        dataset::LeaderboardRows,
        findings,
        list::CreditedTo,
        sample::SampleOffer,
        storage::saturating_u32,
    },
    disputes::DisputeRows,
    history::cache::HistoryCache,
    live::editions::LiveUpdates,
    routes::SUBMIT,
    snapshot::{BoardVersions, LeaderboardData, LeaderboardSnapshot},
    standings::{
        Standings,
        goal::Goal,
        highlights::{Highlights, HighlightsClock},
        weekly::WeeklySettings,
    },
    ui::navigation::navigation,
};

/// Maximum size of the cached standings in bytes. A caller may ask for any period, and each has all CSMs.
const STANDINGS_CACHE_BYTES: u64 = 8 * 1024 * 1024;

/// State of the board, created once by the app.
pub struct Leaderboard {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) sample: SampleOffer,
    catalog: CatalogFile,
    source: DataSource,
    frame: Frame,
    goal: Option<Goal>,
    pub(crate) tally: Arc<FindingCounts>,
    data: DerivedCache<BoardVersions, LeaderboardData>,
    standings: DerivedCache<(BoardVersions, Period, i64), Standings>,
    responses: ResponseCache,
    pub(crate) live: LiveUpdates,
    /// Places for viewers. Each holds a connection.
    pub(crate) viewers: Arc<Seats>,
    /// Configuration of the weekly Slack message.
    pub(crate) weekly: WeeklySettings,
    /// Signs correction links.
    pub(crate) signing: SigningKey,
    /// Serialises the background jobs that write.
    pub(crate) background: tokio::sync::Mutex<()>,
    /// Earlier boards and corrections.
    pub(crate) history: HistoryCache,
}

/// Dependencies of the board, supplied by the app.
pub struct LeaderboardParts {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Source of the time.
    pub clock: Clock,
    /// Catalog file.
    pub catalog: CatalogFile,
    /// Kind of spreadsheet, as pages call it.
    pub source: DataSource,
    /// Page frame: navigation and primary action.
    pub frame: Frame,
    /// Team goal.
    pub goal: Option<Goal>,
    /// Number of live streams.
    pub viewers: SeatLimits,
    /// Findings counts of all boards.
    pub tally: Arc<FindingCounts>,
    /// Signs correction links.
    pub signing: SigningKey,
    /// Configuration of the weekly Slack message.
    pub weekly: WeeklySettings,
}

impl Leaderboard {
    /// Creates the state.
    pub fn new(parts: LeaderboardParts) -> Self {
        Self {
            sample: match parts.source {
                DataSource::EmbeddedSpreadsheet => SampleOffer::Offered,
                DataSource::GoogleSheets => SampleOffer::NotOffered,
            },
            store: parts.store,
            clock: parts.clock,
            catalog: parts.catalog,
            source: parts.source,
            frame: parts.frame.for_board(
                BoardLayout {
                    style: &assets::STYLESHEET,
                    tabs: navigation,
                },
                Language::English,
                NavLink::new("Claim integrations", SUBMIT),
            ),
            goal: parts.goal,
            tally: parts.tally,
            live: LiveUpdates::default(),
            viewers: Seats::new(parts.viewers),
            data: DerivedCache::most(1),
            standings: DerivedCache::with_max_bytes(STANDINGS_CACHE_BYTES, |_, standings| standings.heap_bytes()),
            responses: ResponseCache::default(),
            background: tokio::sync::Mutex::default(),
            signing: parts.signing,
            weekly: parts.weekly,
            history: HistoryCache::default(),
        }
    }

    /// The current catalog.
    pub(crate) fn catalog(&self) -> Arc<LoadedCatalog> {
        self.catalog.current(self.clock.now())
    }

    /// Current snapshot, read from the store.
    pub(crate) async fn current(&self) -> Result<LeaderboardSnapshot, ReadError> {
        Ok(self.snapshot_of(self.store.read().await?).await)
    }

    /// Snapshot of the rows read last, without I/O; `None` before the first read.
    pub(crate) async fn cached(&self) -> Option<LeaderboardSnapshot> {
        Some(self.snapshot_of(self.store.cached().await?).await)
    }

    /// Time of the last full read, without I/O; `None` before the first.
    pub(crate) async fn fully_read_at(&self) -> Option<Timestamp> {
        let reading: Reading<LeaderboardRows> = self.store.cached().await?;
        Some(reading.snapshot.fully_read_at())
    }

    async fn snapshot_of(&self, reading: Reading<LeaderboardRows>) -> LeaderboardSnapshot {
        let catalog = self.catalog();
        let versions = BoardVersions {
            tabs: reading.snapshot.version,
            catalog: catalog.version,
        };
        let data = self
            .data
            .get_or_compute(versions, async {
                let earlier = self.data_before(catalog.version);
                Arc::new(LeaderboardData::from_reading(&reading, &catalog, earlier.as_deref()))
            })
            .await;
        self.live.publish(versions, &data);
        LeaderboardSnapshot {
            data,
            catalog,
            versions,
            read_at: reading.snapshot.read_at,
            unreachable_since: reading.unreachable_since,
            past: None,
            now: self.clock.zoned_now(),
        }
    }

    /// Latest derived data for a catalog version.
    fn data_before(&self, catalog_version: u64) -> Option<Arc<LeaderboardData>> {
        let entries = self
            .data
            .iter()
            .filter(|(versions, _)| versions.catalog == catalog_version);
        let latest = entries.max_by_key(|(versions, _)| versions.tabs);
        latest.map(|(_, data)| data)
    }

    /// Standings of a period; movement is recomputed each minute.
    pub(crate) async fn standings(&self, current: &LeaderboardSnapshot, period: Period) -> Arc<Standings> {
        let now = current.moment();
        if current.past.is_some() {
            return Arc::new(current.data.ledger.standings(period, now, self.clock.zone()));
        }
        let key = (current.versions, period, now.as_second() / 60);
        let work = async { Arc::new(current.data.ledger.standings(period, now, self.clock.zone())) };
        self.standings.get_or_compute(key, work).await
    }

    /// Credits of the company with this name, by integration; ignores case, accents and spaces.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn credited(&self, company: &str) -> Result<Vec<(String, CreditedTo)>, ReadError> {
        Ok(self.current().await?.data.ledger.credited_for(company))
    }

    /// Page frame around `current`.
    pub(crate) fn frame(&self, current: &LeaderboardSnapshot) -> Frame {
        // A historical view does not change the number of present findings.
        let findings = match current.past {
            None => self.tally.record("leaderboard", current.findings_count()),
            Some(_) => self.tally.all(),
        };
        self.frame
            .counting(FINDINGS, findings)
            .with_freshness(self.freshness(current))
    }

    /// Freshness of the data in `current`.
    pub(crate) fn freshness(&self, current: &LeaderboardSnapshot) -> Freshness {
        let zone = self.clock.zone();
        Freshness {
            source: self.source,
            read_at: current.read_at.to_zoned(zone.clone()),
            now: current.now.clone(),
            unreachable_since: current.unreachable_since.map(|since| since.to_zoned(zone.clone())),
            spreadsheet_link: current.data.rows.submission_link.tab(),
        }
    }

    /// Highlights of a period.
    pub(crate) fn highlights(&self, current: &LeaderboardSnapshot, period: Period) -> Highlights {
        let today = HighlightsClock {
            date: current.today(),
            zone: self.clock.zone(),
        };
        current.data.ledger.highlights(period, self.goal, today)
    }

    /// Edition id of `current`, for [`LiveUpdates`].
    pub(crate) fn edition(&self, current: &LeaderboardSnapshot) -> String {
        self.live.id(current.versions).to_string()
    }

    /// Edition id for a page about days up to `last`; `None` for a page that looks back, which no new claim changes.
    pub(crate) fn edition_until(&self, current: &LeaderboardSnapshot, last: Option<Date>) -> Option<String> {
        let looks_back = current.past.is_some() || last.is_some_and(|last| last < current.now.date());
        (!looks_back).then(|| self.edition(current))
    }

    /// Page frame for pages without data.
    pub(crate) fn bare_frame(&self) -> &Frame {
        &self.frame
    }

    /// Everything that needs attention, for the findings page.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn findings(&self) -> Result<BoardFindings, Error> {
        let mut findings = match self.current().await {
            Ok(current) => self.findings_of(&current),
            Err(error) => match schema_findings(&error, self.store.url()) {
                Some(cells) => {
                    return Ok(BoardFindings::of_cells(
                        cells,
                        self.frame.clone(),
                        self.clock.zoned_now(),
                    ));
                }
                None => return Err(error.into()),
            },
        };
        // An unreadable tab is a finding; findings of the other tabs are kept.
        let unread = |tab: &str, error: String| LineProblem {
            file: tab.to_owned(),
            line: 1,
            reason: error,
        };
        match self.contests().await {
            Ok(contests) => findings.cells.extend(contests.snapshot.findings.iter().cloned()),
            Err(error) => findings.lines.push(unread("contests", error.to_string())),
        }
        match self.disputes().await {
            Ok(disputes) => findings.cells.extend(disputes.snapshot.findings.iter().cloned()),
            Err(error) => findings.lines.push(unread("disputes", error.to_string())),
        }
        Ok(findings)
    }

    /// The disputes; their findings are reported to the navigation count.
    ///
    /// # Errors
    /// When the tab cannot be read.
    pub(crate) async fn disputes(&self) -> Result<Reading<DisputeRows>, ReadError> {
        let disputes: Reading<DisputeRows> = self.store.read().await?;
        self.tally
            .record("disputes", saturating_u32(disputes.snapshot.findings.len()));
        Ok(disputes)
    }

    /// Findings of the rows read last, without I/O; `None` before the first read.
    pub async fn cached_findings(&self) -> Option<BoardFindings> {
        Some(self.findings_of(&self.cached().await?))
    }

    fn findings_of(&self, current: &LeaderboardSnapshot) -> BoardFindings {
        let file = self.catalog.file_name();
        let whole_file = current.catalog.problem.iter().map(|problem| (0, problem.clone()));
        let lines = current
            .catalog
            .catalog
            .problems()
            .iter()
            .map(|problem| (problem.line, problem.reason.clone()));
        let data = &current.data;
        let mut cells = data.findings.clone();
        cells.extend(findings::future_findings(
            &data.ledger,
            &data.rows,
            current.now.timestamp(),
        ));
        BoardFindings {
            cells,
            near_names: data.duplicate_names.near_names(&data.ledger),
            near_names_hint: crate::names::duplicates::DECISIONS_HINT,
            edits: Vec::new(),
            lines: whole_file
                .chain(lines)
                .map(|(line, reason)| LineProblem {
                    file: file.clone(),
                    line,
                    reason,
                })
                .collect(),
            frame: self.frame(current),
            as_of: current.read_at.to_zoned(self.clock.zone().clone()),
        }
    }

    /// Rendered response for a request, from the cache or made by `render`.
    pub(crate) async fn cached_response(
        &self,
        current: &LeaderboardSnapshot,
        request: String,
        render: impl AsyncFnOnce() -> Result<RenderedResponse, Error>,
    ) -> Result<RenderedResponse, Error> {
        let key = ResponseKey {
            versions: (current.versions.tabs, current.versions.catalog),
            second: current.now.timestamp().as_second(),
            read_at: current.read_at,
            unreachable_since: current.unreachable_since,
            asked: request,
        };
        self.responses.get_or_render(key, render).await
    }
}
