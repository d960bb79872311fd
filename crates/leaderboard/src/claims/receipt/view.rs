//! View of the receipt: the outcome of a submission.

use jiff::{Timestamp, Zoned};
use maud::{Markup, html};
use web::page::{
    Frame, Page, chart,
    date_time::{self, timestamp_element},
};

use crate::{
    claims::{
        list::{OutcomeFilter, link::ClaimsLink},
        receipt::outcome::SubmissionOutcome,
    },
    routes::{BOARD, dispute_address, submit_address},
    ui::{
        drill_down::{CountedQuantity, drill_down_text, plain_figure},
        messages,
    },
};

/// Data of the receipt.
#[derive(Clone, Debug)]
pub struct ReceiptPage<'a> {
    /// Outcome of the submission.
    pub effect: &'a SubmissionOutcome,
    /// Path and query of this page.
    pub address: &'a str,
    /// Address of the correction form and its deadline.
    pub correction: Option<(String, Timestamp)>,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl ReceiptPage<'_> {
    /// Renders the document.
    pub fn document(&self, frame: &Frame) -> String {
        let effect = self.effect;
        let remainder = messages::remainder_sentences(effect);
        let main = html! {
            article .message.receipt {
                h1 { "Recorded. " (credit(effect)) }
                (self.tally())
                @if !remainder.is_empty() { p { bdi { (remainder.join(" ")) } } }
                (self.disputable())
                @if let Some(place) = &effect.place { p .place { (plain_figure("place", &html! { (messages::place_sentence(place)) })) } }
                p .ways {
                    a .action href=(submit_address(Some(&effect.csm), None)) { "Another customer" }
                    " " a .quiet href=(BOARD) { "See the board" }
                }
                @if let Some((address, until)) = &self.correction {
                    p .hint { "Something wrong? " a href=(address) { "Correct it" } " until " (date_time::clock_time(*until, &self.now)) "." }
                }
                p .hint {
                    bdi { (effect.company) } ", " (timestamp_element(effect.submitted_at, &self.now)) ". "
                    a href=(ClaimsLink::default().of_company(&effect.company).address()) { "See the rows of this company" }
                }
            }
        };
        frame.document(Page {
            title: "Recorded",
            address: self.address,
            scripts: &[],
            main,
        })
    }

    /// Integrations credited to other CSMs, each with a link to a dispute.
    fn disputable(&self) -> Markup {
        let effect = self.effect;
        html! {
            @if !effect.already_theirs.is_empty() && !effect.id.is_empty() {
                ul .lines {
                    @for claim in &effect.already_theirs {
                        li {
                            (claim.integration) ": already " (messages::credited_to_phrase(&claim.credited_to, &self.now)) " "
                            a href=(dispute_address(&effect.id, &claim.integration)) { "Dispute" span .unseen { " the credit for " (claim.integration) } }
                        }
                    }
                }
            }
        }
    }

    fn tally(&self) -> Markup {
        let Some(place) = &self.effect.place else {
            return html! {};
        };
        let fresh = u32::try_from(self.effect.credited.len()).unwrap_or(u32::MAX);
        chart::tally(place.integrations, fresh)
    }
}

/// [`credit`](crate::ui::messages::credit_sentence) with a linked count.
fn credit(effect: &SubmissionOutcome) -> Markup {
    if !effect.status.counts() || effect.credited.is_empty() {
        return html! { bdi { (messages::credit_sentence(effect)) } };
    }
    let address = ClaimsLink::default()
        .of_submission(&effect.id)
        .with_outcome(OutcomeFilter::Credited)
        .address();
    html! {
        (drill_down_text(CountedQuantity::Claims, &address, &format!("+{}", effect.credited.len()))) " for " bdi { (effect.csm) }
        " (" bdi { (effect.credited.join(", ")) } ")."
    }
}
