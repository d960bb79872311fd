//! Packed grid of a tab's cells: four bytes a cell, each text and number stored once per chunk, only declared columns.
//!
//! A chunk holds the rows of one call. Chunks are immutable, so a grid that grows shares the existing ones with its
//! predecessor.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, Hasher},
    sync::Arc,
};

use foldhash::quality::RandomState;
use serde_json::Value;

use crate::cell::Cell;

/// Hasher of rows and texts. Hashes are only comparable within the same process.
#[derive(Clone, Default)]
pub(crate) struct RowHasher(RandomState);

impl RowHasher {
    /// Fingerprint of a row's content; [`BLANK`] for an empty row.
    fn fingerprint<'a>(&self, cells: impl Iterator<Item = Cell<'a>>) -> u64 {
        let mut hasher = self.0.build_hasher();
        let mut is_blank = true;
        for cell in cells {
            is_blank &= cell == Cell::Empty;
            match cell {
                Cell::Empty => 0_u8.hash(&mut hasher),
                Cell::Text(text) => (1_u8, text).hash(&mut hasher),
                Cell::Number(number) => (2_u8, number.to_bits()).hash(&mut hasher),
                Cell::Bool(bool) => (3_u8, bool).hash(&mut hasher),
            }
        }
        if is_blank { BLANK } else { hasher.finish().max(1) }
    }

    /// Hash of a text; [`BLANK`] for an empty one.
    pub(crate) fn text(&self, text: &str) -> u64 {
        if text.is_empty() {
            BLANK
        } else {
            self.0.hash_one(text).max(1)
        }
    }
}

/// Fingerprint of an empty row.
pub(crate) const BLANK: u64 = 0;

/// Rows of a tab below its header, from row 2 to the last one with content.
#[derive(Clone, Default)]
pub(crate) struct Grid {
    chunks: Vec<(usize, Arc<GridChunk>)>,
    len: usize,
    /// Rows that replace those of the chunks.
    overlay: Option<Arc<RowOverlay>>,
}

/// Replaced rows by their index in the grid.
struct RowOverlay {
    /// Index of each in the chunk; `None` for an empty row.
    places: HashMap<usize, Option<usize>>,
    rows: GridChunk,
}

impl Grid {
    /// Adds `chunk` with its first row at index `start` of the grid; rows from there on are replaced.
    pub(crate) fn put(&mut self, start: usize, chunk: Arc<GridChunk>) {
        self.chunks.retain(|(other, _)| *other < start);
        let filled = chunk.filled();
        if filled > 0 {
            self.chunks.push((start, chunk));
            self.len = start + filled;
        } else {
            self.len = self.filled_before(start);
            self.chunks.retain(|(start, _)| *start < self.len);
        }
    }

    /// Copy of the grid with other rows at some indexes, and with at most `len` rows. The cells of each row are in the
    /// order of the columns; an empty row has none.
    pub(crate) fn with(&self, len: usize, rows: impl Iterator<Item = (usize, Vec<Value>)>) -> Self {
        let mut places = HashMap::new();
        let mut filled = Vec::new();
        for (place, cells) in rows {
            let is_empty = cells.is_empty();
            places.insert(place, (!is_empty).then_some(filled.len()));
            if !is_empty {
                filled.push(cells);
            }
        }
        let columns: Vec<usize> = (0..filled.iter().map(Vec::len).max().unwrap_or(0)).collect();
        let rows = GridChunk::pack(&filled, &columns, &RowHasher::default());
        let mut grid = Self {
            len,
            overlay: Some(Arc::new(RowOverlay { places, rows })),
            ..self.clone()
        };
        while grid.len > 0 && grid.row(grid.len - 1).fingerprint() == BLANK {
            grid.len -= 1;
        }
        grid
    }

    fn filled_before(&self, end: usize) -> usize {
        let reaches = |(start, chunk): &(usize, Arc<GridChunk>)| match chunk.filled_before(end - start) {
            0 => None,
            filled => Some(start + filled),
        };
        self.chunks.iter().rev().find_map(reaches).unwrap_or(0)
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Cells of the `index`-th row.
    pub(crate) fn row(&self, index: usize) -> PackedRow<'_> {
        if let Some(overlay) = &self.overlay
            && let Some(place) = overlay.places.get(&index)
        {
            return PackedRow {
                at: place.map(|row| (&overlay.rows, row)),
            };
        }
        let after = self.chunks.partition_point(|(start, _)| *start <= index);
        let found = after.checked_sub(1).map(|place| &self.chunks[place]);
        match found {
            Some((start, chunk)) if index < self.len && index - start < chunk.fingerprints.len() => PackedRow {
                at: Some((chunk, index - start)),
            },
            _ => PackedRow { at: None },
        }
    }

    /// Fingerprints of all rows, in order.
    pub(crate) fn fingerprints(&self) -> impl Iterator<Item = u64> {
        (0..self.len).map(|index| self.row(index).fingerprint())
    }

    /// Whether this grid begins with the rows of `earlier`, unchanged.
    pub(crate) fn continues(&self, earlier: &Self) -> bool {
        self.len >= earlier.len
            && self
                .fingerprints()
                .zip(earlier.fingerprints())
                .all(|(now, then)| now == then)
    }

    /// Memory use in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.chunks.iter().map(|(_, chunk)| chunk.bytes()).sum()
    }
}

/// Row of a [`Grid`].
#[derive(Clone, Copy)]
pub(crate) struct PackedRow<'a> {
    at: Option<(&'a GridChunk, usize)>,
}

impl<'a> PackedRow<'a> {
    pub(crate) fn cell(self, column: usize) -> Cell<'a> {
        self.at.map_or(Cell::Empty, |(chunk, row)| chunk.cell(row, column))
    }

    pub(crate) fn fingerprint(self) -> u64 {
        self.at.map_or(BLANK, |(chunk, row)| chunk.fingerprints[row])
    }
}

/// Rows of one call.
pub(crate) struct GridChunk {
    columns: usize,
    /// Cells row by row, see [`CellCode`].
    cells: Box<[CellCode]>,
    fingerprints: Box<[u64]>,
    numbers: Box<[f64]>,
    /// Concatenated texts.
    text: Box<str>,
    /// End offset of each text.
    ends: Box<[usize]>,
}

/// Encoded cell: its kind and its index among the texts or numbers of the chunk.
#[derive(Clone, Copy, PartialEq, Eq)]
struct CellCode(u32);

impl CellCode {
    const EMPTY: Self = Self(0);
    const FALSE: Self = Self(1);
    const TRUE: Self = Self(2);
    const FIRST: u32 = 4;

    fn text(place: usize) -> Self {
        Self(Self::FIRST + 2 * to_u32(place))
    }

    fn number(place: usize) -> Self {
        Self(Self::FIRST + 2 * to_u32(place) + 1)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a spreadsheet holds at most 10 million cells"
)]
const fn to_u32(place: usize) -> u32 {
    place as u32
}

impl GridChunk {
    /// Packs the cells at these `positions` of each row, in this order.
    pub(crate) fn pack(rows: &[Vec<Value>], positions: &[usize], hashing: &RowHasher) -> Self {
        let mut packing = ChunkBuilder::default();
        let mut cells = Vec::with_capacity(rows.len() * positions.len());
        let mut fingerprints = Vec::with_capacity(rows.len());
        for row in rows {
            let row = positions.iter().map(|position| Cell::of(row.get(*position)));
            fingerprints.push(hashing.fingerprint(row.clone()));
            cells.extend(row.map(|cell| packing.pack(cell)));
        }
        Self {
            columns: positions.len(),
            cells: cells.into_boxed_slice(),
            fingerprints: fingerprints.into_boxed_slice(),
            numbers: packing.numbers.into_boxed_slice(),
            text: packing.text.into_boxed_str(),
            ends: packing.ends.into_boxed_slice(),
        }
    }

    /// Fingerprint of the `row`-th row; [`BLANK`] after the last one.
    pub(crate) fn fingerprint(&self, row: usize) -> u64 {
        self.fingerprints.get(row).copied().unwrap_or(BLANK)
    }

    /// Number of rows up to the last one with content.
    pub(crate) fn filled(&self) -> usize {
        self.filled_before(self.fingerprints.len())
    }

    fn filled_before(&self, end: usize) -> usize {
        let rows = &self.fingerprints[..end.min(self.fingerprints.len())];
        rows.iter()
            .rposition(|fingerprint| *fingerprint != BLANK)
            .map_or(0, |last| last + 1)
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        match self.cells[row * self.columns + column] {
            CellCode::EMPTY => Cell::Empty,
            CellCode::FALSE => Cell::Bool(false),
            CellCode::TRUE => Cell::Bool(true),
            CellCode(code) => {
                let place = ((code - CellCode::FIRST) / 2) as usize;
                if code % 2 == 0 {
                    Cell::Text(self.text_at(place))
                } else {
                    Cell::Number(self.numbers[place])
                }
            }
        }
    }

    fn text_at(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[place]]
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.cells)
            + size_of_val(&*self.fingerprints)
            + size_of_val(&*self.numbers)
            + size_of_val(&*self.ends)
            + self.text.len()
    }
}

/// Distinct texts and numbers so far.
#[derive(Default)]
struct ChunkBuilder<'a> {
    text: String,
    ends: Vec<usize>,
    numbers: Vec<f64>,
    texts_met: HashMap<&'a str, CellCode, foldhash::fast::RandomState>,
    numbers_met: HashMap<u64, CellCode, foldhash::fast::RandomState>,
}

impl<'a> ChunkBuilder<'a> {
    fn pack(&mut self, cell: Cell<'a>) -> CellCode {
        match cell {
            Cell::Empty => CellCode::EMPTY,
            Cell::Bool(false) => CellCode::FALSE,
            Cell::Bool(true) => CellCode::TRUE,
            Cell::Text(text) => *self.texts_met.entry(text).or_insert_with(|| {
                self.text.push_str(text);
                self.ends.push(self.text.len());
                CellCode::text(self.ends.len() - 1)
            }),
            Cell::Number(number) => *self.numbers_met.entry(number.to_bits()).or_insert_with(|| {
                self.numbers.push(number);
                CellCode::number(self.numbers.len() - 1)
            }),
        }
    }
}
