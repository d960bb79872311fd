//! What a submission did, said at once.

use jiff::Zoned;
use maud::{Markup, html};

use super::{
    super::{claims::Wanted, effect::SubmissionEffect},
    address::{BOARD, ClaimsFilter, submit_address},
    doors::{Counts, plain, told},
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
                h1 { "Recorded. " (credit(effect)) }
                (self.tally())
                @if !remainder.is_empty() { p { bdi { (remainder.join(" ")) } } }
                @if let Some(place) = &effect.place { p .place { (plain("place", &html! { (sentences::place(place)) })) } }
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

/// What [`sentences::credit`] says, with the count as a door.
fn credit(effect: &SubmissionEffect) -> Markup {
    if !effect.status.counts() || effect.credited.is_empty() {
        return html! { bdi { (sentences::credit(effect)) } };
    }
    let address = ClaimsFilter::default()
        .of_submission(&effect.id)
        .that_are(Wanted::Credited)
        .address();
    html! {
        (told(Counts::Claims, &address, &format!("+{}", effect.credited.len()))) " for " bdi { (effect.csm) }
        " (" bdi { (effect.credited.join(", ")) } ")."
    }
}
