//! Styles and scripts of the leaderboard.

use web::assets::{Asset, SHARED_SCRIPT};

/// Style of the leaderboard pages.
pub static STYLESHEET: Asset = Asset::style("leaderboard", &[include_str!("leaderboard.css")]);
/// Style of the leaderboard pages with that of the matrix.
pub static MATRIX_STYLESHEET: Asset =
    Asset::style("matrix", &[include_str!("leaderboard.css"), include_str!("matrix.css")]);
/// Additional style of the TV page.
pub static TV_STYLESHEET: Asset = Asset::style("wall", &[include_str!("tv.css")]);
/// Copies the address of a page, prints the page.
pub static SHARE_SCRIPT: Asset = Asset::script("share", &[include_str!("share.js")]);
/// Form helpers: remembered fields, filter, counter, existing credits, possible duplicates.
pub static FORM_SCRIPT: Asset = Asset::script("form", &[include_str!("form.js"), include_str!("duplicates.js")]);
/// Receives the live stream of the leaderboard, announces news, pins the viewer's own row.
pub static NEWS_SCRIPT: Asset = Asset::script(
    "news",
    &[
        include_str!("stream.js"),
        include_str!("reload.js"),
        include_str!("news.js"),
        include_str!("my_rank.js"),
    ],
);
/// Rotates the slides of the TV page, shows celebrations.
pub static TV_SCRIPT: Asset = Asset::script(
    "wall",
    &[
        SHARED_SCRIPT,
        include_str!("stream.js"),
        include_str!("reload.js"),
        include_str!("tv.js"),
    ],
);

/// Assets of this board.
pub static ALL: [&Asset; 7] = [
    &STYLESHEET,
    &MATRIX_STYLESHEET,
    &TV_STYLESHEET,
    &SHARE_SCRIPT,
    &FORM_SCRIPT,
    &NEWS_SCRIPT,
    &TV_SCRIPT,
];
