//! Columnar submissions: interned names, 16-byte ids.
//!
//! Append-only. A table knows the tables it was extended from, so values derived from an earlier table can be extended
//! too.

use std::{cmp::Ordering, hash::BuildHasher, ops::Range, sync::Arc};

use domain::{company::CompanyKey, person::PersonKey};
use foldhash::quality::RandomState;
use hashbrown::HashTable;
use jiff::Timestamp;

use crate::claims::{
    catalog::IntegrationKey,
    storage::{saturating_u32, string_pool::StringPool, submission_id::SubmissionId},
    submission::{Submission, SubmissionStatus},
};

/// Number of ancestors a table remembers.
const MAX_ANCESTORS: usize = 16;

/// Submissions in sheet order; each is addressed by its index.
#[derive(Clone, Debug)]
pub struct SubmissionColumns {
    entries: Vec<SubmissionEntry>,
    /// Integrations of all entries, concatenated.
    integrations: Vec<u32>,
    /// By index; most rows have none.
    notes: Vec<(u32, Arc<str>)>,
    names: NamePools,
    by_id: HashTable<u32>,
    /// Indices whose id occurs at an earlier index.
    repeated_ids: Vec<u32>,
    hashing: RandomState,
    /// This table and its ancestors, latest last.
    ancestry: Vec<Arc<()>>,
}

/// String pools of the name columns. An extended table shares them until a new name occurs.
#[derive(Clone, Debug)]
pub(crate) struct NamePools {
    pub(crate) csms: Arc<StringPool<PersonKey>>,
    pub(crate) companies: Arc<StringPool<CompanyKey>>,
    pub(crate) integrations: Arc<StringPool<IntegrationKey>>,
}

/// One row; names are ids in [`NamePools`].
#[derive(Clone, Debug)]
struct SubmissionEntry {
    id: SubmissionId,
    submitted_at: Timestamp,
    row: u32,
    csm: u32,
    company: u32,
    /// End of its integrations; they start at the end of the previous entry's.
    integrations_end: u32,
    status: SubmissionStatus,
}

/// A row to append.
pub(crate) struct NewSubmissionRow<'a> {
    pub(crate) row: u32,
    pub(crate) id: SubmissionId,
    pub(crate) submitted_at: Timestamp,
    pub(crate) csm: u32,
    pub(crate) company: u32,
    pub(crate) integrations: &'a [u32],
    pub(crate) status: SubmissionStatus,
    pub(crate) note: &'a str,
}

impl Default for SubmissionColumns {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            integrations: Vec::new(),
            notes: Vec::new(),
            names: NamePools {
                csms: Arc::new(StringPool::new(PersonKey::of)),
                companies: Arc::new(StringPool::new(CompanyKey::of)),
                integrations: Arc::new(StringPool::new(IntegrationKey::of)),
            },
            by_id: HashTable::new(),
            repeated_ids: Vec::new(),
            hashing: RandomState::default(),
            ancestry: vec![Arc::new(())],
        }
    }
}

impl SubmissionColumns {
    /// An empty table with capacity for `rows`.
    pub(crate) fn with_room_for(rows: usize) -> Self {
        Self {
            entries: Vec::with_capacity(rows),
            integrations: Vec::with_capacity(2 * rows),
            by_id: HashTable::with_capacity(rows),
            ..Self::default()
        }
    }

    /// A copy of this table that can be extended by `more` rows.
    pub(crate) fn extended(&self, more: usize) -> Self {
        let earlier = self.ancestry.len().saturating_sub(MAX_ANCESTORS - 1);
        Self {
            entries: with_room(&self.entries, more),
            integrations: with_room(&self.integrations, 4 * more),
            ancestry: self.ancestry[earlier..].iter().cloned().chain([Arc::new(())]).collect(),
            ..self.clone()
        }
    }

    /// Whether this table is `earlier` or an extension of it.
    pub(crate) fn extends(&self, earlier: &Self) -> bool {
        let known = earlier.ancestry.last();
        known.is_some_and(|known| self.ancestry.iter().any(|own| Arc::ptr_eq(own, known)))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Rows in sheet order.
    pub fn iter(&self) -> impl Iterator<Item = SubmissionRow<'_>> {
        (0..saturating_u32(self.len())).map(|index| self.at(index))
    }

    pub(crate) fn at(&self, index: u32) -> SubmissionRow<'_> {
        SubmissionRow { table: self, index }
    }

    pub(crate) fn names(&self) -> &NamePools {
        &self.names
    }

    pub(crate) fn names_mut(&mut self) -> &mut NamePools {
        &mut self.names
    }

    /// Notes of the rows that have one.
    pub(crate) fn notes(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().map(|(_, note)| &**note)
    }

    /// Ids of the integrations of all rows, concatenated; see [`SubmissionColumns::claims_of`].
    pub(crate) fn claims(&self) -> &[u32] {
        &self.integrations
    }

    /// Range of a row's integrations within [`SubmissionColumns::claims`].
    pub(crate) fn claims_of(&self, index: u32) -> Range<usize> {
        let index = index as usize;
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.entries[before].integrations_end);
        start as usize..self.entries[index].integrations_end as usize
    }

    /// First row in sheet order with this id; `None` for an empty or unknown id.
    pub(crate) fn first_with_id(&self, id: &SubmissionId) -> Option<u32> {
        let index = self
            .by_id
            .find(self.hash(id), |index| self.entries[*index as usize].id == *id);
        index.copied()
    }

    /// Earliest row in claim order with this id; `None` for an empty or unknown id.
    pub(crate) fn earliest_with_id(&self, id: &SubmissionId) -> Option<u32> {
        let others = self.repeated_ids.iter().copied();
        let others = others.filter(|index| self.entries[*index as usize].id == *id);
        let all = self.first_with_id(id).into_iter().chain(others);
        all.min_by(|left, right| self.compare(*left, *right))
    }

    /// Whether a row has the same content as a new one, regardless of position.
    pub(crate) fn is_copy(&self, index: u32, new: &NewSubmissionRow<'_>) -> bool {
        let entry = &self.entries[index as usize];
        entry.id == new.id
            && entry.submitted_at == new.submitted_at
            && (entry.csm, entry.company, entry.status) == (new.csm, new.company, new.status)
            && self.integrations[self.claims_of(index)] == *new.integrations
            && self.note(index) == new.note
    }

    pub(crate) fn push(&mut self, new: &NewSubmissionRow<'_>) {
        let index = saturating_u32(self.len());
        if !new.id.is_empty() {
            if self.first_with_id(&new.id).is_some() {
                self.repeated_ids.push(index);
            } else {
                let (entries, hashing) = (&self.entries, &self.hashing);
                let hash = hash(hashing, &new.id);
                self.by_id
                    .insert_unique(hash, index, |index| hash_of(hashing, &entries[*index as usize]));
            }
        }
        if !new.note.is_empty() {
            self.notes.push((index, new.note.into()));
        }
        self.integrations.extend_from_slice(new.integrations);
        self.entries.push(SubmissionEntry {
            id: new.id.clone(),
            submitted_at: new.submitted_at,
            row: new.row,
            csm: new.csm,
            company: new.company,
            integrations_end: saturating_u32(self.integrations.len()),
            status: new.status,
        });
    }

    /// Claim order of rows: by instant, then by id with empty ids last, then by content.
    ///
    /// The row number is the last criterion: it only separates rows with identical content.
    pub(crate) fn compare(&self, left: u32, right: u32) -> Ordering {
        let (one, other) = (self.at(left), self.at(right));
        one.submitted_at()
            .cmp(&other.submitted_at())
            .then_with(|| one.entry().id.cmp(&other.entry().id))
            .then_with(|| (one.csm(), one.company()).cmp(&(other.csm(), other.company())))
            .then_with(|| one.integrations().cmp(other.integrations()))
            .then_with(|| one.status().as_str().cmp(other.status().as_str()))
            .then_with(|| (one.note(), one.row()).cmp(&(other.note(), other.row())))
    }

    /// Whether one row precedes another in claim order.
    pub(crate) fn is_earlier(&self, one: u32, other: u32) -> bool {
        self.compare(one, other) == Ordering::Less
    }

    fn note(&self, index: u32) -> &str {
        let found = self.notes.binary_search_by_key(&index, |(index, _)| *index);
        found.map_or("", |note| &self.notes[note].1)
    }

    fn hash(&self, id: &SubmissionId) -> u64 {
        hash(&self.hashing, id)
    }
}

impl FromIterator<Submission> for SubmissionColumns {
    fn from_iter<Rows: IntoIterator<Item = Submission>>(rows: Rows) -> Self {
        let mut table = Self::default();
        table.extend(rows);
        table
    }
}

impl Extend<Submission> for SubmissionColumns {
    fn extend<Rows: IntoIterator<Item = Submission>>(&mut self, rows: Rows) {
        for submission in rows {
            let names = &mut self.names;
            let integrations: Vec<u32> = submission
                .integrations
                .iter()
                .map(|name| StringPool::intern(&mut names.integrations, name))
                .collect();
            let new = NewSubmissionRow {
                row: submission.row,
                id: SubmissionId::of(&submission.id),
                submitted_at: submission.submitted_at,
                csm: StringPool::intern(&mut names.csms, &submission.csm),
                company: StringPool::intern(&mut names.companies, &submission.company),
                integrations: &integrations,
                status: submission.status,
                note: &submission.note,
            };
            self.push(&new);
        }
    }
}

/// View of one row of a [`SubmissionColumns`], with the fields of [`Submission`].
#[derive(Clone, Copy, Debug)]
pub struct SubmissionRow<'a> {
    table: &'a SubmissionColumns,
    index: u32,
}

impl<'a> SubmissionRow<'a> {
    fn entry(&self) -> &'a SubmissionEntry {
        &self.table.entries[self.index as usize]
    }

    /// Row number as the spreadsheet shows it.
    pub fn row(&self) -> u32 {
        self.entry().row
    }

    /// Id of the submission; may be empty.
    pub fn id(&self) -> String {
        self.entry().id.to_string()
    }

    /// Whether the row has this id.
    pub(crate) fn has_id(&self, id: &SubmissionId) -> bool {
        self.entry().id == *id
    }

    /// Server time at which the submission arrived.
    pub fn submitted_at(&self) -> Timestamp {
        self.entry().submitted_at
    }

    /// CSM name as typed.
    pub fn csm(&self) -> &'a str {
        self.table.names.csms.text(self.entry().csm)
    }

    /// Company name as typed.
    pub fn company(&self) -> &'a str {
        self.table.names.companies.text(self.entry().company)
    }

    /// Integrations as typed, in cell order.
    pub fn integrations(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let names = &self.table.names.integrations;
        let ids = self.table.integrations[self.table.claims_of(self.index)].iter();
        ids.map(|number| names.text(*number))
    }

    /// Status of the row, set by staff.
    pub fn status(&self) -> SubmissionStatus {
        self.entry().status
    }

    /// Remark by staff; may be empty.
    pub fn note(&self) -> &'a str {
        self.table.note(self.index)
    }

    pub(crate) fn csm_text(&self) -> u32 {
        self.entry().csm
    }

    pub(crate) fn company_text(&self) -> u32 {
        self.entry().company
    }
}

fn with_room<T: Clone>(items: &[T], more: usize) -> Vec<T> {
    let mut copied = Vec::with_capacity(items.len() + more);
    copied.extend_from_slice(items);
    copied
}

fn hash_of(hashing: &RandomState, entry: &SubmissionEntry) -> u64 {
    hash(hashing, &entry.id)
}

fn hash(hashing: &RandomState, id: &SubmissionId) -> u64 {
    hashing.hash_one(id)
}
