//! Tab schemas: declared columns, their layout in the sheet, and the setup of missing tabs and headers.

pub(crate) mod drop_downs;
pub(crate) mod header_requests;
pub(crate) mod setup;
pub mod tab;
