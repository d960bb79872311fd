//! Page of one import: progress or result.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::{IMPORT, PREVIEW, REFUSED, count, hidden_language, in_language, run_address};
use crate::{
    deals::{
        import::log::{Run, RunName},
        importer::progress::{Progress, Stand, Task},
    },
    language::Language,
    page::{Frame, Page, notice::alarm},
};

/// Maximum number of listed skipped deals.
const MOST_SHOWN: usize = 100;

/// Page of one import.
pub struct RunPage<'a> {
    /// Language of the page.
    pub language: Language,
    /// Name of the import.
    pub run: &'a RunName,
    /// Progress or log entry of the import.
    pub told: Told,
    /// Time zone for displayed times.
    pub zone: TimeZone,
}

/// Known state of an import.
pub enum Told {
    /// Progress on this instance, current or recent.
    Progress(Progress),
    /// Entry of the audit log.
    Log(Run),
}

impl Told {
    /// Whether the job is still running.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Progress(progress) if !progress.is_over())
    }

    /// JSON response.
    pub fn answer(&self, run: &RunName) -> Value {
        match self {
            Self::Progress(progress) => json!({"run": run.to_string(), "written": progress}),
            Self::Log(known) => json!({
                "run": run.to_string(),
                "file": known.file,
                "at": known.at,
                "created": known.created.len(),
                "updated": known.updated(),
                "taken_back": known.is_taken_back(),
            }),
        }
    }
}

impl RunPage<'_> {
    /// Complete HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let address = in_language(&run_address(self.run), self.language);
        frame.document(Page {
            title: self.say("Import d’affaires", "Import of deals"),
            address: &address,
            scripts: &[],
            main: self.main(),
        })
    }

    fn say(&self, french: &'static str, english: &'static str) -> &'static str {
        self.language.choose(french, english)
    }

    fn main(&self) -> Markup {
        html! {
            @match &self.told {
                Told::Progress(progress) => (self.progress(progress)),
                Told::Log(run) => (self.log(run)),
            }
        }
    }

    fn progress(&self, progress: &Progress) -> Markup {
        html! {
            h1 { (self.heading(progress)) }
            p .lead { bdi { (progress.file) } }
            @if let Stand::Stopped(cause) = &progress.state { (self.stopped(progress, cause)) }
            @if progress.state != Stand::Done { (self.bar(progress)) }
            (self.facts(progress))
            @if !progress.left.is_empty() { (self.left(progress)) }
            @if progress.is_over() { (self.ways(progress)) }
        }
    }

    fn heading(&self, progress: &Progress) -> &'static str {
        match (progress.task, &progress.state) {
            (Task::Import, Stand::Running) => self.say("Import en cours", "Import under way"),
            (Task::Import, Stand::Done) => self.say("Import terminé", "Import finished"),
            (Task::Import, Stand::Stopped(_)) => self.say("Import interrompu", "Import interrupted"),
            (Task::Undo, Stand::Running) => self.say("Annulation en cours", "Undo under way"),
            (Task::Undo, Stand::Done) => self.say("Import annulé", "Import undone"),
            (Task::Undo, Stand::Stopped(_)) => self.say("Annulation interrompue", "Undo interrupted"),
        }
    }

    fn stopped(&self, progress: &Progress, cause: &str) -> Markup {
        alarm(&html! {
            p { bdi { (cause) } }
            p { (match progress.task {
                Task::Import => self.say(
                    "Ce qui est écrit reste. Importez le même fichier encore une fois : il reprend où il s’est arrêté, rien n’est écrit deux fois.",
                    "What is written stays. Import the same file once more: it goes on where it stopped, and nothing is written twice.",
                ),
                Task::Undo => self.say(
                    "Ce qui est annulé le reste. Annulez encore une fois pour finir.",
                    "What is undone stays so. Undo once more to finish.",
                ),
            }) }
            @if progress.task == Task::Import && !progress.query.is_empty() {
                p { a href=(in_language(&format!("{PREVIEW}?{}", progress.query), self.language)) { (self.say("Reprendre l’import", "Go on with the import")) } }
            }
        })
    }

    fn bar(&self, progress: &Progress) -> Markup {
        let label = self.say("Avancement", "Progress");
        html! {
            p .progress {
                progress max=(progress.total.max(1)) value=(progress.done) aria-label=(label) {}
                span { (self.language.whole(count(progress.done))) " / " (self.language.whole(count(progress.total))) }
            }
            @if progress.state == Stand::Running {
                p .hint { (self.say(
                    "Cette page se met à jour toute seule. Vous pouvez la quitter : l’import continue.",
                    "This page brings itself up to date. You may leave it: the import goes on.",
                )) }
            }
        }
    }

    fn facts(&self, progress: &Progress) -> Markup {
        let fact =
            |label: &str, number: usize| html! { div { dt { (label) } dd { (self.language.whole(count(number))) } } };
        html! {
            dl .facts.import {
                @if progress.task == Task::Import {
                    (fact(self.say("Ajoutées", "Added"), progress.inserted))
                    (fact(self.say("Modifiées", "Changed"), progress.updated))
                    @if progress.already_there > 0 { (fact(self.say("Déjà importées", "Imported before"), progress.already_there)) }
                    (fact(self.say("Identiques", "Identical"), progress.identical))
                    (fact(self.say("Refusées", "Refused"), progress.refused))
                } @else {
                    (fact(self.say("Retirées", "Taken out"), progress.deleted))
                    (fact(self.say("Remises à leurs valeurs", "Set back"), progress.updated))
                }
            }
        }
    }

    fn left(&self, progress: &Progress) -> Markup {
        html! {
            section .import-refused {
                h2 { (self.say("Laissées telles quelles", "Left as they are")) " (" (self.language.whole(count(progress.left.len()))) ")" }
                ul { @for left in progress.left.iter().take(MOST_SHOWN) { li { (left.text(self.language)) } } }
            }
        }
    }

    fn ways(&self, progress: &Progress) -> Markup {
        let wrote = progress.inserted + progress.updated > 0;
        let undo_again = matches!(progress.state, Stand::Stopped(_));
        html! {
            div .ways {
                a .action href=(in_language("/deals", self.language)) { (self.say("Voir les affaires", "See the deals")) }
                @if progress.task == Task::Import && progress.refused > 0 && !progress.query.is_empty() {
                    a .quiet href=(in_language(&format!("{REFUSED}?{}", progress.query), self.language)) download { (self.say("Lignes refusées en CSV", "Refused lines as CSV")) }
                }
                @if (progress.task == Task::Import && wrote) || (progress.task == Task::Undo && undo_again) { (self.undo()) }
                a .quiet href=(in_language(IMPORT, self.language)) { (self.say("Importer un autre fichier", "Import another file")) }
            }
        }
    }

    fn undo(&self) -> Markup {
        let address = in_language(&format!("{}/undo", run_address(self.run)), self.language);
        html! {
            form method="post" action=(address) {
                (hidden_language(self.language))
                button .quiet type="submit" { (self.say("Annuler l’import", "Undo the import")) }
            }
        }
    }

    fn log(&self, run: &Run) -> Markup {
        let fact =
            |label: &str, number: usize| html! { div { dt { (label) } dd { (self.language.whole(count(number))) } } };
        html! {
            h1 { (self.say("Import d’affaires", "Import of deals")) }
            p .lead {
                bdi { (run.file) }
                @if let Some(at) = run.at.map(|at| at.to_zoned(self.zone.clone())) {
                    ", " time datetime=(at.timestamp()) { (self.language.date(at.date())) ", " (at.strftime("%H:%M").to_string()) }
                }
                @if run.is_taken_back() { " " span .tag { (self.say("annulé", "undone")) } }
            }
            dl .facts.import {
                (fact(self.say("Ajoutées", "Added"), run.created.len()))
                (fact(self.say("Modifiées", "Changed"), run.updated()))
            }
            div .ways {
                a .action href=(in_language("/deals", self.language)) { (self.say("Voir les affaires", "See the deals")) }
                @if !run.is_taken_back() { (self.undo()) }
                a .quiet href=(in_language(IMPORT, self.language)) { (self.say("Importer un autre fichier", "Import another file")) }
            }
        }
    }
}
