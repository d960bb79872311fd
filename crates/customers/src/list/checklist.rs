//! Setup checklist, shown while there are no customers.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{Frame, Page, date_time};

use crate::{
    routes::{BOARD, SAMPLE},
    sample::SampleAvailability,
    sync::{
        status::{SourceStatus, SyncStatus},
        view::{sync_button, test_button},
    },
    ui::components::capitalize,
};

/// Page of the checklist.
pub struct SetupChecklist<'a> {
    /// Every source.
    pub status: &'a SyncStatus,
    /// Whether sample data is offered.
    pub sample: SampleAvailability,
    /// Current time in the configured time zone.
    pub now: &'a Zoned,
    /// Requested path and query.
    pub address: &'a str,
}

impl SetupChecklist<'_> {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            h1 { "Customers" }
            p .lead { "One record for each customer, out of every service you use, with a health score that says why." }
            (self.sample())
            section aria-labelledby="steps" {
                h2 #steps { "To begin with your own customers" }
                ol .steps {
                    li {
                        h3 { "Switch a source on" }
                        p { "Set its key and start the program again. One source is enough to begin; each further one adds what it knows." }
                        (self.sources())
                    }
                    li { h3 { "Test it" } p { "“Test” asks for as little as possible and names what the key may not read." } }
                    li { h3 { "Sync" } p { "“Sync” brings everything in. After that, syncs run by their schedule." } }
                }
            }
        };
        frame.document(Page {
            title: "Customers",
            address: self.address,
            scripts: &[],
            main,
        })
    }

    fn sample(&self) -> Markup {
        html! {
            @if self.sample == SampleAvailability::Offered {
                form .sample method="post" action=(SAMPLE) {
                    p { "Look around first: forty invented customers in every state of health." }
                    button .action type="submit" { "Load sample data" }
                }
            }
        }
    }

    fn sources(&self) -> Markup {
        html! {
            ul .sources { @for source in &self.status.sources { (self.source(source)) } }
            p .hint { "The settings of each source stand in the documentation and in " code { "tallyboard --help" } ". Nothing here is shown before a source was read: " a href=(BOARD) { "look again" } "." }
        }
    }

    fn source(&self, source: &SourceStatus) -> Markup {
        html! {
            li {
                div .line-head {
                    span {
                        span .mark aria-hidden="true" { (if source.is_configured { "✓" } else { "○" }) }
                        " " (source.title)
                    }
                    span .ways {
                        @if source.is_configured { (test_button(source)) (sync_button(source)) }
                    }
                }
                p .line-detail {
                    @if source.is_configured { "Switched on." } @else {
                        "Not switched on. Set " code { (source.source.to_uppercase()) "_API_KEY" } "."
                    }
                    @if let Some(run) = &source.last_run { " Last read " (date_time::relative_time_element(run.started_at, self.now)) "." }
                    @if !source.note.is_empty() { " " (capitalize(source.note)) "." }
                }
            }
        }
    }
}
