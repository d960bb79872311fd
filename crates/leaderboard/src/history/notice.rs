//! Notice on pages that show an earlier moment.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{date_time, notice::notice};

use crate::{
    history::as_of::{AsOf, LogEdge},
    routes::BOARD,
};

/// Names the displayed moment and links back to the present; empty on pages of the present.
pub(crate) fn past_notice(past: Option<&AsOf>, now: &Zoned) -> Markup {
    html! {
        @if let Some(past) = past {
            (notice(&html! {
                p { "You look back: this is how it was " strong data-figure="day" { (format_as_of(past, now)) } ". " a href=(BOARD) { "Back to now" } }
            }))
        }
    }
}

/// `at the end of 31 March 2026`, `on 31 Mar 2026, 14:03`, with the position in the audit log.
pub(crate) fn format_as_of(as_of: &AsOf, now: &Zoned) -> String {
    let at = date_time::timestamp(as_of.instant, now);
    match (as_of.day, as_of.edge) {
        (Some(day), _) => format!("at the end of {}", day.strftime("%-d %B %Y")),
        (None, None) => format!("on {at}"),
        (None, Some(LogEdge::Before(row))) => format!("on {at}, just before row {row} of the audit log"),
        (None, Some(LogEdge::After(row))) => format!("on {at}, just after row {row} of the audit log"),
    }
}
