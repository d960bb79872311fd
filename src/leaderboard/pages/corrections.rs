//! Handlers of the history pages: `GET /leaderboard/corrections` lists corrections with their reasons and effects; `GET
//! /leaderboard/difference` compares the standings at two moments.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    desk::Leaderboard,
    past::{
        A_PAGE, AsOf,
        corrections::Correction,
        difference::{Moved, difference},
    },
    period::Period,
    view::{
        Paging,
        corrections::{CorrectionsPage, DifferencePage},
    },
};
use crate::{
    answer::{Cell, Column, Face, Kind, Rendered, Sheet},
    asked::Asked,
    error::Error,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    page: Option<String>,
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct CorrectionsAnswer<'a> {
    as_of: Timestamp,
    total: usize,
    page: u32,
    corrections: &'a [Correction],
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(question.format.as_deref(), &headers, &uri, Face::PAGE)?;
    let page = question
        .page
        .as_deref()
        .and_then(|page| page.parse().ok())
        .unwrap_or(1_u32)
        .max(1);
    let told = leaderboard.corrections(page).await?;
    let current = leaderboard.current().await?;
    let pages = u32::try_from(told.total.div_ceil(A_PAGE)).unwrap_or(u32::MAX).max(1);
    let rendered = match asked.face {
        Face::Html => Rendered::html(
            CorrectionsPage {
                corrections: &told.list,
                paging: Paging { page, pages },
                now: current.now.clone(),
            }
            .document(&leaderboard.frame(&current)),
        ),
        _ => Rendered::json(&CorrectionsAnswer {
            as_of: told.read_at,
            total: told.total,
            page,
            corrections: &told.list,
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Between {
    before: Option<String>,
    after: Option<String>,
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct DifferenceAnswer<'a> {
    before: AsOf,
    after: AsOf,
    by_csm: &'a [Moved],
}

pub(super) async fn between(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<Between>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(question.format.as_deref(), &headers, &uri, Face::TABLE)?;
    let current = leaderboard.current().await?;
    let now = current.now.clone();
    let week_ago = now
        .checked_sub(jiff::ToSpan::days(7))
        .map_or(Timestamp::MIN, |then| then.timestamp());
    let before = leaderboard
        .moment("before", question.before.as_deref())?
        .unwrap_or(AsOf::at(week_ago));
    let after = leaderboard
        .moment("after", question.after.as_deref())?
        .unwrap_or(AsOf::at(now.timestamp()));
    let then = leaderboard.past(before).await?;
    let later = leaderboard.past(after).await?;
    let everything = Period::default();
    let (then, later) = (
        leaderboard.standings(&then, everything).await,
        leaderboard.standings(&later, everything).await,
    );
    let moved = difference(&then.by_csm, &later.by_csm);
    let rendered = match asked.face {
        Face::Html => Rendered::html(
            DifferencePage {
                before,
                after,
                moved: &moved,
                address: &asked.address,
                now,
            }
            .document(&leaderboard.frame(&current)),
        ),
        Face::Csv => Rendered::csv(&sheet(&moved, now.datetime())),
        Face::Xlsx => Rendered::xlsx(&sheet(&moved, now.datetime())).map_err(Error::internal)?,
        _ => Rendered::json(&DifferenceAnswer {
            before,
            after,
            by_csm: &moved,
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

fn sheet(moved: &[Moved], as_of: jiff::civil::DateTime) -> Sheet {
    let headers = [
        "csm",
        "integrations_before",
        "integrations_after",
        "difference",
        "rank_before",
        "rank_after",
    ];
    let kinds = [
        Kind::Text,
        Kind::Integer,
        Kind::Integer,
        Kind::Integer,
        Kind::Integer,
        Kind::Integer,
    ];
    let row = |line: &Moved| {
        let difference = i32::try_from(line.points()).unwrap_or(i32::MAX);
        vec![
            Cell::from(line.csm.as_str()),
            Cell::from(line.before.map(|standing| standing.integrations)),
            Cell::from(line.after.map(|standing| standing.integrations)),
            Cell::from(difference),
            Cell::from(line.before.map(|standing| standing.rank)),
            Cell::from(line.after.map(|standing| standing.rank)),
        ]
    };
    Sheet {
        title: "Difference".to_owned(),
        file_name: "leaderboard-difference".to_owned(),
        as_of,
        columns: headers
            .into_iter()
            .zip(kinds)
            .map(|(header, kind)| Column::new(header, kind))
            .collect(),
        rows: moved.iter().map(row).collect(),
    }
}
