//! Integrations leaderboard.
//!
//! A Customer Success Manager (CSM) claims the integrations that a company completed; each pair of company and
//! integration is credited once, to the first who claimed it.
//!
//! One folder for each feature:
//!
//! - [`claims`]: the tab `submissions`, the claim form, and the ledger that gives each credit to its holder
//! - [`standings`]: the ranking, with goal, highlights, matrix, own rank and the weekly message
//! - [`contests`]: periods with a prize and rules of their own, scored exactly and frozen at the end
//! - [`disputes`]: objections to a credit
//! - [`history`]: the time machine: earlier boards and corrections, from the audit log
//! - [`names`]: aliases and suspected duplicates
//! - [`live`]: the event stream of open boards
//! - [`tv`]: the board on a big screen
//!
//! The same file names recur: `rows` (a tab, column by column), rules by their name (pure functions of the rows),
//! `answers` (JSON and downloads), `view` (HTML), `page` (routes and handlers). A request enters through a `page`, takes
//! a [`snapshot`] from [`state`], applies rules and renders. [`routes`] has every address, [`tabs`] every tab, [`ui`]
//! what several views share.

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
mod ui;

use std::sync::Arc;

use aide::axum::ApiRouter;

pub use crate::state::{Leaderboard, LeaderboardParts};

/// All routes of the board.
pub fn router(leaderboard: Arc<Leaderboard>) -> ApiRouter {
    ApiRouter::new()
        .merge(standings::page::router())
        .merge(standings::my_rank::page::router())
        .merge(standings::matrix::page::router())
        .merge(standings::weekly::page::router())
        .merge(claims::router())
        .merge(names::page::router())
        .merge(contests::page::router())
        .merge(disputes::page::router())
        .merge(history::page::router())
        .merge(live::page::router())
        .merge(tv::page::router())
        .with_state(leaderboard)
}
