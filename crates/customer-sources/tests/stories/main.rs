//! Stories of the customer sources: conformance tests for all, and tests of each vendor against a fake server.

mod conformance;
mod custom_source;
mod harness;
mod vendors;
