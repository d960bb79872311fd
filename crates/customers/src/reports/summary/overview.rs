//! Overview of all customers: number, revenue and health.

use customer_sources::amount::Currency;
use domain::json_decimal::JsonDecimal;
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    customer::{Customer, health_band, mrr_in, risk::value_at_risk},
    health::rules::HealthBand,
};

/// `GET /dashboard/summary`. Revenue totals include scored customers only, so that the bands add up to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CustomerSummary")]
pub struct CustomerSummary {
    /// Number of customers, including those without a score.
    pub total_customers: usize,
    /// Monthly revenue in the reporting currency: the total of the bands.
    pub total_mrr: JsonDecimal,
    /// Annual revenue: 12 × `total_mrr`.
    pub total_arr: JsonDecimal,
    /// Mean score, to one decimal; `null` without scored customers.
    pub avg_health_score: Option<JsonDecimal>,
    /// Customers by health band.
    pub health_distribution: HealthDistribution,
    /// Number of customers at risk and at high risk.
    pub at_risk_count: usize,
    /// Number of customers in the lowest band.
    pub critical_count: usize,
}

/// Customers by health band.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "HealthDistribution")]
pub struct HealthDistribution {
    /// Scores from 70 to 100.
    pub healthy: BandSummary,
    /// Scores from 50 to 69.
    pub at_risk: BandSummary,
    /// Scores from 30 to 49.
    pub high_risk: BandSummary,
    /// Scores from 0 to 29.
    pub critical: BandSummary,
}

/// Customers of one band.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BandSummary {
    /// Number of customers.
    pub count: usize,
    /// Monthly revenue.
    pub mrr: JsonDecimal,
}

/// Summary with the further figures of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerOverview {
    /// Summary.
    pub summary: CustomerSummary,
    /// Total of monthly revenue times the probability of losing it, over all bands but the best.
    pub value_at_risk: JsonDecimal,
    /// Customers without a score.
    pub unscored: BandSummary,
    /// Number of customers who pay in another currency, which no total includes.
    pub other_currency: usize,
}

impl HealthDistribution {
    /// Customers of a band.
    pub fn of(&self, band: HealthBand) -> BandSummary {
        match band {
            HealthBand::Healthy => self.healthy,
            HealthBand::AtRisk => self.at_risk,
            HealthBand::HighRisk => self.high_risk,
            HealthBand::Critical => self.critical,
        }
    }

    fn share(&mut self, band: HealthBand) -> &mut BandSummary {
        match band {
            HealthBand::Healthy => &mut self.healthy,
            HealthBand::AtRisk => &mut self.at_risk,
            HealthBand::HighRisk => &mut self.high_risk,
            HealthBand::Critical => &mut self.critical,
        }
    }
}

impl BandSummary {
    fn add(&mut self, mrr: Decimal) {
        self.count += 1;
        self.mrr = JsonDecimal::new(self.mrr.decimal().saturating_add(mrr));
    }
}

impl CustomerOverview {
    /// Overview of the active customers.
    pub fn of<'a>(customers: impl IntoIterator<Item = &'a Customer>, currency: Currency) -> Self {
        let mut distribution = HealthDistribution::default();
        let mut unscored = BandSummary::default();
        let (mut total, mut scored, mut other_currency) = (0_usize, 0_usize, 0_usize);
        let (mut scores, mut at_stake) = (Decimal::ZERO, Decimal::ZERO);
        for customer in customers {
            total += 1;
            other_currency += usize::from(customer.pays_in_other_currency(currency));
            let mrr = mrr_in(customer, currency).unwrap_or_default();
            let Some(band) = health_band(customer) else {
                unscored.add(mrr);
                continue;
            };
            distribution.share(band).add(mrr);
            scored += 1;
            scores += customer.health.score.unwrap_or_default();
            if band != HealthBand::Healthy {
                at_stake = at_stake.saturating_add(value_at_risk(customer, currency).unwrap_or_default());
            }
        }
        let mean = (scored > 0).then(|| {
            (scores / Decimal::from(scored)).round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero)
        });
        let total_mrr: Decimal = HealthBand::ALL
            .iter()
            .map(|band| distribution.of(*band).mrr.decimal())
            .sum();
        let summary = CustomerSummary {
            total_customers: total,
            total_mrr: JsonDecimal::new(total_mrr),
            total_arr: JsonDecimal::new(total_mrr.saturating_mul(Decimal::from(12))),
            avg_health_score: mean.map(JsonDecimal::new),
            at_risk_count: distribution.at_risk.count + distribution.high_risk.count,
            critical_count: distribution.critical.count,
            health_distribution: distribution,
        };
        Self {
            summary,
            value_at_risk: JsonDecimal::new(at_stake),
            unscored,
            other_currency,
        }
    }
}
