//! Style of the customers board.

use web::assets::{Asset, DASHBOARD_STYLE};

/// Style of the customers pages.
pub static STYLESHEET: Asset = Asset::style("customers", &[DASHBOARD_STYLE, include_str!("customers.css")]);

/// Assets of this board.
pub static ALL: [&Asset; 1] = [&STYLESHEET];
