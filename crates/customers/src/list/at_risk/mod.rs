//! At-risk list: customers who are not healthy, ordered by value at risk.

pub(crate) mod page;
pub(crate) mod view;
