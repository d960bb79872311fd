//! `GET /findings`: the list of every board, in its faces.

use std::{future::Future, pin::Pin, sync::Arc};

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use jiff::{Timestamp, Zoned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::view::{FINDINGS, FindingsPage, LineProblem};
use crate::{
    answer::{Cell, Column, Face, Kind, Rendered, Sheet},
    error::{Error, FieldError},
    finding::Finding,
    openapi::Endpoint,
    page::Frame,
};

/// What a board found.
pub struct Found {
    /// Cells of the spreadsheet.
    pub cells: Vec<Finding>,
    /// Lines of files.
    pub lines: Vec<LineProblem>,
    /// What surrounds the page.
    pub frame: Frame,
    /// When the spreadsheet was read, in the configured time zone.
    pub as_of: Zoned,
}

/// Asks a board for its findings.
pub type Gather = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Found, Error>> + Send>> + Send + Sync>;

/// The page of findings.
pub fn router(gather: Gather) -> ApiRouter {
    let described = get_with(show, |it| {
        it.about("Program", "What could not be read.")
            .answers::<Answer<'_>>(Face::TABLE)
    });
    ApiRouter::new().api_route(FINDINGS, described).with_state(gather)
}

#[derive(Deserialize, JsonSchema)]
struct Question {
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Findings")]
struct Answer<'a> {
    as_of: Timestamp,
    cells: &'a [Finding],
    lines: &'a [LineProblem],
}

async fn show(
    State(gather): State<Gather>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let face = Face::negotiate(question.format.as_deref(), &headers, Face::TABLE)
        .map_err(|unknown| Error::bad_question(vec![FieldError::new("format", unknown.to_string())]))?;
    let found = gather().await?;
    let rendered = match face {
        Face::Html => Rendered::html(
            FindingsPage {
                cells: &found.cells,
                lines: &found.lines,
            }
            .document(&found.frame),
        ),
        Face::Csv => Rendered::csv(&sheet(&found)),
        Face::Xlsx => Rendered::xlsx(&sheet(&found)).map_err(Error::internal)?,
        _ => Rendered::json(&Answer {
            as_of: found.as_of.timestamp(),
            cells: &found.cells,
            lines: &found.lines,
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

fn sheet(found: &Found) -> Sheet {
    let columns = [
        ("place", Kind::Text),
        ("row", Kind::Integer),
        ("column", Kind::Text),
        ("value", Kind::Text),
        ("reason", Kind::Text),
        ("effect", Kind::Text),
        ("link", Kind::Text),
    ];
    let cells = found.cells.iter().map(|cell| {
        vec![
            Cell::from(cell.tab),
            Cell::from(cell.row),
            Cell::from(cell.column),
            Cell::from(cell.value.as_str()),
            Cell::from(cell.reason.as_str()),
            Cell::from(cell.effect.name()),
            Cell::from(cell.link.as_str()),
        ]
    });
    let lines = found.lines.iter().map(|line| {
        vec![
            Cell::from(line.file.as_str()),
            Cell::from(line.line),
            Cell::Empty,
            Cell::Empty,
            Cell::from(line.reason.as_str()),
            Cell::Empty,
            Cell::Empty,
        ]
    });
    Sheet {
        title: "Findings".to_owned(),
        file_name: "findings".to_owned(),
        as_of: found.as_of.datetime(),
        columns: columns
            .iter()
            .map(|(header, kind)| Column::new(*header, *kind))
            .collect(),
        rows: cells.chain(lines).collect(),
    }
}
