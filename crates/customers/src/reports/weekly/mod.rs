//! Weekly report: bands, movers, revenue and next actions, as a page and as a PDF.

pub(crate) mod format;
pub(crate) mod page;
pub(crate) mod pdf;
pub(crate) mod report;
pub(crate) mod view;
