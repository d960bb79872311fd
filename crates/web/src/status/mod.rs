//! Status page and health check, for the operator.
//!
//! `/status` shows whether the spreadsheet answers, the age of the data, the remaining quota and recent failures; it
//! never calls Google. The address of the spreadsheet and the words of Google's refusals are only for callers on this
//! machine. `/health` confirms that the program runs, without any call; `/health?deep=1` calls Google once
//! for all callers within ten seconds, and is down as well while the last write was refused or could not be stored.

pub(crate) mod caller;
pub(crate) mod health;
pub mod page;
pub(crate) mod report;
pub(crate) mod storage;
pub(crate) mod view;
