//! Finds the header row among titles, blank lines and data.

use std::collections::BTreeSet;

use super::{
    field::{self, Field, is_computed},
    table::{Cell, Line},
};
use crate::deals::{amount, day};

/// How far down a header is looked for.
pub(super) const DEEPEST: usize = 100;

/// The most likely header among the first lines of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// How many different fields it names.
    pub(super) fields: usize,
    /// How many of its columns are named at all.
    pub(super) columns: usize,
    /// Its place among the lines.
    pub(super) index: usize,
}

/// The line that names most fields, the first of them. Where none names any, the first line that looks like headers:
/// at least three texts, neither amounts nor dates.
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
        // A title such as "Client" names one field, the header below it two or more.
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
