//! Tests of the score rules.

#[cfg(test)]
pub(crate) mod directive;
#[cfg(test)]
pub(crate) mod score;
