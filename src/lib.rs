//! Tallyboard: three boards over one Google spreadsheet.
//!
//! The map, top to bottom; an arrow points from a module to what it may use.
//!
//! - `cli`          the command line → `app`, `config`, `emulator`
//! - `app`          composition root: builds store, clock, boards; all URL prefixes → everything below
//! - `leaderboard`  who completed which integration → `page`, `answer`, `store`, nouns
//! - `findings`     the page that lists unreadable cells → `page`, `answer`
//! - `page`         skeleton, navigation, assets, form fields; knows no board
//! - `answer`       one value, several faces: HTML, JSON, CSV, XLSX
//! - `store`        spreadsheet tabs as tables; knows no board
//! - `emulator`     a local Google Sheets API v4 server; knows nothing of the rest
//! - nouns            `company`, `person`, `finding`, `clock`, `config`, `error`

pub mod answer;
pub mod app;
pub mod cause;
pub mod cli;
pub mod clock;
pub mod company;
pub mod config;
pub mod emulator;
pub mod error;
pub mod finding;
pub mod findings;
pub mod guard;
pub mod leaderboard;
pub mod page;
pub mod person;
pub mod spelling;
pub mod store;
