//! Reports over all customers: summary, revenue growth and the weekly report.

pub(crate) mod revenue;
pub(crate) mod summary;
pub(crate) mod weekly;
