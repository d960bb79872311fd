//! Handlers of the contest pages.

pub(crate) mod contest;
pub(crate) mod list;
pub(crate) mod points;
pub(crate) mod rules;

use std::sync::Arc;

use aide::axum::ApiRouter;

use crate::state::Leaderboard;

/// Routes of the contest pages.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new()
        .merge(list::router())
        .merge(contest::router())
        .merge(points::router())
        .merge(rules::router())
}
