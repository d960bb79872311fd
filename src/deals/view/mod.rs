//! The pages of the board: values in, markup out. Nothing here counts, reads the clock or the store.

pub mod figure;
pub mod performance;
pub mod reminders;
pub mod velocity;
pub mod what_if;
