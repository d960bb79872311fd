//! Every test of Tallyboard that is not a table beside its rule, in one binary so that it links once.

mod architecture;
mod browser;
mod changes;
mod door;
mod emulator;
mod large_tabs;
mod leaderboard;
mod program;
mod relay;
mod store;
mod updates;
mod world;
