//! Detection of the header row among titles, blank lines and data.

use std::collections::BTreeSet;

use super::{
    field::{self, Field, is_computed},
    table::{Cell, Line},
};
use crate::deals::{amount, day};

/// Number of lines that are searched for a header.
pub(super) const DEEPEST: usize = 100;

/// Line that may be the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// Number of distinct fields it names.
    pub(super) fields: usize,
    /// Number of its non-empty cells.
    pub(super) columns: usize,
    /// Index of the line.
    pub(super) index: usize,
}

/// Finds the line that names the most fields, the first one on a tie. If no line names a field, finds the first line
/// that looks like a header: at least three texts that are neither amounts nor dates.
pub(super) fn find(lines: &[Line]) -> Option<Candidate> {
    let candidate = |(index, line): (usize, &Line)| Candidate {
        fields: fields(line),
        columns: line.cells.iter().filter(|cell| !cell.is_empty()).count(),
        index,
    };
    let candidates: Vec<Candidate> = lines.iter().take(DEEPEST).enumerate().map(candidate).collect();
    let most = candidates.iter().map(|candidate| candidate.fields).max()?;
    match most {
        0 => candidates
            .into_iter()
            .find(|candidate| candidate.columns >= 3 && is_all_names(&lines[candidate.index])),
        // A title such as "Client" names one field; the header below it names two or more.
        _ => candidates
            .into_iter()
            .filter(|candidate| candidate.fields == most && candidate.columns >= 2)
            .min_by_key(|candidate| candidate.index),
    }
}

fn fields(line: &Line) -> usize {
    let named = line.cells.iter().filter_map(|cell| match cell {
        Cell::Text(text) => field::meaning(text).map(|(field, _)| field),
        _ => None,
    });
    named.collect::<BTreeSet<Field>>().len()
}

fn is_all_names(line: &Line) -> bool {
    line.cells.iter().all(|cell| match cell {
        Cell::Empty => true,
        Cell::Text(text) => is_computed(text) || amount::read(text).is_err() && day::read(text).is_err(),
        Cell::Number(_) | Cell::Day(_) => false,
    })
}
