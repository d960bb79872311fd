//! Changes that undo an import, derived from the audit log.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sheets_store::{CellContent, CellEntry, CellUpdate, RowChange, RowUpdate};

use crate::{
    deal::{
        Deal,
        columns::{DEALS, UPDATED_AT},
        rows::DealRows,
    },
    editing::changes::delete_row,
    import::{
        batches::PlannedChange,
        log::{ChangedCell, ImportRun},
    },
};

/// Maximum time between the import's audit line and an `updated_at` that the import itself wrote.
const MAX_OWN_DELAY: SignedDuration = SignedDuration::from_secs(10);

/// Changes that undo an import.
#[derive(Debug, Default)]
pub struct UndoChanges {
    /// Deals to restore and deals to delete.
    pub changes: Vec<PlannedChange>,
    /// Deals that were changed or removed since the import and stay as they are.
    pub changed_since: Vec<u64>,
}

/// Changes that undo `run`. Skips what an earlier undo already restored.
///
/// An inserted deal is deleted unless it was changed since. In an updated deal the changed cells get their old values;
/// the store compares again when it writes, and skips a deal in which one of these cells no longer holds what the
/// import wrote.
pub fn planned_changes(run: &ImportRun, rows: &DealRows, zone: &TimeZone) -> UndoChanges {
    let mut result = UndoChanges::default();
    for (deal, cells) in by_deal(run) {
        match rows.deal(deal) {
            Some(seen) => result.changes.push(set_back(run, seen, &cells, zone)),
            None => result.changed_since.push(deal),
        }
    }
    let left = run.created.iter().filter(|id| !run.taken_out.contains(*id));
    let mut there: Vec<&Deal> = left.filter_map(|id| rows.deal(*id)).collect();
    // From bottom to top, so that adjacent rows are deleted together.
    there.sort_by_key(|seen| std::cmp::Reverse(seen.row));
    for seen in there {
        match delete_row(seen, rows).filter(|_| is_untouched(seen)) {
            Some(delete) => result.changes.push(PlannedChange {
                line: 0,
                deal: seen.id,
                row: Some(seen.row),
                change: RowChange::Delete(delete),
                note: None,
            }),
            None => result.changed_since.extend(seen.id),
        }
    }
    result
}

/// Changed cells of each deal that existed before, with the first old value and the last new value.
fn by_deal(run: &ImportRun) -> BTreeMap<u64, BTreeMap<usize, ChangedCell>> {
    let created: HashSet<u64> = run.created.iter().copied().collect();
    let is_open =
        |cell: &&ChangedCell| !created.contains(&cell.deal) && !run.set_back.contains(&(cell.deal, cell.column));
    let mut deals: BTreeMap<u64, BTreeMap<usize, ChangedCell>> = BTreeMap::new();
    for cell in run.changed.iter().filter(is_open) {
        let cells = deals.entry(cell.deal).or_default();
        cells
            .entry(cell.column)
            .and_modify(|known| {
                known.new = cell.new.clone();
                known.at = cell.at;
            })
            .or_insert_with(|| cell.clone());
    }
    deals
}

fn set_back(run: &ImportRun, seen: &Deal, cells: &BTreeMap<usize, ChangedCell>, zone: &TimeZone) -> PlannedChange {
    let mut updates: Vec<CellUpdate> = cells
        .values()
        .map(|cell| CellUpdate {
            column: cell.column,
            from: cell.new.clone(),
            to: entry(&cell.old),
        })
        .collect();
    let written = cells.values().filter_map(|cell| cell.at).max();
    updates.extend(restored_timestamp(run, seen, written, zone));
    PlannedChange {
        line: 0,
        deal: seen.id,
        row: None,
        change: RowChange::Update(RowUpdate {
            tab: &DEALS,
            id: seen.id.unwrap_or_default().to_string(),
            cells: updates,
        }),
        note: None,
    }
}

/// Restores `updated_at` if the import was the last change of the row; otherwise the store writes the current time.
fn restored_timestamp(run: &ImportRun, seen: &Deal, written: Option<Timestamp>, zone: &TimeZone) -> Option<CellUpdate> {
    let before = run.updated_at.get(&seen.id?)?;
    let (now, written) = (seen.updated_at?, written?);
    (now.duration_since(written).abs() <= MAX_OWN_DELAY).then(|| CellUpdate {
        column: UPDATED_AT,
        from: CellEntry::instant(&now.to_zoned(zone.clone())).content(),
        to: entry(before),
    })
}

/// Whether the deal was not changed since its insertion: an import writes both timestamps at once, and later changes
/// only move the second.
fn is_untouched(deal: &Deal) -> bool {
    deal.created_at.is_some() && deal.created_at == deal.updated_at
}

fn entry(content: &CellContent) -> CellEntry {
    match content {
        CellContent::Empty => CellEntry::Empty,
        CellContent::Text(text) => CellEntry::Text(text.clone()),
        CellContent::Number(number) => CellEntry::Number(*number),
        CellContent::Bool(bool) => CellEntry::Text(bool.to_string().to_uppercase()),
    }
}
