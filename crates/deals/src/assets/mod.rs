//! Styles and scripts of the deals board.

use web::assets::{Asset, DASHBOARD_STYLE};

/// Style of the deals pages.
pub static STYLESHEET: Asset = Asset::style(
    "deals",
    &[
        include_str!("form.css"),
        include_str!("import.css"),
        include_str!("sales.css"),
        DASHBOARD_STYLE,
        include_str!("board.css"),
    ],
);
/// Helpers for the forms of a deal: stage selection, undo.
pub static FORM_SCRIPT: Asset = Asset::script("deals-form", &[include_str!("form.js")]);
/// File drop for the import.
pub static DROP_SCRIPT: Asset = Asset::script("drop", &[include_str!("drop.js")]);
/// Keeps slider and field of the what-if page in sync.
pub static WHAT_IF_SCRIPT: Asset = Asset::script("what_if", &[include_str!("what_if.js")]);
/// Filters the deals while the user types.
pub static BOARD_SCRIPT: Asset = Asset::script("deals", &[include_str!("board.js")]);

/// Assets of this board.
pub static ALL: [&Asset; 5] = [&STYLESHEET, &FORM_SCRIPT, &DROP_SCRIPT, &WHAT_IF_SCRIPT, &BOARD_SCRIPT];
