//! Sample deals and files for the tests of the import.

use std::{sync::Arc, time::Duration};

use domain::money::Money;
use jiff::{Timestamp, civil::date};

use crate::{
    deal::{
        Deal,
        stage::{DealStage, LostStage},
    },
    import::{
        file::{self, deadline::Deadline, limits::FileLimits, table::FileTable},
        mapping,
        plan::{
            ImportPlan,
            lines::{self, ParsedLines},
            options::{EmptyCells, ImportOptions, MatchingKey},
            plan,
            values::DealDraft,
        },
    },
};

/// Deal with every field set.
pub(crate) fn deal(id: u64, client: &str) -> Deal {
    Deal {
        row: u32::try_from(id).expect("small") + 1,
        id: Some(id),
        client: client.into(),
        stage: DealStage::Qualified,
        amount: Money::cents(1_250_050),
        sector: Some("Santé".into()),
        due: Some(date(2026, 12, 31)),
        assignee: Some("Claire Dubois".into()),
        notes: "Rappeler lundi".into(),
        created_at: Some(Timestamp::UNIX_EPOCH),
        updated_at: Some(Timestamp::UNIX_EPOCH),
    }
}

/// Default options.
pub(crate) fn choices() -> ImportOptions {
    ImportOptions {
        key: MatchingKey::default(),
        decimal_mark: None,
        empty_cells: EmptyCells::Keep,
        lost_stage: LostStage::Offered,
    }
}

pub(crate) fn table(text: &str) -> FileTable {
    table_of(text.as_bytes())
}

pub(crate) fn table_of(bytes: &[u8]) -> FileTable {
    let deadline = Deadline::after(Duration::from_mins(10));
    file::read(bytes, FileLimits::default(), &deadline).expect("a table")
}

pub(crate) fn lines(text: &str) -> ParsedLines {
    let table = table(text);
    lines::read(&table, &mapping::guess(&table.columns).mapping)
}

/// Plan for a file with the default options.
pub(crate) fn plan_of(existing: &[Deal], text: &str) -> ImportPlan {
    plan(existing, &lines(text), &choices())
}

/// Outcome of each line of the file: `+` new, `~` changed, `=` identical, `!` refused.
pub(crate) fn outcomes(plan: &ImportPlan) -> String {
    let mut outcomes: Vec<(usize, char)> = Vec::new();
    outcomes.extend(plan.new.iter().map(|new| (new.line, '+')));
    outcomes.extend(plan.changed.iter().map(|changed| (changed.line, '~')));
    outcomes.extend(plan.identical.iter().map(|identical| (identical.line, '=')));
    outcomes.extend(plan.refused.iter().map(|refusal| (refusal.line, '!')));
    outcomes.sort_unstable();
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Applies a plan in memory and returns the ids of the new deals.
pub(crate) fn apply_plan(plan: &ImportPlan, deals: &mut Vec<Deal>) -> Vec<u64> {
    for changed in &plan.changed {
        let deal = deals
            .iter_mut()
            .find(|deal| deal.row == changed.before.row)
            .expect("the deal to change");
        changed.changes.iter().for_each(|change| change.apply(deal));
        deal.updated_at = Some(Timestamp::MAX);
    }
    let add = |new: &crate::import::plan::AddedDeal| {
        let id = deals.iter().filter_map(|deal| deal.id).max().unwrap_or(0) + 1;
        let row = deals.iter().map(|deal| deal.row).max().unwrap_or(1) + 1;
        deals.push(created(&new.draft, id, row));
        id
    };
    plan.new.iter().map(add).collect()
}

fn created(draft: &DealDraft, id: u64, row: u32) -> Deal {
    Deal {
        row,
        id: Some(id),
        client: Arc::clone(&draft.client),
        stage: draft.stage,
        amount: draft.amount,
        sector: draft.sector.clone(),
        due: draft.due,
        assignee: draft.assignee.clone(),
        notes: Arc::clone(&draft.notes),
        created_at: Some(Timestamp::MAX),
        updated_at: Some(Timestamp::MAX),
    }
}
