//! The sources of the Customers board, each put through the same exam by a vendor that is not there.
//!
//! What the vendor serves was recorded from the real one, or stands in its specification. It lies beside the repository;
//! without it the exam says that it skips.

mod another;
mod calendly;
mod chartmogul;
mod dashboard;
mod exam;
pub mod fake;
mod fathom;
mod hubspot;
mod intercom;
mod stripe;
mod userflow;
