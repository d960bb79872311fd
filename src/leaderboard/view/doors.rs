//! Numbers as doors: each count leads to the rows behind it.
//!
//! A count is a link with `data-counts`, which says what of the rows behind the link adds up to it; any other number, such
//! as a rank or a day, stands in an element with `data-figure`, a `time` or a `bdi` (a name). In a table the header of the
//! column says it once for all its cells. So a test finds every number on a page, follows each count and adds its rows up
//! again, and a number that is neither is found out.

use maud::{Markup, html};

use super::{
    super::{
        claims::Wanted,
        standings::{CsmStanding, ServiceStanding},
    },
    address::ClaimsFilter,
};
use crate::page::wording::{count, grouped, listing, percentage};

/// Names beyond this number are counted instead of listed.
const MOST_NAMES: usize = 3;

/// What of the rows behind a link adds up to its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// The claims that are listed.
    Claims,
    /// The rows that are listed.
    Rows,
    /// The companies of the claims that are listed.
    Companies,
    /// The CSMs of the claims that are listed.
    Csms,
    /// The findings that are listed.
    Findings,
    /// The companies of a matrix.
    MatrixRows,
    /// What is to win in a matrix.
    MatrixOpen,
    /// The boxes of a form that can still be ticked.
    Boxes,
    /// The points of the claims that earned them in a contest.
    Points,
    /// The claims that earned points in a contest.
    Earnings,
    /// The companies of the claims that earned points in a contest.
    EarningCompanies,
}

impl Counts {
    /// What it is called in `data-counts`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Claims => "claims",
            Self::Rows => "rows",
            Self::Companies => "companies",
            Self::Csms => "csms",
            Self::Findings => "findings",
            Self::MatrixRows => "matrix-rows",
            Self::MatrixOpen => "matrix-open",
            Self::Boxes => "boxes",
            Self::Points => "points",
            Self::Earnings => "earnings",
            Self::EarningCompanies => "earning-companies",
        }
    }
}

/// A count that leads to its rows.
pub(super) fn door(counts: Counts, address: &str, content: &Markup) -> Markup {
    html! { a data-counts=(counts.name()) href=(address) { (content) } }
}

/// The same within a sentence.
pub(super) fn told(counts: Counts, address: &str, words: &str) -> Markup {
    door(counts, address, &html! { (words) })
}

/// The same in a table, whose column says what it counts; its noun is read aloud, and shown where the column headers are
/// not.
pub(super) fn figure(address: &str, value: u32, (one, many): (&str, &str)) -> Markup {
    let noun = if value == 1 { one } else { many };
    html! { a href=(address) { (grouped(value)) span { " " (noun) } } }
}

/// A number that counts no rows: a rank, a share, a difference, a day.
pub(super) fn plain(what: &str, content: &Markup) -> Markup {
    html! { span data-figure=(what) { (content) } }
}

/// Who leads within `filter`: `Kate leads with 14 integrations, 3 ahead of Manny.` Expects the order of the board.
pub(super) fn ranking(standings: &[CsmStanding], filter: &ClaimsFilter) -> Markup {
    let Some(first) = standings.first().filter(|first| first.integrations > 0) else {
        return html! { "No credits in this period." };
    };
    let address = filter.clone().of_csm(&first.csm).that_are(Wanted::Credited).address();
    let amount = count(first.integrations, "integration", "integrations");
    let amount = told(Counts::Claims, &address, &amount);
    let leaders = level_with(standings, first);
    if leaders.len() > 1 {
        return html! { (people(&leaders)) " lead with " (amount) " each." };
    }
    match standings.get(1).filter(|second| second.integrations > 0) {
        None => html! { (people(&leaders)) " leads with " (amount) "; nobody else has a credit yet." },
        Some(second) => {
            let ahead = plain(
                "difference",
                &html! { (grouped(first.integrations - second.integrations)) },
            );
            html! { (people(&leaders)) " leads with " (amount) ", " (ahead) " ahead of " (people(&level_with(&standings[1..], second))) "." }
        }
    }
}

/// What is completed most: `GitHub is completed most: 9 companies, 22.5% of all credits.`
pub(super) fn services(services: &[ServiceStanding], filter: &ClaimsFilter) -> Markup {
    let most = services.iter().map(|service| service.companies).max().unwrap_or(0);
    let leaders: Vec<&ServiceStanding> = services.iter().filter(|service| service.companies == most).collect();
    let Some(first) = leaders.first().filter(|_| most > 0) else {
        return html! { "No integration has a credit in this period." };
    };
    let address = completed(first, filter);
    let companies = told(Counts::Companies, &address, &count(most, "company", "companies"));
    let names: Vec<&str> = leaders.iter().map(|service| service.integration.as_str()).collect();
    match names.as_slice() {
        [only] => html! {
            bdi { (only) } " is completed most: " (companies) ", "
            (plain("share", &html! { (percentage(first.share_permille)) })) " of all credits."
        },
        several if several.len() <= MOST_NAMES => {
            html! { bdi { (listing(several)) } " are completed most: " (companies) " each." }
        }
        several => {
            let amount = plain("ties", &html! { (several.len()) });
            html! { (amount) " integrations share the top: " (companies) " each." }
        }
    }
}

/// The claims that hold the credits for an integration.
pub(super) fn completed(service: &ServiceStanding, filter: &ClaimsFilter) -> String {
    use super::super::standings::ServiceKind;
    let outcome = match service.kind {
        ServiceKind::OutsideCatalog => Wanted::CountedApart,
        ServiceKind::Offered | ServiceKind::Retired => Wanted::Credited,
    };
    filter
        .clone()
        .of_integration(&service.integration)
        .that_are(outcome)
        .address()
}

fn level_with<'a>(standings: &'a [CsmStanding], first: &CsmStanding) -> Vec<&'a str> {
    let level = standings
        .iter()
        .take_while(|standing| standing.integrations == first.integrations);
    level.map(|standing| standing.csm.as_str()).collect()
}

fn people(names: &[&str]) -> Markup {
    if names.len() > MOST_NAMES {
        html! { (plain("ties", &html! { (names.len()) })) " people" }
    } else {
        html! { bdi { (listing(names)) } }
    }
}
