//! Responses of the customer lists, for JSON, CSV and XLSX. Unknown values are `null`.

use customer_sources::{
    amount::{Amount, Currency},
    email::Email,
};
use domain::json_decimal::JsonDecimal;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;
use web::response::{ExportCell, ExportColumn, ExportKind, ExportSheet};

use crate::{
    customer::{Customer, CustomerStatus, risk, rows::CustomerRows},
    list::{
        filter::{HealthFilter, Pagination},
        listing::CustomerListing,
    },
};

/// One customer; fields are named like the columns of the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Customer")]
pub struct CustomerResponse {
    /// Row id.
    pub id: String,
    /// Main email address.
    pub email: Option<String>,
    /// All other email addresses.
    pub other_emails: Vec<String>,
    /// Name of the person or the account.
    pub name: Option<String>,
    /// Name of the company.
    pub company: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Country, as the source writes it.
    pub country: Option<String>,
    /// Account manager.
    pub account_manager: Option<String>,
    /// Lifecycle stage, such as `customer` or `opportunity`.
    pub lifecycle_stage: Option<String>,
    /// Plan name.
    pub plan: Option<String>,
    /// Subscription status, as the source writes it.
    pub subscription_status: Option<String>,
    /// Whether a payment is overdue.
    pub delinquent: Option<bool>,
    /// Monthly recurring revenue.
    pub mrr: Option<JsonDecimal>,
    /// Annual recurring revenue: 12 × `mrr`.
    pub arr: Option<JsonDecimal>,
    /// Currency of `mrr` and `arr`.
    pub currency: Option<String>,
    /// Source of `mrr`.
    pub mrr_source: Option<String>,
    /// Lifetime value: amount paid so far.
    pub ltv: Option<JsonDecimal>,
    /// Total amount of open deals.
    pub open_pipeline: Option<JsonDecimal>,
    /// Start of the paid subscription.
    pub customer_since: Option<Timestamp>,
    /// Sign-up time in the product.
    pub signed_up_at: Option<Timestamp>,
    /// Last activity in the product.
    pub last_seen_at: Option<Timestamp>,
    /// Logins within 30 days.
    pub logins: Option<JsonDecimal>,
    /// Health score, 0 to 100.
    pub health_score: Option<JsonDecimal>,
    /// `healthy`, `at_risk`, `high_risk`, `critical` or `unknown`.
    pub health_status: &'static str,
    /// Share of the formula that is backed by data, 0 to 1.
    pub coverage: Option<JsonDecimal>,
    /// Probability that the customer leaves, 0 to 1.
    pub churn_risk: Option<JsonDecimal>,
    /// Monthly revenue times the probability of losing it, in the reporting currency.
    pub value_at_risk: Option<JsonDecimal>,
    /// Sources that have a record of the customer.
    pub sources: Vec<CustomerSourceResponse>,
    /// Customer into which this one was merged.
    pub merged_into: Option<String>,
    /// Time of the last change to the row.
    pub updated_at: Option<Timestamp>,
    /// Link to the cells in the spreadsheet.
    pub link: String,
}

/// A source that has a record of the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CustomerSourceResponse {
    /// Short name.
    pub source: String,
    /// Vendor ids of the records.
    pub ids: Vec<String>,
    /// Time of the last sync that changed a record.
    pub synced_at: Option<Timestamp>,
}

impl CustomerResponse {
    /// Response for a customer of these rows.
    pub fn of(customer: &Customer, rows: &CustomerRows, currency: Currency) -> Self {
        let (profile, revenue, health) = (&customer.profile, &customer.revenue, &customer.health);
        let number = |number: Option<Decimal>| number.map(JsonDecimal::new);
        let units = |amount: Option<Amount>| amount.map(|amount| JsonDecimal::new(amount.rounded().units));
        Self {
            id: customer.id.to_string(),
            email: customer.email.as_ref().map(Email::to_string),
            other_emails: customer.other_emails.iter().map(Email::to_string).collect(),
            name: profile.name.clone(),
            company: profile.company.clone(),
            phone: profile.phone.clone(),
            country: profile.country.clone(),
            account_manager: profile.account_manager.clone(),
            lifecycle_stage: profile.lifecycle_stage.clone(),
            plan: profile.plan.clone(),
            subscription_status: profile.subscription_status.clone(),
            delinquent: profile.delinquent,
            mrr: units(revenue.mrr),
            arr: units(revenue.arr()),
            currency: revenue.mrr.map(|mrr| mrr.currency.code().to_owned()),
            mrr_source: revenue.mrr_source.clone(),
            ltv: units(revenue.ltv),
            open_pipeline: units(revenue.open_pipeline),
            customer_since: profile.customer_since,
            signed_up_at: profile.signed_up_at,
            last_seen_at: profile.last_seen_at,
            logins: number(profile.logins),
            health_score: number(health.score),
            health_status: HealthFilter::of(customer).word(),
            coverage: number(health.coverage),
            churn_risk: number(health.churn_risk),
            value_at_risk: number(risk::value_at_risk(customer, currency)),
            sources: sources(customer),
            merged_into: match &customer.status {
                CustomerStatus::Merged { into } => Some(into.to_string()),
                CustomerStatus::Current | CustomerStatus::Gone => None,
            },
            updated_at: customer.updated_at,
            link: rows.link_of(&customer.id),
        }
    }
}

fn sources(customer: &Customer) -> Vec<CustomerSourceResponse> {
    let linked_sources = customer.sources.iter().map(|linked_source| CustomerSourceResponse {
        source: linked_source.source.clone(),
        ids: linked_source.ids.clone(),
        synced_at: linked_source.synced_at,
    });
    linked_sources.collect()
}

/// `GET /customers`: one page of the filtered customers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "CustomerList")]
pub struct CustomerListResponse {
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Number of customers on all pages.
    pub total: usize,
    /// Monthly revenue of all of them, in `currency` only.
    pub mrr: JsonDecimal,
    /// Number of customers who pay in another currency, which `mrr` leaves out.
    pub in_other_currencies: usize,
    /// Reporting currency.
    pub currency: String,
    /// Page number, from 1.
    pub page: usize,
    /// Number of pages.
    pub pages: usize,
    /// Customers on this page.
    pub customers: Vec<CustomerResponse>,
}

/// A customer who is not healthy, with the reasons.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AtRiskCustomerResponse {
    /// The customer.
    #[serde(flatten)]
    pub customer: CustomerResponse,
    /// Probability of losing the customer, 0 to 1: the churn risk if known, otherwise the points missing from 100.
    pub risk: JsonDecimal,
    /// Reasons, most serious first.
    pub reasons: Vec<String>,
}

/// `GET /customers/at-risk`: one page of the customers who are not healthy.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "CustomersAtRisk")]
pub struct AtRiskListResponse {
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Number of customers on all pages.
    pub total: usize,
    /// Total of monthly revenue times the probability of losing it.
    pub value_at_risk: JsonDecimal,
    /// Reporting currency.
    pub currency: String,
    /// Page number, from 1.
    pub page: usize,
    /// Number of pages.
    pub pages: usize,
    /// Customers on this page, highest value at risk first.
    pub customers: Vec<AtRiskCustomerResponse>,
}

impl CustomerListResponse {
    /// One page of a listing.
    pub fn of(
        listing: &CustomerListing,
        rows: &CustomerRows,
        paging: Pagination,
        as_of: Timestamp,
        currency: Currency,
    ) -> Self {
        let shown = paging.part(&listing.indices).iter();
        Self {
            as_of,
            total: listing.indices.len(),
            mrr: listing.mrr,
            in_other_currencies: listing.in_other_currencies,
            currency: currency.code().to_owned(),
            page: paging.page,
            pages: paging.pages,
            customers: shown
                .map(|index| CustomerResponse::of(rows.at(*index), rows, currency))
                .collect(),
        }
    }
}

/// Names of a table for download.
#[derive(Clone, Copy, Debug)]
pub struct SheetNames {
    /// File name without its extension.
    pub file_name: &'static str,
    /// Title.
    pub title: &'static str,
}

/// Table of customers for download.
pub fn customer_sheet(
    customers: &[CustomerResponse],
    names: SheetNames,
    as_of: DateTime,
    zone: &TimeZone,
) -> ExportSheet {
    let columns = [
        ("id", ExportKind::Text),
        ("email", ExportKind::Text),
        ("name", ExportKind::Text),
        ("company", ExportKind::Text),
        ("account_manager", ExportKind::Text),
        ("plan", ExportKind::Text),
        ("subscription_status", ExportKind::Text),
        ("mrr", ExportKind::Decimal),
        ("arr", ExportKind::Decimal),
        ("currency", ExportKind::Text),
        ("ltv", ExportKind::Decimal),
        ("open_pipeline", ExportKind::Decimal),
        ("customer_since", ExportKind::DateTime),
        ("last_seen_at", ExportKind::DateTime),
        ("health_score", ExportKind::Integer),
        ("health_status", ExportKind::Text),
        ("coverage", ExportKind::Decimal),
        ("churn_risk", ExportKind::Decimal),
        ("value_at_risk", ExportKind::Decimal),
        ("sources", ExportKind::Text),
        ("link", ExportKind::Text),
    ];
    ExportSheet {
        title: names.title.to_owned(),
        file_name: names.file_name.to_owned(),
        as_of,
        columns: columns
            .iter()
            .map(|(header, kind)| ExportColumn::new(*header, *kind))
            .collect(),
        rows: customers.iter().map(|customer| sheet_cells(customer, zone)).collect(),
    }
}

fn sheet_cells(customer: &CustomerResponse, zone: &TimeZone) -> Vec<ExportCell> {
    let text = |text: &Option<String>| text.as_deref().map_or(ExportCell::Empty, ExportCell::from);
    let number = |number: Option<JsonDecimal>| {
        number.map_or(ExportCell::Empty, |number| {
            use rust_decimal::prelude::ToPrimitive;
            number.decimal().to_f64().map_or(ExportCell::Empty, ExportCell::Decimal)
        })
    };
    let instant = |at: Option<Timestamp>| ExportCell::from(at.map(|at| at.to_zoned(zone.clone()).datetime()));
    let sources: Vec<&str> = customer.sources.iter().map(|source| source.source.as_str()).collect();
    vec![
        ExportCell::from(customer.id.as_str()),
        text(&customer.email),
        text(&customer.name),
        text(&customer.company),
        text(&customer.account_manager),
        text(&customer.plan),
        text(&customer.subscription_status),
        number(customer.mrr),
        number(customer.arr),
        text(&customer.currency),
        number(customer.ltv),
        number(customer.open_pipeline),
        instant(customer.customer_since),
        instant(customer.last_seen_at),
        number(customer.health_score),
        ExportCell::from(customer.health_status),
        number(customer.coverage),
        number(customer.churn_risk),
        number(customer.value_at_risk),
        ExportCell::from(sources.join(", ").as_str()),
        ExportCell::from(customer.link.as_str()),
    ]
}
