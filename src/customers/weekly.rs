//! Weekly report: bands, movers, revenue and next actions.

use jiff::{Timestamp, ToSpan, civil::Date};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    alerting::report::{Extent, Mover, Next, Report},
    amount::{Amount, Currency},
    health::Band,
    number::Number,
    revenue::{self, Month},
    sources::event::Event,
    summary::Overview,
};

/// Source of the revenue movements; no other source has any.
pub const SOURCE: &str = "chartmogul";
/// Display name of the source.
pub const SOURCE_TITLE: &str = "ChartMogul";

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
    pub total_mrr: Number,
    /// Annual revenue: 12 × `total_mrr`.
    pub total_arr: Number,
    /// Monthly revenue times the probability of losing it.
    pub value_at_risk: Number,
    /// Mean score; `null` without scored customers.
    pub avg_health_score: Option<Number>,
    /// Bands, best first.
    pub bands: Vec<BandWeek>,
    /// Customers who lost most points.
    pub fallen: Vec<MoverAnswer>,
    /// Customers who gained most points.
    pub risen: Vec<MoverAnswer>,
    /// Revenue movements; `null` without a source of movements.
    pub revenue: Option<RevenueWeek>,
    /// Customers to look after first.
    pub next: Vec<NextAnswer>,
}

/// A band at the end of the week.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BandWeek {
    /// `healthy`, `at_risk`, `high_risk` or `critical`.
    pub band: &'static str,
    /// Number of customers.
    pub count: usize,
    /// Change of that number within the week; `null` when the history is too short.
    pub change: Option<i64>,
    /// Monthly revenue.
    pub mrr: Number,
}

/// A customer whose score changed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MoverAnswer {
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
pub struct RevenueWeek {
    /// Source of the movements.
    pub source: &'static str,
    /// Gained from first subscriptions.
    pub new_business: Number,
    /// Gained from existing customers.
    pub expansion: Number,
    /// Regained from returning customers.
    pub reactivation: Number,
    /// Lost from customers who stay; zero or negative.
    pub contraction: Number,
    /// Lost from customers who left; zero or negative.
    pub churn: Number,
    /// Movements of an unknown kind.
    pub other: Number,
    /// Net change.
    pub net: Number,
}

/// A customer who needs action.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NextAnswer {
    /// Customer id.
    pub id: String,
    /// Display name.
    pub title: String,
    /// Current score.
    pub score: u8,
    /// Monthly revenue, in the customer's own currency.
    pub mrr: Option<Number>,
    /// Currency of `mrr`.
    pub currency: Option<String>,
    /// Recommended action.
    pub action: &'static str,
}

/// Inputs of the report.
pub struct Material<'a> {
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Currency of every total.
    pub currency: Currency,
    /// Current figures.
    pub overview: &'a Overview,
    /// Bands, movers and next actions.
    pub report: &'a Report,
    /// Events of the sources.
    pub events: &'a [Event],
}

impl WeeklyReport {
    /// Report of the week that ends on the day of `material.report`.
    pub fn of(material: &Material<'_>) -> Self {
        let (report, summary) = (material.report, &material.overview.summary);
        let since = report.day.saturating_sub(i64::from(Extent::WEEK.days).days());
        let distribution = &summary.health_distribution;
        let moved = revenue::movements(material.events, (SOURCE, material.currency), (since, report.day));
        let band = |band: Band| {
            let total = report.bands.iter().find(|total| total.band == band);
            let share = distribution.of(band);
            BandWeek {
                band: band.word(),
                count: share.count,
                change: total
                    .and_then(|total| total.before)
                    .map(|before| signed(share.count) - signed(before)),
                mrr: share.mrr,
            }
        };
        Self {
            as_of: material.as_of,
            day: report.day,
            since,
            currency: material.currency.code().to_owned(),
            customers: summary.total_customers - material.overview.unscored.count,
            without_score: material.overview.unscored.count,
            in_other_currencies: material.overview.other_currency,
            total_mrr: summary.total_mrr,
            total_arr: summary.total_arr,
            value_at_risk: material.overview.value_at_risk,
            avg_health_score: summary.avg_health_score,
            bands: Band::ALL.map(band).into(),
            fallen: report.fallen.iter().map(MoverAnswer::of).collect(),
            risen: report.risen.iter().map(MoverAnswer::of).collect(),
            revenue: moved.as_ref().map(RevenueWeek::of),
            next: report.next.iter().map(NextAnswer::of).collect(),
        }
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl MoverAnswer {
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

impl NextAnswer {
    fn of(next: &Next) -> Self {
        let mrr: Option<Amount> = next.mrr.map(|mrr| mrr.rounded());
        Self {
            id: next.customer.to_string(),
            title: next.title.clone(),
            score: next.score,
            mrr: mrr.map(|mrr| Number::new(mrr.units)),
            currency: mrr.map(|mrr| mrr.currency.code().to_owned()),
            action: next.action,
        }
    }
}

impl RevenueWeek {
    fn of(sums: &Month) -> Self {
        let parts = [
            sums.new_business,
            sums.expansion,
            sums.reactivation,
            sums.contraction,
            sums.churn,
            sums.other,
        ];
        Self {
            source: SOURCE,
            new_business: Number::new(sums.new_business),
            expansion: Number::new(sums.expansion),
            reactivation: Number::new(sums.reactivation),
            contraction: Number::new(sums.contraction),
            churn: Number::new(sums.churn),
            other: Number::new(sums.other),
            net: Number::new(parts.iter().sum()),
        }
    }
}
