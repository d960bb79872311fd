//! Lookups: the rows that a write needs, and the result of reading them.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use crate::{
    cell::{Cell, CellContent},
    google::wire_types::ValueRange,
};

/// Row that a write needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RowLookup {
    pub(crate) tab: &'static str,
    pub(crate) id: String,
    pub(crate) search: LookupScope,
}

/// Effort of the search for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LookupScope {
    /// Only at the known position; usually the row does not exist.
    Known,
    /// In the whole tab.
    Thorough,
    /// Row with this row number, whatever its id.
    At(u32),
}

/// Result of a lookup at the moment of the read.
#[derive(Clone, Debug)]
pub(crate) enum LookupResult {
    Row {
        /// Row number; the header is row 1.
        number: usize,
        cells: Vec<Value>,
    },
    Gone,
    Repeated,
}

impl LookupResult {
    /// Value of a cell of a row that was found.
    pub(crate) fn content(&self, position: usize) -> CellContent {
        match self {
            Self::Row { cells, .. } => Cell::of(cells.get(position)).into(),
            Self::Gone | Self::Repeated => CellContent::Empty,
        }
    }
}

/// Results of the lookups, by tab and id.
pub(crate) type LookupResults = HashMap<(&'static str, String), LookupResult>;

/// Joins rows into at most `most` ranges: the nearest ones are joined, and the rows in between are read as well.
pub(crate) fn join_row_ranges(mut rows: Vec<usize>, most: usize) -> Vec<(usize, usize)> {
    rows.sort_unstable();
    rows.dedup();
    let mut gaps: Vec<(usize, usize)> = rows
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[1] > pair[0] + 1)
        .map(|(index, pair)| (pair[1] - pair[0], index))
        .collect();
    gaps.sort_unstable_by(|left, right| right.cmp(left));
    let mut ends: Vec<usize> = gaps.iter().take(most.max(1) - 1).map(|(_, index)| *index).collect();
    ends.sort_unstable();
    ends.extend(rows.len().checked_sub(1));
    let mut first = 0;
    let mut runs = Vec::new();
    for last in ends {
        runs.push((rows[first], rows[last]));
        first = last + 1;
    }
    runs
}

/// Id as 16 bytes, so that a million of them stay small.
pub(crate) type IdDigest = [u8; 16];

pub(crate) fn first_row(range: &ValueRange) -> &[Value] {
    range
        .values
        .as_deref()
        .unwrap_or_default()
        .first()
        .map_or(&[], Vec::as_slice)
}

/// Number of grid rows. The service expands open ranges to the end of the grid: `A5:G` is returned as `A5:G1000`.
pub(crate) fn grid_rows(range: &ValueRange) -> Option<usize> {
    let echoed = range.range.as_deref()?;
    let end = echoed.rsplit(':').next()?;
    end.trim_start_matches(|character: char| character.is_ascii_alphabetic())
        .parse()
        .ok()
}

pub(crate) fn digest_unless_empty(id: &str) -> Option<IdDigest> {
    (!id.is_empty()).then(|| id_digest(id))
}

pub(crate) fn id_digest(id: &str) -> IdDigest {
    Uuid::try_parse(id)
        .unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()))
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn adjacent_rows_are_read_together() {
        assert_eq!(join_row_ranges(vec![], 3), []);
        assert_eq!(join_row_ranges(vec![5], 3), [(5, 5)]);
        assert_eq!(join_row_ranges(vec![7, 3, 4, 4, 9], 3), [(3, 4), (7, 7), (9, 9)]);
        assert_eq!(join_row_ranges(vec![3, 4, 7, 9, 100], 2), [(3, 9), (100, 100)]);
    }

    proptest! {
        #[test]
        fn every_requested_row_is_in_exactly_one_range(
            rows in prop::collection::vec(1_usize..500, 0..80),
            most in 1_usize..10,
        ) {
            let runs = join_row_ranges(rows.clone(), most);
            prop_assert!(runs.len() <= most);
            for row in rows {
                let around = runs.iter().filter(|(first, last)| (*first..=*last).contains(&row)).count();
                prop_assert_eq!(around, 1);
            }
        }
    }
}
