//! Create, update, delete and undo for one deal, with optimistic concurrency.
//!
//! A change is conditional on the values that its author saw. The cached rows may be some seconds old, and staff may
//! change a cell during a write; therefore a change that does not apply is recomputed on fresh rows before it is
//! reported as a conflict.

use jiff::Timestamp;

use super::{
    change::{DealChange, DealFields, NewDeal, RestoredDeal, clashes, deletion, merged},
    deal::Deal,
    desk::{Current, Deals},
    log::{Action, DealLog, LogLine, typed},
    rows::{CREATED_AT, DealRows},
    submission::SentDeal,
};
use crate::{
    error::Error,
    language::Language,
    store::{Batch, CellUpdate, Change, CommitError, Content, Entry, Reading, RowProblem, Update},
};

/// Author of changes made by a form, in the audit log.
pub(super) const BY_FORM: &str = "form";
/// Author of changes made by a program.
pub(super) const BY_API: &str = "API";

/// Maximum number of attempts, each on fresh rows.
const TRIES: usize = 3;

/// A requested edit of a deal.
#[derive(Clone, Debug)]
pub(super) struct Intent {
    /// Values that the author saw.
    pub(super) seen: DealFields,
    /// Values that the author wants.
    pub(super) wanted: DealFields,
    /// Columns that must be unchanged since they were seen, although the edit does not touch them.
    pub(super) watched: Vec<usize>,
}

/// Reason why a deal was not changed.
pub(super) enum NotChanged {
    /// No row has its id.
    Gone,
    /// Someone else changed the same cells.
    Clash(Box<Clash>),
    /// Any other error.
    Failed(Error),
}

/// Both sides of an edit conflict.
pub(super) struct Clash {
    /// The requested edit.
    pub(super) intent: Intent,
    /// Values now in the sheet.
    pub(super) found: DealFields,
    /// Columns in conflict.
    pub(super) columns: Vec<usize>,
}

impl From<Error> for NotChanged {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<crate::store::ReadError> for NotChanged {
    fn from(error: crate::store::ReadError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<CommitError> for NotChanged {
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
pub(super) struct Created {
    pub(super) id: u64,
    /// Rows added: 0 when an earlier attempt with the same key had added it.
    pub(super) rows: usize,
}

impl Deals {
    /// Inserts a new deal; a retry with the same key writes nothing.
    pub(super) async fn create(&self, deal: NewDeal, by: &str) -> Result<Created, Error> {
        let insert = Change::Insert(deal.into_insert());
        let committed = self.store.commit(Batch::by(by, [insert])).await?;
        let id = committed.ids.first().and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| Error::internal("the store answered without an id"))?;
        let rows = committed.inserted;
        Ok(Created { id, rows })
    }

    /// Applies the edit that `intend` derives from the deal in the sheet.
    pub(super) async fn change(
        &self,
        (id, by): (u64, &str),
        intend: impl Fn(&Deal) -> Result<Intent, Error>,
    ) -> Result<(), NotChanged> {
        for left in (0..TRIES).rev() {
            let result = self.try_change((id, by), &intend).await;
            match result {
                Err(NotChanged::Gone | NotChanged::Clash(_)) if left > 0 => self.store.refresh(),
                result => return result,
            }
        }
        Err(NotChanged::Gone)
    }

    async fn try_change(
        &self,
        (id, by): (u64, &str),
        intend: &impl Fn(&Deal) -> Result<Intent, Error>,
    ) -> Result<(), NotChanged> {
        let current = self.current().await?;
        let deal = current.rows.deal(id).ok_or(NotChanged::Gone)?;
        let intent = intend(deal)?;
        let found = DealFields::of(deal);
        let columns = clashes(&intent.seen, &found, (&intent.wanted, &intent.watched));
        if !columns.is_empty() {
            return Err(NotChanged::Clash(Box::new(Clash { intent, found, columns })));
        }
        let Some(update) = update(deal, &intent, &current.rows) else {
            return Ok(());
        };
        match self.store.commit(Batch::by(by, [Change::Update(update)])).await {
            Ok(_) => Ok(()),
            // The next read shows whether this is a conflict or only another notation of the same value.
            Err(CommitError::Conflict(_)) => Err(NotChanged::Clash(Box::new(Clash {
                columns: super::change::FIELDS.to_vec(),
                intent,
                found,
            }))),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the deal; `seen` derives the values that must still be in the sheet.
    pub(super) async fn remove(
        &self,
        (id, by): (u64, &str),
        seen: impl Fn(&Deal) -> Result<Option<Intent>, Error>,
    ) -> Result<(), NotChanged> {
        for left in (0..TRIES).rev() {
            match self.try_remove((id, by), &seen).await {
                Err(NotChanged::Gone | NotChanged::Clash(_)) if left > 0 => self.store.refresh(),
                result => return result,
            }
        }
        Err(NotChanged::Gone)
    }

    async fn try_remove(
        &self,
        (id, by): (u64, &str),
        seen: &impl Fn(&Deal) -> Result<Option<Intent>, Error>,
    ) -> Result<(), NotChanged> {
        let current = self.current().await?;
        let deal = current.rows.deal(id).ok_or(NotChanged::Gone)?;
        let found = DealFields::of(deal);
        let intent = seen(deal)?;
        if let Some(intent) = intent {
            let columns = clashes(&intent.seen, &found, (&intent.wanted, &intent.watched));
            if !columns.is_empty() {
                return Err(NotChanged::Clash(Box::new(Clash { intent, found, columns })));
            }
        }
        let deletion = deletion(deal, &current.rows).ok_or(NotChanged::Gone)?;
        match self.store.commit(Batch::by(by, [Change::Delete(deletion)])).await {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict(_)) => Err(NotChanged::Clash(Box::new(Clash {
                intent: Intent::untouched(&found),
                columns: super::change::FIELDS.to_vec(),
                found,
            }))),
            Err(error) => Err(error.into()),
        }
    }

    /// Undoes a form's change of a deal, made at or after `since`: restores old cell values, or a deleted row with its
    /// id.
    pub(super) async fn undo(&self, id: u64, since: Timestamp) -> Result<Undone, NotChanged> {
        let log = self.log().await?;
        let lines = log.snapshot.data.of_number(id);
        let group = change_since(&lines, since).ok_or_else(Error::not_found)?;
        if group[0].action == Action::Deleted {
            return self.restore(id, &group).await;
        }
        let language = Language::English;
        let (mut old, mut new) = (SentDeal::default(), SentDeal::default());
        for line in &group {
            let Some(column) = line.column() else { continue };
            old.set(&line.header, typed(column, &line.old));
            new.set(&line.header, typed(column, &line.new));
        }
        self.change((id, BY_FORM), |deal| {
            let found = DealFields::of(deal);
            let seen = new.check(Some(&found), language).map_err(Error::invalid)?;
            let wanted = old.check(Some(&seen), language).map_err(Error::invalid)?;
            let watched = Vec::new();
            Ok(Intent { seen, wanted, watched })
        })
        .await?;
        Ok(Undone { id })
    }

    async fn restore(&self, id: u64, group: &[LogLine]) -> Result<Undone, NotChanged> {
        let (mut old, mut created_at) = (SentDeal::default(), Content::Empty);
        let mut others = Vec::new();
        for line in group {
            match line.column() {
                Some(column) => old.set(&line.header, typed(column, &line.old)),
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
            return Ok(Undone { id: created.id });
        }
        let deal = RestoredDeal {
            id,
            key,
            others,
            fields,
            created_at,
            at,
        };
        let insert = Change::Insert(deal.into_insert());
        self.store.commit(Batch::by(BY_FORM, [insert])).await?;
        Ok(Undone { id })
    }

    /// Audit log of deals.
    pub(super) async fn log(&self) -> Result<Reading<DealLog>, Error> {
        Ok(self.store.read::<DealLog>().await?)
    }
}

/// An undone change.
pub(super) struct Undone {
    /// Id of the deal; a new one when another deal has its former id.
    pub(super) id: u64,
}

impl Intent {
    /// An edit that changes nothing.
    pub(super) fn untouched(found: &DealFields) -> Self {
        Self {
            seen: found.clone(),
            wanted: found.clone(),
            watched: Vec::new(),
        }
    }
}

impl Clash {
    /// Values now in the sheet, with the author's changes applied.
    pub(super) fn merged(&self) -> DealFields {
        merged(&self.intent.seen, &self.found, &self.intent.wanted)
    }
}

/// Audit entries of one change made by a form, the first at or after `since`.
fn change_since(lines: &[LogLine], since: Timestamp) -> Option<Vec<LogLine>> {
    let is_ours = |line: &&LogLine| line.by == BY_FORM && matches!(line.action, Action::Changed | Action::Deleted);
    let first = lines.iter().filter(is_ours).find(|line| line.at >= since)?;
    let of_change = |line: &&LogLine| line.at == first.at && line.action == first.action;
    Some(lines.iter().filter(is_ours).filter(of_change).cloned().collect())
}

fn update(deal: &Deal, intent: &Intent, rows: &DealRows) -> Option<Update> {
    let wanted = merged(&intent.seen, &DealFields::of(deal), &intent.wanted);
    let change = DealChange {
        seen: deal,
        wanted: &wanted,
    };
    let mut update = change.into_update(rows)?;
    let watched = intent.watched.iter().copied();
    let unchanged = watched.filter(|column| update.cells.iter().all(|cell| cell.column != *column));
    let guards: Vec<CellUpdate> = unchanged
        .map(|column| guard(column, rows.content_seen(deal, column)))
        .collect();
    update.cells.extend(guards);
    Some(update)
}

/// Writes nothing, and fails when the cell holds another value.
fn guard(column: usize, content: Content) -> CellUpdate {
    let to = match &content {
        Content::Text(text) => Entry::Text(text.clone()),
        Content::Number(number) => Entry::Number(*number),
        Content::Empty | Content::Bool(_) => Entry::Empty,
    };
    CellUpdate {
        column,
        from: content,
        to,
    }
}

/// Snapshot of the board, and the deal with this id.
pub(super) async fn with_deal(deals: &Deals, id: u64) -> Result<(Current, Deal), Error> {
    let current = deals.current().await?;
    let deal = current.rows.deal(id).cloned().ok_or_else(Error::not_found)?;
    Ok((current, deal))
}
