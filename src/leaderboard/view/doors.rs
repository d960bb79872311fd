//! Drill-down links from each count to its rows.
//!
//! A count is a link with `data-counts`, which names the quantity that adds up to it on the linked page. Any other
//! number, such as a rank or a day, is in an element with `data-figure`, in a `time` or in a `bdi` (a name). In tables
//! the column header carries the attribute for all its cells. This lets a test find every number on a page, follow each
//! count, add up the rows, and report numbers that are neither.

use maud::{Markup, html};

use super::{
    super::{
        claims::Wanted,
        standings::{CsmStanding, ServiceStanding},
    },
    address::ClaimsFilter,
};
use crate::page::wording::{count, grouped, listing, percentage};

/// Longer lists of names are replaced by a number.
const MOST_NAMES: usize = 3;

/// Quantity on the linked page that adds up to a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Listed claims.
    Claims,
    /// Listed rows.
    Rows,
    /// Companies of the listed claims.
    Companies,
    /// CSMs of the listed claims.
    Csms,
    /// Listed findings.
    Findings,
    /// Companies of a matrix.
    MatrixRows,
    /// Open integrations of a matrix.
    MatrixOpen,
    /// Boxes of a form that can still be ticked.
    Boxes,
    /// Contest points of the listed claims.
    Points,
    /// Claims that earned contest points.
    Earnings,
    /// Companies of the claims that earned contest points.
    EarningCompanies,
}

impl Counts {
    /// Value of `data-counts`.
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

/// Count linked to its rows.
pub(super) fn door(counts: Counts, address: &str, content: &Markup) -> Markup {
    html! { a data-counts=(counts.name()) href=(address) { (content) } }
}

/// Count linked to its rows, within a sentence.
pub(super) fn told(counts: Counts, address: &str, words: &str) -> Markup {
    door(counts, address, &html! { (words) })
}

/// Count linked to its rows, in a table cell whose column header names the quantity. The unit is for screen readers and
/// for layouts without column headers.
pub(super) fn figure(address: &str, value: u32, (one, many): (&str, &str)) -> Markup {
    let noun = if value == 1 { one } else { many };
    html! { a href=(address) { (grouped(value)) span { " " (noun) } } }
}

/// Number that does not count rows: a rank, a share, a difference, a day.
pub(super) fn plain(what: &str, content: &Markup) -> Markup {
    html! { span data-figure=(what) { (content) } }
}

/// Leader within `filter`: `Kate leads with 14 integrations, 3 ahead of Manny.` Expects sorted standings.
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

/// Most completed integration: `GitHub is completed most: 9 companies, 22.5% of all credits.`
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

/// Address of the claims that hold the credits for an integration.
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
