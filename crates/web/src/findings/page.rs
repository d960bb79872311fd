//! Handler of `GET /findings`.

use std::{future::Future, pin::Pin, sync::Arc};

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::Zoned;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use sheets_store::finding::Finding;

use crate::{
    error::{Error, FieldError},
    findings::{
        board_findings::{BoardFindings, LineProblem, NearNames},
        inbox::{ENTRIES_PER_PAGE, FindingsInbox},
        sheet_edits::SheetEdit,
        view::FindingsPage,
    },
    openapi::{EndpointDocs, PROGRAM, parameters::choice},
    request_context::RequestContext,
    response::{ExportCell, ExportColumn, ExportKind, ExportSheet, Format, ListPage, RenderedResponse},
    routes::FINDINGS,
};

/// Collects the data issues of all boards.
pub type CollectFindings =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<BoardFindings, Error>> + Send>> + Send + Sync>;

/// Route of the findings page.
pub fn router(collect: CollectFindings) -> ApiRouter {
    let described = get_with(get_findings, |it| {
        it.about(PROGRAM, "What could not be read.")
            .answers::<FindingsInbox<'_>>(Format::TABLE)
    });
    ApiRouter::new().api_route(FINDINGS, described).with_state(collect)
}

#[derive(Deserialize, JsonSchema)]
struct FindingsQuery {
    format: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "groups")]
    kind: Option<String>,
    /// Number of the page, 1 for the first.
    page: Option<String>,
}

fn groups(_: &mut SchemaGenerator) -> Schema {
    choice(FindingsInbox::groups())
}

async fn get_findings(
    State(collect): State<CollectFindings>,
    Query(query): Query<FindingsQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::TABLE)?;
    let kind = query.kind.as_deref().filter(|kind| !kind.is_empty());
    if let Some(unknown) = kind.filter(|kind| !FindingsInbox::is_group(kind)) {
        let message = format!("No findings are called “{unknown}”. Leave “kind” out to see all.");
        return Err(Error::invalid_query(vec![FieldError::new("kind", message)]));
    }
    let findings = collect().await?;
    let inbox = FindingsInbox::of(&findings, kind);
    let page = ListPage::new(query.page.as_deref(), ENTRIES_PER_PAGE);
    let rendered = match request.format {
        Format::Csv => RenderedResponse::csv(&sheet(&inbox, &findings.as_of)),
        Format::Xlsx => RenderedResponse::xlsx(&sheet(&inbox, &findings.as_of))?,
        Format::Html => html(&inbox.on_page(page, &request.address), &findings),
        _ => RenderedResponse::json(&inbox.on_page(page, &request.address)).map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

fn html(inbox: &FindingsInbox<'_>, findings: &BoardFindings) -> RenderedResponse {
    let now = &findings.as_of;
    RenderedResponse::html(FindingsPage { inbox, now }.document(&findings.frame))
}

fn sheet(inbox: &FindingsInbox<'_>, as_of: &Zoned) -> ExportSheet {
    let columns = [
        ("kind", ExportKind::Text),
        ("place", ExportKind::Text),
        ("row", ExportKind::Integer),
        ("column", ExportKind::Text),
        ("value", ExportKind::Text),
        ("reason", ExportKind::Text),
        ("proposal", ExportKind::Text),
        ("effect", ExportKind::Text),
        ("link", ExportKind::Text),
    ];
    let cells = inbox.cells.iter().map(|cell| cell_line(cell));
    let names = inbox.near_names.iter().map(name_line);
    let lines = inbox.lines.iter().map(file_line);
    let edits = inbox.edits.iter().map(edit_line);
    ExportSheet {
        title: "Findings".to_owned(),
        file_name: "findings".to_owned(),
        as_of: as_of.datetime(),
        columns: columns
            .iter()
            .map(|(header, kind)| ExportColumn::new(*header, *kind))
            .collect(),
        rows: cells.chain(names).chain(lines).chain(edits).collect(),
    }
}

fn cell_line(cell: &Finding) -> Vec<ExportCell> {
    vec![
        ExportCell::from(cell.kind.name()),
        ExportCell::from(cell.tab),
        ExportCell::from(cell.row),
        ExportCell::from(cell.column),
        ExportCell::from(cell.value.as_str()),
        ExportCell::from(cell.reason.as_str()),
        ExportCell::from(cell.proposal.as_deref()),
        ExportCell::from(cell.effect.name()),
        ExportCell::from(cell.link.as_str()),
    ]
}

fn name_line(near: &NearNames) -> Vec<ExportCell> {
    vec![
        ExportCell::from(crate::findings::inbox::NEAR_NAMES),
        ExportCell::from(near.kind),
        ExportCell::Empty,
        ExportCell::Empty,
        ExportCell::from(near.merge.name.as_str()),
        ExportCell::from(near.reason.as_str()),
        ExportCell::from(near.keep.name.as_str()),
        ExportCell::from(near.effect.as_str()),
        ExportCell::from(near.merge.address.as_str()),
    ]
}

fn file_line(line: &LineProblem) -> Vec<ExportCell> {
    let nothing = || ExportCell::Empty;
    vec![
        ExportCell::from(crate::findings::inbox::FILE_LINES),
        ExportCell::from(line.file.as_str()),
        ExportCell::from(line.line),
        nothing(),
        nothing(),
        ExportCell::from(line.reason.as_str()),
        nothing(),
        nothing(),
        nothing(),
    ]
}

fn edit_line(edit: &SheetEdit) -> Vec<ExportCell> {
    vec![
        ExportCell::from(crate::findings::inbox::SHEET_EDITS),
        ExportCell::from(format!("{} {}", edit.tab, edit.row)),
        ExportCell::Empty,
        ExportCell::from(edit.column.as_str()),
        ExportCell::from(edit.new.as_str()),
        ExportCell::from(format!("{} in the sheet", edit.action)),
        ExportCell::from(edit.old.as_str()),
        ExportCell::Empty,
        ExportCell::from(edit.link.as_str()),
    ]
}
