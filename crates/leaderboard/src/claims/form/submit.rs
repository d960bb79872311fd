//! Handler of `POST /leaderboard/submissions`: records a claim. Responds only after the row is written.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::post_with};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::{language::Language, similarity::Similarity};
use sheets_store::{Batch, CommitError, NewId};
use web::{
    error::{Error, FieldError},
    openapi::{BodyKind, EndpointDocs},
    request_context::idempotency_key,
    response::Format,
};

use crate::{
    claims::{
        form::{
            page::{FormValues, page},
            validation::{SubmissionError, SubmissionRequest, ValidSubmission},
            view::SubmitProblem,
        },
        receipt::page::SubmissionResponse,
        rows::{NewSubmission, SUBMISSIONS as SUBMISSIONS_TAB},
        submission::SubmissionStatus,
    },
    names::{page::suggestions, rows::NameKind, view::SimilarNames},
    routes::{SUBMISSIONS, TAG},
    state::Leaderboard,
    ui::request::parse_object,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        SUBMISSIONS,
        post_with(receive, |it| {
            it.about(
                TAG,
                "Claims integrations. The answer comes when the row is in the spreadsheet.",
            )
            .reads::<SubmissionRequest>(BodyKind::JsonOrForm)
            .responds_with::<SubmissionResponse<'_>>(200, "It was there already.")
            .responds_with::<SubmissionResponse<'_>>(201, "It is recorded.")
            .redirects()
        }),
    )
}

pub(crate) async fn receive(
    State(leaderboard): State<Arc<Leaderboard>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let (mut request, confirmed) = read(&headers, &body)?.apply_confirmations();
    match idempotency_key(&headers, Some(&request.key), Language::English) {
        Ok(key) => request.key = key.unwrap_or_default(),
        Err(error) => return reject(&leaderboard, &headers, request, SubmissionError::Fields(vec![error])).await,
    }
    let valid = match request.check(&leaderboard.catalog().catalog, leaderboard.clock.now()) {
        Ok(valid) => valid,
        Err(refusal) => return reject(&leaderboard, &headers, request, refusal).await,
    };
    if wants_page(&headers) {
        let similar_names = similar_names(&leaderboard, &valid, &confirmed).await;
        if !similar_names.is_empty() {
            return Ok(render_name_question(&leaderboard, request, similar_names).await);
        }
    }
    if !wants_page(&headers) {
        let recorded = record(&leaderboard, &valid, valid.id_for_program()).await?;
        recorded.check_present(&leaderboard).await?;
        return crate::claims::receipt::page::json_response(&leaderboard, &recorded.id, recorded.status()).await;
    }
    match record(&leaderboard, &valid, NewId::Given(valid.id())).await {
        Ok(recorded) => Ok(Redirect::to(&leaderboard.receipt_address(&recorded.id)).into_response()),
        Err(error) => Ok(not_recorded(&leaderboard, request, error).await),
    }
}

/// Known names similar to those of a claim, except names the sender has already confirmed. Uses only cached rows, so
/// that no claim waits for it. A name that extends a known one is not treated as a typo.
async fn similar_names(leaderboard: &Leaderboard, valid: &ValidSubmission, confirmed: &[NameKind]) -> SimilarNames {
    let Some(current) = leaderboard.cached().await else {
        return SimilarNames::default();
    };
    let similar = |kind, typed: &str| {
        let mut similar = match confirmed.contains(&kind) {
            true => Vec::new(),
            false => suggestions(&current, kind, typed),
        };
        similar.retain(|suggestion| suggestion.likeness != Similarity::Longer);
        similar
    };
    SimilarNames {
        csm: similar(NameKind::Csm, &valid.csm),
        company: similar(NameKind::Company, &valid.company),
    }
}

/// Renders the form again with a question for each name that is similar to a known one.
async fn render_name_question(
    leaderboard: &Leaderboard,
    request: SubmissionRequest,
    similar_names: SimilarNames,
) -> Response {
    let values = FormValues {
        request,
        shown_at: leaderboard.clock.zoned_now(),
        field_errors: Vec::new(),
        similar_names,
    };
    let mut response = page(leaderboard, values, Some(SubmitProblem::NameUnclear)).await;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// Renders the form again with all input and the reason why it was not recorded.
async fn not_recorded(leaderboard: &Leaderboard, request: SubmissionRequest, error: CommitError) -> Response {
    let is_closed = matches!(error, CommitError::Closed(_));
    let error = Error::from(error);
    tracing::error!(
        cause = sheets_store::error_chain::error_chain(&error),
        "a claim was not recorded"
    );
    let cause = if is_closed {
        format!("{} {}", error.happened, error.next)
    } else {
        error.happened.to_string()
    };
    let problem = SubmitProblem::Unreachable { cause };
    let mut response = render_form_again(leaderboard, request, error.status, Vec::new(), Some(problem)).await;
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A submission that is in the sheet.
struct RecordedSubmission {
    id: String,
    was_there: bool,
}

impl RecordedSubmission {
    fn status(&self) -> StatusCode {
        if self.was_there {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        }
    }

    /// 410 when the row of a repeated key was deleted since.
    async fn check_present(&self, leaderboard: &Leaderboard) -> Result<(), Error> {
        if self.was_there && leaderboard.current().await?.data.ledger.row_of(&self.id).is_none() {
            return Err(Error::keyed_row_gone(SUBMISSIONS_TAB.title, self.id.clone()));
        }
        Ok(())
    }
}

async fn record(
    leaderboard: &Leaderboard,
    valid: &ValidSubmission,
    new_id: NewId,
) -> Result<RecordedSubmission, CommitError> {
    let id = valid.id();
    let row = NewSubmission {
        id: id.clone(),
        submitted_at: leaderboard.clock.zoned_now(),
        csm: valid.csm.clone(),
        company: valid.company.clone(),
        integrations: valid.integrations.clone(),
        status: SubmissionStatus::Received,
        note: String::new(),
    };
    let committed = leaderboard.commit(Batch::inserts([row.into_insert_as(new_id)])).await?;
    let id = committed.ids.first().cloned().unwrap_or(id);
    Ok(RecordedSubmission {
        id,
        was_there: committed.inserted == 0,
    })
}

async fn reject(
    leaderboard: &Leaderboard,
    headers: &HeaderMap,
    request: SubmissionRequest,
    refusal: SubmissionError,
) -> Result<Response, Error> {
    let (field_errors, problem) = match refusal {
        SubmissionError::Fields(field_errors) => (field_errors, None),
        SubmissionError::Automatic => (Vec::new(), Some(SubmitProblem::TooFast)),
    };
    if wants_page(headers) {
        return Ok(render_form_again(
            leaderboard,
            request,
            StatusCode::UNPROCESSABLE_ENTITY,
            field_errors,
            problem,
        )
        .await);
    }
    Err(Error::invalid(if field_errors.is_empty() {
        vec![FieldError::new(
            "website",
            "This looks like an automatic entry. Leave “website” empty and send “shown_at” only from a form that was shown.",
        )]
    } else {
        field_errors
    }))
}

/// Renders the form again with all input.
async fn render_form_again(
    leaderboard: &Leaderboard,
    request: SubmissionRequest,
    status: StatusCode,
    field_errors: Vec<FieldError>,
    problem: Option<SubmitProblem>,
) -> Response {
    let values = FormValues {
        request: SubmissionRequest {
            website: String::new(),
            ..request
        },
        shown_at: leaderboard.clock.zoned_now(),
        field_errors,
        similar_names: SimilarNames::default(),
    };
    let mut response = page(leaderboard, values, problem).await;
    *response.status_mut() = status;
    response
}

fn read(headers: &HeaderMap, body: &Bytes) -> Result<SubmissionRequest, Error> {
    let kind: Option<mime::Mime> = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.parse().ok());
    match kind.as_ref().map(mime::Mime::essence_str) {
        Some("application/json") => parse_object(body),
        Some("application/x-www-form-urlencoded") => serde_urlencoded::from_bytes(body)
            .map(SubmissionRequest::from_pairs)
            .map_err(|_| Error::unreadable("The form contains something that is not text.")),
        _ => Err(Error::unsupported_media_type()),
    }
}

/// Whether the client wants a page: it accepts HTML, or sends a form without asking for JSON.
fn wants_page(headers: &HeaderMap) -> bool {
    matches!(Format::negotiate(None, headers, Format::PAGE), Ok(Format::Html)) || {
        let is_form = headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let names_json = headers
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("json"));
        is_form && !names_json
    }
}
