//! All tabs of the board, for the setup of the spreadsheet.

use sheets_store::schema::tab::Tab;

use crate::{
    claims::rows::SUBMISSIONS,
    contests::rows::{CONTEST_RESULTS, CONTEST_RULES, CONTESTS},
    disputes::rows::DISPUTES,
    names::rows::{COMPANY_ALIASES, CSM_ALIASES, DISTINCT_NAMES},
    standings::weekly::rows::STANDINGS_SENT,
};

/// All tabs of the board, for the setup of the spreadsheet.
pub static TABS: &[&Tab] = &[
    &SUBMISSIONS,
    &COMPANY_ALIASES,
    &CSM_ALIASES,
    &DISTINCT_NAMES,
    &CONTESTS,
    &CONTEST_RULES,
    &CONTEST_RESULTS,
    &DISPUTES,
    &STANDINGS_SENT,
];
