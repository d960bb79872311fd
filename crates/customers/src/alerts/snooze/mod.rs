//! Snooze: no alerts about a customer until a day.

pub(crate) mod page;
pub(crate) mod rows;
