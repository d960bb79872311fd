//! Matching of file lines to existing deals.

use std::collections::{BTreeSet, HashMap};

use super::{
    change::Value,
    field::Field,
    line::{Line, Lines},
};
use crate::{deals::deal::Deal, spelling::fold};

/// Fields that identify a deal. With [`Field::Id`] among them, a line with a known id is matched by that id alone.
/// Every other line is matched by all the other fields for which the file has a column. Texts are compared in
/// normalised form; an empty cell equals only an empty cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchingKey(BTreeSet<Field>);

/// No field was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("choose at least one field by which a line finds its deal")]
pub struct NoKeyField;

impl Default for MatchingKey {
    /// Id, otherwise client, due date and sector.
    fn default() -> Self {
        Self([Field::Id, Field::Client, Field::Due, Field::Sector].into())
    }
}

impl MatchingKey {
    /// Key of the given fields.
    ///
    /// # Errors
    /// [`NoKeyField`] without any field.
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Result<Self, NoKeyField> {
        let fields: BTreeSet<Field> = fields.into_iter().collect();
        match fields.is_empty() {
            true => Err(NoKeyField),
            false => Ok(Self(fields)),
        }
    }

    /// Fields in the column order of the tab.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.0.iter().copied()
    }

    /// Whether ids in the file are ids of the tab.
    pub fn has_id(&self) -> bool {
        self.0.contains(&Field::Id)
    }

    /// Default key for a file: includes the id only if the ids in the file are those of the tab. A CRM also counts its
    /// deals from 1, so its ids would match arbitrary deals. The ids count as ours if the other fields never match a
    /// different deal, and most of the remaining lines name the client of the deal with their id.
    pub fn suggested(existing: &[Deal], lines: &Lines) -> Self {
        let key = Self::default();
        let columns = key.columns(lines);
        let deals = Index::of(existing, &columns);
        let (mut ours, mut doubtful) = (0_usize, 0_usize);
        for line in lines
            .lines
            .iter()
            .filter(|line| line.has_id() && line.problems.is_empty())
        {
            let by_id = line.id().and_then(|id| deals.with_id(id).first().copied());
            match (deals.with_key(&key_of_line(&columns, line)), by_id) {
                ([], None) => {}
                ([], Some(deal)) if has_client_of(line, &existing[deal]) => ours += 1,
                ([], Some(_)) => doubtful += 1,
                (found, Some(deal)) if found.contains(&deal) => ours += 1,
                (_, _) => return key.without_id(),
            }
        }
        match ours > doubtful {
            true => key,
            false => key.without_id(),
        }
    }

    fn without_id(mut self) -> Self {
        self.0.remove(&Field::Id);
        self
    }

    /// Key fields other than the id that have a column in the file. Empty if the client is a key field without a
    /// column: due date and sector alone would match any client's deals.
    pub(super) fn columns(&self, lines: &Lines) -> Vec<Field> {
        if self.0.contains(&Field::Client) && !lines.mapped.contains(&Field::Client) {
            return Vec::new();
        }
        self.fields()
            .filter(|field| *field != Field::Id && lines.mapped.contains(field))
            .collect()
    }
}

/// Values of `fields` as one comparable text.
pub(super) fn key_of(fields: &[Field], value: impl Fn(Field) -> Value) -> String {
    let mut key = String::new();
    for field in fields {
        key.push_str(&value(*field).folded());
        key.push('\u{1f}');
    }
    key
}

/// [`key_of`] for a line.
pub(super) fn key_of_line(fields: &[Field], line: &Line) -> String {
    key_of(fields, |field| line.value(field).cloned().unwrap_or(Value::Empty))
}

fn has_client_of(line: &Line, deal: &Deal) -> bool {
    match line.value(Field::Client) {
        Some(Value::Text(client)) => fold(client) == fold(&deal.client),
        _ => true,
    }
}

/// Index of the existing deals by id and by key.
pub(super) struct Index {
    by_id: HashMap<u64, Vec<usize>>,
    by_key: HashMap<String, Vec<usize>>,
}

impl Index {
    /// Index of the deals; without `columns`, only by id.
    pub(super) fn of(existing: &[Deal], columns: &[Field]) -> Self {
        let mut index = Self {
            by_id: HashMap::with_capacity(existing.len()),
            by_key: HashMap::new(),
        };
        for (place, deal) in existing.iter().enumerate() {
            if let Some(id) = deal.id {
                index.by_id.entry(id).or_default().push(place);
            }
            if !columns.is_empty() {
                let key = key_of(columns, |field| Value::of(deal, field));
                index.by_key.entry(key).or_default().push(place);
            }
        }
        index
    }

    /// Positions of the deals with this id; several if staff copied a row.
    pub(super) fn with_id(&self, id: u64) -> &[usize] {
        self.by_id.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Positions of the deals with this key.
    pub(super) fn with_key(&self, key: &str) -> &[usize] {
        self.by_key.get(key).map_or(&[], Vec::as_slice)
    }
}
