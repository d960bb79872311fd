//! How the boards are asked what they found: for the page of findings, and for the status page.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    clock::Clock,
    deals::{self, Deals},
    findings::{
        pages::{Found, Gather},
        view::{FINDINGS, LineProblem},
    },
    leaderboard::{self, Leaderboard},
    status::pages::{AtHand, Known},
    store::{SheetEdits, Store, Tab},
};

/// The findings of every board, with what was changed outside the program. A board whose tabs are not as they have to be
/// is itself one; the others go on.
pub(super) fn gather(
    leaderboard: &Arc<Leaderboard>,
    deals: &Arc<Deals>,
    (store, clock): (&Arc<Store>, &Clock),
) -> Gather {
    let (leaderboard, deals, store, clock) = (leaderboard.clone(), deals.clone(), store.clone(), clock.clone());
    Arc::new(move || {
        let (leaderboard, deals, store, clock) = (leaderboard.clone(), deals.clone(), store.clone(), clock.clone());
        Box::pin(async move {
            let (found, of_deals, edits) = tokio::join!(leaderboard.found(), deals.found(), store.read::<SheetEdits>());
            let mut found: Found = found?;
            match of_deals {
                Ok(of_deals) => found.cells.extend(of_deals.cells),
                Err(error) => found.lines.push(LineProblem {
                    file: deals::rows::DEALS.title.to_owned(),
                    line: 1,
                    reason: error.to_string(),
                }),
            }
            // Without the log nothing is missing from the boards.
            found.edits = edits.map_or_else(|_| Vec::new(), |edits| edits.snapshot.data.recent(clock.now()));
            let to_mend = found.cells.len() + found.lines.len() + found.near_names.len();
            let count = u32::try_from(to_mend).unwrap_or(u32::MAX);
            found.frame = found.frame.counting(FINDINGS, count);
            Ok(found)
        })
    })
}

/// What the leaderboard found in the tabs that were read last, counted by tab.
pub(super) fn at_hand(leaderboard: &Arc<Leaderboard>) -> AtHand {
    let leaderboard = Arc::clone(leaderboard);
    Arc::new(move || {
        let leaderboard = Arc::clone(&leaderboard);
        Box::pin(async move { Some(known(leaderboard.found_at_hand().await?, leaderboard::rows::TABS)) })
    })
}

/// The same of the deals.
pub(super) fn deals_at_hand(deals: &Arc<Deals>) -> AtHand {
    let deals = Arc::clone(deals);
    Arc::new(move || {
        let deals = Arc::clone(&deals);
        Box::pin(async move { Some(known(deals.found_at_hand().await?, deals::rows::TABS)) })
    })
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
