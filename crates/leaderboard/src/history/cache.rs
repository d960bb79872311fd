//! History cache: earlier boards and pages of corrections, derived on a blocking thread.

use std::sync::Arc;

use tokio::task::{JoinError, spawn_blocking};
use web::{
    error::Error,
    response::{DerivedCache, work_budget::charge_work},
};

use crate::{
    history::{as_of::AsOf, corrections::CorrectionList},
    snapshot::{BoardVersions, LeaderboardData},
};

/// Boards, and pages of corrections, kept for each.
const CAPACITY: u64 = 4;

/// Derived values of the history.
pub(crate) struct HistoryCache {
    boards: DerivedCache<(BoardVersions, AsOf), LeaderboardData>,
    corrections: DerivedCache<(BoardVersions, u32), CorrectionList>,
}

impl Default for HistoryCache {
    fn default() -> Self {
        Self {
            boards: DerivedCache::most(CAPACITY),
            corrections: DerivedCache::most(CAPACITY),
        }
    }
}

impl HistoryCache {
    /// The board at a moment, derived by `derive` if it is not cached, and then charged to the budget of the client.
    ///
    /// # Errors
    /// When `derive` panics, or the budget is used up.
    pub(crate) async fn board(
        &self,
        versions: BoardVersions,
        as_of: AsOf,
        derive: impl FnOnce() -> LeaderboardData + Send + 'static,
    ) -> Result<Arc<LeaderboardData>, Error> {
        if !self.boards.contains(&(versions, as_of)) {
            charge_work()?;
        }
        let derived = async { spawn_blocking(derive).await.map(Arc::new) };
        let board = self.boards.try_get_or_compute((versions, as_of), derived).await;
        board.map_err(|error: Arc<JoinError>| Error::internal(error))
    }

    /// A page of corrections, derived by `derive` if it is not cached.
    ///
    /// # Errors
    /// When `derive` panics.
    pub(crate) async fn corrections(
        &self,
        versions: BoardVersions,
        page: u32,
        derive: impl FnOnce() -> CorrectionList + Send + 'static,
    ) -> Result<Arc<CorrectionList>, Error> {
        let derived = async { spawn_blocking(derive).await.map(Arc::new) };
        let corrections = self.corrections.try_get_or_compute((versions, page), derived).await;
        corrections.map_err(|error: Arc<JoinError>| Error::internal(error))
    }
}
