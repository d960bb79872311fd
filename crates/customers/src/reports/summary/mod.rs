//! Summary: number of customers, revenue and health bands, with the trend of the last weeks.

pub(crate) mod overview;
pub(crate) mod page;
#[cfg(test)]
mod tests;
pub(crate) mod trend;
pub(crate) mod view;
