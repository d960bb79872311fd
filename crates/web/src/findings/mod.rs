//! Findings page: data issues of all boards, for the people who maintain the spreadsheet.
//!
//! Issues are cells that cannot be read, renamed headers, possible duplicate names and rejected lines of files; edits
//! in the spreadsheet itself are listed too. Each group has a count and its effect on the totals, each entry a link to
//! the place where it can be corrected.
//!
//! The boards collect the issues while they read their rows; the composition root passes in how to ask them. This
//! module stores only the last count of each board, for the number in the navigation ([`counts`]).

pub mod board_findings;
pub mod counts;
pub mod inbox;
pub mod page;
pub mod sheet_edits;
#[cfg(test)]
mod tests;
pub(crate) mod view;
