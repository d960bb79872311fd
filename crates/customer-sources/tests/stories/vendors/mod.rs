//! Tests of each vendor.

pub mod calendly;
pub mod chartmogul;
pub mod dashboard;
pub mod fathom;
pub mod hubspot;
pub mod intercom;
pub mod stripe;
pub mod userflow;
