//! The pages of the customers board: values in, documents out. Nothing here counts, sorts, fetches or reads a clock.

pub(super) mod at_risk;
pub mod checklist;
pub(super) mod customer;
pub(super) mod list;
mod notices;
pub(super) mod preview;
pub(super) mod revenue;
pub(super) mod summary;
pub(super) mod syncs;
pub(super) mod weekly;
mod why;
mod words;

use maud::{Markup, html};

use super::address;
pub use super::address::{AT_RISK, BOARD, PREVIEW, REPORT, REVENUE, SAMPLE, SUMMARY, SYNCS, customer_address};

use crate::language::Language;

/// The pages of the board; `address` is where the person is.
pub fn tabs(_: Language, address: &str) -> Markup {
    let path = address.split_once('?').map_or(address, |(path, _)| path);
    let pages = [
        ("Summary", SUMMARY),
        ("All customers", BOARD),
        ("At risk", AT_RISK),
        ("Revenue", REVENUE),
        ("Weekly report", REPORT),
        ("Sources", SYNCS),
    ];
    html! {
        div .subnavigation {
            nav aria-label="Customers" {
                ul {
                    @for (label, page) in pages {
                        li { a href=(page) aria-current=[(page == path).then_some("page")] { (label) } }
                    }
                }
            }
        }
    }
}
