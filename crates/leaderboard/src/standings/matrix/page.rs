//! Handler of `GET /leaderboard/matrix`: credits and open integrations by company.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use web::{
    error::{Error, FieldError},
    openapi::{EndpointDocs, parameters::choice},
    request_context::RequestContext,
    response::{CutList, ExportCell, ExportColumn, ExportKind, ExportSheet, Format, ListPage, RenderedResponse},
};

use crate::{
    routes::{MATRIX, TAG},
    snapshot::LeaderboardSnapshot,
    standings::matrix::{Matrix, MatrixColumn, MatrixFilter, MatrixOrder, MatrixRow, view::MatrixPage},
    state::Leaderboard,
    ui::paging::Paging,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        MATRIX,
        get_with(show, |it| {
            it.about(
                TAG,
                "Company by integration: what is won, by whom, and what is still to win.",
            )
            .answers::<MatrixResponse<'_>>(Format::TABLE)
        }),
    )
}

/// Companies per page.
const COMPANIES_PER_PAGE: usize = 100;
/// Companies per page in JSON: less than 1 MB with long names.
const COMPANIES_PER_JSON_PAGE: usize = 500;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct MatrixQuery {
    csm: Option<String>,
    company: Option<String>,
    missing: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "orders")]
    sort: Option<String>,
    /// Number of the page, 1 for the first.
    page: Option<String>,
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Matrix")]
pub(crate) struct MatrixResponse<'a> {
    as_of: jiff::Timestamp,
    filter: &'a MatrixFilter,
    open: u32,
    integrations: &'a [MatrixColumn],
    /// Companies, at most 500.
    companies: &'a [MatrixRow],
    /// `companies`, if there are more of them; the next ones have `page=2`. CSV and Excel files have all.
    cut: Vec<CutList>,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<MatrixQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::TABLE)?;
    let filter = query.filter()?;
    let current = leaderboard.current().await?;
    let render_response = async || {
        let matrix = current.data.ledger.matrix(&filter);
        match request.format {
            Format::Html => Ok(RenderedResponse::html(query.document(
                &leaderboard,
                &current,
                &filter,
                &matrix,
            ))),
            Format::Json => query.json(&current, &filter, &matrix, &request),
            format => file(&leaderboard, &current, &matrix, format),
        }
    };
    let rendered = leaderboard
        .cached_response(&current, request.key(), render_response)
        .await?;
    Ok(rendered.respond(&headers))
}

fn orders(_: &mut SchemaGenerator) -> Schema {
    choice(MatrixOrder::ALL.map(MatrixOrder::name))
}

impl MatrixQuery {
    fn filter(&self) -> Result<MatrixFilter, Error> {
        let given = |value: &Option<String>| {
            let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
            value.map(str::to_owned)
        };
        let sort = given(&self.sort).map_or(Ok(MatrixOrder::default()), |word| {
            let known = MatrixOrder::ALL.into_iter().find(|order| order.name() == word);
            known.ok_or_else(|| {
                let words = MatrixOrder::ALL.map(MatrixOrder::name).join(", ");
                let message = format!("“{word}” is no order. Choose one of {words}, or leave it out.");
                Error::invalid_query(vec![FieldError::new("sort", message)])
            })
        })?;
        Ok(MatrixFilter {
            csm: given(&self.csm),
            company: given(&self.company),
            missing: given(&self.missing),
            sort,
        })
    }

    fn document(
        &self,
        leaderboard: &Leaderboard,
        current: &LeaderboardSnapshot,
        filter: &MatrixFilter,
        matrix: &Matrix<'_>,
    ) -> String {
        let requested = ListPage::new(self.page.as_deref(), COMPANIES_PER_PAGE);
        let pages = requested.pages(matrix.len());
        // A page beyond the last shows the first.
        let page = if requested.number() > pages {
            1
        } else {
            requested.number()
        };
        let number = |amount: usize| u32::try_from(amount).unwrap_or(u32::MAX);
        MatrixPage {
            filter,
            columns: &matrix.columns,
            rows: &matrix.rows((page - 1) * COMPANIES_PER_PAGE..page * COMPANIES_PER_PAGE),
            companies: number(matrix.len()),
            open: matrix.open,
            paging: Paging {
                page: number(page),
                pages: number(pages),
            },
            csms: &current.data.csms,
        }
        .document(&leaderboard.frame(current))
    }

    fn json(
        &self,
        current: &LeaderboardSnapshot,
        filter: &MatrixFilter,
        matrix: &Matrix<'_>,
        request: &RequestContext,
    ) -> Result<RenderedResponse, Error> {
        let page = ListPage::new(self.page.as_deref(), COMPANIES_PER_JSON_PAGE);
        let total = matrix.len();
        let response = MatrixResponse {
            as_of: current.read_at,
            filter,
            open: matrix.open,
            integrations: &matrix.columns,
            companies: &matrix.rows(page.range(total)),
            cut: page.cut("companies", total, &request.address).into_iter().collect(),
        };
        RenderedResponse::json(&response).map_err(Error::internal)
    }
}

fn file(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    matrix: &Matrix<'_>,
    format: Format,
) -> Result<RenderedResponse, Error> {
    let sheet = sheet(leaderboard, current, matrix, &matrix.rows(0..matrix.len()));
    match format {
        Format::Xlsx => RenderedResponse::xlsx(&sheet),
        _ => Ok(RenderedResponse::csv(&sheet)),
    }
}

/// One column for each integration, with the holder of the credit; empty cells are open.
fn sheet(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    matrix: &Matrix<'_>,
    rows: &[MatrixRow],
) -> ExportSheet {
    let first = [
        ("company", ExportKind::Text),
        ("won", ExportKind::Integer),
        ("to_win", ExportKind::Integer),
    ];
    let first = first.map(|(header, kind)| ExportColumn::new(header, kind));
    let integrations = matrix
        .columns
        .iter()
        .map(|column| ExportColumn::new(column.integration.as_str(), ExportKind::Text));
    let line = |row: &MatrixRow| {
        let first = [
            ExportCell::from(row.company.as_str()),
            ExportCell::from(row.won),
            ExportCell::from(row.open),
        ];
        let holders = row.cells.iter().map(|holder| ExportCell::from(holder.as_deref()));
        first.into_iter().chain(holders).collect()
    };
    ExportSheet {
        title: "Matrix".to_owned(),
        file_name: "leaderboard-matrix".to_owned(),
        as_of: current.read_at.to_zoned(leaderboard.clock.zone().clone()).datetime(),
        columns: first.into_iter().chain(integrations).collect(),
        rows: rows.iter().map(line).collect(),
    }
}
