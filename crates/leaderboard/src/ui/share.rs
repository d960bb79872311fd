//! Share box: address of the page to copy, and print button.

use maud::{Markup, html};

/// Renders the address in a selectable field; a script adds the copy and print buttons. `address` is path and query.
pub(crate) fn share(address: &str) -> Markup {
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
