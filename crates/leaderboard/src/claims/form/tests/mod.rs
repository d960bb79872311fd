//! Unit tests of the claim form.

#[cfg(test)]
pub(crate) mod choices;
#[cfg(test)]
pub(crate) mod validation;
