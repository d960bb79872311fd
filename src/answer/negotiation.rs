//! Which face a request wants.

use std::fmt;

use axum::http::{HeaderMap, header};
use schemars::JsonSchema;
use serde::Serialize;

use crate::language::Language;

/// The forms in which one answer can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Face {
    /// A page for a person.
    Html,
    /// The answer for a program.
    Json,
    /// The table of the answer as text.
    Csv,
    /// The table of the answer as an Excel workbook.
    Xlsx,
    /// The page as a report on paper.
    Pdf,
}

/// The request asked for a form that this address does not offer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text(Language::English))]
pub struct UnknownFormat {
    /// What stood in `format=`.
    pub asked: String,
    /// What would have been answered.
    pub offered: &'static [Face],
}

impl UnknownFormat {
    /// What is wrong and what would be right.
    pub fn text(&self, language: Language) -> String {
        let (asked, offered) = (&self.asked, Alternatives((self.offered, language)));
        language.choose(
            format!("Le format « {asked} » n’est pas proposé ici. Écrivez {offered}."),
            format!("The format “{asked}” is not offered here. Use {offered}."),
        )
    }
}

impl Face {
    /// What an address with a page and a table offers.
    pub const TABLE: &'static [Face] = &[Face::Html, Face::Json, Face::Csv, Face::Xlsx];
    /// What an address with a page, a table and a report offers.
    pub const REPORT: &'static [Face] = &[Face::Html, Face::Json, Face::Csv, Face::Xlsx, Face::Pdf];
    /// What an address with a page and a report, but without a table, offers.
    pub const PRINTED: &'static [Face] = &[Face::Html, Face::Json, Face::Pdf];
    /// What an address with a page, but without a table, offers.
    pub const PAGE: &'static [Face] = &[Face::Html, Face::Json];

    /// The word for this face in `format=`.
    pub fn name(self) -> &'static str {
        match self {
            Face::Html => "html",
            Face::Json => "json",
            Face::Csv => "csv",
            Face::Xlsx => "xlsx",
            Face::Pdf => "pdf",
        }
    }

    /// The media type, without parameters.
    pub fn media_type(self) -> &'static str {
        match self {
            Face::Html => "text/html",
            Face::Json => "application/json",
            Face::Csv => "text/csv",
            Face::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Face::Pdf => "application/pdf",
        }
    }

    /// Chooses the face: the `format` parameter first, then an `Accept` that names `text/html`, else JSON.
    ///
    /// Wildcards do not count as naming HTML, so that `curl`, which sends `*/*`, gets JSON.
    pub fn negotiate(
        format: Option<&str>,
        headers: &HeaderMap,
        offered: &'static [Face],
    ) -> Result<Face, UnknownFormat> {
        match format.map(str::trim).filter(|asked| !asked.is_empty()) {
            Some(asked) => offered
                .iter()
                .copied()
                .find(|face| face.name().eq_ignore_ascii_case(asked))
                .ok_or_else(|| UnknownFormat {
                    asked: asked.chars().take(40).collect(),
                    offered,
                }),
            None => Ok(Face::accepted(headers)),
        }
    }

    /// HTML when `Accept` names it, else JSON; for answers that have no `format` parameter, such as errors.
    pub fn accepted(headers: &HeaderMap) -> Face {
        let names_html = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|range| begins_as_html(range))
            .filter_map(|range| range.parse::<mime::Mime>().ok())
            .any(|range| range.essence_str() == mime::TEXT_HTML.essence_str() && !refused(&range));
        if names_html { Face::Html } else { Face::Json }
    }
}

/// Most of what a browser accepts need not be parsed.
fn begins_as_html(range: &str) -> bool {
    let html = mime::TEXT_HTML.essence_str();
    range
        .get(..html.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(html))
}

/// `q=0` in any of its spellings means "not this one".
fn refused(range: &mime::Mime) -> bool {
    range
        .get_param("q")
        .and_then(|quality| quality.as_str().parse::<f32>().ok())
        .is_some_and(|quality| quality <= 0.0)
}

impl fmt::Display for Face {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// "html, json or csv".
struct Alternatives<'a>((&'a [Face], Language));

impl fmt::Display for Alternatives<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (faces, language) = self.0;
        for (position, face) in faces.iter().enumerate() {
            let separator = match position {
                0 => "",
                _ if position + 1 == faces.len() => language.choose(" ou ", " or "),
                _ => ", ",
            };
            write!(formatter, "{separator}{face}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, value.parse().expect("header value"));
        headers
    }

    #[test]
    fn the_format_parameter_wins_then_a_named_html_then_json() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let table: &[(Option<&str>, &str, Face)] = &[
            (None, browser, Face::Html),
            (None, "*/*", Face::Json),
            (None, "application/json", Face::Json),
            (None, "application/json, text/html;q=0.9", Face::Html),
            (None, "text/html;q=0, */*", Face::Json),
            (None, "text/*", Face::Json),
            (None, "nonsense", Face::Json),
            (Some("csv"), browser, Face::Csv),
            (Some("XLSX"), browser, Face::Xlsx),
            (Some("json"), browser, Face::Json),
            (Some("html"), "*/*", Face::Html),
            (Some(""), browser, Face::Html),
        ];
        for (format, accept, expected) in table {
            let face = Face::negotiate(*format, &accepting(accept), Face::TABLE);
            assert_eq!(face, Ok(*expected), "format {format:?}, Accept {accept}");
        }
        assert_eq!(Face::negotiate(None, &HeaderMap::new(), Face::TABLE), Ok(Face::Json));
    }

    #[test]
    fn an_unknown_format_names_the_ones_that_are_offered() {
        let error = Face::negotiate(Some("pdf"), &HeaderMap::new(), Face::TABLE).expect_err("pdf is not offered");
        assert_eq!(
            error.to_string(),
            "The format “pdf” is not offered here. Use html, json, csv or xlsx."
        );
        let error =
            Face::negotiate(Some("csv"), &HeaderMap::new(), Face::PAGE).expect_err("a page without a table has no CSV");
        assert!(error.to_string().ends_with("Use html or json."));
    }
}
