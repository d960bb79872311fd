//! Message schema of the API, to refuse unknown fields and wrong types as Google does.
//!
//! `schema.txt` is generated from Google's discovery document: one message per line, each field with its type;
//! enumerations at the end. `s` is a string, `b` a boolean, `i` an integer, `d` a number, `*` any value; `[` is a list,
//! `{` a map, `=` an enumeration.
//!
//! Sources: <https://sheets.googleapis.com/$discovery/rest?version=v4>, <https://protobuf.dev/programming-guides/json/>

use std::{collections::HashMap, fmt::Write as _, sync::LazyLock};

use serde_json::{Map, Value as Json, json};

use crate::proto::{error::ApiError, field_mask::FieldMask};

const SCHEMA_TEXT: &str = include_str!("schema.txt");

static SCHEMA: LazyLock<ApiSchema> = LazyLock::new(|| ApiSchema::read(SCHEMA_TEXT));

/// Type of a field.
enum FieldKind {
    Text,
    Flag,
    Whole,
    Number,
    Anything,
    Enumeration(&'static str),
    Message(&'static str),
    Many(Box<FieldKind>),
    Map(Box<FieldKind>),
}

type MessageFields = HashMap<&'static str, FieldKind>;

struct ApiSchema {
    messages: HashMap<&'static str, MessageFields>,
    enumerations: HashMap<&'static str, Vec<&'static str>>,
}

impl ApiSchema {
    fn read(text: &'static str) -> Self {
        let mut schema = Self {
            messages: HashMap::new(),
            enumerations: HashMap::new(),
        };
        for line in text.lines() {
            let mut words = line.split(' ');
            let name = words.next().unwrap_or_default();
            if let Some(name) = name.strip_prefix('=') {
                schema.enumerations.insert(name, words.collect());
            } else {
                let fields = words.filter_map(|word| word.split_once(':'));
                let fields = fields.map(|(field, kind)| (field, FieldKind::read(kind)));
                schema.messages.insert(name, fields.collect());
            }
        }
        schema
    }
}

impl FieldKind {
    fn read(text: &'static str) -> Self {
        match (text, text.split_at(1)) {
            ("s", _) => Self::Text,
            ("b", _) => Self::Flag,
            ("i", _) => Self::Whole,
            ("d", _) => Self::Number,
            ("*", _) => Self::Anything,
            (_, ("=", name)) => Self::Enumeration(name),
            (_, ("[", inner)) => Self::Many(Box::new(Self::read(inner))),
            (_, ("{", inner)) => Self::Map(Box::new(Self::read(inner))),
            (name, _) => Self::Message(name),
        }
    }

    /// Google's name of the type in error messages.
    fn name(&self) -> String {
        let of_sheets = |name: &str| format!("type.googleapis.com/google.apps.sheets.v4.{name}");
        match self {
            Self::Text => "TYPE_STRING".to_owned(),
            Self::Flag => "TYPE_BOOL".to_owned(),
            Self::Whole => "TYPE_INT32".to_owned(),
            Self::Number => "TYPE_DOUBLE".to_owned(),
            Self::Anything => "type.googleapis.com/google.protobuf.Value".to_owned(),
            Self::Enumeration(name) | Self::Message(name) => of_sheets(name),
            Self::Many(inner) | Self::Map(inner) => inner.name(),
        }
    }

    /// Message type of the field, or of the items of its list or map.
    fn message(&self) -> Option<&'static str> {
        match self {
            Self::Message(name) => Some(name),
            Self::Many(inner) | Self::Map(inner) => inner.message(),
            _ => None,
        }
    }
}

/// Path of a value within a body; formatted only for errors.
#[derive(Clone, Copy)]
enum FieldPath<'a> {
    Root(&'a str),
    Field(&'a FieldPath<'a>, &'a str),
    Item(&'a FieldPath<'a>, usize),
}

impl FieldPath<'_> {
    fn text(self) -> String {
        match self {
            Self::Root(name) => name.to_owned(),
            Self::Field(above, name) => {
                let above = above.text();
                let dot = if above.is_empty() { "" } else { "." };
                format!("{above}{dot}{}", crate::proto::json::snake_case(name))
            }
            Self::Item(above, index) => format!("{}[{index}]", above.text()),
        }
    }
}

/// Normalizes a body: camelCase names, no null fields, single items as lists, numeric strings as numbers. `root` is the
/// name of the body in error paths, for instance `data`.
///
/// # Errors
/// 400 that names every unknown field and every value of a wrong type.
pub fn normalize(body: Json, message: &'static str, root: &str) -> Result<Json, ApiError> {
    let mut wrong = Vec::new();
    let place = FieldPath::Root(root);
    let body = value(body, &FieldKind::Message(message), place, &mut wrong);
    if wrong.is_empty() {
        return Ok(body);
    }
    Err(ApiError::violations(wrong))
}

/// Field paths with error messages.
type Violations = Vec<(String, String)>;

fn value(found: Json, kind: &FieldKind, place: FieldPath<'_>, wrong: &mut Violations) -> Json {
    match (kind, found) {
        (FieldKind::Anything, found) => found,
        // Rows of plain values are validated where they are written, with different messages.
        (FieldKind::Many(inner), found) if matches!(**inner, FieldKind::Many(_) | FieldKind::Anything) => found,
        (FieldKind::Message(name), Json::Object(fields)) => match SCHEMA.messages.get(name) {
            Some(known) => Json::Object(fields_of(fields, known, place, wrong)),
            None => Json::Object(fields),
        },
        (FieldKind::Map(inner), Json::Object(fields)) => {
            let each = fields.into_iter().map(|(name, found)| {
                let found = value(found, inner, FieldPath::Field(&place, &name), wrong);
                (name, found)
            });
            Json::Object(each.collect())
        }
        (FieldKind::Many(inner), found) => Json::Array(list(found, inner, place, wrong)),
        (kind, found) => match scalar(&found, kind) {
            Some(fitting) => fitting,
            None => {
                let path = place.text();
                let text = format!("Invalid value at '{path}' ({}), {found}", kind.name());
                wrong.push((path, text));
                found
            }
        },
    }
}

fn fields_of(
    fields: Map<String, Json>,
    known: &MessageFields,
    place: FieldPath<'_>,
    wrong: &mut Violations,
) -> Map<String, Json> {
    let mut kept = Map::new();
    for (name, found) in fields {
        let own = if name.contains('_') {
            crate::proto::json::camel_case(&name)
        } else {
            name.clone()
        };
        match known.get(own.as_str()) {
            Some(_) if found.is_null() => {}
            Some(kind) => {
                let found = value(found, kind, FieldPath::Field(&place, &own), wrong);
                kept.insert(own, found);
            }
            None => {
                let path = place.text();
                let mut text = format!("Invalid JSON payload received. Unknown name \"{name}\"");
                if !path.is_empty() {
                    let _ = write!(text, " at '{path}'");
                }
                text.push_str(": Cannot find field.");
                wrong.push((path, text));
            }
        }
    }
    kept
}

/// Normalizes a list; the service also accepts a single item without a list, and nested lists.
fn list(found: Json, inner: &FieldKind, place: FieldPath<'_>, wrong: &mut Violations) -> Vec<Json> {
    match found {
        Json::Array(items) => {
            let mut kept = Vec::with_capacity(items.len());
            for (index, item) in items.into_iter().enumerate() {
                let place = FieldPath::Item(&place, index);
                match item {
                    item @ Json::Array(_) => kept.extend(list(item, inner, place, wrong)),
                    item => kept.push(value(item, inner, place, wrong)),
                }
            }
            kept
        }
        found => vec![value(found, inner, FieldPath::Item(&place, 0), wrong)],
    }
}

/// Converts a scalar to its type; `None` if it does not fit.
fn scalar(found: &Json, kind: &FieldKind) -> Option<Json> {
    match (kind, found) {
        (FieldKind::Text, Json::String(_))
        | (FieldKind::Flag, Json::Bool(_))
        | (FieldKind::Number, Json::Number(_)) => Some(found.clone()),
        (FieldKind::Flag, Json::String(text)) => text.parse::<bool>().ok().map(Json::from),
        (FieldKind::Number, Json::String(text)) => text.parse::<f64>().ok().map(Json::from),
        (FieldKind::Whole, Json::String(text)) => text.parse::<i32>().ok().map(Json::from),
        (FieldKind::Whole, Json::Number(number)) => whole(number.as_f64()?).map(Json::from),
        (FieldKind::Enumeration(name), Json::String(text)) => SCHEMA
            .enumerations
            .get(name)?
            .contains(&text.as_str())
            .then(|| found.clone()),
        (FieldKind::Enumeration(name), Json::Number(number)) => {
            let index = usize::try_from(number.as_u64()?).ok()?;
            Some(json!(SCHEMA.enumerations.get(name)?.get(index)?))
        }
        _ => None,
    }
}

fn whole(number: f64) -> Option<i32> {
    let fits = number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the bounds")]
    fits.then_some(number as i32)
}

/// Refuses a mask that names an unknown field of a message.
///
/// # Errors
/// 400 with the path of the field.
pub fn check_mask(mask: &FieldMask, message: &'static str) -> Result<(), ApiError> {
    match unknown_path(mask, message) {
        Some(path) => Err(ApiError::unknown_mask_path(&path)),
        None => Ok(()),
    }
}

/// First path of a mask that a message does not have.
fn unknown_path(mask: &FieldMask, message: &'static str) -> Option<String> {
    let known = SCHEMA.messages.get(message)?;
    mask.names().find_map(|name| {
        let Some(kind) = known.get(name) else {
            return Some(name.to_owned());
        };
        let below = unknown_path(&mask.below(name)?, kind.message()?)?;
        Some(format!("{name}.{below}"))
    })
}
