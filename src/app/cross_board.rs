//! Data that passes between boards: data issues, status, and what is known about a company. Boards do not know each
//! other, so the composition root connects them.

use std::{collections::BTreeMap, sync::Arc};

use customers::{
    Customers,
    customer::cross_board::{ClaimedIntegration, CrossBoardData, CrossBoardLookup, OpenDeal},
};
use deals::{Deals, deal::response::DealResponse};
use leaderboard::{Leaderboard, claims::list::CreditedTo};
use sheets_store::{Store, Tab, clock::Clock};
use web::{
    findings::{
        board_findings::{BoardFindings, LineProblem},
        page::CollectFindings,
        sheet_edits::SheetEdits,
    },
    routes::FINDINGS,
    status::page::{BoardStatus, ReadBoardStatus},
};

/// The three boards.
#[derive(Clone)]
pub(crate) struct Boards {
    pub(crate) leaderboard: Arc<Leaderboard>,
    pub(crate) deals: Arc<Deals>,
    pub(crate) customers: Arc<Customers>,
}

/// Collects the data issues of all boards and the edits in the spreadsheet. A board that cannot read its tabs becomes
/// an issue itself; the others are not affected.
pub(crate) fn collect_findings(boards: &Boards, store: &Arc<Store>, clock: &Clock) -> CollectFindings {
    let (boards, store, clock) = (boards.clone(), Arc::clone(store), clock.clone());
    Arc::new(move || {
        let (boards, store, clock) = (boards.clone(), Arc::clone(&store), clock.clone());
        Box::pin(async move {
            let (of_leaderboard, of_deals, of_customers, edits) = tokio::join!(
                boards.leaderboard.findings(),
                boards.deals.found(),
                boards.customers.findings(),
                store.read::<SheetEdits>()
            );
            let mut findings: BoardFindings = of_leaderboard?;
            for (tab, of_board) in [
                (&deals::deal::columns::DEALS, of_deals),
                (&customers::customer::rows::UNIFIED_CUSTOMERS, of_customers),
            ] {
                match of_board {
                    Ok(of_board) => findings.cells.extend(of_board.cells),
                    Err(error) => findings.lines.push(LineProblem {
                        file: tab.title.to_owned(),
                        line: 1,
                        reason: error.to_string(),
                    }),
                }
            }
            // Without the audit log the boards are still complete.
            findings.edits = edits.map_or_else(|_| Vec::new(), |edits| edits.snapshot.data.recent(clock.now()));
            let to_fix = findings.cells.len() + findings.lines.len() + findings.near_names.len();
            let count = u32::try_from(to_fix).unwrap_or(u32::MAX);
            findings.frame = findings.frame.counting(FINDINGS, count);
            Ok(findings)
        })
    })
}

/// Status reader of the leaderboard: issues by tab, from the last read.
pub(crate) fn leaderboard_status(leaderboard: &Arc<Leaderboard>) -> ReadBoardStatus {
    let leaderboard = Arc::clone(leaderboard);
    Arc::new(move || {
        let leaderboard = Arc::clone(&leaderboard);
        Box::pin(async move {
            Some(board_status(
                leaderboard.cached_findings().await?,
                leaderboard::tabs::TABS,
            ))
        })
    })
}

/// Status reader of the deals board.
pub(crate) fn deals_status(deals: &Arc<Deals>) -> ReadBoardStatus {
    let deals = Arc::clone(deals);
    Arc::new(move || {
        let deals = Arc::clone(&deals);
        Box::pin(async move { Some(board_status(deals.found_at_hand().await?, deals::tabs::TABS)) })
    })
}

/// Status reader of the customers board.
pub(crate) fn customers_status(customers: &Arc<Customers>) -> ReadBoardStatus {
    let customers = Arc::clone(customers);
    Arc::new(move || {
        let customers = Arc::clone(&customers);
        Box::pin(async move { Some(board_status(customers.findings_at_hand().await?, customers::tabs::TABS)) })
    })
}

/// Lookup of what the other boards know about a customer's company. A board that cannot be read is named in the result.
pub(crate) fn cross_board_lookup(leaderboard: &Arc<Leaderboard>, deals: &Arc<Deals>) -> CrossBoardLookup {
    let boards = (Arc::clone(leaderboard), Arc::clone(deals));
    Arc::new(move |company| {
        let (leaderboard, deals) = boards.clone();
        Box::pin(async move {
            let (credits, open) = tokio::join!(leaderboard.credited(&company), deals.open_deals_of(&company));
            let mut data = CrossBoardData::default();
            match credits {
                Ok(credits) => {
                    data.integrations = credits
                        .into_iter()
                        .map(|(name, credit)| integration(name, credit))
                        .collect();
                }
                Err(_) => data
                    .unknown
                    .push("The leaderboard cannot be read at the moment.".to_owned()),
            }
            match open {
                Ok(open) => data.open_deals = open.into_iter().map(open_deal).collect(),
                Err(_) => data.unknown.push("The deals cannot be read at the moment.".to_owned()),
            }
            data
        })
    })
}

fn integration(name: String, credit: CreditedTo) -> ClaimedIntegration {
    ClaimedIntegration {
        name,
        csm: credit.csm,
        at: credit.at,
    }
}

fn open_deal(deal: DealResponse) -> OpenDeal {
    OpenDeal {
        client: deal.client.to_string(),
        stage: deal.statut.as_str().to_owned(),
        amount: deal.montant_brut,
        due: deal.date_echeance,
        address: deal.id.map(|id| format!("{}/{id}", deals::BOARD)),
    }
}

fn board_status(board: BoardFindings, tabs: &[&'static Tab]) -> BoardStatus {
    let mut findings: BTreeMap<&'static str, usize> = tabs.iter().map(|tab| (tab.title, 0)).collect();
    for cell in &board.cells {
        *findings.entry(cell.tab).or_default() += 1;
    }
    BoardStatus {
        findings,
        frame: board.frame,
    }
}
