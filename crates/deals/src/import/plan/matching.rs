//! Matching of file lines to existing deals.

use std::collections::HashMap;

use crate::{
    deal::Deal,
    import::{
        mapping::field::ImportField,
        plan::{lines::ParsedLine, values::DealFieldValue},
    },
};

/// Values of `fields` as one comparable text.
pub(crate) fn key_of(fields: &[ImportField], value: impl Fn(ImportField) -> DealFieldValue) -> String {
    let mut key = String::new();
    for field in fields {
        key.push_str(&value(*field).folded());
        key.push('\u{1f}');
    }
    key
}

/// [`key_of`] for a line.
pub(crate) fn key_of_line(fields: &[ImportField], line: &ParsedLine) -> String {
    key_of(fields, |field| {
        line.value(field).cloned().unwrap_or(DealFieldValue::Empty)
    })
}

/// Index of the existing deals by id and by key.
pub(crate) struct DealIndex {
    by_id: HashMap<u64, Vec<usize>>,
    by_key: HashMap<String, Vec<usize>>,
}

impl DealIndex {
    /// Index of the deals; without `columns`, only by id.
    pub(crate) fn of(existing: &[Deal], columns: &[ImportField]) -> Self {
        let mut index = Self {
            by_id: HashMap::with_capacity(existing.len()),
            by_key: HashMap::new(),
        };
        for (place, deal) in existing.iter().enumerate() {
            if let Some(id) = deal.id {
                index.by_id.entry(id).or_default().push(place);
            }
            if !columns.is_empty() {
                let key = key_of(columns, |field| DealFieldValue::of(deal, field));
                index.by_key.entry(key).or_default().push(place);
            }
        }
        index
    }

    /// Positions of the deals with this id; several if staff copied a row.
    pub(crate) fn with_id(&self, id: u64) -> &[usize] {
        self.by_id.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Positions of the deals with this key.
    pub(crate) fn with_key(&self, key: &str) -> &[usize] {
        self.by_key.get(key).map_or(&[], Vec::as_slice)
    }
}
