//! Names: aliases of CSMs and companies, and suspected duplicates.

pub(crate) mod duplicates;
pub(crate) mod page;
pub mod rows;
pub(crate) mod view;
