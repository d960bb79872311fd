//! Views of disputes: the list, and the form for a new one.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    Frame, Page, date_time,
    field::{FormValue, Necessity, TextField, error_line, search_field},
    notice::{InvalidField, error_summary},
    table::{cell, number, row, table, text},
};

use crate::{
    claims::{form::validation::MAX_CSM_LENGTH, list::link::ClaimsLink},
    disputes::{
        Dispute, DisputeStatus,
        new_dispute::{DisputableClaim, HeldCredit, MAX_REASON_LENGTH},
    },
    routes::{DISPUTES, dispute_address, held_credit_address, with_query},
    ui::messages,
};

/// Data of the list.
#[derive(Clone, Debug)]
pub struct DisputesPage<'a> {
    /// Disputes, newest first.
    pub disputes: &'a [&'a Dispute],
    /// CSM whose disputes are shown; `None` for all.
    pub csm: Option<&'a str>,
    /// CSM names to suggest.
    pub csms: &'a [String],
    /// Address of the spreadsheet tab.
    pub tab: String,
    /// Path and query of the page.
    pub address: &'a str,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl DisputesPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let main = html! {
            h1 { "Disputes" }
            p .lead { "A claim that was credited to somebody else can be disputed. Both see it here, and staff decide." }
            p .hint { "Staff answer with status and note " a href=(self.tab) { "in the spreadsheet" } "." }
            (self.filter())
            @if self.disputes.is_empty() { p .nothing { (self.nothing()) } } @else { div .claims { (self.table()) } }
        };
        frame.document(Page {
            title: "Disputes",
            address: self.address,
            scripts: &[],
            main,
        })
    }

    fn nothing(&self) -> String {
        match self.csm {
            Some(csm) => format!("No dispute concerns {csm}."),
            None => "Nobody disputes anything.".to_owned(),
        }
    }

    fn filter(&self) -> Markup {
        html! {
            form .filter method="get" action=(DISPUTES) role="search" aria-label="Disputes" {
                (search_field(("csm", "CSM"), self.csm, self.csms))
                p .ways {
                    button .quiet type="submit" { "Filter" }
                    @if self.csm.is_some() { a href=(DISPUTES) { "Clear" } }
                }
            }
        }
    }

    fn table(&self) -> Markup {
        let columns = [
            text("Made"),
            text("By"),
            text("Company and integration"),
            text("Reason"),
            text("Staff say"),
            number("In the sheet"),
        ];
        let rows: Vec<Markup> = self.disputes.iter().map(|dispute| self.row(dispute)).collect();
        table("Disputes", &columns, &rows)
    }

    fn row(&self, dispute: &Dispute) -> Markup {
        let claims = ClaimsLink::default()
            .of_company(&dispute.company)
            .of_integration(&dispute.integration);
        let cells = [
            cell(
                "detail when",
                html! { @if let Some(at) = dispute.at { (date_time::timestamp_element(at, &self.now)) } },
            ),
            cell("name", html! { bdi { (dispute.csm) } }),
            cell(
                "company",
                html! {
                    a href=(claims.address()) { bdi { (dispute.integration) } " at " bdi { (dispute.company) } }
                    " " small { "credited to " bdi { (dispute.credited_to) } }
                },
            ),
            cell("what", html! { bdi { (dispute.reason) } }),
            cell("state", answer(dispute)),
            cell(
                "number link",
                html! { a href=(dispute.link) { "Row" span .unseen { " of the dispute" } } },
            ),
        ];
        row(1, &cells)
    }
}

fn answer(dispute: &Dispute) -> Markup {
    html! {
        @match dispute.status {
            DisputeStatus::Open => span .tag { "open" },
            status => { strong { (status.as_str()) } }
        }
        @if !dispute.note.is_empty() { " " bdi { (dispute.note) } }
    }
}

/// The form for a new dispute.
#[derive(Clone, Debug)]
pub struct DisputeForm<'a> {
    /// Disputed credit.
    pub credit: &'a HeldCredit,
    /// CSM who disputes it.
    pub claimant: Claimant<'a>,
    /// Reason as typed.
    pub reason: FormValue,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

/// CSM who disputes a credit.
#[derive(Clone, Debug)]
pub enum Claimant<'a> {
    /// CSM of an existing claim.
    Of(&'a DisputableClaim),
    /// CSM whose claim is made together with the dispute.
    Asked {
        /// CSM name as typed.
        csm: FormValue,
        /// Idempotency key, the same for every retry.
        key: String,
        /// CSM names to suggest.
        csms: &'a [String],
    },
}

impl DisputeForm<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let credit = self.credit;
        let invalid_fields = self.invalid_fields();
        let main = html! {
            div .narrow {
                h1 { "Dispute a credit" }
                @if !invalid_fields.is_empty() { (error_summary(&invalid_fields)) }
                p .lead { bdi { (credit.integration) } " at " bdi { (credit.company) } ": already " (messages::credited_to_phrase(&credit.credited_to, &self.now)) "." }
                form .claim method="post" action=(DISPUTES) {
                    input type="hidden" name="integration" value=(credit.integration);
                    (self.claimant_field())
                    (self.reason_field())
                    p .ways { button .action type="submit" { "Dispute" } a href=(ClaimsLink::default().of_company(&credit.company).address()) { "Back to the claims" } }
                }
            }
        };
        frame.document(Page {
            title: "Dispute a credit",
            address: &self.address(),
            scripts: &[],
            main,
        })
    }

    fn address(&self) -> String {
        match &self.claimant {
            Claimant::Of(claim) => dispute_address(&claim.claim, &self.credit.integration),
            Claimant::Asked { csm, .. } => {
                held_credit_address(&self.credit.company, &self.credit.integration, Some(&csm.value))
            }
        }
    }

    fn invalid_fields(&self) -> Vec<InvalidField<'_>> {
        let csm = match &self.claimant {
            Claimant::Of(_) => None,
            Claimant::Asked { csm, .. } => csm.error.as_deref(),
        };
        [("csm", csm), ("reason", self.reason.error.as_deref())]
            .into_iter()
            .filter_map(|(control, message)| message.map(|message| InvalidField { control, message }))
            .collect()
    }

    fn claimant_field(&self) -> Markup {
        html! {
            @match &self.claimant {
                Claimant::Of(claim) => { input type="hidden" name="claim" value=(claim.claim); }
                Claimant::Asked { csm, key, csms } => {
                    input type="hidden" name="company" value=(self.credit.company);
                    input type="hidden" name="key" value=(key);
                    (TextField {
                        name: "csm",
                        label: "Your name",
                        hint: "Your claim is recorded with the dispute.",
                        typed: csm,
                        suggestions: csms,
                        necessity: Necessity::Required,
                        longest: Some(MAX_CSM_LENGTH),
                        autocomplete: "name",
                    }
                    .markup())
                }
            }
        }
    }

    fn reason_field(&self) -> Markup {
        let error = self.reason.error.as_deref();
        let described = error.map_or("reason-hint", |_| "reason-error reason-hint");
        let question_text = match &self.claimant {
            Claimant::Of(claim) => format!("Why should it be {}’s?", claim.csm),
            Claimant::Asked { .. } => "Why should it be yours?".to_owned(),
        };
        html! {
            div .field {
                label for="reason" { (question_text) }
                p .hint #reason-hint { "Staff and " (self.credit.credited_to.csm) " read it." }
                (error_line("reason", error))
                textarea #reason name="reason" rows="5" required maxlength=(MAX_REASON_LENGTH) aria-describedby=(described)
                    aria-invalid=[error.map(|_| "true")] { (self.reason.value) }
            }
        }
    }
}

/// For a claim credited to another CSM: its dispute, or a link to the form. Empty for a row without an id, which cannot
/// be referenced.
pub(crate) fn dispute_link(disputes: &[Dispute], claim: &str, integration: &str) -> Markup {
    let known = disputes
        .iter()
        .find(|dispute| dispute.is_about_claim(claim, integration));
    html! {
        @match known {
            Some(known) => { " " a href=(with_query(DISPUTES, &[("csm", &known.csm)])) { "disputed, " (known.status.as_str()) } }
            None if claim.is_empty() => {}
            None => { " " a .onward href=(dispute_address(claim, integration)) { "Dispute" span .unseen { " the credit for " (integration) } } }
        }
    }
}

/// For a claim that holds a credit: the CSMs who dispute it.
pub(crate) fn disputed_by(disputes: &[Dispute], company: &str, integration: &str) -> Markup {
    html! {
        @for dispute in disputes.iter().filter(|dispute| dispute.is_about_credit(company, integration)) {
            " " small { a href=(with_query(DISPUTES, &[("csm", &dispute.csm)])) { "disputed by " (dispute.csm) ", " (dispute.status.as_str()) } }
        }
    }
}
