//! The handlers of the board, one file an action; here is what they share.

mod api;
mod board;
mod conflict;
mod deal;
mod demo;
mod export;
mod form;
mod import;
mod list;
mod performance;
mod question;
mod reminders;
mod sent;
mod steps;
mod velocity;
mod what_if;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use super::desk::Deals;

pub(super) use sent::language_of;
pub(super) use velocity::VelocityAnswer;

/// The board.
pub const BOARD: &str = "/deals";
/// The form for a new deal.
pub const NEW: &str = "/deals/new";
/// The deals row by row.
pub const LIST: &str = "/deals/list";
/// A file to try the import with.
pub const DEMO: &str = "/deals/crm_prospects_demo.csv";
/// What each assignee sells.
pub const PERFORMANCE: &str = "/deals/performance";
/// What people are reminded of.
pub const REMINDERS: &str = "/deals/reminders";
/// How fast deals bring money.
pub const VELOCITY: &str = "/deals/velocity";
/// What would be if.
pub const WHAT_IF: &str = "/deals/what-if";

/// Every address of the board.
pub fn router(deals: Arc<Deals>) -> Router {
    Router::new()
        .route(BOARD, get(board::show).post(form::create))
        .route(NEW, get(form::new))
        .route(LIST, get(list::show))
        .route(DEMO, get(demo::download))
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
        .route(PERFORMANCE, get(performance::show))
        .route(REMINDERS, get(reminders::show).post(reminders::send))
        .route(VELOCITY, get(velocity::show))
        .route(WHAT_IF, get(what_if::show))
        .with_state(deals)
}
