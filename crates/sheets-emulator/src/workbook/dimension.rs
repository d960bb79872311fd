//! Rows and columns as dimensions of a grid.

/// Dimension of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Rows.
    Rows,
    /// Columns.
    Columns,
}

/// Rows or columns by their indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexSpan {
    /// First index.
    pub start: u32,
    /// One past the last index.
    pub end: u32,
}

/// Index of a row or column after the span `moved` was moved to before `destination`.
pub fn index_after_move(at: u32, moved: IndexSpan, destination: u32) -> u32 {
    let IndexSpan { start, end } = moved;
    let count = end - start;
    let target = if destination > start {
        destination - count
    } else {
        destination
    };
    if (start..end).contains(&at) {
        return at - start + target;
    }
    let closed = if at >= end { at - count } else { at };
    if closed >= target { closed + count } else { closed }
}
