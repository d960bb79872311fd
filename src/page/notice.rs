//! Messages that stand out from the page.

use maud::{Markup, html};

/// Something worth knowing, which stands on the page from the start.
pub fn notice(content: &Markup) -> Markup {
    html! { div .notice { (content) } }
}

/// Something that went wrong; it takes the focus, without script, when the page opens.
pub fn alarm(content: &Markup) -> Markup {
    html! { div .notice.alarm role="alert" tabindex="-1" autofocus { (content) } }
}

/// A field that was refused: the id of its control and what is wrong with it.
pub struct Mistake<'a> {
    /// Id of the control to jump to.
    pub control: &'a str,
    /// What is wrong and what would be right.
    pub message: &'a str,
}

/// The list of refused fields at the top of a form, each a link to its control.
pub fn error_summary(mistakes: &[Mistake<'_>]) -> Markup {
    alarm(&html! {
        h2 { "Not recorded yet" }
        p { "Everything you entered is still here. Please look at:" }
        ul {
            @for mistake in mistakes {
                li { a href={ "#" (mistake.control) } { (mistake.message) } }
            }
        }
    })
}
