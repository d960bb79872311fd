//! Router of the board: every route with its handler and its OpenAPI description.

mod at_risk;
mod customer;
mod fields;
mod list;
mod merging;
pub mod preview;
mod revenue;
mod sample;
mod snoozing;
mod summary;
mod syncs;
mod weekly;

use std::sync::Arc;

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};

use super::{
    answers::{AtRiskList, ListAnswer},
    desk::Customers,
    detail::DetailAnswer,
    summary::Summary,
    sync::status::SyncStatus,
    view::{AT_RISK, BOARD, PREVIEW, REPORT, REVENUE, SAMPLE, SUMMARY, SYNCS},
    weekly::WeeklyReport,
};
use crate::{
    answer::Face,
    openapi::{Body, Endpoint},
};
pub use syncs::Tested;

use fields::{FilterFields, MergeFields, SnoozeFields, UndoFields};

/// Tag of the board in the OpenAPI document.
const TAG: &str = "Customers";

/// All routes of the board.
pub fn router(customers: Arc<Customers>) -> ApiRouter {
    ApiRouter::new()
        .merge(lists())
        .merge(one_customer())
        .merge(sources())
        .with_state(customers)
}

fn lists() -> ApiRouter<Arc<Customers>> {
    let list = get_with(list::show, |it| {
        it.about(TAG, "The customers that a filter lets through, page by page.")
            .asks::<FilterFields>()
            .answers::<ListAnswer>(Face::TABLE)
    });
    let at_risk = get_with(at_risk::show, |it| {
        it.about(
            TAG,
            "Customers who are not healthy, those with the most at stake first.",
        )
        .asks::<FilterFields>()
        .answers::<AtRiskList>(Face::TABLE)
    });
    let summary = get_with(summary::show, |it| {
        it.about(TAG, "How many customers there are, what they pay and how they fare.")
            .answers::<Summary>(Face::PAGE)
    });
    let revenue = get_with(revenue::show, |it| {
        it.about(TAG, "Growth of revenue month by month, and by cohorts.")
            .answers::<revenue::Answer>(Face::TABLE)
    });
    let week = get_with(weekly::show, |it| {
        it.about(
            TAG,
            "The week in figures: bands, who moved, revenue, and what to do next.",
        )
        .answers::<WeeklyReport>(Face::PRINTED)
    });
    let preview = get_with(preview::show, |it| {
        it.about(TAG, "Who would change band under other weights.")
            .asks::<preview::Weights>()
            .answers::<preview::Preview>(Face::PAGE)
    });
    ApiRouter::new()
        .api_route(REPORT, week)
        .api_route(PREVIEW, preview)
        .api_route(BOARD, list)
        .api_route(AT_RISK, at_risk)
        .api_route(SUMMARY, summary)
        .api_route(REVENUE, revenue)
}

fn one_customer() -> ApiRouter<Arc<Customers>> {
    let by_id = get_with(customer::show, |it| {
        it.about(TAG, "One customer: the record, why the score, and what happened.")
            .path_part::<String>("id", "Id of the customer.")
            .answers::<DetailAnswer>(Face::PAGE)
            .leads_on()
    });
    let by_email = get_with(customer::by_email, |it| {
        it.about(TAG, "The same by an address, main or other, in any case.")
            .path_part::<String>("email", "Address of the customer.")
            .answers::<DetailAnswer>(Face::PAGE)
            .leads_on()
    });
    let merge = post_with(merging::merge, |it| {
        it.about(TAG, "Makes another customer part of this one.")
            .path_part::<String>("id", "Id of the customer that stays.")
            .reads::<MergeFields>(Body::JsonOrForm)
            .answers_with::<merging::Merged>(200, "They are one.")
            .leads_on()
    });
    let undo = post_with(merging::undo, |it| {
        it.about(TAG, "Takes a merge back; nothing is lost.")
            .path_part::<String>("id", "Id of the customer that stayed.")
            .reads::<UndoFields>(Body::JsonOrForm)
            .answers_with::<merging::Merged>(200, "They are two again.")
            .leads_on()
    });
    let snooze = post_with(snoozing::snooze, |it| {
        it.about(TAG, "Tells nobody of this customer until a day.")
            .path_part::<String>("id", "Id of the customer.")
            .reads::<SnoozeFields>(Body::JsonOrForm)
            .answers_with::<snoozing::Snoozed>(200, "Nobody is told.")
            .leads_on()
    });
    let awake = post_with(snoozing::end, |it| {
        it.about(TAG, "Ends the silence about this customer.")
            .path_part::<String>("id", "Id of the customer.")
            .answers_with::<snoozing::Snoozed>(200, "People are told again.")
            .leads_on()
    });
    ApiRouter::new()
        .api_route("/customers/{id}/snooze", snooze)
        .api_route("/customers/{id}/unsnooze", awake)
        .api_route("/customers/{id}", by_id)
        .api_route("/customers/by-email/{email}", by_email)
        .api_route("/customers/{id}/merge", merge)
        .api_route("/customers/{id}/unmerge", undo)
}

fn sources() -> ApiRouter<Arc<Customers>> {
    let syncs = get_with(syncs::show, |it| {
        it.about(TAG, "How the syncs fare, and what failed.")
            .answers::<SyncStatus>(Face::PAGE)
    });
    let test = post_with(syncs::test, |it| {
        it.about(TAG, "Asks a source for as little as possible, to try its key.")
            .path_part::<String>("source", "Short name of the source.")
            .answers_with::<syncs::Tested>(200, "What each list answered.")
    });
    let sample = post_with(sample::load, |it| {
        it.about(
            TAG,
            "Fills an empty embedded spreadsheet with a believable small company.",
        )
        .leads_on()
    });
    ApiRouter::new()
        .api_route(SYNCS, syncs)
        .api_route("/sync/{source}/test", test)
        .api_route(SAMPLE, sample)
}
