//! Shared view components of the board.
//!
//! Each page is a struct with its complete data and one method that renders the document. Views do not count, sort,
//! fetch or read a clock; the current instant in the configured time zone is passed in.

pub(crate) mod drill_down;
pub(crate) mod messages;
pub(crate) mod navigation;
pub(crate) mod paging;
pub(crate) mod period_picker;
pub(crate) mod request;
pub(crate) mod share;
pub(crate) mod sheet;
#[cfg(test)]
pub(crate) mod tests;

pub use crate::{
    claims::{
        form::{
            fields::{ChoiceState, IntegrationChoice, NameSuggestions, SubmitForm},
            view::{SubmitPage, SubmitProblem},
        },
        list::{link::ClaimsLink, view::ClaimsPage},
        receipt::view::ReceiptPage,
        sample::SampleOffer,
    },
    names::view::SimilarNames,
    routes::{
        BOARD, CLAIMS, CREDITED, LIVE, MATRIX, NAMES, SAMPLE, SUBMISSIONS, SUBMIT, TV, YOU, board_address,
        submit_address,
    },
    standings::{
        answers::StandingsTable,
        matrix::view::MatrixPage,
        my_rank::view::{MyRankPage, MyRankResult},
        view::{StandingsPage, StandingsState, VisibleTotals},
    },
    tv::view::{TvAddress, TvPage, contest_summary},
    ui::{
        drill_down::Counts,
        paging::Paging,
        period_picker::{Preset, format_period, named_period, presets},
    },
};
