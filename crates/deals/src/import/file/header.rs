//! Detection of the header row among titles, blank lines and data.

use std::collections::BTreeSet;

use crate::{
    import::{
        file::table::{FileCell, FileLine},
        mapping::field::{self, ImportField, is_computed},
    },
    text::{amount, date},
};

/// Number of lines that are searched for a header.
pub(crate) const MAX_DEPTH: usize = 100;
/// Number of cells that are searched for a header: each is compared with hundreds of names, on every sheet of a workbook
/// and under every separator of a text.
const MAX_CELLS: usize = 10_000;

/// Line that may be the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HeaderCandidate {
    /// Number of distinct fields it names.
    pub(crate) fields: usize,
    /// Number of its non-empty cells.
    pub(crate) columns: usize,
    /// Index of the line.
    pub(crate) index: usize,
}

/// Finds the line that names the most fields, the first one on a tie. If no line names a field, finds the first line
/// that looks like a header: at least three texts that are neither amounts nor dates.
pub(crate) fn find(lines: &[FileLine]) -> Option<HeaderCandidate> {
    let candidate = |(index, line): (usize, &FileLine)| HeaderCandidate {
        fields: fields(line),
        columns: line.cells.iter().filter(|cell| !cell.is_empty()).count(),
        index,
    };
    let mut cells = 0;
    let beginning = lines.iter().take(MAX_DEPTH).take_while(|line| {
        let is_within = cells < MAX_CELLS;
        cells += line.cells.len();
        is_within
    });
    let candidates: Vec<HeaderCandidate> = beginning.enumerate().map(candidate).collect();
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

fn fields(line: &FileLine) -> usize {
    let named = line.cells.iter().filter_map(|cell| match cell {
        FileCell::Text(text) => field::meaning(text).map(|(field, _)| field),
        _ => None,
    });
    named.collect::<BTreeSet<ImportField>>().len()
}

fn is_all_names(line: &FileLine) -> bool {
    line.cells.iter().all(|cell| match cell {
        FileCell::Empty => true,
        FileCell::Text(text) => {
            is_computed(text) || amount::parse_amount(text).is_err() && date::parse_date(text).is_err()
        }
        FileCell::Number(_) | FileCell::Day(_) => false,
    })
}

/// Trimmed header texts.
pub(crate) fn header_texts(header: &FileLine) -> Vec<String> {
    let name = |cell: &FileCell| match cell {
        FileCell::Text(text) => domain::normalize::collapse_spaces(text),
        other => other.shown(domain::language::Language::French),
    };
    header.cells.iter().map(name).collect()
}
