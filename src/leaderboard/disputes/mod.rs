//! Disputes: a CSM whose claim was credited to somebody else says why that is wrong; both and staff see it, staff decide.
//!
//! A dispute is a row of the tab `disputes`. Staff answer it there with `status` and `note`; what follows for the claims
//! they do in the tab `submissions`.

pub mod dispute;
pub mod rows;

pub use dispute::{Dispute, DisputeStatus, SentDispute};
pub use rows::{DISPUTES, Disputes};
