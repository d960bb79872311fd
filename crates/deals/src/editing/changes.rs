//! Edits of deals, as changes of the spreadsheet.

use std::sync::{Arc, LazyLock};

use domain::money::Money;
use jiff::{Zoned, civil::Date};
use sheets_store::{CellContent, CellEntry, CellUpdate, NewId, RowChange, RowDelete, RowInsert, RowUpdate};
use uuid::Uuid;

use crate::deal::{
    Deal,
    columns::{
        AMOUNT, ASSIGNEE, CLIENT, CREATED_AT, DEAL_SNOOZES, DEALS, DUE, NOTES, PROBABILITY, SECTOR, STAGE, UPDATED_AT,
        WEIGHTED, snooze_column,
    },
    row_codec::cell_entry,
    rows::DealRows,
    snooze::DealSnooze,
    stage::DealStage,
};

/// Fields of a deal that a person fills in. Probability and weighted value are derived from them.
#[derive(Clone, Debug, PartialEq)]
pub struct DealFields {
    /// Client name.
    pub client: Arc<str>,
    /// Stage.
    pub stage: DealStage,
    /// Gross amount in cents, greater than zero.
    pub amount: Money,
    /// Sector; `None` when not given.
    pub sector: Option<Arc<str>>,
    /// Due date.
    pub due: Option<Date>,
    /// Assignee.
    pub assignee: Option<Arc<str>>,
    /// Notes; may be empty.
    pub notes: Arc<str>,
}

impl DealFields {
    /// Fields of a deal in the sheet.
    pub fn of(deal: &Deal) -> Self {
        Self {
            client: Arc::clone(&deal.client),
            stage: deal.stage,
            amount: deal.amount,
            sector: deal.sector.clone(),
            due: deal.due,
            assignee: deal.assignee.clone(),
            notes: Arc::clone(&deal.notes),
        }
    }

    /// Cell content for a column of [`DEALS`]; empty for columns that a person does not fill in.
    pub fn entry(&self, column: usize) -> CellEntry {
        match column {
            PROBABILITY | WEIGHTED => CellEntry::Empty,
            column => cell_entry(&self.applied_to(&BLANK_DEAL), column),
        }
    }

    /// Copy with the value of `other` in one column.
    #[must_use]
    pub fn with_column(mut self, column: usize, other: &Self) -> Self {
        match column {
            CLIENT => self.client = Arc::clone(&other.client),
            STAGE => self.stage = other.stage,
            AMOUNT => self.amount = other.amount,
            SECTOR => self.sector.clone_from(&other.sector),
            DUE => self.due = other.due,
            ASSIGNEE => self.assignee.clone_from(&other.assignee),
            NOTES => self.notes = Arc::clone(&other.notes),
            _ => {}
        }
        self
    }

    /// Digest of the values: the order of JSON fields and the notation of numbers and dates make no difference. It is
    /// kept in the spreadsheet, so its form stays as it is.
    pub fn digest(&self) -> Uuid {
        let text = serde_json::json!([
            *self.client,
            self.stage.as_str(),
            self.amount.to_string(),
            self.sector.as_deref(),
            self.due.map(|due| due.to_string()),
            self.assignee.as_deref(),
            *self.notes,
        ]);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, text.to_string().as_bytes())
    }

    fn applied_to(&self, seen: &Deal) -> Deal {
        let fields = self.clone();
        Deal {
            row: seen.row,
            id: seen.id,
            client: fields.client,
            stage: fields.stage,
            amount: fields.amount,
            sector: fields.sector,
            due: fields.due,
            assignee: fields.assignee,
            notes: fields.notes,
            created_at: seen.created_at,
            updated_at: seen.updated_at,
        }
    }
}

/// Columns of [`DEALS`] that a person fills in, in sheet order.
pub const INPUT_COLUMNS: [usize; 7] = [CLIENT, STAGE, AMOUNT, SECTOR, DUE, ASSIGNEE, NOTES];

/// A deal to insert.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDeal {
    /// Idempotency key, generated before the first attempt: a retry with the same key writes nothing.
    pub key: String,
    /// Field values.
    pub fields: DealFields,
    /// Server time in the configured time zone.
    pub created_at: Zoned,
}

impl NewDeal {
    /// Row to insert; the store assigns its id.
    pub fn into_insert(self) -> RowInsert {
        self.insert_of(None)
    }

    /// Row to insert under a key that the caller chose: the same key with other fields is refused.
    pub fn into_keyed_insert(self) -> RowInsert {
        let content = self.fields.digest();
        self.insert_of(Some(content))
    }

    fn insert_of(self, content: Option<Uuid>) -> RowInsert {
        let at = CellEntry::instant(&self.created_at);
        RowInsert {
            tab: &DEALS,
            id: NewId::Counted { key: self.key, content },
            cells: cells_after_id(&self.fields, at.clone(), at),
        }
    }
}

/// A deleted deal to restore.
#[derive(Clone, Debug, PartialEq)]
pub struct RestoredDeal {
    /// Its former id.
    pub id: u64,
    /// Idempotency key derived from the deletion.
    pub key: String,
    /// Contents of columns added by staff, by header.
    pub others: Vec<(String, CellContent)>,
    /// Field values.
    pub fields: DealFields,
    /// Content of the `created_at` cell.
    pub created_at: CellContent,
    /// Server time in the configured time zone.
    pub at: Zoned,
}

impl RestoredDeal {
    /// Row to insert.
    pub fn into_insert(self) -> RowInsert {
        let created_at = match self.created_at {
            CellContent::Text(text) => CellEntry::Text(text),
            CellContent::Number(number) => CellEntry::Number(number),
            CellContent::Empty | CellContent::Bool(_) => CellEntry::Empty,
        };
        RowInsert {
            tab: &DEALS,
            id: NewId::Restored {
                id: self.id.to_string(),
                key: self.key,
                others: self.others,
            },
            cells: cells_after_id(&self.fields, created_at, CellEntry::instant(&self.at)),
        }
    }
}

fn cells_after_id(fields: &DealFields, created_at: CellEntry, updated_at: CellEntry) -> Vec<CellEntry> {
    let deal = fields.applied_to(&BLANK_DEAL);
    let cells = (1..DEALS.columns.len()).map(|column| match column {
        CREATED_AT => created_at.clone(),
        UPDATED_AT => updated_at.clone(),
        column => cell_entry(&deal, column),
    });
    cells.collect()
}

static BLANK_DEAL: LazyLock<Deal> = LazyLock::new(|| Deal {
    row: 0,
    id: None,
    client: Arc::default(),
    stage: DealStage::Prospect,
    amount: Money::ZERO,
    sector: None,
    due: None,
    assignee: None,
    notes: Arc::default(),
    created_at: None,
    updated_at: None,
});

/// Update of a deal that a person saw.
#[derive(Clone, Copy, Debug)]
pub struct DealUpdate<'a> {
    /// The deal as the person saw it.
    pub seen: &'a Deal,
    /// Wanted field values.
    pub wanted: &'a DealFields,
}

impl DealUpdate<'_> {
    /// Cells to write: those that differ, plus probability and weighted value when status or amount change. `None` when
    /// nothing changes or the deal has no id yet.
    pub fn into_update(self, rows: &DealRows) -> Option<RowUpdate> {
        let wanted = self.wanted.applied_to(self.seen);
        let columns = (1..=NOTES).filter(|column| cell_entry(self.seen, *column) != cell_entry(&wanted, *column));
        let cells: Vec<CellUpdate> = columns
            .map(|column| CellUpdate {
                column,
                from: rows.content_seen(self.seen, column),
                to: cell_entry(&wanted, column),
            })
            .collect();
        let id = self.seen.id?.to_string();
        (!cells.is_empty()).then_some(RowUpdate { tab: &DEALS, id, cells })
    }
}

/// Deletion of the row, conditional on the values that were seen. `None` when the deal has no id yet.
pub fn delete_row(seen: &Deal, rows: &DealRows) -> Option<RowDelete> {
    let columns = (1..=NOTES).filter(|column| !matches!(*column, PROBABILITY | WEIGHTED));
    Some(RowDelete {
        tab: &DEALS,
        id: seen.id?.to_string(),
        seen: columns
            .map(|column| (column, rows.content_seen(seen, column)))
            .collect(),
    })
}

/// Ends a snooze.
pub fn end_snooze(known: &DealSnooze) -> RowChange {
    RowChange::Delete(RowDelete {
        tab: &DEAL_SNOOZES,
        id: known.deal.to_string(),
        seen: vec![(snooze_column::UNTIL, CellEntry::Date(known.until).content())],
    })
}

/// Adds a snooze, or changes the existing one.
pub fn save_snooze(known: Option<&DealSnooze>, wanted: &DealSnooze, at: &Zoned) -> RowChange {
    let id = wanted.deal.to_string();
    let text = |text: &str| match text {
        "" => CellEntry::Empty,
        text => CellEntry::Text(text.to_owned()),
    };
    let cells = |snooze: &DealSnooze| {
        [
            (snooze_column::UNTIL, CellEntry::Date(snooze.until)),
            (snooze_column::REASON, text(&snooze.reason)),
            (snooze_column::BY, text(&snooze.by)),
        ]
    };
    let Some(known) = known else {
        let entries = cells(wanted).into_iter().map(|(_, entry)| entry);
        return RowChange::Insert(RowInsert {
            tab: &DEAL_SNOOZES,
            id: NewId::Given(id),
            cells: entries.chain([CellEntry::instant(at)]).collect(),
        });
    };
    let moment = CellUpdate {
        column: snooze_column::AT,
        from: known.at.map_or(CellContent::Empty, |then| {
            CellEntry::instant(&then.to_zoned(at.time_zone().clone())).content()
        }),
        to: CellEntry::instant(at),
    };
    let pairs = cells(known).into_iter().zip(cells(wanted));
    let changed = pairs.filter(|(before, after)| before != after);
    let changed = changed.map(|((column, before), (_, to))| CellUpdate {
        column,
        from: before.content(),
        to,
    });
    RowChange::Update(RowUpdate {
        tab: &DEAL_SNOOZES,
        id,
        cells: changed.chain([moment]).collect(),
    })
}
