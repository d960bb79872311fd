//! The standings of the last week, sent to Slack once a week.
//!
//! [`schedule`] says when a week is due, [`words`] what is sent. Each try has a row in the tab `standings_sent` before the
//! message leaves ([`sending`]): its key is made of the week and the number of the try, so of several instances one sends. A
//! program that ends between row and message leaves the outcome `sending`; nobody knows then whether it went out, so it is
//! not sent again. Deleting the row has it sent once more. Only what Slack surely did not take is tried again.

pub mod rows;
pub mod schedule;
pub mod sending;
pub mod words;

pub use sending::Weekly;
