//! The handlers of the board, one file an action; here is what they share.

mod api;
mod import;

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
        .route(BOARD, post(api::create))
        .route(
            "/deals/{id}",
            get(api::show).put(api::replace).patch(api::change).delete(api::remove),
        )
        .merge(import::router())
        .with_state(deals)
}
