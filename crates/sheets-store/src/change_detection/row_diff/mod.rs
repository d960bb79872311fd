//! Row diff of two reads of a tab, independent of the order of the rows. Pure.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};

use crate::{
    cell::Cell,
    read::dataset::{TabRow, TabRows},
};

/// Difference of one row. Rows are identified by their row numbers: `then` in the earlier read and `now` in the later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowDifference {
    /// No row of the earlier read has the same content or the same id.
    Added {
        /// Row number.
        now: u32,
    },
    /// The row with this id has other content.
    Changed {
        /// Row number before.
        then: u32,
        /// Row number after.
        now: u32,
        /// Indexes of the tab's columns.
        columns: Vec<usize>,
    },
    /// No row of the later read has the same content or the same id.
    Removed {
        /// Row number.
        then: u32,
    },
}

/// Compares two reads. Rows that only moved are no difference. Rows are first matched by content, counting repetitions;
/// the remaining rows are matched by id. Rows without an id have no identity, except that a row that only got an id is
/// the same row.
pub(crate) fn diff_rows(then: &TabRows, now: &TabRows) -> Vec<RowDifference> {
    let (old, new) = trim_common_ends(then, now);
    let (old, new) = remove_equal_rows(old, new);
    let mut old_by_id: HashMap<String, VecDeque<TabRow<'_>>> = HashMap::new();
    let mut found = Vec::new();
    for row in old {
        old_by_id.entry(row.cell(0).text()).or_default().push_back(row);
    }
    for row in new {
        let id = row.cell(0).text();
        let before = old_by_id.get_mut(&id).filter(|_| !id.is_empty());
        let before = before.and_then(VecDeque::pop_front);
        let before = before.or_else(|| old_by_id.get_mut("").and_then(|blank| take_same_row(blank, row)));
        found.push(match before {
            Some(before) => RowDifference::Changed {
                then: before.number,
                now: row.number,
                columns: (0..now.tab.columns.len())
                    .filter(|column| before.cell(*column) != row.cell(*column))
                    .collect(),
            },
            None => RowDifference::Added { now: row.number },
        });
    }
    let mut removed: Vec<u32> = old_by_id.into_values().flatten().map(|row| row.number).collect();
    removed.sort_unstable();
    found.extend(removed.into_iter().map(|then| RowDifference::Removed { then }));
    found
}

/// Takes the row without an id that `row`, which has one, was before: all its other cells are equal, or it has the same
/// row number and the same first cell.
fn take_same_row<'a>(blank: &mut VecDeque<TabRow<'a>>, row: TabRow<'_>) -> Option<TabRow<'a>> {
    if row.cell(0) == Cell::Empty {
        return None;
    }
    let columns = row.columns();
    let is_same = |old: &TabRow<'_>| (1..columns).all(|column| old.cell(column) == row.cell(column));
    let begins_same = |old: &TabRow<'_>| old.number == row.number && old.cell(1) == row.cell(1);
    let place = blank.iter().position(|old| is_same(old) || begins_same(old))?;
    blank.remove(place)
}

/// Rows between the common first and last rows of both reads.
fn trim_common_ends<'a>(then: &'a TabRows, now: &'a TabRows) -> (Vec<TabRow<'a>>, Vec<TabRow<'a>>) {
    let (old, new): (Vec<TabRow<'_>>, Vec<TabRow<'_>>) = (then.rows().collect(), now.rows().collect());
    let is_same = |(left, right): &(&TabRow<'_>, &TabRow<'_>)| left.cells.fingerprint() == right.cells.fingerprint();
    let first = old.iter().zip(&new).take_while(is_same).count();
    let (old, new) = (&old[first..], &new[first..]);
    let last = old.iter().rev().zip(new.iter().rev()).take_while(is_same).count();
    (old[..old.len() - last].to_vec(), new[..new.len() - last].to_vec())
}

fn remove_equal_rows<'a>(old: Vec<TabRow<'a>>, new: Vec<TabRow<'a>>) -> (Vec<TabRow<'a>>, Vec<TabRow<'a>>) {
    let mut counts: HashMap<u64, usize> = HashMap::with_capacity(old.len());
    for row in &old {
        *counts.entry(row.cells.fingerprint()).or_default() += 1;
    }
    let take_one = |counts: &mut HashMap<u64, usize>, row: &TabRow<'_>| match counts.get_mut(&row.cells.fingerprint()) {
        Some(count @ 1..) => {
            *count -= 1;
            true
        }
        _ => false,
    };
    let new: Vec<TabRow<'_>> = new.into_iter().filter(|row| !take_one(&mut counts, row)).collect();
    // The rows not matched by new ones are deleted or changed.
    let old = old.into_iter().filter(|row| take_one(&mut counts, row)).collect();
    (old, new)
}
