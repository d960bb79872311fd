//! Tests of the customer sources: conformance tests for all, and tests of each vendor against a fake server.
//!
//! The responses come from recordings or from the vendor's specification, in `../shared/vendors`. Without that folder
//! the tests that need it are skipped with a message.

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
