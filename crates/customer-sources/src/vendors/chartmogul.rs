//! `ChartMogul` client: paying accounts, contacts, movements of monthly revenue, and metrics of the whole business.
//!
//! <https://dev.chartmogul.com/reference>. Amounts are in whole cents of the account's currency. The customer list has
//! no change filter but is short, so every run reads all of it. History can be recalculated, so metrics of the last
//! months are read again. The last page has a cursor too: only `has_more` marks the end.

use std::num::NonZeroU32;

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::SignedDuration;
use serde_json::Value;

use crate::{
    AccessProbe, BoxFuture, Feed, FeedPage, PageRequest, Source, SourceError, SourceRun, SyncMode, Timer, Vendor,
    VendorSettings, Verification,
    amount::{Amount, Currency},
    client::{ApiEndpoint, ApiRequest, VendorClient, http_rules::HttpRules},
    event::{CustomerEvent, EventDetail, Movement, MovementKind},
    lenient_json::{JsonRecord, RejectionReason, plain_value, records},
    observation::{FieldName, MonthMetrics, Observation, SourcePage},
    subject::SubjectKind,
};

/// Registry entry.
pub const VENDOR: Vendor = Vendor {
    name: "chartmogul",
    title: "ChartMogul",
    verification: Verification::Recordings,
    base_url: Some("https://api.chartmogul.com/v1"),
    // The limit is 40 a second; reduced by the time that responses take to compute.
    calls_per_minute: NonZeroU32::new(600).unwrap(),
    build,
};

const PER_PAGE: u32 = 200;
/// Overlap of incremental runs: movements have a date without a time and may be backdated.
const MOVEMENTS_OVERLAP: SignedDuration = SignedDuration::from_hours(7 * 24);
const METRICS_RECALCULATED: SignedDuration = SignedDuration::from_hours(92 * 24);
const METRICS_FULL: SignedDuration = SignedDuration::from_hours(3 * 366 * 24);

struct ChartMogul(VendorClient);

fn build(settings: VendorSettings, time: Timer) -> Result<Box<dyn Source>, String> {
    let user = BASE64_STANDARD.encode(format!("{}:", settings.key.reveal()));
    let endpoint = ApiEndpoint {
        vendor: &VENDOR,
        headers: vec![("authorization", format!("Basic {user}"))],
        settings,
        http_rules: HttpRules::PLAIN,
    };
    Ok(Box::new(ChartMogul(VendorClient::new(endpoint, time)?)))
}

impl Source for ChartMogul {
    fn feeds(&self, _run: SourceRun) -> Vec<Feed> {
        vec![
            Feed::required("customers"),
            Feed::optional("contacts"),
            Feed::required("activities"),
            Feed::optional("metrics"),
        ]
    }

    fn page<'a>(&'a self, ask: PageRequest<'a>) -> BoxFuture<'a, Result<FeedPage, SourceError>> {
        Box::pin(async move {
            match ask.feed {
                "contacts" => self.observed(ask, contact).await,
                "activities" => self.activities(ask).await,
                "metrics" => self.metrics(ask).await,
                _ => self.observed(ask, customer).await,
            }
        })
    }

    fn check(&self) -> BoxFuture<'_, Vec<AccessProbe>> {
        Box::pin(async move {
            let mut probes = vec![self.0.probe(ApiRequest::get("the key", "ping")).await];
            for list in ["customers", "contacts", "activities"] {
                probes.push(self.0.probe(ApiRequest::get(list, list).query("per_page", 1)).await);
            }
            probes.push(self.0.probe(ApiRequest::get("account", "account")).await);
            probes
        })
    }
}

/// Cursor of the next page, if there is one.
fn next(answer: &Value) -> Option<String> {
    let has_more = answer.pointer("/has_more") == Some(&Value::Bool(true));
    let cursor = answer.pointer("/cursor").and_then(Value::as_str);
    cursor.filter(|_| has_more).map(str::to_owned)
}

fn listed(ask: PageRequest<'_>) -> ApiRequest {
    ApiRequest::get(ask.feed, ask.feed)
        .query("per_page", PER_PAGE)
        .query_some("cursor", ask.after)
}

impl ChartMogul {
    async fn observed(
        &self,
        ask: PageRequest<'_>,
        read: fn(&JsonRecord<'_>) -> Result<Observation, RejectionReason>,
    ) -> Result<FeedPage, SourceError> {
        let answer = self.0.send(listed(ask)).await?;
        let mut page = SourcePage::default();
        page.observations = page.read_each(&records(&self.0, ask.feed, &answer, "/entries")?, read);
        let after = next(&answer);
        Ok(FeedPage { page, after })
    }

    async fn activities(&self, ask: PageRequest<'_>) -> Result<FeedPage, SourceError> {
        let since = ask.run.changed_since(MOVEMENTS_OVERLAP);
        let request = listed(ask).query_some("start-date", since.map(day));
        let answer = self.0.send(request).await?;
        let mut page = SourcePage::default();
        page.events = page.read_each(&records(&self.0, "activities", &answer, "/entries")?, movement);
        let after = next(&answer);
        Ok(FeedPage { page, after })
    }

    async fn metrics(&self, ask: PageRequest<'_>) -> Result<FeedPage, SourceError> {
        let account = self.0.send(ApiRequest::get("account", "account")).await?;
        let currency = account
            .pointer("/currency")
            .and_then(Value::as_str)
            .and_then(Currency::of);
        let back = match ask.run.mode {
            SyncMode::Full => METRICS_FULL,
            SyncMode::Incremental => METRICS_RECALCULATED,
        };
        let request = ApiRequest::get("metrics", "metrics/all")
            .query("start-date", day(ask.run.ago(back)))
            .query("end-date", day(ask.run.started_at))
            .query("interval", "month");
        let answer = self.0.send(request).await?;
        let mut page = SourcePage::default();
        let months = records(&self.0, "metrics", &answer, "/entries")?;
        page.metrics = page.read_each(&months, |record| month(record, currency));
        Ok(FeedPage { page, after: None })
    }
}

/// Date in UTC, the format of date parameters.
fn day(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn customer(record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
    let mut customer = Observation::about(SubjectKind::Account.id(record.id("/uuid")?));
    let currency = record.currency("/currency");
    customer.add_email(record.email("/email"));
    customer.name = record.plain_text("/name");
    customer.company = record.plain_text("/company");
    customer.add(FieldName::SubscriptionStatus, record.text("/status"));
    customer.add(FieldName::CustomerSince, record.time("/customer-since"));
    customer.add(FieldName::Mrr, record.minor_amount("/mrr", currency));
    customer.add(FieldName::Arr, record.minor_amount("/arr", currency));
    customer.add(FieldName::AccountManager, record.text("/owner"));
    let country = record.text("/address/country").or_else(|| record.text("/country"));
    customer.add(FieldName::Country, country);
    for name in ["lead_created_at", "free_trial_started_at"] {
        customer.add(FieldName::Other(name.to_owned()), record.time(&format!("/{name}")));
    }
    // Customer ids in the billing systems, such as cus_… of Stripe.
    let mut billed: Vec<String> = record
        .list("/external_ids")
        .iter()
        .filter_map(|id| id.id_at(""))
        .collect();
    if billed.is_empty() {
        billed.extend(record.id_at("/external_id"));
    }
    let billed = Some(billed.join(", ")).filter(|ids| !ids.is_empty());
    customer.add(FieldName::Other("external_ids".to_owned()), billed);
    record.add_others("/attributes/custom", &mut customer);
    Ok(customer)
}

fn contact(record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
    let mut contact = Observation::about(SubjectKind::Person.id(record.id("/uuid")?));
    contact.add_email(record.email("/email"));
    let words: Vec<String> = ["/first_name", "/last_name"]
        .into_iter()
        .filter_map(|place| record.plain_text(place))
        .collect();
    contact.name = Some(words.join(" ")).filter(|name| !name.is_empty());
    let account = record.id_at("/customer_uuid").map(|id| SubjectKind::Account.id(id));
    contact.belongs_to.extend(account);
    contact.add(FieldName::Phone, record.text("/phone"));
    contact.add(FieldName::Other("title".to_owned()), record.text("/title"));
    for (name, value) in record.entries("/custom") {
        contact.add(FieldName::from(name.clone()), plain_value(value));
    }
    Ok(contact)
}

fn movement(record: &JsonRecord<'_>) -> Result<CustomerEvent, RejectionReason> {
    let id = record.id("/uuid").or_else(|_| record.id("/id"))?;
    let currency = record.currency("/currency");
    let kind = match record.text("/type").as_deref() {
        Some("new_biz") => MovementKind::NewBusiness,
        Some("expansion") => MovementKind::Expansion,
        Some("contraction") => MovementKind::Contraction,
        Some("churn") => MovementKind::Churn,
        Some("reactivation") => MovementKind::Reactivation,
        other => MovementKind::Other(other.unwrap_or_default().to_owned()),
    };
    let detail = Movement {
        kind,
        change: record.minor_amount("/activity-mrr-movement", currency),
        mrr: record.minor_amount("/activity-mrr", currency),
        date: record.date("/date"),
        description: record.plain_text("/description"),
    };
    let mut event = CustomerEvent::new(id, EventDetail::Movement(detail));
    event.at = record.time("/date");
    let account = record.id_at("/customer-uuid").map(|id| SubjectKind::Account.id(id));
    event.about.extend(account);
    Ok(event)
}

fn month(record: &JsonRecord<'_>, currency: Option<Currency>) -> Result<MonthMetrics, RejectionReason> {
    let amount = |place| {
        let cents = record.number(place)?;
        let whole = currency.and_then(|currency| Amount::of_minor(cents, currency));
        whole.map(|amount| amount.units)
    };
    Ok(MonthMetrics {
        source: String::new(),
        date: record.date("/date").ok_or("it has no date")?,
        currency,
        mrr: amount("/mrr"),
        arr: amount("/arr"),
        arpa: amount("/arpa"),
        ltv: amount("/ltv"),
        customers: record.number("/customers"),
        customer_churn_rate: record.number("/customer-churn-rate"),
        mrr_churn_rate: record.number("/mrr-churn-rate"),
    })
}
