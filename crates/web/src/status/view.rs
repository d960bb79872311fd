//! View of the status page.

use domain::language::Language;
use jiff::{Timestamp, Zoned};
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
    /// Language of the page.
    pub language: Language,
}

impl StatusPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let store = &self.report.store;
        let title = self.say("État", "Status");
        let main = html! {
            h1 { (title) }
            (self.state())
            @if self.report.any_host { (self.any_host_warning()) }
            (self.facts())
            section aria-labelledby="data" {
                h2 #data { (self.say("Données", "Data")) }
                @if store.tabs.is_empty() {
                    p .hint {
                        (self.say(
                            "Aucun onglet n’a encore été lu. La première page qui montre des données les lira.",
                            "No tab has been read yet. The first page that shows data reads them.",
                        ))
                    }
                } @else {
                    (self.tabs(&store.tabs))
                }
            }
            section aria-labelledby="calls" {
                h2 #calls { (self.say("Appels depuis le démarrage", "Calls since the start")) }
                (self.calls(&[(self.say("Lectures", "Reads"), &store.reads), (self.say("Écritures", "Writes"), &store.writes)]))
            }
            section aria-labelledby="failures" {
                h2 #failures { (self.say("Derniers appels en échec", "Last failed calls")) }
                @if store.failures.is_empty() {
                    p .hint { (self.say("Aucun depuis le démarrage.", "None since the start.")) }
                } @else {
                    (self.failures(&store.failures))
                }
            }
        };
        frame.document(Page {
            title,
            address: STATUS,
            scripts: &[],
            main,
        })
    }

    fn any_host_warning(&self) -> Markup {
        html! {
            div .notice {
                p { strong { (self.say("N’importe quel nom d’hôte mène ici.", "Any host name leads here.")) } }
                p {
                    (self.say(
                        "Une page d’un autre site peut donc lire et écrire ici, dans le navigateur de qui la visite, si elle fait mener son propre nom à ce programme.",
                        "So a page of another site can read and write here in the browser of a person who visits it, if it has its own name lead to this program.",
                    ))
                }
                p {
                    (self.say("Donnez à ", "Set ")) code { "PUBLIC_URL" }
                    (self.say(" l’adresse que les gens utilisent, ou à ", " to the address that people use, or "))
                    code { "ALLOWED_HOSTS" } (self.say(" les noms d’hôte.", " to the host names."))
                }
            }
        }
    }

    fn say<'text>(&self, french: &'text str, english: &'text str) -> &'text str {
        self.language.choose(french, english)
    }

    fn state(&self) -> Markup {
        match &self.report.store.state {
            SpreadsheetState::Idle => html! {
                p .lead {
                    (self.say("Le tableur n’a pas encore été interrogé.", "The spreadsheet has not been asked yet."))
                }
            },
            SpreadsheetState::Answering { last_answer } => html! {
                p .lead {
                    (self.say("Le tableur répond.", "The spreadsheet answers.")) " "
                    span .hint {
                        (self.say("Dernière réponse", "The last answer came")) " " (self.ago(*last_answer)) "."
                    }
                }
            },
            SpreadsheetState::Failing { calls, since, reason } => self.failing(*calls, *since, &reason.full),
            SpreadsheetState::CircuitOpen { since, until, reason } => self.trouble(
                &html! {
                    (self.say("Le tableur ne répond plus depuis", "The spreadsheet has not answered since")) " "
                    (self.since(*since)) "."
                },
                &self.cause(&reason.full),
                &html! {
                    (self.say("Les pages montrent les dernières données.", "Pages show the last data.")) " "
                    @if *until > self.now.timestamp() {
                        (self.say("Aucun appel n’est envoyé avant", "No call is sent until")) " " (self.clock(*until))
                        (self.say(" ; l’appel suivant dira s’il est de retour.", "; the next call finds out whether it is back."))
                    } @else {
                        (self.say("L’appel suivant dira s’il est de retour.", "The next call finds out whether it is back."))
                    }
                },
            ),
        }
    }

    /// Calls of one kind fail. A disk that stores nothing has sentences of its own.
    fn failing(&self, calls: CallKind, since: Timestamp, reason: &str) -> Markup {
        let unable = match calls {
            CallKind::Reads => self.say(
                "Le tableur est illisible depuis",
                "The spreadsheet cannot be read since",
            ),
            CallKind::Writes => self.say(
                "Rien ne peut être écrit dans le tableur depuis",
                "The spreadsheet cannot be written to since",
            ),
        };
        let next = match calls {
            CallKind::Reads => self.say(
                "Les pages montrent les dernières données, et le programme réessaie.",
                "Pages show the last data, and it is tried again.",
            ),
            CallKind::Writes => self.say(
                "Les pages montrent ses données ; les formulaires disent que rien n’a été enregistré et gardent la saisie.",
                "Pages show its data; forms say that nothing was recorded and keep what was typed.",
            ),
        };
        let happened = html! { (unable) " " (self.since(since)) "." };
        match &self.report.storage {
            Some(storage) => {
                let cause = html! { strong { (storage.happened) } " " (storage.next) };
                self.trouble(&happened, &cause, &html! { (next) })
            }
            None => self.trouble(&happened, &self.cause(reason), &html! { (next) }),
        }
    }

    /// Cause in the words of the service, which are English.
    fn cause(&self, reason: &str) -> Markup {
        html! { (self.say("Cause :", "Reason:")) " " bdi lang="en" { (reason) } }
    }

    fn trouble(&self, happened: &Markup, cause: &Markup, next: &Markup) -> Markup {
        html! {
            div .notice.alarm {
                p { strong { (happened) } }
                p { (cause) }
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
        let (waiting, room) = (counted(store.queue.waiting), counted(store.queue.room));
        html! {
            dl .facts {
                div { dt { "Version" } dd { (version) } }
                div {
                    dt { (self.say("Durée de marche", "Running for")) }
                    dd { (self.duration(*uptime_seconds)) ", " (self.say("depuis le", "since")) " " (self.moment(*started_at)) }
                }
                div {
                    dt { (self.say("Écritures en attente", "Writes that wait")) }
                    dd { (waiting) " " (self.say("sur", "of at most")) " " (room) @if self.language == Language::French { " au plus" } }
                }
                @if let Some(address) = &store.spreadsheet {
                    div { dt { (self.say("Tableur", "Spreadsheet")) } dd { a href=(address) { (self.say("L’ouvrir", "Open it")) } } }
                }
            }
        }
    }

    fn tabs(&self, tabs: &[TabStatus]) -> Markup {
        let (rows_unit, findings_unit) = (self.say(" lignes", " rows"), self.say(" anomalies", " findings"));
        let rows: Vec<Markup> = tabs
            .iter()
            .map(|tab| {
                row(
                    0,
                    &[
                        cell("name", html! { (tab.tab) }),
                        cell("number", html! { (counted(tab.rows)) span .unit { (rows_unit) } }),
                        cell(
                            "number",
                            html! { (counted(tab.findings)) span .unit { (findings_unit) } },
                        ),
                        cell(
                            "number when",
                            html! { span .unit { (self.say("lu ", "read ")) } (self.ago(tab.read_at)) },
                        ),
                    ],
                )
            })
            .collect();
        let columns = [
            text(self.say("Onglet", "Tab")),
            number(self.say("Lignes", "Rows")),
            number(self.say("Anomalies", "Findings")),
            number(self.say("Lu", "Read")),
        ];
        let title = self.say("Onglets du tableur", "Tabs of the spreadsheet");
        html! { div .counts { (table(title, &columns, &rows)) } }
    }

    fn failures(&self, failures: &[FailedCall]) -> Markup {
        let rows: Vec<Markup> = failures
            .iter()
            .map(|failure| {
                row(
                    0,
                    &[
                        cell("when", self.since(failure.at)),
                        cell("what", html! { span lang="en" { (failure.asked) } }),
                        cell("reason", html! { bdi lang="en" { (failure.reason) } }),
                    ],
                )
            })
            .collect();
        let columns = [
            text(self.say("Quand", "When")),
            text(self.say("Demande", "Asked to")),
            text(self.say("Cause", "Why it failed")),
        ];
        let title = self.say(
            "Appels en échec, le dernier d’abord",
            "Calls that failed, the last one first",
        );
        html! { div .calls { (table(title, &columns, &rows)) } }
    }

    fn calls(&self, lanes: &[(&str, &CallCounts)]) -> Markup {
        let units = [
            self.say(" envoyés", " sent"),
            self.say(" en échec", " failed"),
            self.say(" retenus", " held back"),
            self.say(" en attente", " waiting"),
        ];
        let rows: Vec<Markup> = lanes
            .iter()
            .map(|(name, calls)| {
                let unit = |number: String, unit: &str| cell("number", html! { (number) span .unit { (unit) } });
                row(
                    0,
                    &[
                        cell("name", html! { (name) }),
                        unit(long(calls.sent), units[0]),
                        unit(long(calls.failed), units[1]),
                        unit(long(calls.held_back), units[2]),
                        unit(group_thousands(calls.waiting), units[3]),
                        cell("number", self.quota(calls)),
                    ],
                )
            })
            .collect();
        let columns: [TableColumn<'_>; 6] = [
            text(self.say("Genre", "Kind")),
            number(self.say("Envoyés", "Sent")),
            number(self.say("En échec", "Failed")),
            number(self.say("Retenus", "Held back")),
            number(self.say("En attente", "Waiting")),
            number("Quota"),
        ];
        let title = self.say("Appels et quota", "Calls and quota");
        html! { div .counts { (table(title, &columns, &rows)) } }
    }

    /// Calls available now, and the limit per minute.
    fn quota(&self, calls: &CallCounts) -> Markup {
        match (calls.left, calls.a_minute) {
            (Some(left), Some(a_minute)) => html! {
                (group_thousands(left)) (self.say(" libres, ", " free now, "))
                (group_thousands(a_minute)) (self.say(" par minute", " a minute"))
            },
            _ => html! { (self.say("sans limite", "no limit")) },
        }
    }

    fn ago(&self, at: Timestamp) -> Markup {
        let moment = self.moment_text(at);
        html! { time datetime=(at) title=(moment) { (date_time::age(at, self.now, self.language)) } }
    }

    /// Time of day with the age in brackets.
    fn since(&self, at: Timestamp) -> Markup {
        html! { (self.clock(at)) " " span .hint { "(" (self.ago(at)) ")" } }
    }

    fn clock(&self, at: Timestamp) -> Markup {
        let text = match self.language {
            Language::English => date_time::clock_time(at, self.now),
            Language::French => {
                let local = date_time::local(at, self.now);
                let time = local.strftime("%H:%M:%S").to_string();
                if local.date() == self.now.date() {
                    time
                } else {
                    format!("{time} le {}", self.language.date(local.date()))
                }
            }
        };
        html! { time datetime=(at) { (text) } }
    }

    fn moment(&self, at: Timestamp) -> Markup {
        html! { time datetime=(at) { (self.moment_text(at)) } }
    }

    /// Date and time in full.
    fn moment_text(&self, at: Timestamp) -> String {
        let local = date_time::local(at, self.now);
        match self.language {
            Language::English => date_time::timestamp(at, self.now),
            Language::French => format!("{} à {}", self.language.date(local.date()), local.strftime("%H:%M")),
        }
    }

    fn duration(&self, seconds: i64) -> String {
        let text = date_time::duration(seconds);
        match self.language {
            Language::English => text,
            Language::French => text.replace("day", "jour"),
        }
    }
}

fn counted(number: usize) -> String {
    group_thousands(u32::try_from(number).unwrap_or(u32::MAX))
}

fn long(number: u64) -> String {
    group_thousands(u32::try_from(number).unwrap_or(u32::MAX))
}
