//! The rows that a write is about, as a read found them.

use std::collections::HashMap;

use serde_json::Value;

use crate::store::cell::{Cell, Content};

/// A row that a write is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::store) struct Wanted {
    pub(in crate::store) tab: &'static str,
    pub(in crate::store) id: String,
    pub(in crate::store) search: Search,
}

/// How much is read to find a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::store) enum Search {
    /// Only where it is known to be; most often it is nowhere.
    Known,
    /// Everywhere.
    Thorough,
    /// The row with this number, whatever its id.
    At(u32),
}

/// A wanted row at the moment of the read.
#[derive(Clone, Debug)]
pub(in crate::store) enum Found {
    Row {
        /// Row number, the header being 1.
        number: usize,
        cells: Vec<Value>,
    },
    Gone,
    Repeated,
}

impl Found {
    /// The content of a cell of a row that was found.
    pub(in crate::store) fn content(&self, position: usize) -> Content {
        match self {
            Self::Row { cells, .. } => Cell::of(cells.get(position)).into(),
            Self::Gone | Self::Repeated => Content::Empty,
        }
    }
}

/// The wanted rows, by tab and id.
pub(in crate::store) type Sight = HashMap<(&'static str, String), Found>;
