//! Lenient reading of vendors' records: recorded traffic breaks the vendors' own specifications.
//!
//! Only an id is needed, and it may be a number or a string. What is absent, `null` or empty is unknown. What is there,
//! but of another kind than expected, is left out with a finding; the record still comes through.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::{
    Failure,
    record::{FieldName, FieldValue, Observation, Page, RecordEffect, RecordFinding},
    transport::Transport,
};
use crate::customers::{
    amount::{Amount, Currency},
    email::Email,
};

/// One record of a list.
pub struct Record<'a> {
    value: &'a Value,
    /// Where it stands inside the record of the list.
    place: String,
    /// Places and what is wrong there.
    findings: Arc<Mutex<Vec<(String, String)>>>,
}

/// Why a record is left out, in a sentence.
pub type Reason = String;

impl<'a> Record<'a> {
    /// Reads `value`.
    pub fn new(value: &'a Value) -> Self {
        Self {
            value,
            place: String::new(),
            findings: Arc::default(),
        }
    }

    /// What stands at a JSON pointer, unless it is `null`.
    pub fn at(&self, place: &str) -> Option<&'a Value> {
        self.value.pointer(place).filter(|value| !value.is_null())
    }

    /// The id of the record.
    ///
    /// # Errors
    /// The reason why the record is left out.
    pub fn id(&self, place: &str) -> Result<String, Reason> {
        if !self.value.is_object() {
            return Err("it is not an object".to_owned());
        }
        self.at(place)
            .and_then(id_text)
            .ok_or_else(|| format!("it has no id at {place}"))
    }

    /// An id that may be missing: a string or a number.
    pub fn id_at(&self, place: &str) -> Option<String> {
        self.read(place, "an id", id_text)
    }

    /// Words, or a number as words; trimmed, and never empty.
    pub fn text(&self, place: &str) -> Option<String> {
        let found = self.read(place, "text", |value| match value {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        found.filter(|text| !text.is_empty())
    }

    /// Words without HTML tags and entities.
    pub fn plain_text(&self, place: &str) -> Option<String> {
        let text = self.text(place)?;
        let plain = without_markup(&text);
        let plain = plain.trim();
        (!plain.is_empty()).then(|| plain.to_owned())
    }

    /// An address.
    pub fn email(&self, place: &str) -> Option<Email> {
        let text = self.text(place)?;
        let email = Email::of(&text);
        if email.is_none() {
            self.complain(place, format!("“{}” is not an address", excerpt(&text)));
        }
        email
    }

    /// A number, as JSON or in words.
    pub fn number(&self, place: &str) -> Option<Decimal> {
        self.read_filled(place, "a number", number_of)
    }

    /// Yes or no, as JSON or in words.
    pub fn flag(&self, place: &str) -> Option<bool> {
        self.read_filled(place, "true or false", flag_of)
    }

    /// An instant: seconds since 1970, or a date with time and offset, or a date alone, which begins in UTC.
    pub fn time(&self, place: &str) -> Option<Timestamp> {
        self.read_filled(place, "a time", time_of)
    }

    /// A day: the date as it is written, whatever its offset.
    pub fn date(&self, place: &str) -> Option<Date> {
        self.read_filled(place, "a date", |value| value.as_str()?.get(..10)?.parse().ok())
    }

    /// Money in the smallest unit of `currency`.
    pub fn minor_amount(&self, place: &str, currency: Option<Currency>) -> Option<Amount> {
        Amount::of_minor(self.number(place)?, currency?)
    }

    /// A currency.
    pub fn currency(&self, place: &str) -> Option<Currency> {
        self.read_filled(place, "a currency", |value| Currency::of(value.as_str()?))
    }

    /// The members of a list; none when it is absent.
    pub fn list(&self, place: &str) -> Vec<Record<'a>> {
        let items = self.read(place, "a list", |value| Some(value.as_array()?.as_slice()));
        let member = |(index, value)| Record {
            value,
            place: format!("{}{place}/{index}", self.place),
            findings: Arc::clone(&self.findings),
        };
        items.unwrap_or_default().iter().enumerate().map(member).collect()
    }

    /// The entries of an object; none when it is absent.
    pub fn entries(&self, place: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let entries = self.read(place, "an object", Value::as_object);
        entries.into_iter().flat_map(Map::iter)
    }

    /// Adds every entry of the object at `place` as a field of the vendor's own name, where it is a single value.
    pub fn add_others(&self, place: &str, observation: &mut Observation) {
        for (name, value) in self.entries(place) {
            observation.add(FieldName::from(name.clone()), plain_value(value));
        }
    }

    /// Remembers that a field is left out.
    pub fn complain(&self, place: &str, reason: impl Into<String>) {
        self.findings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((format!("{}{place}", self.place), reason.into()));
    }

    /// What `reader` makes of the value at `place`. What is there and cannot be read becomes a finding.
    pub fn read<T>(&self, place: &str, wanted: &str, reader: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.at(place)?;
        let found = reader(value);
        if found.is_none() {
            self.complain(place, format!("{} is not {wanted}", shown(value)));
        }
        found
    }

    /// As [`Record::read`], with empty words as unknown.
    fn read_filled<T>(&self, place: &str, wanted: &str, reader: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let is_blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
        if self.at(place).is_some_and(is_blank) {
            return None;
        }
        self.read(place, wanted, reader)
    }
}

/// A text without HTML, with `\n` between its lines.
pub fn without_markup(text: &str) -> String {
    if text.contains(['<', '&']) {
        nanohtml2text::html2text(&only_tags(text)).replace("\r\n", "\n")
    } else {
        text.to_owned()
    }
}

/// With every `<` escaped that begins no tag: “fewer than <5” and “Ann <ann@example.com>” lose nothing.
fn only_tags(text: &str) -> String {
    let begins_tag = |rest: &str| {
        let name = rest.strip_prefix('/').unwrap_or(rest);
        let after = name.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
        let is_name = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
        rest.starts_with("!--") || is_name && after.starts_with(['>', '/', ' ', '\n', '\t'])
    };
    let mut parts = text.split('<');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(if begins_tag(part) { "<" } else { "&lt;" });
        kept.push_str(part);
    }
    kept
}

/// A value that fits into one cell; `None` for lists, objects and nothing.
pub fn plain_value(value: &Value) -> Option<FieldValue> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(FieldValue::Text(text.trim().to_owned())),
        Value::Bool(flag) => Some(FieldValue::Flag(*flag)),
        Value::Number(_) => number_of(value).map(FieldValue::Number),
        _ => None,
    }
}

/// An id: a string that is not empty, or a whole number.
pub fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// The shortest decimal that reads as this number; of words, the number they are.
pub fn number_of(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    text.parse().or_else(|_| Decimal::from_scientific(&text)).ok()
}

fn flag_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// Numbers beyond the year 5138 are taken for milliseconds.
const FIRST_MILLISECOND: u64 = 100_000_000_000;

/// An instant in any of the forms that vendors use.
pub fn time_of(value: &Value) -> Option<Timestamp> {
    let of_number = |number: i64| {
        if number.unsigned_abs() < FIRST_MILLISECOND {
            Timestamp::from_second(number).ok()
        } else {
            Timestamp::from_millisecond(number).ok()
        }
    };
    match value {
        Value::Number(number) => of_number(number.as_i64()?),
        Value::String(text) => {
            let text = text.trim();
            text.parse::<Timestamp>()
                .ok()
                .or_else(|| of_number(text.parse().ok()?))
                .or_else(|| {
                    jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S %z", text)
                        .ok()?
                        .to_timestamp()
                        .ok()
                })
                .or_else(|| {
                    let local: jiff::civil::DateTime = text.parse().ok()?;
                    TimeZone::UTC.to_timestamp(local).ok()
                })
        }
        _ => None,
    }
}

/// The beginning of what stands somewhere, for a finding.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("“{}”", excerpt(text)),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Null => "nothing".to_owned(),
    }
}

fn excerpt(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() {
        format!("{cut}…")
    } else {
        cut
    }
}

/// The records of the list at `place` in an answer.
///
/// # Errors
/// When there is no list. `null` is an empty one.
pub fn records<'a>(
    transport: &Transport,
    what: &'static str,
    answer: &'a Value,
    place: &str,
) -> Result<Vec<Record<'a>>, Failure> {
    match answer.pointer(place) {
        Some(Value::Array(items)) => Ok(items.iter().map(Record::new).collect()),
        Some(Value::Null) => Ok(Vec::new()),
        _ => Err(transport.unreadable(
            what,
            format!(
                "there is no list at {}",
                if place.is_empty() { "its root" } else { place }
            ),
        )),
    }
}

impl Page {
    /// Reads each record with `read` and keeps what it makes; one that cannot be read becomes a finding.
    pub fn read_each<'a, T>(
        &mut self,
        records: &[Record<'a>],
        mut read: impl FnMut(&Record<'a>) -> Result<T, Reason>,
    ) -> Vec<T> {
        let mut kept = Vec::with_capacity(records.len());
        for (index, record) in records.iter().enumerate() {
            match read(record) {
                Ok(made) => kept.push(made),
                Err(reason) => self.findings.push(RecordFinding {
                    record: record.name(index),
                    field: None,
                    reason: format!("The record is left out: {reason}."),
                    effect: RecordEffect::Quarantined,
                    ..RecordFinding::unsigned()
                }),
            }
            self.take_findings(record, index);
        }
        kept
    }

    /// Keeps the findings of one record.
    pub fn take_findings(&mut self, record: &Record<'_>, index: usize) {
        for (field, reason) in record.taken_findings() {
            self.findings.push(RecordFinding {
                record: record.name(index),
                field: Some(field),
                reason: format!("{reason}; the field is left out."),
                effect: RecordEffect::FieldLeftOut,
                ..RecordFinding::unsigned()
            });
        }
    }
}

impl Record<'_> {
    fn taken_findings(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.findings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How a finding calls the record.
    fn name(&self, index: usize) -> String {
        ["/id", "/uuid", "/uri", "/recording_id"]
            .into_iter()
            .find_map(|place| self.at(place).and_then(id_text))
            .unwrap_or_else(|| format!("record {} of its page", index + 1))
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
