//! Create, update, delete and undo for one deal, with optimistic concurrency.
//!
//! A change is conditional on the values that its author saw. The cached rows may be some seconds old, and staff may
//! change a cell during a write; therefore a change that does not apply is recomputed on fresh rows before it is
//! reported as a conflict.

use domain::language::Language;
use jiff::Timestamp;
use sheets_store::{Batch, CellContent, CellEntry, CellUpdate, CommitError, Reading, RowChange, RowProblem, RowUpdate};
use web::error::Error;

use crate::{
    deal::{
        Deal,
        audit_log::{AuditAction, DealAuditEntry, DealAuditLog, input_text},
        columns::CREATED_AT,
        rows::DealRows,
    },
    editing::{
        changes::{DealFields, DealUpdate, NewDeal, RestoredDeal, conflicting_columns, delete_row, merge_fields},
        input::DealInput,
    },
    snapshot::DealsSnapshot,
    state::Deals,
};

/// Author of changes made by a form, in the audit log.
pub(crate) const BY_FORM: &str = "form";
/// Author of changes made by a program.
pub(crate) const BY_API: &str = "API";

/// Maximum number of attempts, each on fresh rows.
const MAX_ATTEMPTS: usize = 3;

/// A requested edit of a deal.
#[derive(Clone, Debug)]
pub(crate) struct EditIntent {
    /// Values that the author saw.
    pub(crate) seen: DealFields,
    /// Values that the author wants.
    pub(crate) wanted: DealFields,
    /// Columns that must be unchanged since they were seen, although the edit does not touch them.
    pub(crate) watched: Vec<usize>,
}

/// Reason why a deal was not changed.
pub(crate) enum EditError {
    /// No row has its id.
    Gone,
    /// Someone else changed the same cells.
    Clash(Box<EditConflict>),
    /// Any other error.
    Failed(Error),
}

/// Both sides of an edit conflict.
pub(crate) struct EditConflict {
    /// The requested edit.
    pub(crate) intent: EditIntent,
    /// Values now in the sheet.
    pub(crate) found: DealFields,
    /// Columns in conflict.
    pub(crate) columns: Vec<usize>,
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
    pub(crate) async fn create(&self, deal: NewDeal, by: &str) -> Result<CreatedDeal, Error> {
        let insert = RowChange::Insert(deal.into_insert());
        let committed = self.store.commit(Batch::by(by, [insert])).await?;
        let id = committed.ids.first().and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| Error::internal("the store answered without an id"))?;
        let rows = committed.inserted;
        Ok(CreatedDeal { id, rows })
    }

    /// Applies the edit that `intend` derives from the deal in the sheet.
    pub(crate) async fn change(
        &self,
        (id, by): (u64, &str),
        intend: impl Fn(&Deal) -> Result<EditIntent, Error>,
    ) -> Result<(), EditError> {
        for left in (0..MAX_ATTEMPTS).rev() {
            let result = self.try_change((id, by), &intend).await;
            match result {
                Err(EditError::Gone | EditError::Clash(_)) if left > 0 => self.store.refresh(),
                result => return result,
            }
        }
        Err(EditError::Gone)
    }

    async fn try_change(
        &self,
        (id, by): (u64, &str),
        intend: &impl Fn(&Deal) -> Result<EditIntent, Error>,
    ) -> Result<(), EditError> {
        let current = self.current().await?;
        let deal = current.rows.deal(id).ok_or(EditError::Gone)?;
        let intent = intend(deal)?;
        let found = DealFields::of(deal);
        let columns = conflicting_columns(&intent.seen, &found, (&intent.wanted, &intent.watched));
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
                columns: crate::editing::changes::INPUT_COLUMNS.to_vec(),
                intent,
                found,
            }))),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the deal; `seen` derives the values that must still be in the sheet.
    pub(crate) async fn remove(
        &self,
        (id, by): (u64, &str),
        seen: impl Fn(&Deal) -> Result<Option<EditIntent>, Error>,
    ) -> Result<(), EditError> {
        for left in (0..MAX_ATTEMPTS).rev() {
            match self.try_remove((id, by), &seen).await {
                Err(EditError::Gone | EditError::Clash(_)) if left > 0 => self.store.refresh(),
                result => return result,
            }
        }
        Err(EditError::Gone)
    }

    async fn try_remove(
        &self,
        (id, by): (u64, &str),
        seen: &impl Fn(&Deal) -> Result<Option<EditIntent>, Error>,
    ) -> Result<(), EditError> {
        let current = self.current().await?;
        let deal = current.rows.deal(id).ok_or(EditError::Gone)?;
        let found = DealFields::of(deal);
        let intent = seen(deal)?;
        if let Some(intent) = intent {
            let columns = conflicting_columns(&intent.seen, &found, (&intent.wanted, &intent.watched));
            if !columns.is_empty() {
                return Err(EditError::Clash(Box::new(EditConflict { intent, found, columns })));
            }
        }
        let deletion = delete_row(deal, &current.rows).ok_or(EditError::Gone)?;
        match self.store.commit(Batch::by(by, [RowChange::Delete(deletion)])).await {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict(_)) => Err(EditError::Clash(Box::new(EditConflict {
                intent: EditIntent::untouched(&found),
                columns: crate::editing::changes::INPUT_COLUMNS.to_vec(),
                found,
            }))),
            Err(error) => Err(error.into()),
        }
    }

    /// Undoes a form's change of a deal, made at or after `since`: restores old cell values, or a deleted row with its
    /// id.
    pub(crate) async fn undo(&self, id: u64, since: Timestamp) -> Result<UndoneEdit, EditError> {
        let log = self.log().await?;
        let lines = log.snapshot.data.of_number(id);
        let group = first_change_since(&lines, since).ok_or_else(Error::not_found)?;
        if group[0].action == AuditAction::Deleted {
            return self.restore(id, &group).await;
        }
        let language = Language::English;
        let (mut old, mut new) = (DealInput::default(), DealInput::default());
        for line in &group {
            let Some(column) = line.column() else { continue };
            old.set(&line.header, input_text(column, &line.old));
            new.set(&line.header, input_text(column, &line.new));
        }
        self.change((id, BY_FORM), |deal| {
            let found = DealFields::of(deal);
            let seen = new.check(Some(&found), language).map_err(Error::invalid)?;
            let wanted = old.check(Some(&seen), language).map_err(Error::invalid)?;
            let watched = Vec::new();
            Ok(EditIntent { seen, wanted, watched })
        })
        .await?;
        Ok(UndoneEdit { id })
    }

    async fn restore(&self, id: u64, group: &[DealAuditEntry]) -> Result<UndoneEdit, EditError> {
        let (mut old, mut created_at) = (DealInput::default(), CellContent::Empty);
        let mut others = Vec::new();
        for line in group {
            match line.column() {
                Some(column) => old.set(&line.header, input_text(column, &line.old)),
                None => others.push((line.header.clone(), line.old.clone())),
            }
            if line.column() == Some(CREATED_AT) {
                created_at = line.old.clone();
            }
        }
        let fields = old.check(None, Language::English).map_err(Error::invalid)?;
        let current = self.current().await?;
        let key = format!("restored {}", group[0].id);
        let at = current.now.clone();
        // If another deal has the id by now, that deal keeps it.
        let is_taken = current.rows.deal(id).is_some_and(|deal| DealFields::of(deal) != fields);
        if is_taken {
            let created_at = at;
            let deal = NewDeal {
                key,
                fields,
                created_at,
            };
            let created = self.create(deal, BY_FORM).await?;
            return Ok(UndoneEdit { id: created.id });
        }
        let deal = RestoredDeal {
            id,
            key,
            others,
            fields,
            created_at,
            at,
        };
        let insert = RowChange::Insert(deal.into_insert());
        self.store.commit(Batch::by(BY_FORM, [insert])).await?;
        Ok(UndoneEdit { id })
    }

    /// Audit log of deals.
    pub(crate) async fn log(&self) -> Result<Reading<DealAuditLog>, Error> {
        Ok(self.store.read::<DealAuditLog>().await?)
    }
}

/// An undone change.
pub(crate) struct UndoneEdit {
    /// Id of the deal; a new one when another deal has its former id.
    pub(crate) id: u64,
}

impl EditIntent {
    /// An edit that changes nothing.
    pub(crate) fn untouched(found: &DealFields) -> Self {
        Self {
            seen: found.clone(),
            wanted: found.clone(),
            watched: Vec::new(),
        }
    }
}

impl EditConflict {
    /// Values now in the sheet, with the author's changes applied.
    pub(crate) fn merged(&self) -> DealFields {
        merge_fields(&self.intent.seen, &self.found, &self.intent.wanted)
    }
}

/// Audit entries of one change made by a form, the first at or after `since`.
fn first_change_since(lines: &[DealAuditEntry], since: Timestamp) -> Option<Vec<DealAuditEntry>> {
    let is_ours = |line: &&DealAuditEntry| {
        line.by == BY_FORM && matches!(line.action, AuditAction::Changed | AuditAction::Deleted)
    };
    let first = lines.iter().filter(is_ours).find(|line| line.at >= since)?;
    let of_change = |line: &&DealAuditEntry| line.at == first.at && line.action == first.action;
    Some(lines.iter().filter(is_ours).filter(of_change).cloned().collect())
}

fn deal_update(deal: &Deal, intent: &EditIntent, rows: &DealRows) -> Option<RowUpdate> {
    let wanted = merge_fields(&intent.seen, &DealFields::of(deal), &intent.wanted);
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
