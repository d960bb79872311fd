//! KPIs of the dashboard: weighted pipeline, average basket, conversion rate, number of deals.

use std::collections::BTreeMap;

use domain::money::Money;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    deal::{
        Deal,
        stage::{DealStage, LostStage},
    },
    text::ratio::Ratio,
};

/// KPIs of a set of deals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Kpis {
    /// Sum of amount times probability.
    pub weighted_pipeline: Money,
    /// Part of the weighted pipeline that is won.
    pub weighted_won: Money,
    /// Part of the weighted pipeline that is open.
    pub weighted_open: Money,
    /// Mean amount; `None` without deals.
    pub average_basket: Option<Money>,
    /// Won deals divided by all deals, including lost ones; `None` without deals. In percent in JSON.
    pub conversion_rate: Option<Ratio>,
    /// Won deals divided by won and lost deals; `None` where deals cannot be lost or none is closed. In percent in
    /// JSON.
    pub win_rate: Option<Ratio>,
    /// Number of deals.
    pub deal_count: usize,
    /// Number of deals by stage.
    #[schemars(with = "BTreeMap<String, usize>")]
    pub count_by_status: StageCounts,
}

impl Kpis {
    /// KPIs of these deals.
    pub fn of(deals: &[&Deal], lost_stage: LostStage) -> Self {
        let mut amount = Money::ZERO;
        let mut weighted_won = Money::ZERO;
        let mut weighted_open = Money::ZERO;
        let mut counts = StageCounts::none(lost_stage);
        for deal in deals {
            amount += deal.amount;
            counts.add(deal.stage);
            if deal.stage.is_open() {
                weighted_open += deal.weighted();
            } else {
                weighted_won += deal.weighted();
            }
        }
        let (won, lost) = (counts.of(DealStage::Won), counts.of(DealStage::Lost));
        Self {
            weighted_pipeline: weighted_won + weighted_open,
            weighted_won,
            weighted_open,
            average_basket: amount.divided_by(deals.len()),
            conversion_rate: Ratio::of(won, deals.len()),
            win_rate: match lost_stage {
                LostStage::Offered => Ratio::of(won, won + lost),
                LostStage::NotOffered => None,
            },
            deal_count: deals.len(),
            count_by_status: counts,
        }
    }

    /// Change of each KPI against an earlier period.
    pub fn since(&self, before: Option<&Self>) -> KpiChanges {
        let Some(before) = before else {
            return KpiChanges::default();
        };
        let amount = |now: Option<Money>, before: Option<Money>| relative(now?.euros(), before?.euros());
        KpiChanges {
            weighted_pipeline: amount(Some(self.weighted_pipeline), Some(before.weighted_pipeline)),
            average_basket: amount(self.average_basket, before.average_basket),
            conversion_rate: self
                .conversion_rate
                .zip(before.conversion_rate)
                .map(|(now, before)| now.since(before) * Decimal::ONE_HUNDRED),
            deal_count: relative(self.deal_count.into(), before.deal_count.into()),
        }
    }
}

/// Change of each KPI against an earlier period. `None`, shown as “–”, without a comparison value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KpiChanges {
    /// Relative change, as a ratio.
    #[serde(serialize_with = "crate::text::ratio::two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub weighted_pipeline: Option<Decimal>,
    /// Relative change, as a ratio.
    #[serde(serialize_with = "crate::text::ratio::two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub average_basket: Option<Decimal>,
    /// Change in percentage points.
    #[serde(serialize_with = "crate::text::ratio::two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub conversion_rate: Option<Decimal>,
    /// Relative change, as a ratio.
    #[serde(serialize_with = "crate::text::ratio::two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub deal_count: Option<Decimal>,
}

/// Relative change as a ratio; `None` when the earlier value was zero.
pub fn relative(now: Decimal, before: Decimal) -> Option<Decimal> {
    (!before.is_zero()).then(|| (now - before) / before)
}

/// Number of deals by stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageCounts {
    counts: [usize; DealStage::ALL.len()],
    lost_stage: LostStage,
}

impl StageCounts {
    /// Zero for each stage.
    pub fn none(lost_stage: LostStage) -> Self {
        Self {
            counts: [0; DealStage::ALL.len()],
            lost_stage,
        }
    }

    /// Counts one more deal.
    pub fn add(&mut self, stage: DealStage) {
        self.counts[stage as usize] += 1;
    }

    /// Number of deals in a stage.
    pub fn of(&self, stage: DealStage) -> usize {
        self.counts[stage as usize]
    }

    /// Stages to display: all, with [`DealStage::Lost`] only where it is offered or has deals.
    pub fn shown(&self) -> impl Iterator<Item = (DealStage, usize)> {
        let counts = DealStage::ALL.map(|stage| (stage, self.of(stage)));
        let lost_stage = self.lost_stage;
        let is_shown = move |(stage, count): &(DealStage, usize)| {
            *stage != DealStage::Lost || *count > 0 || lost_stage == LostStage::Offered
        };
        counts.into_iter().filter(is_shown)
    }
}

impl Serialize for StageCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (stage, count) in self.shown() {
            map.serialize_entry(stage.as_str(), &count)?;
        }
        map.end()
    }
}
