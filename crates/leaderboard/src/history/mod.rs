//! History, the time machine: the board at an earlier moment, reconstructed from the current rows and the audit log.
//!
//! [`rollback`] rolls back the logged changes, newest first, and removes claims that arrived later. The resulting tabs
//! are decoded by the code for current data, so every page works for the past. [`corrections`] lists each change with
//! its effect on the standings.
//!
//! Limit: the log contains the program's own writes and the edits it detected in the sheet. An edit that was reverted
//! between two reads, or made while no instance was running, is missing.

pub(crate) mod as_of;
pub(crate) mod audit_log;
pub(crate) mod cache;
pub(crate) mod corrections;
pub(crate) mod difference;
pub(crate) mod notice;
pub(crate) mod page;
pub(crate) mod points_effect;
pub(crate) mod rollback;
pub(crate) mod snapshots;
#[cfg(test)]
mod tests;
pub(crate) mod view;
