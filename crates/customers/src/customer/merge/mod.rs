//! Merge: two customers become one, and the merge can be undone.

pub(crate) mod page;
pub(crate) mod rows;
