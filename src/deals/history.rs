//! When deals went from one stage to another, as the audit log tells, and how long it took to win them.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::{deal::Deal, share::two_decimals_or_null, stage::Stage};

/// One change of `statut`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageChange {
    /// Id of the deal.
    pub deal: u64,
    /// When it was changed; for changes in the sheet, when the program saw it.
    pub at: Timestamp,
    /// What stood there before; `None` where that was no stage.
    pub from: Option<Stage>,
    /// What stands there since.
    pub to: Stage,
}

/// Every change of a stage that is known.
#[derive(Clone, Debug, Default)]
pub struct StageHistory {
    by_deal: HashMap<u64, Vec<StageChange>>,
    since: Option<Timestamp>,
}

impl StageHistory {
    /// A history of these changes, in any order.
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

    /// The first change that is known; `None` without any.
    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// The changes of one deal, the earliest first.
    pub fn of_deal(&self, deal: &Deal) -> &[StageChange] {
        let changes = deal.id.and_then(|id| self.by_deal.get(&id));
        changes.map_or(&[], Vec::as_slice)
    }

    /// When a deal that is won was won: its last change, to [`Stage::Won`]. Nobody knows it of a deal that came into the
    /// tab as won, such as with an import: it would seem to have taken no time.
    pub fn won_at(&self, deal: &Deal) -> Option<Timestamp> {
        let changes = self.of_deal(deal);
        let last = changes.last()?;
        let came_so = changes.len() == 1 && last.from.is_none();
        (deal.stage == Stage::Won && last.to == Stage::Won && !came_so).then_some(last.at)
    }
}

/// The least that a cycle counts. A deal that is entered when it is as good as won would seem to take seconds, and what is
/// divided by that says nothing.
const LEAST_CYCLE: SignedDuration = SignedDuration::from_hours(24);

/// How long it took to win deals, from `created_at` to the change to [`Stage::Won`]; each counts a day at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cycle {
    /// Mean in days, 1 or more; `None` when no won deal can be measured.
    #[serde(serialize_with = "two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub average_days: Option<Decimal>,
    /// Won deals that could be measured.
    pub measured: usize,
    /// Won deals without `created_at`.
    pub without_creation: usize,
    /// Won deals with `created_at` whose change to won is not in the audit log.
    pub without_change: usize,
    /// Won deals that were won before they were created, which cannot be.
    pub reversed: usize,
}

impl Cycle {
    /// The cycle of the won deals among `deals`.
    pub fn of(deals: &[&Deal], history: &StageHistory) -> Self {
        let mut cycle = Self::default();
        let mut total = SignedDuration::ZERO;
        for deal in deals.iter().filter(|deal| deal.stage == Stage::Won) {
            match (deal.created_at, history.won_at(deal)) {
                (None, _) => cycle.without_creation += 1,
                (_, None) => cycle.without_change += 1,
                (Some(created_at), Some(won_at)) if won_at < created_at => cycle.reversed += 1,
                (Some(created_at), Some(won_at)) => {
                    cycle.measured += 1;
                    total = total.saturating_add(won_at.duration_since(created_at).max(LEAST_CYCLE));
                }
            }
        }
        cycle.average_days = mean_days(total, cycle.measured);
        cycle
    }

    /// Won deals, measured or not.
    pub fn won(&self) -> usize {
        self.measured + self.without_creation + self.without_change + self.reversed
    }
}

/// Mean length in days, exact to the second; `None` of nothing.
pub fn mean_days(total: SignedDuration, count: usize) -> Option<Decimal> {
    const SECONDS_A_DAY: i64 = 86_400;
    let count = Decimal::from(count);
    (!count.is_zero()).then(|| Decimal::from(total.as_secs()) / (Decimal::from(SECONDS_A_DAY) * count))
}
