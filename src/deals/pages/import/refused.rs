//! `GET /deals/import/refused`: CSV download of the refused lines, to correct and upload again.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};

use super::{preview::Meant, start::asked_again};
use crate::{
    deals::{desk::Deals, import::refused},
    error::Error,
};

pub(super) async fn download(
    State(deals): State<Arc<Deals>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let meant = Meant::of(&deals, (&headers, &uri), query.as_deref().unwrap_or_default())?;
    let Some(upload) = meant.upload else {
        return Ok(asked_again(&deals, &meant.asked, meant.sent.to_form()).await);
    };
    let prepared = deals.importer.compare(upload, meant.sent).await?.prepared;
    let outcome = prepared.outcome.as_ref().map_err(|_| Error::not_found())?;
    let file = refused::write(&prepared.upload.table, &outcome.plan.refused, meant.asked.language);
    let name = meant.asked.language.choose("lignes_refusees.csv", "refused_lines.csv");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, file).into_response())
}
