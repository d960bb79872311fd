//! Board navigation.

use jiff::Timestamp;
use maud::{Markup, html};
use serde::Serialize;

use super::address::{BOARD, CLAIMS, MATRIX, TV, YOU};
use crate::language::Language;

/// All contests.
pub const CONTESTS: &str = "/leaderboard/contests";
/// Target of the form that confirms a change of the rules.
pub const CONFIRM_RULES: &str = "/leaderboard/contests/rules";
/// Claims that earned a CSM's contest points.
pub const POINTS: &str = "/leaderboard/points";
/// Rules that await confirmation; value of `rules` in the address of [`POINTS`].
pub const PROPOSED: &str = "proposed";
/// All disputes, and target of the dispute form.
pub const DISPUTES: &str = "/leaderboard/disputes";
/// Form for a new dispute.
pub const DISPUTE: &str = "/leaderboard/disputes/new";
/// Corrections.
pub const CORRECTIONS: &str = "/leaderboard/corrections";
/// Standings at two moments.
pub const DIFFERENCE: &str = "/leaderboard/difference";
/// Weekly Slack message.
pub const WEEKLY: &str = "/leaderboard/weekly";
/// Rules in words.
pub const RULES: &str = "/leaderboard/rules";

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
pub fn tabs(_: Language, address: &str) -> Markup {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    // A contest has the board's path with its name in the query.
    let is_contest = path == BOARD && query.split('&').any(|pair| pair.starts_with("contest="));
    let here = match path {
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
                        li { a href=(page) aria-current=[(*page == here).then_some(if here == path && !is_contest { "page" } else { "true" })] { (label) } }
                    }
                }
            }
        }
    }
}

/// Address of a contest.
pub fn contest_address(contest: &str) -> String {
    addressed(BOARD, &[("contest", contest)])
}

/// Claims behind a CSM's contest points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earned {
    /// Current claims.
    Now,
    /// Claims at a moment.
    At(Timestamp),
    /// Current claims under rules that await confirmation.
    Proposed,
}

/// Address of the claims that earned a CSM's contest points.
pub(super) fn points_address(contest: &str, csm: &str, earned: Earned) -> String {
    let as_of = match earned {
        Earned::At(instant) => Some(instant.to_string()),
        Earned::Now | Earned::Proposed => None,
    };
    let rules = (earned == Earned::Proposed).then_some(PROPOSED);
    let question = [
        ("contest", Some(contest)),
        ("csm", Some(csm)),
        ("rules", rules),
        ("as_of", as_of.as_deref()),
    ];
    addressed(POINTS, &question)
}

/// Path with a query.
pub(in super::super) fn addressed(path: &str, query: &impl Serialize) -> String {
    match serde_urlencoded::to_string(query) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}
