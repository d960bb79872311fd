//! List of deals: filter, segment, sort order, pages and downloads.

pub(crate) mod download;
pub(crate) mod filter;
pub(crate) mod filter_view;
pub(crate) mod listing;
pub(crate) mod order;
pub(crate) mod page;
pub(crate) mod query_params;
pub(crate) mod response;
pub(crate) mod segment;
#[cfg(test)]
mod tests;
pub(crate) mod view;
