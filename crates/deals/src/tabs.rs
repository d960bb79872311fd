//! List of the board's tabs, for setting the spreadsheet up.

use sheets_store::schema::tab::Tab;
use web::delivery::alert_history::ALERT_HISTORY;

use crate::{
    deal::columns::{DEAL_SNOOZES, DEALS},
    reminders::rows::CONTACTS,
};

/// Every tab of the board.
pub static TABS: &[&Tab] = &[&DEALS, &DEAL_SNOOZES, &ALERT_HISTORY, &CONTACTS];
