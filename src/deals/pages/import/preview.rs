//! Handlers of the import preview, its confirmation and its refused lines; mapping and options are in the address or
//! form.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, Uri},
    response::{Html, IntoResponse, Response},
};
use uuid::Uuid;

use super::start::{asked_again, private};
use crate::{
    answer::Face,
    asked::Asked,
    deals::{
        desk::Deals,
        import::{
            answer::PlanAnswer,
            log::RunName,
            prepared::{Prepared, Upload},
            sent::Sent,
        },
        view::import::PreviewPage,
    },
    error::Error,
};

/// Uploaded file with the mapping and options of a request.
pub(super) struct Meant {
    pub(super) asked: Asked,
    pub(super) pairs: Vec<(String, String)>,
    pub(super) sent: Sent,
    /// `None` if the upload has expired.
    pub(super) upload: Option<Arc<Upload>>,
}

impl Meant {
    /// Parses the fields of a query string or form.
    pub(super) fn of(deals: &Deals, (headers, uri): (&HeaderMap, &Uri), fields: &str) -> Result<Self, Error> {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str(fields).map_err(|_| Error::unreadable_address())?;
        let value = |wanted: &str| {
            pairs
                .iter()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.as_str())
        };
        let asked = Asked::in_language_of((value("format"), value("lang")), headers, uri, Face::PAGE)?;
        let digest: Option<Uuid> = value("file").and_then(|digest| digest.parse().ok());
        let borrowed = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let sent = Sent::from_pairs(borrowed, asked.language).map_err(Error::bad_question)?;
        let upload = digest.and_then(|digest| deals.importer.uploads.find(digest));
        Ok(Self {
            asked,
            sent,
            upload,
            pairs,
        })
    }
}

pub(super) async fn show(
    State(deals): State<Arc<Deals>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let meant = Meant::of(&deals, (&headers, &uri), query.as_deref().unwrap_or_default())?;
    let Some(upload) = meant.upload else {
        return Ok(asked_again(&deals, &meant.asked, meant.sent.to_form()).await);
    };
    let compared = deals.importer.compare(upload, meant.sent).await?;
    answer(&deals, &meant.asked, &compared.prepared)
}

fn answer(deals: &Deals, asked: &Asked, prepared: &Prepared) -> Result<Response, Error> {
    if let (Face::Json, Ok(outcome)) = (asked.face, &prepared.outcome) {
        return Ok(axum::Json(PlanAnswer::of(prepared, outcome, asked.language)).into_response());
    }
    let page = PreviewPage {
        language: asked.language,
        prepared,
        run: RunName::new(),
    };
    Ok(private(Html(page.document(&deals.bare_frame(asked.language)))))
}
