//! Views of the actions on a deal: deletion, snooze, change of stage.

use domain::language::Language;
use maud::{Markup, html};
use web::{
    error::FieldError,
    page::{Frame, Page, field::error_line, notice::alert},
};

use crate::{
    assets,
    deal::{response::DealResponse, snooze::DealSnooze, stage::DealStage},
    editing::{form::view::hidden_fields, input::DealInput},
    text::labels,
};

/// Page that asks for confirmation of a deletion.
#[derive(Clone, Debug)]
pub struct DeletionPage {
    /// The deal.
    pub deal: DealResponse,
    /// Id of the deal.
    pub id: u64,
    /// Values the person sees, sent back as seen.
    pub seen: DealInput,
    /// Error of a previous attempt.
    pub trouble: Option<String>,
    /// Filter, as a query string with its question mark.
    pub query: String,
}

impl DeletionPage {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let language = frame.language;
        let title = language.choose("Supprimer cette affaire\u{a0}?", "Delete this deal?");
        let address = format!("/deals/{}/delete{}", self.id, self.query);
        let main = html! {
            div .narrow.deal {
                h1 { (title) }
                @if let Some(trouble) = &self.trouble { (alert(&html! { p { (trouble) } })) }
                p .lead {
                    bdi { (self.deal.client) } " · " (labels::stage_label(self.deal.statut, language)) " · " (language.money(self.deal.montant_brut))
                }
                p { (language.choose(
                    "La ligne est retirée du tableur. Vous pourrez annuler : ses valeurs restent dans le journal, celles de vos propres colonnes aussi, mais sans être rétablies.",
                    "The row is taken out of the spreadsheet. You can undo it: its values stay in the log; those of your own columns too, but they are not brought back.",
                )) }
                form .claim method="post" action=(address) data-once {
                    (hidden_fields(&self.seen, "seen_"))
                    p .send {
                        button .action.danger type="submit" { (language.choose("Supprimer", "Delete")) }
                        a .quiet href={ "/deals/" (self.id) (self.query) } { (language.choose("Garder", "Keep")) }
                    }
                }
            }
        };
        frame.document(Page {
            title,
            address: &address,
            scripts: &[&assets::FORM_SCRIPT],
            main,
        })
    }
}

/// Snooze form of a deal.
#[derive(Clone, Debug, Default)]
pub struct DealSnoozeForm {
    /// Active snooze.
    pub active: Option<DealSnooze>,
    /// Day as typed.
    pub until: String,
    /// Reason as typed.
    pub reason: String,
    /// Errors of the fields.
    pub complaints: Vec<FieldError>,
}

impl DealSnoozeForm {
    /// Section of the page. `query` is the query string of the page.
    pub fn markup(&self, id: u64, query: &str, language: Language) -> Markup {
        html! {
            section #pause {
                h2 { (language.choose("Pause", "Pause")) }
                @match &self.active {
                    Some(snooze) => { (active_snooze(id, snooze, query, language)) }
                    None => {
                        details .pause open[!self.complaints.is_empty()] {
                            summary { (language.choose("Mettre en pause jusqu’au…", "Set aside until…")) }
                            (self.form(id, query, language))
                        }
                    }
                }
            }
        }
    }

    fn form(&self, id: u64, query: &str, language: Language) -> Markup {
        let error = |field: &str| {
            let complaint = self.complaints.iter().find(|complaint| complaint.field == field);
            complaint.map(|complaint| complaint.message.as_str())
        };
        html! {
            form .claim method="post" action={ "/deals/" (id) "/pause" (query) } data-once {
                div .field {
                    label for="until" { (language.choose("Jusqu’au (inclus)", "Until (included)")) }
                    (error_line("until", error("until")))
                    input #until type="date" name="until" value=(self.until) required aria-invalid=[error("until").map(|_| "true")];
                }
                div .field {
                    label for="reason" { (language.choose("Motif", "Reason")) }
                    (error_line("reason", error("reason")))
                    input #reason type="text" name="reason" value=(self.reason) maxlength="200" autocomplete="off";
                }
                p { button .quiet type="submit" { (language.choose("Mettre en pause", "Set aside")) } }
            }
        }
    }
}

fn active_snooze(id: u64, snooze: &DealSnooze, query: &str, language: Language) -> Markup {
    let until = language.date(snooze.until);
    html! {
        p {
            (language.choose("En pause jusqu’au ", "Set aside until ")) strong { (until) }
            @if !snooze.reason.is_empty() { (language.choose("\u{a0}: ", ": ")) bdi { (snooze.reason) } }
            "."
        }
        form method="post" action={ "/deals/" (id) "/pause" (query) } data-once {
            input type="hidden" name="lift" value="yes";
            button .quiet type="submit" { (language.choose("Lever la pause", "Take it up again")) }
        }
    }
}

/// Select with the stages and a button; with JavaScript, choosing submits. `back` is the address to return to.
pub fn status_form(id: u64, current: DealStage, stages: &[DealStage], back: &str, language: Language) -> Markup {
    html! {
        form .stage-form method="post" action={ "/deals/" (id) "/status" } data-stage {
            input type="hidden" name="seen_statut" value=(current);
            input type="hidden" name="lang" value=(language.code());
            input type="hidden" name="back" value=(back);
            label .unseen for={ "statut-" (id) } { (language.choose("Statut", "Status")) }
            select id={ "statut-" (id) } name="statut" {
                @for stage in stages {
                    option value=(stage) selected[*stage == current] { (labels::stage_label(*stage, language)) }
                }
            }
            button .quiet type="submit" { (language.choose("Changer", "Change")) }
        }
    }
}
