//! Handler of `GET /leaderboard/live`: one server-sent event stream for each open board.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use std::{convert::Infallible, sync::Arc, time::Duration};

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    Extension, Json,
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response, Sse, sse::Event},
};
use futures_util::stream::{self, Stream};
use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{error::Error, middleware::ClientAddress, openapi::EndpointDocs};

use crate::{
    live::{
        editions::{BoardEdition, EditionId, LiveViewer},
        new_claims::{NewClaim, NewClaims},
    },
    routes::{LIVE, TAG},
    state::Leaderboard,
    ui::messages,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        LIVE,
        get_with(show, |it| {
            it.about(
                TAG,
                "Server-sent events: the claims that are new to the caller, as they come. With `Accept: application/json` \
                 one event, for callers that got no stream.",
            )
            .responds_with::<LiveEvent<'static>>(200, "What a stream would send now.")
            .serves("text/event-stream")
        }),
    )
}

/// Heartbeat interval. Proxies usually close connections after a minute of silence.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize, JsonSchema)]
pub(crate) struct LiveQuery {
    /// Edition that the page shows.
    since: Option<String>,
}

/// Answers with the stream; to a caller that wants JSON, with the event that a stream would send now. Pages that got no
/// stream poll with it, which takes no place.
pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<LiveQuery>,
    caller: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    leaderboard.current().await?;
    let seen = seen(&headers, query.since.as_deref());
    if wants_json(&headers) {
        return Ok(missed(&leaderboard.live.current(), seen));
    }
    let seat = leaderboard.viewers.take(caller.map(|Extension(caller)| caller.0));
    let viewer = leaderboard.watch(seen, seat.ok_or_else(too_many_viewers)?);
    let mut response = Sse::new(events(viewer)).into_response();
    // Disables proxy buffering, which would delay events: https://nginx.org/en/docs/http/ngx_http_proxy_module.html
    let unbuffered = (
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response.headers_mut().insert(unbuffered.0, unbuffered.1);
    Ok(response)
}

/// 503: the instance serves its maximum number of live viewers.
fn too_many_viewers() -> Error {
    let mut error = Error::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "too_many_viewers",
        "Too many people watch at once",
        "No more boards can follow by the second.",
    )
    .with_next_step("The page brings itself up to date every half minute all the same.");
    error.retry_after = Some(60);
    error
}

/// Whether JSON is asked for by name. `EventSource` asks for `text/event-stream`, and other programs want the stream.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.starts_with(mime::APPLICATION_JSON.as_ref()))
}

/// The event of an edition for a caller that has seen `seen`.
fn missed(edition: &BoardEdition, seen: Option<EditionId>) -> Response {
    let id = edition.id().to_string();
    let event = Json(LiveEvent::new(&id, edition.since(seen)));
    ([(header::CACHE_CONTROL, "no-store")], event).into_response()
}

/// Last edition seen: from `Last-Event-ID` on a reconnect, otherwise from the page.
fn seen(headers: &HeaderMap, since: Option<&str>) -> Option<EditionId> {
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .filter(|id| !id.is_empty());
    last.or(since).and_then(|id| id.parse().ok())
}

fn events(viewer: LiveViewer) -> impl Stream<Item = Result<Event, Infallible>> {
    // Random retry delay, so that viewers do not all reconnect in the same second after a restart.
    let retry = Duration::from_millis(rand::rng().random_range(1_000..4_000));
    let hello = Event::default().event("beat").data("").retry(retry);
    let news = stream::unfold(viewer, async |mut viewer| {
        let event = next(&mut viewer).await?;
        Some((Ok(event), viewer))
    });
    stream::StreamExt::chain(stream::iter([Ok(hello)]), news)
}

/// Next edition, or a heartbeat.
async fn next(viewer: &mut LiveViewer) -> Option<Event> {
    let Ok(next) = tokio::time::timeout(HEARTBEAT, viewer.next()).await else {
        return Some(Event::default().event("beat").data(""));
    };
    let (edition, new) = next?;
    let id = edition.id().to_string();
    let response = LiveEvent::new(&id, new);
    let event = Event::default().id(&id).event(response.name()).json_data(response);
    event
        .inspect_err(|error| tracing::error!(%error, "an edition cannot be told"))
        .ok()
}

/// One event of `GET /leaderboard/live`: `claims` with at least one new claim, or `edition` when the board differs from
/// what the client has seen, but no claim is new to it.
#[derive(Serialize, JsonSchema)]
pub struct LiveEvent<'a> {
    /// Id of the edition; a client that reconnects sends it back to receive what it missed.
    pub edition: &'a str,
    /// Claims that are new to the client, earliest first; empty in the event `edition`.
    pub claims: Vec<LiveClaim>,
    /// Number of further new claims that are not listed.
    pub others: u32,
}

/// A new claim with a message about it.
#[derive(Serialize, JsonSchema)]
pub struct LiveClaim {
    /// The claim.
    #[serde(flatten)]
    pub claim: NewClaim,
    /// The claim as a sentence.
    pub message: String,
}

impl<'a> LiveEvent<'a> {
    /// Name of the event. Pages announce and celebrate `claims`, and may reload for them; `edition` is no news.
    fn name(&self) -> &'static str {
        if self.claims.is_empty() && self.others == 0 {
            "edition"
        } else {
            "claims"
        }
    }

    /// Builds the event of an edition.
    pub fn new(edition: &'a str, new: NewClaims) -> Self {
        let live_claim = |claim: NewClaim| LiveClaim {
            message: messages::new_claim_sentence(&claim),
            claim,
        };
        Self {
            edition,
            claims: new.latest.into_iter().map(live_claim).collect(),
            others: new.others,
        }
    }
}
