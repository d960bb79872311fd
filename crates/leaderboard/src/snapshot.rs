//! Board snapshot: the rows with everything derived from them, at one moment.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date};
use sheets_store::{finding::Finding, read::dataset::Reading};

use crate::{
    claims::{
        catalog::file::LoadedCatalog, dataset::LeaderboardRows, findings, ledger::Ledger, storage::saturating_u32,
    },
    history::as_of::AsOf,
    names::{duplicates::DuplicateNames, rows::NameAliases},
};

/// Data versions that a value is derived from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct BoardVersions {
    /// Version of the tabs.
    pub(crate) tabs: u64,
    /// Version of the catalog.
    pub(crate) catalog: u64,
}

/// The rows with everything derived from them.
pub(crate) struct LeaderboardData {
    pub(crate) ledger: Ledger,
    pub(crate) rows: Arc<LeaderboardRows>,
    /// Findings in the tabs and in the names, by tab and row.
    pub(crate) findings: Vec<Finding>,
    /// Suspected duplicate names.
    pub(crate) duplicate_names: Arc<DuplicateNames>,
    /// Known CSM names, offered as suggestions.
    pub(crate) csms: Vec<String>,
    /// Known companies, offered as suggestions; only recent ones when there are many.
    pub(crate) companies: Vec<String>,
}

/// Age up to which data counts as fresh.
pub(crate) const FRESH_FOR: SignedDuration = SignedDuration::from_secs(2);

/// Limit on suggested companies, so that page weight does not grow with the sheet.
const MAX_SUGGESTED_COMPANIES: usize = 300;

/// Number of latest rows that suggestions are taken from when there are more companies.
const LATEST_ROWS: usize = 1_500;

/// Snapshot of the board at one moment.
pub(crate) struct LeaderboardSnapshot {
    pub(crate) data: Arc<LeaderboardData>,
    pub(crate) catalog: Arc<LoadedCatalog>,
    pub(crate) versions: BoardVersions,
    pub(crate) read_at: Timestamp,
    pub(crate) unreachable_since: Option<Timestamp>,
    /// Moment that a historical view shows; `None` for the present.
    pub(crate) past: Option<AsOf>,
    pub(crate) now: Zoned,
}

impl LeaderboardData {
    /// Derives the data from a reading; `earlier` was derived with the same catalog. When rows were only appended
    /// since, extends `earlier`.
    pub(crate) fn from_reading(
        reading: &Reading<LeaderboardRows>,
        catalog: &LoadedCatalog,
        earlier: Option<&Self>,
    ) -> Self {
        let rows = Arc::clone(&reading.snapshot.data);
        Self::of_rows(rows, reading.snapshot.findings.to_vec(), catalog, earlier)
    }

    /// Derives the data from rows and the findings made while decoding them.
    pub(crate) fn of_rows(
        rows: Arc<LeaderboardRows>,
        mut findings: Vec<Finding>,
        catalog: &LoadedCatalog,
        earlier: Option<&Self>,
    ) -> Self {
        let (names, alias_problems) = NameAliases::from_aliases(&rows.csm_aliases, &rows.aliases);
        let extended = earlier
            .filter(|earlier| earlier.rows.aliases == rows.aliases && earlier.rows.csm_aliases == rows.csm_aliases)
            .and_then(|earlier| earlier.ledger.extended(&rows.submissions));
        let is_extended = extended.is_some();
        let ledger = extended.unwrap_or_else(|| {
            let (submissions, catalog) = (Arc::clone(&rows.submissions), Arc::clone(&catalog.catalog));
            Ledger::build(submissions, catalog, Arc::new(names))
        });
        findings.extend(findings::row_findings(&ledger, &rows, &catalog.catalog, alias_problems));
        let duplicate_names = earlier
            .filter(|earlier| is_extended && earlier.rows.distinct == rows.distinct)
            .map(|earlier| Arc::clone(&earlier.duplicate_names))
            .filter(|duplicate_names| duplicate_names.is_still_valid(&ledger))
            .unwrap_or_else(|| Arc::new(DuplicateNames::of(&ledger, &rows.distinct)));
        findings.sort_by(|left, right| (right.tab, left.row, left.column).cmp(&(left.tab, right.row, right.column)));
        Self {
            csms: ledger.known_csms().into_iter().map(str::to_owned).collect(),
            companies: companies_to_suggest(&ledger),
            ledger,
            rows,
            findings,
            duplicate_names,
        }
    }
}

fn companies_to_suggest(ledger: &Ledger) -> Vec<String> {
    if ledger.known_companies_len() <= MAX_SUGGESTED_COMPANIES {
        return ledger.known_companies().into_iter().map(str::to_owned).collect();
    }
    let distinct: BTreeSet<String> = ledger.latest_companies(LATEST_ROWS).collect();
    distinct.into_iter().take(MAX_SUGGESTED_COMPANIES).collect()
}

impl LeaderboardSnapshot {
    /// Instant that the data shows: the present or the moment of a historical view.
    pub(crate) fn moment(&self) -> Timestamp {
        self.past.map_or_else(|| self.now.timestamp(), |past| past.instant)
    }

    /// Day of [`LeaderboardSnapshot::moment`].
    pub(crate) fn today(&self) -> Date {
        self.moment().to_zoned(self.now.time_zone().clone()).date()
    }

    /// Whether fresher data was requested and not available.
    pub(crate) fn is_behind(&self) -> bool {
        self.unreachable_since.is_some() || self.now.timestamp().duration_since(self.read_at) > FRESH_FOR
    }

    /// Number of cells, names and catalog lines that need attention.
    pub(crate) fn findings_count(&self) -> u32 {
        let lines = self.catalog.catalog.problems().len() + usize::from(self.catalog.problem.is_some());
        let data = &self.data;
        let future = findings::future_count(&data.ledger, self.now.timestamp());
        let count = data.findings.len() + data.duplicate_names.len() + future + lines;
        saturating_u32(count)
    }
}
