//! Shared view components of the board.
//!
//! Each page is a struct with its complete data and one method that renders the document. Views do not count, sort,
//! fetch or read a clock; the current instant in the configured time zone is passed in.

pub(crate) mod downloads;
pub(crate) mod drill_down;
pub(crate) mod messages;
pub(crate) mod navigation;
pub(crate) mod paging;
pub(crate) mod period_picker;
pub(crate) mod request;
pub(crate) mod share;
#[cfg(test)]
pub(crate) mod tests;
