//! Changes of the sheet that apply an import plan.
//!
//! Each new row carries an idempotency key derived from the file and the line, so that neither a repeated request nor a
//! second upload inserts it twice. If the deal inserted under a key is gone (the import was undone, or the deal was
//! deleted), the next key is derived from the first one and the missing id, so that the line can be imported again.

use jiff::Zoned;
use sheets_store::{CellEntry, NewId, RowChange, RowInsert, audit::action};
use uuid::Uuid;
use web::audit_log::AUDIT_LOG;

use crate::{
    deal::{
        Deal,
        columns::{DEALS, UPDATED_AT},
        rows::DealRows,
    },
    editing::changes::{DealFields, DealUpdate, NewDeal},
    import::{
        batches::PlannedChange,
        log::{ImportLog, RunName, signature},
        plan::{AddedDeal, ChangedDeal, ImportPlan, values::DealDraft},
    },
};

/// Context in which a plan is applied.
pub struct ApplyContext<'a> {
    /// Deals that the plan was computed from.
    pub rows: &'a DealRows,
    /// Earlier imports, from the audit log.
    pub log: &'a ImportLog,
    /// Name of the file.
    pub file: &'a str,
    /// Digest of the file's bytes.
    pub digest: Uuid,
    /// Name of this import.
    pub run: &'a RunName,
    /// Current time in the configured zone.
    pub now: &'a Zoned,
}

/// Changes that apply a plan.
#[derive(Debug, Default)]
pub struct ApplyChanges {
    /// Changes to write: new deals first, in the order of the file.
    pub changes: Vec<PlannedChange>,
    /// Lines whose deal has no id yet and therefore cannot be updated.
    pub without_id: Vec<usize>,
}

/// Changes that apply `plan`.
pub fn planned_changes(plan: &ImportPlan, context: &ApplyContext<'_>) -> ApplyChanges {
    let mut result = ApplyChanges::default();
    result.changes.extend(plan.new.iter().map(|new| context.insert(new)));
    for changed in &plan.changed {
        match context.update(changed) {
            Some(planned) => result.changes.push(planned),
            None => result.without_id.push(changed.line),
        }
    }
    result
}

impl ApplyContext<'_> {
    fn insert(&self, new: &AddedDeal) -> PlannedChange {
        let deal = NewDeal {
            key: self.key(new.line),
            fields: fields(&new.draft),
            created_at: self.now.clone(),
        };
        PlannedChange {
            line: new.line,
            deal: None,
            row: None,
            change: RowChange::Insert(deal.into_insert()),
            note: None,
        }
    }

    fn key(&self, line: usize) -> String {
        let mut key = format!("import {} line {line}", self.digest.simple());
        while let Some(gone) = self.log.created(&key).filter(|deal| self.rows.deal(*deal).is_none()) {
            key = format!("{key} after {gone}");
        }
        key
    }

    fn update(&self, changed: &ChangedDeal) -> Option<PlannedChange> {
        let mut wanted = changed.before.clone();
        changed.changes.iter().for_each(|change| change.apply(&mut wanted));
        let update = DealUpdate {
            seen: &changed.before,
            wanted: &DealFields::of(&wanted),
        }
        .into_update(self.rows)?;
        Some(PlannedChange {
            line: changed.line,
            deal: changed.before.id,
            row: None,
            change: RowChange::Update(update),
            note: Some(self.note(&changed.before)),
        })
    }

    /// Audit line with the old `updated_at`, which the store does not log by itself.
    fn note(&self, before: &Deal) -> RowChange {
        let id = before.id.unwrap_or_default().to_string();
        let name = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("noted\n{}\n{id}", self.run).as_bytes());
        let text = |text: &str| CellEntry::Text(text.to_owned());
        let moment = before.updated_at.map_or(CellEntry::Empty, |at| {
            CellEntry::instant(&at.to_zoned(self.now.time_zone().clone()))
        });
        RowChange::Insert(RowInsert {
            tab: &AUDIT_LOG,
            id: NewId::Given(name.to_string()),
            cells: vec![
                CellEntry::instant(self.now),
                CellEntry::Text(signature(self.file, self.run)),
                text(DEALS.title),
                CellEntry::Text(id),
                text(action::NOTED),
                text(DEALS.columns[UPDATED_AT].header),
                moment,
                CellEntry::Empty,
            ],
        })
    }
}

fn fields(draft: &DealDraft) -> DealFields {
    let draft = draft.clone();
    DealFields {
        client: draft.client,
        stage: draft.stage,
        amount: draft.amount,
        sector: draft.sector,
        due: draft.due,
        assignee: draft.assignee,
        notes: draft.notes,
    }
}
