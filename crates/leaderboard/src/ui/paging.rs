//! Pagination of long lists.

use maud::{Markup, html};

use crate::routes::adding;

/// Page of a paginated list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// Current page, from 1; `page` in the address.
    pub page: u32,
    /// Number of pages, at least 1.
    pub pages: u32,
}

impl Paging {
    /// Links to the previous and next page with these labels; empty for a single page.
    pub(crate) fn links(self, address: &str, previous: &str, next: &str) -> Markup {
        let Self { page, pages } = self;
        let at = |page: u32| adding(address, "page", &page.to_string());
        html! {
            @if pages > 1 {
                nav .pager aria-label="Pages" {
                    @if page > 1 { a .quiet rel="prev" href=(at(page - 1)) { (previous) } }
                    span data-figure="page" { "Page " (page) " of " (pages) }
                    @if page < pages { a .quiet rel="next" href=(at(page + 1)) { (next) } }
                }
            }
        }
    }
}
