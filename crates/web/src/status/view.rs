//! View of the status page.

use domain::language::Language;
use jiff::Zoned;
use maud::{Markup, html};
use sheets_store::{CallCounts, CallKind, FailedCall, SpreadsheetState, TabStatus};

use crate::{
    page::{
        Frame, Page, date_time,
        formatting::group_thousands,
        table::{TableColumn, cell, number, row, table, text},
    },
    routes::STATUS,
    status::report::StatusReport,
};

/// Content of the status page.
#[derive(Clone, Copy, Debug)]
pub struct StatusPage<'a> {
    /// Status of the program.
    pub report: &'a StatusReport,
    /// Current time in the configured time zone.
    pub now: &'a Zoned,
}

impl StatusPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let store = &self.report.store;
        let main = html! {
            h1 { "Status" }
            (self.state())
            @if self.report.any_host {
                div .notice {
                    p { strong { "Any host name leads here." } }
                    p { "So a page of another site can read and write here in the browser of a person who visits it, if it has its own name lead to this program." }
                    p { "Set " code { "PUBLIC_URL" } " to the address that people use, or " code { "ALLOWED_HOSTS" } " to the host names." }
                }
            }
            (self.facts())
            section aria-labelledby="data" {
                h2 #data { "Data" }
                @if store.tabs.is_empty() {
                    p .hint { "No tab has been read yet. The first page that shows data reads them." }
                } @else {
                    (self.tabs(&store.tabs))
                }
            }
            section aria-labelledby="calls" {
                h2 #calls { "Calls since the start" }
                (calls(&[("Reads", &store.reads), ("Writes", &store.writes)]))
            }
            section aria-labelledby="failures" {
                h2 #failures { "Last failed calls" }
                @if store.failures.is_empty() {
                    p .hint { "None since the start." }
                } @else {
                    (self.failures(&store.failures))
                }
            }
        };
        frame.document(Page {
            title: "Status",
            address: STATUS,
            scripts: &[],
            main,
        })
    }

    fn state(&self) -> Markup {
        match &self.report.store.state {
            SpreadsheetState::Idle => html! { p .lead { "The spreadsheet has not been asked yet." } },
            SpreadsheetState::Answering { last_answer } => html! {
                p .lead { "The spreadsheet answers. " span .hint { "The last answer came " (self.ago(*last_answer)) "." } }
            },
            SpreadsheetState::Failing { calls, since, reason } => {
                let (unable, next) = match calls {
                    CallKind::Reads => ("cannot be read", "Pages show the last data, and it is tried again."),
                    CallKind::Writes => ("cannot be written to", "Pages show its data; forms say that nothing was recorded and keep what was typed."),
                };
                self.trouble(
                    &html! { "The spreadsheet " (unable) " since " (self.clock(*since)) " (" (self.ago(*since)) ")." },
                    reason,
                    &html! { (next) },
                )
            }
            SpreadsheetState::CircuitOpen { since, until, reason } => self.trouble(
                &html! { "The spreadsheet has not answered since " (self.clock(*since)) " (" (self.ago(*since)) ")." },
                reason,
                &html! {
                    "Pages show the last data. "
                    @if *until > self.now.timestamp() { "No call is sent until " (self.clock(*until)) "; the" } @else { "The" }
                    " next call finds out whether it is back."
                },
            ),
        }
    }

    fn trouble(&self, happened: &Markup, reason: &str, next: &Markup) -> Markup {
        html! {
            div .notice.alarm {
                p { strong { (happened) } }
                p { "Reason: " bdi { (reason) } }
                p { (next) }
            }
        }
    }

    fn facts(&self) -> Markup {
        let StatusReport {
            version,
            started_at,
            uptime_seconds,
            store,
            ..
        } = self.report;
        html! {
            dl .facts {
                div { dt { "Version" } dd { (version) } }
                div { dt { "Running for" } dd { (date_time::duration(*uptime_seconds)) ", since " (date_time::timestamp_element(*started_at, self.now)) } }
                div { dt { "Writes that wait" } dd { (counted(store.queue.waiting)) " of at most " (counted(store.queue.room)) } }
                div { dt { "Spreadsheet" } dd { a href=(store.spreadsheet) { "Open it" } } }
            }
        }
    }

    fn tabs(&self, tabs: &[TabStatus]) -> Markup {
        let rows: Vec<Markup> = tabs
            .iter()
            .map(|tab| {
                row(
                    0,
                    &[
                        cell("name", html! { (tab.tab) }),
                        cell("number", html! { (counted(tab.rows)) span .unit { " rows" } }),
                        cell("number", html! { (counted(tab.findings)) span .unit { " findings" } }),
                        cell("number when", html! { span .unit { "read " } (self.ago(tab.read_at)) }),
                    ],
                )
            })
            .collect();
        let columns = [text("Tab"), number("Rows"), number("Findings"), number("Read")];
        html! { div .counts { (table("Tabs of the spreadsheet", &columns, &rows)) } }
    }

    fn failures(&self, failures: &[FailedCall]) -> Markup {
        let rows: Vec<Markup> = failures
            .iter()
            .map(|failure| {
                row(
                    0,
                    &[
                        cell(
                            "when",
                            html! { (self.clock(failure.at)) " " span .hint { "(" (self.ago(failure.at)) ")" } },
                        ),
                        cell("what", html! { (failure.asked) }),
                        cell("reason", html! { bdi { (failure.reason) } }),
                    ],
                )
            })
            .collect();
        let columns = [text("When"), text("Asked to"), text("Why it failed")];
        html! { div .calls { (table("Calls that failed, the last one first", &columns, &rows)) } }
    }

    fn ago(&self, at: jiff::Timestamp) -> Markup {
        html! { time datetime=(at) title=(date_time::timestamp(at, self.now)) { (date_time::age(at, self.now, Language::English)) } }
    }

    fn clock(&self, at: jiff::Timestamp) -> Markup {
        html! { time datetime=(at) { (date_time::clock_time(at, self.now)) } }
    }
}

fn calls(lanes: &[(&str, &CallCounts)]) -> Markup {
    let rows: Vec<Markup> = lanes
        .iter()
        .map(|(name, calls)| {
            row(
                0,
                &[
                    cell("name", html! { (name) }),
                    cell("number", html! { (long(calls.sent)) span .unit { " sent" } }),
                    cell("number", html! { (long(calls.failed)) span .unit { " failed" } }),
                    cell("number", html! { (long(calls.held_back)) span .unit { " held back" } }),
                    cell(
                        "number",
                        html! { (group_thousands(calls.waiting)) span .unit { " waiting" } },
                    ),
                    cell("number", quota(calls)),
                ],
            )
        })
        .collect();
    let columns: [TableColumn<'_>; 6] = [
        text("Kind"),
        number("Sent"),
        number("Failed"),
        number("Held back"),
        number("Waiting"),
        number("Quota"),
    ];
    html! { div .counts { (table("Calls and quota", &columns, &rows)) } }
}

/// Calls available now, and the limit per minute.
fn quota(calls: &CallCounts) -> Markup {
    match (calls.left, calls.a_minute) {
        (Some(left), Some(a_minute)) => {
            html! { (group_thousands(left)) " free now, " (group_thousands(a_minute)) " a minute" }
        }
        _ => html! { "no limit" },
    }
}

fn counted(number: usize) -> String {
    group_thousands(u32::try_from(number).unwrap_or(u32::MAX))
}

fn long(number: u64) -> String {
    group_thousands(u32::try_from(number).unwrap_or(u32::MAX))
}
