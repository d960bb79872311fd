//! The four numbers at the top of the board.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    deal::Deal,
    share::{Share, two_decimals_or_null},
    stage::{LostStage, Stage},
};
use crate::money::Money;

/// What all the deals come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Kpis {
    /// Sum of amount times probability.
    pub weighted_pipeline: Money,
    /// The part of it that is won.
    pub weighted_won: Money,
    /// The part of it that is still to be won.
    pub weighted_open: Money,
    /// Mean amount; `None` without deals.
    pub average_basket: Option<Money>,
    /// Won out of all deals, lost ones included; `None` without deals. Programs read percent.
    pub conversion_rate: Option<Share>,
    /// Won out of won and lost; `None` where deals cannot be lost, or none is settled. Programs read percent.
    pub win_rate: Option<Share>,
    /// How many deals.
    pub deal_count: usize,
    /// How many in each stage.
    #[schemars(with = "BTreeMap<String, usize>")]
    pub count_by_status: StageCounts,
}

impl Kpis {
    /// The numbers of these deals.
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
        let (won, lost) = (counts.of(Stage::Won), counts.of(Stage::Lost));
        Self {
            weighted_pipeline: weighted_won + weighted_open,
            weighted_won,
            weighted_open,
            average_basket: amount.shared_by(deals.len()),
            conversion_rate: Share::of(won, deals.len()),
            win_rate: match lost_stage {
                LostStage::Offered => Share::of(won, won + lost),
                LostStage::NotOffered => None,
            },
            deal_count: deals.len(),
            count_by_status: counts,
        }
    }

    /// What became of each number since an earlier period.
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

/// Change of each number against an earlier period. `None`, shown as “–”, where there is nothing to compare with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KpiChanges {
    /// Relative, in parts of one.
    #[serde(serialize_with = "two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub weighted_pipeline: Option<Decimal>,
    /// Relative, in parts of one.
    #[serde(serialize_with = "two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub average_basket: Option<Decimal>,
    /// In percentage points.
    #[serde(serialize_with = "two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub conversion_rate: Option<Decimal>,
    /// Relative, in parts of one.
    #[serde(serialize_with = "two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub deal_count: Option<Decimal>,
}

/// Change against an earlier value in parts of one; `None` when that was nothing.
pub fn relative(now: Decimal, before: Decimal) -> Option<Decimal> {
    (!before.is_zero()).then(|| (now - before) / before)
}

/// A number of deals for each stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageCounts {
    counts: [usize; Stage::ALL.len()],
    lost_stage: LostStage,
}

impl StageCounts {
    /// Zero for each.
    pub fn none(lost_stage: LostStage) -> Self {
        Self {
            counts: [0; Stage::ALL.len()],
            lost_stage,
        }
    }

    /// One deal more.
    pub fn add(&mut self, stage: Stage) {
        self.counts[stage as usize] += 1;
    }

    /// How many are in a stage.
    pub fn of(&self, stage: Stage) -> usize {
        self.counts[stage as usize]
    }

    /// The stages to show: all, but [`Stage::Lost`] only where it is offered or has deals.
    pub fn shown(&self) -> impl Iterator<Item = (Stage, usize)> {
        let counts = Stage::ALL.map(|stage| (stage, self.of(stage)));
        let lost_stage = self.lost_stage;
        let is_shown = move |(stage, count): &(Stage, usize)| {
            *stage != Stage::Lost || *count > 0 || lost_stage == LostStage::Offered
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
