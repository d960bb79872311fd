//! Drill-down links from each count to its rows.
//!
//! A count is a link with `data-counts`, which names the quantity that adds up to it on the linked page. Any other
//! number, such as a rank or a day, is in an element with `data-figure`, in a `time` or in a `bdi` (a name). In tables
//! the column header carries the attribute for all its cells. This lets a test find every number on a page, follow each
//! count, add up the rows, and report numbers that are neither.

use maud::{Markup, html};
use web::page::formatting::{count, group_thousands, join_names, percentage};

use crate::{
    claims::list::{OutcomeFilter, link::ClaimsLink},
    standings::{CsmStanding, ServiceStanding},
};

/// Longer lists of names are replaced by a number.
const MAX_NAMES: usize = 3;

/// Quantity on the linked page that adds up to a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedQuantity {
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

impl CountedQuantity {
    /// Value of `data-counts`.
    pub(crate) const fn name(self) -> &'static str {
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
pub(crate) fn drill_down_link(counts: CountedQuantity, address: &str, content: &Markup) -> Markup {
    html! { a data-counts=(counts.name()) href=(address) { (content) } }
}

/// Count linked to its rows, within a sentence.
pub(crate) fn drill_down_text(counts: CountedQuantity, address: &str, words: &str) -> Markup {
    drill_down_link(counts, address, &html! { (words) })
}

/// Count linked to its rows, in a table cell whose column header names the quantity. The unit is for screen readers and
/// for layouts without column headers.
pub(crate) fn drill_down_cell(address: &str, value: u32, one: &str, many: &str) -> Markup {
    let noun = if value == 1 { one } else { many };
    html! { a href=(address) { (group_thousands(value)) span { " " (noun) } } }
}

/// Number that does not count rows: a rank, a share, a difference, a day.
pub(crate) fn plain_figure(what: &str, content: &Markup) -> Markup {
    html! { span data-figure=(what) { (content) } }
}

/// Leader within `filter`: `Kate leads with 14 integrations, 3 ahead of Manny.` Expects sorted standings.
pub(crate) fn leader_sentence(standings: &[CsmStanding], filter: &ClaimsLink) -> Markup {
    let Some(first) = standings.first().filter(|first| first.integrations > 0) else {
        return html! { "No credits in this period." };
    };
    let address = filter
        .clone()
        .of_csm(&first.csm)
        .with_outcome(OutcomeFilter::Credited)
        .address();
    let amount = count(first.integrations, "integration", "integrations");
    let amount = drill_down_text(CountedQuantity::Claims, &address, &amount);
    let leaders = tied_with(standings, first);
    if leaders.len() > 1 {
        return html! { (people(&leaders)) " lead with " (amount) " each." };
    }
    match standings.get(1).filter(|second| second.integrations > 0) {
        None => html! { (people(&leaders)) " leads with " (amount) "; nobody else has a credit yet." },
        Some(second) => {
            let ahead = plain_figure(
                "difference",
                &html! { (group_thousands(first.integrations - second.integrations)) },
            );
            html! { (people(&leaders)) " leads with " (amount) ", " (ahead) " ahead of " (people(&tied_with(&standings[1..], second))) "." }
        }
    }
}

/// Most completed integration: `GitHub is completed most: 9 companies, 22.5% of all credits.`
pub(crate) fn top_integration_sentence(services: &[ServiceStanding], filter: &ClaimsLink) -> Markup {
    let highest = services.iter().map(|service| service.companies).max().unwrap_or(0);
    let leaders: Vec<&ServiceStanding> = services.iter().filter(|service| service.companies == highest).collect();
    let Some(first) = leaders.first().filter(|_| highest > 0) else {
        return html! { "No integration has a credit in this period." };
    };
    let address = completed_claims_address(first, filter);
    let companies = drill_down_text(
        CountedQuantity::Companies,
        &address,
        &count(highest, "company", "companies"),
    );
    let names: Vec<&str> = leaders.iter().map(|service| service.integration.as_str()).collect();
    match names.as_slice() {
        [only] => html! {
            bdi { (only) } " is completed most: " (companies) ", "
            (plain_figure("share", &html! { (percentage(first.share_permille)) })) " of all credits."
        },
        several if several.len() <= MAX_NAMES => {
            html! { bdi { (join_names(several)) } " are completed most: " (companies) " each." }
        }
        several => {
            let amount = plain_figure("ties", &html! { (several.len()) });
            html! { (amount) " integrations share the top: " (companies) " each." }
        }
    }
}

/// Address of the claims that hold the credits for an integration.
pub(crate) fn completed_claims_address(service: &ServiceStanding, filter: &ClaimsLink) -> String {
    use crate::standings::ServiceKind;
    let outcome = match service.kind {
        ServiceKind::OutsideCatalog => OutcomeFilter::CountedApart,
        ServiceKind::Offered | ServiceKind::Retired => OutcomeFilter::Credited,
    };
    filter
        .clone()
        .of_integration(&service.integration)
        .with_outcome(outcome)
        .address()
}

fn tied_with<'a>(standings: &'a [CsmStanding], first: &CsmStanding) -> Vec<&'a str> {
    let tied = standings
        .iter()
        .take_while(|standing| standing.integrations == first.integrations);
    tied.map(|standing| standing.csm.as_str()).collect()
}

fn people(names: &[&str]) -> Markup {
    if names.len() > MAX_NAMES {
        html! { (plain_figure("ties", &html! { (names.len()) })) " people" }
    } else {
        html! { bdi { (join_names(names)) } }
    }
}
