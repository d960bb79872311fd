//! A page for when something went wrong: what happened, whether the input is safe, what to do next.

use maud::html;

use super::{Entry, Frame, Page};

/// What a person is told when something went wrong. Nothing internal belongs here.
#[derive(Clone, Debug)]
pub struct ErrorPage<'a> {
    /// What happened, in a few words; the heading.
    pub heading: &'a str,
    /// What happened, in a sentence.
    pub happened: &'a str,
    /// Whether what was entered is safe; empty when nothing was entered.
    pub safety: &'a str,
    /// What to do next.
    pub next: &'a str,
    /// Ways out, the best first.
    pub ways: Vec<Entry>,
    /// Names the request in the log; `None` when there is nothing to look up.
    pub request_id: Option<&'a str>,
    /// Path and query that were asked for.
    pub address: &'a str,
}

impl ErrorPage<'_> {
    /// The whole document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            article .message {
                h1 { (self.heading) }
                p .lead { (self.happened) }
                @if !self.safety.is_empty() { p { (self.safety) } }
                p { (self.next) }
                @if !self.ways.is_empty() {
                    p .ways {
                        @for (place, way) in self.ways.iter().enumerate() {
                            a .action[place == 0] .quiet[place > 0] href=(way.address) { (way.label(frame.language)) } " "
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
            navigation: vec![Entry::new("Leaderboard", "/leaderboard")],
            action: Entry::new("Claim integrations", "/leaderboard/submit"),
            freshness: None,
            language: crate::language::Language::English,
            board: None,
        };
        let address = "/x?\"><script>";
        let page = ErrorPage {
            heading: "Something went wrong here",
            happened: "The program could not finish this request.",
            safety: "",
            next: "Try once more.",
            ways: vec![Entry::new("Try again", address)],
            request_id: Some("0f3a"),
            address,
        };
        let text = page.document(&frame);
        assert!(text.contains("<code>0f3a</code>"));
        assert!(!text.contains("<script>"));
    }
}
