//! Stories in a real browser: headless Chromium over the complete small world.
//!
//! They need Chromium and its driver (Debian: `chromium`, `chromium-driver`; other places through `CHROME` and
//! `CHROMEDRIVER`). Without them the stories are skipped with a line on stderr, except where `CI=true`: there they fail.

mod board;
mod claiming;
mod contest;
mod deals;
mod deals_import;
mod device;
mod inbox;
mod looks;
mod open_board;
mod sales;
mod trouble;
mod wall;

use crate::world::Plan;

/// The catalog that comes with the program: long enough for a filter.
const LONG_CATALOG: &str = include_str!("../../integrations.txt");

fn with_long_catalog() -> Plan {
    Plan {
        catalog: LONG_CATALOG,
        ..Plan::default()
    }
}
