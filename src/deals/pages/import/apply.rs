//! `POST /deals/import/apply`: confirms a preview and starts the import in the background.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};

use super::{preview::Meant, start::asked_again};
use crate::{
    deals::{
        desk::Deals,
        import::log::RunName,
        importer::progress::Progress,
        view::import::{PREVIEW, in_language, run_address},
    },
    error::Error,
};

/// Time to wait for a short import before redirecting.
const SHORT: Duration = Duration::from_secs(2);

pub(super) async fn receive(
    State(deals): State<Arc<Deals>>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Error> {
    let fields =
        std::str::from_utf8(&body).map_err(|_| Error::unreadable("The form contains something that is not text."))?;
    let meant = Meant::of(&deals, (&headers, &uri), fields)?;
    let run = meant.pairs.iter().find(|(name, _)| name == "run");
    // The page carries the name, so that a double click reaches the import that the first click started.
    let run = run.and_then(|(_, run)| RunName::parse(run)).unwrap_or_default();
    let Some(upload) = meant.upload else {
        return Ok(asked_again(&deals, &meant.asked, meant.sent.to_form()).await);
    };
    let compared = deals.importer.compare(upload, meant.sent).await?;
    if compared.prepared.outcome.is_err() {
        let address = format!("{PREVIEW}?{}", compared.prepared.query());
        return Ok(Redirect::to(&in_language(&address, meant.asked.language)).into_response());
    }
    let mut progress = deals.importer.begin(compared, &run).await?;
    let _ = tokio::time::timeout(SHORT, progress.wait_for(Progress::is_over)).await;
    Ok(Redirect::to(&in_language(&run_address(&run), meant.asked.language)).into_response())
}
