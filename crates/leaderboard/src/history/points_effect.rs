//! Effect of corrections on points, without rebuilding the full ledger for each: a correction affects few companies,
//! and points at all others stay the same.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use domain::{company::CompanyKey, normalize::collapse_spaces, person::PersonKey};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::{Tab, TabRows};

use crate::{
    claims::{
        catalog::file::LoadedCatalog,
        dataset::LeaderboardRows,
        ledger::Ledger,
        rows::{COMPANY, SUBMISSIONS},
    },
    history::{
        audit_log::{AuditHistory, AuditLine},
        rollback::{FIRST_ROW, Rollback, old_id, rows_by_id},
    },
    names::rows::{COMPANY_ALIASES, NameAliases},
};

/// Points of the board while corrections are rolled back, newest first.
pub(crate) struct PointsReplay<'a> {
    history: &'a AuditHistory,
    catalog: &'a LoadedCatalog,
    /// Ledger of all rows after the newest correction.
    full_ledger: Ledger,
    /// Points at unaffected companies: instant of each point and the CSM name as typed.
    unaffected_points: Vec<(Timestamp, u32)>,
}

/// Points by CSM, with the display name.
type PointsByCsm = BTreeMap<PersonKey, (String, u32)>;

impl<'a> PointsReplay<'a> {
    /// Builds the ledger after the newest correction in `lines`, and restricts `rollbacks` to the rows that can change
    /// while the lines are rolled back.
    pub(crate) fn for_corrections(
        history: &'a AuditHistory,
        catalog: &'a LoadedCatalog,
        lines: &[AuditLine],
        rollbacks: &mut [Rollback<'a>],
    ) -> Self {
        let tabs: Vec<TabRows> = rollbacks.iter().map(Rollback::tab).collect();
        let (full_ledger, rows) = build_ledger(history, catalog, &tabs);
        let affected = AffectedNames::collect(history, lines, rollbacks);
        let companies: HashSet<_> = (affected.companies(&rows).iter())
            .filter_map(|name| full_ledger.find_company(name))
            .collect();
        let is_affected = |index: u32| {
            full_ledger
                .line(index)
                .company
                .is_some_and(|company| companies.contains(&company))
        };
        let row = |index: u32| full_ledger.submission(index).row() as usize - FIRST_ROW;
        let mut indices: BTreeSet<usize> = (full_ledger.order().iter().copied())
            .filter(|index| is_affected(*index))
            .map(row)
            .collect();
        indices.extend(affected.rows);
        let unaffected_points = (full_ledger.points(full_ledger.order()))
            .filter(|(line, integration)| !is_affected(*line) && full_ledger.is_in_catalog(*integration))
            .map(|(line, _)| (full_ledger.submitted_at(line), full_ledger.submission(line).csm_text()))
            .collect();
        for rollback in rollbacks.iter_mut().filter(|rollback| rollback.is_of(&SUBMISSIONS)) {
            rollback.restrict(indices.clone());
        }
        Self {
            history,
            catalog,
            full_ledger,
            unaffected_points,
        }
    }

    /// Ledger of the affected rows at the current state of the rollback.
    pub(crate) fn affected_ledger(&self, rollbacks: &[Rollback<'_>]) -> Ledger {
        let tabs: Vec<TabRows> = rollbacks.iter().map(Rollback::tab).collect();
        build_ledger(self.history, self.catalog, &tabs).0
    }

    /// CSMs whose points differ, counting only claims at known instants.
    pub(crate) fn effect(
        &self,
        before: &Ledger,
        after: &Ledger,
        is_known: impl Fn(Timestamp) -> bool,
    ) -> Vec<PointsEffect> {
        let (then, since) = (
            self.points_by_csm(before, &is_known),
            self.points_by_csm(after, &is_known),
        );
        let keys: BTreeSet<&PersonKey> = then.keys().chain(since.keys()).collect();
        let effects = keys.into_iter().filter_map(|key| {
            let (before_points, after_points) = (points(&then, key), points(&since, key));
            let (csm, _) = since.get(key).or_else(|| then.get(key))?;
            let without = if before_points == 0 { before } else { after };
            (before_points != after_points).then(|| PointsEffect {
                csm: csm.clone(),
                counted_as: self.alias_target(csm, key, without),
                before: before_points,
                after: after_points,
            })
        });
        effects.collect()
    }

    /// Points of each CSM, under the names of one moment.
    fn points_by_csm(&self, affected_ledger: &Ledger, is_known: impl Fn(Timestamp) -> bool) -> PointsByCsm {
        let mut by_spelling: BTreeMap<&str, u32> = BTreeMap::new();
        let names = &self.full_ledger.submissions().names().csms;
        for (_, csm) in self.unaffected_points.iter().filter(|(at, _)| is_known(*at)) {
            *by_spelling.entry(names.text(*csm)).or_default() += 1;
        }
        for (line, integration) in affected_ledger.points(affected_ledger.order()) {
            if affected_ledger.is_in_catalog(integration) && is_known(affected_ledger.submitted_at(line)) {
                *by_spelling.entry(affected_ledger.submission(line).csm()).or_default() += 1;
            }
        }
        let mut points_by_csm = PointsByCsm::new();
        for (typed, points) in by_spelling {
            if let Some(name) = affected_ledger.names().csms.resolve(typed) {
                let display_name = || self.display_name(typed, &name.key, name.canonical);
                points_by_csm
                    .entry(name.key.clone())
                    .or_insert_with(|| (display_name(), 0))
                    .1 += points;
            }
        }
        points_by_csm
    }

    /// Display name for a typed name.
    fn display_name(&self, typed: &str, key: &PersonKey, canonical: Option<&str>) -> String {
        let listed = || {
            let display_name = self.full_ledger.csm_display_name(self.full_ledger.find_csm(typed)?);
            (PersonKey::of(display_name).as_ref() == Some(key)).then(|| display_name.to_owned())
        };
        canonical
            .map(str::to_owned)
            .or_else(listed)
            .unwrap_or_else(|| collapse_spaces(typed))
    }

    /// CSM that a name was an alias of at a moment.
    fn alias_target(&self, csm: &str, key: &PersonKey, at: &Ledger) -> Option<String> {
        let name = at.names().csms.resolve(csm)?;
        (name.key != *key).then(|| self.display_name(csm, &name.key, name.canonical))
    }
}

fn points(points_by_csm: &PointsByCsm, key: &PersonKey) -> u32 {
    points_by_csm.get(key).map_or(0, |(_, points)| *points)
}

fn build_ledger(history: &AuditHistory, catalog: &LoadedCatalog, tabs: &[TabRows]) -> (Ledger, LeaderboardRows) {
    let (rows, _) = AuditHistory::rows_of(tabs, &history.zone);
    let (names, _) = NameAliases::from_aliases(&rows.csm_aliases, &rows.aliases);
    let (submissions, catalog) = (Arc::clone(&rows.submissions), Arc::clone(&catalog.catalog));
    (Ledger::build(submissions, catalog, Arc::new(names)), rows)
}

/// Names and rows affected by some lines of the log.
struct AffectedNames {
    /// Company names in changed cells.
    companies: Vec<String>,
    /// Name pairs merged by alias rows.
    merged: Vec<(String, String)>,
    /// Indices of the rows that the lines name.
    rows: Vec<usize>,
}

impl AffectedNames {
    /// Collects each changed row, before and after.
    fn collect(history: &AuditHistory, lines: &[AuditLine], rollbacks: &[Rollback<'_>]) -> Self {
        let mut affected = Self {
            companies: Vec::new(),
            merged: Vec::new(),
            rows: Vec::new(),
        };
        let mut rollbacks: Vec<Rollback<'_>> = rollbacks.to_vec();
        for line in lines.iter().rev() {
            for rollback in rollbacks.iter_mut().filter(|rollback| rollback.is_of(line.tab)) {
                affected.add_row(line.tab, rollback.row(&line.row));
                rollback.roll_back(line);
                affected.add_row(line.tab, rollback.row(old_id(line).unwrap_or(&line.row)));
            }
        }
        let of_claims = lines.iter().filter(|line| line.tab.title == SUBMISSIONS.title);
        let names: HashSet<&str> = of_claims
            .flat_map(|line| [Some(line.row.as_str()), old_id(line)])
            .flatten()
            .collect();
        for rows in history.tabs.iter().filter(|rows| rows.tab().title == SUBMISSIONS.title) {
            for (_, index) in rows_by_id(rows, &names) {
                let row = rows.row(u32::try_from(index + FIRST_ROW).unwrap_or(u32::MAX));
                affected.companies.push(row.cell(COMPANY).text());
                affected.rows.push(index);
            }
        }
        affected
    }

    fn add_row(&mut self, tab: &Tab, cells: Option<Vec<sheets_store::CellContent>>) {
        let Some(cells) = cells else { return };
        let text = |column: usize| cells.get(column).map(|cell| cell.as_cell().text()).unwrap_or_default();
        if tab.title == SUBMISSIONS.title {
            self.companies.push(text(COMPANY));
        } else if tab.title == COMPANY_ALIASES.title {
            self.companies.extend([text(0), text(1)]);
            self.merged.push((text(0), text(1)));
        }
    }

    /// All companies that may be merged with an affected one at any moment in between.
    fn companies(&self, rows: &LeaderboardRows) -> Vec<String> {
        let lines = rows.aliases.iter().map(|line| (&line.alias, &line.canonical));
        let links: Vec<(&String, &String)> = lines
            .chain(self.merged.iter().map(|(one, other)| (one, other)))
            .collect();
        let mut names = self.companies.clone();
        let mut known: HashSet<CompanyKey> = names.iter().filter_map(|name| CompanyKey::of(name)).collect();
        loop {
            let before = known.len();
            for (one, other) in &links {
                let keys = [CompanyKey::of(one), CompanyKey::of(other)];
                if keys.iter().flatten().any(|key| known.contains(key)) {
                    known.extend(keys.into_iter().flatten());
                    names.extend([(*one).clone(), (*other).clone()]);
                }
            }
            if known.len() == before {
                return names;
            }
        }
    }
}

/// Change of one CSM's points: `Manny 15 → 14`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PointsEffect {
    /// Display name of the CSM.
    pub csm: String,
    /// CSM that this name is an alias of, at the moment at which it has no points; `None` for a name of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_as: Option<String>,
    /// Points before.
    pub before: u32,
    /// Points after.
    pub after: u32,
}
