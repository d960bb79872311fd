//! `POST /deals/import`: upload of a file.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Multipart, Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{
    sent_file::{SentFile, refusal},
    start,
};
use crate::{
    answer::Face,
    asked::Asked,
    deals::{
        desk::Deals,
        import::{
            answer::PlanAnswer,
            log::RunName,
            mapping::MappingProblem,
            prepared::{Upload, query},
            sent::Sent,
        },
        importer::{
            Compared,
            progress::{Progress, Stand},
        },
        view::import::{PREVIEW, in_language, run_address},
    },
    error::{Error, FieldError},
    language::Language,
};

/// Maximum time after the upload that a program waits for the end of the import; after it, the response gives the
/// address to poll.
const PATIENCE: Duration = Duration::from_secs(20);

/// Query parameters.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Parameters {
    apply: Option<bool>,
    lang: Option<String>,
}

/// JSON response.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DealsImport")]
pub(super) struct Answer {
    #[serde(flatten)]
    plan: PlanAnswer,
    applied: bool,
    #[serde(flatten)]
    applying: Option<Applying>,
}

/// State of the started import.
#[derive(Serialize, JsonSchema)]
struct Applying {
    run: String,
    address: String,
    written: Progress,
}

pub(super) async fn receive(
    State(deals): State<Arc<Deals>>,
    Query(asked_for): Query<Parameters>,
    (headers, uri): (HeaderMap, Uri),
    form: Multipart,
) -> Result<Response, Error> {
    let asked = Asked::in_language_of((None, asked_for.lang.as_deref()), &headers, &uri, Face::PAGE)?;
    let sent_file = SentFile::of(form).await?;
    let pairs = sent_file.pairs.clone();
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let sent = Sent::from_pairs(pairs, asked.language).map_err(Error::invalid)?;
    match (sent_file.into_upload().await?, asked.face) {
        (Ok(upload), Face::Html) => {
            let address = format!("{PREVIEW}?{}", query(upload.digest, &sent));
            deals.importer.uploads.keep(Arc::new(upload));
            Ok(Redirect::to(&in_language(&address, asked.language)).into_response())
        }
        (Err(problem), Face::Html) => start::refused(&deals, &asked, &problem).await,
        (Ok(upload), _) => answer(&deals, (upload, sent), &asked, asked_for.apply.unwrap_or(false)).await,
        (Err(problem), _) => Err(refusal(&problem, asked.language)),
    }
}

async fn answer(deals: &Deals, (upload, sent): (Upload, Sent), asked: &Asked, apply: bool) -> Result<Response, Error> {
    let until = Instant::now() + PATIENCE;
    let compared = deals.importer.compare(Arc::new(upload), sent).await?;
    let plan = plan_answer(&compared, asked.language)?;
    if !apply {
        let answer = Answer {
            plan,
            applied: false,
            applying: None,
        };
        return Ok(Json(answer).into_response());
    }
    let run = RunName::new();
    let mut progress = deals.importer.begin(compared, &run).await?;
    // The import continues after the timeout; the response gives the address to poll.
    let _ = tokio::time::timeout_at(until, progress.wait_for(Progress::is_over)).await;
    let written = progress.borrow().clone().told(asked.language);
    let status = status_of(&written.state);
    let answer = Answer {
        plan,
        applied: written.state == Stand::Done,
        applying: Some(Applying {
            run: run.to_string(),
            address: run_address(&run),
            written,
        }),
    };
    Ok((status, Json(answer)).into_response())
}

/// Status code for the state of an import.
pub(super) fn status_of(state: &Stand) -> StatusCode {
    match state {
        Stand::Running => StatusCode::ACCEPTED,
        Stand::Done => StatusCode::OK,
        Stand::Stopped(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn plan_answer(compared: &Compared, language: Language) -> Result<PlanAnswer, Error> {
    match &compared.prepared.outcome {
        Ok(outcome) => Ok(PlanAnswer::of(&compared.prepared, outcome, language)),
        Err(problems) => Err(Error::invalid(
            problems.iter().map(|problem| complaint(problem, language)).collect(),
        )),
    }
}

fn complaint(problem: &MappingProblem, language: Language) -> FieldError {
    let field = match problem {
        MappingProblem::Missing(field)
        | MappingProblem::NoSuchColumn(field)
        | MappingProblem::SharedColumn(field, _)
        | MappingProblem::NotAColumn { field, .. } => *field,
    };
    FieldError::new(field.name(), problem.text(language))
}
