//! Navigation bar of the board.
//!
//! Views only format: each page is a struct with everything it shows and one method that returns the document.

use domain::language::Language;
use maud::{Markup, html};

use crate::routes;
pub use crate::{
    dashboard::view::{DashboardPage, report::DashboardReport},
    list::view::DealListPage,
    routes::{BOARD, LIST},
};

/// Links to the board's pages, and to the same page in the other language; `address` is the current path and query.
pub fn navigation(language: Language, address: &str) -> Markup {
    let path = address.split_once('?').map_or(address, |(path, _)| path);
    let pages = [
        (language.choose("Tableau de bord", "Dashboard"), BOARD),
        (language.choose("Liste", "List"), LIST),
        (language.choose("Importer", "Import"), "/deals/import"),
        (language.choose("Simulation", "What if"), "/deals/what-if"),
        (language.choose("Commerciaux", "Sales people"), "/deals/performance"),
        (language.choose("Vélocité", "Velocity"), "/deals/velocity"),
        (language.choose("Rappels", "Reminders"), "/deals/reminders"),
    ];
    let other = language.other();
    html! {
        div .subnavigation {
            nav aria-label=(language.choose("Affaires", "Deals")) {
                ul {
                    @for (label, page) in pages {
                        li { a href=(page) aria-current=[(page == path).then_some("page")] { (label) } }
                    }
                }
            }
            a .language href=(routes::in_language(address, other)) hreflang=(other.code()) lang=(other.code()) rel="alternate" {
                (other.own_name())
            }
        }
    }
}
