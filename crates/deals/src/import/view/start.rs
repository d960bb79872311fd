//! Upload form and list of the latest imports.

use domain::language::{Language, Noun};
use maud::{Markup, html};
use web::page::{Frame, Page, notice::alert};

use crate::{
    assets,
    import::{
        response::ImportRunSummary,
        view::{count, hidden_fields, hidden_language_field},
    },
    routes::{IMPORT, IMPORT_DEMO, with_language},
};

/// Upload page.
pub struct ImportStartPage {
    /// Language of the page.
    pub language: Language,
    /// Reason why the last file was not imported.
    pub trouble: Option<UploadProblem>,
    /// Earlier imports, the latest first.
    pub runs: Vec<ImportRunSummary>,
}

/// Reason why a file was not imported.
pub enum UploadProblem {
    /// The file cannot be read; the text is full sentences.
    File(String),
    /// The upload has expired.
    Lost {
        /// Options chosen for the file.
        pairs: Vec<(String, String)>,
    },
}

impl ImportStartPage {
    /// Complete HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        frame.document(Page {
            title: self.language.choose("Importer des affaires", "Import deals"),
            address: IMPORT,
            scripts: &[&assets::DROP_SCRIPT],
            main: self.main(),
        })
    }

    fn main(&self) -> Markup {
        let say = |french: &'static str, english: &'static str| self.language.choose(french, english);
        html! {
            h1 { (say("Importer des affaires", "Import deals")) }
            p .lead { (say(
                "Un fichier CSV ou Excel de votre tableur ou de votre CRM. Rien n’est écrit avant que vous ayez vu ce qui changerait.",
                "A CSV or Excel file from your spreadsheet or CRM. Nothing is written before you have seen what would change.",
            )) }
            (self.trouble())
            (self.form())
            p .hint {
                (say("Pour essayer : ", "To try it: "))
                a href=(IMPORT_DEMO) download { (crate::import::DEMO_NAME) }
                (say(", quarante affaires comme Excel les écrit, dont deux avec une faute.", ", forty deals as Excel writes them, two of them with a mistake."))
            }
            @if !self.runs.is_empty() { (self.list()) }
        }
    }

    fn trouble(&self) -> Markup {
        match &self.trouble {
            None => html! {},
            Some(UploadProblem::File(sentences)) => alert(&html! {
                h2 { (self.language.choose("Ce fichier ne peut pas être importé", "This file cannot be imported")) }
                p { (sentences) }
                p { (self.language.choose("Rien n’a été écrit.", "Nothing was written.")) }
            }),
            Some(UploadProblem::Lost { .. }) => alert(&html! {
                h2 { (self.language.choose("Choisissez le fichier encore une fois", "Choose the file once more")) }
                p { (self.language.choose(
                    "Le serveur ne l’a plus : il le garde deux heures, sauf s’il redémarre ou si des fichiers plus récents prennent la place. Vos réglages sont conservés, et rien n’est importé deux fois.",
                    "The server does not have it any more: it keeps it for two hours, unless it restarts or newer files take the room. Your choices are kept, and nothing is imported twice.",
                )) }
            }),
        }
    }

    fn form(&self) -> Markup {
        let action = with_language(IMPORT, self.language);
        html! {
            form .upload.panel method="post" action=(action) enctype="multipart/form-data" data-drop {
                @if let Some(UploadProblem::Lost { pairs }) = &self.trouble { (hidden_fields(pairs)) }
                div .field {
                    label for="file" { (self.language.choose("Fichier", "File")) }
                    p .hint #file-hint { (self.language.choose(
                        "CSV ou .xlsx, 20 Mo au plus. Première ligne : les en-têtes, dont client, statut et montant.",
                        "CSV or .xlsx, at most 20 MB. First line: the headers, among them client, status and amount.",
                    )) }
                    input type="file" #file name="file" required aria-describedby="file-hint"
                        accept=".csv,.txt,.tsv,.xlsx,.xlsm,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                }
                p .hint data-drop-hint hidden { (self.language.choose("Ou déposez le fichier ici.", "Or drop the file here.")) }
                p .send { button .action type="submit" { (self.language.choose("Voir l’aperçu", "See the preview")) } }
            }
        }
    }

    fn list(&self) -> Markup {
        html! {
            section .imports {
                h2 { (self.language.choose("Derniers imports", "Latest imports")) }
                ul { @for run in &self.runs { (self.line(run)) } }
            }
        }
    }

    fn line(&self, run: &ImportRunSummary) -> Markup {
        let address = with_language(&format!("{IMPORT}/{}", run.run), self.language);
        let undo = with_language(&format!("{IMPORT}/{}/undo", run.run), self.language);
        html! {
            li {
                a .name href=(address) { bdi { (run.file) } }
                span .detail { (run_counts(run, self.language)) }
                @if let Some(at) = &run.at {
                    time .when datetime=(at.timestamp()) { (self.language.date(at.date())) ", " (at.strftime("%H:%M").to_string()) }
                }
                @if run.is_taken_back {
                    span .tag { (self.language.choose("annulé", "undone")) }
                } @else {
                    form method="post" action=(undo) {
                        (hidden_language_field(self.language))
                        button .quiet type="submit" aria-label={ (self.language.choose("Annuler l’import de ", "Undo the import of ")) (run.file) } {
                            (self.language.choose("Annuler l’import", "Undo the import"))
                        }
                    }
                }
            }
        }
    }
}

/// Counts such as `38 nouvelles, 2 modifiées`.
fn run_counts(run: &ImportRunSummary, language: Language) -> String {
    let new = Noun {
        french: ("nouvelle", "nouvelles"),
        english: ("new", "new"),
    };
    let changed = Noun {
        french: ("modifiée", "modifiées"),
        english: ("changed", "changed"),
    };
    format!(
        "{}, {}",
        language.count(count(run.created), new),
        language.count(count(run.updated), changed)
    )
}
