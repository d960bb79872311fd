//! Stories of the page of findings, which collects those of all boards.

pub mod contests;
mod deal_numbers;
mod deals;
mod leaderboard;
mod names;
