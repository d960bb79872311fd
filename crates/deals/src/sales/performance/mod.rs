//! Sales performance by assignee.

pub(crate) mod page;
pub(crate) mod view;

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use domain::{language::sort_key, money::Money};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    deal::{
        Deal,
        grouping::{DealGroup, GroupBy, group_deals, group_key},
        stage::DealStage,
        stage_history::{SalesCycle, StageHistory},
    },
    text::ratio::Ratio,
};

/// Figures of one assignee.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SalesPerformance {
    /// Number of deals.
    pub deals: usize,
    /// Sum of their amounts.
    pub amount: Money,
    /// Sum of amount times probability.
    pub weighted: Money,
    /// Number of won deals.
    pub won: usize,
    /// Sum of the amounts of the won deals.
    pub won_amount: Money,
    /// Won deals divided by all deals; `None` without deals. In percent in JSON.
    pub conversion_rate: Option<Ratio>,
    /// Mean amount; `None` without deals.
    pub average_basket: Option<Money>,
    /// Sales cycle of the won deals.
    pub cycle: SalesCycle,
}

impl SalesPerformance {
    /// Figures of these deals.
    pub fn of(deals: &[&Deal], history: &StageHistory) -> Self {
        let won = deals.iter().filter(|deal| deal.stage == DealStage::Won);
        let amount: Money = deals.iter().map(|deal| deal.amount).sum();
        let (won, won_amount) = won.fold((0, Money::ZERO), |(count, sum), deal| (count + 1, sum + deal.amount));
        Self {
            deals: deals.len(),
            amount,
            weighted: deals.iter().map(|deal| deal.weighted()).sum(),
            won,
            won_amount,
            conversion_rate: Ratio::of(won, deals.len()),
            average_basket: amount.divided_by(deals.len()),
            cycle: SalesCycle::of(deals, history),
        }
    }
}

/// One assignee, now and in the preceding period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PerformanceLine {
    /// First spelling; `None` is “Non renseigné”.
    pub assignee: Option<Arc<str>>,
    /// Figures of the period; all zero for an assignee with deals only in the preceding period.
    pub now: SalesPerformance,
    /// Figures of the preceding period; `None`, shown as “–”, without such a period or without deals in it.
    pub before: Option<SalesPerformance>,
}

/// Every assignee of `now` and `before`, largest won amount first, then largest amount.
pub fn performance_by_assignee(now: &[&Deal], before: &[&Deal], history: &StageHistory) -> Vec<PerformanceLine> {
    let mut earlier: HashMap<Option<String>, DealGroup<'_>> = group_deals(before, GroupBy::Assignee)
        .into_iter()
        .map(|group| (key(&group), group))
        .collect();
    let mut lines: Vec<PerformanceLine> = group_deals(now, GroupBy::Assignee)
        .into_iter()
        .map(|group| PerformanceLine {
            before: earlier
                .remove(&key(&group))
                .map(|before| SalesPerformance::of(&before.deals, history)),
            now: SalesPerformance::of(&group.deals, history),
            assignee: group.name,
        })
        .collect();
    lines.extend(earlier.into_values().map(|group| PerformanceLine {
        before: Some(SalesPerformance::of(&group.deals, history)),
        now: SalesPerformance::default(),
        assignee: group.name,
    }));
    lines.sort_by_cached_key(|line| {
        let name = sort_key(line.assignee.as_deref().unwrap_or_default());
        (
            Reverse((line.now.won_amount, line.now.amount)),
            line.assignee.is_none(),
            name,
        )
    });
    lines
}

fn key(group: &DealGroup<'_>) -> Option<String> {
    group.name.as_deref().and_then(group_key)
}
