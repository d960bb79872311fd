//! A plan as changes of the sheet.
//!
//! A new row carries a key that follows from the file and the line, so that neither a repeated request nor a second upload
//! adds it twice. When the deal that was added under the key is gone, since the import was taken back or somebody deleted
//! it, the next key follows from the first and the id that is gone: then the line can be imported again.

use jiff::Zoned;
use uuid::Uuid;

use super::{
    change::Draft,
    log::{ImportLog, RunName, signature},
    plan::{Changed, New, Plan},
    step::Planned,
};
use crate::{
    deals::{
        change::{DealChange, DealFields, NewDeal},
        deal::Deal,
        rows::{DEALS, DealRows, UPDATED_AT},
    },
    store::{
        Change, Entry, Insert, NewId,
        audit::{AUDIT_LOG, action},
    },
};

/// What the changes need to know beside the plan.
pub struct Circumstances<'a> {
    /// The deals that the plan was made for.
    pub rows: &'a DealRows,
    /// What imports wrote before.
    pub log: &'a ImportLog,
    /// Name of the file.
    pub file: &'a str,
    /// Digest of its bytes.
    pub digest: Uuid,
    /// This import.
    pub run: &'a RunName,
    /// The present instant, in the configured zone.
    pub now: &'a Zoned,
}

/// What carries a plan out.
#[derive(Debug, Default)]
pub struct Steps {
    /// What is to be written: new deals first, in the order of the file.
    pub changes: Vec<Planned>,
    /// Lines that mean a deal which has no id yet, so that it cannot be addressed.
    pub without_id: Vec<usize>,
}

/// The changes that carry `plan` out.
pub fn steps(plan: &Plan, circumstances: &Circumstances<'_>) -> Steps {
    let mut steps = Steps::default();
    steps
        .changes
        .extend(plan.new.iter().map(|new| circumstances.insert(new)));
    for changed in &plan.changed {
        match circumstances.update(changed) {
            Some(planned) => steps.changes.push(planned),
            None => steps.without_id.push(changed.line),
        }
    }
    steps
}

impl Circumstances<'_> {
    fn insert(&self, new: &New) -> Planned {
        let deal = NewDeal {
            key: self.key(new.line),
            fields: fields(&new.draft),
            created_at: self.now.clone(),
        };
        Planned {
            line: new.line,
            deal: None,
            row: None,
            change: Change::Insert(deal.into_insert()),
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

    fn update(&self, changed: &Changed) -> Option<Planned> {
        let mut wanted = changed.before.clone();
        changed.changes.iter().for_each(|change| change.apply(&mut wanted));
        let update = DealChange {
            seen: &changed.before,
            wanted: &DealFields::of(&wanted),
        }
        .into_update(self.rows)?;
        Some(Planned {
            line: changed.line,
            deal: changed.before.id,
            row: None,
            change: Change::Update(update),
            note: Some(self.note(&changed.before)),
        })
    }

    /// The line that keeps `updated_at`, of which the store keeps no history.
    fn note(&self, before: &Deal) -> Change {
        let id = before.id.unwrap_or_default().to_string();
        let name = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("noted\n{}\n{id}", self.run).as_bytes());
        let text = |text: &str| Entry::Text(text.to_owned());
        let moment = before.updated_at.map_or(Entry::Empty, |at| {
            Entry::instant(&at.to_zoned(self.now.time_zone().clone()))
        });
        Change::Insert(Insert {
            tab: &AUDIT_LOG,
            id: NewId::Given(name.to_string()),
            cells: vec![
                Entry::instant(self.now),
                Entry::Text(signature(self.file, self.run)),
                text(DEALS.title),
                Entry::Text(id),
                text(action::NOTED),
                text(DEALS.columns[UPDATED_AT].header),
                moment,
                Entry::Empty,
            ],
        })
    }
}

fn fields(draft: &Draft) -> DealFields {
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
