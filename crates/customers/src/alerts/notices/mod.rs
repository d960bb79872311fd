//! Alert notices of one customer: sent, suppressed and why.

pub(crate) mod answers;
pub(crate) mod view;
