//! Historical snapshots of the board, cached by moment.

use std::sync::Arc;

use sheets_store::{Reading, TabRows};
use web::error::{Error, FieldError};

use crate::{
    claims::{
        catalog::file::LoadedCatalog,
        rows::{SUBMISSIONS, SUBMITTED_AT},
    },
    history::{
        as_of::AsOf,
        audit_log::AuditHistory,
        corrections::{CorrectionList, correction_count, corrections},
        rollback::{Rollback, TimeTravel, arrived_later},
    },
    snapshot::{BoardVersions, LeaderboardData, LeaderboardSnapshot},
    state::Leaderboard,
};

/// Corrections per page.
pub const CORRECTIONS_PER_PAGE: usize = 20;

impl Leaderboard {
    /// Current snapshot, or the one at the moment `as_of`.
    ///
    /// # Errors
    /// When the text is not a moment, or the tabs cannot be read.
    pub(crate) async fn current_as_of(&self, as_of: Option<&str>) -> Result<LeaderboardSnapshot, Error> {
        match self.moment("as_of", as_of)? {
            None => Ok(self.current().await?),
            Some(as_of) => self.past(as_of).await,
        }
    }

    /// Parses the moment in a query field; `None` when it is empty.
    pub(crate) fn moment(&self, field: &'static str, text: Option<&str>) -> Result<Option<AsOf>, Error> {
        let text = text.filter(|text| !text.trim().is_empty());
        let parsed = text.map(|text| AsOf::parse(field, text, self.clock.zone())).transpose();
        parsed.map_err(|error| Error::invalid_query(vec![FieldError::new(field, error.to_string())]))
    }

    /// Snapshot at an earlier moment.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub(crate) async fn past(&self, as_of: AsOf) -> Result<LeaderboardSnapshot, Error> {
        let history: Reading<AuditHistory> = self.store.read().await?;
        let catalog = self.catalog();
        let now = self.clock.zoned_now();
        let known = history
            .snapshot
            .data
            .known_at(as_of)
            .ok_or_else(|| no_such_line(as_of))?;
        let versions = BoardVersions {
            tabs: history.snapshot.version,
            catalog: catalog.version,
        };
        let derive = {
            let (history, catalog) = (Arc::clone(&history.snapshot.data), Arc::clone(&catalog));
            let travel = TimeTravel {
                moment: as_of.instant,
                now: now.timestamp(),
            };
            move || {
                let tabs = tabs_at(&history, known, travel);
                LeaderboardData::of_tabs(&tabs, &history.zone, &catalog)
            }
        };
        let data = self.history.board(versions, as_of, derive).await?;
        Ok(LeaderboardSnapshot {
            data,
            versions,
            catalog,
            read_at: history.snapshot.read_at,
            unreachable_since: history.unreachable_since,
            past: Some(as_of),
            now,
        })
    }
}

fn no_such_line(as_of: AsOf) -> Error {
    let row = as_of.edge.map(super::as_of::LogEdge::row).unwrap_or_default();
    let message = format!(
        "Row {row} of the audit log tells nothing of this board any more, perhaps because the tab was sorted. Leave “{}” \
         out of the address, or come again from the page of corrections.",
        as_of.edge.map(|edge| edge.to_string()).unwrap_or_default()
    );
    Error::invalid_query(vec![FieldError::new("as_of", message)])
}

/// Tabs of the board after only the first `known` lines of the log. Pure.
pub fn tabs_at(history: &AuditHistory, known: usize, travel: TimeTravel) -> Vec<TabRows> {
    let lines = &history.lines[known..];
    let at = |rows: &TabRows| {
        let mut rollback = Rollback::new(rows, lines);
        lines.iter().rev().for_each(|line| rollback.roll_back(line));
        if rows.tab().title == SUBMISSIONS.title {
            rollback.tab_without(SUBMITTED_AT, |cell| arrived_later(cell, travel, &history.zone))
        } else {
            rollback.tab()
        }
    };
    history.tabs.iter().map(at).collect()
}

impl LeaderboardData {
    /// Derives the board data from reconstructed tabs.
    pub(crate) fn of_tabs(tabs: &[TabRows], zone: &jiff::tz::TimeZone, catalog: &LoadedCatalog) -> Self {
        let (rows, findings) = AuditHistory::rows_of(tabs, zone);
        Self::of_rows(Arc::new(rows), findings, catalog, None)
    }
}

impl Leaderboard {
    /// A page of corrections, 1 for the newest.
    ///
    /// # Errors
    /// When the tabs cannot be read.
    pub(crate) async fn corrections(&self, page: u32) -> Result<Arc<CorrectionList>, Error> {
        let history: Reading<AuditHistory> = self.store.read().await?;
        let catalog = self.catalog();
        let versions = BoardVersions {
            tabs: history.snapshot.version,
            catalog: catalog.version,
        };
        let (snapshot, now) = (Arc::clone(&history.snapshot), self.clock.now());
        let derive = move || {
            let start = (page.max(1) as usize - 1).saturating_mul(CORRECTIONS_PER_PAGE);
            CorrectionList {
                list: corrections(
                    &snapshot.data,
                    &catalog,
                    start..start.saturating_add(CORRECTIONS_PER_PAGE),
                    now,
                ),
                total: correction_count(&snapshot.data),
                read_at: snapshot.read_at,
            }
        };
        self.history.corrections(versions, page, derive).await
    }
}
