//! Read path: cached, paged and packed reads of tabs, decoded by the boards.

pub(crate) mod blocking;
pub mod dataset;
pub(crate) mod grid;
pub(crate) mod outages;
pub(crate) mod pages;
pub mod read_error;
pub(crate) mod reader;
pub(crate) mod tab_list;
