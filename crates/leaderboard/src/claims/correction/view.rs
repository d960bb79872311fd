//! View of the correction form, with which the sender corrects or withdraws a claim.

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

/// Data of the page.
#[derive(Clone, Debug)]
pub struct CorrectionFormPage<'a> {
    /// Id of the submission.
    pub id: &'a str,
    /// Form values.
    pub sent: &'a CorrectionRequest,
    /// Field errors.
    pub complaints: &'a [FieldError],
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
        let mistakes: Vec<InvalidField<'_>> = (self.complaints.iter())
            .map(|complaint| InvalidField {
                control: complaint.field,
                message: &complaint.message,
            })
            .collect();
        let main = html! {
            div .narrow {
                h1 { "Correct your claim" }
                @match self.refusal {
                    Some(refusal) => (refused(refusal)),
                    None => {
                        @if !mistakes.is_empty() { (error_summary(&mistakes)) }
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
            address: &correction_address(self.id, &self.sent.signature),
            scripts: &[],
            main,
        })
    }

    fn form(&self) -> Markup {
        let sent = self.sent;
        html! {
            form .claim method="post" action=(correction_path(self.id)) {
                (self.hidden())
                (self.field("csm", "Your name", (&sent.csm, self.csms)))
                (self.field("company", "Company", (&sent.company, self.companies)))
                (self.field("integrations", "Integrations, separated by commas", (&sent.integrations, &[])))
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
        let sent = self.sent;
        html! {
            input type="hidden" name="signature" value=(sent.signature);
            input type="hidden" name="seen_csm" value=(sent.seen_csm);
            input type="hidden" name="seen_company" value=(sent.seen_company);
            input type="hidden" name="seen_integrations" value=(sent.seen_integrations);
        }
    }

    fn field(&self, name: &str, label: &str, (value, suggestions): (&str, &[String])) -> Markup {
        let complaint = self.complaints.iter().find(|complaint| complaint.field == name);
        let typed = FormValue {
            value: value.to_owned(),
            error: complaint.map(|complaint| complaint.message.clone()),
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

fn refused(refusal: CorrectionRefusal) -> Markup {
    html! {
        (alert(&html! {
            p {
                @match refusal {
                    CorrectionRefusal::NotYours => "This link does not allow it. Use the link on the receipt that you saw after sending the claim.",
                    CorrectionRefusal::TooLate => "A claim can be put right by whoever sent it for 15 minutes. They are over.",
                    CorrectionRefusal::Decided(status) => { "Staff have looked at this claim already: it is " (status) "." }
                }
            }
            p { "Ask staff: they correct the row, its status and its note in the spreadsheet. " a href=(CLAIMS) { "See the claims" } }
        }))
    }
}
