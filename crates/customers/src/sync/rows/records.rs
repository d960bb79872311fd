//! Tab `source_records`: people, companies and accounts, as each source describes them.

use std::collections::BTreeMap;

use customer_sources::{
    observation::{FieldName, FieldValue, Observation, ObservedField, Presence},
    subject::{Subject, SubjectKind},
};
use jiff::{Timestamp, tz::TimeZone};
use sheets_store::{CellEntry, ChangeHistory, Column, ColumnKind, DecodeContext, IdSource, Tab, TabRow};

use crate::tabs::{
    cells::{self, CellReader},
    columns::column_index,
    row_changes::RowCells,
};

const COLUMNS: &[Column] = &[
    Column::new("id", ColumnKind::Text),
    Column::new("source", ColumnKind::Text),
    Column::new("kind", ColumnKind::Text),
    Column::new("vendor_id", ColumnKind::Text),
    Column::new("emails", ColumnKind::Text),
    Column::new("name", ColumnKind::Text),
    Column::new("company", ColumnKind::Text),
    Column::new("belongs_to", ColumnKind::Text),
    Column::new("former_ids", ColumnKind::Text),
    Column::new("fields", ColumnKind::Text),
    Column::new("presence", ColumnKind::Text),
    Column::new("updated_at", ColumnKind::DateTime),
    Column::new("synced_at", ColumnKind::DateTime),
];

/// One row per record of a source.
pub static SOURCE_RECORDS: Tab = Tab {
    title: "source_records",
    columns: COLUMNS,
    ids: IdSource::Given,
    history: ChangeHistory::NotKept,
    updated_at: None,
};

const SOURCE: usize = column_index(COLUMNS, "source");
const KIND: usize = column_index(COLUMNS, "kind");
const VENDOR_ID: usize = column_index(COLUMNS, "vendor_id");
const EMAILS: usize = column_index(COLUMNS, "emails");
const NAME: usize = column_index(COLUMNS, "name");
const COMPANY: usize = column_index(COLUMNS, "company");
const BELONGS_TO: usize = column_index(COLUMNS, "belongs_to");
const FORMER_IDS: usize = column_index(COLUMNS, "former_ids");
const FIELDS: usize = column_index(COLUMNS, "fields");
/// Column of `presence`.
pub const PRESENCE: usize = column_index(COLUMNS, "presence");
const UPDATED_AT: usize = column_index(COLUMNS, "updated_at");
/// Column of `synced_at`: time at which a sync last changed the row.
pub const SYNCED_AT: usize = column_index(COLUMNS, "synced_at");

/// Value of `presence` for records that the vendor no longer has.
pub const REMOVED: &str = "removed";

/// A record of a source, with the time of its last change.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceRecord {
    /// The record; its feed is not stored.
    pub observation: Observation,
    /// Time at which a sync last changed the record.
    pub synced_at: Option<Timestamp>,
}

impl SourceRecord {
    /// Row id.
    pub fn id(&self) -> String {
        record_row_id(&self.observation.source, &self.observation.subject)
    }
}

/// Row id of a record: source, kind and vendor id.
pub fn record_row_id(source: &str, subject: &Subject) -> String {
    format!("{source}:{}:{}", subject_kind_word(subject.kind), subject.id)
}

/// Cells of a record.
pub fn record_cells(observation: &Observation, synced_at: Timestamp, zone: &TimeZone) -> RowCells {
    let presence = match observation.presence {
        Presence::Present => "present",
        Presence::Removed => REMOVED,
    };
    vec![
        (SOURCE, cells::text(&observation.source)),
        (KIND, cells::text(subject_kind_word(observation.subject.kind))),
        (VENDOR_ID, cells::text(&observation.subject.id)),
        (EMAILS, cells::lines(&observation.emails)),
        (NAME, cells::text_of(observation.name.as_deref())),
        (COMPANY, cells::text_of(observation.company.as_deref())),
        (
            BELONGS_TO,
            cells::lines(observation.belongs_to.iter().map(subject_text)),
        ),
        (FORMER_IDS, cells::lines(&observation.former_ids)),
        (FIELDS, fields_entry(&observation.fields)),
        (PRESENCE, cells::text(presence)),
        (UPDATED_AT, cells::instant(observation.updated_at, zone)),
        (SYNCED_AT, cells::instant(Some(synced_at), zone)),
    ]
}

/// Text form of a subject, such as `company:42`.
pub(crate) fn subject_text(subject: &Subject) -> String {
    format!("{}:{}", subject_kind_word(subject.kind), subject.id)
}

/// Parses the output of [`subject_text`].
pub(crate) fn parse_subject(text: &str) -> Option<Subject> {
    let (kind, id) = text.split_once(':')?;
    let kind = match kind {
        "person" => SubjectKind::Person,
        "company" => SubjectKind::Company,
        "account" => SubjectKind::Account,
        _ => return None,
    };
    (!id.is_empty()).then(|| kind.id(id))
}

fn subject_kind_word(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Person => "person",
        SubjectKind::Company => "company",
        SubjectKind::Account => "account",
    }
}

/// JSON object of the fields. If it exceeds the size of a cell, the longest vendor-specific texts are dropped.
fn fields_entry(fields: &[ObservedField]) -> CellEntry {
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
        if json.encode_utf16().count() <= cells::MAX_TEXT_CHARS {
            return cells::text(&json);
        }
        let longest = named.iter().max_by_key(|(_, value)| value.to_string().len());
        match longest.map(|(name, _)| *name) {
            Some(name) => drop(named.remove(name)),
            None => return CellEntry::Empty,
        }
    }
}

/// Decodes a row; `None`, with a finding, without source, kind and vendor id.
pub fn decode_record(row: TabRow<'_>, decoding: &mut DecodeContext) -> Option<SourceRecord> {
    let mut cells = CellReader::of(row, decoding);
    let source = cells.text(SOURCE);
    let kind = cells.text(KIND).unwrap_or_default();
    let id = cells.text(VENDOR_ID).unwrap_or_default();
    let subject = parse_subject(&format!("{kind}:{id}"));
    let (Some(source), Some(subject)) = (source, subject) else {
        let reason = "Source, kind (person, company or account) and vendor id must be there. The next full sync writes the row again when it is deleted.";
        cells.exclude(KIND, reason);
        return None;
    };
    let mut observation = Observation::about(subject);
    observation.source = source;
    observation.emails = cells.emails(EMAILS);
    observation.name = cells.text(NAME);
    observation.company = cells.text(COMPANY);
    observation.belongs_to = cells
        .lines(BELONGS_TO)
        .iter()
        .filter_map(|line| parse_subject(line))
        .collect();
    observation.former_ids = cells.lines(FORMER_IDS);
    observation.fields = decode_fields(&mut cells);
    if cells.text(PRESENCE).as_deref() == Some(REMOVED) {
        observation.presence = Presence::Removed;
    }
    observation.updated_at = cells.instant(UPDATED_AT);
    let synced_at = cells.instant(SYNCED_AT);
    Some(SourceRecord { observation, synced_at })
}

fn decode_fields(cells: &mut CellReader<'_>) -> Vec<ObservedField> {
    let Some(text) = cells.text(FIELDS) else {
        return Vec::new();
    };
    match serde_json::from_str::<BTreeMap<FieldName, FieldValue>>(&text) {
        Ok(fields) => fields
            .into_iter()
            .map(|(name, value)| ObservedField { name, value })
            .collect(),
        Err(_) => {
            let reason = "The facts cannot be read, so they count as unknown; the next full sync writes them again.";
            cells.report(FIELDS, reason.to_owned());
            Vec::new()
        }
    }
}
