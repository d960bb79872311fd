//! The integrations leaderboard.
//!
//! A Customer Success Manager claims the integrations a company completed; each company and integration is credited once.

pub mod catalog;
pub mod claim;
pub mod claims;
pub mod effect;
pub mod standings;
pub mod view;
