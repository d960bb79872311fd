//! Revenue growth: movements by month, retention and cohorts.

pub(crate) mod growth;
pub(crate) mod page;
#[cfg(test)]
mod tests;
pub(crate) mod view;
