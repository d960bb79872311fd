//! Handler of `GET /customers/revenue`: revenue growth from the movements of one source.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::{Timestamp, civil::Date};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    desk::{Current, Customers},
    number::Number,
    revenue::{Growth, Month},
    scoring::derived::Derived,
    view::revenue::RevenuePage,
    weekly::{SOURCE, SOURCE_TITLE},
};
use crate::{
    answer::{Cell, Column, Face, Kind, Rendered, Sheet},
    asked::Asked,
    error::Error,
};

/// Months in the chart.
const DRAWN: usize = 12;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    /// `html`, `json`, `csv` or `xlsx`.
    format: Option<String>,
}

/// Revenue growth.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RevenueGrowth")]
pub(super) struct Answer {
    /// Time at which the spreadsheet was read.
    as_of: Timestamp,
    /// Source of the movements.
    source: &'static str,
    /// Currency of every amount.
    currency: String,
    /// Months, oldest first. Rates are fractions of one.
    months: Vec<MonthAnswer>,
    /// Cohorts by month of the first subscription, oldest first.
    cohorts: Vec<CohortAnswer>,
    /// Number of movements in other currencies, which are left out.
    in_other_currencies: usize,
    /// Number of movements that could not be used.
    unusable: usize,
}

/// One month.
#[derive(Serialize, JsonSchema)]
struct MonthAnswer {
    /// First day of the month.
    month: Date,
    start: Number,
    new_business: Number,
    expansion: Number,
    reactivation: Number,
    contraction: Number,
    churn: Number,
    end: Number,
    customers: usize,
    gross_churn: Option<Number>,
    net_churn: Option<Number>,
    /// Net revenue retention.
    retention: Option<Number>,
    retention_12_months: Option<Number>,
    customer_churn: Option<Number>,
    arpa: Option<Number>,
    quick_ratio: Option<Number>,
}

/// A cohort of customers.
#[derive(Serialize, JsonSchema)]
struct CohortAnswer {
    /// First day of the month.
    month: Date,
    customers: usize,
    new_business: Number,
    /// Share of the initial revenue after 0, 1, 2 … months.
    retention: Vec<Option<Number>>,
}

pub(super) async fn show(
    State(customers): State<Arc<Customers>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(question.format.as_deref(), &headers, &uri, Face::TABLE)?;
    let (current, told) = (customers.current().await?, customers.told().await?);
    Ok(render(&customers, (&current, &told), &asked)?.respond(&headers))
}

fn render(customers: &Customers, (current, told): (&Current, &Derived), asked: &Asked) -> Result<Rendered, Error> {
    let growth = Growth::of(&told.tables.events, SOURCE, current.currency, current.now.date());
    match asked.face {
        Face::Json => Rendered::json(&answer(current, &growth)).map_err(Error::internal),
        Face::Csv => Ok(Rendered::csv(&sheet(current, &growth))),
        Face::Xlsx => Rendered::xlsx(&sheet(current, &growth)).map_err(Error::internal),
        _ => {
            let page = RevenuePage {
                growth: Some(&growth),
                source: SOURCE_TITLE,
                heights: &heights(&growth.months),
                address: &asked.address,
            };
            Ok(Rendered::html(page.document(&customers.frame(current))))
        }
    }
}

/// MRR at the end of the last months, in thousandths of the maximum.
fn heights(months: &[Month]) -> Vec<(Date, u32)> {
    let shown = &months[months.len().saturating_sub(DRAWN)..];
    let highest = shown
        .iter()
        .map(|month| month.end)
        .max()
        .unwrap_or_default()
        .max(Decimal::ONE);
    let height = |month: &Month| {
        let part = month.end.max(Decimal::ZERO) * Decimal::ONE_THOUSAND / highest;
        (month.month, part.round().to_u32().unwrap_or(0))
    };
    shown.iter().map(height).collect()
}

/// Rounded to six decimals: precise to a hundredth of a percent, and short.
fn share(known: Option<Decimal>) -> Option<Number> {
    known.map(|share| Number::new(share.round_dp(6)))
}

fn answer(current: &Current, growth: &Growth) -> Answer {
    let month = |at: &Month| MonthAnswer {
        month: at.month,
        start: Number::new(at.start),
        new_business: Number::new(at.new_business),
        expansion: Number::new(at.expansion),
        reactivation: Number::new(at.reactivation),
        contraction: Number::new(at.contraction),
        churn: Number::new(at.churn),
        end: Number::new(at.end),
        customers: at.customers_at_end,
        gross_churn: share(at.gross_churn),
        net_churn: share(at.net_churn),
        retention: share(at.retention),
        retention_12_months: share(at.retention_12_months),
        customer_churn: share(at.customer_churn),
        arpa: at.arpa.map(|arpa| Number::new(arpa.round_dp(2))),
        quick_ratio: share(at.quick_ratio),
    };
    let cohorts = growth.cohorts.iter().map(|cohort| CohortAnswer {
        month: cohort.month,
        customers: cohort.customers,
        new_business: Number::new(cohort.new_business),
        retention: cohort.retention.iter().map(|kept| share(*kept)).collect(),
    });
    Answer {
        as_of: current.read_at,
        source: SOURCE,
        currency: growth.currency.code().to_owned(),
        months: growth.months.iter().map(month).collect(),
        cohorts: cohorts.collect(),
        in_other_currencies: growth.in_other_currencies,
        unusable: growth.unusable,
    }
}

fn sheet(current: &Current, growth: &Growth) -> Sheet {
    let columns = [
        ("month", Kind::Text),
        ("start", Kind::Decimal),
        ("new_business", Kind::Decimal),
        ("expansion", Kind::Decimal),
        ("reactivation", Kind::Decimal),
        ("contraction", Kind::Decimal),
        ("churn", Kind::Decimal),
        ("end", Kind::Decimal),
        ("customers", Kind::Integer),
        ("gross_churn_percent", Kind::Decimal),
        ("net_churn_percent", Kind::Decimal),
        ("retention_percent", Kind::Decimal),
        ("arpa", Kind::Decimal),
        ("quick_ratio", Kind::Decimal),
    ];
    let number = |number: Decimal| number.to_f64().map_or(Cell::Empty, Cell::Decimal);
    let maybe = |known: Option<Decimal>| known.map_or(Cell::Empty, |known| number(known.round_dp(4)));
    let percent = |share: Option<Decimal>| maybe(share.map(|share| share * Decimal::ONE_HUNDRED));
    let row = |at: &Month| {
        vec![
            Cell::from(at.month.strftime("%Y-%m").to_string().as_str()),
            number(at.start),
            number(at.new_business),
            number(at.expansion),
            number(at.reactivation),
            number(at.contraction),
            number(at.churn),
            number(at.end),
            Cell::Integer(i64::try_from(at.customers_at_end).unwrap_or(i64::MAX)),
            percent(at.gross_churn),
            percent(at.net_churn),
            percent(at.retention),
            maybe(at.arpa),
            maybe(at.quick_ratio),
        ]
    };
    Sheet {
        title: "Revenue".to_owned(),
        file_name: "revenue".to_owned(),
        as_of: current.now.datetime(),
        columns: columns
            .iter()
            .map(|(header, kind)| Column::new(*header, *kind))
            .collect(),
        rows: growth.months.iter().map(row).collect(),
    }
}
