//! Handlers of the history pages: `GET /leaderboard/corrections` lists corrections with their reasons and effects; `GET
//! /leaderboard/difference` compares the standings at two moments.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use domain::period::Period;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{
    error::Error,
    openapi::{EndpointDocs, parameters::moment},
    request_context::RequestContext,
    response::{CutList, ExportCell, ExportColumn, ExportKind, ExportSheet, Format, ListPage, RenderedResponse},
};

use crate::{
    history::{
        as_of::AsOf,
        corrections::LoggedCorrection,
        difference::{StandingChange, difference},
        snapshots::CORRECTIONS_PER_PAGE,
        view::{CorrectionsPage, DifferencePage},
    },
    routes::{CORRECTIONS, DIFFERENCE, TAG},
    state::Leaderboard,
    ui::paging::Paging,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new()
        .api_route(
            CORRECTIONS,
            get_with(show, |it| {
                it.about(TAG, "What was corrected, why, and whose points it changed.")
                    .answers::<CorrectionsResponse<'_>>(Format::PAGE)
            }),
        )
        .api_route(
            DIFFERENCE,
            get_with(show_difference, |it| {
                it.about(TAG, "The standings at two moments.")
                    .answers::<DifferenceResponse<'_>>(Format::TABLE)
            }),
        )
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct CorrectionsQuery {
    page: Option<String>,
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct CorrectionsResponse<'a> {
    as_of: Timestamp,
    total: usize,
    page: u32,
    corrections: &'a [LoggedCorrection],
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<CorrectionsQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::PAGE)?;
    let page = query
        .page
        .as_deref()
        .and_then(|page| page.parse().ok())
        .unwrap_or(1_u32)
        .max(1);
    let corrections = leaderboard.corrections(page).await?;
    let current = leaderboard.current().await?;
    let pages = u32::try_from(corrections.total.div_ceil(CORRECTIONS_PER_PAGE))
        .unwrap_or(u32::MAX)
        .max(1);
    let rendered = match request.format {
        Format::Html => RenderedResponse::html(
            CorrectionsPage {
                corrections: &corrections.list,
                paging: Paging { page, pages },
                now: current.now.clone(),
            }
            .document(&leaderboard.frame(&current)),
        ),
        _ => RenderedResponse::json(&CorrectionsResponse {
            as_of: corrections.read_at,
            total: corrections.total,
            page,
            corrections: &corrections.list,
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct DifferenceQuery {
    #[serde(default)]
    #[schemars(schema_with = "moment")]
    before: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "moment")]
    after: Option<String>,
    /// Number of the page in JSON, 1 for the first.
    page: Option<String>,
    format: Option<String>,
}

/// CSMs on a page in JSON: less than 1 MB with the longest names that the form accepts.
const CSMS_PER_JSON_PAGE: usize = 500;

#[derive(Serialize, JsonSchema)]
pub(crate) struct DifferenceResponse<'a> {
    before: AsOf,
    after: AsOf,
    /// At most 500.
    by_csm: &'a [StandingChange],
    /// `by_csm`, if there are more of them; the next ones have `page=2`. CSV and Excel files have all.
    cut: Vec<CutList>,
}

pub(crate) async fn show_difference(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<DifferenceQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::TABLE)?;
    let current = leaderboard.current().await?;
    let now = current.now.clone();
    let week_ago = now
        .checked_sub(jiff::ToSpan::days(7))
        .map_or(Timestamp::MIN, |then| then.timestamp());
    let before = leaderboard
        .moment("before", query.before.as_deref())?
        .unwrap_or(AsOf::at(week_ago));
    let after = leaderboard
        .moment("after", query.after.as_deref())?
        .unwrap_or(AsOf::at(now.timestamp()));
    let then = leaderboard.past(before).await?;
    let later = leaderboard.past(after).await?;
    let everything = Period::default();
    let (then, later) = (
        leaderboard.standings(&then, everything).await,
        leaderboard.standings(&later, everything).await,
    );
    let moved = difference(&then.by_csm, &later.by_csm);
    let page = ListPage::new(query.page.as_deref(), CSMS_PER_JSON_PAGE);
    let rendered = match request.format {
        Format::Html => RenderedResponse::html(
            DifferencePage {
                before,
                after,
                moved: &moved,
                address: &request.address,
                now,
            }
            .document(&leaderboard.frame(&current)),
        ),
        Format::Csv => RenderedResponse::csv(&sheet(&moved, now.datetime())),
        Format::Xlsx => RenderedResponse::xlsx(&sheet(&moved, now.datetime()))?,
        _ => RenderedResponse::json(&DifferenceResponse {
            before,
            after,
            by_csm: page.of(&moved),
            cut: page.cut("by_csm", moved.len(), &request.address).into_iter().collect(),
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

fn sheet(moved: &[StandingChange], as_of: jiff::civil::DateTime) -> ExportSheet {
    let headers = [
        "csm",
        "integrations_before",
        "integrations_after",
        "difference",
        "rank_before",
        "rank_after",
    ];
    let kinds = [
        ExportKind::Text,
        ExportKind::Integer,
        ExportKind::Integer,
        ExportKind::Integer,
        ExportKind::Integer,
        ExportKind::Integer,
    ];
    let row = |line: &StandingChange| {
        let difference = i32::try_from(line.points()).unwrap_or(i32::MAX);
        vec![
            ExportCell::from(line.csm.as_str()),
            ExportCell::from(line.before.map(|standing| standing.integrations)),
            ExportCell::from(line.after.map(|standing| standing.integrations)),
            ExportCell::from(difference),
            ExportCell::from(line.before.map(|standing| standing.rank)),
            ExportCell::from(line.after.map(|standing| standing.rank)),
        ]
    };
    ExportSheet {
        title: "Difference".to_owned(),
        file_name: "leaderboard-difference".to_owned(),
        as_of,
        columns: headers
            .into_iter()
            .zip(kinds)
            .map(|(header, kind)| ExportColumn::new(header, kind))
            .collect(),
        rows: moved.iter().map(row).collect(),
    }
}
