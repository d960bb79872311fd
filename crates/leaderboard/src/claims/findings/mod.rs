//! Findings in the ledger that staff should review, in addition to unreadable cells.

#[cfg(test)]
mod tests;

use std::{cmp::Reverse, collections::HashMap};

use jiff::{SignedDuration, Timestamp};
use sheets_store::finding::{Effect, Finding, FindingKind, begins_like_a_formula};
use web::page::formatting;

use crate::{
    claims::{
        catalog::Catalog, dataset::LeaderboardRows, ledger::Ledger, rows::SUBMISSIONS, rules::RowValidity,
        storage::submission_columns::SubmissionRow,
    },
    names::rows::{COMPANY_ALIASES, CSM_ALIASES, NameKind, UnappliedAlias},
};

/// Rows of one CSM within [`BURST_TIME`] that count as a burst.
const BURST_ROWS: usize = 20;
/// See [`BURST_ROWS`].
const BURST_TIME: SignedDuration = SignedDuration::from_mins(5);
/// Tolerated clock difference of a person who types a date.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Findings that do not depend on the time: names outside the catalog, unapplied aliases, formula-like text, bursts.
pub(crate) fn row_findings(
    ledger: &Ledger,
    rows: &LeaderboardRows,
    catalog: &Catalog,
    aliases: Vec<UnappliedAlias>,
) -> Vec<Finding> {
    let mut findings = outside_catalog(ledger, rows, catalog);
    findings.extend(aliases.into_iter().map(|unapplied| alias(unapplied, rows)));
    findings.extend(formula_like(rows));
    findings.extend(bursts(ledger, rows));
    findings
}

/// Number of rows dated after `now`.
pub(crate) fn future_count(ledger: &Ledger, now: Timestamp) -> usize {
    ledger.order().len() - ledger.lines_until(now + CLOCK_TOLERANCE)
}

/// Rows dated after `now`. They count, and earlier rows take precedence over them.
pub(crate) fn future_findings(ledger: &Ledger, rows: &LeaderboardRows, now: Timestamp) -> Vec<Finding> {
    let later = &ledger.order()[ledger.lines_until(now + CLOCK_TOLERANCE)..];
    let findings = later.iter().map(|index| {
        let row = ledger.submission(*index);
        let reason = "The claim is dated in the future. It counts; write the moment at which it came in.";
        let cell = SuspectCell {
            column: "submitted_at",
            value: row.submitted_at().to_string(),
        };
        finding(row, rows, cell, reason.to_owned()).of_kind(FindingKind::Future)
    });
    findings.collect()
}

fn outside_catalog(ledger: &Ledger, rows: &LeaderboardRows, catalog: &Catalog) -> Vec<Finding> {
    // Cached by name: similarity search is slow, and a name outside the catalog usually occurs more than once.
    let mut nearest: HashMap<&str, Option<String>> = HashMap::new();
    let outside = ledger.outside_catalog().into_iter();
    outside
        .map(|outside| {
            let nearest = nearest
                .entry(outside.name)
                .or_insert_with(|| catalog.nearest(outside.name).map(|nearest| nearest.name.clone()));
            let guess = nearest.as_ref();
            let guess = guess.map_or_else(String::new, |nearest| format!(" Did somebody mean “{nearest}”?"));
            Finding {
                kind: FindingKind::UnknownValue,
                tab: SUBMISSIONS.title,
                row: outside.row,
                column: "integrations",
                value: outside.name.to_owned(),
                reason: format!(
                    "“{}” is not in the catalog.{guess} Correct the cell, or add the name to integrations.txt.",
                    outside.name
                ),
                proposal: nearest.clone(),
                effect: Effect::CountedApart,
                link: rows.submission_link.row(outside.row),
            }
        })
        .collect()
}

fn alias(unapplied: UnappliedAlias, rows: &LeaderboardRows) -> Finding {
    let UnappliedAlias { kind, problem } = unapplied;
    let (tab, link) = match kind {
        NameKind::Csm => (&CSM_ALIASES, &rows.csm_alias_link),
        NameKind::Company => (&COMPANY_ALIASES, &rows.alias_link),
    };
    Finding {
        kind: FindingKind::Alias,
        tab: tab.title,
        row: problem.row,
        column: "alias",
        value: problem.alias,
        reason: problem.reason,
        proposal: None,
        effect: Effect::Counted,
        link: link.row(problem.row),
    }
}

/// Cells whose text another program would evaluate as a formula when it opens an export.
fn formula_like(rows: &LeaderboardRows) -> Vec<Finding> {
    let names = rows.submissions.names();
    let is_rare = names.csms.texts().any(begins_like_a_formula)
        || names.companies.texts().any(begins_like_a_formula)
        || rows.submissions.notes().any(begins_like_a_formula);
    if !is_rare {
        return Vec::new();
    }
    let cells = rows.submissions.iter().flat_map(|row| {
        let cells = [("csm", row.csm()), ("company", row.company()), ("note", row.note())];
        cells.map(|(column, text)| (row, column, text))
    });
    let findings = cells.filter(|(_, _, text)| begins_like_a_formula(text)).map(|(row, column, text)| {
        let reason = "The text begins like a formula. It counts; spreadsheet programs may run it when they open a file with it.";
        let plain = text.trim_start_matches(['=', '+', '-', '@']).trim();
        let cell = SuspectCell {
            column,
            value: text.to_owned(),
        };
        finding(row, rows, cell, reason.to_owned())
            .of_kind(FindingKind::FormulaLike)
            .proposing((!plain.is_empty()).then_some(plain))
    });
    findings.collect()
}

/// Bursts: many rows by one CSM within a short time.
fn bursts(ledger: &Ledger, rows: &LeaderboardRows) -> Vec<Finding> {
    let mut by_csm: Vec<Vec<u32>> = vec![Vec::new(); ledger.csm_count()];
    for index in ledger.order() {
        let line = ledger.line(*index);
        if let Some(csm) = line.csm.filter(|_| line.validity == RowValidity::Counts) {
            by_csm[csm.index()].push(*index);
        }
    }
    let runs = by_csm.iter().flat_map(|indices| burst_runs(ledger, indices));
    let mut runs: Vec<&[u32]> = runs.collect();
    runs.sort_by_key(|run| Reverse(run.len()));
    let findings = runs.into_iter().filter_map(|run| {
        let (first, last) = (run.first()?, run.last()?);
        let minutes = ledger
            .submitted_at(*last)
            .duration_since(ledger.submitted_at(*first))
            .as_mins()
            + 1;
        let reason = format!(
            "{} claims of {} came within {}, from this row on. They count; see whether they are real.",
            run.len(),
            ledger.csm_of(*first),
            formatting::count(u32::try_from(minutes).unwrap_or(u32::MAX), "minute", "minutes")
        );
        let row = ledger.submission(*first);
        let cell = SuspectCell {
            column: "submitted_at",
            value: row.submitted_at().to_string(),
        };
        Some(finding(row, rows, cell, reason).of_kind(FindingKind::Burst))
    });
    findings.collect()
}

/// Runs of `indices`, earliest first, in which each row belongs to a burst.
fn burst_runs<'a>(ledger: &Ledger, indices: &'a [u32]) -> Vec<&'a [u32]> {
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    for end in BURST_ROWS..=indices.len() {
        let start = end - BURST_ROWS;
        let duration = ledger
            .submitted_at(indices[end - 1])
            .duration_since(ledger.submitted_at(indices[start]));
        if duration > BURST_TIME {
            continue;
        }
        match ranges.last_mut().filter(|last| last.end >= start) {
            Some(last) => last.end = end,
            None => ranges.push(start..end),
        }
    }
    ranges.into_iter().map(|range| &indices[range]).collect()
}

/// A cell that staff should review.
struct SuspectCell {
    column: &'static str,
    value: String,
}

fn finding(row: SubmissionRow<'_>, rows: &LeaderboardRows, cell: SuspectCell, reason: String) -> Finding {
    Finding {
        kind: FindingKind::Unreadable,
        tab: SUBMISSIONS.title,
        row: row.row(),
        column: cell.column,
        value: cell.value,
        reason,
        proposal: None,
        effect: Effect::Counted,
        link: rows.submission_link.row(row.row()),
    }
}
