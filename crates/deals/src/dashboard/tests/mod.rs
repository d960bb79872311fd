//! Tests of the dashboard's rules, responses and pages.

#[cfg(test)]
pub(crate) mod responses;
#[cfg(test)]
pub(crate) mod rules;
#[cfg(test)]
pub(crate) mod view;
#[cfg(test)]
pub(crate) mod worked_examples;
