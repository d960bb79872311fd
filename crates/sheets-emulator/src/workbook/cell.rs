//! Cell: its entry and its style. Kept small, because a tab of 100,000 rows has a million cells.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::format::number_format::NumberFormat;

/// Largest number of characters in a cell, counted in UTF-16 code units.
pub const MAX_CHARACTERS: usize = 50_000;

/// Entered value of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CellEntry {
    /// Empty.
    #[default]
    Blank,
    /// Number; dates are days since 1899-12-30.
    Number(f64),
    /// Text.
    Text(Box<str>),
    /// Boolean.
    Bool(bool),
    /// Formula, including its `=`.
    Formula(Box<str>),
}

/// Computed value of a cell: the result of a formula, or the entry itself.
#[derive(Clone, Debug, PartialEq)]
pub enum CellValue {
    /// Empty.
    Blank,
    /// Number.
    Number(f64),
    /// Text.
    Text(Arc<str>),
    /// Boolean.
    Bool(bool),
    /// Error value, such as `#DIV/0!`.
    Error(&'static str),
}

/// Cell of a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Entered value.
    pub entry: CellEntry,
    /// Format, note and validation; `None` for a cell without any.
    pub style: Option<Arc<CellStyle>>,
}

impl Cell {
    /// Whether the cell has neither entry nor style.
    pub fn is_blank(&self) -> bool {
        self.entry == CellEntry::Blank && self.style.is_none()
    }

    /// Number format of the cell, if it has one.
    pub fn number_format(&self) -> Option<&NumberFormat> {
        self.style.as_ref().and_then(|style| style.number_format.as_ref())
    }
}

/// Everything of a cell except its entry; cells of the same style share one `Arc`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellStyle {
    /// Fields of `CellData` as in the API: `userEnteredFormat`, `note`, `dataValidation` …
    fields: Map<String, Json>,
    number_format: Option<NumberFormat>,
}

impl CellStyle {
    /// Creates a style of `CellData` fields; `None` if all of them are defaults.
    pub fn new(mut fields: Map<String, Json>) -> Option<Arc<Self>> {
        fields.retain(|_, value| !crate::proto::json::is_default(value) && value != &json!({}));
        if fields.is_empty() {
            return None;
        }
        let number_format = fields
            .get("userEnteredFormat")
            .and_then(|format| format.get("numberFormat"))
            .and_then(NumberFormat::from_json);
        Some(Arc::new(Self { fields, number_format }))
    }

    /// Fields of `CellData`.
    pub fn fields(&self) -> &Map<String, Json> {
        &self.fields
    }

    /// Field `userEnteredFormat`.
    pub fn format(&self) -> Option<&Map<String, Json>> {
        self.fields.get("userEnteredFormat").and_then(Json::as_object)
    }

    /// Style that a new row or column inherits from its neighbour: format and validation, not the note.
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

    /// Style with an inferred number format, unless it already has a number format.
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

/// Conversion from and to `ExtendedValue`.
impl CellEntry {
    /// Parses an `ExtendedValue` such as `{"numberValue": 1}`; an unknown shape is blank.
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

    /// `ExtendedValue` message of the entry; `None` for a blank entry.
    pub fn to_extended(&self) -> Option<Json> {
        match self {
            Self::Blank => None,
            Self::Number(number) => Some(json!({ "numberValue": crate::proto::json::number(*number) })),
            Self::Text(text) => Some(json!({ "stringValue": &**text })),
            Self::Bool(flag) => Some(json!({ "boolValue": flag })),
            Self::Formula(text) => Some(json!({ "formulaValue": &**text })),
        }
    }
}

impl CellValue {
    /// Value of an entry without evaluation; a formula gives its text.
    pub fn plain(entry: &CellEntry) -> Self {
        match entry {
            CellEntry::Blank => Self::Blank,
            CellEntry::Number(number) => Self::Number(*number),
            CellEntry::Text(text) | CellEntry::Formula(text) => Self::Text((&**text).into()),
            CellEntry::Bool(flag) => Self::Bool(*flag),
        }
    }

    /// `ExtendedValue` message of a computed value; `None` for blank.
    pub fn to_extended(&self) -> Option<Json> {
        match self {
            Self::Blank => None,
            Self::Number(number) => Some(json!({ "numberValue": crate::proto::json::number(*number) })),
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
