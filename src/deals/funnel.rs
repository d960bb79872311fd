//! The weighted pipeline, stage by stage.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    deal::Deal,
    kpis::StageCounts,
    stage::{LostStage, Stage},
};
use crate::money::Money;

/// One stage of the funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FunnelStep {
    /// The stage.
    pub status: Stage,
    /// Deals in it.
    pub deals: usize,
    /// Sum of their amounts.
    pub total: Money,
    /// Sum of amount times probability; all steps add up to the weighted pipeline.
    pub weighted: Money,
}

/// The steps from the first contact on; lost deals only where they are offered or there are some.
pub fn funnel(deals: &[&Deal], lost_stage: LostStage) -> Vec<FunnelStep> {
    let mut counts = StageCounts::none(lost_stage);
    let mut totals = [Money::ZERO; Stage::ALL.len()];
    for deal in deals {
        counts.add(deal.stage);
        totals[deal.stage as usize] += deal.amount;
    }
    let step = |(status, deals): (Stage, usize)| {
        let total = totals[status as usize];
        FunnelStep {
            status,
            deals,
            total,
            weighted: total.times(status.probability()),
        }
    };
    counts.shown().map(step).collect()
}
