//! Views of the customers board: data in, markup out. They format only; nothing here computes, fetches or reads the
//! clock.

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

/// Navigation of the board; `address` is the current path and query.
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
