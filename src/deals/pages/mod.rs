//! Routes of the board.

mod api;
mod board;
mod conflict;
mod deal;
mod demo;
mod export;
mod fields;
mod form;
mod import;
mod list;
mod performance;
mod question;
mod reminders;
mod sales;
mod sent;
mod steps;
mod velocity;
mod what_if;

use std::sync::Arc;

use aide::{
    axum::{
        ApiRouter,
        routing::{get_with, post_with},
    },
    transform::TransformOperation,
};

use super::{
    answers::{BoardAnswer, DealAnswer, ListAnswer},
    desk::Deals,
    reminding::Report,
    submission::{SentChange, SentDeal},
};
use crate::{
    answer::Face,
    openapi::{Body, Endpoint},
};
use fields::{FilterFields, LeverFields, PauseFields, UndoFields};
use steps::Deleted;

pub(super) use sent::language_of;
pub(super) use velocity::VelocityAnswer;

/// Tag of the board in the OpenAPI document.
const TAG: &str = "Deals";

/// Dashboard.
pub const BOARD: &str = "/deals";
/// Form for a new deal.
pub const NEW: &str = "/deals/new";
/// List of deals.
pub const LIST: &str = "/deals/list";
/// Sample file for the import.
pub const DEMO: &str = "/deals/crm_prospects_demo.csv";
/// Performance by assignee.
pub const PERFORMANCE: &str = "/deals/performance";
/// Reminders.
pub const REMINDERS: &str = "/deals/reminders";
/// Sales velocity.
pub const VELOCITY: &str = "/deals/velocity";
/// What-if page.
pub const WHAT_IF: &str = "/deals/what-if";

/// Router with every route of the board.
pub fn router(deals: Arc<Deals>) -> ApiRouter {
    ApiRouter::new()
        .merge(dashboard())
        .merge(one_deal())
        .merge(steps())
        .merge(import::router())
        .merge(sales())
        .with_state(deals)
}

fn dashboard() -> ApiRouter<Arc<Deals>> {
    let board = get_with(board::show, |it| {
        it.about(TAG, "The dashboard of the deals that a filter lets through.")
            .asks::<FilterFields>()
            .answers::<BoardAnswer>(Face::REPORT)
    });
    let board = board.post_with(form::create, |it| {
        it.about(TAG, "Creates a deal. A repetition with the same key creates none.")
            .reads::<SentDeal>(Body::JsonOrForm)
            .answers_with::<DealAnswer>(200, "It was there already.")
            .answers_with::<DealAnswer>(201, "It is created.")
            .leads_on()
    });
    let new = get_with(form::new, |it| {
        it.about(TAG, "The form for a new deal, filled from its address.")
            .asks::<SentDeal>()
            .serves("text/html")
    });
    let list = get_with(list::show, |it| {
        it.about(TAG, "The deals row by row, page by page.")
            .asks::<FilterFields>()
            .answers::<ListAnswer>(Face::TABLE)
    });
    let demo = get_with(demo::download, |it| {
        it.about(TAG, "A file to try the import with.").serves("text/csv")
    });
    ApiRouter::new()
        .api_route(BOARD, board)
        .api_route(NEW, new)
        .api_route(LIST, list)
        .api_route(DEMO, demo)
}

fn one_deal() -> ApiRouter<Arc<Deals>> {
    let deal = get_with(deal::show, |it| {
        of_deal(it, "One deal.").answers::<DealAnswer>(Face::PAGE)
    })
    .put_with(api::replace, |it| {
        of_deal(it, "Replaces a deal: fields that are not sent become empty.")
            .reads::<SentChange>(Body::JsonOrForm)
            .answers_with::<DealAnswer>(200, "The deal as it is now.")
    })
    .patch_with(api::change, |it| {
        of_deal(it, "Changes a deal: fields that are not sent stay.")
            .reads::<SentChange>(Body::JsonOrForm)
            .answers_with::<DealAnswer>(200, "The deal as it is now.")
    })
    .delete_with(api::remove, |it| {
        of_deal(it, "Deletes a deal.")
            .reads::<SentChange>(Body::JsonOrFormOrNone)
            .answers_with::<Deleted>(200, "It is gone.")
    });
    let edit = get_with(form::edit, |it| of_deal(it, "The form of a deal.").serves("text/html"));
    let edit = edit.post_with(form::save, |it| {
        of_deal(it, "Changes a deal as its form says.")
            .reads::<SentDeal>(Body::JsonOrForm)
            .leads_on()
    });
    ApiRouter::new()
        .api_route("/deals/{id}", deal)
        .api_route("/deals/{id}/edit", edit)
}

fn steps() -> ApiRouter<Arc<Deals>> {
    let status = post_with(steps::status, |it| {
        of_deal(it, "Moves a deal to another stage.")
            .reads::<SentDeal>(Body::JsonOrForm)
            .answers_with::<DealAnswer>(200, "The deal as it is now.")
            .leads_on()
    });
    let delete = get_with(steps::ask_to_delete, |it| {
        of_deal(it, "Asks before a deal is deleted.").serves("text/html")
    });
    let delete = delete.post_with(steps::delete, |it| {
        of_deal(it, "Deletes a deal as it was seen.")
            .reads::<SentChange>(Body::JsonOrFormOrNone)
            .answers_with::<Deleted>(200, "It is gone.")
            .leads_on()
    });
    let undo = post_with(steps::undo, |it| {
        of_deal(it, "Takes back what a form did at or after a moment.")
            .reads::<UndoFields>(Body::Form)
            .answers_with::<DealAnswer>(200, "The deal as it is now.")
            .leads_on()
    });
    let pause = post_with(steps::set_aside, |it| {
        of_deal(it, "Sets a deal aside until a day, or takes it up again.")
            .reads::<PauseFields>(Body::Form)
            .answers_with::<DealAnswer>(200, "The deal as it is now.")
            .leads_on()
    });
    ApiRouter::new()
        .api_route("/deals/{id}/status", status)
        .api_route("/deals/{id}/delete", delete)
        .api_route("/deals/{id}/undo", undo)
        .api_route("/deals/{id}/pause", pause)
}

fn sales() -> ApiRouter<Arc<Deals>> {
    let performance = get_with(performance::show, |it| {
        it.about(TAG, "What each assignee sells, in a period and in the one before.")
            .asks::<FilterFields>()
            .answers::<performance::Answer>(Face::TABLE)
    });
    let reminders = get_with(reminders::show, |it| {
        it.about(TAG, "What people are reminded of, and what was sent.")
            .answers::<reminders::Answer<'_>>(Face::PAGE)
    });
    let reminders = reminders.post_with(reminders::send, |it| {
        it.about(TAG, "Sends what is to be sent. Nothing is told twice.")
            .answers_with::<Report>(200, "What was sent, and what was not.")
            .answers_with::<reminders::Unauthorized>(401, "The token is missing or wrong.")
            .answers_with::<reminders::Unauthorized>(403, "No token is set, so that only the page starts a run.")
            .leads_on()
    });
    let velocity = get_with(velocity::show, |it| {
        it.about(TAG, "How fast deals bring money.")
            .asks::<FilterFields>()
            .answers::<VelocityAnswer>(Face::PAGE)
    });
    let what_if = get_with(what_if::show, |it| {
        it.about(TAG, "What would become of the figures, with the levers in the address.")
            .asks::<FilterFields>()
            .asks::<LeverFields>()
            .answers::<what_if::Answer>(Face::PAGE)
    });
    ApiRouter::new()
        .api_route(PERFORMANCE, performance)
        .api_route(REMINDERS, reminders)
        .api_route(VELOCITY, velocity)
        .api_route(WHAT_IF, what_if)
}

fn of_deal<'t>(it: TransformOperation<'t>, summary: &str) -> TransformOperation<'t> {
    it.about(TAG, summary).path_part::<u64>("id", "Number of the deal.")
}
