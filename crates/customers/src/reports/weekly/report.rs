//! Weekly report: bands, movers, revenue and next actions.

use customer_sources::{
    amount::{Amount, Currency},
    event::CustomerEvent,
};
use domain::json_decimal::JsonDecimal;
use jiff::{Timestamp, ToSpan, civil::Date};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    alerts::report::{HealthReport, Mover, NextAction, ReportPeriod},
    health::rules::HealthBand,
    reports::{
        revenue::growth::{self, MovementSelection, RevenueMonth},
        summary::overview::CustomerOverview,
    },
};

/// Source of the revenue movements; no other source has any.
pub const MOVEMENT_SOURCE: &str = "chartmogul";
/// Display name of the source.
pub const MOVEMENT_SOURCE_TITLE: &str = "ChartMogul";

/// `GET /customers/report`: health and revenue of all customers over a week.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WeeklyReport {
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Last day of the week.
    pub day: Date,
    /// Day that it is compared with.
    pub since: Date,
    /// Currency of every total.
    pub currency: String,
    /// Number of customers with a score.
    pub customers: usize,
    /// Number of customers without a score; no band and no total includes them.
    pub without_score: usize,
    /// Number of customers who pay in another currency, which no total includes.
    pub in_other_currencies: usize,
    /// Monthly revenue.
    pub total_mrr: JsonDecimal,
    /// Annual revenue: 12 × `total_mrr`.
    pub total_arr: JsonDecimal,
    /// Monthly revenue times the probability of losing it.
    pub value_at_risk: JsonDecimal,
    /// Mean score; `null` without scored customers.
    pub avg_health_score: Option<JsonDecimal>,
    /// Bands, best first.
    pub bands: Vec<WeeklyBand>,
    /// Customers who lost most points.
    pub fallen: Vec<MoverResponse>,
    /// Customers who gained most points.
    pub risen: Vec<MoverResponse>,
    /// Revenue movements; `null` without a source of movements.
    pub revenue: Option<WeeklyRevenue>,
    /// Customers to look after first.
    pub next: Vec<NextActionResponse>,
}

/// A band at the end of the week.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WeeklyBand {
    /// `healthy`, `at_risk`, `high_risk` or `critical`.
    pub band: &'static str,
    /// Number of customers.
    pub count: usize,
    /// Change of that number within the week; `null` when the history is too short.
    pub change: Option<i64>,
    /// Monthly revenue.
    pub mrr: JsonDecimal,
}

/// A customer whose score changed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MoverResponse {
    /// Customer id.
    pub id: String,
    /// Display name.
    pub title: String,
    /// Current score.
    pub score: u8,
    /// Points gained; negative when lost.
    pub gained: i16,
    /// Part of the score that moved most, in words; `null` without a change.
    pub part: Option<String>,
}

/// Monthly revenue gained and lost within the week.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WeeklyRevenue {
    /// Source of the movements.
    pub source: &'static str,
    /// Gained from first subscriptions.
    pub new_business: JsonDecimal,
    /// Gained from existing customers.
    pub expansion: JsonDecimal,
    /// Regained from returning customers.
    pub reactivation: JsonDecimal,
    /// Lost from customers who stay; zero or negative.
    pub contraction: JsonDecimal,
    /// Lost from customers who left; zero or negative.
    pub churn: JsonDecimal,
    /// Movements of an unknown kind.
    pub other: JsonDecimal,
    /// Net change.
    pub net: JsonDecimal,
}

/// A customer who needs action.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NextActionResponse {
    /// Customer id.
    pub id: String,
    /// Display name.
    pub title: String,
    /// Current score.
    pub score: u8,
    /// Monthly revenue, in the customer's own currency.
    pub mrr: Option<JsonDecimal>,
    /// Currency of `mrr`.
    pub currency: Option<String>,
    /// Recommended action.
    pub action: &'static str,
}

/// Inputs of the report.
pub struct WeeklyReportInputs<'a> {
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Currency of every total.
    pub currency: Currency,
    /// Current figures.
    pub overview: &'a CustomerOverview,
    /// Bands, movers and next actions.
    pub report: &'a HealthReport,
    /// Events of the sources.
    pub events: &'a [CustomerEvent],
}

impl WeeklyReport {
    /// Report of the week that ends on the day of `inputs.report`.
    pub fn of(inputs: &WeeklyReportInputs<'_>) -> Self {
        let (report, summary) = (inputs.report, &inputs.overview.summary);
        let since = report.day.saturating_sub(i64::from(ReportPeriod::WEEK.days).days());
        let distribution = &summary.health_distribution;
        let selection = MovementSelection {
            source: MOVEMENT_SOURCE,
            currency: inputs.currency,
            after: since,
            until: report.day,
        };
        let moved = growth::movement_totals(inputs.events, &selection);
        let band = |band: HealthBand| {
            let total = report.bands.iter().find(|total| total.band == band);
            let share = distribution.of(band);
            WeeklyBand {
                band: band.word(),
                count: share.count,
                change: total
                    .and_then(|total| total.before)
                    .map(|before| signed(share.count) - signed(before)),
                mrr: share.mrr,
            }
        };
        Self {
            as_of: inputs.as_of,
            day: report.day,
            since,
            currency: inputs.currency.code().to_owned(),
            customers: summary.total_customers - inputs.overview.unscored.count,
            without_score: inputs.overview.unscored.count,
            in_other_currencies: inputs.overview.other_currency,
            total_mrr: summary.total_mrr,
            total_arr: summary.total_arr,
            value_at_risk: inputs.overview.value_at_risk,
            avg_health_score: summary.avg_health_score,
            bands: HealthBand::ALL.map(band).into(),
            fallen: report.fallen.iter().map(MoverResponse::of).collect(),
            risen: report.risen.iter().map(MoverResponse::of).collect(),
            revenue: moved.as_ref().map(WeeklyRevenue::of),
            next: report.next.iter().map(NextActionResponse::of).collect(),
        }
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl MoverResponse {
    fn of(mover: &Mover) -> Self {
        let part = mover.part.as_ref().map(|(name, points)| {
            let points = points.decimal().round_dp(1).normalize();
            let sign = if points > Decimal::ZERO { "+" } else { "" };
            format!("{name} {sign}{points}").replace('-', "−")
        });
        Self {
            id: mover.customer.to_string(),
            title: mover.title.clone(),
            score: mover.score,
            gained: mover.gained,
            part,
        }
    }
}

impl NextActionResponse {
    fn of(next: &NextAction) -> Self {
        let mrr: Option<Amount> = next.mrr.map(customer_sources::amount::Amount::rounded);
        Self {
            id: next.customer.to_string(),
            title: next.title.clone(),
            score: next.score,
            mrr: mrr.map(|mrr| JsonDecimal::new(mrr.units)),
            currency: mrr.map(|mrr| mrr.currency.code().to_owned()),
            action: next.action,
        }
    }
}

impl WeeklyRevenue {
    fn of(sums: &RevenueMonth) -> Self {
        let parts = [
            sums.new_business,
            sums.expansion,
            sums.reactivation,
            sums.contraction,
            sums.churn,
            sums.other,
        ];
        Self {
            source: MOVEMENT_SOURCE,
            new_business: JsonDecimal::new(sums.new_business),
            expansion: JsonDecimal::new(sums.expansion),
            reactivation: JsonDecimal::new(sums.reactivation),
            contraction: JsonDecimal::new(sums.contraction),
            churn: JsonDecimal::new(sums.churn),
            other: JsonDecimal::new(sums.other),
            net: JsonDecimal::new(parts.iter().sum()),
        }
    }
}
