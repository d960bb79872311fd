//! Data that passes between boards: data issues, status, and what is known about a company. Boards do not know each
//! other, so the composition root connects them.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    clock::Clock,
    customers::{
        self, Customers,
        elsewhere::{AskElsewhere, Elsewhere, Integration, OpenDeal},
    },
    deals::{self, Deals, answers::DealAnswer},
    findings::{
        pages::{Found, Gather},
        view::{FINDINGS, LineProblem},
    },
    leaderboard::{self, Leaderboard, claims::CreditedTo},
    status::pages::{AtHand, Known},
    store::{SheetEdits, Store, Tab},
};

/// Collects the data issues of all boards and the edits in the spreadsheet. A board that cannot read its tabs becomes
/// an issue itself; the others are not affected.
pub(super) fn gather(
    (leaderboard, deals, customers): (&Arc<Leaderboard>, &Arc<Deals>, &Arc<Customers>),
    (store, clock): (&Arc<Store>, &Clock),
) -> Gather {
    let boards = (Arc::clone(leaderboard), Arc::clone(deals), Arc::clone(customers));
    let means = (Arc::clone(store), clock.clone());
    Arc::new(move || {
        let ((leaderboard, deals, customers), (store, clock)) = (boards.clone(), means.clone());
        Box::pin(async move {
            let (found, of_deals, of_customers, edits) = tokio::join!(
                leaderboard.found(),
                deals.found(),
                customers.found(),
                store.read::<SheetEdits>()
            );
            let mut found: Found = found?;
            for (tab, of_board) in [
                (&deals::rows::DEALS, of_deals),
                (&customers::rows::UNIFIED_CUSTOMERS, of_customers),
            ] {
                match of_board {
                    Ok(of_board) => found.cells.extend(of_board.cells),
                    Err(error) => found.lines.push(LineProblem {
                        file: tab.title.to_owned(),
                        line: 1,
                        reason: error.to_string(),
                    }),
                }
            }
            // Without the audit log the boards are still complete.
            found.edits = edits.map_or_else(|_| Vec::new(), |edits| edits.snapshot.data.recent(clock.now()));
            let to_mend = found.cells.len() + found.lines.len() + found.near_names.len();
            let count = u32::try_from(to_mend).unwrap_or(u32::MAX);
            found.frame = found.frame.counting(FINDINGS, count);
            Ok(found)
        })
    })
}

/// Status reader of the leaderboard: issues by tab, from the last read.
pub(super) fn at_hand(leaderboard: &Arc<Leaderboard>) -> AtHand {
    let leaderboard = Arc::clone(leaderboard);
    Arc::new(move || {
        let leaderboard = Arc::clone(&leaderboard);
        Box::pin(async move { Some(known(leaderboard.found_at_hand().await?, leaderboard::rows::TABS)) })
    })
}

/// Status reader of the deals board.
pub(super) fn deals_at_hand(deals: &Arc<Deals>) -> AtHand {
    let deals = Arc::clone(deals);
    Arc::new(move || {
        let deals = Arc::clone(&deals);
        Box::pin(async move { Some(known(deals.found_at_hand().await?, deals::rows::TABS)) })
    })
}

/// Status reader of the customers board.
pub(super) fn customers_at_hand(customers: &Arc<Customers>) -> AtHand {
    let customers = Arc::clone(customers);
    Arc::new(move || {
        let customers = Arc::clone(&customers);
        Box::pin(async move { Some(known(customers.found_at_hand().await?, customers::rows::TABS)) })
    })
}

/// Lookup of what the other boards know about a customer's company. A board that cannot be read is named in the result.
pub(super) fn elsewhere_of(leaderboard: &Arc<Leaderboard>, deals: &Arc<Deals>) -> AskElsewhere {
    let boards = (Arc::clone(leaderboard), Arc::clone(deals));
    Arc::new(move |company| {
        let (leaderboard, deals) = boards.clone();
        Box::pin(async move {
            let (credits, open) = tokio::join!(leaderboard.credited(&company), deals.open_with(&company));
            let mut elsewhere = Elsewhere::default();
            match credits {
                Ok(credits) => elsewhere.integrations = credits.into_iter().map(integration).collect(),
                Err(_) => elsewhere
                    .unknown
                    .push("The leaderboard cannot be read at the moment.".to_owned()),
            }
            match open {
                Ok(open) => elsewhere.open_deals = open.into_iter().map(open_deal).collect(),
                Err(_) => elsewhere
                    .unknown
                    .push("The deals cannot be read at the moment.".to_owned()),
            }
            elsewhere
        })
    })
}

fn integration((name, credit): (String, CreditedTo)) -> Integration {
    Integration {
        name,
        csm: credit.csm,
        at: credit.at,
    }
}

fn open_deal(deal: DealAnswer) -> OpenDeal {
    OpenDeal {
        client: deal.client.to_string(),
        stage: deal.statut.as_str().to_owned(),
        amount: deal.montant_brut,
        due: deal.date_echeance,
        address: deal.id.map(|id| format!("{}/{id}", deals::BOARD)),
    }
}

fn known(found: Found, tabs: &[&'static Tab]) -> Known {
    let mut findings: BTreeMap<&'static str, usize> = tabs.iter().map(|tab| (tab.title, 0)).collect();
    for cell in &found.cells {
        *findings.entry(cell.tab).or_default() += 1;
    }
    Known {
        findings,
        frame: found.frame,
    }
}
