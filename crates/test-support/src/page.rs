//! Rendered page: its text, elements and attributes.

use reqwest::{Response, StatusCode};
use scraper::{Html, Selector};

/// Rendered page with its status code.
pub struct Page {
    /// Status code.
    pub status: StatusCode,
    /// Source of the page.
    pub text: String,
}

impl Page {
    /// Reads the body of a response.
    pub async fn of(response: Response) -> Self {
        let status = response.status();
        let text = response.text().await.expect("text");
        Self { status, text }
    }

    /// Text of all elements that match `selector`, with whitespace collapsed.
    pub fn all(&self, selector: &str) -> Vec<String> {
        let document = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).expect("selector");
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        document
            .select(&selector)
            .map(|element| words(element.text().collect()))
            .collect()
    }

    /// Values of `attribute` on all elements that match `selector`.
    pub fn attributes(&self, selector: &str, attribute: &str) -> Vec<String> {
        let document = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).expect("selector");
        document
            .select(&selector)
            .filter_map(|element| element.attr(attribute).map(str::to_owned))
            .collect()
    }

    /// Text of the `main` element.
    pub fn main(&self) -> String {
        self.all("main").join(" ")
    }

    /// Asserts that the text of the page contains `words`.
    #[track_caller]
    pub fn says(&self, words: &str) {
        let body = self.all("body").join(" ");
        assert!(body.contains(words), "{words:?} is not on the page:\n{body}");
    }
}
