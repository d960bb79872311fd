//! Addresses of the board.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    filter::{CustomerFilter, HealthChoice, Order},
    listing::Among,
};

/// The customers row by row.
pub const BOARD: &str = "/customers";
/// Who is not healthy.
pub const AT_RISK: &str = "/customers/at-risk";
/// Other weights of the score.
pub const PREVIEW: &str = "/customers/preview";
/// Works the scores out anew.
pub const RECALCULATE: &str = "/customers/recalculate";
/// The week in figures.
pub const REPORT: &str = "/customers/report";
/// Growth of revenue.
pub const REVENUE: &str = "/customers/revenue";
/// Fills an empty spreadsheet.
pub const SAMPLE: &str = "/customers/sample";
/// The customers as one picture.
pub const SUMMARY: &str = "/dashboard/summary";
/// How the syncs fare.
pub const SYNCS: &str = "/sync/status";

/// What stands for itself in a path: letters, digits and the marks of RFC 3986, section 2.3.
const IN_A_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~').remove(b'.');

/// The page of a customer.
pub fn customer_address(id: &str) -> String {
    format!("{BOARD}/{}", utf8_percent_encode(id, IN_A_PATH))
}

/// A list with a filter, and more fields after it.
pub fn list_address(path: &str, filter: &CustomerFilter, more: &[(&str, String)]) -> String {
    let pairs = filter.pairs().into_iter().chain(more.iter().cloned());
    let query = serde_urlencoded::to_string(pairs.collect::<Vec<_>>()).unwrap_or_default();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// The customers of one band.
pub fn band_address(choice: HealthChoice) -> String {
    let filter = CustomerFilter {
        health: vec![choice],
        ..CustomerFilter::default()
    };
    list_address(BOARD, &filter, &[])
}

/// The field of an address that orders a list; the usual order needs none.
pub fn sorted(order: Order) -> Vec<(&'static str, String)> {
    if order == Among::All.usual_order() {
        return Vec::new();
    }
    vec![("sort", order.value())]
}
