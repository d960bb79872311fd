//! Stage history from the audit log, and the sales cycle derived from it.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::deal::{Deal, stage::DealStage};

/// One change of `statut`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageChange {
    /// Id of the deal.
    pub deal: u64,
    /// Time of the change; for changes in the sheet, the time at which the program saw it.
    pub at: Timestamp,
    /// Previous stage; `None` when the cell held no stage.
    pub from: Option<DealStage>,
    /// New stage.
    pub to: DealStage,
}

/// All recorded stage changes.
#[derive(Clone, Debug, Default)]
pub struct StageHistory {
    by_deal: HashMap<u64, Vec<StageChange>>,
    since: Option<Timestamp>,
}

impl StageHistory {
    /// History of these changes, given in any order.
    pub fn of(changes: impl IntoIterator<Item = StageChange>) -> Self {
        let mut history = Self::default();
        for change in changes {
            history.since = Some(history.since.map_or(change.at, |since| since.min(change.at)));
            history.by_deal.entry(change.deal).or_default().push(change);
        }
        for changes in history.by_deal.values_mut() {
            changes.sort_by_key(|change| change.at);
        }
        history
    }

    /// Time of the first recorded change; `None` without any.
    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// Changes of one deal, earliest first.
    pub fn of_deal(&self, deal: &Deal) -> &[StageChange] {
        let changes = deal.id.and_then(|id| self.by_deal.get(&id));
        changes.map_or(&[], Vec::as_slice)
    }

    /// Time at which a won deal was won: its last change, to [`DealStage::Won`]. `None` for a deal that entered the tab as
    /// won, such as by an import: its cycle would have no length.
    pub fn won_at(&self, deal: &Deal) -> Option<Timestamp> {
        let changes = self.of_deal(deal);
        let last = changes.last()?;
        let came_so = changes.len() == 1 && last.from.is_none();
        (deal.stage == DealStage::Won && last.to == DealStage::Won && !came_so).then_some(last.at)
    }
}

/// Minimum length of a cycle. A deal entered shortly before it is won would seem to take seconds, and a velocity
/// divided by that is meaningless.
const MIN_CYCLE: SignedDuration = SignedDuration::from_hours(24);

/// Sales cycle: time from `created_at` to the change to [`DealStage::Won`], at least one day for each deal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SalesCycle {
    /// Mean in days, at least 1; `None` when no won deal can be measured.
    #[serde(serialize_with = "crate::text::ratio::two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub average_days: Option<Decimal>,
    /// Number of won deals that were measured.
    pub measured: usize,
    /// Number of won deals without `created_at`.
    pub without_creation: usize,
    /// Number of won deals with `created_at` whose change to won is not in the audit log.
    pub without_change: usize,
    /// Number of won deals with a change to won before their creation.
    pub reversed: usize,
}

impl SalesCycle {
    /// Cycle of the won deals among `deals`.
    pub fn of(deals: &[&Deal], history: &StageHistory) -> Self {
        let mut cycle = Self::default();
        let mut total = SignedDuration::ZERO;
        for deal in deals.iter().filter(|deal| deal.stage == DealStage::Won) {
            match (deal.created_at, history.won_at(deal)) {
                (None, _) => cycle.without_creation += 1,
                (_, None) => cycle.without_change += 1,
                (Some(created_at), Some(won_at)) if won_at < created_at => cycle.reversed += 1,
                (Some(created_at), Some(won_at)) => {
                    cycle.measured += 1;
                    total = total.saturating_add(won_at.duration_since(created_at).max(MIN_CYCLE));
                }
            }
        }
        cycle.average_days = mean_days(total, cycle.measured);
        cycle
    }

    /// Number of won deals, measured or not.
    pub fn won(&self) -> usize {
        self.measured + self.without_creation + self.without_change + self.reversed
    }
}

/// Mean length in days, exact to the second; `None` when `count` is 0.
pub fn mean_days(total: SignedDuration, count: usize) -> Option<Decimal> {
    const SECONDS_A_DAY: i64 = 86_400;
    let count = Decimal::from(count);
    (!count.is_zero()).then(|| Decimal::from(total.as_secs()) / (Decimal::from(SECONDS_A_DAY) * count))
}
