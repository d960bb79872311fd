//! Edit conflicts: both values of each field, and deals that were deleted in the meantime.

pub(crate) mod page;
pub(crate) mod view;
