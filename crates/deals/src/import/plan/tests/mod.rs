//! Tests of the import plan and of the file with the refused lines.

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
pub(crate) mod plan;
#[cfg(test)]
pub(crate) mod refused_lines;
