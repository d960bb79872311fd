//! Decoding of the `submissions` tab: cells to values; unreadable cells become findings.

use std::borrow::Cow;

use domain::normalize::normalize;
use jiff::Timestamp;
use sheets_store::{
    Cell, DecodeContext, TabRow, TabRows,
    finding::{Effect, Finding, FindingKind},
};

use crate::claims::{
    catalog::is_separator,
    rows::{COMPANY, CSM, ID, INTEGRATIONS, NOTE, STATUS, SUBMISSIONS, SUBMITTED_AT},
    storage::{
        civil_time::CivilTimeResolver,
        string_pool::StringPool,
        submission_columns::{NewSubmissionRow, SubmissionColumns},
        submission_id::SubmissionId,
    },
    submission::SubmissionStatus,
};

/// Appends the rows of the tab from row number `from` on to the table.
pub(crate) fn decode_submissions(
    rows: &TabRows,
    from: u32,
    table: &mut SubmissionColumns,
    decoding: &mut DecodeContext,
) {
    let mut decoder = SubmissionDecoder {
        clock: CivilTimeResolver::new(decoding.zone.clone()),
        integrations: Vec::new(),
        unclear_ids: Vec::new(),
        table,
        decoding,
    };
    if from <= FIRST_ROW {
        rows.rows().for_each(|row| decoder.decode_row(&row));
    } else {
        // Visits new rows only; empty rows in between are skipped.
        let end = crate::claims::storage::saturating_u32(rows.len()) + FIRST_ROW;
        let is_filled = |row: &TabRow<'_>| (0..SUBMISSIONS.columns.len()).any(|column| row.cell(column) != Cell::Empty);
        let new = (from..end).map(|id| rows.row(id)).filter(is_filled);
        new.for_each(|row| decoder.decode_row(&row));
    }
    let unclear_ids = decoder.unclear_ids;
    decoding.findings.extend(unclear_ids);
}

/// First row below the header.
const FIRST_ROW: u32 = 2;

struct SubmissionDecoder<'a> {
    clock: CivilTimeResolver,
    /// Ids of the integrations of the current row.
    integrations: Vec<u32>,
    /// Findings about rows with ambiguous ids.
    unclear_ids: Vec<Finding>,
    table: &'a mut SubmissionColumns,
    decoding: &'a mut DecodeContext,
}

impl SubmissionDecoder<'_> {
    /// Decodes one row; when a required cell cannot be read, the row is left out with a finding.
    fn decode_row(&mut self, row: &TabRow<'_>) {
        let before = self.decoding.findings.len();
        let submitted_at = self.decode_instant(row);
        let csm = StringPool::intern(&mut self.table.names_mut().csms, &text(row, CSM));
        if self.table.names().csms.key(csm).is_none() {
            self.exclude(row, CSM, "The name of the CSM is missing.");
        }
        let company = StringPool::intern(&mut self.table.names_mut().companies, &text(row, COMPANY));
        if self.table.names().companies.key(company).is_none() {
            self.exclude(
                row,
                COMPANY,
                "The company is missing, or has neither a letter nor a digit.",
            );
        }
        self.decode_integrations(&text(row, INTEGRATIONS));
        if self.integrations.is_empty() {
            self.exclude(
                row,
                INTEGRATIONS,
                "No integration is named; write names separated by commas.",
            );
        }
        for column in [ID, CSM, COMPANY, INTEGRATIONS] {
            if let Some(error) = row.cell(column).formula_error() {
                self.exclude(row, column, &format!("A formula ends in {error}."));
            }
        }
        let is_readable = self.decoding.findings.len() == before;
        let status = self.decode_status(row);
        if let Some(submitted_at) = submitted_at.filter(|_| is_readable) {
            let new = NewSubmissionRow {
                row: row.number,
                id: SubmissionId::of(&text(row, ID)),
                submitted_at,
                csm,
                company,
                integrations: &self.integrations,
                status,
                note: &text(row, NOTE),
            };
            if let IdCheck::Clear = check_id(self.table, row, &new, &mut self.unclear_ids) {
                self.table.push(&new);
            }
        }
    }

    fn decode_instant(&mut self, row: &TabRow<'_>) -> Option<Timestamp> {
        let cell = row.cell(SUBMITTED_AT);
        let instant = self
            .clock
            .instant(cell)
            .map_or_else(|| cell.instant(&self.decoding.zone), Ok);
        instant
            .map_err(|reason| self.exclude(row, SUBMITTED_AT, &format!("{reason}.")))
            .ok()
    }

    /// Splits like [`split_integrations`](crate::claims::submission::split_integrations).
    fn decode_integrations(&mut self, cell: &str) {
        self.integrations.clear();
        for name in cell.split(is_separator) {
            let id = StringPool::intern(&mut self.table.names_mut().integrations, name.trim());
            let names = &self.table.names().integrations;
            let id = names.collapsed(id);
            let Some(key) = names.key(id) else { continue };
            if self.integrations.iter().all(|other| names.key(*other) != Some(key)) {
                self.integrations.push(id);
            }
        }
    }

    /// An unknown status counts as received, with a finding.
    fn decode_status(&mut self, row: &TabRow<'_>) -> SubmissionStatus {
        SubmissionStatus::parse(&text(row, STATUS)).unwrap_or_else(|unknown| {
            let reason = format!("{unknown} Until then the row counts.");
            self.decoding
                .findings
                .push(unknown_status(row.finding(STATUS, Effect::Counted, reason)));
            SubmissionStatus::Received
        })
    }

    fn exclude(&mut self, row: &TabRow<'_>, column: usize, reason: &str) {
        let finding = row.finding(column, Effect::RowExcluded, reason);
        self.decoding.findings.push(finding);
    }
}

/// Finding for an unknown status, with the most similar known one.
fn unknown_status(finding: Finding) -> Finding {
    let nearest = SubmissionStatus::ALL
        .map(SubmissionStatus::as_str)
        .into_iter()
        .filter(|status| strsim::osa_distance(status, &normalize(&finding.value)) <= 2)
        .min_by_key(|status| strsim::osa_distance(status, &normalize(&finding.value)));
    finding.of_kind(FindingKind::UnknownValue).proposing(nearest)
}

enum IdCheck {
    Clear,
    /// An identical row exists above.
    Copy,
}

fn check_id(
    table: &SubmissionColumns,
    row: &TabRow<'_>,
    new: &NewSubmissionRow<'_>,
    findings: &mut Vec<Finding>,
) -> IdCheck {
    let mut report = |effect, reason: &str| findings.push(row.finding(ID, effect, reason).of_kind(FindingKind::Id));
    if new.id.is_empty() {
        let reason =
            "The row has no id. It counts; write any text that no other row has, so that it can be told apart.";
        report(Effect::Counted, reason);
        return IdCheck::Clear;
    }
    let Some(first) = table.first_with_id(&new.id) else {
        return IdCheck::Clear;
    };
    let first_row = table.at(first).row();
    if table.is_copy(first, new) {
        // A lost response and a late write can leave a row twice.
        let reason = format!("The row is the same as row {first_row}, which counts. Delete one of the two.");
        report(Effect::RowExcluded, &reason);
        return IdCheck::Copy;
    }
    let reason = format!(
        "The id stands in row {first_row} too. Both rows count; if one is a copy, delete it or set its status to withdrawn."
    );
    report(Effect::Counted, &reason);
    IdCheck::Clear
}

fn text<'a>(row: &TabRow<'a>, column: usize) -> Cow<'a, str> {
    match row.cell(column) {
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Empty => Cow::Borrowed(""),
        other => Cow::Owned(other.text()),
    }
}
