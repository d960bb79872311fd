//! Handler of `GET /leaderboard/you`: rank of a CSM, with its neighbours.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use domain::{normalize::collapse_spaces, period::Period};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{
    error::Error,
    openapi::{EndpointDocs, parameters::day},
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    routes::{TAG, YOU},
    snapshot::LeaderboardSnapshot,
    standings::{
        Standings,
        my_rank::{
            MyRank, my_rank,
            view::{MyRankPage, MyRankResult},
        },
    },
    state::Leaderboard,
    ui::request::parse_period,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        YOU,
        get_with(show, |it| {
            it.about(TAG, "Where a CSM stands, with the neighbours.")
                .answers::<MyRankResponse<'_>>(Format::PAGE)
        }),
    )
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct MyRankQuery {
    csm: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "day")]
    from: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "day")]
    to: Option<String>,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<MyRankQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(None, &headers, &uri, Format::PAGE)?;
    let period = parse_period(query.from.as_deref(), query.to.as_deref())?;
    let typed = collapse_spaces(query.csm.as_deref().unwrap_or_default());
    let current = leaderboard.current().await?;
    let render_response = async || {
        let standings = leaderboard.standings(&current, period).await;
        render(&leaderboard, &current, &standings, request.format, &typed)
    };
    let rendered = leaderboard
        .cached_response(&current, request.key(), render_response)
        .await?;
    Ok(rendered.respond(&headers))
}

fn render(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    standings: &Standings,
    format: Format,
    typed: &str,
) -> Result<RenderedResponse, Error> {
    let ledger = &current.data.ledger;
    let csm = ledger.find_csm(typed).map(|csm| ledger.csm_display_name(csm));
    let line = csm.and_then(|csm| my_rank(&standings.by_csm, csm));
    if format != Format::Html {
        let response = MyRankResponse {
            as_of: current.read_at,
            period: standings.period,
            csm,
            own_line: line,
        };
        return RenderedResponse::json(&response).map_err(Error::internal);
    }
    let own = match (typed, csm, line) {
        ("", _, _) => MyRankResult::NotRequested,
        (_, None, _) => MyRankResult::Unknown(typed),
        (_, Some(csm), None) => MyRankResult::Unlisted(csm),
        (_, _, Some(line)) => MyRankResult::Listed(line),
    };
    let page = MyRankPage {
        own,
        typed,
        period: standings.period,
        today: current.now.date(),
    };
    Ok(RenderedResponse::html(page.document(&leaderboard.frame(current))))
}

/// Response of `GET /leaderboard/you`.
#[derive(Serialize, JsonSchema)]
pub struct MyRankResponse<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Counted days.
    pub period: Period,
    /// Display name of the CSM; `None` when no claim has that name.
    pub csm: Option<&'a str>,
    /// The CSM's row with its neighbours; `None` when the CSM has no claim in the period.
    pub own_line: Option<MyRank<'a>>,
}
