//! Claim form: fields, validation and the handler that records a claim.

pub(crate) mod choices;
pub(crate) mod credited;
pub(crate) mod fields;
pub(crate) mod page;
pub(crate) mod submit;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod validation;
pub(crate) mod view;
