//! Routes of the customers board: paths and address builders.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    filter::{CustomerFilter, HealthChoice, Order},
    listing::Among,
};

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
/// Sync status.
pub const SYNCS: &str = "/sync/status";

/// Every byte that is percent-encoded in a path segment: all but the unreserved characters of RFC 3986, section 2.3.
const IN_A_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~').remove(b'.');

/// Path of a customer's page.
pub fn customer_address(id: &str) -> String {
    format!("{BOARD}/{}", utf8_percent_encode(id, IN_A_PATH))
}

/// Path of a list with the query fields of `filter`, followed by `more`.
pub fn list_address(path: &str, filter: &CustomerFilter, more: &[(&str, String)]) -> String {
    let pairs = filter.pairs().into_iter().chain(more.iter().cloned());
    let query = serde_urlencoded::to_string(pairs.collect::<Vec<_>>()).unwrap_or_default();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// Path of the customers in one health band.
pub fn band_address(choice: HealthChoice) -> String {
    let filter = CustomerFilter {
        health: vec![choice],
        ..CustomerFilter::default()
    };
    list_address(BOARD, &filter, &[])
}

/// Query field that sorts a list; empty for the default order.
pub fn sorted(order: Order) -> Vec<(&'static str, String)> {
    if order == Among::All.usual_order() {
        return Vec::new();
    }
    vec![("sort", order.value())]
}
