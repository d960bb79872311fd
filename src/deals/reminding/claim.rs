//! Which of several instances tells a reason.
//!
//! The spreadsheet cannot compare and swap, so two instances can claim the same reason at once. Each writes its claim first
//! and reads afterwards, so at least one of two sees the other. Seen from that one, with the larger id: it gives way. With
//! the smaller id: it waits, for the other may have read before this claim was there and be about to send.

use std::collections::HashSet;

use jiff::SignedDuration;

use super::super::{
    alerts::{Alert, Alerts, Outcome},
    desk::Deals,
    reminders::Reason,
};
use crate::{error::Error, store::Reading};

/// How long a claim keeps others away; a program that was ended before it sent anything holds it no longer.
pub const HOLDS: SignedDuration = SignedDuration::from_mins(10);
/// A claim older than this is not used any more: others may be about to take it for dead.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(5);
/// How often the claims of others are looked at.
const LOOKS: usize = 20;

enum Verdict {
    Won,
    Lost,
    Wait,
}

/// The reasons that this instance tells. The lines of the others are marked as left.
pub(super) async fn contest(deals: &Deals, own: &[Alert]) -> Result<HashSet<Reason>, Error> {
    let mut open: Vec<&Alert> = own.iter().collect();
    let mut lost: Vec<Alert> = Vec::new();
    let mut won = HashSet::new();
    let began = deals.clock.now();
    for look in 0..LOOKS {
        if open.is_empty() {
            break;
        }
        if look > 0 {
            tokio::time::sleep(deals.reminders.pause).await;
            deals.store.refresh();
        }
        let alerts: Reading<Alerts> = deals.store.read().await?;
        let mut waiting = Vec::new();
        for line in open {
            match verdict(deals, &alerts.snapshot.data, line) {
                Verdict::Won => drop(won.insert(line.reason)),
                Verdict::Lost => lost.push(line.clone()),
                Verdict::Wait => waiting.push(line),
            }
        }
        open = waiting;
        // Given way at once, so that nobody waits for it.
        leave(deals, &mut lost).await;
    }
    lost.extend(open.into_iter().cloned());
    if deals.clock.since(began) > GOOD_FOR {
        lost.extend(own.iter().filter(|line| won.contains(&line.reason)).cloned());
        won.clear();
    }
    leave(deals, &mut lost).await;
    Ok(won)
}

fn verdict(deals: &Deals, alerts: &Alerts, own: &Alert) -> Verdict {
    let now = deals.clock.now();
    let mut verdict = Verdict::Won;
    for rival in alerts.rivals(own) {
        if rival.outcome.is_told() || (rival.is_claimed(now, HOLDS) && rival.id < own.id) {
            return Verdict::Lost;
        }
        if rival.is_claimed(now, HOLDS) {
            verdict = Verdict::Wait;
        }
    }
    verdict
}

async fn leave(deals: &Deals, lost: &mut Vec<Alert>) {
    if lost.is_empty() {
        return;
    }
    if let Err(error) = deals.mark(lost, &Outcome::Left).await {
        // The claim runs out by itself.
        tracing::warn!("a claim on a reminder could not be given back: {error}");
    }
    lost.clear();
}
