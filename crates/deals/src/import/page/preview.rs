//! Handlers of the import preview, its confirmation and its refused lines; mapping and options are in the address or
//! form.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use uuid::Uuid;
use web::{
    error::{Error, FieldError},
    request_context::RequestContext,
    response::Format,
};

use crate::{
    import::{
        job::{ComparedUpload, progress::ImportProgress, upload_cache::KeptUpload},
        log::RunName,
        page::{
            start::{ask_for_file_again, uncached},
            upload_form::refusal,
        },
        plan::refused_lines,
        preview::ImportPreview,
        request::ImportRequest,
        response::ImportPlanResponse,
        view::{import_run_address, preview::ImportPreviewPage},
    },
    routes::{IMPORT_PREVIEW, with_language},
    state::Deals,
};

/// Uploaded file with the mapping and options of a request.
pub(crate) struct PreviewRequest {
    pub(crate) request: RequestContext,
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) sent: ImportRequest,
    /// `None` if the upload has expired.
    pub(crate) upload: Option<Arc<KeptUpload>>,
}

impl PreviewRequest {
    /// Parses the fields of a query string or form.
    pub(crate) fn of(deals: &Deals, headers: &HeaderMap, uri: &Uri, fields: &str) -> Result<Self, Error> {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(fields).map_err(|_| Error::unreadable_address())?;
        let value = |wanted: &str| {
            pairs
                .iter()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.as_str())
        };
        let request = RequestContext::with_language((value("format"), value("lang")), headers, uri, Format::PAGE)?;
        let digest: Option<Uuid> = value("file").and_then(|digest| digest.parse().ok());
        if digest.is_none() && request.format == Format::Json {
            let message = request.language.choose(
                "Indiquez le fichier : le champ « file » de la réponse à son envoi.",
                "Name the file: the field “file” of the response to its upload.",
            );
            return Err(Error::invalid_query(vec![FieldError::new("file", message)]));
        }
        let borrowed = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let sent = ImportRequest::from_pairs(borrowed, request.language).map_err(Error::invalid_query)?;
        let upload = digest.and_then(|digest| deals.import_jobs.uploads.find(digest));
        Ok(Self {
            request,
            pairs,
            sent,
            upload,
        })
    }
}

pub(crate) async fn show(
    State(deals): State<Arc<Deals>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let meant = PreviewRequest::of(&deals, &headers, &uri, query.as_deref().unwrap_or_default())?;
    let Some(upload) = meant.upload else {
        return ask_for_file_again(&deals, &meant.request, meant.sent.to_form()).await;
    };
    let compared = compare(&deals, &upload, &meant.request, meant.sent).await?;
    answer(&deals, &meant.request, &compared.prepared)
}

async fn compare(
    deals: &Deals,
    upload: &KeptUpload,
    request: &RequestContext,
    sent: ImportRequest,
) -> Result<ComparedUpload, Error> {
    let read = deals.import_jobs.read_kept(upload).await?;
    let read = read.map_err(|problem| refusal(&problem, request.language))?;
    deals.import_jobs.compare(Arc::new(read), sent).await
}

fn answer(deals: &Deals, request: &RequestContext, prepared: &ImportPreview) -> Result<Response, Error> {
    if let (Format::Json, Ok(outcome)) = (request.format, &prepared.outcome) {
        return Ok(axum::Json(ImportPlanResponse::of(prepared, outcome, request.language)).into_response());
    }
    let page = ImportPreviewPage {
        language: request.language,
        prepared,
        run: RunName::new(),
    };
    Ok(uncached(Html(page.document(&deals.bare_frame(request.language)))))
}

/// Time to wait for a short import before redirecting.
const MAX_WAIT: Duration = Duration::from_secs(2);

pub(crate) async fn apply(
    State(deals): State<Arc<Deals>>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let fields =
        std::str::from_utf8(&body).map_err(|_| Error::unreadable("The form contains something that is not text."))?;
    let meant = PreviewRequest::of(&deals, &headers, &uri, fields)?;
    let run = meant.pairs.iter().find(|(name, _)| name == "run");
    // The page carries the name, so that a double click reaches the import that the first click started.
    let run = run.and_then(|(_, run)| RunName::parse(run)).unwrap_or_default();
    let Some(upload) = meant.upload else {
        return ask_for_file_again(&deals, &meant.request, meant.sent.to_form()).await;
    };
    let compared = compare(&deals, &upload, &meant.request, meant.sent).await?;
    if compared.prepared.outcome.is_err() {
        let address = format!("{IMPORT_PREVIEW}?{}", compared.prepared.query());
        return Ok(Redirect::to(&with_language(&address, meant.request.language)).into_response());
    }
    let mut progress = deals.import_jobs.begin(compared, &run).await?;
    let _ = tokio::time::timeout(MAX_WAIT, progress.wait_for(ImportProgress::is_over)).await;
    Ok(Redirect::to(&with_language(&import_run_address(&run), meant.request.language)).into_response())
}

pub(crate) async fn download_refused(
    State(deals): State<Arc<Deals>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let meant = PreviewRequest::of(&deals, &headers, &uri, query.as_deref().unwrap_or_default())?;
    let Some(upload) = meant.upload else {
        return ask_for_file_again(&deals, &meant.request, meant.sent.to_form()).await;
    };
    let compared = compare(&deals, &upload, &meant.request, meant.sent).await?;
    let prepared = compared.prepared;
    let outcome = prepared.outcome.as_ref().map_err(|_| Error::not_found())?;
    let file = refused_lines::write(&prepared.upload.table, &outcome.plan.refused, meant.request.language);
    let name = meant
        .request
        .language
        .choose("lignes_refusees.csv", "refused_lines.csv");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, file).into_response())
}
