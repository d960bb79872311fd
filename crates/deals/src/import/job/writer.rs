//! Writer of an import: one batch after the other.

use std::{collections::HashSet, sync::Arc};

use sheets_store::{Batch, CommitError, CommitSummary, RowChange, RowProblem, Store};
use tokio::sync::watch;
use web::error::Error;

use crate::{
    deal::rows::DealRows,
    import::{
        batches::{PlannedChange, split_into_batches},
        job::progress::{ImportProgress, ImportSkipReason, ImportState, SkippedDeal},
    },
};

/// Maximum attempts for a batch; each attempt already includes the store's own retries.
const MAX_ATTEMPTS: usize = 3;

/// Changes to write.
pub struct ImportWriter {
    store: Arc<Store>,
    by: String,
    changes: Vec<PlannedChange>,
}

/// Result of a batch.
#[derive(Default)]
struct WrittenBatch {
    committed: CommitSummary,
    left: Vec<SkippedDeal>,
}

impl ImportWriter {
    /// Writer for changes signed by `by`.
    pub fn new(store: &Arc<Store>, by: String, changes: Vec<PlannedChange>) -> Self {
        Self {
            store: Arc::clone(store),
            by,
            changes,
        }
    }

    /// Number of changes.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Writes all batches and reports the progress; stops if the spreadsheet is unavailable.
    pub async fn run(mut self, progress: watch::Sender<ImportProgress>) {
        for portion in split_into_batches(std::mem::take(&mut self.changes)) {
            let size = portion.len();
            match self.write(portion).await {
                Ok(written) => progress.send_modify(|progress| progress.add(size, written)),
                Err(error) => {
                    let error = Error::from(error);
                    tracing::error!(
                        cause = sheets_store::error_chain::error_chain(&error),
                        "an import stopped"
                    );
                    let cause = error.happened.to_string();
                    progress.send_modify(|progress| progress.state = ImportState::Stopped(cause));
                    return;
                }
            }
        }
        // The import is done once the next page shows it. If this read fails, the page states the age of its data.
        if let Err(error) = self.store.read_now::<DealRows>().await {
            tracing::debug!(%error, "what was imported could not be read back");
        }
        progress.send_modify(|progress| progress.state = ImportState::Done);
    }

    /// Writes a batch; skips deals that were changed in the meantime.
    async fn write(&self, mut open: Vec<PlannedChange>) -> Result<WrittenBatch, CommitError> {
        let notes: Vec<RowChange> = open.iter_mut().filter_map(|planned| planned.note.take()).collect();
        self.commit(&notes).await?;
        let mut written = WrittenBatch::default();
        loop {
            let changes: Vec<RowChange> = open.iter().map(|planned| planned.change.clone()).collect();
            let (ids, why) = match self.commit(&changes).await {
                Ok(committed) => {
                    written.committed = committed;
                    return Ok(written);
                }
                Err(CommitError::Conflict(conflicts)) => {
                    let ids: HashSet<String> = conflicts.into_iter().map(|conflict| conflict.id).collect();
                    (ids, ImportSkipReason::Changed)
                }
                Err(CommitError::NoSuchRow { id, problem, .. }) => ([id].into(), why(problem)),
                Err(error) => return Err(error),
            };
            let before = open.len();
            open.retain(|planned| {
                let is_left = planned.deal.is_some_and(|deal| ids.contains(&deal.to_string()));
                // A deal to delete that is already gone needs no report.
                let is_as_wanted = why == ImportSkipReason::Gone && matches!(planned.change, RowChange::Delete(_));
                if is_left && !is_as_wanted {
                    written.left.push(SkippedDeal {
                        line: planned.line,
                        deal: planned.deal,
                        why,
                    });
                }
                !is_left
            });
            if open.len() == before {
                return Err(CommitError::Refused("rows that nobody asked for".to_owned()));
            }
        }
    }

    async fn commit(&self, changes: &[RowChange]) -> Result<CommitSummary, CommitError> {
        let mut tries = 1;
        loop {
            match self.store.commit(Batch::by(&self.by, changes.iter().cloned())).await {
                Err(CommitError::NotWritten(_) | CommitError::Unknown(_) | CommitError::Busy)
                    if tries < MAX_ATTEMPTS =>
                {
                    tries += 1;
                }
                answer => return answer,
            }
        }
    }
}

fn why(problem: RowProblem) -> ImportSkipReason {
    match problem {
        RowProblem::Gone | RowProblem::Repeated => ImportSkipReason::Gone,
    }
}

impl ImportProgress {
    fn add(&mut self, size: usize, written: WrittenBatch) {
        self.done += size;
        self.inserted += written.committed.inserted;
        self.already_there += written.committed.already_there;
        self.updated += written.committed.updated;
        self.deleted += written.committed.deleted;
        self.left.extend(written.left);
    }
}
