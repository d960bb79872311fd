//! Undo of a form's change: old cell values, or a deleted deal with its id, restored from the audit log.

use domain::language::Language;
use jiff::Timestamp;
use sheets_store::{Batch, CellContent, RowChange};
use web::error::Error;

use crate::{
    deal::{
        audit_log::{AuditAction, DealAuditEntry, input_text},
        columns::CREATED_AT,
    },
    editing::{
        changes::{DealFields, NewDeal, RestoredDeal},
        conflict::EditIntent,
        input::DealInput,
        update::{BY_FORM, EditError},
    },
    state::Deals,
};

/// An undone change.
pub(crate) struct UndoneEdit {
    /// Id of the deal; a new one when another deal has its former id.
    pub(crate) id: u64,
}

impl Deals {
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
        self.change(id, BY_FORM, |deal| {
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
            let created = self.create(deal.into_insert(), BY_FORM).await?;
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
