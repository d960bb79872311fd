//! What a page says when it looks back.

use jiff::Zoned;
use maud::{Markup, html};

use super::{super::past::AsOf, address::BOARD};
use crate::page::{moment, notice::notice};

/// Says which moment is shown and leads back to the present; nothing on a page of today.
pub(super) fn past_notice(past: Option<&AsOf>, now: &Zoned) -> Markup {
    html! {
        @if let Some(past) = past {
            (notice(&html! {
                p { "You look back: this is how it was " strong data-figure="day" { (as_of_words(past, now)) } ". " a href=(BOARD) { "Back to now" } }
            }))
        }
    }
}

/// `at the end of 31 March 2026`, `on 31 Mar 2026, 14:03`.
pub(super) fn as_of_words(as_of: &AsOf, now: &Zoned) -> String {
    match as_of.day {
        Some(day) => format!("at the end of {}", day.strftime("%-d %B %Y")),
        None => format!("on {}", moment::stamp(as_of.instant, now)),
    }
}
