//! Audit replay: finds what writes hit by mistake and what is still to be repaired, from the audit log. Pure: makes no
//! call.
//!
//! The id of a line encodes the intended target of its call, the line itself the actual one (see [`AuditLineId`]). A cell
//! that was hit by mistake counts as repaired once a later line shows an intended write to it.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::{
    audit::action::{DELETED, NUMBERED, REPAIRED},
    cell::CellContent,
    commit::{
        fencing::{AuditLineId, CallKey, LineTarget},
        repair::{
            row_image::OverwrittenCell,
            task::{CellRepair, IntendedCell, RepairTask, RowRepair},
        },
    },
    schema::tab::{Tab, normalize_header},
};

/// Audit line written by a call of this program, by any instance.
#[derive(Clone, Debug)]
pub(crate) struct LoggedChange {
    pub(crate) id: AuditLineId,
    pub(crate) tab: String,
    pub(crate) row: String,
    pub(crate) action: String,
    pub(crate) header: String,
    pub(crate) old: CellContent,
    pub(crate) new: CellContent,
}

impl LoggedChange {
    /// Target that the line shows: what the change hit.
    fn target(&self) -> LineTarget<'_> {
        LineTarget {
            tab: &self.tab,
            row: &self.row,
            header: &self.header,
        }
    }

    fn hit_its_target(&self) -> bool {
        // A row that gets an id had none before.
        let had_no_id = self.action != NUMBERED || self.old == CellContent::Empty;
        had_no_id && self.id.targets(self.target())
    }

    fn is_about_same_cell(&self, tab: &Tab, cell: &OverwrittenCell) -> bool {
        tab.title == self.tab && cell.id == self.row && normalize_header(&cell.header) == normalize_header(&self.header)
    }

    fn overwritten(&self) -> OverwrittenCell {
        OverwrittenCell {
            id: self.row.clone(),
            position: None,
            header: self.header.clone(),
            old: self.old.clone(),
            now: self.new.clone(),
        }
    }
}

/// Lines of the call `last` and of those before it, back to one that repaired nothing; lines after `last` are left out.
/// `None` if `lines` do not go back far enough and are not `all`.
pub(crate) fn lines_to_replay(mut lines: Vec<LoggedChange>, last: CallKey, all: bool) -> Option<Vec<LoggedChange>> {
    let Some(end) = lines.iter().rposition(|line| line.id.call() == last) else {
        // A call without such lines changed no existing row.
        return Some(Vec::new());
    };
    lines.truncate(end + 1);
    let mut start = end;
    loop {
        let call = lines[start].id.call();
        let calls = lines[..start].iter();
        start -= calls.rev().take_while(|line| line.id.call() == call).count();
        let is_repair = lines[start..].iter().take_while(|line| line.id.call() == call);
        let is_repair = is_repair.into_iter().any(|line| line.action == REPAIRED);
        match (is_repair, start) {
            (_, 0) if !all => return None,
            (true, 1..) => start -= 1,
            _ => return Some(lines.split_off(start)),
        }
    }
}

/// Pending repairs after `lines`. `tab_of` finds tabs by title.
pub(crate) fn pending_repairs(
    lines: &[LoggedChange],
    tab_of: impl Fn(&str) -> Option<&'static Tab>,
) -> Vec<RepairTask> {
    let mut repairs: Vec<RepairTask> = Vec::new();
    let mut rest = lines;
    while let [line, after @ ..] = rest {
        let Some(tab) = tab_of(&line.tab) else {
            rest = after;
            continue;
        };
        if line.action == DELETED {
            let lines;
            (lines, rest) = rest.split_at(removal_line_count(rest));
            repairs.extend(wrongly_deleted_rows(tab, lines));
            continue;
        }
        if line.header.is_empty() {
            // A restored row, or a column that can no longer be found.
            repairs.retain(|repair| !matches!(repair, RepairTask::Row(row) if row.tab == tab && row.id == line.row));
        } else {
            replay_cell(&mut repairs, tab, line);
        }
        rest = after;
    }
    repairs
}

fn replay_cell(repairs: &mut Vec<RepairTask>, tab: &'static Tab, line: &LoggedChange) {
    let restores = |cell: &OverwrittenCell| {
        line.action == REPAIRED
            && normalize_header(&cell.header) == normalize_header(&line.header)
            && cell.now.is_same_as(&line.old)
            && cell.old.is_same_as(&line.new)
    };
    if line.hit_its_target() {
        repairs.retain(|repair| {
            !matches!(repair, RepairTask::Cell(CellRepair { tab: of, cell, .. })
                if *of == tab && (line.is_about_same_cell(tab, cell) || restores(cell)))
        });
        return;
    }
    let earlier = repairs.iter_mut().find_map(|repair| match repair {
        RepairTask::Cell(CellRepair { cell, .. })
            if line.is_about_same_cell(tab, cell) && cell.now.is_same_as(&line.old) =>
        {
            Some(cell)
        }
        _ => None,
    });
    match earlier {
        // Only the first line knows the original value.
        Some(cell) => cell.now = line.new.clone(),
        None => repairs.push(RepairTask::Cell(CellRepair {
            tab,
            number: None,
            intended: IntendedCell::Sealed(line.id),
            cell: line.overwritten(),
        })),
    }
}

/// Number of leading lines about rows of the same tab that one call deleted.
fn removal_line_count(lines: &[LoggedChange]) -> usize {
    let first = &lines[0];
    let is_same =
        |line: &&LoggedChange| line.action == DELETED && line.id.call() == first.id.call() && line.tab == first.tab;
    lines.iter().take_while(is_same).count()
}

/// Lines of each deleted row.
fn deleted_rows(lines: &[LoggedChange]) -> Vec<Vec<&LoggedChange>> {
    let mut rows = Vec::new();
    let mut by_place: BTreeMap<usize, Vec<&LoggedChange>> = BTreeMap::new();
    let mut rest = lines;
    while let [line, after @ ..] = rest {
        if let Some(place) = line.id.removed_row() {
            by_place.entry(place).or_default().push(line);
            rest = after;
        } else {
            let (row, after) = rest.split_at(removed_row_line_count(rest));
            rows.push(row.iter().collect());
            rest = after;
        }
    }
    rows.extend(by_place.into_values());
    rows
}

/// Number of leading lines about the same deleted row, if their ids do not encode it: each column occurs once.
fn removed_row_line_count(lines: &[LoggedChange]) -> usize {
    let first = &lines[0];
    let mut headers: Vec<&str> = Vec::new();
    let same = lines.iter().take_while(|line| {
        let is_same = line.id.removed_row().is_none()
            && line.row == first.row
            && (line.header.is_empty() || !headers.contains(&line.header.as_str()));
        headers.push(&line.header);
        is_same
    });
    same.count()
}

/// Rows that the deletions of one call took by mistake.
fn wrongly_deleted_rows(tab: &'static Tab, lines: &[LoggedChange]) -> Vec<RepairTask> {
    let rows = deleted_rows(lines);
    let id_header = normalize_header(tab.columns[0].header);
    let firsts: Vec<AuditLineId> = rows.iter().filter_map(|row| Some(row.first()?.id)).collect();
    let taken = rows.iter().zip(&firsts).filter_map(|(row, own)| {
        let id_line = row.iter().find(|line| normalize_header(&line.header) == id_header);
        let id = id_line.map_or_else(|| row[0].row.clone(), |line| line.old.as_cell().text());
        let is_intended = |line: &AuditLineId| {
            line.targets(LineTarget {
                tab: tab.title,
                row: &id,
                header: "",
            })
        };
        // Staff may have sorted rows that were all to be deleted.
        let is_right = is_intended(own) || firsts.iter().any(is_intended);
        (!is_right).then(|| {
            RepairTask::Row(RowRepair {
                tab,
                number: None,
                id,
                cells: row.iter().map(|line| line.overwritten()).collect(),
            })
        })
    });
    taken.collect()
}
