//! Row diff of two reads of a tab, independent of the order of the rows. Pure.

use std::collections::{HashMap, VecDeque};

use super::{
    cell::Cell,
    dataset::{Row, TabRows},
};

/// Difference of one row. Rows are identified by their row numbers: `then` in the earlier read and `now` in the later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Difference {
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
pub(super) fn differences(then: &TabRows, now: &TabRows) -> Vec<Difference> {
    let (old, new) = without_common_ends(then, now);
    let (old, new) = without_equal(old, new);
    let mut old_by_id: HashMap<String, VecDeque<Row<'_>>> = HashMap::new();
    let mut found = Vec::new();
    for row in old {
        old_by_id.entry(row.cell(0).text()).or_default().push_back(row);
    }
    for row in new {
        let id = row.cell(0).text();
        let before = old_by_id.get_mut(&id).filter(|_| !id.is_empty());
        let before = before.and_then(VecDeque::pop_front);
        let before = before.or_else(|| old_by_id.get_mut("").and_then(|blank| take_same(blank, row)));
        found.push(match before {
            Some(before) => Difference::Changed {
                then: before.number,
                now: row.number,
                columns: (0..now.tab.columns.len())
                    .filter(|column| before.cell(*column) != row.cell(*column))
                    .collect(),
            },
            None => Difference::Added { now: row.number },
        });
    }
    let mut gone: Vec<u32> = old_by_id.into_values().flatten().map(|row| row.number).collect();
    gone.sort_unstable();
    found.extend(gone.into_iter().map(|then| Difference::Removed { then }));
    found
}

/// Takes the row without an id that `row`, which has one, was before: all its other cells are equal, or it has the same
/// row number and the same first cell.
fn take_same<'a>(blank: &mut VecDeque<Row<'a>>, row: Row<'_>) -> Option<Row<'a>> {
    if row.cell(0) == Cell::Empty {
        return None;
    }
    let columns = row.columns();
    let is_same = |old: &Row<'_>| (1..columns).all(|column| old.cell(column) == row.cell(column));
    let begins_same = |old: &Row<'_>| old.number == row.number && old.cell(1) == row.cell(1);
    let place = blank.iter().position(|old| is_same(old) || begins_same(old))?;
    blank.remove(place)
}

/// Rows between the common first and last rows of both reads.
fn without_common_ends<'a>(then: &'a TabRows, now: &'a TabRows) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    let (old, new): (Vec<Row<'_>>, Vec<Row<'_>>) = (then.rows().collect(), now.rows().collect());
    let is_same = |(left, right): &(&Row<'_>, &Row<'_>)| left.cells.fingerprint() == right.cells.fingerprint();
    let first = old.iter().zip(&new).take_while(is_same).count();
    let (old, new) = (&old[first..], &new[first..]);
    let last = old.iter().rev().zip(new.iter().rev()).take_while(is_same).count();
    (old[..old.len() - last].to_vec(), new[..new.len() - last].to_vec())
}

fn without_equal<'a>(old: Vec<Row<'a>>, new: Vec<Row<'a>>) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    let mut counts: HashMap<u64, usize> = HashMap::with_capacity(old.len());
    for row in &old {
        *counts.entry(row.cells.fingerprint()).or_default() += 1;
    }
    let take_one = |counts: &mut HashMap<u64, usize>, row: &Row<'_>| match counts.get_mut(&row.cells.fingerprint()) {
        Some(count @ 1..) => {
            *count -= 1;
            true
        }
        _ => false,
    };
    let new: Vec<Row<'_>> = new.into_iter().filter(|row| !take_one(&mut counts, row)).collect();
    // The rows not matched by new ones are deleted or changed.
    let old = old.into_iter().filter(|row| take_one(&mut counts, row)).collect();
    (old, new)
}

#[cfg(test)]
#[path = "difference_tests.rs"]
mod tests;
