//! Router of the board: every route with its handler and its `OpenAPI` description.

pub(crate) mod fields;

use std::sync::Arc;

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use web::{
    openapi::{BodyKind, EndpointDocs},
    response::Format,
};

use crate::{
    customer::answers::CustomerDetailResponse,
    health::preview::answers,
    list::{
        answers::{AtRiskListResponse, CustomerListResponse},
        page,
    },
    reports::{summary::overview::CustomerSummary, weekly::report::WeeklyReport},
    router::fields::{FilterFields, MergeFields, SnoozeFields, UnmergeFields},
    routes::{AT_RISK, BOARD, PREVIEW, REPORT, REVENUE, SAMPLE, SUMMARY, SYNCS},
    state::Customers,
    sync::status::{self, SyncStatus},
};

/// Tag of the board in the `OpenAPI` document.
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
    let list = get_with(page::show_customer_list, |it| {
        it.about(TAG, "The customers that a filter lets through, page by page.")
            .asks::<FilterFields>()
            .answers::<CustomerListResponse>(Format::TABLE)
    });
    let at_risk = get_with(crate::list::at_risk::page::show_at_risk, |it| {
        it.about(
            TAG,
            "Customers who are not healthy, those with the most at stake first.",
        )
        .asks::<FilterFields>()
        .answers::<AtRiskListResponse>(Format::TABLE)
    });
    let summary = get_with(crate::reports::summary::page::show_summary, |it| {
        it.about(TAG, "How many customers there are, what they pay and how they fare.")
            .answers::<CustomerSummary>(Format::PAGE)
    });
    let revenue = get_with(crate::reports::revenue::page::show_revenue, |it| {
        it.about(TAG, "Growth of revenue month by month, and by cohorts.")
            .answers::<crate::reports::revenue::page::RevenueResponse>(Format::TABLE)
    });
    let week = get_with(crate::reports::weekly::page::show_weekly_report, |it| {
        it.about(
            TAG,
            "The week in figures: bands, who moved, revenue, and what to do next.",
        )
        .answers::<WeeklyReport>(Format::PRINTED)
    });
    let preview = get_with(crate::health::preview::page::show_preview, |it| {
        it.about(TAG, "Who would change band under other weights.")
            .asks::<crate::health::preview::page::PreviewQuery>()
            .answers::<answers::PreviewResponse>(Format::PAGE)
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
    let by_id = get_with(crate::customer::page::show_customer, |it| {
        it.about(TAG, "One customer: the record, why the score, and what happened.")
            .path_parameter::<String>("id", "Id of the customer.")
            .answers::<CustomerDetailResponse>(Format::PAGE)
            .redirects()
    });
    let by_email = get_with(crate::customer::page::show_customer_by_email, |it| {
        it.about(TAG, "The same by an address, main or other, in any case.")
            .path_parameter::<String>("email", "Address of the customer.")
            .answers::<CustomerDetailResponse>(Format::PAGE)
            .redirects()
    });
    let merge = post_with(crate::customer::merge::page::merge_customer, |it| {
        it.about(TAG, "Makes another customer part of this one.")
            .path_parameter::<String>("id", "Id of the customer that stays.")
            .reads::<MergeFields>(BodyKind::JsonOrForm)
            .responds_with::<crate::customer::merge::page::MergeResponse>(200, "They are one.")
            .redirects()
    });
    let undo = post_with(crate::customer::merge::page::unmerge_customer, |it| {
        it.about(TAG, "Takes a merge back; nothing is lost.")
            .path_parameter::<String>("id", "Id of the customer that stayed.")
            .reads::<UnmergeFields>(BodyKind::JsonOrForm)
            .responds_with::<crate::customer::merge::page::MergeResponse>(200, "They are two again.")
            .redirects()
    });
    let snooze = post_with(crate::alerts::snooze::page::snooze_customer, |it| {
        it.about(TAG, "Tells nobody of this customer until a day.")
            .path_parameter::<String>("id", "Id of the customer.")
            .reads::<SnoozeFields>(BodyKind::JsonOrForm)
            .responds_with::<crate::alerts::snooze::page::SnoozeActionResponse>(200, "Nobody is told.")
            .redirects()
    });
    let awake = post_with(crate::alerts::snooze::page::unsnooze_customer, |it| {
        it.about(TAG, "Ends the silence about this customer.")
            .path_parameter::<String>("id", "Id of the customer.")
            .responds_with::<crate::alerts::snooze::page::SnoozeActionResponse>(200, "People are told again.")
            .redirects()
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
    let syncs = get_with(crate::sync::page::show_sync_status, |it| {
        it.about(TAG, "How the syncs fare, and what failed.")
            .answers::<SyncStatus>(Format::PAGE)
    });
    let test = post_with(crate::sync::page::test_key, |it| {
        it.about(TAG, "Asks a source for as little as possible, to try its key.")
            .path_parameter::<String>("source", "Short name of the source.")
            .responds_with::<status::KeyTestResponse>(200, "What each list answered.")
    });
    let sample = post_with(crate::sample::page::load_sample, |it| {
        it.about(
            TAG,
            "Fills an empty embedded spreadsheet with a believable small company.",
        )
        .redirects()
    });
    ApiRouter::new()
        .api_route(SYNCS, syncs)
        .api_route("/sync/{source}/test", test)
        .api_route(SAMPLE, sample)
}
