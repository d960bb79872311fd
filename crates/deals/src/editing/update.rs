//! Create, update and delete for one deal, with optimistic concurrency.
//!
//! A change is conditional on the values that its author saw. The cached rows may be some seconds old, and staff may
//! change a cell during a write; therefore a change that does not apply is recomputed on fresh rows before it is
//! reported as a conflict.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sheets_store::{
    Batch, CellContent, CellEntry, CellUpdate, CommitError, Reading, RowChange, RowInsert, RowProblem, RowUpdate,
};
use web::error::Error;

use crate::{
    deal::{
        Deal,
        audit_log::DealAuditLog,
        response::{DealResponse, RecordedDealResponse},
        rows::DealRows,
    },
    editing::{
        changes::{DealFields, DealUpdate, INPUT_COLUMNS, delete_row},
        conflict::{EditConflict, EditIntent},
    },
    routes::BOARD,
    snapshot::DealsSnapshot,
    state::Deals,
};

/// Author of changes made by a form, in the audit log.
pub(crate) const BY_FORM: &str = "form";
/// Author of changes made by a program.
pub(crate) const BY_API: &str = "API";

/// Maximum number of attempts, each on fresh rows.
const MAX_ATTEMPTS: usize = 3;

/// Reason why a deal was not changed.
pub(crate) enum EditError {
    /// No row has its id.
    Gone,
    /// Someone else changed the same cells.
    Clash(Box<EditConflict>),
    /// Any other error.
    Failed(Error),
}

impl From<Error> for EditError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<sheets_store::read::read_error::ReadError> for EditError {
    fn from(error: sheets_store::read::read_error::ReadError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<CommitError> for EditError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::NoSuchRow {
                problem: RowProblem::Gone,
                ..
            } => Self::Gone,
            error => Self::Failed(error.into()),
        }
    }
}

/// A deal that was created.
pub(crate) struct CreatedDeal {
    pub(crate) id: u64,
    /// Rows added: 0 when an earlier attempt with the same key had added it.
    pub(crate) rows: usize,
}

impl Deals {
    /// Inserts a new deal; a retry with the same key writes nothing.
    pub(crate) async fn create(&self, deal: RowInsert, by: &str) -> Result<CreatedDeal, Error> {
        let committed = self.store.commit(Batch::by(by, [RowChange::Insert(deal)])).await?;
        let id = committed.ids.first().and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| Error::internal("the store answered without an id"))?;
        let rows = committed.inserted;
        Ok(CreatedDeal { id, rows })
    }

    /// Applies the edit that `intend` derives from the deal in the sheet.
    pub(crate) async fn change(
        &self,
        id: u64,
        by: &str,
        intend: impl Fn(&Deal) -> Result<EditIntent, Error>,
    ) -> Result<(), EditError> {
        for left in (0..MAX_ATTEMPTS).rev() {
            let result = self.try_change(id, by, &intend).await;
            match result {
                Err(EditError::Gone | EditError::Clash(_)) if left > 0 => self.store.refresh(),
                result => return result,
            }
        }
        Err(EditError::Gone)
    }

    async fn try_change(
        &self,
        id: u64,
        by: &str,
        intend: &impl Fn(&Deal) -> Result<EditIntent, Error>,
    ) -> Result<(), EditError> {
        let current = self.current().await?;
        let deal = current.rows.deal(id).ok_or(EditError::Gone)?;
        let intent = intend(deal)?;
        let found = DealFields::of(deal);
        let columns = intent.conflicting_columns(&found);
        if !columns.is_empty() {
            return Err(EditError::Clash(Box::new(EditConflict { intent, found, columns })));
        }
        let Some(update) = deal_update(deal, &intent, &current.rows) else {
            return Ok(());
        };
        match self.store.commit(Batch::by(by, [RowChange::Update(update)])).await {
            Ok(_) => Ok(()),
            // The next read shows whether this is a conflict or only another notation of the same value.
            Err(CommitError::Conflict(_)) => Err(EditError::Clash(Box::new(EditConflict {
                columns: INPUT_COLUMNS.to_vec(),
                intent,
                found,
            }))),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the deal; `seen` derives the values that must still be in the sheet.
    pub(crate) async fn remove(
        &self,
        id: u64,
        by: &str,
        seen: impl Fn(&Deal) -> Result<Option<EditIntent>, Error>,
    ) -> Result<(), EditError> {
        for left in (0..MAX_ATTEMPTS).rev() {
            match self.try_remove(id, by, &seen).await {
                Err(EditError::Gone | EditError::Clash(_)) if left > 0 => self.store.refresh(),
                result => return result,
            }
        }
        Err(EditError::Gone)
    }

    async fn try_remove(
        &self,
        id: u64,
        by: &str,
        seen: &impl Fn(&Deal) -> Result<Option<EditIntent>, Error>,
    ) -> Result<(), EditError> {
        let current = self.current().await?;
        let deal = current.rows.deal(id).ok_or(EditError::Gone)?;
        let found = DealFields::of(deal);
        let intent = seen(deal)?;
        if let Some(intent) = intent {
            let columns = intent.conflicting_columns(&found);
            if !columns.is_empty() {
                return Err(EditError::Clash(Box::new(EditConflict { intent, found, columns })));
            }
        }
        let deletion = delete_row(deal, &current.rows).ok_or(EditError::Gone)?;
        match self.store.commit(Batch::by(by, [RowChange::Delete(deletion)])).await {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict(_)) => Err(EditError::Clash(Box::new(EditConflict {
                intent: EditIntent::untouched(&found),
                columns: INPUT_COLUMNS.to_vec(),
                found,
            }))),
            Err(error) => Err(error.into()),
        }
    }

    /// Audit log of deals.
    pub(crate) async fn log(&self) -> Result<Reading<DealAuditLog>, Error> {
        Ok(self.store.read::<DealAuditLog>().await?)
    }
}

fn deal_update(deal: &Deal, intent: &EditIntent, rows: &DealRows) -> Option<RowUpdate> {
    let wanted = intent.merge(&DealFields::of(deal));
    let change = DealUpdate {
        seen: deal,
        wanted: &wanted,
    };
    let mut update = change.into_update(rows)?;
    let watched = intent.watched.iter().copied();
    let unchanged = watched.filter(|column| update.cells.iter().all(|cell| cell.column != *column));
    let guards: Vec<CellUpdate> = unchanged
        .map(|column| precondition(column, rows.content_seen(deal, column)))
        .collect();
    update.cells.extend(guards);
    Some(update)
}

/// Writes nothing, and fails when the cell holds another value.
fn precondition(column: usize, content: CellContent) -> CellUpdate {
    let to = match &content {
        CellContent::Text(text) => CellEntry::Text(text.clone()),
        CellContent::Number(number) => CellEntry::Number(*number),
        CellContent::Empty | CellContent::Bool(_) => CellEntry::Empty,
    };
    CellUpdate {
        column,
        from: content,
        to,
    }
}

/// Snapshot of the board, and the deal with this id.
pub(crate) async fn load_deal(deals: &Deals, id: u64) -> Result<(DealsSnapshot, Deal), Error> {
    let current = deals.current().await?;
    let deal = current.rows.deal(id).cloned().ok_or_else(Error::not_found)?;
    Ok((current, deal))
}

/// Response to a program whose write is in the sheet: `status` and the deal, or 202 with its id if the sheet cannot be
/// read back. An error would tell the program to write once more.
pub(crate) async fn respond_with_written(deals: &Deals, id: u64, status: StatusCode) -> Response {
    let location = [(header::LOCATION, format!("{BOARD}/{id}"))];
    let current = deals.current_after_write().await;
    let current = current.inspect_err(|error| tracing::warn!(%error, "a written deal could not be read back"));
    let response = current
        .ok()
        .and_then(|current| Some(DealResponse::of(current.rows.deal(id)?, &current.rows)));
    match response {
        Some(response) => (status, location, Json(response)).into_response(),
        None => (StatusCode::ACCEPTED, location, Json(RecordedDealResponse { id })).into_response(),
    }
}
