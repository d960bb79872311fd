//! Views of the contest pages.

pub(crate) mod contest;
pub(crate) mod list;
pub(crate) mod points;
pub(crate) mod rules;
