//! Deals board: pipeline, deadlines, stale deals, sales figures, import and reminders.
//!
//! The rows are in the tabs `deals` and `deal_pauses` ([`columns`](crate::deal::columns), decoded by [`row_codec`](crate::deal::row_codec)). Staff may edit anything
//! there; cells that contradict the rules are corrected ([`corrections`](crate::deal::corrections)) or reported as findings. [`changes`](crate::editing::changes) turns
//! edits into changes of the spreadsheet.
//!
//! The rules are pure functions of deals: [`kpis`](crate::dashboard::kpis), [`funnel`](crate::dashboard::funnel), [`sectors`](crate::dashboard::sectors), [`deadlines`](crate::dashboard::deadlines), [`stale`](crate::dashboard::stale), [`filter`](crate::list::filter) with
//! [`order`](crate::list::order), [`performance`](crate::sales::performance), [`velocity`](crate::sales::velocity) over [`stage_history`](crate::deal::stage_history), [`what_if`]. `docs/directives/deals.md` describes them in
//! plain words, with worked examples that the tests check. [`response`](crate::dashboard::response) holds the JSON responses.

pub mod assets;
mod dashboard;
pub mod deal;
mod editing;
pub mod import;
mod list;
mod reminders;
pub mod routes;
mod sales;
mod snapshot;
mod state;
pub mod tabs;
mod text;
mod what_if;

use std::sync::Arc;

use aide::{
    axum::{
        ApiRouter,
        routing::{get_with, post_with},
    },
    transform::TransformOperation,
};
use web::{
    openapi::{BodyKind, EndpointDocs},
    response::Format,
};

use crate::{
    dashboard::response::DashboardResponse,
    deal::response::{DealResponse, DeletedDealResponse, RecordedDealResponse},
    editing::{
        actions::page::{DealSnoozeFields, DealUndoFields},
        api,
        schemas::PrefilledDeal,
        update_input::{ChangeBody, DeletionBody, NewDealBody, ReplacementBody, StageBody},
    },
    import::page::{self, start},
    list::{query_params::DealFilterFields, response::DealListResponse},
    reminders::{
        page::{RemindersResponse, UnauthorizedResponse},
        report::ReminderReport,
    },
    routes::{DEMO_FILE, DealNumber, LIST, NEW, PERFORMANCE, REMINDERS, TAG, VELOCITY, WHAT_IF},
    sales::{performance::page::PerformanceResponse, velocity::response::VelocityResponse},
    what_if::page::{ScenarioFields, WhatIfResponse},
};
pub use crate::{
    dashboard::stale::StaleAfter,
    deal::stage::LostStage,
    import::job::ImportJobs,
    reminders::settings::ReminderSettings,
    routes::BOARD,
    state::{DealRules, Deals, DealsParts},
};

/// Router with every route of the board.
pub fn router(deals: Arc<Deals>) -> ApiRouter {
    ApiRouter::new()
        .merge(dashboard_routes())
        .merge(deal_routes())
        .merge(action_routes())
        .merge(page::router())
        .merge(sales_routes())
        .with_state(deals)
}

const UNREAD: &str =
    "It is written, but the sheet could not be read back. The deal is at `Location`; do not send it again.";

fn dashboard_routes() -> ApiRouter<Arc<Deals>> {
    let board = get_with(crate::dashboard::page::show, |it| {
        it.about(TAG, "The dashboard of the deals that a filter lets through.")
            .asks::<DealFilterFields>()
            .answers::<DashboardResponse>(Format::REPORT)
    });
    let board = board.post_with(crate::editing::form::page::create, |it| {
        it.about(TAG, "Creates a deal. A repetition with the same key creates none.")
            .reads::<NewDealBody>(BodyKind::JsonOrForm)
            .responds_with::<DealResponse>(200, "It was there already.")
            .responds_with::<DealResponse>(201, "It is created.")
            .responds_with::<RecordedDealResponse>(202, UNREAD)
            .redirects()
    });
    let new = get_with(crate::editing::form::page::show_new, |it| {
        it.about(TAG, "The form for a new deal, filled from its address.")
            .asks::<PrefilledDeal>()
            .serves("text/html")
    });
    let list = get_with(crate::list::page::show, |it| {
        it.about(TAG, "The deals row by row, page by page.")
            .asks::<DealFilterFields>()
            .answers::<DealListResponse>(Format::TABLE)
    });
    let demo = get_with(start::download_demo_file, |it| {
        it.about(TAG, "A file to try the import with.").serves("text/csv")
    });
    ApiRouter::new()
        .api_route(BOARD, board)
        .api_route(NEW, new)
        .api_route(LIST, list)
        .api_route(DEMO_FILE, demo)
}

fn deal_routes() -> ApiRouter<Arc<Deals>> {
    let deal = get_with(crate::deal::page::show, |it| {
        about_deal(it, "One deal.").answers::<DealResponse>(Format::PAGE)
    })
    .put_with(api::replace, |it| {
        about_deal(it, "Replaces a deal: fields that are not sent become empty.")
            .reads::<ReplacementBody>(BodyKind::JsonOrForm)
            .responds_with::<DealResponse>(200, "The deal as it is now.")
            .responds_with::<RecordedDealResponse>(202, UNREAD)
    })
    .patch_with(api::change, |it| {
        about_deal(it, "Changes a deal: fields that are not sent stay.")
            .reads::<ChangeBody>(BodyKind::JsonOrForm)
            .responds_with::<DealResponse>(200, "The deal as it is now.")
            .responds_with::<RecordedDealResponse>(202, UNREAD)
    })
    .delete_with(api::remove, |it| {
        about_deal(it, "Deletes a deal.")
            .reads::<DeletionBody>(BodyKind::JsonOrFormOrNone)
            .responds_with::<DeletedDealResponse>(200, "It is gone.")
    });
    let edit = get_with(crate::editing::form::page::show_edit, |it| {
        about_deal(it, "The form of a deal.").serves("text/html")
    });
    let edit = edit.post_with(crate::editing::form::page::save, |it| {
        about_deal(it, "Changes a deal as its form says.")
            .reads::<ChangeBody>(BodyKind::JsonOrForm)
            .redirects()
    });
    ApiRouter::new()
        .api_route("/deals/{id}", deal)
        .api_route("/deals/{id}/edit", edit)
}

fn action_routes() -> ApiRouter<Arc<Deals>> {
    let status = post_with(crate::editing::actions::page::change_stage, |it| {
        about_deal(it, "Moves a deal to another stage.")
            .reads::<StageBody>(BodyKind::JsonOrForm)
            .responds_with::<DealResponse>(200, "The deal as it is now.")
            .responds_with::<RecordedDealResponse>(202, UNREAD)
            .redirects()
    });
    let delete = get_with(crate::editing::actions::page::confirm_deletion, |it| {
        about_deal(it, "Asks before a deal is deleted.").serves("text/html")
    });
    let delete = delete.post_with(crate::editing::actions::page::delete, |it| {
        about_deal(it, "Deletes a deal as it was seen.")
            .reads::<DeletionBody>(BodyKind::JsonOrFormOrNone)
            .responds_with::<DeletedDealResponse>(200, "It is gone.")
            .redirects()
    });
    let undo = post_with(crate::editing::actions::page::undo, |it| {
        about_deal(it, "Takes back what a form did at or after a moment.")
            .reads::<DealUndoFields>(BodyKind::Form)
            .responds_with::<DealResponse>(200, "The deal as it is now.")
            .responds_with::<RecordedDealResponse>(202, UNREAD)
            .redirects()
    });
    let snooze = post_with(crate::editing::actions::page::snooze, |it| {
        about_deal(it, "Sets a deal aside until a day, or takes it up again.")
            .reads::<DealSnoozeFields>(BodyKind::Form)
            .responds_with::<DealResponse>(200, "The deal as it is now.")
            .responds_with::<RecordedDealResponse>(202, UNREAD)
            .redirects()
    });
    ApiRouter::new()
        .api_route("/deals/{id}/status", status)
        .api_route("/deals/{id}/delete", delete)
        .api_route("/deals/{id}/undo", undo)
        .api_route("/deals/{id}/pause", snooze)
}

fn sales_routes() -> ApiRouter<Arc<Deals>> {
    let performance = get_with(crate::sales::performance::page::show, |it| {
        it.about(TAG, "What each assignee sells, in a period and in the one before.")
            .asks::<DealFilterFields>()
            .answers::<PerformanceResponse>(Format::TABLE)
    });
    let reminders = get_with(crate::reminders::page::show, |it| {
        it.about(TAG, "What people are reminded of, and what was sent.")
            .answers::<RemindersResponse<'_>>(Format::PAGE)
    });
    let reminders = reminders.post_with(crate::reminders::page::send, |it| {
        it.about(TAG, "Sends what is to be sent. Nothing is told twice.")
            .responds_with::<ReminderReport>(200, "What was sent, and what was not.")
            .responds_with::<UnauthorizedResponse>(401, "The token is missing or wrong.")
            .responds_with::<UnauthorizedResponse>(403, "No token is set, so that only the page starts a run.")
            .redirects()
    });
    let velocity = get_with(crate::sales::velocity::page::show, |it| {
        it.about(TAG, "How fast deals bring money.")
            .asks::<DealFilterFields>()
            .answers::<VelocityResponse>(Format::PAGE)
    });
    let what_if = get_with(crate::what_if::page::show, |it| {
        it.about(TAG, "What would become of the figures, with the levers in the address.")
            .asks::<DealFilterFields>()
            .asks::<ScenarioFields>()
            .answers::<WhatIfResponse>(Format::PAGE)
    });
    ApiRouter::new()
        .api_route(PERFORMANCE, performance)
        .api_route(REMINDERS, reminders)
        .api_route(VELOCITY, velocity)
        .api_route(WHAT_IF, what_if)
}

fn about_deal<'t>(it: TransformOperation<'t>, summary: &str) -> TransformOperation<'t> {
    it.about(TAG, summary)
        .path_parameter::<DealNumber>("id", "Number of the deal.")
}
