//! View of the correction form, with which the sender corrects or withdraws a claim.

use std::borrow::Cow;

use jiff::{Timestamp, Zoned};
use maud::{Markup, html};
use web::{
    error::FieldError,
    page::{
        Frame, Page, date_time,
        field::{FormValue, Necessity, TextField},
        notice::{InvalidField, alert, error_summary},
    },
};

use crate::{
    claims::{correction::CorrectionRequest, submission::SubmissionStatus},
    routes::{CLAIMS, correction_address, correction_path},
};

/// Why a claim cannot be corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorrectionRefusal {
    /// The signature does not belong to this claim.
    NotYours,
    /// The 15 minutes have expired.
    TooLate,
    /// Staff have set the status.
    Decided(SubmissionStatus),
}

/// What to do when the form does not help.
pub const ASK_STAFF: &str = "Ask staff: they correct the row, its status and its note in the spreadsheet.";

impl CorrectionRefusal {
    /// Why nothing can be changed, in one or two sentences.
    pub fn message(self) -> Cow<'static, str> {
        match self {
            Self::NotYours => {
                "This link does not allow it. Use the link on the receipt that you saw after sending the claim.".into()
            }
            Self::TooLate => "A claim can be put right by whoever sent it for 15 minutes. They are over.".into(),
            Self::Decided(status) => format!("Staff have looked at this claim already: it is {status}.").into(),
        }
    }
}

/// Data of the page.
#[derive(Clone, Debug)]
pub struct CorrectionFormPage<'a> {
    /// Id of the submission.
    pub id: &'a str,
    /// Form values.
    pub request: &'a CorrectionRequest,
    /// Field errors.
    pub field_errors: &'a [FieldError],
    /// Why nothing can be changed; `None` when the claim can be corrected.
    pub refusal: Option<CorrectionRefusal>,
    /// Deadline for corrections.
    pub until: Option<Timestamp>,
    /// CSM names to suggest.
    pub csms: &'a [String],
    /// Companies to suggest.
    pub companies: &'a [String],
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl CorrectionFormPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let invalid_fields: Vec<InvalidField<'_>> = (self.field_errors.iter())
            .map(|field_error| InvalidField {
                control: &field_error.field,
                message: &field_error.message,
            })
            .collect();
        let main = html! {
            div .narrow {
                h1 { "Correct your claim" }
                @match self.refusal {
                    Some(refusal) => (refusal_alert(refusal)),
                    None => {
                        @if !invalid_fields.is_empty() { (error_summary(&invalid_fields)) }
                        @if let Some(until) = self.until {
                            p .lead { "You can put it right until " (date_time::clock_time(until, &self.now)) ". Afterwards staff can." }
                        }
                        (self.form())
                        (self.withdrawal())
                    }
                }
            }
        };
        frame.document(Page {
            title: "Correct your claim",
            address: &correction_address(self.id, &self.request.signature),
            scripts: &[],
            main,
        })
    }

    fn form(&self) -> Markup {
        let request = self.request;
        html! {
            form .claim method="post" action=(correction_path(self.id)) {
                (self.hidden())
                (self.field("csm", "Your name", &request.csm, self.csms))
                (self.field("company", "Company", &request.company, self.companies))
                (self.field("integrations", "Integrations, separated by commas", &request.integrations, &[]))
                p .ways { button .action type="submit" { "Save the correction" } }
            }
        }
    }

    fn withdrawal(&self) -> Markup {
        html! {
            form method="post" action=(correction_path(self.id)) {
                (self.hidden())
                input type="hidden" name="action" value="withdraw";
                p { "Or take the whole claim back: it stays in the list and earns nothing." }
                p .ways { button .quiet type="submit" { "Take it back" } }
            }
        }
    }

    fn hidden(&self) -> Markup {
        let request = self.request;
        html! {
            input type="hidden" name="signature" value=(request.signature);
            input type="hidden" name="seen_csm" value=(request.seen_csm);
            input type="hidden" name="seen_company" value=(request.seen_company);
            input type="hidden" name="seen_integrations" value=(request.seen_integrations);
        }
    }

    fn field(&self, name: &str, label: &str, value: &str, suggestions: &[String]) -> Markup {
        let field_error = self.field_errors.iter().find(|field_error| field_error.field == name);
        let typed = FormValue {
            value: value.to_owned(),
            error: field_error.map(|field_error| field_error.message.clone()),
        };
        TextField {
            name,
            label,
            hint: "",
            typed: &typed,
            suggestions,
            necessity: Necessity::Required,
            longest: None,
            autocomplete: "off",
        }
        .markup()
    }
}

fn refusal_alert(refusal: CorrectionRefusal) -> Markup {
    html! {
        (alert(&html! {
            p { (refusal.message()) }
            p { (ASK_STAFF) " " a href=(CLAIMS) { "See the claims" } }
        }))
    }
}
