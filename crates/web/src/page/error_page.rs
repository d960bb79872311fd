//! Error page: what happened, whether the input is safe, what to do next.

use maud::html;

use crate::page::{Frame, NavLink, Page};

/// Content of an error page. It contains nothing internal.
#[derive(Clone, Debug)]
pub struct ErrorPage<'a> {
    /// Heading: what happened, in a few words.
    pub heading: &'a str,
    /// What happened, in one sentence.
    pub happened: &'a str,
    /// Whether the input is safe; empty if there was none.
    pub safety: &'a str,
    /// What to do next.
    pub next: &'a str,
    /// Links to continue with, the best first.
    pub links: Vec<NavLink>,
    /// Request id in the log; `None` if nothing was logged.
    pub request_id: Option<&'a str>,
    /// Path and query of the request.
    pub address: &'a str,
}

impl ErrorPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            article .message {
                h1 { (self.heading) }
                p .lead { (self.happened) }
                @if !self.safety.is_empty() { p { (self.safety) } }
                p { (self.next) }
                @if !self.links.is_empty() {
                    p .ways {
                        @for (place, link) in self.links.iter().enumerate() {
                            a .action[place == 0] .quiet[place > 0] href=(link.address) { (link.label(frame.language)) } " "
                        }
                    }
                }
                @if let Some(request_id) = self.request_id {
                    p .hint { (frame.language.choose("Requête ", "Request number ")) code { (request_id) } }
                }
            }
        };
        frame.document(Page {
            title: self.heading,
            address: self.address,
            scripts: &[],
            main,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_error_names_the_request_and_escapes_what_it_repeats() {
        let frame = Frame {
            navigation: vec![NavLink::new("Leaderboard", "/leaderboard")],
            action: NavLink::new("Claim integrations", "/leaderboard/submit"),
            freshness: None,
            language: domain::language::Language::English,
            board: None,
        };
        let address = "/x?\"><script>";
        let page = ErrorPage {
            heading: "Something went wrong here",
            happened: "The program could not finish this request.",
            safety: "",
            next: "Try once more.",
            links: vec![NavLink::new("Try again", address)],
            request_id: Some("0f3a"),
            address,
        };
        let text = page.document(&frame);
        assert!(text.contains("<code>0f3a</code>"));
        assert!(!text.contains("<script>"));
    }
}
