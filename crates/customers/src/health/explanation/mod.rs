//! Explanation of a score: components, penalties, changes and the next best action.

pub(crate) mod answers;
pub(crate) mod view;
