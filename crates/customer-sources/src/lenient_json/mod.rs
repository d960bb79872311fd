//! Lenient reader for vendors' JSON records, because recorded traffic deviates from the vendors' own specifications.
//!
//! Only an id is required, as a number or a string. Absent, `null` and empty values are unknown. A value of an
//! unexpected type is left out with a finding; the record itself is kept.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::{
    SourceError,
    amount::{Amount, Currency},
    client::VendorClient,
    email::Email,
    observation::{FieldName, FieldValue, Observation, RecordEffect, RecordFinding, SourcePage},
};

/// Record of a list, with the findings of reading it.
pub struct JsonRecord<'a> {
    value: &'a Value,
    /// JSON pointer within the record of the list.
    place: String,
    /// Findings: JSON pointer and reason.
    findings: Arc<Mutex<Vec<(String, String)>>>,
}

/// Reason why a record is left out, in words.
pub type RejectionReason = String;

impl<'a> JsonRecord<'a> {
    /// Creates a reader for `value`.
    pub fn new(value: &'a Value) -> Self {
        Self {
            value,
            place: String::new(),
            findings: Arc::default(),
        }
    }

    /// Value at a JSON pointer, unless it is `null`.
    pub fn at(&self, place: &str) -> Option<&'a Value> {
        self.value.pointer(place).filter(|value| !value.is_null())
    }

    /// Id of the record.
    ///
    /// # Errors
    /// The reason to leave the record out.
    pub fn id(&self, place: &str) -> Result<String, RejectionReason> {
        if !self.value.is_object() {
            return Err("it is not an object".to_owned());
        }
        self.at(place)
            .and_then(id_text)
            .ok_or_else(|| format!("it has no id at {place}"))
    }

    /// Optional id: a string or a number.
    pub fn id_at(&self, place: &str) -> Option<String> {
        self.read(place, "an id", id_text)
    }

    /// Text, or a number as text; trimmed and never empty.
    pub fn text(&self, place: &str) -> Option<String> {
        let found = self.read(place, "text", |value| match value {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        found.filter(|text| !text.is_empty())
    }

    /// Text without HTML tags and entities.
    pub fn plain_text(&self, place: &str) -> Option<String> {
        let text = self.text(place)?;
        let plain = without_markup(&text);
        let plain = plain.trim();
        (!plain.is_empty()).then(|| plain.to_owned())
    }

    /// E-mail address.
    pub fn email(&self, place: &str) -> Option<Email> {
        let text = self.text(place)?;
        let email = Email::of(&text);
        if email.is_none() {
            self.complain(place, format!("“{}” is not an address", excerpt(&text)));
        }
        email
    }

    /// Number, as a JSON number or string.
    pub fn number(&self, place: &str) -> Option<Decimal> {
        self.read_filled(place, "a number", number_of)
    }

    /// Boolean, as JSON, as `"true"` or `"false"`, or as 0 or 1.
    pub fn flag(&self, place: &str) -> Option<bool> {
        self.read_filled(place, "true or false", flag_of)
    }

    /// Instant: seconds or milliseconds since 1970, a date with time and offset, or a date alone, which starts at
    /// midnight UTC.
    pub fn time(&self, place: &str) -> Option<Timestamp> {
        self.read_filled(place, "a time", time_of)
    }

    /// Date as written, regardless of its offset.
    pub fn date(&self, place: &str) -> Option<Date> {
        self.read_filled(place, "a date", |value| value.as_str()?.get(..10)?.parse().ok())
    }

    /// Amount given in the smallest unit of `currency`.
    pub fn minor_amount(&self, place: &str, currency: Option<Currency>) -> Option<Amount> {
        Amount::of_minor(self.number(place)?, currency?)
    }

    /// Currency code.
    pub fn currency(&self, place: &str) -> Option<Currency> {
        self.read_filled(place, "a currency", |value| Currency::of(value.as_str()?))
    }

    /// Items of a list; empty if it is absent.
    pub fn list(&self, place: &str) -> Vec<JsonRecord<'a>> {
        let items = self.read(place, "a list", |value| Some(value.as_array()?.as_slice()));
        let member = |(index, value)| JsonRecord {
            value,
            place: format!("{}{place}/{index}", self.place),
            findings: Arc::clone(&self.findings),
        };
        items.unwrap_or_default().iter().enumerate().map(member).collect()
    }

    /// Entries of an object; empty if it is absent.
    pub fn entries(&self, place: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let entries = self.read(place, "an object", Value::as_object);
        entries.into_iter().flat_map(Map::iter)
    }

    /// Adds every single-valued entry of the object at `place` as a field with the vendor's name.
    pub fn add_others(&self, place: &str, observation: &mut Observation) {
        for (name, value) in self.entries(place) {
            observation.add(FieldName::from(name.clone()), plain_value(value));
        }
    }

    /// Records a finding about a field.
    pub fn complain(&self, place: &str, reason: impl Into<String>) {
        self.findings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((format!("{}{place}", self.place), reason.into()));
    }

    /// Value at `place` as parsed by `reader`. A present value that it cannot parse becomes a finding.
    pub fn read<T>(&self, place: &str, wanted: &str, reader: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.at(place)?;
        let found = reader(value);
        if found.is_none() {
            self.complain(place, format!("{} is not {wanted}", excerpt_of(value)));
        }
        found
    }

    /// As [`JsonRecord::read`], but blank text is unknown.
    fn read_filled<T>(&self, place: &str, wanted: &str, reader: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let is_blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
        if self.at(place).is_some_and(is_blank) {
            return None;
        }
        self.read(place, wanted, reader)
    }
}

/// Text without HTML, with `\n` between lines.
pub fn without_markup(text: &str) -> String {
    if text.contains(['<', '&']) {
        nanohtml2text::html2text(&only_tags(text)).replace("\r\n", "\n")
    } else {
        text.to_owned()
    }
}

/// Escapes every `<` that does not start a tag, so that “fewer than <5” and “Ann <ann@example.com>” are kept.
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

/// Single value for one cell; `None` for lists, objects and blank values.
pub fn plain_value(value: &Value) -> Option<FieldValue> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(FieldValue::Text(text.trim().to_owned())),
        Value::Bool(flag) => Some(FieldValue::Flag(*flag)),
        Value::Number(_) => number_of(value).map(FieldValue::Number),
        _ => None,
    }
}

/// Id: a non-empty string or an integer.
pub fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// Exact decimal of a JSON number or a numeric string.
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

/// Threshold from which a number is read as milliseconds; as seconds it is in the year 5138.
const FIRST_MILLISECOND: u64 = 100_000_000_000;

/// Parses an instant in any format that the vendors use.
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

/// Short form of a value for a finding.
fn excerpt_of(value: &Value) -> String {
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

/// Records of the list at `place` in a response.
///
/// # Errors
/// If there is no list; `null` is an empty list.
pub fn records<'a>(
    transport: &VendorClient,
    what: &'static str,
    answer: &'a Value,
    place: &str,
) -> Result<Vec<JsonRecord<'a>>, SourceError> {
    match answer.pointer(place) {
        Some(Value::Array(items)) => Ok(items.iter().map(JsonRecord::new).collect()),
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

impl SourcePage {
    /// Applies `read` to each record and returns the results; a record that it rejects becomes a finding.
    pub fn read_each<'a, T>(
        &mut self,
        records: &[JsonRecord<'a>],
        mut read: impl FnMut(&JsonRecord<'a>) -> Result<T, RejectionReason>,
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

    /// Moves the findings of one record to the page.
    pub fn take_findings(&mut self, record: &JsonRecord<'_>, index: usize) {
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

impl JsonRecord<'_> {
    fn taken_findings(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.findings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Name of the record in findings: its id, or its position on the page.
    fn name(&self, index: usize) -> String {
        ["/id", "/uuid", "/uri", "/recording_id"]
            .into_iter()
            .find_map(|place| self.at(place).and_then(id_text))
            .unwrap_or_else(|| format!("record {} of its page", index + 1))
    }
}
