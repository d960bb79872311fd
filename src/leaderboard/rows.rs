//! The tabs of the leaderboard, column by column, and how their rows become values.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::{Zoned, tz::TimeZone};

use super::{
    catalog::{IntegrationKey, is_separator},
    claim::{Status, Submission, join_integrations},
};
use crate::{
    company::{Alias, CompanyKey},
    finding::{Effect, Finding},
    person::PersonKey,
    spelling::tidy,
    store::{Cell, Column, Dataset, Decoding, Entry, History, Ids, Insert, Kind, NewId, Row, Tab, TabLink, TabRows},
};

/// One row for each submission; nothing is ever deleted, staff set `status`.
pub static SUBMISSIONS: Tab = Tab {
    title: "submissions",
    columns: &[
        Column::new("id", Kind::Text),
        Column::new("submitted_at", Kind::DateTime),
        Column::new("csm", Kind::Text),
        Column::new("company", Kind::Text),
        Column::new("integrations", Kind::Text),
        Column::new(
            "status",
            Kind::Choice(&["received", "validated", "rejected", "withdrawn"]),
        ),
        Column::new("note", Kind::Text),
    ],
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

/// Spellings of company names that staff send to one name; deleting a line undoes the merge.
pub static COMPANY_ALIASES: Tab = Tab {
    title: "company_aliases",
    columns: &[Column::new("alias", Kind::Text), Column::new("canonical", Kind::Text)],
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

/// Every tab of the board, for setting the spreadsheet up.
pub static TABS: &[&Tab] = &[&SUBMISSIONS, &COMPANY_ALIASES];

const ID: usize = 0;
const SUBMITTED_AT: usize = 1;
const CSM: usize = 2;
const COMPANY: usize = 3;
const INTEGRATIONS: usize = 4;
const STATUS: usize = 5;
const NOTE: usize = 6;

/// The rows of the board, as far as they can be read.
#[derive(Debug)]
pub struct LeaderboardRows {
    /// Readable submissions in the order of the sheet.
    pub submissions: Arc<[Submission]>,
    /// Lines of the `company_aliases` tab.
    pub aliases: Vec<Alias>,
    /// Addresses of the cells of `submissions`.
    pub submission_link: TabLink,
    /// Addresses of the cells of `company_aliases`.
    pub alias_link: TabLink,
}

impl Dataset for LeaderboardRows {
    const TABS: &'static [&'static Tab] = &[&SUBMISSIONS, &COMPANY_ALIASES];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [submissions, aliases] =
            <[TabRows; 2]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        Self {
            submissions: read_submissions(&submissions, decoding).into(),
            aliases: aliases.rows().map(|row| read_alias(&row)).collect(),
            submission_link: submissions.link().clone(),
            alias_link: aliases.link().clone(),
        }
    }
}

fn read_submissions(rows: &TabRows, decoding: &mut Decoding) -> Vec<Submission> {
    let mut met = Met::default();
    let mut submissions = Vec::with_capacity(rows.len());
    submissions.extend(rows.rows().filter_map(|row| read_submission(&row, &mut met, decoding)));
    let unclear = unclear_ids(rows, &submissions);
    let copies: HashSet<u32> = unclear
        .iter()
        .filter(|finding| finding.effect == Effect::RowExcluded)
        .map(|finding| finding.row)
        .collect();
    if !copies.is_empty() {
        submissions.retain(|submission| !copies.contains(&submission.row));
    }
    decoding.findings.extend(unclear);
    submissions
}

/// Findings about rows that cannot be told apart by their ids.
fn unclear_ids(rows: &TabRows, submissions: &[Submission]) -> Vec<Finding> {
    let mut first_of_id: HashMap<&str, &Submission> = HashMap::with_capacity(submissions.len());
    let mut findings = Vec::new();
    for submission in submissions {
        let mut found = |effect, reason: &str| findings.push(rows.row(submission.row).finding(ID, effect, reason));
        let first = first_of_id.get(submission.id.as_str());
        if submission.id.is_empty() {
            let reason =
                "The row has no id. It counts; write any text that no other row has, so that it can be told apart.";
            found(Effect::Counted, reason);
        } else if let Some(first) = first.filter(|first| first.is_copy_of(submission)) {
            // An answer that got lost and a write that arrived late can leave a row twice.
            let reason = format!(
                "The row is the same as row {}, which counts. Delete one of the two.",
                first.row
            );
            found(Effect::RowExcluded, &reason);
        } else if let Some(first) = first {
            let reason = format!(
                "The id stands in row {} too. Both rows count; if one is a copy, delete it or set its status to withdrawn.",
                first.row
            );
            found(Effect::Counted, &reason);
        } else {
            first_of_id.insert(&submission.id, submission);
        }
    }
    findings
}

/// Names met so far: a large tab repeats a few of them, and judging a name costs more than finding it again.
#[derive(Default)]
struct Met {
    csms: Texts<bool>,
    companies: Texts<bool>,
    /// With the key by which two spellings are one.
    integrations: Texts<Option<Arc<IntegrationKey>>>,
}

/// Texts, each kept once, with what is known about them.
struct Texts<Known> {
    places: HashMap<Arc<str>, usize>,
    known: Vec<(Arc<str>, Known)>,
}

impl<Known> Default for Texts<Known> {
    fn default() -> Self {
        Self {
            places: HashMap::new(),
            known: Vec::new(),
        }
    }
}

impl<Known> Texts<Known> {
    fn meet(&mut self, text: &str, judge: impl FnOnce(&str) -> Known) -> &(Arc<str>, Known) {
        let place = self.places.get(text).copied().unwrap_or_else(|| {
            let kept: Arc<str> = text.into();
            self.places.insert(Arc::clone(&kept), self.known.len());
            self.known.push((kept, judge(text)));
            self.known.len() - 1
        });
        &self.known[place]
    }
}

/// Reads one row; a cell that the count depends on and that cannot be read leaves the row out, with a finding.
fn read_submission(row: &Row<'_>, met: &mut Met, decoding: &mut Decoding) -> Option<Submission> {
    let mut unreadable = Vec::new();
    let mut refuse = |column, reason: String| unreadable.push(row.finding(column, Effect::RowExcluded, reason));
    let submitted_at = match row.cell(SUBMITTED_AT).instant(&decoding.zone) {
        Ok(instant) => Some(instant),
        Err(reason) => {
            refuse(SUBMITTED_AT, format!("{reason}."));
            None
        }
    };
    let (csm, is_person) = met.csms.meet(&text(row, CSM), |name| PersonKey::of(name).is_some());
    if !is_person {
        refuse(CSM, "The name of the CSM is missing.".to_owned());
    }
    let (company, is_company) = met
        .companies
        .meet(&text(row, COMPANY), |name| CompanyKey::of(name).is_some());
    if !is_company {
        refuse(
            COMPANY,
            "The company is missing, or has neither a letter nor a digit.".to_owned(),
        );
    }
    let integrations = read_integrations(&text(row, INTEGRATIONS), &mut met.integrations);
    if integrations.is_empty() {
        refuse(
            INTEGRATIONS,
            "No integration is named; write names separated by commas.".to_owned(),
        );
    }
    for column in [ID, CSM, COMPANY, INTEGRATIONS] {
        if let Some(error) = row.cell(column).formula_error() {
            refuse(column, format!("A formula ends in {error}."));
        }
    }
    let is_readable = unreadable.is_empty();
    decoding.findings.append(&mut unreadable);
    let status = read_status(row, decoding);
    is_readable.then_some(Submission {
        row: row.number,
        id: text(row, ID).into_owned(),
        submitted_at: submitted_at?,
        csm: Arc::clone(csm),
        company: Arc::clone(company),
        integrations,
        status,
        note: text(row, NOTE).into_owned(),
    })
}

fn text<'a>(row: &Row<'a>, column: usize) -> Cow<'a, str> {
    match row.cell(column) {
        Cell::Text(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.text()),
    }
}

/// As [`super::claim::split_integrations`] does.
fn read_integrations(cell: &str, met: &mut Texts<Option<Arc<IntegrationKey>>>) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = Vec::with_capacity(cell.split(is_separator).count());
    let mut keys: Vec<Arc<IntegrationKey>> = Vec::with_capacity(names.capacity());
    for name in cell.split(is_separator) {
        let (name, key) = met.meet(&tidy(name), |name| IntegrationKey::of(name).map(Arc::new));
        if let Some(key) = key.as_ref().filter(|key| !keys.contains(key)) {
            keys.push(Arc::clone(key));
            names.push(Arc::clone(name));
        }
    }
    names
}

/// A word that is no status leaves the row counting, with a finding.
fn read_status(row: &Row<'_>, decoding: &mut Decoding) -> Status {
    Status::parse(&text(row, STATUS)).unwrap_or_else(|unknown| {
        let reason = format!("{unknown} Until then the row counts.");
        decoding.findings.push(row.finding(STATUS, Effect::Counted, reason));
        Status::Received
    })
}

fn read_alias(row: &Row<'_>) -> Alias {
    Alias {
        row: row.number,
        alias: row.cell(0).text(),
        canonical: row.cell(1).text(),
    }
}

/// A submission on its way into the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSubmission {
    /// Made before the first attempt.
    pub id: String,
    /// Server time in the configured time zone.
    pub submitted_at: Zoned,
    /// As typed.
    pub csm: String,
    /// As typed.
    pub company: String,
    /// The cell of integrations.
    pub integrations: String,
    /// The status to begin with.
    pub status: Status,
    /// A remark; may be empty.
    pub note: String,
}

impl NewSubmission {
    /// A submission as it would have been sent, in the time of `zone`.
    pub fn from_submission(submission: Submission, zone: &TimeZone) -> Self {
        Self {
            id: submission.id,
            submitted_at: submission.submitted_at.to_zoned(zone.clone()),
            csm: submission.csm.to_string(),
            company: submission.company.to_string(),
            integrations: join_integrations(&submission.integrations),
            status: submission.status,
            note: submission.note,
        }
    }

    /// The row to insert.
    pub fn into_insert(self) -> Insert {
        Insert {
            tab: &SUBMISSIONS,
            id: NewId::Given(self.id),
            cells: vec![
                Entry::instant(&self.submitted_at),
                Entry::Text(self.csm),
                Entry::Text(self.company),
                Entry::Text(self.integrations),
                Entry::Text(self.status.as_str().to_owned()),
                Entry::Text(self.note),
            ],
        }
    }
}
