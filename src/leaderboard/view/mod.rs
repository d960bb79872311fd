//! Shared view components of the board.
//!
//! Each page is a struct with its complete data and one method that renders the document. Views do not count, sort,
//! fetch or read a clock; the current instant in the configured time zone is passed in.

mod address;
mod board;
mod claims;
pub(super) mod contest;
pub(super) mod contests;
pub(super) mod correct;
pub(super) mod corrections;
pub(super) mod disputes;
mod doors;
mod form;
mod highlights;
mod matrix;
mod near_names;
mod own_line;
pub(super) mod past;
mod period;
pub(super) mod points;
mod ranking;
mod receipt;
pub(super) mod rules;
pub mod sentences;
mod share;
mod submit;
mod tv;
pub(super) mod ways;
pub(super) mod weekly;

pub use address::{
    BOARD, CLAIMS, CREDITED, ClaimsFilter, LIVE, MATRIX, NAMES, SAMPLE, SUBMISSIONS, SUBMIT, TV, Table, YOU,
    board_address, submit_address,
};
pub use board::{BoardPage, BoardState, SampleData, Totals};
pub use claims::{ClaimsPage, Paging};
pub use doors::Counts;
pub use form::{Choice, ChoiceState, SubmitForm, Suggestions};
pub use matrix::MatrixPage;
pub use near_names::LooksLike;
pub use own_line::{Own, OwnLinePage};
pub use period::{Preset, named_period, period_words, presets};
pub use receipt::ReceiptPage;
pub use submit::{FormPage, Trouble};
pub use tv::{TvAddress, TvPage, contest_words};

#[cfg(test)]
mod tests;
