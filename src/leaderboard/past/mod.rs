//! The time machine: the board as it was at an earlier moment, worked out from the rows as they are and the audit log.
//!
//! [`unwinding`] takes back, newest first, what the log says was changed since, and leaves out the claims that came later.
//! What comes out are tabs, read by the same code as the tabs of today (`looking`), so every page can be shown of the past.
//! [`corrections`] tells each change with its effect on the standings, which `points` works out.
//!
//! The log knows what the program wrote and what it noticed of the edits in the sheet; an edit made and taken back between
//! two readings, or made while no instance ran, is not in it.

pub mod as_of;
pub mod corrections;
pub mod difference;
pub mod log;
mod looking;
mod points;
pub mod unwinding;

pub use as_of::{AsOf, Edge};
pub use looking::{A_PAGE, Told};

#[cfg(test)]
mod tests;
