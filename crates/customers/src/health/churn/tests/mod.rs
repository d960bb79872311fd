//! Tests of the churn model.

#[cfg(test)]
pub(crate) mod evaluation;
#[cfg(test)]
pub(crate) mod training;
