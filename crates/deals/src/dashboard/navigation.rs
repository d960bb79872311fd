//! Navigation bar of the board.

use domain::language::Language;
use maud::{Markup, html};

use crate::routes::{self, BOARD, IMPORT, LIST, PERFORMANCE, REMINDERS, VELOCITY, WHAT_IF};

/// Links to the board's pages, and to the same page in the other language; `address` is the current path and query.
pub fn navigation(language: Language, address: &str) -> Markup {
    let path = address.split_once('?').map_or(address, |(path, _)| path);
    let pages = [
        (language.choose("Tableau de bord", "Dashboard"), BOARD),
        (language.choose("Liste", "List"), LIST),
        (language.choose("Importer", "Import"), IMPORT),
        (language.choose("Simulation", "What if"), WHAT_IF),
        (language.choose("Commerciaux", "Sales people"), PERFORMANCE),
        (language.choose("Vélocité", "Velocity"), VELOCITY),
        (language.choose("Rappels", "Reminders"), REMINDERS),
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
