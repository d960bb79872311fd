//! `POST /deals/import`: upload of a file.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Multipart, Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use domain::language::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use web::{
    error::{Error, FieldError},
    openapi::parameters::language,
    request_context::RequestContext,
    response::Format,
};

use crate::{
    import::{
        job::{
            ComparedUpload,
            progress::{ImportProgress, ImportState},
            upload_cache::KeptUpload,
        },
        log::RunName,
        mapping::MappingProblem,
        page::{
            start,
            upload_form::{UploadForm, refusal},
        },
        preview::{Upload, preview_query},
        request::ImportRequest,
        response::ImportPlanResponse,
        view::import_run_address,
    },
    routes::{IMPORT_PREVIEW, with_language},
    state::Deals,
};

/// Maximum time after the upload that a program waits for the end of the import; after it, the response gives the
/// address to poll.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// Query parameters.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct UploadQuery {
    apply: Option<bool>,
    #[serde(default)]
    #[schemars(schema_with = "language")]
    lang: Option<String>,
}

/// JSON response.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DealsImport")]
pub(crate) struct ImportResponse {
    #[serde(flatten)]
    plan: ImportPlanResponse,
    applied: bool,
    #[serde(flatten)]
    applying: Option<ImportRunResponse>,
}

/// State of the started import.
#[derive(Serialize, JsonSchema)]
struct ImportRunResponse {
    run: String,
    address: String,
    written: ImportProgress,
}

pub(crate) async fn receive(
    State(deals): State<Arc<Deals>>,
    Query(query): Query<UploadQuery>,
    headers: HeaderMap,
    uri: Uri,
    form: Multipart,
) -> Result<Response, Error> {
    let request = RequestContext::with_language((None, query.lang.as_deref()), &headers, &uri, Format::PAGE)?;
    let jobs = &deals.import_jobs;
    let sent_file = UploadForm::of(form, &jobs.slots).await?;
    let pairs = sent_file.pairs.clone();
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let sent = ImportRequest::from_pairs(pairs, request.language).map_err(Error::invalid)?;
    match (sent_file.into_upload(jobs).await?, request.format) {
        (Ok((upload, bytes)), Format::Html) => {
            let Upload { name, digest, .. } = upload;
            let address = format!("{IMPORT_PREVIEW}?{}", preview_query(digest, &sent));
            jobs.uploads.keep(KeptUpload { name, digest, bytes });
            Ok(Redirect::to(&with_language(&address, request.language)).into_response())
        }
        (Err(problem), Format::Html) => start::refused(&deals, &request, &problem).await,
        (Ok((upload, _)), _) => answer(&deals, upload, sent, &request, query.apply.unwrap_or(false)).await,
        (Err(problem), _) => Err(refusal(&problem, request.language)),
    }
}

async fn answer(
    deals: &Deals,
    upload: Upload,
    sent: ImportRequest,
    request: &RequestContext,
    apply: bool,
) -> Result<Response, Error> {
    let until = Instant::now() + MAX_WAIT;
    let compared = deals.import_jobs.compare(Arc::new(upload), sent).await?;
    let plan = plan_response(&compared, request.language)?;
    if !apply {
        let answer = ImportResponse {
            plan,
            applied: false,
            applying: None,
        };
        return Ok(Json(answer).into_response());
    }
    let run = RunName::new();
    let mut progress = deals.import_jobs.begin(compared, &run).await?;
    // The import continues after the timeout; the response gives the address to poll.
    let _ = tokio::time::timeout_at(until, progress.wait_for(ImportProgress::is_over)).await;
    let written = progress.borrow().clone().in_language(request.language);
    let status = status_of(&written.state);
    let answer = ImportResponse {
        plan,
        applied: written.state == ImportState::Done,
        applying: Some(ImportRunResponse {
            run: run.to_string(),
            address: import_run_address(&run),
            written,
        }),
    };
    Ok((status, Json(answer)).into_response())
}

/// Status code for the state of an import.
pub(crate) fn status_of(state: &ImportState) -> StatusCode {
    match state {
        ImportState::Running => StatusCode::ACCEPTED,
        ImportState::Done => StatusCode::OK,
        ImportState::Stopped(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn plan_response(compared: &ComparedUpload, language: Language) -> Result<ImportPlanResponse, Error> {
    match &compared.prepared.outcome {
        Ok(outcome) => Ok(ImportPlanResponse::of(&compared.prepared, outcome, language)),
        Err(problems) => Err(Error::invalid(
            problems.iter().map(|problem| field_error(problem, language)).collect(),
        )),
    }
}

fn field_error(problem: &MappingProblem, language: Language) -> FieldError {
    let field = match problem {
        MappingProblem::Missing(field)
        | MappingProblem::NoSuchColumn(field)
        | MappingProblem::SharedColumn(field, _)
        | MappingProblem::NotAColumn { field, .. } => *field,
    };
    FieldError::new(field.name(), problem.text(language))
}
