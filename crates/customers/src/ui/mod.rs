//! Views of the customers board: data in, markup out. They format only; nothing here computes, fetches or reads the
//! clock.

pub(crate) mod components;
pub(crate) mod format;

use domain::language::Language;
use maud::{Markup, html};

use crate::routes::{AT_RISK, BOARD, REPORT, REVENUE, SUMMARY, SYNCS};

/// Navigation of the board; `address` is the current path and query.
pub fn navigation(_: Language, address: &str) -> Markup {
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
