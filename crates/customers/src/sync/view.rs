//! Sync status page, with failures and their remedies.

use domain::language::UNKNOWN_VALUE;
use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page, date_time,
    formatting::{count, group_thousands},
    table::{cell, number, row, table, text},
};

use crate::{
    routes::SYNCS,
    sync::{
        rows::runs::{RunOutcome, SyncRun},
        status::{KeyTestResponse, SourceStatus, SyncStatus},
    },
};

/// Data of the page.
pub struct SyncsPage<'a> {
    /// Sync status of every source.
    pub status: &'a SyncStatus,
    /// Current time in the configured time zone.
    pub now: &'a Zoned,
    /// Requested path and query.
    pub address: &'a str,
}

/// Button that starts a sync of a source.
pub(crate) fn sync_button(source: &SourceStatus) -> Markup {
    html! {
        form method="post" action={ "/sync/" (source.source) } {
            button .quiet type="submit" disabled[source.running.is_some()] { "Sync" span .unseen { " " (source.title) } }
        }
    }
}

/// Button that tests the key of a source.
pub(crate) fn test_button(source: &SourceStatus) -> Markup {
    html! {
        form method="post" action={ "/sync/" (source.source) "/test" } {
            button .quiet type="submit" { "Test" span .unseen { " " (source.title) } }
        }
    }
}

fn small(number: u64) -> String {
    group_thousands(u32::try_from(number).unwrap_or(u32::MAX))
}

impl SyncsPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let any = self.status.sources.iter().any(|source| source.is_configured);
        let main = html! {
            div .heading {
                h1 { "Sources" }
                @if any { form method="post" action="/sync/all" { button .action type="submit" { "Sync all" } } }
            }
            @if !any { p .notice { "No source is switched on, so nothing is read. Set the key of one and start the program again." } }
            (self.sources())
            (self.failures())
        };
        frame.document(Page {
            title: "Sources",
            address: self.address,
            scripts: &[],
            main,
        })
    }

    fn sources(&self) -> Markup {
        let columns = [
            text("Source"),
            text("State"),
            text("Complete as of"),
            number("Seen"),
            text("Next"),
            text("Actions"),
        ];
        let rows: Vec<Markup> = self.status.sources.iter().map(|source| self.source(source)).collect();
        html! { div .syncs { (table("Sources", &columns, &rows)) } }
    }

    fn source(&self, source: &SourceStatus) -> Markup {
        let instant = |at: Option<jiff::Timestamp>| match at {
            Some(at) => date_time::timestamp_element(at, self.now),
            None => html! { (UNKNOWN_VALUE) },
        };
        let seen = source.last_run.as_ref().map(|run| small(run.seen));
        let is_known = source.is_configured || source.last_run.is_some();
        let tables = |unit: &str, what: Markup| html! { @if is_known { span .unit { (unit) " " } (what) } };
        row(
            0,
            &[
                cell(
                    "name",
                    html! { (source.title) @if !source.note.is_empty() { " " small { (source.note) } } },
                ),
                cell("state", self.state(source)),
                cell("when detail", tables("complete as of", instant(source.complete_as_of))),
                cell(
                    "number detail",
                    tables("seen", html! { (seen.as_deref().unwrap_or(UNKNOWN_VALUE)) }),
                ),
                cell("when detail", tables("next", instant(source.next_run_at))),
                cell(
                    "actions",
                    html! { @if source.is_configured { div .ways { (test_button(source)) (sync_button(source)) } } },
                ),
            ],
        )
    }

    fn state(&self, source: &SourceStatus) -> Markup {
        html! {
            @if let Some(progress) = &source.running {
                strong { "Running" } ", " (small(progress.seen))
                @if let Some(expected) = progress.expected { " of " (small(expected)) }
                " seen, " (small(progress.written)) " written"
            } @else if !source.is_configured {
                span .hint { "Not switched on" }
            } @else if let Some(run) = &source.last_run {
                (self.ended(run))
            } @else {
                "Never read"
            }
        }
    }

    fn ended(&self, run: &SyncRun) -> Markup {
        html! {
            @match &run.outcome {
                RunOutcome::Complete => "Complete",
                RunOutcome::Running => "Running elsewhere, or broken off",
                RunOutcome::Interrupted => "Broken off; the next run goes on",
                RunOutcome::Failed(word) => strong .late { (capitalize_first(&word.replace('_', " "))) },
            }
            " " small { (date_time::relative_time_element(run.started_at, self.now)) }
            @if run.failed > 0 { " · " (small(run.failed)) " unreadable" }
        }
    }

    fn failures(&self) -> Markup {
        html! {
            section #failed aria-labelledby="failures" {
                h2 #failures { "What failed" }
                @if self.status.failures.is_empty() {
                    p .hint { "Nothing, as far as the log goes back." }
                } @else {
                    ol .todo-list { @for run in &self.status.failures { (self.failure(run)) } }
                }
            }
        }
    }

    fn failure(&self, run: &SyncRun) -> Markup {
        let title = self.status.sources.iter().find(|source| source.source == run.source);
        let title = title.map_or(run.source.as_str(), |source| source.title);
        let unreadable = u32::try_from(run.failed).unwrap_or(u32::MAX);
        html! {
            li .todo {
                p .line-head { span { (title) } span { (date_time::timestamp_element(run.started_at, self.now)) } }
                @if let Some(error) = &run.error { p { (error) } }
                @if let Some(cure) = &run.cure { p { strong { "What to do: " } (cure) } }
                @if unreadable > 0 {
                    details {
                        summary { (count(unreadable, "record could not be read", "records could not be read")) }
                        ul { @for finding in &run.findings { li .line-detail { (finding) } } }
                    }
                }
            }
        }
    }
}

fn capitalize_first(text: &str) -> String {
    crate::ui::components::capitalize(text)
}

/// Page with the result of a key test.
pub struct KeyTestPage<'a> {
    /// Result of the test.
    pub tested: &'a KeyTestResponse,
}

impl KeyTestPage<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let title = format!("Test of {}", self.tested.title);
        let main = html! {
            div .narrow {
                h1 { (title) }
                p .lead {
                    @if self.tested.works { "It works: every list answered." } @else { "It does not work yet." }
                }
                ul .sources {
                    @for list in &self.tested.lists {
                        li {
                            p .line-head { span { (if list.problem.is_some() { "✗" } else { "✓" }) " " (list.list) } }
                            @if let Some(problem) = &list.problem { p .line-detail { (problem) } }
                            @if let Some(cure) = &list.cure { p { strong { "What to do: " } (cure) } }
                        }
                    }
                }
                p .ways { a .action href=(SYNCS) { "Back to the sources" } }
            }
        };
        frame.document(Page {
            title: &title,
            address: SYNCS,
            scripts: &[],
            main,
        })
    }
}
