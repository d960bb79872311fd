//! The founder's dashboard: deals, their stages and amounts, what is late and what it all is worth.

pub mod amount;
pub mod day;
pub mod deal;
pub mod import;
pub mod stage;
