//! Sales pages: performance by assignee and sales velocity.

pub(crate) mod figures;
pub(crate) mod page;
pub(crate) mod performance;
#[cfg(test)]
mod tests;
pub(crate) mod velocity;
