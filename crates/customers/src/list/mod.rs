//! Customer list: filter, order and pages of customers.

pub(crate) mod aggregates;
pub(crate) mod answers;
pub(crate) mod at_risk;
pub(crate) mod checklist;
pub(crate) mod filter;
pub(crate) mod listing;
pub(crate) mod page;
#[cfg(test)]
mod tests;
pub(crate) mod view;
