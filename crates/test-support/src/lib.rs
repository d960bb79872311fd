//! Test support: what the tests of several crates share. Knows no board.
//!
//! - [`TestSpreadsheet`]: an emulated spreadsheet or, if configured, a real one
//! - [`SheetWorld`]: that spreadsheet with a store, a manual clock, and edits as staff make them
//! - [`SiteWorld`]: a `SheetWorld` with a router that is served, and requests to it
//! - [`Page`]: a rendered page and what it says
//! - [`proxy`]: events between a store and the spreadsheet at the moment of a write
//! - [`event_stream`]: the live updates of a page
//! - [`fake_slack`], [`fake_vendor`]: fake servers
//! - [`sleep_clock`]: a clock that advances only by sleeping
//! - [`recordings`], [`python`]: what a test needs from outside the repository

#![allow(clippy::missing_panics_doc, reason = "a test that cannot be set up panics")]

pub mod event_stream;
pub mod fake_slack;
pub mod fake_vendor;
pub mod page;
pub mod proxy;
pub mod python;
pub mod recordings;
pub mod sheet_world;
pub mod site_world;
pub mod sleep_clock;
pub mod test_spreadsheet;

use std::{
    io::Write,
    sync::atomic::{AtomicUsize, Ordering},
};

pub use crate::{
    page::Page,
    sheet_world::{START, SheetWorld, StoreSettings},
    site_world::SiteWorld,
    test_spreadsheet::TestSpreadsheet,
};

/// Prints that the running test is skipped, and how many of this program were. Printed past the test harness, which
/// hides what a passed test prints.
pub fn print_skipped(reason: &str) {
    static SKIPPED: AtomicUsize = AtomicUsize::new(0);
    let count = SKIPPED.fetch_add(1, Ordering::SeqCst) + 1;
    // The harness names the thread after the test.
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let line = format!("skipped: {test}: {reason} ({count} skipped)\n");
    // Nothing to do without a reader.
    let _ = std::io::stderr().write_all(line.as_bytes());
}
