//! The page for whoever runs the program: whether the spreadsheet answers, how old the data is, what is left of the
//! quota, what failed lately; and the health check for hosts.
//!
//! `/status` shows what is at hand and never asks Google. `/health` says that the program runs and asks nobody;
//! `/health?deep=1` asks Google once for everyone who asks within some seconds.

mod health;
pub mod pages;
pub mod view;
