//! Field masks: `sheets.properties`, `sheets/data/rowData`, `a(b,c)`, `*`.
//!
//! Source: <https://developers.google.com/workspace/sheets/api/guides/field-masks>

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::proto::{error::ApiError, json};

/// Tree of field names; a leaf selects everything below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldMask {
    fields: BTreeMap<String, FieldMask>,
    everything: bool,
}

impl FieldMask {
    /// Mask that selects all fields.
    pub fn everything() -> Self {
        Self {
            fields: BTreeMap::new(),
            everything: true,
        }
    }

    /// Parses a mask; `snake_case` names select their camelCase fields.
    ///
    /// # Errors
    /// 400 if the text is not a mask.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let mut mask = Self::default();
        let rest = list(text.trim(), &mut mask).ok_or_else(|| ApiError::unknown_mask_path(text))?;
        if rest.is_empty() {
            Ok(mask)
        } else {
            Err(ApiError::unknown_mask_path(text))
        }
    }

    /// Mask below a field, if the field is selected.
    pub fn below(&self, field: &str) -> Option<FieldMask> {
        if self.everything {
            return Some(Self::everything());
        }
        self.fields.get(field).cloned()
    }

    /// Whether the field, or a field below it, is selected.
    pub fn selects(&self, field: &str) -> bool {
        self.everything || self.fields.contains_key(field)
    }

    /// Whether the mask selects all fields.
    pub fn is_everything(&self) -> bool {
        self.everything
    }

    /// Names at this level; empty when everything is selected.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    fn reach(&mut self, path: &str) -> &mut Self {
        let mut at = self;
        for name in path.split(['.', '/']) {
            if name == "*" {
                at.everything = true;
                return at;
            }
            at = at.fields.entry(json::camel_case(name)).or_default();
        }
        at
    }

    /// Removes unselected fields from a message. A selected parent remains, even if empty.
    pub fn keep(&self, value: Value) -> Value {
        if self.everything {
            return value;
        }
        match value {
            Value::Object(fields) => Value::Object(
                fields
                    .into_iter()
                    .filter_map(|(name, value)| self.fields.get(&name).map(|mask| (name, mask.keep(value))))
                    .collect(),
            ),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.keep(item)).collect()),
            other => other,
        }
    }

    /// Copies the selected fields of `source` to `target`; a selected field that `source` lacks is removed.
    pub fn copy(&self, source: &Map<String, Value>, target: &mut Map<String, Value>) {
        if self.everything {
            target.clone_from(source);
            return;
        }
        for (name, mask) in &self.fields {
            match (source.get(name), mask.everything) {
                (Some(Value::Object(from)), false) => {
                    let to = target.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
                    if let Value::Object(to) = to {
                        mask.copy(from, to);
                    }
                }
                (Some(value), _) => {
                    target.insert(name.clone(), value.clone());
                }
                (None, true) => {
                    target.remove(name);
                }
                (None, false) => {
                    if let Some(Value::Object(to)) = target.get_mut(name) {
                        mask.copy(&Map::new(), to);
                        if to.is_empty() {
                            target.remove(name);
                        }
                    }
                }
            }
        }
    }
}

/// Parses `a,b(c,d),e` and returns the rest of the text.
fn list<'a>(mut text: &'a str, mask: &mut FieldMask) -> Option<&'a str> {
    loop {
        let end = text.find([',', '(', ')']).unwrap_or(text.len());
        let path = text[..end].trim();
        if path.is_empty() {
            return None;
        }
        let leaf = mask.reach(path);
        text = &text[end..];
        if let Some(inner) = text.strip_prefix('(') {
            text = list(inner, leaf)?.strip_prefix(')')?;
        } else {
            leaf.everything = true;
        }
        match text.strip_prefix(',') {
            Some(rest) => text = rest,
            None => return Some(text),
        }
    }
}
