//! Form of a deal: page and view.

pub(crate) mod page;
pub(crate) mod view;
