//! Changes of one deal, written only over what their author saw.
//!
//! The program's own look at the rows may be some seconds old, and staff may change a cell in the very moment of a write. So
//! a change that does not fit is worked out once more on a fresh look before anybody hears of a clash.

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

/// Who makes a change by a form, as the audit log says.
pub(super) const BY_FORM: &str = "form";
/// Who makes it as a program.
pub(super) const BY_API: &str = "API";

/// How often a change is worked out on a fresh look.
const TRIES: usize = 3;

/// What somebody wants of a deal.
#[derive(Clone, Debug)]
pub(super) struct Intent {
    /// What they saw.
    pub(super) seen: DealFields,
    /// What it is to be.
    pub(super) wanted: DealFields,
    /// Columns that must still be as they were seen although nothing changes there.
    pub(super) watched: Vec<usize>,
}

/// Why a deal was not changed.
pub(super) enum NotChanged {
    /// No row has its id any more.
    Gone,
    /// Somebody else changed the same cells.
    Clash(Box<Clash>),
    /// Anything else.
    Failed(Error),
}

/// Both sides of a clash.
pub(super) struct Clash {
    /// What the author of the change saw and wants.
    pub(super) intent: Intent,
    /// What stands in the sheet.
    pub(super) found: DealFields,
    /// The columns that clash.
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

/// A deal that is in the sheet now.
pub(super) struct Created {
    pub(super) id: u64,
    /// Rows that this added: none when an earlier attempt had.
    pub(super) rows: usize,
}

impl Deals {
    /// Writes a new deal; a repetition with the same key writes nothing.
    pub(super) async fn create(&self, deal: NewDeal, by: &str) -> Result<Created, Error> {
        let insert = Change::Insert(deal.into_insert());
        let committed = self.store.commit(Batch::by(by, [insert])).await?;
        let id = committed.ids.first().and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| Error::internal("the store answered without an id"))?;
        let rows = committed.inserted;
        Ok(Created { id, rows })
    }

    /// Writes what `intend` makes of the deal as it stands in the sheet.
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
            // The next look shows whether it is a clash or only another way to write the same.
            Err(CommitError::Conflict(_)) => Err(NotChanged::Clash(Box::new(Clash {
                columns: super::change::FIELDS.to_vec(),
                intent,
                found,
            }))),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes the deal out of the sheet; `seen` says what must still stand there, where the author saw it.
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

    /// Takes back what a form did to a deal at or after `since`: old values come back into its cells, a deleted row comes
    /// back with its id.
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
        // A number that another deal got meanwhile stays with that one.
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

    /// The audit log as far as it concerns deals.
    pub(super) async fn log(&self) -> Result<Reading<DealLog>, Error> {
        Ok(self.store.read::<DealLog>().await?)
    }
}

/// A change that was taken back.
pub(super) struct Undone {
    /// The deal's id; another one when a new deal had got its number.
    pub(super) id: u64,
}

impl Intent {
    /// Nothing is to change.
    pub(super) fn untouched(found: &DealFields) -> Self {
        Self {
            seen: found.clone(),
            wanted: found.clone(),
            watched: Vec::new(),
        }
    }
}

impl Clash {
    /// Whether the deal as it is now is what the row is to be, but for these columns.
    pub(super) fn merged(&self) -> DealFields {
        merged(&self.intent.seen, &self.found, &self.intent.wanted)
    }
}

/// The lines of one form's change, the first that was written at or after `since`.
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

/// Writes nothing, and clashes when the cell holds something else.
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

/// The board with the deal of this id.
pub(super) async fn with_deal(deals: &Deals, id: u64) -> Result<(Current, Deal), Error> {
    let current = deals.current().await?;
    let deal = current.rows.deal(id).cloned().ok_or_else(Error::not_found)?;
    Ok((current, deal))
}
