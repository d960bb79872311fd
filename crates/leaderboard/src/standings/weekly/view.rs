//! View of the weekly Slack message: preview and history.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page, date_time,
    notice::notice,
    table::{cell, row, table, text},
};

use crate::{routes::WEEKLY, standings::weekly::schedule::WeeklyAttempt};

/// Data of the page.
#[derive(Clone, Debug)]
pub struct WeeklyStandingsPage<'a> {
    /// Whether Slack is configured.
    pub on: bool,
    /// Whether the message is due now.
    pub due: bool,
    /// Time of the next message.
    pub next: Option<&'a Zoned>,
    /// Preview of the message.
    pub preview: &'a str,
    /// Address of the board for that week.
    pub board: String,
    /// Sent messages, oldest first.
    pub sent: &'a [WeeklyAttempt],
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl WeeklyStandingsPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            h1 { "Weekly standings" }
            p .lead { "The standings of the last whole week, sent to Slack once." }
            @if self.on { (self.schedule()) } @else {
                (notice(&html! { p { "Nothing is sent: STANDINGS_WEBHOOK_URL is not set. This is what would go out." } }))
            }
            section aria-labelledby="preview" {
                h2 #preview { "Preview" }
                pre .preview data-figure="preview" { (self.preview) }
                p .hint { "Each of these numbers can be followed on " a href=(self.board) { "the board of that week" } "." }
            }
            section aria-labelledby="sent" {
                h2 #sent { "Sent" }
                @if self.sent.is_empty() { p .nothing { "Nothing was sent yet." } } @else { (self.history()) }
            }
        };
        frame.document(Page {
            title: "Weekly standings",
            address: WEEKLY,
            scripts: &[],
            main,
        })
    }

    fn schedule(&self) -> Markup {
        html! {
            @if self.due {
                p { "This message is due." }
                form method="post" action=(WEEKLY) { button .quiet type="submit" { "Send it now" } }
            } @else if let Some(next) = self.next {
                p { "The next one goes out on " (date_time::timestamp_element(next.timestamp(), &self.now)) "." }
            }
        }
    }

    fn history(&self) -> Markup {
        let columns = [text("Week"), text("When"), text("Outcome")];
        let rows: Vec<Markup> = self
            .sent
            .iter()
            .rev()
            .map(|sent| {
                let cells = [
                    cell("name", html! { bdi { (sent.week) } }),
                    cell(
                        "detail when",
                        html! { @if let Some(at) = sent.at { (date_time::timestamp_element(at, &self.now)) } },
                    ),
                    cell("what", html! { bdi { (sent.outcome.as_text()) } }),
                ];
                row(0, &cells)
            })
            .collect();
        table("What was sent", &columns, &rows)
    }
}
