//! The week in figures: bands, who moved, revenue, and what to do next.

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

/// The source whose movements are counted; no other tells of any.
pub const SOURCE: &str = "chartmogul";

/// `GET /customers/report`: how all customers fare, and what became of them within a week.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WeeklyReport {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// The last day.
    pub day: Date,
    /// The day with which it is compared.
    pub since: Date,
    /// The currency of every sum.
    pub currency: String,
    /// Customers that have a score.
    pub customers: usize,
    /// Customers of whom too little is known for one; they are in no band and no sum.
    pub without_score: usize,
    /// Customers who pay in another currency, which is in no sum.
    pub in_other_currencies: usize,
    /// What they pay a month.
    pub total_mrr: Number,
    /// Twelve times that.
    pub total_arr: Number,
    /// Revenue a month times the chance of losing it.
    pub value_at_risk: Number,
    /// The mean of the scores; `null` without any.
    pub avg_health_score: Option<Number>,
    /// By band, the best first.
    pub bands: Vec<BandWeek>,
    /// Who lost most points.
    pub fallen: Vec<MoverAnswer>,
    /// Who gained most.
    pub risen: Vec<MoverAnswer>,
    /// What revenue gained and lost; `null` when no source tells of changes.
    pub revenue: Option<RevenueWeek>,
    /// Whom to look after first.
    pub next: Vec<NextAnswer>,
}

/// A band at the end of the week.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BandWeek {
    /// `healthy`, `at_risk`, `high_risk` or `critical`.
    pub band: &'static str,
    /// How many customers.
    pub count: usize,
    /// How many more or less than a week ago; `null` when the history is younger.
    pub change: Option<i64>,
    /// What they pay a month.
    pub mrr: Number,
}

/// A customer whose score changed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MoverAnswer {
    /// Id of the customer.
    pub id: String,
    /// What people call them.
    pub title: String,
    /// The score now.
    pub score: u8,
    /// Points gained, negative when lost.
    pub gained: i16,
    /// The part of the score that moved most, in words; `null` when none did.
    pub part: Option<String>,
}

/// What revenue a month gained and lost within the week.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RevenueWeek {
    /// The source whose movements are counted.
    pub source: &'static str,
    /// From first subscriptions.
    pub new_business: Number,
    /// More from existing customers.
    pub expansion: Number,
    /// From customers who came back.
    pub reactivation: Number,
    /// Less from customers who stay; not positive.
    pub contraction: Number,
    /// From customers who left; not positive.
    pub churn: Number,
    /// Of kinds that are not known here.
    pub other: Number,
    /// All of it.
    pub net: Number,
}

/// A customer to look after.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NextAnswer {
    /// Id of the customer.
    pub id: String,
    /// What people call them.
    pub title: String,
    /// The score now.
    pub score: u8,
    /// What they pay a month, in their own currency.
    pub mrr: Option<Number>,
    /// That currency.
    pub currency: Option<String>,
    /// What to do first.
    pub action: &'static str,
}

/// What a report is made from.
pub struct Material<'a> {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// The currency of every sum.
    pub currency: Currency,
    /// The figures as they stand.
    pub overview: &'a Overview,
    /// Bands, movers and what to do next.
    pub report: &'a Report,
    /// What the sources told of.
    pub events: &'a [Event],
}

impl WeeklyReport {
    /// The report of the week that ends with the day of `material.report`.
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
