//! Routes of the import: upload, preview, confirmation, progress and undo.
//!
//! `POST /deals/import` takes the file. A program gets the resulting plan as JSON, and `?apply=true` writes it; a
//! browser
//! is redirected to the preview. The preview's address contains mapping and options, so that Back, reload and sharing
//! work.

mod apply;
mod preview;
mod refused;
mod run;
mod sent_file;
mod start;
mod upload;

use std::sync::Arc;

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use axum::extract::DefaultBodyLimit;

use super::{
    TAG,
    fields::{ImportFields, UploadFields},
};
use crate::{
    answer::Face,
    deals::{
        desk::Deals,
        import::answer::PlanAnswer,
        view::import::{APPLY, DEMO, IMPORT, PREVIEW, REFUSED, RunLine},
    },
    openapi::{Body, Endpoint},
};

/// Size at which a connection is cut. A file between the allowed size and this one gets an error message.
const LARGEST_UPLOAD: usize = 64 << 20;

/// All routes of the import.
pub(super) fn router() -> ApiRouter<Arc<Deals>> {
    let upload = post_with(upload::receive, |it| {
        it.about(
            TAG,
            "Takes a file with deals and tells what would become of it; with `apply`, writes it.",
        )
        .reads::<UploadFields>(Body::Upload)
        .answers_with::<upload::Answer>(200, "What would become of it, or became.")
        .answers_with::<upload::Answer>(202, "It is still being written.")
        .answers_with::<upload::Answer>(503, "The writing stopped.")
        .leads_on()
    })
    .layer(DefaultBodyLimit::max(LARGEST_UPLOAD));
    let start = get_with(start::show, |it| {
        it.about(TAG, "The form for a file, and the imports so far.")
            .answers::<Vec<RunLine>>(Face::PAGE)
    });
    let preview = get_with(preview::show, |it| {
        it.about(TAG, "What would become of an uploaded file.")
            .asks::<ImportFields>()
            .answers::<PlanAnswer>(Face::PAGE)
    });
    let apply = post_with(apply::receive, |it| {
        it.about(TAG, "The yes to a preview.")
            .reads::<ImportFields>(Body::Form)
            .leads_on()
    });
    let refused = get_with(refused::download, |it| {
        it.about(TAG, "The refused lines with their reasons.")
            .asks::<ImportFields>()
            .serves("text/csv")
    });
    let demo = get_with(start::demo, |it| {
        it.about(TAG, "A file to try the import with.").serves("text/csv")
    });
    let run = get_with(run::show, |it| {
        it.about(TAG, "How an import goes on, or what became of it.")
            .path_part::<String>("run", "Name of the import.")
            .answers::<serde_json::Value>(Face::PAGE)
    });
    let undo = post_with(run::take_back, |it| {
        it.about(TAG, "Takes an import back.")
            .path_part::<String>("run", "Name of the import.")
            .answers_with::<serde_json::Value>(200, "It is taken back.")
            .answers_with::<serde_json::Value>(202, "It is being taken back.")
            .leads_on()
    });
    ApiRouter::new()
        .api_route(IMPORT, start.merge(upload))
        .api_route(PREVIEW, preview)
        .api_route(APPLY, apply)
        .api_route(REFUSED, refused)
        .api_route(DEMO, demo)
        .api_route("/deals/import/{run}", run)
        .api_route("/deals/import/{run}/undo", undo)
}
