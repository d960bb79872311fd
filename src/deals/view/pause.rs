//! Snooze form of a deal.

use maud::{Markup, html};

use super::super::pause::Pause;
use crate::{error::FieldError, language::Language, page::field::error_line};

/// Snooze form of a deal.
#[derive(Clone, Debug, Default)]
pub struct PauseForm {
    /// Active snooze.
    pub in_force: Option<Pause>,
    /// Day as typed.
    pub until: String,
    /// Reason as typed.
    pub reason: String,
    /// Errors of the fields.
    pub complaints: Vec<FieldError>,
}

impl PauseForm {
    /// Section of the page. `query` is the query string of the page.
    pub fn markup(&self, id: u64, query: &str, language: Language) -> Markup {
        html! {
            section #pause {
                h2 { (language.choose("Pause", "Pause")) }
                @match &self.in_force {
                    Some(pause) => { (in_force(id, pause, query, language)) }
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

fn in_force(id: u64, pause: &Pause, query: &str, language: Language) -> Markup {
    let until = language.date(pause.until);
    html! {
        p {
            (language.choose("En pause jusqu’au ", "Set aside until ")) strong { (until) }
            @if !pause.reason.is_empty() { (language.choose("\u{a0}: ", ": ")) bdi { (pause.reason) } }
            "."
        }
        form method="post" action={ "/deals/" (id) "/pause" (query) } data-once {
            input type="hidden" name="lift" value="yes";
            button .quiet type="submit" { (language.choose("Lever la pause", "Take it up again")) }
        }
    }
}
