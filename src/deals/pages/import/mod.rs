//! Import of a file: upload, preview, writing with progress, and taking it back.
//!
//! `POST /deals/import` takes the file. A program gets what would become of it, and with `?apply=true` it is written; a
//! browser goes on to the preview, whose address says mapping and choices, so that Back, reloading and sharing work.

mod apply;
mod preview;
mod refused;
mod run;
mod sent_file;
mod start;
mod upload;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use super::super::desk::Deals;
use crate::deals::view::import::{APPLY, DEMO, IMPORT, PREVIEW, REFUSED};

/// Beyond it a connection is cut. What is larger than a file may be, and smaller than this, gets an answer in words.
const LARGEST_UPLOAD: usize = 64 << 20;

/// Every address of the import.
pub(super) fn router() -> Router<Arc<Deals>> {
    let upload = post(upload::receive).layer(DefaultBodyLimit::max(LARGEST_UPLOAD));
    Router::new()
        .route(IMPORT, get(start::show).merge(upload))
        .route(PREVIEW, get(preview::show))
        .route(APPLY, post(apply::receive))
        .route(REFUSED, get(refused::download))
        .route(DEMO, get(start::demo))
        .route("/deals/import/{run}", get(run::show))
        .route("/deals/import/{run}/undo", post(run::take_back))
}
