//! Tabs that hold what the sources sent, and the log of sync runs.

pub mod events;
pub(crate) mod metrics;
pub mod records;
pub mod runs;
pub mod source_tables;
pub(crate) mod truncation;
