//! Form that changes the stage of a deal.

use maud::{Markup, html};

use super::{super::stage::Stage, words};
use crate::language::Language;

/// Select with the stages and a button; with JavaScript, choosing submits. `back` is the address to return to.
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
