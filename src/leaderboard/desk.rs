//! Application state of the board: store, clock, catalog, and caches of derived values.
//!
//! Every cache is keyed by the data versions it was derived from. A warm page costs one lookup, and nothing needs
//! explicit invalidation: new data has a new key.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date};

use super::{
    catalog_file::{CatalogFile, LoadedCatalog},
    claims::CreditedTo,
    credit::Ledger,
    disputes::Disputes,
    goal::Goal,
    highlights::{Highlights, Today},
    inbox,
    live::Live,
    names::Names,
    near_names::LookAlikes,
    past::{AsOf, Told},
    period::Period,
    roll::count,
    rows::LeaderboardRows,
    signing::SigningKey,
    standings::Standings,
    view::{SUBMIT, SampleData, ways::tabs},
    weekly::Weekly,
};
use crate::{
    answer::{Kept, Question, Rendered, WorkedOut},
    clock::Clock,
    error::Error,
    finding::Finding,
    findings::{
        pages::Found,
        tally::Tally,
        view::{FINDINGS, LineProblem},
    },
    language::Language,
    page::{Asset, Board, Entry, Frame, Freshness, Source},
    store::{ReadError, Reading, Store, closed},
};

/// State of the board, created once by the app.
pub struct Leaderboard {
    pub(super) store: Arc<Store>,
    pub(super) clock: Clock,
    pub(super) sample: SampleData,
    catalog: CatalogFile,
    source: Source,
    frame: Frame,
    goal: Option<Goal>,
    pub(super) tally: Arc<Tally>,
    settled: WorkedOut<Versions, Settled>,
    standings: WorkedOut<(Versions, Period, i64), Standings>,
    kept: Kept,
    pub(super) live: Live,
    /// Configuration of the weekly Slack message.
    pub(super) weekly: Weekly,
    /// Signs correction links.
    pub(super) signing: SigningKey,
    /// Serialises the background jobs that write.
    pub(super) keeping: tokio::sync::Mutex<()>,
    /// Pages of corrections, by history version, catalog version and page number.
    pub(super) told: WorkedOut<(u64, u64, u32), Told>,
    /// Past boards, by history version, catalog version and moment.
    pub(super) pasts: WorkedOut<(u64, u64, AsOf), Settled>,
}

/// Dependencies of the board, supplied by the app.
pub struct Parts {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Source of the time.
    pub clock: Clock,
    /// Catalog file.
    pub catalog: CatalogFile,
    /// Kind of spreadsheet, as pages call it.
    pub source: Source,
    /// Page frame: navigation and primary action.
    pub frame: Frame,
    /// Team goal.
    pub goal: Option<Goal>,
    /// Findings counts of all boards.
    pub tally: Arc<Tally>,
    /// Signs correction links.
    pub signing: SigningKey,
    /// Configuration of the weekly Slack message.
    pub weekly: Weekly,
}

/// Data versions of a derived value: version of the tabs, version of the catalog.
pub(super) type Versions = (u64, u64);

/// The rows with everything derived from them.
pub(super) struct Settled {
    pub(super) ledger: Ledger,
    pub(super) rows: Arc<LeaderboardRows>,
    /// Findings in the tabs and in the names, by tab and row.
    pub(super) findings: Vec<Finding>,
    /// Suspected duplicate names.
    pub(super) look_alikes: Arc<LookAlikes>,
    /// Known CSM names, offered as suggestions.
    pub(super) csms: Vec<String>,
    /// Known companies, offered as suggestions; only recent ones when there are many.
    pub(super) companies: Vec<String>,
}

/// Age up to which data counts as fresh.
pub(super) const RECENT: SignedDuration = SignedDuration::from_secs(2);
/// Limit on suggested companies, so that page weight does not grow with the sheet.
const MOST_COMPANIES: usize = 300;
/// Number of latest rows that suggestions are taken from when there are more companies.
const LATEST_ROWS: usize = 1_500;

/// Snapshot of the board at one moment.
pub(super) struct Current {
    pub(super) settled: Arc<Settled>,
    pub(super) catalog: Arc<LoadedCatalog>,
    pub(super) versions: Versions,
    pub(super) read_at: Timestamp,
    pub(super) unreachable_since: Option<Timestamp>,
    /// Moment that a historical view shows; `None` for the present.
    pub(super) past: Option<AsOf>,
    pub(super) now: Zoned,
}

impl Leaderboard {
    /// Creates the state.
    pub fn new(parts: Parts) -> Self {
        Self {
            sample: match parts.source {
                Source::EmbeddedSpreadsheet => SampleData::Offered,
                Source::GoogleSheets => SampleData::NotOffered,
            },
            store: parts.store,
            clock: parts.clock,
            catalog: parts.catalog,
            source: parts.source,
            frame: parts.frame.for_board(
                Board {
                    style: Asset::LeaderboardStylesheet,
                    tabs,
                },
                Language::English,
                Entry::new("Claim integrations", SUBMIT),
            ),
            goal: parts.goal,
            tally: parts.tally,
            live: Live::default(),
            settled: WorkedOut::most(1),
            standings: WorkedOut::most(64),
            kept: Kept::default(),
            keeping: tokio::sync::Mutex::default(),
            told: WorkedOut::most(4),
            signing: parts.signing,
            weekly: parts.weekly,
            pasts: WorkedOut::most(4),
        }
    }

    /// The current catalog.
    pub(super) fn catalog(&self) -> Arc<LoadedCatalog> {
        self.catalog.current(self.clock.now())
    }

    /// Current snapshot, read from the store.
    pub(super) async fn current(&self) -> Result<Current, ReadError> {
        Ok(self.as_of(self.store.read().await?).await)
    }

    /// Snapshot of the rows read last, without I/O; `None` before the first read.
    pub(super) async fn at_hand(&self) -> Option<Current> {
        Some(self.as_of(self.store.at_hand().await?).await)
    }

    /// Time of the last full read, without I/O; `None` before the first.
    pub(super) async fn fully_read_at(&self) -> Option<Timestamp> {
        let reading: Reading<LeaderboardRows> = self.store.at_hand().await?;
        Some(reading.snapshot.fully_read_at())
    }

    async fn as_of(&self, reading: Reading<LeaderboardRows>) -> Current {
        let catalog = self.catalog();
        let versions = (reading.snapshot.version, catalog.version);
        let settled = self
            .settled
            .or_work_out(versions, async {
                let earlier = self.settled_before(catalog.version);
                Arc::new(Settled::from_reading(&reading, &catalog, earlier.as_deref()))
            })
            .await;
        self.live.publish(versions, &settled);
        Current {
            settled,
            catalog,
            versions,
            read_at: reading.snapshot.read_at,
            unreachable_since: reading.unreachable_since,
            past: None,
            now: self.clock.zoned_now(),
        }
    }

    /// Latest derived data for a catalog version.
    fn settled_before(&self, catalog_version: u64) -> Option<Arc<Settled>> {
        let kept = self
            .settled
            .iter()
            .filter(|(versions, _)| versions.1 == catalog_version);
        let latest = kept.max_by_key(|(versions, _)| versions.0);
        latest.map(|(_, settled)| settled)
    }

    /// Standings of a period; movement is recomputed each minute.
    pub(super) async fn standings(&self, current: &Current, period: Period) -> Arc<Standings> {
        let now = current.moment();
        if current.past.is_some() {
            return Arc::new(current.settled.ledger.standings(period, now, self.clock.zone()));
        }
        let question = (current.versions, period, now.as_second() / 60);
        let work = async { Arc::new(current.settled.ledger.standings(period, now, self.clock.zone())) };
        self.standings.or_work_out(question, work).await
    }

    /// Credits of the company with this name, by integration; ignores case, accents and spaces.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn credited(&self, company: &str) -> Result<Vec<(String, CreditedTo)>, ReadError> {
        Ok(self.current().await?.settled.ledger.credited_for(company))
    }

    /// Page frame around `current`.
    pub(super) fn frame(&self, current: &Current) -> Frame {
        // A historical view does not change the number of present findings.
        let found = match current.past {
            None => self.tally.note("leaderboard", current.findings_count()),
            Some(_) => self.tally.all(),
        };
        self.frame
            .counting(FINDINGS, found)
            .with_freshness(self.freshness(current))
    }

    /// Freshness of the data in `current`.
    pub(super) fn freshness(&self, current: &Current) -> Freshness {
        let zone = self.clock.zone();
        Freshness {
            source: self.source,
            read_at: current.read_at.to_zoned(zone.clone()),
            now: current.now.clone(),
            unreachable_since: current.unreachable_since.map(|since| since.to_zoned(zone.clone())),
            spreadsheet_link: current.settled.rows.submission_link.tab(),
        }
    }

    /// Highlights of a period.
    pub(super) fn highlights(&self, current: &Current, period: Period) -> Highlights {
        let today = Today {
            date: current.today(),
            zone: self.clock.zone(),
        };
        current.settled.ledger.highlights(period, self.goal, today)
    }

    /// Edition id of `current`, for [`Live`].
    pub(super) fn edition(&self, current: &Current) -> String {
        self.live.id(current.versions).to_string()
    }

    /// Page frame for pages without data.
    pub(super) fn bare_frame(&self) -> &Frame {
        &self.frame
    }

    /// Everything that needs attention, for the findings page.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn found(&self) -> Result<Found, Error> {
        let mut found = match self.current().await {
            Ok(current) => self.found_in(&current),
            Err(error) => match closed(&error, self.store.url()) {
                Some(cells) => return Ok(Found::of_cells(cells, self.frame.clone(), self.clock.zoned_now())),
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
            Ok(contests) => found.cells.extend(contests.snapshot.findings.iter().cloned()),
            Err(error) => found.lines.push(unread("contests", error.to_string())),
        }
        match self.disputes().await {
            Ok(disputes) => found.cells.extend(disputes.snapshot.findings.iter().cloned()),
            Err(error) => found.lines.push(unread("disputes", error.to_string())),
        }
        Ok(found)
    }

    /// The disputes; their findings are reported to the navigation count.
    ///
    /// # Errors
    /// When the tab cannot be read.
    pub(super) async fn disputes(&self) -> Result<Reading<Disputes>, ReadError> {
        let disputes: Reading<Disputes> = self.store.read().await?;
        self.tally.note("disputes", count(disputes.snapshot.findings.len()));
        Ok(disputes)
    }

    /// Findings of the rows read last, without I/O; `None` before the first read.
    pub async fn found_at_hand(&self) -> Option<Found> {
        Some(self.found_in(&self.at_hand().await?))
    }

    fn found_in(&self, current: &Current) -> Found {
        let file = self.catalog.file_name();
        let whole_file = current.catalog.problem.iter().map(|problem| (0, problem.clone()));
        let lines = current
            .catalog
            .catalog
            .problems()
            .iter()
            .map(|problem| (problem.line, problem.reason.clone()));
        let settled = &current.settled;
        let mut cells = settled.findings.clone();
        cells.extend(inbox::future(&settled.ledger, &settled.rows, current.now.timestamp()));
        Found {
            cells,
            near_names: settled.look_alikes.questions(&settled.ledger),
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

    /// Rendered response for `asked`, from the cache or made by `make`.
    pub(super) async fn answered(
        &self,
        current: &Current,
        asked: String,
        make: impl AsyncFnOnce() -> Result<Rendered, Error>,
    ) -> Result<Rendered, Error> {
        let question = Question {
            versions: current.versions,
            second: current.now.timestamp().as_second(),
            read_at: current.read_at,
            unreachable_since: current.unreachable_since,
            asked,
        };
        self.kept.or_make(question, make).await
    }
}

impl Settled {
    /// Derives the data from a reading; `earlier` was derived with the same catalog. When rows were only appended
    /// since, extends `earlier`.
    fn from_reading(reading: &Reading<LeaderboardRows>, catalog: &LoadedCatalog, earlier: Option<&Self>) -> Self {
        let rows = Arc::clone(&reading.snapshot.data);
        Self::of_rows(rows, reading.snapshot.findings.to_vec(), catalog, earlier)
    }

    /// Derives the data from rows and the findings made while decoding them.
    pub(super) fn of_rows(
        rows: Arc<LeaderboardRows>,
        mut findings: Vec<Finding>,
        catalog: &LoadedCatalog,
        earlier: Option<&Self>,
    ) -> Self {
        let (names, alias_problems) = Names::from_aliases(&rows.csm_aliases, &rows.aliases);
        let carried_on = earlier
            .filter(|earlier| earlier.rows.aliases == rows.aliases && earlier.rows.csm_aliases == rows.csm_aliases)
            .and_then(|earlier| earlier.ledger.continued(&rows.submissions));
        let is_carried_on = carried_on.is_some();
        let ledger = carried_on.unwrap_or_else(|| {
            let (submissions, catalog) = (Arc::clone(&rows.submissions), Arc::clone(&catalog.catalog));
            Ledger::build(submissions, catalog, Arc::new(names))
        });
        findings.extend(inbox::findings(&ledger, &rows, &catalog.catalog, alias_problems));
        let look_alikes = earlier
            .filter(|earlier| is_carried_on && earlier.rows.distinct == rows.distinct)
            .map(|earlier| Arc::clone(&earlier.look_alikes))
            .filter(|look_alikes| look_alikes.still_holds(&ledger))
            .unwrap_or_else(|| Arc::new(LookAlikes::of(&ledger, &rows.distinct)));
        findings.sort_by(|left, right| (right.tab, left.row, left.column).cmp(&(left.tab, right.row, right.column)));
        Self {
            csms: ledger.known_csms().into_iter().map(str::to_owned).collect(),
            companies: companies_to_offer(&ledger),
            ledger,
            rows,
            findings,
            look_alikes,
        }
    }
}

fn companies_to_offer(ledger: &Ledger) -> Vec<String> {
    if ledger.known_companies_len() <= MOST_COMPANIES {
        return ledger.known_companies().into_iter().map(str::to_owned).collect();
    }
    let distinct: BTreeSet<String> = ledger.latest_companies(LATEST_ROWS).collect();
    distinct.into_iter().take(MOST_COMPANIES).collect()
}

impl Current {
    /// Instant that the data shows: the present or the moment of a historical view.
    pub(super) fn moment(&self) -> Timestamp {
        self.past.map_or_else(|| self.now.timestamp(), |past| past.instant)
    }

    /// Day of [`Current::moment`].
    pub(super) fn today(&self) -> Date {
        self.moment().to_zoned(self.now.time_zone().clone()).date()
    }

    /// Whether fresher data was requested and not available.
    pub(super) fn is_behind(&self) -> bool {
        self.unreachable_since.is_some() || self.now.timestamp().duration_since(self.read_at) > RECENT
    }

    /// Number of cells, names and catalog lines that need attention.
    pub(super) fn findings_count(&self) -> u32 {
        let lines = self.catalog.catalog.problems().len() + usize::from(self.catalog.problem.is_some());
        let settled = &self.settled;
        let later = inbox::future_count(&settled.ledger, self.now.timestamp());
        let found = settled.findings.len() + settled.look_alikes.len() + later + lines;
        count(found)
    }
}
