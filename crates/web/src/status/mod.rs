//! Status page and health check, for the operator.
//!
//! `/status` shows whether the spreadsheet answers, the age of the data, the remaining quota and recent failures; it
//! never calls Google. `/health` confirms that the program runs, without any call; `/health?deep=1` calls Google once
//! for all callers within ten seconds.

pub(crate) mod health;
pub mod page;
pub(crate) mod report;
pub(crate) mod view;
