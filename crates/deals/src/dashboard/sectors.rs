//! Totals by sector.

use std::{cmp::Reverse, sync::Arc};

use domain::{language::sort_key, money::Money};
use schemars::JsonSchema;
use serde::Serialize;

use crate::deal::{
    Deal,
    grouping::{GroupBy, group_deals},
    stage::DealStage,
};

/// Totals of one sector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SectorTotal {
    /// First spelling in the sheet; `None` is “Non renseigné”.
    pub sector: Option<Arc<str>>,
    /// Sum of the amounts.
    pub total: Money,
    /// Mean amount.
    pub average_basket: Money,
    /// Number of deals.
    pub deals: usize,
}

/// Every sector, largest total first; with `stage`, only deals in that stage count.
pub fn sector_totals(deals: &[&Deal], stage: Option<DealStage>) -> Vec<SectorTotal> {
    let deals: Vec<&Deal> = deals
        .iter()
        .copied()
        .filter(|deal| stage.is_none_or(|stage| deal.stage == stage))
        .collect();
    let groups = group_deals(&deals, GroupBy::Sector).into_iter();
    let totals = groups.filter_map(|group| {
        let total: Money = group.deals.iter().map(|deal| deal.amount).sum();
        Some(SectorTotal {
            sector: group.name,
            total,
            average_basket: total.divided_by(group.deals.len())?,
            deals: group.deals.len(),
        })
    });
    let mut totals: Vec<SectorTotal> = totals.collect();
    totals.sort_by_cached_key(|line| (Reverse(line.total), name_key(line)));
    totals
}

/// The `count` sectors with the largest average basket, largest first; deals without a sector are left out.
pub fn top_baskets(sectors: &[SectorTotal], count: usize) -> Vec<SectorTotal> {
    let mut named: Vec<SectorTotal> = sectors.iter().filter(|line| line.sector.is_some()).cloned().collect();
    named.sort_by_cached_key(|line| (Reverse(line.average_basket), name_key(line)));
    named.truncate(count);
    named
}

fn name_key(line: &SectorTotal) -> (String, String) {
    sort_key(line.sector.as_deref().unwrap_or_default())
}
