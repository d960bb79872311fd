//! Handler of `GET /customers/revenue`: revenue growth from the movements of one source.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use domain::json_decimal::JsonDecimal;
use jiff::{Timestamp, civil::Date};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{
    error::Error,
    request_context::RequestContext,
    response::{ExportCell, ExportColumn, ExportKind, ExportSheet, Format, RenderedResponse},
};

use crate::{
    health::scoring::derived::DerivedRecords,
    reports::{
        revenue::{
            growth::{RevenueGrowth, RevenueMonth},
            view::RevenuePage,
        },
        weekly::report::{MOVEMENT_SOURCE, MOVEMENT_SOURCE_TITLE},
    },
    state::{Customers, CustomersSnapshot},
};

/// Months in the chart.
const CHART_MONTHS: usize = 12;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct RevenueQuery {
    /// `html`, `json`, `csv` or `xlsx`.
    format: Option<String>,
}

/// Revenue growth.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RevenueGrowth")]
pub(crate) struct RevenueResponse {
    /// Time at which the spreadsheet was read.
    as_of: Timestamp,
    /// Source of the movements.
    source: &'static str,
    /// Currency of every amount.
    currency: String,
    /// Months, oldest first. Rates are fractions of one.
    months: Vec<RevenueMonthResponse>,
    /// Cohorts by month of the first subscription, oldest first.
    cohorts: Vec<RevenueCohortResponse>,
    /// Number of movements in other currencies, which are left out.
    in_other_currencies: usize,
    /// Number of movements that could not be used.
    unusable: usize,
}

/// One month.
#[derive(Serialize, JsonSchema)]
struct RevenueMonthResponse {
    /// First day of the month.
    month: Date,
    start: JsonDecimal,
    new_business: JsonDecimal,
    expansion: JsonDecimal,
    reactivation: JsonDecimal,
    contraction: JsonDecimal,
    churn: JsonDecimal,
    end: JsonDecimal,
    customers: usize,
    gross_churn: Option<JsonDecimal>,
    net_churn: Option<JsonDecimal>,
    /// Net revenue retention.
    retention: Option<JsonDecimal>,
    retention_12_months: Option<JsonDecimal>,
    customer_churn: Option<JsonDecimal>,
    arpa: Option<JsonDecimal>,
    quick_ratio: Option<JsonDecimal>,
}

/// A cohort of customers.
#[derive(Serialize, JsonSchema)]
struct RevenueCohortResponse {
    /// First day of the month.
    month: Date,
    customers: usize,
    new_business: JsonDecimal,
    /// Share of the initial revenue after 0, 1, 2 … months.
    retention: Vec<Option<JsonDecimal>>,
}

pub(crate) async fn show_revenue(
    State(customers): State<Arc<Customers>>,
    Query(query): Query<RevenueQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::TABLE)?;
    let (current, derived) = (customers.current().await?, customers.derived_records().await?);
    Ok(render(&customers, &current, &derived, &request)?.respond(&headers))
}

fn render(
    customers: &Customers,
    current: &CustomersSnapshot,
    derived: &DerivedRecords,
    request: &RequestContext,
) -> Result<RenderedResponse, Error> {
    let growth = RevenueGrowth::of(
        &derived.tables.events,
        MOVEMENT_SOURCE,
        current.currency,
        current.now.date(),
    );
    match request.format {
        Format::Json => RenderedResponse::json(&revenue_response(current, &growth)).map_err(Error::internal),
        Format::Csv => Ok(RenderedResponse::csv(&revenue_sheet(current, &growth))),
        Format::Xlsx => RenderedResponse::xlsx(&revenue_sheet(current, &growth)),
        _ => {
            let page = RevenuePage {
                growth: Some(&growth),
                source: MOVEMENT_SOURCE_TITLE,
                heights: &bar_heights(&growth.months),
                address: &request.address,
            };
            Ok(RenderedResponse::html(page.document(&customers.frame(current))))
        }
    }
}

/// MRR at the end of the last months, in thousandths of the maximum.
fn bar_heights(months: &[RevenueMonth]) -> Vec<(Date, u32)> {
    let shown = &months[months.len().saturating_sub(CHART_MONTHS)..];
    let highest = shown
        .iter()
        .map(|month| month.end)
        .max()
        .unwrap_or_default()
        .max(Decimal::ONE);
    let height = |month: &RevenueMonth| {
        let part = month.end.max(Decimal::ZERO) * Decimal::ONE_THOUSAND / highest;
        (month.month, part.round().to_u32().unwrap_or(0))
    };
    shown.iter().map(height).collect()
}

/// Rounded to six decimals: precise to a hundredth of a percent, and short.
fn rounded_share(known: Option<Decimal>) -> Option<JsonDecimal> {
    known.map(|share| JsonDecimal::new(share.round_dp(6)))
}

fn revenue_response(current: &CustomersSnapshot, growth: &RevenueGrowth) -> RevenueResponse {
    let month = |at: &RevenueMonth| RevenueMonthResponse {
        month: at.month,
        start: JsonDecimal::new(at.start),
        new_business: JsonDecimal::new(at.new_business),
        expansion: JsonDecimal::new(at.expansion),
        reactivation: JsonDecimal::new(at.reactivation),
        contraction: JsonDecimal::new(at.contraction),
        churn: JsonDecimal::new(at.churn),
        end: JsonDecimal::new(at.end),
        customers: at.customers_at_end,
        gross_churn: rounded_share(at.gross_churn),
        net_churn: rounded_share(at.net_churn),
        retention: rounded_share(at.retention),
        retention_12_months: rounded_share(at.retention_12_months),
        customer_churn: rounded_share(at.customer_churn),
        arpa: at.arpa.map(|arpa| JsonDecimal::new(arpa.round_dp(2))),
        quick_ratio: rounded_share(at.quick_ratio),
    };
    let cohorts = growth.cohorts.iter().map(|cohort| RevenueCohortResponse {
        month: cohort.month,
        customers: cohort.customers,
        new_business: JsonDecimal::new(cohort.new_business),
        retention: cohort.retention.iter().map(|share| rounded_share(*share)).collect(),
    });
    RevenueResponse {
        as_of: current.read_at,
        source: MOVEMENT_SOURCE,
        currency: growth.currency.code().to_owned(),
        months: growth.months.iter().map(month).collect(),
        cohorts: cohorts.collect(),
        in_other_currencies: growth.in_other_currencies,
        unusable: growth.unusable,
    }
}

fn revenue_sheet(current: &CustomersSnapshot, growth: &RevenueGrowth) -> ExportSheet {
    let columns = [
        ("month", ExportKind::Text),
        ("start", ExportKind::Decimal),
        ("new_business", ExportKind::Decimal),
        ("expansion", ExportKind::Decimal),
        ("reactivation", ExportKind::Decimal),
        ("contraction", ExportKind::Decimal),
        ("churn", ExportKind::Decimal),
        ("end", ExportKind::Decimal),
        ("customers", ExportKind::Integer),
        ("gross_churn_percent", ExportKind::Decimal),
        ("net_churn_percent", ExportKind::Decimal),
        ("retention_percent", ExportKind::Decimal),
        ("arpa", ExportKind::Decimal),
        ("quick_ratio", ExportKind::Decimal),
    ];
    let number = |number: Decimal| number.to_f64().map_or(ExportCell::Empty, ExportCell::Decimal);
    let maybe = |known: Option<Decimal>| known.map_or(ExportCell::Empty, |known| number(known.round_dp(4)));
    let percent = |share: Option<Decimal>| maybe(share.map(|share| share * Decimal::ONE_HUNDRED));
    let row = |at: &RevenueMonth| {
        vec![
            ExportCell::from(at.month.strftime("%Y-%m").to_string().as_str()),
            number(at.start),
            number(at.new_business),
            number(at.expansion),
            number(at.reactivation),
            number(at.contraction),
            number(at.churn),
            number(at.end),
            ExportCell::Integer(i64::try_from(at.customers_at_end).unwrap_or(i64::MAX)),
            percent(at.gross_churn),
            percent(at.net_churn),
            percent(at.retention),
            maybe(at.arpa),
            maybe(at.quick_ratio),
        ]
    };
    ExportSheet {
        title: "Revenue".to_owned(),
        file_name: "revenue".to_owned(),
        as_of: current.now.datetime(),
        columns: columns
            .iter()
            .map(|(header, kind)| ExportColumn::new(*header, *kind))
            .collect(),
        rows: growth.months.iter().map(row).collect(),
    }
}
