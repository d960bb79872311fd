//! Sales velocity: number of deals times average basket times win rate, divided by the length of the sales cycle.

pub(crate) mod page;
pub(crate) mod response;
pub(crate) mod view;

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    language::{Language, Noun},
    money::Money,
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    deal::{
        Deal,
        grouping::{GroupBy, group_deals},
        stage::DealStage,
        stage_history::{SalesCycle, StageHistory, mean_days},
    },
    text::ratio::Ratio,
};

/// Sales velocity of a set of deals, with its components.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SalesVelocity {
    /// Euros per day; `None` while a component is unknown.
    pub euros_a_day: Option<Money>,
    /// Number of deals.
    pub deals: usize,
    /// Mean amount.
    pub average_basket: Option<Money>,
    /// Won deals divided by all deals. In percent in JSON.
    pub win_rate: Option<Ratio>,
    /// Sales cycle, from creation to won.
    pub cycle: SalesCycle,
}

impl SalesVelocity {
    /// Velocity of these deals.
    pub fn of(deals: &[&Deal], history: &StageHistory) -> Self {
        let amount: Money = deals.iter().map(|deal| deal.amount).sum();
        let cycle = SalesCycle::of(deals, history);
        let win_rate = Ratio::of(cycle.won(), deals.len());
        Self {
            // Number of deals times average basket is the sum of the amounts, without the rounding of a division.
            euros_a_day: win_rate
                .zip(cycle.average_days)
                .map(|(rate, days)| Money::new(amount.euros() * rate.of_one() / days)),
            deals: deals.len(),
            average_basket: amount.divided_by(deals.len()),
            win_rate,
            cycle,
        }
    }

    /// Reasons why the velocity is unknown, or based on only some of the won deals.
    pub fn gaps(&self) -> Vec<VelocityGap> {
        let cycle = &self.cycle;
        if self.deals == 0 {
            return vec![VelocityGap::NoDeals];
        }
        if cycle.won() == 0 {
            return vec![VelocityGap::NothingWon];
        }
        let missing = [
            (
                VelocityGap::WonWithoutCreation as fn(usize) -> VelocityGap,
                cycle.without_creation,
            ),
            (VelocityGap::WonWithoutChange, cycle.without_change),
            (VelocityGap::WonBeforeCreation, cycle.reversed),
        ];
        let missing = missing.into_iter().filter(|(_, count)| *count > 0);
        missing.map(|(gap, count)| gap(count)).collect()
    }
}

/// Data missing for a complete velocity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VelocityGap {
    /// There are no deals.
    NoDeals,
    /// No deal is won yet.
    NothingWon,
    /// Number of won deals without `created_at`.
    WonWithoutCreation(usize),
    /// Number of won deals whose change to won is not in the audit log.
    WonWithoutChange(usize),
    /// Number of deals won before their creation.
    WonBeforeCreation(usize),
}

impl VelocityGap {
    /// Message.
    pub fn message(self, language: Language) -> String {
        let deals = |count: usize| language.count(u64::try_from(count).unwrap_or(u64::MAX), Noun::DEAL);
        match self {
            Self::NoDeals => language.choose("Aucune affaire.", "No deals.").to_owned(),
            Self::NothingWon => language
                .choose(
                    "Aucune affaire gagnée : la durée du cycle n’est pas encore connue.",
                    "No deal is won yet, so the length of the cycle is not known.",
                )
                .to_owned(),
            Self::WonWithoutCreation(count) => language.choose(
                format!(
                    "{} au statut Gagné sans date de création : cycle non mesuré.",
                    deals(count)
                ),
                format!("{} won without a creation date: cycle not measured.", deals(count)),
            ),
            Self::WonWithoutChange(count) => language.choose(
                format!(
                    "{} au statut Gagné sans passage à Gagné dans l’historique : cycle non mesuré.",
                    deals(count)
                ),
                format!(
                    "{} won without a change to won in the history: cycle not measured.",
                    deals(count)
                ),
            ),
            Self::WonBeforeCreation(count) => language.choose(
                format!(
                    "{} au statut Gagné avant la date de création : cycle non mesuré.",
                    deals(count)
                ),
                format!("{} won before the creation date: cycle not measured.", deals(count)),
            ),
        }
    }
}

/// Velocity of the deals created in one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MonthVelocity {
    /// First day of the month.
    pub month: Date,
    /// Velocity of the deals created in it.
    pub velocity: SalesVelocity,
}

/// Velocity by month of creation, earliest first. Deals without `created_at` are left out.
pub fn by_month(deals: &[&Deal], history: &StageHistory, zone: &TimeZone) -> Vec<MonthVelocity> {
    let mut months: BTreeMap<Date, Vec<&Deal>> = BTreeMap::new();
    for deal in deals {
        if let Some(created_at) = deal.created_at {
            let month = created_at.to_zoned(zone.clone()).date().first_of_month();
            months.entry(month).or_default().push(deal);
        }
    }
    let months = months.into_iter().map(|(month, deals)| MonthVelocity {
        month,
        velocity: SalesVelocity::of(&deals, history),
    });
    months.collect()
}

/// Velocity of one sector or assignee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GroupVelocity {
    /// First spelling; `None` is “Non renseigné”.
    pub name: Option<Arc<str>>,
    /// Velocity of its deals.
    pub velocity: SalesVelocity,
}

/// Every sector or assignee, fastest first; those without a velocity come last.
pub fn by_property(deals: &[&Deal], history: &StageHistory, property: GroupBy) -> Vec<GroupVelocity> {
    let groups = group_deals(deals, property).into_iter().map(|group| GroupVelocity {
        name: group.name,
        velocity: SalesVelocity::of(&group.deals, history),
    });
    let mut groups: Vec<GroupVelocity> = groups.collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.velocity.euros_a_day));
    groups
}

/// Time that deals spend in one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StageTime {
    /// Stage; open stages only.
    pub status: DealStage,
    /// Mean in days over all stays, ongoing ones up to now; `None` without any.
    #[serde(serialize_with = "crate::text::ratio::two_decimals_or_null")]
    #[schemars(with = "Option<f64>")]
    pub average_days: Option<Decimal>,
    /// Number of completed stays.
    pub over: usize,
    /// Number of ongoing stays.
    pub running: usize,
}

/// Time in each open stage. Stays whose start or end is not recorded are not measured.
pub fn time_in_stages(deals: &[&Deal], history: &StageHistory, now: Timestamp) -> Vec<StageTime> {
    let mut over = StageStays::default();
    let mut running = StageStays::default();
    for deal in deals {
        let changes = history.of_deal(deal);
        let mut since = deal.created_at;
        let mut stage = changes.first().map_or(Some(deal.stage), |first| first.from);
        for change in changes {
            over.add(stage, since, change.at);
            (since, stage) = (Some(change.at), Some(change.to));
        }
        // An unrecorded change leaves the end of the last stay unknown.
        if stage == Some(deal.stage) {
            running.add(stage, since, now);
        }
    }
    let open = DealStage::ALL.into_iter().filter(|stage| stage.is_open());
    open.map(|status| {
        let place = status as usize;
        let total = over.totals[place].saturating_add(running.totals[place]);
        let (over, running) = (over.counts[place], running.counts[place]);
        StageTime {
            status,
            average_days: mean_days(total, over + running),
            over,
            running,
        }
    })
    .collect()
}

/// Lengths of stays, summed by stage.
#[derive(Default)]
struct StageStays {
    totals: [SignedDuration; DealStage::ALL.len()],
    counts: [usize; DealStage::ALL.len()],
}

impl StageStays {
    fn add(&mut self, stage: Option<DealStage>, since: Option<Timestamp>, until: Timestamp) {
        let (Some(stage), Some(since)) = (stage, since) else {
            return;
        };
        if since <= until {
            let place = stage as usize;
            self.totals[place] = self.totals[place].saturating_add(until.duration_since(since));
            self.counts[place] += 1;
        }
    }
}
