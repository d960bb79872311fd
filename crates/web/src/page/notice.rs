//! Notices, alerts and the error summary of a form.

use maud::{Markup, html};

/// Notice that is part of the page from the start.
pub fn notice(content: &Markup) -> Markup {
    html! { div .notice { (content) } }
}

/// Alert; it takes the focus when the page opens, without script.
pub fn alert(content: &Markup) -> Markup {
    html! { div .notice.alarm role="alert" tabindex="-1" autofocus { (content) } }
}

/// Invalid field: the id of its control and its error.
pub struct InvalidField<'a> {
    /// Id of the control that the summary links to.
    pub control: &'a str,
    /// What is wrong and what is expected.
    pub message: &'a str,
}

/// Error summary at the top of a form, with a link to each invalid control.
pub fn error_summary(invalid_fields: &[InvalidField<'_>]) -> Markup {
    alert(&html! {
        h2 { "Not recorded yet" }
        p { "Everything you entered is still here. Please look at:" }
        ul {
            @for invalid in invalid_fields {
                li { a href={ "#" (invalid.control) } { (invalid.message) } }
            }
        }
    })
}
