//! The pages of the deals board: values in, documents out. Nothing here counts, sorts, fetches or reads a clock.

pub mod conflict;
pub mod deal;
pub mod deletion;
pub mod figure;
pub mod form;
pub mod history;
pub mod import;
pub mod notice;
pub mod pause;
pub mod performance;
pub mod reminders;
pub mod status;
pub mod velocity;
pub mod what_if;
pub mod words;
