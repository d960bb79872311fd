//! Responses of the customer lists, for JSON, CSV and XLSX. Unknown values are `null`.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    amount::{Amount, Currency},
    customer::{Customer, Standing},
    email::Email,
    filter::{HealthChoice, Paging},
    listing::Listing,
    number::Number,
    risk,
    rows::customer_row::CustomerRows,
};
use crate::answer::{Cell, Column, Kind, Sheet};

/// One customer; fields are named like the columns of the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Customer")]
pub struct CustomerAnswer {
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
    pub mrr: Option<Number>,
    /// Annual recurring revenue: 12 × `mrr`.
    pub arr: Option<Number>,
    /// Currency of `mrr` and `arr`.
    pub currency: Option<String>,
    /// Source of `mrr`.
    pub mrr_source: Option<String>,
    /// Lifetime value: amount paid so far.
    pub ltv: Option<Number>,
    /// Total amount of open deals.
    pub open_pipeline: Option<Number>,
    /// Start of the paid subscription.
    pub customer_since: Option<Timestamp>,
    /// Sign-up time in the product.
    pub signed_up_at: Option<Timestamp>,
    /// Last activity in the product.
    pub last_seen_at: Option<Timestamp>,
    /// Logins within 30 days.
    pub logins: Option<Number>,
    /// Health score, 0 to 100.
    pub health_score: Option<Number>,
    /// `healthy`, `at_risk`, `high_risk`, `critical` or `unknown`.
    pub health_status: &'static str,
    /// Share of the formula that is backed by data, 0 to 1.
    pub coverage: Option<Number>,
    /// Probability that the customer leaves, 0 to 1.
    pub churn_risk: Option<Number>,
    /// Monthly revenue times the probability of losing it, in the reporting currency.
    pub value_at_risk: Option<Number>,
    /// Sources that have a record of the customer.
    pub sources: Vec<SourceAnswer>,
    /// Customer into which this one was merged.
    pub merged_into: Option<String>,
    /// Time of the last change to the row.
    pub updated_at: Option<Timestamp>,
    /// Link to the cells in the spreadsheet.
    pub link: String,
}

/// A source that has a record of the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourceAnswer {
    /// Short name.
    pub source: String,
    /// Vendor ids of the records.
    pub ids: Vec<String>,
    /// Time of the last sync that changed a record.
    pub synced_at: Option<Timestamp>,
}

impl CustomerAnswer {
    /// Response for a customer of these rows.
    pub fn of(customer: &Customer, rows: &CustomerRows, currency: Currency) -> Self {
        let (profile, revenue, health) = (&customer.profile, &customer.revenue, &customer.health);
        let number = |number: Option<Decimal>| number.map(Number::new);
        let units = |amount: Option<Amount>| amount.map(|amount| Number::new(amount.rounded().units));
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
            health_status: HealthChoice::of(customer).word(),
            coverage: number(health.coverage),
            churn_risk: number(health.churn_risk),
            value_at_risk: number(risk::value_at_risk(customer, currency)),
            sources: sources(customer),
            merged_into: match &customer.standing {
                Standing::Merged { into } => Some(into.to_string()),
                Standing::Current | Standing::Gone => None,
            },
            updated_at: customer.updated_at,
            link: rows.link_of(&customer.id),
        }
    }
}

fn sources(customer: &Customer) -> Vec<SourceAnswer> {
    let marks = customer.sources.iter().map(|mark| SourceAnswer {
        source: mark.source.clone(),
        ids: mark.ids.clone(),
        synced_at: mark.synced_at,
    });
    marks.collect()
}

/// `GET /customers`: one page of the filtered customers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "CustomerList")]
pub struct ListAnswer {
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Number of customers on all pages.
    pub total: usize,
    /// Monthly revenue of all of them, in `currency` only.
    pub mrr: Number,
    /// Number of customers who pay in another currency, which `mrr` leaves out.
    pub in_other_currencies: usize,
    /// Reporting currency.
    pub currency: String,
    /// Page number, from 1.
    pub page: usize,
    /// Number of pages.
    pub pages: usize,
    /// Customers on this page.
    pub customers: Vec<CustomerAnswer>,
}

/// A customer who is not healthy, with the reasons.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AtRiskAnswer {
    /// The customer.
    #[serde(flatten)]
    pub customer: CustomerAnswer,
    /// Probability of losing the customer, 0 to 1: the churn risk if known, otherwise the points missing from 100.
    pub risk: Number,
    /// Reasons, most serious first.
    pub reasons: Vec<String>,
}

/// `GET /customers/at-risk`: one page of the customers who are not healthy.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "CustomersAtRisk")]
pub struct AtRiskList {
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Number of customers on all pages.
    pub total: usize,
    /// Total of monthly revenue times the probability of losing it.
    pub value_at_risk: Number,
    /// Reporting currency.
    pub currency: String,
    /// Page number, from 1.
    pub page: usize,
    /// Number of pages.
    pub pages: usize,
    /// Customers on this page, highest value at risk first.
    pub customers: Vec<AtRiskAnswer>,
}

impl ListAnswer {
    /// Page `paging` of a listing.
    pub fn of(
        listing: &Listing,
        rows: &CustomerRows,
        paging: Paging,
        (as_of, currency): (Timestamp, Currency),
    ) -> Self {
        let shown = paging.part(&listing.places).iter();
        Self {
            as_of,
            total: listing.places.len(),
            mrr: listing.mrr,
            in_other_currencies: listing.in_other_currencies,
            currency: currency.code().to_owned(),
            page: paging.page,
            pages: paging.pages,
            customers: shown
                .map(|place| CustomerAnswer::of(rows.at(*place), rows, currency))
                .collect(),
        }
    }
}

/// Table of customers for download.
pub fn sheet(
    customers: &[CustomerAnswer],
    (file_name, title): (&str, &str),
    (as_of, zone): (DateTime, &TimeZone),
) -> Sheet {
    let columns = [
        ("id", Kind::Text),
        ("email", Kind::Text),
        ("name", Kind::Text),
        ("company", Kind::Text),
        ("account_manager", Kind::Text),
        ("plan", Kind::Text),
        ("subscription_status", Kind::Text),
        ("mrr", Kind::Decimal),
        ("arr", Kind::Decimal),
        ("currency", Kind::Text),
        ("ltv", Kind::Decimal),
        ("open_pipeline", Kind::Decimal),
        ("customer_since", Kind::DateTime),
        ("last_seen_at", Kind::DateTime),
        ("health_score", Kind::Integer),
        ("health_status", Kind::Text),
        ("coverage", Kind::Decimal),
        ("churn_risk", Kind::Decimal),
        ("value_at_risk", Kind::Decimal),
        ("sources", Kind::Text),
        ("link", Kind::Text),
    ];
    Sheet {
        title: title.to_owned(),
        file_name: file_name.to_owned(),
        as_of,
        columns: columns
            .iter()
            .map(|(header, kind)| Column::new(*header, *kind))
            .collect(),
        rows: customers.iter().map(|customer| cells(customer, zone)).collect(),
    }
}

fn cells(customer: &CustomerAnswer, zone: &TimeZone) -> Vec<Cell> {
    let text = |text: &Option<String>| text.as_deref().map_or(Cell::Empty, Cell::from);
    let number = |number: Option<Number>| {
        number.map_or(Cell::Empty, |number| {
            use rust_decimal::prelude::ToPrimitive;
            number.decimal().to_f64().map_or(Cell::Empty, Cell::Decimal)
        })
    };
    let instant = |at: Option<Timestamp>| Cell::from(at.map(|at| at.to_zoned(zone.clone()).datetime()));
    let sources: Vec<&str> = customer.sources.iter().map(|source| source.source.as_str()).collect();
    vec![
        Cell::from(customer.id.as_str()),
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
        Cell::from(customer.health_status),
        number(customer.coverage),
        number(customer.churn_risk),
        number(customer.value_at_risk),
        Cell::from(sources.join(", ").as_str()),
        Cell::from(customer.link.as_str()),
    ]
}
