//! One cell: what was entered, and how it looks. Kept small: a tab of 100,000 rows has a million of them.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::number_format::NumberFormat;
use super::wire;

/// The most characters a cell may hold.
pub const MAX_CHARACTERS: usize = 50_000;

/// What a person or a program entered.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Entry {
    /// Nothing.
    #[default]
    Blank,
    /// A number, also of dates: days since 1899-12-30.
    Number(f64),
    /// A text.
    Text(Box<str>),
    /// TRUE or FALSE.
    Bool(bool),
    /// A formula with its `=`.
    Formula(Box<str>),
}

/// What a cell shows: a formula's result, or the entry itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Nothing.
    Blank,
    /// A number.
    Number(f64),
    /// A text.
    Text(Arc<str>),
    /// TRUE or FALSE.
    Bool(bool),
    /// `#DIV/0!` and its like.
    Error(&'static str),
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// What was entered.
    pub entry: Entry,
    /// Everything but the entry; `None` for a cell nobody dressed.
    pub style: Option<Arc<Style>>,
}

impl Cell {
    /// Whether the cell holds nothing and looks like nothing.
    pub fn is_blank(&self) -> bool {
        self.entry == Entry::Blank && self.style.is_none()
    }

    /// The number format in force.
    pub fn number_format(&self) -> Option<&NumberFormat> {
        self.style.as_ref().and_then(|style| style.number_format.as_ref())
    }
}

/// Everything of a cell but its entry, shared by the cells that look alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style {
    /// The fields of `CellData` as they are on the wire: `userEnteredFormat`, `note`, `dataValidation` …
    fields: Map<String, Json>,
    number_format: Option<NumberFormat>,
}

impl Style {
    /// A style of the given `CellData` fields; `None` when there is nothing in them.
    pub fn new(mut fields: Map<String, Json>) -> Option<Arc<Self>> {
        fields.retain(|_, value| !wire::is_default(value) && value != &json!({}));
        if fields.is_empty() {
            return None;
        }
        let number_format = fields
            .get("userEnteredFormat")
            .and_then(|format| format.get("numberFormat"))
            .and_then(NumberFormat::from_json);
        Some(Arc::new(Self { fields, number_format }))
    }

    /// The fields of `CellData`.
    pub fn fields(&self) -> &Map<String, Json> {
        &self.fields
    }

    /// `userEnteredFormat`.
    pub fn format(&self) -> Option<&Map<String, Json>> {
        self.fields.get("userEnteredFormat").and_then(Json::as_object)
    }

    /// What a new row or column takes over from its neighbour: the looks and the validation, not the note.
    pub fn inherited(style: Option<&Arc<Self>>) -> Option<Arc<Self>> {
        let style = style?;
        if style
            .fields
            .keys()
            .all(|name| matches!(name.as_str(), "userEnteredFormat" | "dataValidation"))
        {
            return Some(Arc::clone(style));
        }
        let kept = style
            .fields
            .iter()
            .filter(|(name, _)| matches!(name.as_str(), "userEnteredFormat" | "dataValidation"));
        Self::new(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// The style with another number format, unless it already has one of its own.
    pub fn with_inferred_format(style: Option<&Arc<Self>>, kind: &str, pattern: &str) -> Option<Arc<Self>> {
        if let Some(style) = style
            && style.number_format.is_some()
        {
            return Some(Arc::clone(style));
        }
        let mut fields = style.map(|style| style.fields.clone()).unwrap_or_default();
        let format = fields.entry("userEnteredFormat").or_insert_with(|| json!({}));
        format["numberFormat"] = json!({"type": kind, "pattern": pattern});
        Self::new(fields)
    }
}

/// `ExtendedValue` on the wire.
impl Entry {
    /// Reads `{"numberValue": 1}` and its sisters.
    pub fn from_extended(value: &Json) -> Self {
        let Some(fields) = value.as_object() else {
            return Self::Blank;
        };
        match fields.iter().next() {
            Some((name, Json::Number(number))) if name == "numberValue" => {
                number.as_f64().map_or(Self::Blank, Self::Number)
            }
            Some((name, Json::String(text))) if name == "numberValue" => text.parse().map_or(Self::Blank, Self::Number),
            Some((name, Json::String(text))) if name == "stringValue" => {
                if text.is_empty() {
                    Self::Blank
                } else {
                    Self::Text(text.as_str().into())
                }
            }
            Some((name, Json::Bool(flag))) if name == "boolValue" => Self::Bool(*flag),
            Some((name, Json::String(text))) if name == "formulaValue" => {
                if text.starts_with('=') {
                    Self::Formula(text.as_str().into())
                } else {
                    Self::Text(text.as_str().into())
                }
            }
            _ => Self::Blank,
        }
    }

    /// Writes `{"numberValue": 1}` and its sisters.
    pub fn to_extended(&self) -> Option<Json> {
        match self {
            Self::Blank => None,
            Self::Number(number) => Some(json!({ "numberValue": wire::number(*number) })),
            Self::Text(text) => Some(json!({ "stringValue": &**text })),
            Self::Bool(flag) => Some(json!({ "boolValue": flag })),
            Self::Formula(text) => Some(json!({ "formulaValue": &**text })),
        }
    }
}

impl Scalar {
    /// The entry of a cell that has no formula.
    pub fn plain(entry: &Entry) -> Self {
        match entry {
            Entry::Blank => Self::Blank,
            Entry::Number(number) => Self::Number(*number),
            Entry::Text(text) | Entry::Formula(text) => Self::Text((&**text).into()),
            Entry::Bool(flag) => Self::Bool(*flag),
        }
    }

    /// `effectiveValue` on the wire.
    pub fn to_extended(&self) -> Option<Json> {
        match self {
            Self::Blank => None,
            Self::Number(number) => Some(json!({ "numberValue": wire::number(*number) })),
            Self::Text(text) => Some(json!({ "stringValue": &**text })),
            Self::Bool(flag) => Some(json!({ "boolValue": flag })),
            Self::Error(name) => {
                let kind = match *name {
                    "#DIV/0!" => "DIVIDE_BY_ZERO",
                    "#VALUE!" => "VALUE",
                    "#REF!" => "REF",
                    "#NAME?" => "NAME",
                    "#NUM!" => "NUM",
                    "#N/A" => "N_A",
                    _ => "ERROR",
                };
                Some(json!({ "errorValue": {"type": kind, "message": name} }))
            }
        }
    }
}
