//! The page of findings, an inbox for whoever keeps the spreadsheet: cells that could not be read, headers that were
//! renamed, names that look alike, lines of files that were left out, and what was changed outside the program. Each
//! group has its count and what it means for the totals, each entry the link to where it can be mended.
//!
//! The boards find them while they read their rows; the app hands in how to ask them. Nothing is kept here but how many
//! there were when each board was asked last, for the number in the navigation ([`tally`]).

pub mod inbox;
pub mod pages;
pub mod tally;
pub mod view;
