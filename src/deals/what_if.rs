//! What would become of the figures if baskets, conversion, cycle, number of deals or probabilities were different.

use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    deal::Deal,
    funnel::funnel,
    history::StageHistory,
    levers::{Lever, Levers},
    stage::{LostStage, Stage},
    velocity::Velocity,
};
use crate::money::Money;

/// The figures of today that the levers work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Deals times average basket: the sum of the amounts.
    amount: Decimal,
    /// Won out of all, as a share of one; `None` without deals.
    win_rate: Option<Decimal>,
    /// Mean length of the cycle in days; `None` while it is not known.
    cycle: Option<Decimal>,
    /// Sum of the amounts in each stage.
    by_stage: Vec<(Stage, Decimal)>,
}

impl Figures {
    /// Today's figures of these deals.
    pub fn of(deals: &[&Deal], history: &StageHistory) -> Self {
        let velocity = Velocity::of(deals, history);
        let steps = funnel(deals, LostStage::Offered);
        let by_stage: Vec<(Stage, Decimal)> = steps.iter().map(|step| (step.status, step.total.euros())).collect();
        Self {
            amount: by_stage.iter().map(|(_, amount)| amount).sum(),
            win_rate: velocity.win_rate.map(super::share::Share::of_one),
            cycle: velocity.cycle.average_days.filter(|days| !days.is_zero()),
            by_stage,
        }
    }

    /// Euros a day.
    fn velocity(&self, levers: &Levers) -> Option<Decimal> {
        Some(self.expected_revenue(levers)? / (self.cycle? * levers.factor(Lever::Cycle)))
    }

    /// Deals times average basket times win rate.
    fn expected_revenue(&self, levers: &Levers) -> Option<Decimal> {
        let win_rate = (self.win_rate? * levers.factor(Lever::Conversion)).min(Decimal::ONE);
        Some(self.amount * levers.factor(Lever::Basket) * levers.factor(Lever::Deals) * win_rate)
    }

    /// Sum of amount times probability.
    fn weighted_pipeline(&self, levers: &Levers) -> Decimal {
        let weighted = self.by_stage.iter().map(|(stage, amount)| {
            let factor = Lever::of_stage(*stage).map_or(Decimal::ONE, |lever| levers.factor(lever));
            amount * (stage.probability() * factor).min(Decimal::ONE)
        });
        weighted.sum::<Decimal>() * levers.factor(Lever::Basket) * levers.factor(Lever::Deals)
    }

    /// Levers that would push a share above one, where it stops.
    fn capped(&self, levers: &Levers) -> Vec<Lever> {
        let is_capped = |lever: &Lever| {
            let share = match lever.stage() {
                Some(stage) => Some(stage.probability()),
                None if *lever == Lever::Conversion => self.win_rate,
                None => None,
            };
            share.is_some_and(|share| share * levers.factor(*lever) > Decimal::ONE)
        };
        Lever::ALL.into_iter().filter(is_capped).collect()
    }
}

/// The answer to a what-if.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    /// The levers as they were set.
    pub levers: Levers,
    /// Euros a day; `None` while the cycle or the win rate is not known.
    pub velocity: Option<Split>,
    /// Deals times average basket times win rate; `None` without deals.
    pub expected_revenue: Option<Split>,
    /// Sum of amount times probability.
    pub weighted_pipeline: Split,
    /// Levers that would push a share above 100 %, where it stops.
    pub capped: Vec<Lever>,
}

impl WhatIf {
    /// What `levers` make of today's figures.
    pub fn of(today: &Figures, levers: Levers) -> Self {
        Self {
            velocity: Split::of(&levers, |levers| today.velocity(levers)),
            expected_revenue: Split::of(&levers, |levers| today.expected_revenue(levers)),
            weighted_pipeline: Split::of(&levers, |levers| Some(today.weighted_pipeline(levers))).unwrap_or_default(),
            capped: today.capped(&levers),
            levers,
        }
    }
}

/// One figure today and then, and what each lever adds to the difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Split {
    /// Today, in cents.
    pub today: Money,
    /// With all levers moved, in cents.
    pub then: Money,
    /// Then less today.
    pub difference: Money,
    /// The levers that were moved, the strongest first; their effects add up to the difference exactly.
    pub effects: Vec<LeverEffect>,
}

/// What one lever adds to a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LeverEffect {
    /// The lever.
    pub lever: Lever,
    /// Its part of the difference, in cents; negative when it takes away.
    pub effect: Money,
}

impl Split {
    fn of(levers: &Levers, figure: impl Fn(&Levers) -> Option<Decimal>) -> Option<Self> {
        let moved = levers.moved();
        // The figure with each selection of the moved levers; bit n of the place stands for the n-th of them.
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
            .map(|place| LeverEffect {
                lever: moved[place],
                effect: Money::new(mean_contribution(place, moved.len(), &figures)).rounded(),
            })
            .collect();
        split
            .effects
            .sort_by_key(|line| std::cmp::Reverse(line.effect.euros().abs()));
        let told: Money = split.effects.iter().map(|line| line.effect).sum();
        // Rounding leaves a cent or two, which the strongest lever can carry.
        if let Some(strongest) = split.effects.first_mut() {
            strongest.effect += split.difference - told;
        }
        Some(split)
    }
}

fn selected(moved: &[Lever], selection: usize) -> Vec<Lever> {
    let levers = moved.iter().enumerate();
    levers
        .filter(|(place, _)| selection & (1 << place) != 0)
        .map(|(_, lever)| *lever)
        .collect()
}

/// What a lever adds, averaged over every order in which the levers could be moved one after the other. So no lever gains
/// from its place in a list, and all parts add up to the whole (the Shapley value,
/// <https://en.wikipedia.org/wiki/Shapley_value>).
fn mean_contribution(place: usize, levers: usize, figures: &[Decimal]) -> Decimal {
    let bit = 1 << place;
    let without = (0..figures.len()).filter(|selection| selection & bit == 0);
    let sum: Decimal = without
        .map(|selection| {
            let before = selection.count_ones() as usize;
            // Orders in which exactly these levers come before this one.
            let orders = factorial(before) * factorial(levers - 1 - before);
            (figures[selection | bit] - figures[selection]) * orders
        })
        .sum();
    sum / factorial(levers)
}

fn factorial(number: usize) -> Decimal {
    (1..=number).map(Decimal::from).product()
}
