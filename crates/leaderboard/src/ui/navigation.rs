//! Board navigation.

use domain::language::Language;
use maud::{Markup, html};

use crate::routes::{
    BOARD, CLAIMS, CONTESTS, CORRECTIONS, DIFFERENCE, DISPUTE, DISPUTES, MATRIX, POINTS, RULES, TV, WEEKLY, YOU,
};

/// Pages of the board, in navigation order.
const PAGES: &[(&str, &str)] = &[
    ("Standings", BOARD),
    ("You", YOU),
    ("Contests", CONTESTS),
    ("Claims", CLAIMS),
    ("Matrix", MATRIX),
    ("Rules", RULES),
    ("Disputes", DISPUTES),
    ("Corrections", CORRECTIONS),
    ("Time machine", DIFFERENCE),
    ("Weekly", WEEKLY),
    ("TV", TV),
];

/// Renders the navigation; `address` is the current page.
pub fn navigation(_: Language, address: &str) -> Markup {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    // A contest has the board's path with its name in the query.
    let is_contest = path == BOARD && query.split('&').any(|pair| pair.starts_with("contest="));
    let current = match path {
        _ if is_contest => CONTESTS,
        POINTS => CONTESTS,
        DISPUTE => DISPUTES,
        path => path,
    };
    html! {
        div .subnavigation {
            nav aria-label="Leaderboard" {
                ul {
                    @for (label, page) in PAGES {
                        li { a href=(page) aria-current=[(*page == current).then_some(if current == path && !is_contest { "page" } else { "true" })] { (label) } }
                    }
                }
            }
        }
    }
}
