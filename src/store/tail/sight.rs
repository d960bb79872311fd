//! Lookups: the rows that a write needs, and the result of reading them.

use std::collections::HashMap;

use serde_json::Value;

use crate::store::cell::{Cell, Content};

/// Row that a write needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::store) struct Wanted {
    pub(in crate::store) tab: &'static str,
    pub(in crate::store) id: String,
    pub(in crate::store) search: Search,
}

/// Effort of the search for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::store) enum Search {
    /// Only at the known position; usually the row does not exist.
    Known,
    /// In the whole tab.
    Thorough,
    /// Row with this row number, whatever its id.
    At(u32),
}

/// Result of a lookup at the moment of the read.
#[derive(Clone, Debug)]
pub(in crate::store) enum Found {
    Row {
        /// Row number; the header is row 1.
        number: usize,
        cells: Vec<Value>,
    },
    Gone,
    Repeated,
}

impl Found {
    /// Value of a cell of a row that was found.
    pub(in crate::store) fn content(&self, position: usize) -> Content {
        match self {
            Self::Row { cells, .. } => Cell::of(cells.get(position)).into(),
            Self::Gone | Self::Repeated => Content::Empty,
        }
    }
}

/// Results of the lookups, by tab and id.
pub(in crate::store) type Sight = HashMap<(&'static str, String), Found>;
