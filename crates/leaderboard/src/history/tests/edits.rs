//! Random edits of a sheet by staff, with the audit log that they leave.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::{SheetRow, history_of};
use crate::{
    claims::{fixture::march, rows::SUBMISSIONS},
    history::audit_log::AuditHistory,
};

/// Edits that staff make in the sheet.
#[derive(Clone, Debug)]
pub(super) enum Edit {
    /// Changes a cell.
    Write(usize, usize, &'static str),
    /// Deletes a row.
    Delete(usize),
    /// Merges a company into another.
    MergeCompanies(&'static str, &'static str),
    /// Merges a CSM into another.
    MergeCsms(&'static str, &'static str),
    /// Deletes an alias row.
    DeleteAlias(usize),
}

pub(super) fn merges() -> impl Strategy<Value = Edit> {
    let company = || prop::sample::select(vec!["Acme", "Globex", "Initech", "ACME Inc.", "Umbrella"]);
    let csm = || prop::sample::select(vec!["Kate", "Bo", "Zoé", "Kat"]);
    prop_oneof![
        (company(), company()).prop_map(|(one, other)| Edit::MergeCompanies(one, other)),
        (csm(), csm()).prop_map(|(one, other)| Edit::MergeCsms(one, other)),
    ]
}

pub(super) fn edits() -> impl Strategy<Value = Edit> {
    let values = vec![
        "",
        "Kate",
        "Bo",
        "Acme",
        "Globex",
        "Initech",
        "GitHub",
        "Slack, Cursor",
        "rejected",
    ];
    prop_oneof![
        4 => (0_usize..16, 2_usize..6, prop::sample::select(values)).prop_map(|(row, column, value)| Edit::Write(row, column, value)),
        1 => (0_usize..16).prop_map(Edit::Delete),
        1 => merges(),
        1 => (0_usize..6).prop_map(Edit::DeleteAlias),
    ]
}

/// A spreadsheet with its audit log, edited by staff.
pub(super) struct EditedSheet {
    pub(super) rows: Vec<SheetRow>,
    pub(super) companies: Vec<(&'static str, &'static str)>,
    pub(super) csms: Vec<(&'static str, &'static str)>,
    pub(super) log: Vec<[String; 7]>,
}

impl EditedSheet {
    pub(super) fn apply(&mut self, edit: Edit) {
        match edit {
            Edit::Write(row, column, value) => {
                let Some(row) = self.rows.get_mut(row) else { return };
                let old = std::mem::replace(&mut row[column], value.to_owned());
                let id = row[0].clone();
                self.log_line([
                    "submissions",
                    &id,
                    "changed",
                    SUBMISSIONS.columns[column].header,
                    &old,
                    value,
                ]);
            }
            Edit::Delete(row) if row < self.rows.len() => {
                let row = self.rows.remove(row);
                let cells = SUBMISSIONS
                    .columns
                    .iter()
                    .zip(&row)
                    .skip(1)
                    .filter(|(_, cell)| !cell.is_empty());
                let summary: Vec<String> = cells
                    .map(|(column, cell)| format!("{}: {cell}", column.header))
                    .collect();
                self.log_line(["submissions", &row[0], "removed", "", &summary.join("; "), ""]);
            }
            Edit::Delete(_) => {}
            Edit::MergeCompanies(from, to) => {
                if self.companies.iter().all(|(alias, _)| *alias != from) {
                    self.companies.push((from, to));
                    self.log_line(["company_aliases", from, "added", "", "", &format!("canonical: {to}")]);
                }
            }
            Edit::MergeCsms(from, to) => {
                if self.csms.iter().all(|(alias, _)| *alias != from) {
                    self.csms.push((from, to));
                    self.log_line(["csm_aliases", from, "added", "", "", &format!("canonical: {to}")]);
                }
            }
            Edit::DeleteAlias(line) if line < self.companies.len() => {
                let (from, to) = self.companies.remove(line);
                self.log_line(["company_aliases", from, "removed", "", &format!("canonical: {to}"), ""]);
            }
            Edit::DeleteAlias(line) => {
                if let Some(line) = line
                    .checked_sub(self.companies.len())
                    .filter(|line| *line < self.csms.len())
                {
                    let (from, to) = self.csms.remove(line);
                    self.log_line(["csm_aliases", from, "removed", "", &format!("canonical: {to}"), ""]);
                }
            }
        }
    }

    /// Many edits share a detection instant.
    fn log_line(&mut self, line: [&str; 6]) {
        let at =
            march("20 00:00") + SignedDuration::from_hours(i64::try_from(self.log.len() / 4).expect("a short log"));
        let [tab, row, action, column, old, new] = line.map(str::to_owned);
        self.log.push([at.to_string(), tab, row, action, column, old, new]);
    }

    pub(super) fn history(&self) -> AuditHistory {
        let log: Vec<[&str; 7]> = self
            .log
            .iter()
            .map(|line| line.each_ref().map(String::as_str))
            .collect();
        history_of(&self.rows, &self.companies, &self.csms, &log)
    }
}
