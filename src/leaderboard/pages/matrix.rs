//! Handler of `GET /leaderboard/matrix`: credits and open integrations by company.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    desk::{Current, Leaderboard},
    matrix::{Matrix, MatrixColumn, MatrixQuestion, MatrixRow, Order},
    view::{MatrixPage, Paging},
};
use crate::{
    answer::{Cell, Column, Face, Kind, Rendered, Sheet},
    asked::Asked,
    error::{Error, FieldError},
};

/// Companies per page.
const COMPANIES_A_PAGE: usize = 100;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    csm: Option<String>,
    company: Option<String>,
    missing: Option<String>,
    sort: Option<String>,
    page: Option<String>,
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Matrix")]
pub(super) struct Answer<'a> {
    as_of: jiff::Timestamp,
    filter: &'a MatrixQuestion,
    open: u32,
    integrations: &'a [MatrixColumn],
    companies: &'a [MatrixRow],
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(sent): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(sent.format.as_deref(), &headers, &uri, Face::TABLE)?;
    let question = sent.question()?;
    let current = leaderboard.current().await?;
    let make = async || {
        let matrix = current.settled.ledger.matrix(&question);
        match asked.face {
            Face::Html => Ok(Rendered::html(sent.document(
                &leaderboard,
                &current,
                (&question, &matrix),
            ))),
            face => file(&leaderboard, &current, (&question, &matrix), face),
        }
    };
    let rendered = leaderboard.answered(&current, asked.key(), make).await?;
    Ok(rendered.respond(&headers))
}

impl Question {
    fn question(&self) -> Result<MatrixQuestion, Error> {
        let given = |value: &Option<String>| {
            let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
            value.map(str::to_owned)
        };
        let sort = given(&self.sort).map_or(Ok(Order::default()), |word| {
            let known = Order::ALL.into_iter().find(|order| order.name() == word);
            known.ok_or_else(|| {
                let words = Order::ALL.map(Order::name).join(", ");
                let message = format!("“{word}” is no order. Choose one of {words}, or leave it out.");
                Error::bad_question(vec![FieldError::new("sort", message)])
            })
        })?;
        Ok(MatrixQuestion {
            csm: given(&self.csm),
            company: given(&self.company),
            missing: given(&self.missing),
            sort,
        })
    }

    fn document(
        &self,
        leaderboard: &Leaderboard,
        current: &Current,
        (question, matrix): (&MatrixQuestion, &Matrix<'_>),
    ) -> String {
        let pages = matrix.len().div_ceil(COMPANIES_A_PAGE).max(1);
        let asked = self.page.as_deref().and_then(|page| page.parse().ok());
        // An invalid page shows the first.
        let page = asked.filter(|page| (1..=pages).contains(page)).unwrap_or(1);
        let number = |amount: usize| u32::try_from(amount).unwrap_or(u32::MAX);
        MatrixPage {
            question,
            columns: &matrix.columns,
            rows: &matrix.rows((page - 1) * COMPANIES_A_PAGE..page * COMPANIES_A_PAGE),
            companies: number(matrix.len()),
            open: matrix.open,
            paging: Paging {
                page: number(page),
                pages: number(pages),
            },
            csms: &current.settled.csms,
        }
        .document(&leaderboard.frame(current))
    }
}

fn file(
    leaderboard: &Leaderboard,
    current: &Current,
    (question, matrix): (&MatrixQuestion, &Matrix<'_>),
    face: Face,
) -> Result<Rendered, Error> {
    let rows = matrix.rows(0..matrix.len());
    let sheet = || sheet(leaderboard, current, matrix, &rows);
    match face {
        Face::Csv => Ok(Rendered::csv(&sheet())),
        Face::Xlsx => Rendered::xlsx(&sheet()).map_err(Error::internal),
        _ => Rendered::json(&Answer {
            as_of: current.read_at,
            filter: question,
            open: matrix.open,
            integrations: &matrix.columns,
            companies: &rows,
        })
        .map_err(Error::internal),
    }
}

/// One column for each integration, with the holder of the credit; empty cells are open.
fn sheet(leaderboard: &Leaderboard, current: &Current, matrix: &Matrix<'_>, rows: &[MatrixRow]) -> Sheet {
    let first = [
        ("company", Kind::Text),
        ("won", Kind::Integer),
        ("to_win", Kind::Integer),
    ];
    let first = first.map(|(header, kind)| Column::new(header, kind));
    let integrations = matrix
        .columns
        .iter()
        .map(|column| Column::new(column.integration.as_str(), Kind::Text));
    let line = |row: &MatrixRow| {
        let first = [
            Cell::from(row.company.as_str()),
            Cell::from(row.won),
            Cell::from(row.open),
        ];
        let holders = row.cells.iter().map(|holder| Cell::from(holder.as_deref()));
        first.into_iter().chain(holders).collect()
    };
    Sheet {
        title: "Matrix".to_owned(),
        file_name: "leaderboard-matrix".to_owned(),
        as_of: current.read_at.to_zoned(leaderboard.clock.zone().clone()).datetime(),
        columns: first.into_iter().chain(integrations).collect(),
        rows: rows.iter().map(line).collect(),
    }
}
