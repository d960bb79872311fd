//! Browser tests: headless Chromium against the complete program and the emulator.
//!
//! They need Chromium and its driver (Debian: `chromium`, `chromium-driver`; other paths in `CHROME` and
//! `CHROMEDRIVER`). Without them the tests are skipped with a line on stderr; with `CI=true` they fail.

mod board;
mod claiming;
mod contest;
mod deals;
mod deals_import;
pub(crate) mod device;
mod errors;
mod inbox;
mod open_board;
mod sales;
mod self_reload;
mod tv;
mod visual;

use crate::world::Plan;

/// The catalog shipped with the program, long enough for the filter of the form to appear.
const LONG_CATALOG: &str = include_str!("../../../integrations.txt");

fn with_long_catalog() -> Plan {
    Plan {
        catalog: LONG_CATALOG,
        ..Plan::default()
    }
}
