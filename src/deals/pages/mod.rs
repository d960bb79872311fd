//! The handlers of the board, one file an action; here is what they share.

mod api;
mod conflict;
mod deal;
mod form;
mod import;
mod sent;
mod steps;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use super::desk::Deals;

/// The board.
pub const BOARD: &str = "/deals";
/// The form for a new deal.
pub const NEW: &str = "/deals/new";

/// Every address of the board.
pub fn router(deals: Arc<Deals>) -> Router {
    Router::new()
        .route(BOARD, post(form::create))
        .route(NEW, get(form::new))
        .route(
            "/deals/{id}",
            get(deal::show).put(api::replace).patch(api::change).delete(api::remove),
        )
        .route("/deals/{id}/edit", get(form::edit).post(form::save))
        .route("/deals/{id}/status", post(steps::status))
        .route("/deals/{id}/delete", get(steps::ask_to_delete).post(steps::delete))
        .route("/deals/{id}/undo", post(steps::undo))
        .route("/deals/{id}/pause", post(steps::set_aside))
        .merge(import::router())
        .with_state(deals)
}
