//! Messages that stand out from the page.

use maud::{Markup, html};

/// How a notice reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something worth knowing.
    Plain,
    /// Something went wrong or needs a person.
    Alarm,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "notice",
            Self::Alarm => "notice alarm",
        }
    }
}

/// A notice that stands on the page from the start.
pub fn notice(tone: Tone, content: &Markup) -> Markup {
    html! { div class=(tone.class()) { (content) } }
}

/// A field that was refused: the id of its control and what is wrong with it.
pub struct Mistake<'a> {
    /// Id of the control to jump to.
    pub control: &'a str,
    /// What is wrong and what would be right.
    pub message: &'a str,
}

/// The list of refused fields at the top of a form; it takes the focus, without script, when the page opens.
pub fn error_summary(mistakes: &[Mistake<'_>]) -> Markup {
    html! {
        div .notice.alarm role="alert" tabindex="-1" autofocus {
            h2 { "Not recorded yet" }
            p { "Everything you entered is still here. Please look at:" }
            ul {
                @for mistake in mistakes {
                    li { a href={ "#" (mistake.control) } { (mistake.message) } }
                }
            }
        }
    }
}
