//! Navigation bar of the board.
//!
//! Views only format: each page is a struct with everything it shows and one method that returns the document.

mod action;
mod address;
mod board;
mod charts;
pub(super) mod conflict;
pub(super) mod deal;
pub(super) mod deletion;
mod empty;
pub(super) mod figure;
mod filters;
pub(super) mod form;
pub(super) mod history;
pub(super) mod import;
mod list;
pub(super) mod notice;
mod numbers;
pub(super) mod pause;
pub(super) mod performance;
pub(super) mod reminders;
mod report;
pub(super) mod status;
pub(super) mod velocity;
pub(super) mod what_if;
pub(super) mod words;

pub use address::{BOARD, LIST};
pub use board::BoardPage;
pub use list::ListPage;
pub use report::BoardReport;

use maud::{Markup, html};

use super::{stage::Stage, subset::Subset};
use crate::language::Language;

/// Links to the board's pages, and to the same page in the other language; `address` is the current path and query.
pub fn tabs(language: Language, address: &str) -> Markup {
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
            a .language href=(address::in_language(address, other)) hreflang=(other.code()) lang=(other.code()) rel="alternate" {
                (other.own_name())
            }
        }
    }
}

/// Label of a stage; stored values do not change with the language.
pub fn stage_label(stage: Stage, language: Language) -> &'static str {
    let english = match stage {
        Stage::Prospect => "Prospect",
        Stage::Qualified => "Qualified",
        Stage::Negotiation => "Negotiation",
        Stage::Won => "Won",
        Stage::Lost => "Lost",
    };
    language.choose(stage.as_str(), english)
}

/// Label of a sector or assignee; `None` is “Non renseigné”.
fn name_label(name: Option<&str>, language: Language) -> &str {
    name.unwrap_or(language.choose("Non renseigné", "Not given"))
}

/// Label of a segment.
fn subset_label(subset: Subset, language: Language) -> &'static str {
    match subset {
        Subset::Overdue => language.choose("En retard", "Overdue"),
        Subset::Today => language.choose("Échéance aujourd’hui", "Due today"),
        Subset::Upcoming => language.choose("Dans les 30 jours", "Within 30 days"),
        Subset::Later => language.choose("Plus tard", "Later"),
        Subset::Undated => language.choose("Sans échéance", "Without a due date"),
        Subset::Cold => language.choose("Affaires froides", "Cold deals"),
        Subset::Paused => language.choose("En pause", "Set aside"),
        Subset::Untold => language.choose("Dernier changement inconnu", "Last change unknown"),
    }
}

#[cfg(test)]
mod tests;
