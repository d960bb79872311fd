//! Claims: the `submissions` tab and every page that records, lists or corrects a claim.

pub mod catalog;
pub mod correction;
pub mod dataset;
pub(crate) mod findings;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod form;
pub mod ledger;
pub mod list;
pub(crate) mod receipt;
pub mod rows;
pub(crate) mod rules;
pub(crate) mod sample;
pub(crate) mod storage;
pub mod submission;

use std::sync::Arc;

use aide::axum::ApiRouter;

use crate::state::Leaderboard;

/// Routes of the claim pages.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new()
        .merge(form::page::router())
        .merge(form::submit::router())
        .merge(form::credited::router())
        .merge(receipt::page::router())
        .merge(correction::page::router())
        .merge(list::page::router())
        .merge(sample::page::router())
}
