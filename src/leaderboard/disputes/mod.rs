//! Disputes: a CSM objects to a credit that went to another CSM; staff decide.
//!
//! A dispute is a row of the tab `disputes`. Staff answer with `status` and `note`, and correct the claims in the tab
//! `submissions` where needed.

pub mod dispute;
pub mod rows;

pub use dispute::{Dispute, DisputeStatus, SentDispute};
pub use rows::{DISPUTES, Disputes};
