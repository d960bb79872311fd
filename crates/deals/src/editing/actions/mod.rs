//! Actions on one deal: change its stage, delete it, undo a change, snooze it.

pub(crate) mod page;
pub(crate) mod view;
