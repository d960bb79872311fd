//! Every test of Tallyboard that is not a table beside its rule, in one binary so that it links once.

mod added_rows;
mod architecture;
mod browser;
mod cache;
mod changes;
mod chaos;
mod deals_board;
mod deals_forms;
mod deals_import;
mod deals_reminders;
mod deals_sales;
mod door;
mod emulator;
mod large_tabs;
mod leaderboard;
mod processes;
mod program;
mod relay;
mod sources;
mod status;
mod store;
mod turns;
mod updates;
mod world;
