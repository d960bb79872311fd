//! View of the form's own page, with errors.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page,
    notice::{alert, error_summary},
};

use crate::{assets, claims::form::fields::SubmitForm, routes::submit_address};

/// Data of the page.
#[derive(Clone, Debug)]
pub struct SubmitPage {
    /// Form with its values and errors.
    pub form: SubmitForm,
    /// Why a valid form was not recorded; `None` without a problem.
    pub problem: Option<SubmitProblem>,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

/// Why a valid form was not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmitProblem {
    /// The spreadsheet is unreachable.
    Unreachable {
        /// Cause in a sentence, such as `Google Sheets did not answer within 20 seconds.`
        cause: String,
    },
    /// The form was filled in by a bot, or faster than a person can.
    TooFast,
    /// A name is similar to a known one; the form asks which is meant.
    NameUnclear,
}

impl SubmitPage {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let invalid_fields = self.form.invalid_fields();
        let title = if invalid_fields.is_empty() && self.problem.is_none() {
            "Claim integrations"
        } else {
            "Not recorded: Claim integrations"
        };
        let main = html! {
            div .narrow {
                h1 { "Claim integrations" }
                @if let Some(problem) = &self.problem { (problem_alert(problem)) }
                @if !invalid_fields.is_empty() { (error_summary(&invalid_fields)) }
                p { "Each integration of a company is credited once, to whoever claimed it first." }
                div .panel { (self.form.markup(&self.now)) }
            }
        };
        let typed = |value: &str| (!value.is_empty()).then(|| value.to_owned());
        let (csm, company) = (typed(&self.form.csm.value), typed(&self.form.company.value));
        frame.document(Page {
            title,
            address: &submit_address(csm.as_deref(), company.as_deref()),
            scripts: &[&assets::FORM_SCRIPT],
            main,
        })
    }
}

fn problem_alert(problem: &SubmitProblem) -> Markup {
    alert(&html! {
        h2 { "NOT recorded" }
        @match problem {
            SubmitProblem::Unreachable { cause } => {
                p { (cause) " Everything you entered is still here." }
                p { "Press Record again in a moment. It is safe: the same form never counts twice." }
            }
            SubmitProblem::NameUnclear => {
                p { "Everything you entered is still here. A name looks like one that is known: say below who is meant, and press Record." }
            }
            SubmitProblem::TooFast => {
                p { "That was quicker than we expect of a person. Everything you entered is still here." }
                p { "Press Record again." }
            }
        }
    })
}
