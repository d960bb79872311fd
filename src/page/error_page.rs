//! A page for when something went wrong: what happened, whether the input is safe, what to do next.

use maud::html;

use super::{Entry, Frame, Page, Source};

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

impl<'a> ErrorPage<'a> {
    /// An internal error, told without its cause.
    pub fn internal(request_id: &'a str, address: &'a str) -> Self {
        Self {
            heading: "Something went wrong here",
            happened: "The program could not finish this request. The mistake is ours, not yours.",
            safety: "Nothing in the spreadsheet was lost. If you were sending a form, go back: your browser still has \
                     what you entered, and sending it again never counts twice.",
            next: "Try once more. If it happens again, tell whoever runs Tallyboard the request number below.",
            ways: vec![Entry::new("Try again", address)],
            request_id: Some(request_id),
            address,
        }
    }

    /// The spreadsheet does not answer, and there is no earlier data to show.
    pub fn unreachable(source: Source, address: &'a str) -> Self {
        Self {
            heading: "The spreadsheet cannot be reached",
            happened: match source {
                Source::GoogleSheets => {
                    "Google Sheets does not answer at the moment, so there is nothing to show here."
                }
                Source::EmbeddedSpreadsheet => {
                    "The embedded spreadsheet does not answer, so there is nothing to show here."
                }
            },
            safety: "What was recorded before is safe in the spreadsheet.",
            next: "Try again in a minute.",
            ways: vec![Entry::new("Try again", address)],
            request_id: None,
            address,
        }
    }

    /// An address where nothing is.
    pub fn not_found(address: &'a str, home: Entry) -> Self {
        Self {
            heading: "There is nothing at this address",
            happened: "The link may be old, or a letter may be missing from it.",
            safety: "",
            next: "Start again from here:",
            ways: vec![home],
            request_id: None,
            address,
        }
    }

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
                            a .action[place == 0] .quiet[place > 0] href=(way.address) { (way.label) } " "
                        }
                    }
                }
                @if let Some(request_id) = self.request_id {
                    p .hint { "Request number " code { (request_id) } }
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
        };
        let text = ErrorPage::internal("0f3a", "/x?\"><script>").document(&frame);
        assert!(text.contains("<code>0f3a</code>"));
        assert!(!text.contains("<script>"));
        assert!(text.contains("never counts twice"));
    }
}
