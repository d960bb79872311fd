//! Tab `source_records`: people, companies and accounts, as each source describes them.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    cells::{self, Cells},
    ledger::RowCells,
    place,
};
use crate::{
    customers::sources::record::{Field, FieldName, FieldValue, Observation, Presence, Subject, SubjectKind},
    store::{Column, Decoding, Entry, History, Ids, Kind, Row, Tab},
};

const COLUMNS: &[Column] = &[
    Column::new("id", Kind::Text),
    Column::new("source", Kind::Text),
    Column::new("kind", Kind::Text),
    Column::new("vendor_id", Kind::Text),
    Column::new("emails", Kind::Text),
    Column::new("name", Kind::Text),
    Column::new("company", Kind::Text),
    Column::new("belongs_to", Kind::Text),
    Column::new("former_ids", Kind::Text),
    Column::new("fields", Kind::Text),
    Column::new("presence", Kind::Text),
    Column::new("updated_at", Kind::DateTime),
    Column::new("synced_at", Kind::DateTime),
];

/// One row per record of a source.
pub static SOURCE_RECORDS: Tab = Tab {
    title: "source_records",
    columns: COLUMNS,
    ids: Ids::Given,
    history: History::NotKept,
    updated_at: None,
};

const SOURCE: usize = place(COLUMNS, "source");
const KIND: usize = place(COLUMNS, "kind");
const VENDOR_ID: usize = place(COLUMNS, "vendor_id");
const EMAILS: usize = place(COLUMNS, "emails");
const NAME: usize = place(COLUMNS, "name");
const COMPANY: usize = place(COLUMNS, "company");
const BELONGS_TO: usize = place(COLUMNS, "belongs_to");
const FORMER_IDS: usize = place(COLUMNS, "former_ids");
const FIELDS: usize = place(COLUMNS, "fields");
/// Column of `presence`.
pub const PRESENCE: usize = place(COLUMNS, "presence");
const UPDATED_AT: usize = place(COLUMNS, "updated_at");
/// Column of `synced_at`: time at which a sync last changed the row.
pub const SYNCED_AT: usize = place(COLUMNS, "synced_at");

/// Value of `presence` for records that the vendor no longer has.
pub const REMOVED: &str = "removed";

/// A record of a source, with the time of its last change.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceRecord {
    /// The record; its feed is not stored.
    pub said: Observation,
    /// Time at which a sync last changed the record.
    pub synced_at: Option<Timestamp>,
}

impl SourceRecord {
    /// Row id.
    pub fn id(&self) -> String {
        row_id(&self.said.source, &self.said.subject)
    }
}

/// Row id of a record: source, kind and vendor id.
pub fn row_id(source: &str, subject: &Subject) -> String {
    format!("{source}:{}:{}", word(subject.kind), subject.id)
}

/// Cells of a record.
pub fn cells_of(said: &Observation, synced_at: Timestamp, zone: &TimeZone) -> RowCells {
    let presence = match said.presence {
        Presence::Present => "present",
        Presence::Removed => REMOVED,
    };
    vec![
        (SOURCE, cells::text(&said.source)),
        (KIND, cells::text(word(said.subject.kind))),
        (VENDOR_ID, cells::text(&said.subject.id)),
        (EMAILS, cells::lines(&said.emails)),
        (NAME, cells::text_of(said.name.as_deref())),
        (COMPANY, cells::text_of(said.company.as_deref())),
        (BELONGS_TO, cells::lines(said.belongs_to.iter().map(subject_text))),
        (FORMER_IDS, cells::lines(&said.former_ids)),
        (FIELDS, fields_entry(&said.fields)),
        (PRESENCE, cells::text(presence)),
        (UPDATED_AT, cells::instant(said.updated_at, zone)),
        (SYNCED_AT, cells::instant(Some(synced_at), zone)),
    ]
}

/// Text form of a subject, such as `company:42`.
pub(super) fn subject_text(subject: &Subject) -> String {
    format!("{}:{}", word(subject.kind), subject.id)
}

/// Parses the output of [`subject_text`].
pub(super) fn subject_in(text: &str) -> Option<Subject> {
    let (kind, id) = text.split_once(':')?;
    let kind = match kind {
        "person" => SubjectKind::Person,
        "company" => SubjectKind::Company,
        "account" => SubjectKind::Account,
        _ => return None,
    };
    (!id.is_empty()).then(|| kind.id(id))
}

fn word(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Person => "person",
        SubjectKind::Company => "company",
        SubjectKind::Account => "account",
    }
}

/// JSON object of the fields. If it exceeds the size of a cell, the longest vendor-specific texts are dropped.
fn fields_entry(fields: &[Field]) -> Entry {
    let mut named: BTreeMap<&FieldName, &FieldValue> = BTreeMap::new();
    for field in fields {
        named.entry(&field.name).or_insert(&field.value);
    }
    loop {
        let json = if named.is_empty() {
            String::new()
        } else {
            serde_json::to_string(&named).unwrap_or_default()
        };
        if json.encode_utf16().count() <= cells::LONGEST_TEXT {
            return cells::text(&json);
        }
        let longest = named.iter().max_by_key(|(_, value)| value.to_string().len());
        match longest.map(|(name, _)| *name) {
            Some(name) => drop(named.remove(name)),
            None => return Entry::Empty,
        }
    }
}

/// Decodes a row; `None`, with a finding, without source, kind and vendor id.
pub fn read(row: Row<'_>, decoding: &mut Decoding) -> Option<SourceRecord> {
    let mut cells = Cells::of(row, decoding);
    let source = cells.text(SOURCE);
    let kind = cells.text(KIND).unwrap_or_default();
    let id = cells.text(VENDOR_ID).unwrap_or_default();
    let subject = subject_in(&format!("{kind}:{id}"));
    let (Some(source), Some(subject)) = (source, subject) else {
        let reason = "Source, kind (person, company or account) and vendor id must be there. The next full sync writes the row again when it is deleted.";
        cells.exclude(KIND, reason);
        return None;
    };
    let mut said = Observation::about(subject);
    said.source = source;
    said.emails = cells.emails(EMAILS);
    said.name = cells.text(NAME);
    said.company = cells.text(COMPANY);
    said.belongs_to = cells
        .lines(BELONGS_TO)
        .iter()
        .filter_map(|line| subject_in(line))
        .collect();
    said.former_ids = cells.lines(FORMER_IDS);
    said.fields = fields_in(&mut cells);
    if cells.text(PRESENCE).as_deref() == Some(REMOVED) {
        said.presence = Presence::Removed;
    }
    said.updated_at = cells.instant(UPDATED_AT);
    let synced_at = cells.instant(SYNCED_AT);
    Some(SourceRecord { said, synced_at })
}

fn fields_in(cells: &mut Cells<'_>) -> Vec<Field> {
    let Some(text) = cells.text(FIELDS) else {
        return Vec::new();
    };
    match serde_json::from_str::<BTreeMap<FieldName, FieldValue>>(&text) {
        Ok(fields) => fields.into_iter().map(|(name, value)| Field { name, value }).collect(),
        Err(_) => {
            let reason = "The facts cannot be read, so they count as unknown; the next full sync writes them again.";
            cells.tell(FIELDS, reason.to_owned());
            Vec::new()
        }
    }
}
