//! Disputes: a CSM objects to a credit that went to another CSM; staff decide.
//!
//! A dispute is a row of the tab `disputes`. Staff answer with `status` and `note`, and correct the claims in the tab
//! `submissions` where needed.

pub(crate) mod dispute;
pub(crate) mod new_dispute;
pub(crate) mod page;
pub(crate) mod rows;
pub(crate) mod view;

pub use crate::disputes::{
    dispute::{Dispute, DisputeStatus},
    new_dispute::DisputeRequest,
    rows::DisputeRows,
};
