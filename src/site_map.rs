//! Site map: the addresses of the program by section, and the navigation.
//!
//! Each address is a constant of the crate that serves it. A test compares the map with the `OpenAPI` document.

use web::{
    openapi::{OPENAPI_JSON, PROGRAM, REDOC, RouteGroup, SWAGGER_UI},
    page::NavLink,
    routes::{ASSETS, FINDINGS, HEALTH, KEYBOARD, REFRESH, STATUS},
};

/// Root, which redirects to [`HOME`].
pub const ROOT: &str = "/";

/// First page of the program.
pub const HOME: &str = leaderboard::routes::BOARD;

/// Instructions for search engines.
pub const ROBOTS: &str = "/robots.txt";

/// Where to report a security problem.
pub const SECURITY_TXT: &str = "/.well-known/security.txt";

/// Section of the site: a board, or the pages of no board.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Tag in the `OpenAPI` document, and its description.
    pub group: RouteGroup,
    /// Prefixes of its addresses; `/` stands for itself only.
    pub prefixes: &'static [&'static str],
}

/// Every section, in the order of the `OpenAPI` document.
pub const SECTIONS: [Section; 4] = [
    Section {
        group: RouteGroup {
            name: "Leaderboard",
            description: "Who completed which integration.",
        },
        prefixes: &[leaderboard::routes::BOARD],
    },
    Section {
        group: RouteGroup {
            name: "Deals",
            description: "The pipeline of a founder.",
        },
        prefixes: &[deals::routes::BOARD],
    },
    Section {
        group: RouteGroup {
            name: "Customers",
            description: "One record a customer, with an explained health score.",
        },
        prefixes: &[
            customers::routes::BOARD,
            customers::routes::SUMMARY,
            customers::routes::SYNC,
        ],
    },
    Section {
        group: RouteGroup {
            name: PROGRAM,
            description: "How the program fares, and what it found.",
        },
        prefixes: &[
            ROOT,
            FINDINGS,
            STATUS,
            HEALTH,
            KEYBOARD,
            OPENAPI_JSON,
            SWAGGER_UI,
            REDOC,
            REFRESH,
            ASSETS,
            ROBOTS,
            SECURITY_TXT,
        ],
    },
];

impl Section {
    /// Section of the address `path`.
    pub fn of(path: &str) -> Option<Self> {
        let is_below = |prefix: &&str| {
            let rest = path.strip_prefix(*prefix);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        SECTIONS
            .into_iter()
            .find(|section| section.prefixes.iter().any(is_below))
    }
}

/// Navigation of every page.
pub(crate) fn navigation() -> Vec<NavLink> {
    use customers::routes::{BOARD, SUMMARY, SYNCS};
    vec![
        NavLink::new("Leaderboard", leaderboard::routes::BOARD).with_french_label("Classement"),
        NavLink::new("Deals", deals::routes::BOARD).with_french_label("Affaires"),
        NavLink::new("Customers", BOARD)
            .with_french_label("Clients")
            .with_related_pages(&[SUMMARY, SYNCS]),
        NavLink::new("Findings", FINDINGS).with_french_label("À corriger"),
    ]
}

/// Primary action of the pages of no board.
pub(crate) fn primary_action() -> NavLink {
    NavLink::new("Claim integrations", leaderboard::routes::SUBMIT).with_french_label("Déclarer une intégration")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_at_a_slash_and_the_root_stands_for_itself_only() {
        for (path, name) in [
            ("/", Some(PROGRAM)),
            ("/leaderboard", Some("Leaderboard")),
            ("/leaderboard/claims", Some("Leaderboard")),
            ("/leaderboards", None),
            ("/sync/status", Some("Customers")),
            ("/docs/files/x.js", Some(PROGRAM)),
            ("/unknown", None),
        ] {
            assert_eq!(Section::of(path).map(|section| section.group.name), name, "{path}");
        }
    }
}
