//! What a submission did, said at once.

use jiff::Zoned;
use maud::{Markup, html};

use super::{
    super::effect::SubmissionEffect,
    address::{BOARD, ClaimsFilter, submit_address},
    sentences,
};
use crate::page::{Frame, Page, chart, moment::stamp_element};

/// Everything the receipt shows.
#[derive(Clone, Debug)]
pub struct ReceiptPage<'a> {
    /// What the submission did.
    pub effect: &'a SubmissionEffect,
    /// Path and query of this page.
    pub address: &'a str,
    /// The present instant in the configured time zone.
    pub now: Zoned,
}

impl ReceiptPage<'_> {
    /// The whole document.
    pub fn document(&self, frame: &Frame) -> String {
        let effect = self.effect;
        let remainder = sentences::remainder(effect);
        let main = html! {
            article .message.receipt {
                // The space keeps the two apart where the page is read as text.
                h1 { "Recorded." } " "
                p .lead { (sentences::credit(effect)) }
                (self.tally())
                @if !remainder.is_empty() { p { (remainder.join(" ")) } }
                @if let Some(place) = &effect.place { p .place { (sentences::place(place)) } }
                p .ways {
                    a .action href=(submit_address(Some(&effect.csm), None)) { "Another customer" }
                    " " a .quiet href=(BOARD) { "See the board" }
                }
                p .hint {
                    bdi { (effect.company) } ", " (stamp_element(effect.submitted_at, &self.now)) ". "
                    a href=(ClaimsFilter::default().of_company(&effect.company).address()) { "See the rows of this company" }
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

    fn tally(&self) -> Markup {
        let Some(place) = &self.effect.place else {
            return html! {};
        };
        let fresh = u32::try_from(self.effect.credited.len()).unwrap_or(u32::MAX);
        chart::tally(place.integrations, fresh)
    }
}
