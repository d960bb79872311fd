//! History: the board at an earlier moment, reconstructed from the current rows and the audit log.
//!
//! [`unwinding`] rolls back the logged changes, newest first, and removes claims that arrived later. The resulting tabs
//! are decoded by the code for current data, so every page works for the past. [`corrections`] lists each change with
//! its effect on the standings.
//!
//! Limit: the log contains the program's own writes and the edits it detected in the sheet. An edit that was reverted
//! between two reads, or made while no instance was running, is missing.

pub mod as_of;
pub mod corrections;
pub mod difference;
pub mod log;
mod looking;
mod points;
pub mod unwinding;

pub use as_of::{AsOf, Edge};
pub use looking::{A_PAGE, Told};

#[cfg(test)]
mod tests;
