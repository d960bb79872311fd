//! The way among the pages of the board.

use jiff::Timestamp;
use maud::{Markup, html};
use serde::Serialize;

use super::address::{BOARD, CLAIMS, MATRIX, TV, YOU};
use crate::language::Language;

/// Every contest.
pub const CONTESTS: &str = "/leaderboard/contests";
/// Where a change of the rules is confirmed.
pub const CONFIRM_RULES: &str = "/leaderboard/contests/rules";
/// The claims that earned the points of one CSM in a contest.
pub const POINTS: &str = "/leaderboard/points";
/// The rules that wait for a confirmation; `rules` in the address of [`POINTS`].
pub const PROPOSED: &str = "proposed";
/// Every dispute, and where one is sent.
pub const DISPUTES: &str = "/leaderboard/disputes";
/// The form for a new dispute.
pub const DISPUTE: &str = "/leaderboard/disputes/new";
/// What was corrected.
pub const CORRECTIONS: &str = "/leaderboard/corrections";
/// The standings at two moments.
pub const DIFFERENCE: &str = "/leaderboard/difference";
/// What is sent to Slack every week.
pub const WEEKLY: &str = "/leaderboard/weekly";
/// The rules in words.
pub const RULES: &str = "/leaderboard/rules";

/// The pages of the board, in the order of the way among them.
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

/// The way among the pages; `address` is where the person is.
pub fn tabs(_: Language, address: &str) -> Markup {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    // A contest has the address of the board, with its name.
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

/// The page of a contest.
pub fn contest_address(contest: &str) -> String {
    addressed(BOARD, &[("contest", contest)])
}

/// Which claims earned the points of a CSM in a contest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earned {
    /// Those of now.
    Now,
    /// Those of a moment.
    At(Timestamp),
    /// Those of now, under rules that wait for a confirmation.
    Proposed,
}

/// The claims that earned the points of a CSM in a contest.
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

/// A path with parameters.
pub(in super::super) fn addressed(path: &str, query: &impl Serialize) -> String {
    match serde_urlencoded::to_string(query) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}
