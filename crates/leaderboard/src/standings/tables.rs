//! Ranking and overview tables of the board. The bars are decorative: each repeats the number next to it.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    chart::bar,
    date_time::relative_time_element,
    formatting::{group_thousands, percentage},
    table::{cell, number, row, table, text},
};

use crate::{
    claims::list::{OutcomeFilter, link::ClaimsLink},
    standings::{CsmStanding, ServiceKind, ServiceStanding},
    ui::drill_down::{CountedQuantity, completed_claims_address, drill_down_cell},
};

/// Ranking by CSM, in the order of `standings`; each number links to the rows behind it within `filter`.
pub(crate) fn by_csm(standings: &[CsmStanding], filter: &ClaimsLink, now: &Zoned) -> Markup {
    let longest = standings
        .iter()
        .map(|standing| standing.integrations)
        .max()
        .unwrap_or(0);
    let columns = [
        number("Rank").telling("rank"),
        text("CSM"),
        text("Integrations").counting(CountedQuantity::Claims.name()),
        number("Companies").counting(CountedQuantity::Companies.name()),
        number("Submissions").counting(CountedQuantity::Rows.name()),
        number("Last point"),
        number("Moved").telling("movement"),
    ];
    let rows: Vec<Markup> = standings
        .iter()
        .enumerate()
        .map(|(index, standing)| {
            let of_csm = filter.clone().of_csm(&standing.csm);
            let credited = of_csm.clone().with_outcome(OutcomeFilter::Credited).address();
            let counting = of_csm.clone().with_outcome(OutcomeFilter::Counting).address();
            let apart = of_csm.with_outcome(OutcomeFilter::CountedApart).address();
            let cells = [
                cell("rank", rank(standings, index)),
                cell("name", html! { bdi { (standing.csm) } }),
                cell(
                    "measure",
                    html! {
                        div {
                            (drill_down_cell(&credited, standing.integrations, "integration", "integrations"))
                            (bar(standing.integrations, longest))
                            (outside_catalog(standing.outside_catalog, &apart))
                        }
                    },
                ),
                cell(
                    "detail",
                    drill_down_cell(&credited, standing.companies, "company", "companies"),
                ),
                cell(
                    "detail",
                    drill_down_cell(&counting, standing.submissions, "submission", "submissions"),
                ),
                cell("detail", last_point(standing, now)),
                cell("movement", movement(standing.movement)),
            ];
            row(1, &cells)
        })
        .collect();
    table("Credited integrations by CSM", &columns, &rows)
}

/// Overview by integration, in the order of `services`.
pub(crate) fn by_service(services: &[ServiceStanding], filter: &ClaimsLink) -> Markup {
    let longest = services.iter().map(|service| service.companies).max().unwrap_or(0);
    let columns = [
        text("Integration"),
        text("Companies").counting(CountedQuantity::Companies.name()),
        number("Claims").counting(CountedQuantity::Claims.name()),
        number("Share").telling("share"),
    ];
    let rows: Vec<Markup> = services
        .iter()
        .map(|service| {
            let address = completed_claims_address(service, filter);
            let of_integration = filter.clone().of_integration(&service.integration);
            let counting = of_integration.with_outcome(OutcomeFilter::Counting).address();
            let cells = [
                cell("name", html! { bdi { (service.integration) } (kind(service.kind)) }),
                cell(
                    "measure",
                    html! {
                        div { (drill_down_cell(&address, service.companies, "company", "companies")) (bar(service.companies, longest)) }
                    },
                ),
                cell("detail", drill_down_cell(&counting, service.claims, "claim", "claims")),
                cell(
                    "detail",
                    html! {
                        (percentage(service.share_permille)) span .unit { " of credits" }
                    },
                ),
            ];
            row(0, &cells)
        })
        .collect();
    table("Credited companies by integration", &columns, &rows)
}

/// `2`, or `2=` when an adjacent row has the same rank.
fn rank(standings: &[CsmStanding], index: usize) -> Markup {
    let rank = standings[index].rank;
    let above = index.checked_sub(1).and_then(|above| standings.get(above));
    let tied = [above, standings.get(index + 1)]
        .into_iter()
        .flatten()
        .any(|neighbour| neighbour.rank == rank);
    html! {
        (rank)
        @if tied { span aria-hidden="true" { "=" } span .unseen { " (tied)" } }
    }
}

fn outside_catalog(claims: u32, address: &str) -> Markup {
    html! {
        @if claims > 0 {
            a .apart data-counts="claims" href=(address) title="Integrations that the catalog does not know, counted apart" {
                "+" (group_thousands(claims)) " outside the catalog"
            }
        }
    }
}

fn last_point(standing: &CsmStanding, now: &Zoned) -> Markup {
    html! {
        @match standing.last_point_at {
            Some(at) => { span .unit { "last point " } (relative_time_element(at, now)) }
            None => { span .unit { "no point yet" } span .blank aria-hidden="true" { "–" } }
        }
    }
}

fn movement(movement: Option<i32>) -> Markup {
    let places = |places: u32| {
        if places == 1 {
            "1 place".to_owned()
        } else {
            format!("{places} places")
        }
    };
    html! {
        @match movement {
            None => span .tag { "new" span .unseen { " since a week ago" } },
            Some(0) => { span aria-hidden="true" { "–" } span .unseen { "same place as a week ago" } }
            Some(won @ 1..) => {
                span .up aria-hidden="true" { "▲ " (won) }
                span .unseen { "up " (places(won.unsigned_abs())) " since a week ago" }
            }
            Some(lost) => {
                span .down aria-hidden="true" { "▼ " (lost.unsigned_abs()) }
                span .unseen { "down " (places(lost.unsigned_abs())) " since a week ago" }
            }
        }
    }
}

fn kind(kind: ServiceKind) -> Markup {
    html! {
        @match kind {
            ServiceKind::Offered => {}
            ServiceKind::Retired => { " " span .tag { "retired" } }
            ServiceKind::OutsideCatalog => { " " span .tag { "outside the catalog" } }
        }
    }
}
