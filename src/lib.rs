//! Tallyboard: the program that puts three boards on one Google spreadsheet.
//!
//! This package is the composition root; the boards and what they share are crates of their own. An arrow points from a
//! part to what it may use; the compiler holds the arrows.
//!
//! - [`cli`]: the command line → [`app`], [`config`]
//! - [`app`]: the composition root; builds the store, the clock and the boards → all crates below
//! - [`site_map`]: the addresses of the program by section, and the navigation → boards, web
//! - [`config`]: the settings, read from the environment and `secrets.json`
//! - `logging`: the log on standard error, one line for each event → [`config`]
//! - `memory`: returns freed memory to the system
//! - `crates/leaderboard`: who completed which integration → web, domain, sheets-store
//! - `crates/deals`: the founder's sales pipeline → web, domain, sheets-store
//! - `crates/customers`: customer health from eight sources → web, customer-sources, domain, sheets-store
//! - `crates/customer-sources`: clients of the eight vendors
//! - `crates/web`: requests, response formats, page skeleton, errors, HTTP server; names no board → domain,
//!   sheets-store
//! - `crates/domain`: company, person, money, period, language, normalisation, similarity
//! - `crates/sheets-store`: the tabs of a spreadsheet as tables; knows no board
//! - `crates/sheets-emulator`: a local Google Sheets v4 server; knows nothing of the rest

pub mod app;
pub mod cli;
mod config;
mod logging;
mod memory;
pub mod site_map;
