//! In-memory storage of submissions: columns, interned names and 16-byte ids.

pub(crate) mod civil_time;
pub(crate) mod decode;
pub(crate) mod name_interner;
pub(crate) mod string_pool;
pub(crate) mod submission_columns;
pub(crate) mod submission_id;

/// Converts an index or a count to `u32`, saturating.
pub(crate) fn saturating_u32(amount: usize) -> u32 {
    u32::try_from(amount).expect("a spreadsheet holds at most ten million cells")
}
