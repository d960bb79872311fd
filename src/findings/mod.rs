//! The page of findings: every cell of the spreadsheet and every line of a file that could not be read as it is, with
//! what it means for the numbers and the link to where it can be mended.
//!
//! The boards find them while they read their rows; the app hands in how to ask them. Nothing is kept here.

pub mod pages;
pub mod view;
