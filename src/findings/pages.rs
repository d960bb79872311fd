//! Handler of `GET /findings`.

use std::{future::Future, pin::Pin, sync::Arc};

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use jiff::Zoned;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    inbox::Inbox,
    view::{FINDINGS, FindingsPage, LineProblem},
};
use crate::{
    answer::{Cell, Column, Face, Kind, Rendered, Sheet},
    error::{Error, FieldError},
    finding::{Finding, NearNames, SheetEdit},
    openapi::Endpoint,
    page::Frame,
};

/// Data issues of a board.
pub struct Found {
    /// Issues in cells of the spreadsheet.
    pub cells: Vec<Finding>,
    /// Rejected lines of files.
    pub lines: Vec<LineProblem>,
    /// Possible duplicate names.
    pub near_names: Vec<NearNames>,
    /// Edits in the spreadsheet itself, newest first.
    pub edits: Vec<SheetEdit>,
    /// Frame of the page.
    pub frame: Frame,
    /// Time of the last read, in the configured time zone.
    pub as_of: Zoned,
}

impl Found {
    /// Issues in cells only.
    pub fn of_cells(cells: Vec<Finding>, frame: Frame, as_of: Zoned) -> Self {
        Self {
            cells,
            lines: Vec::new(),
            near_names: Vec::new(),
            edits: Vec::new(),
            frame,
            as_of,
        }
    }
}

/// Collects the data issues of all boards.
pub type Gather = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Found, Error>> + Send>> + Send + Sync>;

/// Route of the findings page.
pub fn router(gather: Gather) -> ApiRouter {
    let described = get_with(show, |it| {
        it.about("Program", "What could not be read.")
            .answers::<Inbox<'_>>(Face::TABLE)
    });
    ApiRouter::new().api_route(FINDINGS, described).with_state(gather)
}

#[derive(Deserialize, JsonSchema)]
struct Question {
    format: Option<String>,
    kind: Option<String>,
}

async fn show(
    State(gather): State<Gather>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let face = Face::negotiate(question.format.as_deref(), &headers, Face::TABLE)
        .map_err(|unknown| Error::bad_question(vec![FieldError::new("format", unknown.to_string())]))?;
    let kind = question.kind.as_deref().filter(|kind| !kind.is_empty());
    if let Some(unknown) = kind.filter(|kind| !Inbox::is_group(kind)) {
        let message = format!("No findings are called “{unknown}”. Leave “kind” out to see all.");
        return Err(Error::bad_question(vec![FieldError::new("kind", message)]));
    }
    let found = gather().await?;
    let inbox = Inbox::of(&found, kind);
    let rendered = match face {
        Face::Html => Rendered::html(
            FindingsPage {
                inbox: &inbox,
                now: &found.as_of,
            }
            .document(&found.frame),
        ),
        Face::Csv => Rendered::csv(&sheet(&inbox, &found.as_of)),
        Face::Xlsx => Rendered::xlsx(&sheet(&inbox, &found.as_of)).map_err(Error::internal)?,
        _ => Rendered::json(&inbox).map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

fn sheet(inbox: &Inbox<'_>, as_of: &Zoned) -> Sheet {
    let columns = [
        ("kind", Kind::Text),
        ("place", Kind::Text),
        ("row", Kind::Integer),
        ("column", Kind::Text),
        ("value", Kind::Text),
        ("reason", Kind::Text),
        ("proposal", Kind::Text),
        ("effect", Kind::Text),
        ("link", Kind::Text),
    ];
    let cells = inbox.cells.iter().map(|cell| cell_line(cell));
    let names = inbox.near_names.iter().map(name_line);
    let lines = inbox.lines.iter().map(file_line);
    let edits = inbox.edits.iter().map(edit_line);
    Sheet {
        title: "Findings".to_owned(),
        file_name: "findings".to_owned(),
        as_of: as_of.datetime(),
        columns: columns
            .iter()
            .map(|(header, kind)| Column::new(*header, *kind))
            .collect(),
        rows: cells.chain(names).chain(lines).chain(edits).collect(),
    }
}

fn cell_line(cell: &Finding) -> Vec<Cell> {
    vec![
        Cell::from(cell.kind.name()),
        Cell::from(cell.tab),
        Cell::from(cell.row),
        Cell::from(cell.column),
        Cell::from(cell.value.as_str()),
        Cell::from(cell.reason.as_str()),
        Cell::from(cell.proposal.as_deref()),
        Cell::from(cell.effect.name()),
        Cell::from(cell.link.as_str()),
    ]
}

fn name_line(near: &NearNames) -> Vec<Cell> {
    vec![
        Cell::from(super::inbox::NAMES),
        Cell::from(near.kind),
        Cell::Empty,
        Cell::Empty,
        Cell::from(near.merge.name.as_str()),
        Cell::from(near.reason.as_str()),
        Cell::from(near.keep.name.as_str()),
        Cell::from(near.effect.as_str()),
        Cell::from(near.merge.address.as_str()),
    ]
}

fn file_line(line: &LineProblem) -> Vec<Cell> {
    let nothing = || Cell::Empty;
    vec![
        Cell::from(super::inbox::FILES),
        Cell::from(line.file.as_str()),
        Cell::from(line.line),
        nothing(),
        nothing(),
        Cell::from(line.reason.as_str()),
        nothing(),
        nothing(),
        nothing(),
    ]
}

fn edit_line(edit: &SheetEdit) -> Vec<Cell> {
    vec![
        Cell::from(super::inbox::EDITS),
        Cell::from(format!("{} {}", edit.tab, edit.row)),
        Cell::Empty,
        Cell::from(edit.column.as_str()),
        Cell::from(edit.new.as_str()),
        Cell::from(format!("{} in the sheet", edit.action)),
        Cell::from(edit.old.as_str()),
        Cell::Empty,
        Cell::from(edit.link.as_str()),
    ]
}
