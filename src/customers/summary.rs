//! Overview of all customers: number, revenue and health.

use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    amount::Currency,
    customer::Customer,
    filter::{band, mrr_in},
    health::Band,
    number::Number,
    risk::value_at_risk,
};

/// `GET /dashboard/summary`. Revenue totals include scored customers only, so that the bands add up to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CustomerSummary")]
pub struct Summary {
    /// Number of customers, including those without a score.
    pub total_customers: usize,
    /// Monthly revenue in the reporting currency: the total of the bands.
    pub total_mrr: Number,
    /// Annual revenue: 12 × `total_mrr`.
    pub total_arr: Number,
    /// Mean score, to one decimal; `null` without scored customers.
    pub avg_health_score: Option<Number>,
    /// Customers by health band.
    pub health_distribution: Distribution,
    /// Number of customers at risk and at high risk.
    pub at_risk_count: usize,
    /// Number of customers in the lowest band.
    pub critical_count: usize,
}

/// Customers by health band.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "HealthDistribution")]
pub struct Distribution {
    /// Scores from 70 to 100.
    pub healthy: BandShare,
    /// Scores from 50 to 69.
    pub at_risk: BandShare,
    /// Scores from 30 to 49.
    pub high_risk: BandShare,
    /// Scores from 0 to 29.
    pub critical: BandShare,
}

/// Customers of one band.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BandShare {
    /// Number of customers.
    pub count: usize,
    /// Monthly revenue.
    pub mrr: Number,
}

/// Summary with the further figures of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Summary.
    pub summary: Summary,
    /// Total of monthly revenue times the probability of losing it, over all bands but the best.
    pub value_at_risk: Number,
    /// Customers without a score.
    pub unscored: BandShare,
    /// Number of customers who pay in another currency, which no total includes.
    pub other_currency: usize,
}

impl Distribution {
    /// Customers of a band.
    pub fn of(&self, band: Band) -> BandShare {
        match band {
            Band::Healthy => self.healthy,
            Band::AtRisk => self.at_risk,
            Band::HighRisk => self.high_risk,
            Band::Critical => self.critical,
        }
    }

    fn share(&mut self, band: Band) -> &mut BandShare {
        match band {
            Band::Healthy => &mut self.healthy,
            Band::AtRisk => &mut self.at_risk,
            Band::HighRisk => &mut self.high_risk,
            Band::Critical => &mut self.critical,
        }
    }
}

impl BandShare {
    fn add(&mut self, mrr: Decimal) {
        self.count += 1;
        self.mrr = Number::new(self.mrr.decimal().saturating_add(mrr));
    }
}

impl Overview {
    /// Overview of the active customers.
    pub fn of<'a>(customers: impl IntoIterator<Item = &'a Customer>, currency: Currency) -> Self {
        let mut distribution = Distribution::default();
        let mut unscored = BandShare::default();
        let (mut total, mut scored, mut other_currency) = (0_usize, 0_usize, 0_usize);
        let (mut scores, mut at_stake) = (Decimal::ZERO, Decimal::ZERO);
        for customer in customers {
            total += 1;
            other_currency += usize::from(customer.pays_otherwise_than(currency));
            let mrr = mrr_in(customer, currency).unwrap_or_default();
            let Some(band) = band(customer) else {
                unscored.add(mrr);
                continue;
            };
            distribution.share(band).add(mrr);
            scored += 1;
            scores += customer.health.score.unwrap_or_default();
            if band != Band::Healthy {
                at_stake = at_stake.saturating_add(value_at_risk(customer, currency).unwrap_or_default());
            }
        }
        let mean = (scored > 0).then(|| {
            (scores / Decimal::from(scored)).round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero)
        });
        let total_mrr: Decimal = Band::ALL.iter().map(|band| distribution.of(*band).mrr.decimal()).sum();
        let summary = Summary {
            total_customers: total,
            total_mrr: Number::new(total_mrr),
            total_arr: Number::new(total_mrr.saturating_mul(Decimal::from(12))),
            avg_health_score: mean.map(Number::new),
            at_risk_count: distribution.at_risk.count + distribution.high_risk.count,
            critical_count: distribution.critical.count,
            health_distribution: distribution,
        };
        Self {
            summary,
            value_at_risk: Number::new(at_stake),
            unscored,
            other_currency,
        }
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
