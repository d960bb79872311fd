//! Content negotiation: the response format of a request.

use std::fmt;

use axum::http::{HeaderMap, header};
use domain::language::Language;
use schemars::JsonSchema;
use serde::Serialize;

/// Response format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Page for browsers.
    Html,
    /// JSON for programs.
    Json,
    /// Table of the response as CSV.
    Csv,
    /// Table of the response as an Excel workbook.
    Xlsx,
    /// Report for print.
    Pdf,
}

/// Error: the address does not offer the requested format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text(Language::English))]
pub struct UnknownFormat {
    /// Value of `format=`, at most 40 characters.
    pub requested: String,
    /// Formats that the address offers.
    pub offered: &'static [Format],
}

impl UnknownFormat {
    /// Message: what is wrong and what is expected.
    pub fn text(&self, language: Language) -> String {
        let requested = &self.requested;
        let offered = FormatList {
            formats: self.offered,
            language,
        };
        language.choose(
            format!("Le format « {requested} » n’est pas proposé ici. Écrivez {offered}."),
            format!("The format “{requested}” is not offered here. Use {offered}."),
        )
    }
}

impl Format {
    /// Formats of an address with a page and a table.
    pub const TABLE: &'static [Format] = &[Format::Html, Format::Json, Format::Csv, Format::Xlsx];
    /// Formats of an address with a page, a table and a report.
    pub const REPORT: &'static [Format] = &[Format::Html, Format::Json, Format::Csv, Format::Xlsx, Format::Pdf];
    /// Formats of an address with a page and a report, without a table.
    pub const PRINTED: &'static [Format] = &[Format::Html, Format::Json, Format::Pdf];
    /// Formats of an address with a page, without a table.
    pub const PAGE: &'static [Format] = &[Format::Html, Format::Json];

    /// Value of `format=` for this format.
    pub fn name(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Pdf => "pdf",
        }
    }

    /// Media type without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Html => "text/html",
            Format::Json => "application/json",
            Format::Csv => "text/csv",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Pdf => "application/pdf",
        }
    }

    /// Negotiates the format: the `format` parameter first, then an `Accept` header that names `text/html`, or else
    /// JSON.
    ///
    /// Wildcards do not count as naming HTML, so `curl`, which sends `*/*`, gets JSON.
    ///
    /// # Errors
    /// [`UnknownFormat`] if `format` names a format that is not in `offered`.
    pub fn negotiate(
        format: Option<&str>,
        headers: &HeaderMap,
        offered: &'static [Format],
    ) -> Result<Format, UnknownFormat> {
        match format.filter(|requested| !requested.is_empty()) {
            Some(requested) => offered
                .iter()
                .copied()
                .find(|format| format.name().eq_ignore_ascii_case(requested))
                .ok_or_else(|| UnknownFormat {
                    requested: requested.chars().take(40).collect(),
                    offered,
                }),
            None => Ok(Format::accepted(headers)),
        }
    }

    /// HTML if `Accept` names it, or else JSON; for responses without a `format` parameter, such as errors.
    pub fn accepted(headers: &HeaderMap) -> Format {
        let names_html = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|range| starts_with_html(range))
            .filter_map(|range| range.parse::<mime::Mime>().ok())
            .any(|range| range.essence_str() == mime::TEXT_HTML.essence_str() && !refused(&range));
        if names_html { Format::Html } else { Format::Json }
    }
}

/// Cheap test before a media type is parsed.
fn starts_with_html(range: &str) -> bool {
    let html = mime::TEXT_HTML.essence_str();
    range
        .get(..html.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(html))
}

/// Whether the quality is 0, which means "not acceptable".
fn refused(range: &mime::Mime) -> bool {
    range
        .get_param("q")
        .and_then(|quality| quality.as_str().parse::<f32>().ok())
        .is_some_and(|quality| quality <= 0.0)
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// List of formats for a message: "html, json or csv".
struct FormatList<'a> {
    formats: &'a [Format],
    language: Language,
}

impl fmt::Display for FormatList<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, format) in self.formats.iter().enumerate() {
            let separator = match position {
                0 => "",
                _ if position + 1 == self.formats.len() => self.language.choose(" ou ", " or "),
                _ => ", ",
            };
            write!(formatter, "{separator}{format}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn accepting(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, value.parse().expect("header value"));
        headers
    }

    #[test]
    fn the_format_parameter_wins_then_a_named_html_then_json() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let table: &[(Option<&str>, &str, Format)] = &[
            (None, browser, Format::Html),
            (None, "*/*", Format::Json),
            (None, "application/json", Format::Json),
            (None, "application/json, text/html;q=0.9", Format::Html),
            (None, "text/html;q=0, */*", Format::Json),
            (None, "text/*", Format::Json),
            (None, "nonsense", Format::Json),
            (Some("csv"), browser, Format::Csv),
            (Some("XLSX"), browser, Format::Xlsx),
            (Some("json"), browser, Format::Json),
            (Some("html"), "*/*", Format::Html),
            (Some(""), browser, Format::Html),
        ];
        for (format, accept, expected) in table {
            let negotiated = Format::negotiate(*format, &accepting(accept), Format::TABLE);
            assert_eq!(negotiated, Ok(*expected), "format {format:?}, Accept {accept}");
        }
        assert_eq!(
            Format::negotiate(None, &HeaderMap::new(), Format::TABLE),
            Ok(Format::Json)
        );
    }

    #[test]
    fn an_unknown_format_names_the_ones_that_are_offered() {
        let error = Format::negotiate(Some("pdf"), &HeaderMap::new(), Format::TABLE).expect_err("pdf is not offered");
        assert_eq!(
            error.to_string(),
            "The format “pdf” is not offered here. Use html, json, csv or xlsx."
        );
        let error = Format::negotiate(Some("csv"), &HeaderMap::new(), Format::PAGE)
            .expect_err("a page without a table has no CSV");
        assert!(error.to_string().ends_with("Use html or json."));
    }
}
