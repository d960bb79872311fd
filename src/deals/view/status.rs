//! The small form that moves a deal to another stage.

use maud::{Markup, html};

use super::{super::stage::Stage, words};
use crate::language::Language;

/// A select with the stages and a button; with script, choosing is enough. `back` is where the answer leads.
pub fn status_form(id: u64, current: Stage, (stages, back): (&[Stage], &str), language: Language) -> Markup {
    html! {
        form .stage-form method="post" action={ "/deals/" (id) "/status" } data-stage {
            input type="hidden" name="seen_statut" value=(current);
            input type="hidden" name="lang" value=(language.code());
            input type="hidden" name="back" value=(back);
            label .unseen for={ "statut-" (id) } { (language.choose("Statut", "Status")) }
            select id={ "statut-" (id) } name="statut" {
                @for stage in stages {
                    option value=(stage) selected[*stage == current] { (words::stage(*stage, language)) }
                }
            }
            button .quiet type="submit" { (language.choose("Changer", "Change")) }
        }
    }
}
