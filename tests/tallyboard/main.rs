//! Every test of Tallyboard that is not a table beside its rule, in one binary so that it links once.

mod architecture;
mod browser;
mod door;
mod emulator;
mod leaderboard;
mod program;
mod sources;
mod store;
mod world;
