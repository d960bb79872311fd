//! What would become of the figures if baskets, conversion, cycle, number of deals or probabilities were different.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::{
    deal::Deal,
    funnel::funnel,
    history::StageHistory,
    levers::{Lever, Levers},
    share::{Share, two_decimals},
    stage::{LostStage, Stage},
    velocity::Velocity,
};
use crate::money::Money;

/// The figures of today that the levers work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// How many deals.
    deals: usize,
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
            deals: deals.len(),
            amount: by_stage.iter().map(|(_, amount)| amount).sum(),
            win_rate: velocity.win_rate.map(Share::of_one),
            cycle: velocity.cycle.average_days,
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

    /// What a lever moves, as it would be; `None` while it is not known.
    fn quantity(&self, lever: Lever, levers: &Levers) -> Option<Quantity> {
        let factor = levers.factor(lever);
        let share = |share: Decimal| Quantity::Share(Share::new((share * factor).min(Decimal::ONE)));
        Some(match lever {
            Lever::Basket => Quantity::Money(Money::new(self.amount).shared_by(self.deals)?.times(factor).rounded()),
            Lever::Conversion => share(self.win_rate?),
            Lever::Cycle => Quantity::Days(self.cycle? * factor),
            Lever::Deals => Quantity::Count(Decimal::from(self.deals) * factor),
            Lever::Prospect | Lever::Qualified | Lever::Negotiation => share(lever.stage()?.probability()),
        })
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

/// What a lever moves, in its own unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Euros, in cents.
    Money(Money),
    /// A share of one, never more than one. Programs read percent.
    Share(Share),
    /// Days.
    Days(Decimal),
    /// A number of deals.
    Count(Decimal),
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Money(amount) => amount.serialize(serializer),
            Self::Share(share) => share.serialize(serializer),
            Self::Days(number) | Self::Count(number) => two_decimals(*number, serializer),
        }
    }
}

/// What one lever moves, today and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Moved {
    /// The lever.
    pub lever: Lever,
    /// Today; `None` while it is not known.
    #[schemars(with = "Option<f64>")]
    pub today: Option<Quantity>,
    /// With the lever as it is set.
    #[schemars(with = "Option<f64>")]
    pub then: Option<Quantity>,
}

/// The answer to a what-if.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WhatIf {
    /// The levers as they were set.
    #[schemars(with = "BTreeMap<String, f64>")]
    pub levers: Levers,
    /// What each lever moves, in the order of the form.
    pub moved: Vec<Moved>,
    /// Euros a day; `None` while the cycle or the win rate is not known.
    pub velocity: Option<Split>,
    /// Deals times average basket times win rate; `None` without deals.
    pub expected_revenue: Option<Split>,
    /// Sum of amount times probability.
    pub weighted_pipeline: Split,
    /// Levers that would push a share above 100 %, where it stops.
    pub capped: Vec<Lever>,
}

impl Moved {
    fn of(figures: &Figures, lever: Lever, levers: &Levers) -> Self {
        Self {
            lever,
            today: figures.quantity(lever, &Levers::default()),
            then: figures.quantity(lever, levers),
        }
    }
}

impl WhatIf {
    /// What `levers` make of today's figures.
    pub fn of(today: &Figures, levers: Levers) -> Self {
        Self {
            velocity: Split::of(&levers, |levers| today.velocity(levers)),
            expected_revenue: Split::of(&levers, |levers| today.expected_revenue(levers)),
            weighted_pipeline: Split::of(&levers, |levers| Some(today.weighted_pipeline(levers))).unwrap_or_default(),
            capped: today.capped(&levers),
            moved: Lever::ALL.map(|lever| Moved::of(today, lever, &levers)).to_vec(),
            levers,
        }
    }
}

/// One figure today and then, and what each lever adds to the difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
