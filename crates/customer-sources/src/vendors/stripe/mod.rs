//! Stripe client: customers, subscriptions and invoices.
//!
//! <https://docs.stripe.com/api>. Objects have no modification time: an incremental run reads the list of events, which
//! covers 30 days, and fetches each changed object again, because the object inside an event may have the shape of an
//! older API version. Coupons and tiers are not part of the lists and are fetched once. [`mrr`](crate::mrr)
//! computes the monthly revenue of a subscription from these data.

pub(crate) mod mapping;
pub(crate) mod subscription;

use std::{
    collections::{BTreeSet, HashMap},
    num::NonZeroU32,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    AccessProbe, BoxFuture, Feed, FeedPage, PageRequest, Source, SourceError, SourceRun, SyncMode, Timer, Vendor,
    VendorSettings, Verification,
    client::{ApiEndpoint, ApiRequest, VendorClient, http_rules::HttpRules},
    lenient_json::{JsonRecord, RejectionReason, id_text, records},
    observation::SourcePage,
};

/// Registry entry.
pub const VENDOR: Vendor = Vendor {
    name: "stripe",
    title: "Stripe",
    verification: Verification::Recordings,
    base_url: Some("https://api.stripe.com/v1"),
    // The limit is 100 reads a second, and 25 in a sandbox.
    calls_per_minute: NonZeroU32::new(1200).unwrap(),
    build,
};

const VERSION: &str = "2026-09-30.endive";
const LIMIT: u32 = 100;
const AT_ONCE: usize = 8;
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);
/// Maximum age of a watermark for an incremental run; events are kept for 30 days.
const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(29 * 24);

const FULL: &[Feed] = &[
    Feed::required("customers"),
    Feed::required("subscriptions"),
    Feed::optional("invoices"),
];
const CHANGES: &[Feed] = &[Feed::required("events")];

/// Event types that change a customer, a subscription or an invoice; a request may name twenty.
const TYPES: &[&str] = &[
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "customer.discount.created",
    "customer.discount.updated",
    "customer.discount.deleted",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "invoice.created",
    "invoice.updated",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.overdue",
    "invoice.voided",
    "invoice.marked_uncollectible",
];

struct Stripe {
    transport: VendorClient,
    /// Coupons and prices by path. Their amounts never change.
    fetched: Mutex<HashMap<String, Value>>,
}

fn build(settings: VendorSettings, time: Timer) -> Result<Box<dyn Source>, String> {
    let endpoint = ApiEndpoint {
        vendor: &VENDOR,
        headers: vec![
            ("authorization", format!("Bearer {}", settings.key.reveal())),
            ("stripe-version", VERSION.to_owned()),
        ],
        settings,
        http_rules: HttpRules {
            scopes,
            ..HttpRules::PLAIN
        },
    };
    Ok(Box::new(Stripe {
        transport: VendorClient::new(endpoint, time)?,
        fetched: Mutex::default(),
    }))
}

/// Permissions named in an error message such as “Having the '`rak_customer_read`' permission would allow this request to
/// continue.”
fn scopes(body: &Value) -> Vec<String> {
    let said = body
        .pointer("/error/message")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let quoted = said.split('\'').skip(1).step_by(2);
    quoted
        .filter(|word| word.starts_with("rak_"))
        .map(str::to_owned)
        .collect()
}

/// Parts of a subscription that are returned only on request.
const EXPANDED: &[&str] = &["customer", "discounts", "items.data.discounts"];

impl Source for Stripe {
    fn feeds(&self, run: SourceRun) -> Vec<Feed> {
        let is_recent = run.since.is_some_and(|since| since > run.ago(EVENTS_KEPT));
        match run.mode {
            SyncMode::Incremental if is_recent => CHANGES.to_vec(),
            _ => FULL.to_vec(),
        }
    }

    fn page<'a>(&'a self, ask: PageRequest<'a>) -> BoxFuture<'a, Result<FeedPage, SourceError>> {
        Box::pin(async move {
            let list = ApiRequest::get(ask.feed, ask.feed)
                .query("limit", LIMIT)
                .query_some("starting_after", ask.after);
            let request = match ask.feed {
                "subscriptions" => expanded(list.query("status", "all"), "data."),
                "events" => changes(list, ask.run),
                _ => list,
            };
            let answer = self.transport.send(request).await?;
            let listed = records(&self.transport, ask.feed, &answer, "/data")?;
            let mut page = SourcePage::default();
            match ask.feed {
                "events" => self.change(&mut page, &listed).await?,
                "subscriptions" => self.subscriptions(&mut page, &answer).await?,
                "invoices" => page.events = page.read_each(&listed, mapping::invoice),
                _ => page.observations = page.read_each(&listed, mapping::customer),
            }
            let after = next(&answer);
            Ok(FeedPage { page, after })
        })
    }

    fn check(&self) -> BoxFuture<'_, Vec<AccessProbe>> {
        Box::pin(async move {
            let mut probes = Vec::new();
            for list in ["customers", "subscriptions", "invoices", "events", "coupons", "prices"] {
                probes.push(
                    self.transport
                        .probe(ApiRequest::get(list, list).query("limit", 1))
                        .await,
                );
            }
            probes
        })
    }
}

fn expanded(request: ApiRequest, within: &str) -> ApiRequest {
    let parts = EXPANDED.iter();
    parts.fold(request, |request, part| {
        request.query("expand[]", format!("{within}{part}"))
    })
}

fn changes(request: ApiRequest, run: SourceRun) -> ApiRequest {
    let since = run.changed_since(OVERLAP).map(jiff::Timestamp::as_second);
    let request = request.query_some("created[gte]", since);
    TYPES
        .iter()
        .fold(request, |request, kind| request.query("types[]", kind))
}

/// Id of the last record, if there is another page.
fn next(answer: &Value) -> Option<String> {
    let has_more = answer.pointer("/has_more") == Some(&Value::Bool(true));
    let data = answer.pointer("/data")?.as_array().filter(|_| has_more)?;
    data.iter().rev().find_map(|record| record.get("id").and_then(id_text))
}

/// Changed object, by id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum ChangedObject {
    Customer(String),
    Subscription(String),
    /// All subscriptions of a customer.
    SubscriptionsOf(String),
    Invoice(String),
}

/// Objects that an event changes. A customer's discount affects all subscriptions of the customer.
fn changed(record: &JsonRecord<'_>) -> Result<Vec<ChangedObject>, RejectionReason> {
    record.id("/id")?;
    let id = record.id_at("/data/object/id");
    let customer = || {
        record
            .id_at("/data/object/customer")
            .or_else(|| record.id_at("/data/object/customer/id"))
    };
    Ok(match record.text("/data/object/object").as_deref() {
        Some("customer") => id.map(ChangedObject::Customer).into_iter().collect(),
        Some("subscription") => id.map(ChangedObject::Subscription).into_iter().collect(),
        Some("invoice") => id.map(ChangedObject::Invoice).into_iter().collect(),
        Some("discount") => customer().map_or_else(Vec::new, |id| {
            vec![ChangedObject::Customer(id.clone()), ChangedObject::SubscriptionsOf(id)]
        }),
        _ => Vec::new(),
    })
}

impl Stripe {
    async fn change(&self, page: &mut SourcePage, listed: &[JsonRecord<'_>]) -> Result<(), SourceError> {
        let changed = page.read_each(listed, changed);
        let once: BTreeSet<ChangedObject> = changed.into_iter().flatten().collect();
        let found: Vec<(ChangedObject, Option<Value>)> = stream::iter(once)
            .map(|changed| self.again(changed))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for (changed, value) in found {
            // A deleted draft no longer exists.
            let Some(value) = value else { continue };
            match changed {
                ChangedObject::Customer(_) => {
                    let customers = page.read_each(&[JsonRecord::new(&value)], mapping::customer);
                    page.observations.extend(customers);
                }
                ChangedObject::Invoice(_) => {
                    let invoices = page.read_each(&[JsonRecord::new(&value)], mapping::invoice);
                    page.events.extend(invoices);
                }
                ChangedObject::Subscription(_) => self.subscriptions(page, &json!({"data": [value]})).await?,
                ChangedObject::SubscriptionsOf(_) => self.subscriptions(page, &value).await?,
            }
        }
        Ok(())
    }

    async fn again(&self, changed: ChangedObject) -> Result<(ChangedObject, Option<Value>), SourceError> {
        let request = match &changed {
            ChangedObject::Customer(id) => ApiRequest::get("customers", "customers").then(id),
            ChangedObject::Invoice(id) => ApiRequest::get("invoices", "invoices").then(id),
            ChangedObject::Subscription(id) => expanded(ApiRequest::get("subscriptions", "subscriptions").then(id), ""),
            ChangedObject::SubscriptionsOf(id) => {
                let list = ApiRequest::get("subscriptions", "subscriptions").query("customer", id);
                expanded(list.query("status", "all").query("limit", LIMIT), "data.")
            }
        };
        Ok((changed, self.transport.find(request).await?))
    }

    async fn subscriptions(&self, page: &mut SourcePage, list: &Value) -> Result<(), SourceError> {
        let mut whole = Vec::new();
        for value in list.pointer("/data").and_then(Value::as_array).into_iter().flatten() {
            whole.push(self.completed(value.clone()).await?);
        }
        let whole: Vec<JsonRecord<'_>> = whole.iter().map(JsonRecord::new).collect();
        let subscriptions = page.read_each(&whole, subscription::event);
        page.events.extend(subscriptions);
        Ok(())
    }

    /// Completes a subscription with all items, the tiers of their prices, and the coupons of all discounts.
    async fn completed(&self, mut subscription: Value) -> Result<Value, SourceError> {
        self.add_items(&mut subscription).await?;
        let items = subscription.pointer_mut("/items/data").and_then(Value::as_array_mut);
        for item in items.into_iter().flatten() {
            if item.pointer("/price/billing_scheme") == Some(&"tiered".into())
                && let Some(id) = item.pointer("/price/id").and_then(id_text)
                && item.pointer("/price/tiers").is_none()
            {
                item["price"]["tiers"] = self.fetched("prices", &id).await?["tiers"].clone();
            }
            self.add_coupons(item).await?;
        }
        self.add_coupons(&mut subscription).await?;
        if let Some(customer) = subscription.get_mut("customer") {
            self.add_coupons(customer).await?;
        }
        Ok(subscription)
    }

    /// Fetches the remaining items; a subscription contains only the first ones.
    async fn add_items(&self, subscription: &mut Value) -> Result<(), SourceError> {
        let Some(id) = subscription.get("id").and_then(id_text) else {
            return Ok(());
        };
        let mut before: Option<String> = None;
        while let Some(last) = subscription
            .pointer("/items")
            .and_then(next)
            .filter(|last| before.as_ref() != Some(last))
        {
            let request = ApiRequest::get("items of subscriptions", "subscription_items")
                .query("subscription", &id)
                .query("limit", LIMIT)
                .query("expand[]", "data.discounts")
                .query("starting_after", &last);
            before = Some(last);
            let more = self.transport.send(request).await?;
            let added = more
                .pointer("/data")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            let goes_on = more.pointer("/has_more").cloned().unwrap_or_default();
            subscription["items"]["has_more"] = if added.is_empty() { false.into() } else { goes_on };
            if let Some(items) = subscription.pointer_mut("/items/data").and_then(Value::as_array_mut) {
                items.extend(added);
            }
        }
        Ok(())
    }

    /// Replaces coupon ids in the discounts of `holder` by the coupons.
    async fn add_coupons(&self, holder: &mut Value) -> Result<(), SourceError> {
        let Some(holder) = holder.as_object_mut() else {
            return Ok(());
        };
        for name in ["discount", "discounts"] {
            let discounts = match holder.get_mut(name) {
                Some(Value::Array(discounts)) => discounts.iter_mut().collect(),
                Some(discount @ Value::Object(_)) => vec![discount],
                _ => Vec::new(),
            };
            for discount in discounts {
                for place in ["/source/coupon", "/coupon"] {
                    if let Some(coupon) = discount.pointer_mut(place)
                        && let Some(id) = coupon.as_str().map(str::to_owned)
                    {
                        *coupon = self.fetched("coupons", &id).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Fetches a coupon or a price; `null` if it was deleted.
    async fn fetched(&self, kind: &'static str, id: &str) -> Result<Value, SourceError> {
        let address = format!("{kind}/{id}");
        if let Some(found) = self.fetched.lock().await.get(&address) {
            return Ok(found.clone());
        }
        let request = ApiRequest::get(kind, kind).then(id);
        let request = if kind == "prices" {
            request.query("expand[]", "tiers")
        } else {
            request
        };
        let found = self.transport.find(request).await?.unwrap_or_default();
        self.fetched.lock().await.insert(address, found.clone());
        Ok(found)
    }
}
