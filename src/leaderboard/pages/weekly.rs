//! Handlers of `/leaderboard/weekly`: preview and schedule of the Slack message; `POST` sends it if it is due.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Zoned;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    desk::Leaderboard,
    view::{board_address, ways::WEEKLY, weekly::WeeklyPage},
    weekly::{
        rows::{Outcome, Sent, StandingsSent},
        schedule::{Week, due},
    },
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
    store::Reading,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    format: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct WeeklyAnswer<'a> {
    /// Whether Slack is configured.
    on: bool,
    /// Week of the preview.
    week: String,
    /// Whether it is due now.
    due: bool,
    next: Option<Zoned>,
    preview: &'a str,
    sent: &'a [Sent],
}

#[derive(Serialize, JsonSchema)]
pub(super) struct WeeklySent {
    /// Outcome of the message; `None` when none is due.
    outcome: Option<String>,
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(question.format.as_deref(), &headers, &uri, Face::PAGE)?;
    let sent: Reading<StandingsSent> = leaderboard.store.read().await?;
    let current = leaderboard.current().await?;
    let sent = &sent.snapshot.data.0;
    let due = due(&current.now, leaderboard.weekly.at, sent).map(|(week, _)| week);
    let week = due.unwrap_or_else(|| Week::before(current.now.date()));
    let preview = leaderboard.weekly_message(&current, week).await;
    let on = leaderboard.weekly.delivery.slack.is_some();
    let next = leaderboard.weekly.at.next(&current.now);
    let rendered = match asked.face {
        Face::Html => Rendered::html(
            WeeklyPage {
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
        _ => Rendered::json(&WeeklyAnswer {
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

pub(super) async fn send(State(leaderboard): State<Arc<Leaderboard>>, headers: HeaderMap) -> Result<Response, Error> {
    let outcome = leaderboard.send_weekly().await?;
    if Face::accepted(&headers) == Face::Html {
        return Ok(Redirect::to(WEEKLY).into_response());
    }
    let answer = WeeklySent {
        outcome: outcome.as_ref().map(Outcome::words),
    };
    Ok(Rendered::json(&answer).map_err(Error::internal)?.respond(&headers))
}
