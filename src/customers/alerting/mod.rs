//! Alerts: what account managers are told about customers, by Slack and mail.
//!
//! [`occasion`] says what there is to tell, [`plan`] which of it is told now and which is not and why, [`texts`] in which
//! words; all three are pure, and [`standings`] is what they are asked of. [`book`] holds the lines of `alert_history`,
//! [`attempts`] says what becomes of those of earlier attempts, [`snooze`] holds the tab `alert_snoozes`. [`sending`] hands the messages over, in a task of its own: a Slack that does not answer
//! keeps no sync waiting. [`report`] is the summary of a day or a week.
//!
//! The rules stand in plain words in `docs/directives/alerts.md`.

pub mod attempts;
pub mod book;
pub mod occasion;
pub mod plan;
pub mod report;
pub mod sending;
pub mod snooze;
pub mod standings;
pub mod texts;

#[cfg(test)]
mod tests;
