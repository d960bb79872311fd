//! Reminders by mail and Slack about deals that are due, overdue or stale.

pub(crate) mod job;
pub(crate) mod message;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod rows;
pub(crate) mod settings;
#[cfg(test)]
mod tests;
pub(crate) mod texts;
pub(crate) mod view;
