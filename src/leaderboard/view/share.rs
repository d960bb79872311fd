//! Passing a page on: its address to copy, and paper.

use maud::{Markup, html};

/// The address of the page in a field that can be selected; script adds buttons that copy it and print. `address` is the path
/// and query.
pub(super) fn share(address: &str) -> Markup {
    html! {
        details .share {
            summary { "Share" }
            div .field {
                label for="share-address" { "Address of this page" }
                input #share-address type="text" readonly value=(address) data-share;
            }
            p .ways data-share-ways {}
            p .hint #share-told role="status" {}
        }
    }
}
