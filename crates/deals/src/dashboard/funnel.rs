//! Weighted pipeline by stage.

use domain::money::Money;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    dashboard::kpis::StageCounts,
    deal::{
        Deal,
        stage::{DealStage, LostStage},
    },
};

/// One stage of the funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FunnelStep {
    /// Stage.
    pub status: DealStage,
    /// Number of deals in the stage.
    pub deals: usize,
    /// Sum of their amounts.
    pub total: Money,
    /// Sum of amount times probability; the steps add up to the weighted pipeline.
    pub weighted: Money,
}

/// Steps in pipeline order; Lost only where it is offered or has deals.
pub fn funnel(deals: &[&Deal], lost_stage: LostStage) -> Vec<FunnelStep> {
    let mut counts = StageCounts::none(lost_stage);
    let mut totals = [Money::ZERO; DealStage::ALL.len()];
    for deal in deals {
        counts.add(deal.stage);
        totals[deal.stage as usize] += deal.amount;
    }
    let step = |(status, deals): (DealStage, usize)| {
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
