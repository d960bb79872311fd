//! Page of one import: progress or result.

use domain::language::Language;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use web::page::{Frame, Page, notice::alert};

use crate::{
    import::{
        job::progress::{ImportProgress, ImportState, ImportTask},
        log::{ImportRun, RunName},
        response::ImportRunStatus,
        view::{count, hidden_language_field, import_run_address},
    },
    routes::{IMPORT, IMPORT_PREVIEW, IMPORT_REFUSED, with_language},
};

/// Maximum number of listed skipped deals.
const MAX_SHOWN: usize = 100;

/// Page of one import.
pub struct ImportRunPage<'a> {
    /// Language of the page.
    pub language: Language,
    /// Name of the import.
    pub run: &'a RunName,
    /// Progress or log entry of the import.
    pub status: ImportRunStatus,
    /// Time zone for displayed times.
    pub zone: TimeZone,
}

impl ImportRunPage<'_> {
    /// Complete HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let address = with_language(&import_run_address(self.run), self.language);
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
            @match &self.status {
                ImportRunStatus::Progress(progress) => (self.progress(progress)),
                ImportRunStatus::Log(run) => (self.log(run)),
            }
        }
    }

    fn progress(&self, progress: &ImportProgress) -> Markup {
        html! {
            h1 { (self.heading(progress)) }
            p .lead { bdi { (progress.file) } }
            @if let ImportState::Stopped(cause) = &progress.state { (self.stopped(progress, cause)) }
            @if progress.state != ImportState::Done { (self.bar(progress)) }
            (self.facts(progress))
            @if !progress.left.is_empty() { (self.left(progress)) }
            @if progress.is_over() { (self.ways(progress)) }
        }
    }

    fn heading(&self, progress: &ImportProgress) -> &'static str {
        match (progress.task, &progress.state) {
            (ImportTask::Import, ImportState::Running) => self.say("Import en cours", "Import under way"),
            (ImportTask::Import, ImportState::Done) => self.say("Import terminé", "Import finished"),
            (ImportTask::Import, ImportState::Stopped(_)) => self.say("Import interrompu", "Import interrupted"),
            (ImportTask::Undo, ImportState::Running) => self.say("Annulation en cours", "Undo under way"),
            (ImportTask::Undo, ImportState::Done) => self.say("Import annulé", "Import undone"),
            (ImportTask::Undo, ImportState::Stopped(_)) => self.say("Annulation interrompue", "Undo interrupted"),
        }
    }

    fn stopped(&self, progress: &ImportProgress, cause: &str) -> Markup {
        alert(&html! {
            p { bdi { (cause) } }
            p { (match progress.task {
                ImportTask::Import => self.say(
                    "Ce qui est écrit reste. Importez le même fichier encore une fois : il reprend où il s’est arrêté, rien n’est écrit deux fois.",
                    "What is written stays. Import the same file once more: it goes on where it stopped, and nothing is written twice.",
                ),
                ImportTask::Undo => self.say(
                    "Ce qui est annulé le reste. Annulez encore une fois pour finir.",
                    "What is undone stays so. Undo once more to finish.",
                ),
            }) }
            @if progress.task == ImportTask::Import && !progress.query.is_empty() {
                p { a href=(with_language(&format!("{IMPORT_PREVIEW}?{}", progress.query), self.language)) { (self.say("Reprendre l’import", "Go on with the import")) } }
            }
        })
    }

    fn bar(&self, progress: &ImportProgress) -> Markup {
        let label = self.say("Avancement", "Progress");
        html! {
            p .progress {
                progress max=(progress.total.max(1)) value=(progress.done) aria-label=(label) {}
                span { (self.language.whole(count(progress.done))) " / " (self.language.whole(count(progress.total))) }
            }
            @if progress.state == ImportState::Running {
                p .hint { (self.say(
                    "Cette page se met à jour toute seule. Vous pouvez la quitter : l’import continue.",
                    "This page brings itself up to date. You may leave it: the import goes on.",
                )) }
            }
        }
    }

    fn facts(&self, progress: &ImportProgress) -> Markup {
        let fact =
            |label: &str, number: usize| html! { div { dt { (label) } dd { (self.language.whole(count(number))) } } };
        html! {
            dl .facts.import {
                @if progress.task == ImportTask::Import {
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

    fn left(&self, progress: &ImportProgress) -> Markup {
        html! {
            section .import-refused {
                h2 { (self.say("Laissées telles quelles", "Left as they are")) " (" (self.language.whole(count(progress.left.len()))) ")" }
                ul { @for left in progress.left.iter().take(MAX_SHOWN) { li { (left.text(self.language)) } } }
            }
        }
    }

    fn ways(&self, progress: &ImportProgress) -> Markup {
        let wrote = progress.inserted + progress.updated > 0;
        let undo_again = matches!(progress.state, ImportState::Stopped(_));
        html! {
            div .ways {
                a .action href=(with_language("/deals", self.language)) { (self.say("Voir les affaires", "See the deals")) }
                @if progress.task == ImportTask::Import && progress.refused > 0 && !progress.query.is_empty() {
                    a .quiet href=(with_language(&format!("{IMPORT_REFUSED}?{}", progress.query), self.language)) download { (self.say("Lignes refusées en CSV", "Refused lines as CSV")) }
                }
                @if (progress.task == ImportTask::Import && wrote) || (progress.task == ImportTask::Undo && undo_again) { (self.undo()) }
                a .quiet href=(with_language(IMPORT, self.language)) { (self.say("Importer un autre fichier", "Import another file")) }
            }
        }
    }

    fn undo(&self) -> Markup {
        let address = with_language(&format!("{}/undo", import_run_address(self.run)), self.language);
        html! {
            form method="post" action=(address) {
                (hidden_language_field(self.language))
                button .quiet type="submit" { (self.say("Annuler l’import", "Undo the import")) }
            }
        }
    }

    fn log(&self, run: &ImportRun) -> Markup {
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
                a .action href=(with_language("/deals", self.language)) { (self.say("Voir les affaires", "See the deals")) }
                @if !run.is_taken_back() { (self.undo()) }
                a .quiet href=(with_language(IMPORT, self.language)) { (self.say("Importer un autre fichier", "Import another file")) }
            }
        }
    }
}
