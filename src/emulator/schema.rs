//! Message schema of the API, to refuse unknown fields and wrong types as Google does.
//!
//! `schema.txt` is generated from Google's discovery document: one message per line, each field with its type;
//! enumerations at the end. `s` is a string, `b` a boolean, `i` an integer, `d` a number, `*` any value; `[` is a list,
//! `{` a map, `=` an enumeration.
//!
//! Sources: <https://sheets.googleapis.com/$discovery/rest?version=v4>, <https://protobuf.dev/programming-guides/json/>

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};

use super::failure::Failure;
use super::mask::Mask;
use super::wire;

const TEXT: &str = include_str!("schema.txt");

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::read(TEXT));

/// Type of a field.
enum Kind {
    Text,
    Flag,
    Whole,
    Number,
    Anything,
    Enumeration(&'static str),
    Message(&'static str),
    Many(Box<Kind>),
    Map(Box<Kind>),
}

type Fields = HashMap<&'static str, Kind>;

struct Schema {
    messages: HashMap<&'static str, Fields>,
    enumerations: HashMap<&'static str, Vec<&'static str>>,
}

impl Schema {
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
                let fields = fields.map(|(field, kind)| (field, Kind::read(kind)));
                schema.messages.insert(name, fields.collect());
            }
        }
        schema
    }
}

impl Kind {
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
enum Place<'a> {
    Root(&'a str),
    Field(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn text(self) -> String {
        match self {
            Self::Root(name) => name.to_owned(),
            Self::Field(above, name) => {
                let above = above.text();
                let dot = if above.is_empty() { "" } else { "." };
                format!("{above}{dot}{}", wire::snake_case(name))
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
pub fn conform(body: Json, message: &'static str, root: &str) -> Result<Json, Failure> {
    let mut wrong = Vec::new();
    let place = Place::Root(root);
    let body = value(body, &Kind::Message(message), place, &mut wrong);
    if wrong.is_empty() {
        return Ok(body);
    }
    Err(Failure::violations(wrong))
}

/// Field paths with error messages.
type Wrong = Vec<(String, String)>;

fn value(found: Json, kind: &Kind, place: Place<'_>, wrong: &mut Wrong) -> Json {
    match (kind, found) {
        (Kind::Anything, found) => found,
        // Rows of plain values are validated where they are written, with different messages.
        (Kind::Many(inner), found) if matches!(**inner, Kind::Many(_) | Kind::Anything) => found,
        (Kind::Message(name), Json::Object(fields)) => match SCHEMA.messages.get(name) {
            Some(known) => Json::Object(fields_of(fields, known, place, wrong)),
            None => Json::Object(fields),
        },
        (Kind::Map(inner), Json::Object(fields)) => {
            let each = fields.into_iter().map(|(name, found)| {
                let found = value(found, inner, Place::Field(&place, &name), wrong);
                (name, found)
            });
            Json::Object(each.collect())
        }
        (Kind::Many(inner), found) => Json::Array(list(found, inner, place, wrong)),
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

fn fields_of(fields: Map<String, Json>, known: &Fields, place: Place<'_>, wrong: &mut Wrong) -> Map<String, Json> {
    let mut kept = Map::new();
    for (name, found) in fields {
        let own = if name.contains('_') {
            wire::camel_case(&name)
        } else {
            name.clone()
        };
        match known.get(own.as_str()) {
            Some(_) if found.is_null() => {}
            Some(kind) => {
                let found = value(found, kind, Place::Field(&place, &own), wrong);
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
fn list(found: Json, inner: &Kind, place: Place<'_>, wrong: &mut Wrong) -> Vec<Json> {
    match found {
        Json::Array(items) => {
            let mut kept = Vec::with_capacity(items.len());
            for (index, item) in items.into_iter().enumerate() {
                let place = Place::Item(&place, index);
                match item {
                    item @ Json::Array(_) => kept.extend(list(item, inner, place, wrong)),
                    item => kept.push(value(item, inner, place, wrong)),
                }
            }
            kept
        }
        found => vec![value(found, inner, Place::Item(&place, 0), wrong)],
    }
}

/// Converts a scalar to its type; `None` if it does not fit.
fn scalar(found: &Json, kind: &Kind) -> Option<Json> {
    match (kind, found) {
        (Kind::Text, Json::String(_)) | (Kind::Flag, Json::Bool(_)) | (Kind::Number, Json::Number(_)) => {
            Some(found.clone())
        }
        (Kind::Flag, Json::String(text)) => text.parse::<bool>().ok().map(Json::from),
        (Kind::Number, Json::String(text)) => text.parse::<f64>().ok().map(Json::from),
        (Kind::Whole, Json::String(text)) => text.parse::<i32>().ok().map(Json::from),
        (Kind::Whole, Json::Number(number)) => whole(number.as_f64()?).map(Json::from),
        (Kind::Enumeration(name), Json::String(text)) => SCHEMA
            .enumerations
            .get(name)?
            .contains(&text.as_str())
            .then(|| found.clone()),
        (Kind::Enumeration(name), Json::Number(number)) => {
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
pub fn check_mask(mask: &Mask, message: &'static str) -> Result<(), Failure> {
    match unknown_path(mask, message) {
        Some(path) => Err(Failure::unknown_mask_path(&path)),
        None => Ok(()),
    }
}

/// First path of a mask that a message does not have.
fn unknown_path(mask: &Mask, message: &'static str) -> Option<String> {
    let known = SCHEMA.messages.get(message)?;
    mask.names().find_map(|name| {
        let Some(kind) = known.get(name) else {
            return Some(name.to_owned());
        };
        let below = unknown_path(&mask.below(name)?, kind.message()?)?;
        Some(format!("{name}.{below}"))
    })
}
