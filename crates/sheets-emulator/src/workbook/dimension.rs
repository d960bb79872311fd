//! Rows and columns as dimensions of a grid.

/// Dimension of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Rows.
    Rows,
    /// Columns.
    Columns,
}

/// Index of a row or column after the rows or columns from `first` to `last` (exclusive) moved to before `destination`.
pub fn landing(at: u32, (first, last): (u32, u32), destination: u32) -> u32 {
    let count = last - first;
    let target = if destination > first {
        destination - count
    } else {
        destination
    };
    if (first..last).contains(&at) {
        return at - first + target;
    }
    let closed = if at >= last { at - count } else { at };
    if closed >= target { closed + count } else { closed }
}
