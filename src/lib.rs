//! Tallyboard: three boards over one Google spreadsheet.
//!
//! The map, top to bottom; an arrow points from a module to what it may use.
//!
//! - [`cli`]: the command line → [`app`], [`config`], [`emulator`], [`serving`]
//! - [`app`]: the composition root, builds store, clock and boards; every URL prefix → everything below
//! - [`serving`]: the connections of callers; knows nothing of what is asked
//! - [`guard`]: what stands between the network and every handler → [`page`], [`error`]
//! - [`leaderboard`]: who completed which integration → [`page`], [`answer`], [`store`], nouns
//! - [`deals`]: the founder's dashboard → [`page`], [`answer`], [`store`], nouns
//! - [`customers`]: what eight services know of the customers; its sources only, so far → nouns
//! - [`findings`]: the inbox of whoever keeps the spreadsheet → [`page`], [`answer`]
//! - [`status`]: how the program fares, and the health check → [`page`], [`answer`], [`store`]
//! - [`keyboard`]: help for single keys → [`page`], [`openapi`]
//! - [`openapi`]: what programs are told of the addresses, and two pages to read it on → [`page`], [`answer`], [`error`]
//! - [`page`]: skeleton, navigation, assets, form fields; knows no board
//! - [`answer`]: one value, several faces: HTML, JSON, CSV, XLSX
//! - [`asked`]: face, language and address of a request → [`answer`], [`error`]
//! - [`current`]: the tabs of a board as they are at one moment → [`page`], [`answer`], [`asked`], [`store`]
//! - [`delivery`]: messages that leave the program, by mail and Slack, and the tab of what was told; knows no board → [`store`]
//! - [`error`]: one error type, two faces, one log line → [`store`]
//! - [`store`]: the tabs of a spreadsheet as tables; knows no board
//! - [`emulator`]: a local Google Sheets API v4 server; knows nothing of the rest
//! - nouns: [`alias`], [`company`], [`language`], [`likeness`], [`money`], [`period`], [`person`], [`spelling`], [`search`], [`finding`], [`clock`], [`cause`], [`memory`];
//!   [`config`] alone reads settings

pub mod alias;
pub mod answer;
pub mod app;
pub mod asked;
pub mod cause;
pub mod cli;
pub mod clock;
pub mod company;
pub mod config;
pub mod current;
pub mod customers;
pub mod deals;
pub mod delivery;
pub mod emulator;
pub mod error;
pub mod finding;
pub mod findings;
pub mod guard;
pub mod keyboard;
pub mod language;
pub mod leaderboard;
pub mod likeness;
pub mod memory;
pub mod money;
pub mod openapi;
pub mod page;
pub mod period;
pub mod person;
pub mod search;
pub mod serving;
pub mod spelling;
pub mod status;
pub mod store;
