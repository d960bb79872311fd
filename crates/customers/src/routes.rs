//! Routes of the customers board: paths and address builders.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Customer list.
pub const BOARD: &str = "/customers";
/// Customers who are not healthy.
pub const AT_RISK: &str = "/customers/at-risk";
/// Preview of other score weights.
pub const PREVIEW: &str = "/customers/preview";
/// Recalculates all health scores.
pub const RECALCULATE: &str = "/customers/recalculate";
/// Weekly report.
pub const REPORT: &str = "/customers/report";
/// Revenue growth.
pub const REVENUE: &str = "/customers/revenue";
/// Loads sample data into an empty spreadsheet.
pub const SAMPLE: &str = "/customers/sample";
/// Summary of all customers.
pub const SUMMARY: &str = "/dashboard/summary";
/// Sync of one source, below this path.
pub const SYNC: &str = "/sync";
/// Sync status.
pub const SYNCS: &str = "/sync/status";

/// Every byte that is percent-encoded in a path segment: all but the unreserved characters of RFC 3986, section 2.3.
const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~').remove(b'.');

/// Path of a customer's page.
pub fn customer_address(id: &str) -> String {
    format!("{BOARD}/{}", utf8_percent_encode(id, PATH_SEGMENT))
}
