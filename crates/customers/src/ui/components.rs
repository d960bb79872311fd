//! Small pieces of markup that several pages share.

use maud::{Markup, html};

/// Links to the previous and next page.
pub(crate) fn pager(page: usize, pages: usize, at: impl Fn(usize) -> String) -> Markup {
    html! {
        @if pages > 1 {
            nav .pager aria-label="Pages" {
                @if page > 1 { a .quiet rel="prev" href=(at(page - 1)) { "Previous" } }
                span { "Page " (page) " of " (pages) }
                @if page < pages { a .quiet rel="next" href=(at(page + 1)) { "Next" } }
            }
        }
    }
}

/// Links to the table in other formats.
pub(crate) fn download_links(address: &str) -> Markup {
    let joint = if address.contains('?') { '&' } else { '?' };
    html! {
        p .downloads {
            a href={ (address) (joint) "format=csv" } { "CSV" }
            a href={ (address) (joint) "format=xlsx" } { "Excel" }
            a href={ (address) (joint) "format=json" } { "JSON" }
        }
    }
}

/// The text with its first letter in upper case.
pub(crate) fn capitalize(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A figure with its name and definition.
pub(crate) fn figure(name: &str, value: Markup, meaning: &str) -> Markup {
    html! {
        div .kpi {
            h2 { (name) }
            span .figure { (value) }
            p .definition { (meaning) }
        }
    }
}
