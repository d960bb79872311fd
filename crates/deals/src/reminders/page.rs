//! `GET /deals/reminders`: pending reminders and the history; `POST /deals/reminders` sends the pending ones.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::language::Language;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::Reading;
use web::{
    delivery::Channel,
    error::Error,
    request_context::RequestContext,
    response::{Format, RenderedResponse},
};

use crate::{
    editing::request::language_of,
    list::query_params::DealQueryParams,
    reminders::{
        message::{ChannelMessages, ReminderMessage, channel_messages},
        report::SuppressedReminder,
        rows::{DealAlert, DealAlerts},
        view::RemindersPage,
    },
    routes::REMINDERS,
    snapshot::DealsSnapshot,
    state::Deals,
};

/// Number of history lines on the page, newest first.
const MAX_HISTORY_LINES: usize = 100;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DealsReminders")]
pub(crate) struct RemindersResponse<'a> {
    as_of: Timestamp,
    /// Configured channels.
    channels: Vec<Channel>,
    /// Messages that would be sent now.
    next: Vec<PendingMessageResponse<'a>>,
    /// Reminders that would not be sent, with the reason.
    suppressed: Vec<&'a SuppressedReminder>,
    /// Reminders sent, failed or suppressed, newest first.
    history: Vec<SentReminderResponse<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct PendingMessageResponse<'a> {
    channel: Channel,
    assignee: Option<&'a str>,
    recipient: &'a str,
    reasons: Vec<String>,
    subject: String,
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct SentReminderResponse<'a> {
    at: Option<Timestamp>,
    subject: &'a str,
    recipient: &'a str,
    channel: Channel,
    outcome: String,
    reason: String,
}

/// Response to a request without a valid token.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UnauthorizedResponse {
    /// Error code.
    error: &'static str,
    /// What to send.
    message: &'static str,
}

pub(crate) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<DealQueryParams>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = common.request_context(&headers, &uri, Format::PAGE)?;
    let current = deals.current().await?;
    let alerts: Reading<DealAlerts> = deals.store.read().await?;
    let rendered = render(&deals, &current, &request, &alerts.snapshot.data)?;
    Ok(common.with_language_cookie(rendered.respond(&headers), request.language))
}

fn render(
    deals: &Deals,
    current: &DealsSnapshot,
    request: &RequestContext,
    alerts: &DealAlerts,
) -> Result<RenderedResponse, Error> {
    let configured = deals.reminders.delivery.channels();
    // Without a channel the page previews the mail.
    let shown = if configured.is_empty() {
        vec![Channel::Mail]
    } else {
        configured.clone()
    };
    let mail: Vec<(Channel, ChannelMessages<'_>)> = shown
        .into_iter()
        .map(|channel| (channel, channel_messages(deals, channel, current, alerts)))
        .collect();
    let history: Vec<&DealAlert> = alerts.lines.iter().rev().take(MAX_HISTORY_LINES).collect();
    if request.format == Format::Json {
        let answer = build_response(deals, current.read_at, configured, &mail, &history);
        return RenderedResponse::json(&answer).map_err(Error::internal);
    }
    let page = RemindersPage {
        language: request.language,
        configured: &configured,
        at: deals.reminders.at,
        may_send: deals.reminders.token.is_none() && !configured.is_empty(),
        mail: &mail,
        history: &history,
        history_link: alerts.link.tab(),
        zone: deals.clock.zone(),
    };
    Ok(RenderedResponse::html(
        page.document(&deals.frame(current, request.language), &request.address),
    ))
}

fn build_response<'a>(
    deals: &Deals,
    as_of: Timestamp,
    channels: Vec<Channel>,
    mail: &'a [(Channel, ChannelMessages<'_>)],
    history: &[&'a DealAlert],
) -> RemindersResponse<'a> {
    let waiting = |channel: Channel, letter: &'a ReminderMessage<'_>| {
        let message = letter.message(channel, deals.reminders.language);
        PendingMessageResponse {
            channel,
            assignee: letter.digest.assignee.as_deref(),
            recipient: &letter.recipient,
            reasons: letter.lines.iter().map(|line| line.reason.to_string()).collect(),
            subject: message.subject,
            text: message.text,
        }
    };
    let past = |line: &&'a DealAlert| SentReminderResponse {
        at: line.at,
        subject: &line.subject,
        recipient: &line.recipient,
        channel: line.channel,
        outcome: line.outcome.words(),
        reason: line.reason.to_string(),
    };
    RemindersResponse {
        as_of,
        channels,
        next: mail
            .iter()
            .flat_map(|(channel, mail)| mail.letters.iter().map(|letter| waiting(*channel, letter)))
            .collect(),
        suppressed: mail.iter().flat_map(|(_, mail)| &mail.suppressed).collect(),
        history: history.iter().map(past).collect(),
    }
}

/// Sends the pending reminders. Repeated calls are safe: a reminder is sent once.
pub(crate) async fn send(State(deals): State<Arc<Deals>>, headers: HeaderMap, uri: Uri) -> Result<Response, Error> {
    let language = language_of(&uri, &headers);
    if let Some(refused) = refusal(deals.reminders.token.as_deref(), language, &headers) {
        return Ok(refused);
    }
    // A separate task, so that a disconnect does not stop the run between a message and its alert.
    let run = Arc::clone(&deals);
    let report = tokio::spawn(async move { run.remind().await })
        .await
        .map_err(Error::internal)??;
    Ok(match Format::accepted(&headers) {
        Format::Html => Redirect::to(REMINDERS).into_response(),
        _ => Json(report).into_response(),
    })
}

/// Programs authenticate with the token. Without a configured token a request has to say that it comes from the page, as
/// browsers do for its button. That keeps out a program that merely found the address, not one that pretends.
fn refusal(token: Option<&str>, language: Language, headers: &HeaderMap) -> Option<Response> {
    let refuse = |status, error, message| {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
        (status, challenge, Json(UnauthorizedResponse { error, message })).into_response()
    };
    match token {
        None if comes_from_own_page(headers) => None,
        None => Some(refuse(
            StatusCode::FORBIDDEN,
            "reminders_token_not_set",
            language.choose(
                "Les envois par programme sont coupés : réglez REMINDERS_TOKEN et envoyez-le sous la forme « Authorization: Bearer … ». Rien n’a été envoyé.",
                "Runs by programs are off: set REMINDERS_TOKEN and send it as “Authorization: Bearer …”. Nothing was sent.",
            ),
        )),
        Some(token) if has_token(token, headers) => None,
        Some(_) => Some(refuse(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            language.choose(
                "Envoyez le jeton de REMINDERS_TOKEN sous la forme « Authorization: Bearer … ». Rien n’a été envoyé.",
                "Send the token of REMINDERS_TOKEN as “Authorization: Bearer …”. Nothing was sent.",
            ),
        )),
    }
}

/// The middleware rejects cross-site forms; this check only requires that an origin is given.
fn comes_from_own_page(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN)
}

/// Constant-time comparison, so that timing reveals nothing about the token.
fn has_token(token: &str, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // The name of a scheme is case-insensitive: <https://www.rfc-editor.org/rfc/rfc9110#section-11.1>
    let given = given
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, token)| token.trim_start_matches(' '))
        .unwrap_or_default();
    given.len() == token.len()
        && given
            .bytes()
            .zip(token.bytes())
            .fold(0, |sum, (left, right)| sum | (left ^ right))
            == 0
}
