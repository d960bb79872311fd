//! Messages about the outcome of a submission.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    date_time,
    formatting::{count, join_names, ordinal},
};

use crate::{
    claims::{
        list::CreditedTo,
        receipt::outcome::{CreditedElsewhere, RankPlace, SubmissionOutcome},
    },
    live::new_claims::NewClaim,
};

/// Credits of the submission: `+2 for Manny (GitHub, Cursor).`
pub fn credit_sentence(effect: &SubmissionOutcome) -> String {
    if !effect.status.counts() {
        return format!("Since then it was {}: it earns nothing.", effect.status);
    }
    if effect.credited.is_empty() {
        return format!("Nothing new to credit to {} this time.", effect.csm);
    }
    format!(
        "+{} for {} ({}).",
        effect.credited.len(),
        effect.csm,
        effect.credited.join(", ")
    )
}

/// Announcement to viewers: `Kate: +2 at Acme (GitHub, Cursor).`
pub fn new_claim_sentence(claim: &NewClaim) -> String {
    let NewClaim {
        csm, company, credited, ..
    } = claim;
    if credited.is_empty() {
        return format!("{csm}: a claim at {company}, nothing new to credit.");
    }
    format!("{csm}: +{} at {company} ({}).", credited.len(), credited.join(", "))
}

/// Claims without a credit; one sentence for each reason and holder.
pub fn remainder_sentences(effect: &SubmissionOutcome) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut rest: Vec<&CreditedElsewhere> = effect.already_theirs.iter().collect();
    while let Some(holder) = rest.first().map(|claim| claim.credited_to.csm.clone()) {
        let (theirs, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|claim| claim.credited_to.csm == holder);
        let names: Vec<&str> = theirs.iter().map(|claim| claim.integration.as_str()).collect();
        sentences.push(format!(
            "{} {} already credited to {holder}.",
            join_names(&names),
            was(&names)
        ));
        rest = others;
    }
    if !effect.already_yours.is_empty() {
        let names = &effect.already_yours;
        sentences.push(format!("{} {} already yours.", join_names(names), was(names)));
    }
    if !effect.counted_apart.is_empty() {
        let names = &effect.counted_apart;
        let verb = if names.len() == 1 { "is" } else { "are" };
        sentences.push(format!(
            "{} {verb} not in the catalog and counted apart.",
            join_names(names)
        ));
    }
    sentences
}

/// Current rank: `You are 2nd, 3 points behind Kate.`
pub fn place_sentence(place: &RankPlace) -> String {
    let rank = ordinal(place.rank);
    let standing = if place.tied {
        format!("You share {rank} place")
    } else {
        format!("You are {rank}")
    };
    match &place.behind {
        Some(gap) => {
            let points = count(gap.points, "point", "points");
            format!("{standing}, {points} behind {}.", gap.csm)
        }
        None => format!("{standing}."),
    }
}

/// Holder of a credit: `credited to Kate, 3 March`.
pub fn credited_to_phrase(credited: &CreditedTo, now: &Zoned) -> Markup {
    html! { "credited to " bdi { (credited.csm) } ", " (date_time::day_element(credited.at, now)) }
}

fn was<Name>(names: &[Name]) -> &'static str {
    if names.len() == 1 { "was" } else { "were" }
}
