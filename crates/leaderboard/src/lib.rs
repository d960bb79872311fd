//! Integrations leaderboard.
//!
//! A Customer Success Manager (CSM) claims the integrations that a company completed; each pair of company and
//! integration is credited once. The rows are in the tab `submissions`; merged company names are in `company_aliases`
//! ([`rows`](crate::claims::rows)).
//!
//! One folder for each feature. A request enters through the `page` of a feature, takes a snapshot of the board from
//! [`state`], applies the rules, and renders the result with the feature's `view` (pages) or `answers` (programs).
//! [`validation`](crate::claims::form::validation) validates form input; [`catalog`](crate::claims::catalog) lists the offered integrations, reloaded by [`file`](crate::claims::catalog::file).
//!
//! Large sheets: [`submission_columns`](crate::claims::storage::submission_columns) stores submissions in columns with interned names. Each cell is decoded once, each distinct
//! name is normalised once, and appended rows extend the ledger ([`Ledger::continued`](crate::claims::ledger::Ledger::continued)).
//!
//! [`rows`](crate::names::rows) holds aliases and decisions about names. [`duplicates`](crate::names::duplicates) detects suspected duplicates for the findings
//! page, which also lists findings in the rows of the ledger.
//!
//! The rules are pure functions of the rows: [`ledger`](crate::claims::ledger) assigns credits, [`standings`] ranks, [`list`](crate::claims::list) lists the rows
//! behind a number, [`outcome`](crate::claims::receipt::outcome) computes the outcome of one submission, [`choices`](crate::claims::form::choices) the choices of the form,
//! [`matrix`](crate::standings::matrix) the open integrations, [`my_rank`](crate::standings::my_rank) one CSM's rank, [`highlights`](crate::standings::highlights) further highlights, [`tv`] the slides
//! of the TV page, and [`new_claims`](crate::live::new_claims) the news for open boards. `docs/directives/fairness.md` explains them in plain
//! words.
//!
//! [`contests`] scores contests and freezes their results; [`disputes`] records objections; [`history`] reconstructs
//! earlier boards from the audit log; [`weekly`](crate::standings::weekly) sends the standings to Slack. Each works on a [`Ledger`](crate::claims::ledger::Ledger) over
//! a [`InstantRange`](domain::period::InstantRange).

pub mod assets;
pub mod claims;
mod contests;
mod disputes;
mod history;
mod live;
pub mod names;
pub mod routes;
mod snapshot;
pub mod standings;
mod state;
pub mod tabs;
mod tv;
pub mod ui;

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

pub use crate::state::{Leaderboard, LeaderboardParts};
use crate::{
    claims::{
        correction::CorrectionRequest,
        form::{
            credited::{self, CreditedResponse},
            submit,
            validation::SubmissionRequest,
        },
        list::answers::ClaimsResponse,
        receipt::answers::SubmissionResponse,
    },
    contests::page::{
        contest::{self, ConfirmRulesRequest},
        list::{self, ContestsResponse},
        points::{self, PointsResponse},
        rules::{self, RulesResponse},
    },
    disputes::{
        DisputeRequest,
        page::{DisputeResponse, DisputesResponse},
    },
    history::page::{CorrectionsResponse, DifferenceResponse},
    routes::{CONFIRM_RULES, CONTESTS, CORRECTIONS, DIFFERENCE, DISPUTE, DISPUTES, POINTS, RULES, WEEKLY},
    standings::{
        answers::StandingsResponse,
        my_rank::page::MyRankResponse,
        page,
        weekly::page::{WeeklyResponse, WeeklySendResponse},
    },
    ui::{BOARD, CLAIMS, CREDITED, LIVE, MATRIX, NAMES, SAMPLE, SUBMISSIONS, SUBMIT, TV, YOU},
};

/// Tag of the board in the OpenAPI document.
const TAG: &str = "Leaderboard";

/// All routes of the board.
pub fn router(leaderboard: Arc<Leaderboard>) -> ApiRouter {
    ApiRouter::new()
        .api_route(
            BOARD,
            get_with(page::show, |it| {
                it.about(TAG, "The standings of a period.")
                    .answers::<StandingsResponse<'_>>(Format::TABLE)
            }),
        )
        .api_route(
            SUBMIT,
            get_with(crate::claims::form::page::show, |it| {
                it.about(TAG, "The form for a claim, filled from its address.")
                    .asks::<SubmissionRequest>()
                    .serves("text/html")
            }),
        )
        .api_route(
            SUBMISSIONS,
            post_with(submit::receive, |it| {
                it.about(
                    TAG,
                    "Claims integrations. The answer comes when the row is in the spreadsheet.",
                )
                .reads::<SubmissionRequest>(BodyKind::JsonOrForm)
                .responds_with::<SubmissionResponse<'_>>(200, "It was there already.")
                .responds_with::<SubmissionResponse<'_>>(201, "It is recorded.")
                .redirects()
            }),
        )
        .api_route(
            "/leaderboard/submissions/{id}",
            get_with(crate::claims::receipt::page::show, |it| {
                it.about(TAG, "What a submission did, from the rows as they are now.")
                    .path_parameter::<String>("id", "Id of the submission.")
                    .answers::<SubmissionResponse<'_>>(Format::PAGE)
            }),
        )
        .api_route(
            CLAIMS,
            get_with(crate::claims::list::page::show, |it| {
                it.about(TAG, "The rows behind a number, latest first.")
                    .answers::<ClaimsResponse<'_>>(Format::TABLE)
            }),
        )
        .api_route(
            CREDITED,
            get_with(credited::show, |it| {
                it.about(TAG, "What a company is credited with.")
                    .answers::<CreditedResponse>(&[Format::Json])
            }),
        )
        .api_route(
            MATRIX,
            get_with(crate::standings::matrix::page::show, |it| {
                it.about(
                    TAG,
                    "Company by integration: what is won, by whom, and what is still to win.",
                )
                .answers::<crate::standings::matrix::page::MatrixResponse<'_>>(Format::TABLE)
            }),
        )
        .api_route(
            NAMES,
            get_with(crate::names::page::similar_names, |it| {
                it.about(TAG, "Known names that look like a typed one.")
                    .answers::<crate::names::page::SimilarNamesResponse>(&[Format::Json])
            })
            .post_with(crate::names::page::decide, |it| {
                it.about(TAG, "Writes what staff decide about two names.")
                    .reads::<crate::names::page::NameDecisionRequest>(BodyKind::JsonOrForm)
                    .responds_with::<crate::names::page::NameDecisionResponse>(
                        201,
                        "The line that records it is there.",
                    )
                    .redirects()
            }),
        )
        .api_route(
            SAMPLE,
            post_with(crate::claims::sample::page::load, |it| {
                it.about(TAG, "Fills an empty embedded spreadsheet with a believable data set.")
                    .redirects()
            }),
        )
        .api_route(
            CONTESTS,
            get_with(list::show, |it| {
                it.about(TAG, "Every contest; one of them is at /leaderboard?contest=.")
                    .answers::<ContestsResponse<'_>>(Format::PAGE)
            }),
        )
        .api_route(
            CONFIRM_RULES,
            post_with(contest::confirm, |it| {
                it.about(
                    TAG,
                    "Puts a changed rule of a contest in force, by the name of the change.",
                )
                .reads::<ConfirmRulesRequest>(BodyKind::JsonOrForm)
                .redirects()
            }),
        )
        .api_route(
            POINTS,
            get_with(points::show, |it| {
                it.about(TAG, "The claims that earned the points of a CSM in a contest.")
                    .answers::<PointsResponse<'_>>(Format::TABLE)
            }),
        )
        .api_route(
            RULES,
            get_with(rules::show, |it| {
                it.about(TAG, "The rules in force.")
                    .answers::<RulesResponse<'_>>(Format::PAGE)
            }),
        )
        .api_route(
            LIVE,
            get_with(crate::live::page::show, |it| {
                it.about(
                    TAG,
                    "Server-sent events: the claims that are new to the caller, as they come.",
                )
                .serves("text/event-stream")
            }),
        )
        .api_route(
            TV,
            get_with(crate::tv::page::show, |it| {
                it.about(TAG, "The board on a wall.").serves("text/html")
            }),
        )
        .api_route(
            YOU,
            get_with(crate::standings::my_rank::page::show, |it| {
                it.about(TAG, "Where a CSM stands, with the neighbours.")
                    .answers::<MyRankResponse<'_>>(Format::PAGE)
            }),
        )
        .merge(after_the_claim())
        .with_state(leaderboard)
}

/// Routes for everything that follows a claim.
fn after_the_claim() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new()
        .api_route(
            DISPUTES,
            get_with(crate::disputes::page::show, |it| {
                it.about(TAG, "Every dispute, the newest first.")
                    .answers::<DisputesResponse<'_>>(Format::PAGE)
            })
            .post_with(crate::disputes::page::receive, receives_dispute),
        )
        .api_route(
            DISPUTE,
            get_with(crate::disputes::page::form, |it| {
                it.about(TAG, "The form for a dispute.").serves("text/html").redirects()
            }),
        )
        .api_route(
            "/leaderboard/submissions/{id}/correct",
            get_with(crate::claims::correction::page::show, |it| {
                it.about(TAG, "The form with which an own claim is corrected.")
                    .path_parameter::<String>("id", "Id of the submission.")
                    .serves("text/html")
            })
            .post_with(crate::claims::correction::page::receive, receives_correction),
        )
        .api_route(
            CORRECTIONS,
            get_with(crate::history::page::show, |it| {
                it.about(TAG, "What was corrected, why, and whose points it changed.")
                    .answers::<CorrectionsResponse<'_>>(Format::PAGE)
            }),
        )
        .api_route(
            DIFFERENCE,
            get_with(crate::history::page::between, |it| {
                it.about(TAG, "The standings at two moments.")
                    .answers::<DifferenceResponse<'_>>(Format::TABLE)
            }),
        )
        .api_route(
            WEEKLY,
            get_with(crate::standings::weekly::page::show, |it| {
                it.about(TAG, "The standings of the week as they go to Slack.")
                    .answers::<WeeklyResponse<'_>>(Format::PAGE)
            })
            .post_with(crate::standings::weekly::page::send, |it| {
                it.about(TAG, "Sends the standings of the week if they are due.")
                    .responds_with::<WeeklySendResponse>(200, "What became of it.")
                    .redirects()
            }),
        )
}

fn receives_dispute(it: TransformOperation<'_>) -> TransformOperation<'_> {
    it.about(TAG, "Disputes a credit.")
        .reads::<DisputeRequest>(BodyKind::JsonOrForm)
        .responds_with::<DisputeResponse>(200, "It is recorded.")
        .redirects()
}

fn receives_correction(it: TransformOperation<'_>) -> TransformOperation<'_> {
    it.about(
        TAG,
        "Corrects or withdraws an own claim, with the signature of its receipt.",
    )
    .path_parameter::<String>("id", "Id of the submission.")
    .reads::<CorrectionRequest>(BodyKind::JsonOrForm)
    .redirects()
}
