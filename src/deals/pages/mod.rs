//! The handlers of the board, one file an action; here is what they share.

mod api;
mod board;
mod demo;
mod export;
mod list;
mod question;

use std::sync::Arc;

use axum::{Router, routing::get};

use super::desk::Deals;

/// The board.
pub const BOARD: &str = "/deals";
/// The form for a new deal.
pub const NEW: &str = "/deals/new";
/// The deals row by row.
pub const LIST: &str = "/deals/list";
/// A file to try the import with.
pub const DEMO: &str = "/deals/crm_prospects_demo.csv";

/// Every address of the board.
pub fn router(deals: Arc<Deals>) -> Router {
    Router::new()
        .route(BOARD, get(board::show).post(api::create))
        .route(LIST, get(list::show))
        .route(DEMO, get(demo::download))
        .route(
            "/deals/{id}",
            get(api::show).put(api::replace).patch(api::change).delete(api::remove),
        )
        .with_state(deals)
}
