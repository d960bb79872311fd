//! Values as text: parsing of amounts and dates, ratios in percent, labels of columns and stages.

pub(crate) mod amount;
pub(crate) mod date;
pub(crate) mod labels;
pub(crate) mod ratio;
#[cfg(test)]
pub(crate) mod tests;
