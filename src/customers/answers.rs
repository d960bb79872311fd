//! What the board answers, as values that programs and spreadsheets read too. What is not known is `null`.

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

/// One customer, named as the columns of the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Customer")]
pub struct CustomerAnswer {
    /// Id of the row.
    pub id: String,
    /// The main address.
    pub email: Option<String>,
    /// Every other address.
    pub other_emails: Vec<String>,
    /// Name of the person or the account.
    pub name: Option<String>,
    /// Name of the company.
    pub company: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Country, as the source writes it.
    pub country: Option<String>,
    /// Who looks after the customer.
    pub account_manager: Option<String>,
    /// Where the customer stands.
    pub lifecycle_stage: Option<String>,
    /// What they pay for.
    pub plan: Option<String>,
    /// State of the subscription, in the words of the source.
    pub subscription_status: Option<String>,
    /// Whether a payment is overdue.
    pub delinquent: Option<bool>,
    /// Revenue a month.
    pub mrr: Option<Number>,
    /// Twelve times that.
    pub arr: Option<Number>,
    /// Currency of both.
    pub currency: Option<String>,
    /// Who says so.
    pub mrr_source: Option<String>,
    /// What was paid so far.
    pub ltv: Option<Number>,
    /// What open deals are worth.
    pub open_pipeline: Option<Number>,
    /// Paying since.
    pub customer_since: Option<Timestamp>,
    /// Signed up for the product.
    pub signed_up_at: Option<Timestamp>,
    /// Last seen using the product.
    pub last_seen_at: Option<Timestamp>,
    /// Logins within 30 days.
    pub logins: Option<Number>,
    /// From 0 to 100.
    pub health_score: Option<Number>,
    /// `healthy`, `at_risk`, `high_risk`, `critical` or `unknown`.
    pub health_status: &'static str,
    /// On which share of the formula the score rests, from 0 to 1.
    pub coverage: Option<Number>,
    /// The chance that the customer leaves, from 0 to 1.
    pub churn_risk: Option<Number>,
    /// Revenue a month times the chance of losing it, in the currency of the reports.
    pub value_at_risk: Option<Number>,
    /// The sources that know the customer.
    pub sources: Vec<SourceAnswer>,
    /// The customer that this one is part of, when the two were merged.
    pub merged_into: Option<String>,
    /// When something in the row changed last.
    pub updated_at: Option<Timestamp>,
    /// Address of its cells in the spreadsheet.
    pub link: String,
}

/// A source that knows a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourceAnswer {
    /// Short name.
    pub source: String,
    /// The vendor's ids.
    pub ids: Vec<String>,
    /// When a sync last brought something new.
    pub synced_at: Option<Timestamp>,
}

impl CustomerAnswer {
    /// A customer of these rows.
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

/// `GET /customers`: one page of the customers that a filter lets through.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "CustomerList")]
pub struct ListAnswer {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// How many customers there are on all pages.
    pub total: usize,
    /// What they pay a month, in `currency` alone.
    pub mrr: Number,
    /// How many of them pay in another currency, which is not in `mrr`.
    pub in_other_currencies: usize,
    /// The currency of the reports.
    pub currency: String,
    /// Number of the page, 1 for the first.
    pub page: usize,
    /// How many pages there are.
    pub pages: usize,
    /// The customers of this page.
    pub customers: Vec<CustomerAnswer>,
}

/// A customer whom somebody has to look after, and why.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AtRiskAnswer {
    /// The customer.
    #[serde(flatten)]
    pub customer: CustomerAnswer,
    /// The chance of losing them, from 0 to 1: worked out from history, else what the score lacks of 100.
    pub risk: Number,
    /// Why, the hardest reason first.
    pub reasons: Vec<String>,
}

/// `GET /customers/at-risk`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "CustomersAtRisk")]
pub struct AtRiskList {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// How many customers there are on all pages.
    pub total: usize,
    /// Revenue a month times the chance of losing it, of all of them.
    pub value_at_risk: Number,
    /// The currency of the reports.
    pub currency: String,
    /// Number of the page, 1 for the first.
    pub page: usize,
    /// How many pages there are.
    pub pages: usize,
    /// The customers of this page, those with the most at stake first.
    pub customers: Vec<AtRiskAnswer>,
}

impl ListAnswer {
    /// Page `paging` of the customers of `listing`.
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

/// The customers as a table to download.
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
