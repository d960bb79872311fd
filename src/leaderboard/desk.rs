//! What the handlers of the board share: the spreadsheet, the catalog, and what was worked out from them already.
//!
//! Everything is kept by the versions it was worked out from, so a warm page costs a lookup and nothing has to be
//! thrown away: when the sheet or the catalog changes, the next question simply is another one.

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

/// The board's means, made once by the app.
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
    /// How the standings are sent every week.
    pub(super) weekly: Weekly,
    /// Signs the links for own corrections.
    pub(super) signing: SigningKey,
    /// One look after the contests at a time.
    pub(super) keeping: tokio::sync::Mutex<()>,
    /// Corrections, by version of history and catalog, and page.
    pub(super) told: WorkedOut<(u64, u64, u32), Told>,
    /// The board as it was, by version of history and catalog, and moment.
    pub(super) pasts: WorkedOut<(u64, u64, AsOf), Settled>,
}

/// What the app hands to the board.
pub struct Parts {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Where the time comes from.
    pub clock: Clock,
    /// The catalog's file.
    pub catalog: CatalogFile,
    /// What the spreadsheet is called on pages.
    pub source: Source,
    /// Navigation and action around every page.
    pub frame: Frame,
    /// What the team wants to reach together.
    pub goal: Option<Goal>,
    /// What all boards found.
    pub tally: Arc<Tally>,
    /// Signs the links for own corrections.
    pub signing: SigningKey,
    /// How the standings are sent every week.
    pub weekly: Weekly,
}

/// The data an answer was worked out from: version of the tabs, version of the catalog.
pub(super) type Versions = (u64, u64);

/// The rows with everything that follows from them.
pub(super) struct Settled {
    pub(super) ledger: Ledger,
    pub(super) rows: Arc<LeaderboardRows>,
    /// Of the tabs and of the names in them, by tab and row.
    pub(super) findings: Vec<Finding>,
    /// Names that look like one.
    pub(super) look_alikes: Arc<LookAlikes>,
    /// Known names, to offer while typing.
    pub(super) csms: Vec<String>,
    /// Known companies, to offer while typing; of very many only those met lately.
    pub(super) companies: Vec<String>,
}

/// Age up to which data counts as new.
pub(super) const RECENT: SignedDuration = SignedDuration::from_secs(2);
/// A page offers no more companies than this, so that its weight does not grow with the sheet.
const MOST_COMPANIES: usize = 300;
/// Latest rows in which companies are looked for when there are more.
const LATEST_ROWS: usize = 1_500;

/// The board as it is at one moment.
pub(super) struct Current {
    pub(super) settled: Arc<Settled>,
    pub(super) catalog: Arc<LoadedCatalog>,
    pub(super) versions: Versions,
    pub(super) read_at: Timestamp,
    pub(super) unreachable_since: Option<Timestamp>,
    /// The moment that is looked back to; `None` for now.
    pub(super) past: Option<AsOf>,
    pub(super) now: Zoned,
}

impl Leaderboard {
    /// Puts the board together.
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

    /// The catalog as its file says now.
    pub(super) fn catalog(&self) -> Arc<LoadedCatalog> {
        self.catalog.current(self.clock.now())
    }

    /// The board with the data at hand.
    pub(super) async fn current(&self) -> Result<Current, ReadError> {
        Ok(self.as_of(self.store.read().await?).await)
    }

    /// The board with the tabs as they were read last; `None` before the first read. Asks nobody.
    pub(super) async fn at_hand(&self) -> Option<Current> {
        Some(self.as_of(self.store.at_hand().await?).await)
    }

    /// When all rows were read last; `None` before that. Asks nobody.
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

    /// What was settled last with a version of the catalog.
    fn settled_before(&self, catalog_version: u64) -> Option<Arc<Settled>> {
        let kept = self
            .settled
            .iter()
            .filter(|(versions, _)| versions.1 == catalog_version);
        let latest = kept.max_by_key(|(versions, _)| versions.0);
        latest.map(|(_, settled)| settled)
    }

    /// The standings of a period; movement is worked out anew each minute.
    pub(super) async fn standings(&self, current: &Current, period: Period) -> Arc<Standings> {
        let now = current.moment();
        if current.past.is_some() {
            return Arc::new(current.settled.ledger.standings(period, now, self.clock.zone()));
        }
        let question = (current.versions, period, now.as_second() / 60);
        let work = async { Arc::new(current.settled.ledger.standings(period, now, self.clock.zone())) };
        self.standings.or_work_out(question, work).await
    }

    /// What the company with this name is credited with, by integration; spellings are forgiven.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub async fn credited(&self, company: &str) -> Result<Vec<(String, CreditedTo)>, ReadError> {
        Ok(self.current().await?.settled.ledger.credited_for(company))
    }

    /// What surrounds a page that shows `current`.
    pub(super) fn frame(&self, current: &Current) -> Frame {
        // What a board of the past has is not what there is to mend now.
        let found = match current.past {
            None => self.tally.note("leaderboard", current.findings_count()),
            Some(_) => self.tally.all(),
        };
        self.frame
            .counting(FINDINGS, found)
            .with_freshness(self.freshness(current))
    }

    /// Which data `current` is.
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

    /// What is worth telling beside the ranking of a period.
    pub(super) fn highlights(&self, current: &Current, period: Period) -> Highlights {
        let today = Today {
            date: current.today(),
            zone: self.clock.zone(),
        };
        current.settled.ledger.highlights(period, self.goal, today)
    }

    /// Names the state of the board that `current` is, for [`Live`].
    pub(super) fn edition(&self, current: &Current) -> String {
        self.live.id(current.versions).to_string()
    }

    /// What surrounds a page that shows no data.
    pub(super) fn bare_frame(&self) -> &Frame {
        &self.frame
    }

    /// Everything that a person should look at, for the page of findings.
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
        // A tab that cannot be read is a finding itself; what the others tell stays.
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

    /// The disputes. What cannot be read of them is counted in the navigation.
    ///
    /// # Errors
    /// When the tab cannot be read.
    pub(super) async fn disputes(&self) -> Result<Reading<Disputes>, ReadError> {
        let disputes: Reading<Disputes> = self.store.read().await?;
        self.tally.note("disputes", count(disputes.snapshot.findings.len()));
        Ok(disputes)
    }

    /// The same of the tabs as they were read last; `None` before the first read. Asks nobody.
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

    /// The finished answer to `asked`, made by `make` unless it was answered this very second.
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
    /// Everything that follows from the rows; `earlier` was settled with the same catalog. When rows were only added
    /// since, what was settled then is carried on.
    fn from_reading(reading: &Reading<LeaderboardRows>, catalog: &LoadedCatalog, earlier: Option<&Self>) -> Self {
        let rows = Arc::clone(&reading.snapshot.data);
        Self::of_rows(rows, reading.snapshot.findings.to_vec(), catalog, earlier)
    }

    /// The same of rows and of what was found while they were read.
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
    /// The instant that the data is looked at: the present one, or the one that is looked back to.
    pub(super) fn moment(&self) -> Timestamp {
        self.past.map_or_else(|| self.now.timestamp(), |past| past.instant)
    }

    /// The day that the data is looked at.
    pub(super) fn today(&self) -> Date {
        self.moment().to_zoned(self.now.time_zone().clone()).date()
    }

    /// Whether newer data was wanted and could not be had.
    pub(super) fn is_behind(&self) -> bool {
        self.unreachable_since.is_some() || self.now.timestamp().duration_since(self.read_at) > RECENT
    }

    /// Cells, names and lines of the catalog that a person should look at.
    pub(super) fn findings_count(&self) -> u32 {
        let lines = self.catalog.catalog.problems().len() + usize::from(self.catalog.problem.is_some());
        let settled = &self.settled;
        let later = inbox::future_count(&settled.ledger, self.now.timestamp());
        let found = settled.findings.len() + settled.look_alikes.len() + later + lines;
        count(found)
    }
}
