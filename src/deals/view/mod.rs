//! The pages of the board: values in, markup out.

pub mod import;
