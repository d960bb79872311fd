//! Handlers of `/leaderboard/weekly`: preview and schedule of the Slack message; `POST` sends it if it is due.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Zoned;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets_store::Reading;
use web::{
    error::Error,
    openapi::EndpointDocs,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    routes::{TAG, WEEKLY, board_address},
    standings::weekly::{
        rows::StandingsSentRows,
        schedule::{SendOutcome, Week, WeeklyAttempt, due},
        view::WeeklyStandingsPage,
    },
    state::Leaderboard,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        WEEKLY,
        get_with(show, |it| {
            it.about(TAG, "The standings of the week as they go to Slack.")
                .answers::<WeeklyResponse<'_>>(Format::PAGE)
        })
        .post_with(send, |it| {
            it.about(TAG, "Sends the standings of the week if they are due.")
                .responds_with::<WeeklySendResponse>(200, "What became of it.")
                .redirects()
        }),
    )
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct WeeklyQuery {
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct WeeklyResponse<'a> {
    /// Whether Slack is configured.
    on: bool,
    /// Week of the preview.
    week: String,
    /// Whether it is due now.
    due: bool,
    next: Option<Zoned>,
    preview: &'a str,
    sent: &'a [WeeklyAttempt],
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct WeeklySendResponse {
    /// Outcome of the message; `None` when none is due.
    outcome: Option<String>,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<WeeklyQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::PAGE)?;
    let sent: Reading<StandingsSentRows> = leaderboard.store.read().await?;
    let current = leaderboard.current().await?;
    let sent = &sent.snapshot.data.0;
    let due = due(&current.now, leaderboard.weekly.at, sent).map(|(week, _)| week);
    let week = due.unwrap_or_else(|| Week::before(current.now.date()));
    let preview = leaderboard.weekly_message(&current, week).await;
    let on = leaderboard.weekly.delivery.slack.is_some();
    let next = leaderboard.weekly.at.next(&current.now);
    let rendered = match request.format {
        Format::Html => RenderedResponse::html(
            WeeklyStandingsPage {
                on,
                due: due.is_some(),
                next: next.as_ref(),
                preview: &preview,
                board: board_address(week.period()),
                sent,
                now: current.now.clone(),
            }
            .document(&leaderboard.frame(&current)),
        ),
        _ => RenderedResponse::json(&WeeklyResponse {
            on,
            week: week.name(),
            due: due.is_some(),
            next,
            preview: &preview,
            sent,
        })
        .map_err(Error::internal)?,
    };
    Ok(rendered.respond(&headers))
}

pub(crate) async fn send(State(leaderboard): State<Arc<Leaderboard>>, headers: HeaderMap) -> Result<Response, Error> {
    let outcome = leaderboard.send_weekly().await?;
    if Format::accepted(&headers) == Format::Html {
        return Ok(Redirect::to(WEEKLY).into_response());
    }
    let response = WeeklySendResponse {
        outcome: outcome.as_ref().map(SendOutcome::as_text),
    };
    Ok(RenderedResponse::json(&response)
        .map_err(Error::internal)?
        .respond(&headers))
}
