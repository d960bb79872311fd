#[cfg(test)]
pub(crate) mod choices;
#[cfg(test)]
pub(crate) mod validation;
