//! Tests of the parsers of amounts and dates.

#[cfg(test)]
pub(crate) mod amount;
#[cfg(test)]
pub(crate) mod date;
