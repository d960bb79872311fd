//! The page that lists every cell and line that could not be read, each with the way to mend it.
//!
//! The boards collect findings while they read their tabs; this page shows them together. It decides nothing: what a
//! finding means for the totals was decided where the cell was read.

pub mod view;
