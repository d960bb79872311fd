//! What-if rules: the figures under changes of basket, conversion rate, cycle, number of deals or probabilities.

pub(crate) mod page;
pub(crate) mod scenario_inputs;
pub(crate) mod view;

use std::collections::BTreeMap;

use domain::money::Money;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::{
    dashboard::funnel::funnel,
    deal::{
        Deal,
        stage::{DealStage, LostStage},
        stage_history::StageHistory,
    },
    sales::velocity::SalesVelocity,
    text::ratio::{Ratio, two_decimals},
    what_if::scenario_inputs::{ScenarioInput, ScenarioInputs},
};

/// Current figures, to which the scenario inputs are applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineFigures {
    /// Number of deals.
    deals: usize,
    /// Number of deals times average basket: the sum of the amounts.
    amount: Decimal,
    /// Won deals divided by all deals; `None` without deals.
    win_rate: Option<Decimal>,
    /// Mean length of the sales cycle in days; `None` while unknown.
    cycle: Option<Decimal>,
    /// Sum of the amounts by stage.
    by_stage: Vec<(DealStage, Decimal)>,
}

impl BaselineFigures {
    /// Current figures of these deals.
    pub fn of(deals: &[&Deal], history: &StageHistory) -> Self {
        let velocity = SalesVelocity::of(deals, history);
        let steps = funnel(deals, LostStage::Offered);
        let by_stage: Vec<(DealStage, Decimal)> = steps.iter().map(|step| (step.status, step.total.euros())).collect();
        Self {
            deals: deals.len(),
            amount: by_stage.iter().map(|(_, amount)| amount).sum(),
            win_rate: velocity.win_rate.map(Ratio::of_one),
            cycle: velocity.cycle.average_days,
            by_stage,
        }
    }

    /// Euros per day.
    fn velocity(&self, levers: &ScenarioInputs) -> Option<Decimal> {
        Some(self.expected_revenue(levers)? / (self.cycle? * levers.factor(ScenarioInput::Cycle)))
    }

    /// Number of deals times average basket times win rate.
    fn expected_revenue(&self, levers: &ScenarioInputs) -> Option<Decimal> {
        let win_rate = (self.win_rate? * levers.factor(ScenarioInput::Conversion)).min(Decimal::ONE);
        Some(self.amount * levers.factor(ScenarioInput::Basket) * levers.factor(ScenarioInput::Deals) * win_rate)
    }

    /// Sum of amount times probability.
    fn weighted_pipeline(&self, levers: &ScenarioInputs) -> Decimal {
        let weighted = self.by_stage.iter().map(|(stage, amount)| {
            let factor = ScenarioInput::of_stage(*stage).map_or(Decimal::ONE, |lever| levers.factor(lever));
            amount * (stage.probability() * factor).min(Decimal::ONE)
        });
        weighted.sum::<Decimal>() * levers.factor(ScenarioInput::Basket) * levers.factor(ScenarioInput::Deals)
    }

    /// Figure that an input changes, with the inputs applied; `None` while unknown.
    fn quantity(&self, lever: ScenarioInput, levers: &ScenarioInputs) -> Option<ScenarioQuantity> {
        let factor = levers.factor(lever);
        let share = |share: Decimal| ScenarioQuantity::Share(Ratio::new((share * factor).min(Decimal::ONE)));
        Some(match lever {
            ScenarioInput::Basket => {
                ScenarioQuantity::Money(Money::new(self.amount).divided_by(self.deals)?.times(factor).rounded())
            }
            ScenarioInput::Conversion => share(self.win_rate?),
            ScenarioInput::Cycle => ScenarioQuantity::Days(self.cycle? * factor),
            ScenarioInput::Deals => ScenarioQuantity::Count(Decimal::from(self.deals) * factor),
            ScenarioInput::Prospect | ScenarioInput::Qualified | ScenarioInput::Negotiation => {
                share(lever.stage()?.probability())
            }
        })
    }

    /// Inputs that would push a ratio above 1, where it is capped.
    fn capped(&self, levers: &ScenarioInputs) -> Vec<ScenarioInput> {
        let is_capped = |lever: &ScenarioInput| {
            let share = match lever.stage() {
                Some(stage) => Some(stage.probability()),
                None if *lever == ScenarioInput::Conversion => self.win_rate,
                None => None,
            };
            share.is_some_and(|share| share * levers.factor(*lever) > Decimal::ONE)
        };
        ScenarioInput::ALL.into_iter().filter(is_capped).collect()
    }
}

/// Figure changed by an input, in its own unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScenarioQuantity {
    /// Euros, in cents.
    Money(Money),
    /// Ratio, at most 1. In percent in JSON.
    Share(Ratio),
    /// Days.
    Days(Decimal),
    /// Number of deals.
    Count(Decimal),
}

impl Serialize for ScenarioQuantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Money(amount) => amount.serialize(serializer),
            Self::Share(share) => share.serialize(serializer),
            Self::Days(number) | Self::Count(number) => two_decimals(*number, serializer),
        }
    }
}

/// Figure changed by one input, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QuantityChange {
    /// The input.
    pub lever: ScenarioInput,
    /// Current value; `None` while unknown.
    #[schemars(with = "Option<f64>")]
    pub today: Option<ScenarioQuantity>,
    /// Value with the input applied.
    #[schemars(with = "Option<f64>")]
    pub then: Option<ScenarioQuantity>,
}

/// Result of a what-if scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WhatIf {
    /// Inputs of the scenario.
    #[schemars(with = "BTreeMap<String, f64>")]
    pub levers: ScenarioInputs,
    /// Figure changed by each input, in the order of the form.
    pub moved: Vec<QuantityChange>,
    /// Euros per day; `None` while the cycle or the win rate is unknown.
    pub velocity: Option<EffectBreakdown>,
    /// Number of deals times average basket times win rate; `None` without deals.
    pub expected_revenue: Option<EffectBreakdown>,
    /// Sum of amount times probability.
    pub weighted_pipeline: EffectBreakdown,
    /// Inputs that would push a ratio above 100 %, where it is capped.
    pub capped: Vec<ScenarioInput>,
}

impl QuantityChange {
    fn of(figures: &BaselineFigures, lever: ScenarioInput, levers: &ScenarioInputs) -> Self {
        Self {
            lever,
            today: figures.quantity(lever, &ScenarioInputs::default()),
            then: figures.quantity(lever, levers),
        }
    }
}

impl WhatIf {
    /// Applies `levers` to the current figures.
    pub fn of(today: &BaselineFigures, levers: ScenarioInputs) -> Self {
        Self {
            velocity: EffectBreakdown::of(&levers, |levers| today.velocity(levers)),
            expected_revenue: EffectBreakdown::of(&levers, |levers| today.expected_revenue(levers)),
            weighted_pipeline: EffectBreakdown::of(&levers, |levers| Some(today.weighted_pipeline(levers)))
                .unwrap_or_default(),
            capped: today.capped(&levers),
            moved: ScenarioInput::ALL
                .map(|lever| QuantityChange::of(today, lever, &levers))
                .to_vec(),
            levers,
        }
    }
}

/// One figure before and after, with the contribution of each input to the difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EffectBreakdown {
    /// Current value in cents.
    pub today: Money,
    /// Value with all inputs applied, in cents.
    pub then: Money,
    /// Difference in cents.
    pub difference: Money,
    /// Inputs that are not 0, strongest first; their effects add up to the difference exactly.
    pub effects: Vec<InputEffect>,
}

/// Contribution of one input to a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InputEffect {
    /// The input.
    pub lever: ScenarioInput,
    /// Contribution in cents; negative when it lowers the figure.
    pub effect: Money,
}

impl EffectBreakdown {
    fn of(levers: &ScenarioInputs, figure: impl Fn(&ScenarioInputs) -> Option<Decimal>) -> Option<Self> {
        let moved = levers.moved();
        // Values of the figure for each subset of the inputs; bit n of the index stands for the n-th input.
        let selections = 0_usize..1 << moved.len();
        let figures = selections.map(|selection| figure(&levers.only(&selected(&moved, selection))));
        let figures: Vec<Decimal> = figures.collect::<Option<_>>()?;
        let today = Money::new(*figures.first()?).rounded();
        let then = Money::new(*figures.last()?).rounded();
        let mut split = Self {
            today,
            then,
            difference: then - today,
            effects: Vec::new(),
        };
        split.effects = (0..moved.len())
            .map(|place| InputEffect {
                lever: moved[place],
                effect: Money::new(shapley_value(place, moved.len(), &figures)).rounded(),
            })
            .collect();
        split
            .effects
            .sort_by_key(|line| std::cmp::Reverse(line.effect.euros().abs()));
        let sum: Money = split.effects.iter().map(|line| line.effect).sum();
        // Rounding leaves a cent or two, which are added to the strongest input.
        if let Some(strongest) = split.effects.first_mut() {
            strongest.effect += split.difference - sum;
        }
        Some(split)
    }
}

fn selected(moved: &[ScenarioInput], selection: usize) -> Vec<ScenarioInput> {
    let levers = moved.iter().enumerate();
    levers
        .filter(|(place, _)| selection & (1 << place) != 0)
        .map(|(_, lever)| *lever)
        .collect()
}

/// Mean contribution of an input over every order in which the inputs could be applied (the Shapley value,
/// <https://en.wikipedia.org/wiki/Shapley_value>). The result does not depend on the order of the inputs, and all
/// contributions add up to the difference.
fn shapley_value(place: usize, levers: usize, figures: &[Decimal]) -> Decimal {
    let bit = 1 << place;
    let without = (0..figures.len()).filter(|selection| selection & bit == 0);
    let sum: Decimal = without
        .map(|selection| {
            let before = selection.count_ones() as usize;
            // Orders in which exactly these inputs come before this one.
            let orders = factorial(before) * factorial(levers - 1 - before);
            (figures[selection | bit] - figures[selection]) * orders
        })
        .sum();
    sum / factorial(levers)
}

fn factorial(number: usize) -> Decimal {
    (1..=number).map(Decimal::from).product()
}
