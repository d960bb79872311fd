//! What the board says in prose: one sentence for each table, and what a submission did.

use jiff::Zoned;
use maud::{Markup, html};

use super::super::{
    claims::CreditedTo,
    effect::{CreditedElsewhere, Place, SubmissionEffect},
    new_claims::NewClaim,
    standings::{CsmStanding, ServiceStanding},
};
use crate::page::{
    moment,
    wording::{count, grouped, listing, ordinal, percentage},
};

/// Names beyond this number are counted instead of listed.
const MOST_NAMES: usize = 3;

/// Who leads: `Kate leads with 14 integrations, 3 ahead of Manny.` Expects the order of the board.
pub fn ranking(standings: &[CsmStanding]) -> String {
    let Some(first) = standings.first().filter(|first| first.integrations > 0) else {
        return "No credits in this period.".to_owned();
    };
    let leaders = level_with(standings, first);
    let amount = count(first.integrations, "integration", "integrations");
    if leaders.len() > 1 {
        return format!("{} lead with {amount} each.", people(&leaders));
    }
    let chasing = standings.get(1).filter(|second| second.integrations > 0);
    match chasing {
        None => format!("{} leads with {amount}; nobody else has a credit yet.", first.csm),
        Some(second) => format!(
            "{} leads with {amount}, {} ahead of {}.",
            first.csm,
            grouped(first.integrations - second.integrations),
            people(&level_with(&standings[1..], second))
        ),
    }
}

/// What is completed most: `GitHub is completed most: 9 companies, 22.5% of all credits.`
pub fn services(services: &[ServiceStanding]) -> String {
    let most = services.iter().map(|service| service.companies).max().unwrap_or(0);
    if most == 0 {
        return "No integration has a credit in this period.".to_owned();
    }
    let leaders: Vec<&ServiceStanding> = services.iter().filter(|service| service.companies == most).collect();
    let companies = count(most, "company", "companies");
    match leaders.as_slice() {
        [only] => format!(
            "{} is completed most: {companies}, {} of all credits.",
            only.integration,
            percentage(only.share_permille)
        ),
        several if several.len() <= MOST_NAMES => {
            let names: Vec<&str> = several.iter().map(|service| service.integration.as_str()).collect();
            format!("{} are completed most: {companies} each.", listing(&names))
        }
        several => format!("{} integrations share the top: {companies} each.", several.len()),
    }
}

/// What was recorded: `+2 for Manny (GitHub, Cursor).`
pub fn credit(effect: &SubmissionEffect) -> String {
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

/// What whoever watches hears: `Kate: +2 at Acme (GitHub, Cursor).`
pub fn new_claim(claim: &NewClaim) -> String {
    let NewClaim {
        csm, company, credited, ..
    } = claim;
    if credited.is_empty() {
        return format!("{csm}: a claim at {company}, nothing new to credit.");
    }
    format!("{csm}: +{} at {company} ({}).", credited.len(), credited.join(", "))
}

/// What was not credited, and why; one sentence for each reason and holder.
pub fn remainder(effect: &SubmissionEffect) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut rest: Vec<&CreditedElsewhere> = effect.already_theirs.iter().collect();
    while let Some(holder) = rest.first().map(|claim| claim.credited_to.csm.clone()) {
        let (theirs, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|claim| claim.credited_to.csm == holder);
        let names: Vec<&str> = theirs.iter().map(|claim| claim.integration.as_str()).collect();
        sentences.push(format!(
            "{} {} already credited to {holder}.",
            listing(&names),
            was(&names)
        ));
        rest = others;
    }
    if !effect.already_yours.is_empty() {
        let names = &effect.already_yours;
        sentences.push(format!("{} {} already yours.", listing(names), was(names)));
    }
    if !effect.counted_apart.is_empty() {
        let names = &effect.counted_apart;
        let verb = if names.len() == 1 { "is" } else { "are" };
        sentences.push(format!(
            "{} {verb} not in the catalog and counted apart.",
            listing(names)
        ));
    }
    sentences
}

/// Where the CSM stands now: `You are 2nd, 3 points behind Kate.`
pub fn place(place: &Place) -> String {
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

/// Who holds a credit since when: `credited to Kate, 3 March`.
pub fn credited_to(credited: &CreditedTo, now: &Zoned) -> Markup {
    html! { "credited to " (credited.csm) ", " (moment::day_element(credited.at, now)) }
}

fn level_with<'a>(standings: &'a [CsmStanding], first: &CsmStanding) -> Vec<&'a str> {
    standings
        .iter()
        .take_while(|standing| standing.integrations == first.integrations)
        .map(|standing| standing.csm.as_str())
        .collect()
}

fn people(names: &[&str]) -> String {
    if names.len() > MOST_NAMES {
        format!("{} people", names.len())
    } else {
        listing(names)
    }
}

fn was<Name>(names: &[Name]) -> &'static str {
    if names.len() == 1 { "was" } else { "were" }
}
