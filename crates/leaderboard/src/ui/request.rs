//! Parsing of periods and bodies that several handlers share.

use axum::{
    body::Bytes,
    http::{HeaderMap, header},
};
use domain::period::Period;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use web::error::{Error, FieldError};

use crate::ui::period_picker::named_period;

/// Parses the period in `from` and `to`.
pub(crate) fn parse_period(from: Option<&str>, to: Option<&str>) -> Result<Period, Error> {
    Period::parse(from, to)
        .map_err(|error| Error::invalid_query(vec![FieldError::new(error.field(), error.to_string())]))
}

/// Period fields of a query.
pub(crate) struct PeriodFields<'a> {
    /// Named period; excludes days.
    pub(crate) period: Option<&'a str>,
    pub(crate) from: Option<&'a str>,
    pub(crate) to: Option<&'a str>,
}

impl PeriodFields<'_> {
    /// Parses the named period, or the days.
    pub(crate) fn parse(&self, today: Date) -> Result<Period, Error> {
        let days = parse_period(self.from, self.to)?;
        let Some(word) = self.period.map(str::trim).filter(|word| !word.is_empty()) else {
            return Ok(days);
        };
        let refused = |message: String| Err(Error::invalid_query(vec![FieldError::new("period", message)]));
        if !days.is_open() {
            return refused(format!(
                "“{word}” in “period” and days in “from” or “to” exclude each other. Leave one of them out."
            ));
        }
        match named_period(word, today) {
            Some(period) => Ok(period),
            None => refused(format!(
                "“{word}” in “period” is not known. Write all, week, month, last-month, quarter or year, or name the days in “from” and “to”."
            )),
        }
    }
}

/// Parses a JSON object. An array would be read as the fields in their order, which nobody means.
pub(crate) fn parse_object<T: DeserializeOwned>(body: &Bytes) -> Result<T, Error> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Error::unreadable(
            "The JSON cannot be read: an object is expected, in braces.",
        ));
    }
    serde_json::from_slice(body).map_err(|error| Error::unreadable(format!("The JSON cannot be read: {error}.")))
}

/// Parses a JSON or form body.
pub(crate) fn parse_body<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Error> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if kind.starts_with("application/json") {
        return parse_object(body);
    }
    serde_urlencoded::from_bytes(body).map_err(|error| Error::unreadable(format!("The form cannot be read: {error}.")))
}
