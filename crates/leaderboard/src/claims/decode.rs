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
        submission_columns::{NewRow, SubmissionColumns},
        submission_id::SubmissionId,
    },
    submission::SubmissionStatus,
};

/// Appends the rows of the tab from row number `from` on to the table.
pub(crate) fn read_submissions(rows: &TabRows, from: u32, table: &mut SubmissionColumns, decoding: &mut DecodeContext) {
    let mut reading = SubmissionDecoder {
        clock: CivilTimeResolver::new(decoding.zone.clone()),
        integrations: Vec::new(),
        unclear_ids: Vec::new(),
        table,
        decoding,
    };
    if from <= FIRST_ROW {
        rows.rows().for_each(|row| reading.read(&row));
    } else {
        // Visits new rows only; empty rows in between are skipped.
        let end = crate::claims::storage::saturating_u32(rows.len()) + FIRST_ROW;
        let is_filled = |row: &TabRow<'_>| (0..SUBMISSIONS.columns.len()).any(|column| row.cell(column) != Cell::Empty);
        let new = (from..end).map(|number| rows.row(number)).filter(is_filled);
        new.for_each(|row| reading.read(&row));
    }
    let unclear_ids = reading.unclear_ids;
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
    fn read(&mut self, row: &TabRow<'_>) {
        let before = self.decoding.findings.len();
        let submitted_at = self.read_instant(row);
        let csm = StringPool::meet(&mut self.table.names_mut().csms, &text(row, CSM));
        if self.table.names().csms.key(csm).is_none() {
            self.refuse(row, CSM, "The name of the CSM is missing.");
        }
        let company = StringPool::meet(&mut self.table.names_mut().companies, &text(row, COMPANY));
        if self.table.names().companies.key(company).is_none() {
            self.refuse(
                row,
                COMPANY,
                "The company is missing, or has neither a letter nor a digit.",
            );
        }
        self.read_integrations(&text(row, INTEGRATIONS));
        if self.integrations.is_empty() {
            self.refuse(
                row,
                INTEGRATIONS,
                "No integration is named; write names separated by commas.",
            );
        }
        for column in [ID, CSM, COMPANY, INTEGRATIONS] {
            if let Some(error) = row.cell(column).formula_error() {
                self.refuse(row, column, &format!("A formula ends in {error}."));
            }
        }
        let is_readable = self.decoding.findings.len() == before;
        let status = self.read_status(row);
        if let Some(submitted_at) = submitted_at.filter(|_| is_readable) {
            let new = NewRow {
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

    fn read_instant(&mut self, row: &TabRow<'_>) -> Option<Timestamp> {
        let cell = row.cell(SUBMITTED_AT);
        let found = self
            .clock
            .instant(cell)
            .map_or_else(|| cell.instant(&self.decoding.zone), Ok);
        found
            .map_err(|reason| self.refuse(row, SUBMITTED_AT, &format!("{reason}.")))
            .ok()
    }

    /// Splits like [`split_integrations`](crate::claims::submission::split_integrations).
    fn read_integrations(&mut self, cell: &str) {
        self.integrations.clear();
        for name in cell.split(is_separator) {
            let number = StringPool::meet(&mut self.table.names_mut().integrations, name.trim());
            let names = &self.table.names().integrations;
            let number = names.tidy(number);
            let Some(key) = names.key(number) else { continue };
            if self.integrations.iter().all(|named| names.key(*named) != Some(key)) {
                self.integrations.push(number);
            }
        }
    }

    /// An unknown status counts as received, with a finding.
    fn read_status(&mut self, row: &TabRow<'_>) -> SubmissionStatus {
        SubmissionStatus::parse(&text(row, STATUS)).unwrap_or_else(|unknown| {
            let reason = format!("{unknown} Until then the row counts.");
            self.decoding
                .findings
                .push(unknown_word(row.finding(STATUS, Effect::Counted, reason)));
            SubmissionStatus::Received
        })
    }

    fn refuse(&mut self, row: &TabRow<'_>, column: usize, reason: &str) {
        let finding = row.finding(column, Effect::RowExcluded, reason);
        self.decoding.findings.push(finding);
    }
}

/// Finding for an unknown status, with the most similar known one.
fn unknown_word(finding: Finding) -> Finding {
    let near = SubmissionStatus::ALL
        .map(SubmissionStatus::as_str)
        .into_iter()
        .filter(|status| strsim::osa_distance(status, &normalize(&finding.value)) <= 2)
        .min_by_key(|status| strsim::osa_distance(status, &normalize(&finding.value)));
    finding.of_kind(FindingKind::UnknownValue).proposing(near)
}

enum IdCheck {
    Clear,
    /// An identical row exists above.
    Copy,
}

fn check_id(table: &SubmissionColumns, row: &TabRow<'_>, new: &NewRow<'_>, findings: &mut Vec<Finding>) -> IdCheck {
    let mut found = |effect, reason: &str| findings.push(row.finding(ID, effect, reason).of_kind(FindingKind::Id));
    if new.id.is_empty() {
        let reason =
            "The row has no id. It counts; write any text that no other row has, so that it can be told apart.";
        found(Effect::Counted, reason);
        return IdCheck::Clear;
    }
    let Some(first) = table.first_with_id(&new.id) else {
        return IdCheck::Clear;
    };
    let first_row = table.at(first).row();
    if table.is_copy(first, new) {
        // A lost response and a late write can leave a row twice.
        let reason = format!("The row is the same as row {first_row}, which counts. Delete one of the two.");
        found(Effect::RowExcluded, &reason);
        return IdCheck::Copy;
    }
    let reason = format!(
        "The id stands in row {first_row} too. Both rows count; if one is a copy, delete it or set its status to withdrawn."
    );
    found(Effect::Counted, &reason);
    IdCheck::Clear
}

fn text<'a>(row: &TabRow<'a>, column: usize) -> Cow<'a, str> {
    match row.cell(column) {
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Empty => Cow::Borrowed(""),
        other => Cow::Owned(other.text()),
    }
}
