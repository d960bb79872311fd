//! `HubSpot` client: contacts, companies, deals and tickets, with the names of owners, pipelines and stages.
//!
//! <https://developers.hubspot.com/docs/api-reference>. A search returns at most 10,000 results, and a bulk update can
//! give more records the same modification time, so searches page by id within the time span, never by time. The search
//! index lags by minutes. Search results lack associations, which are read with one more call per page.

pub(crate) mod directory;
pub(crate) mod mapping;

use std::{collections::HashMap, num::NonZeroU32, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    AccessProbe, BoxFuture, Feed, FeedPage, PageRequest, Source, SourceError, SourceRun, SyncMode, Timer, Vendor,
    VendorSettings, Verification,
    client::{
        ApiEndpoint, ApiRequest, VendorClient,
        http_rules::{HttpRules, ResponseHead},
    },
    lenient_json::{JsonRecord, id_text, records},
    observation::{RecordEffect, RecordFinding, SourcePage},
    subject::{Subject, SubjectKind},
    vendors::hubspot::{
        directory::{NameDirectory, WithheldList},
        mapping::RecordMapper,
    },
};

/// Registry entry.
pub const VENDOR: Vendor = Vendor {
    name: "hubspot",
    title: "HubSpot",
    verification: Verification::Recordings,
    base_url: Some("https://api.hubapi.com"),
    // The smallest plan allows 100 in ten seconds; searches have a separate limit of five a second.
    calls_per_minute: NonZeroU32::new(240).unwrap(),
    build,
};

/// Default API version. Dated versions are supported for 18 months, `v3` until September 2027.
const VERSION: &str = "2026-09";
const LIST_LIMIT: u32 = 100;
const SEARCH_LIMIT: u32 = 200;
/// Delay of the search index, seconds to minutes.
const INDEX_DELAY: SignedDuration = SignedDuration::from_mins(10);

const ARCHIVED: &str = " archived";
const FULL: &[Feed] = &[
    Feed::required("companies"),
    Feed::required("contacts"),
    Feed::optional("deals"),
    Feed::optional("tickets"),
    Feed::optional("companies archived"),
    Feed::optional("contacts archived"),
    Feed::optional("deals archived"),
];

/// Object type of the CRM.
pub(crate) struct ObjectType {
    name: &'static str,
    scope: &'static str,
    properties: &'static [&'static str],
    /// Property with the modification time.
    modified: &'static str,
    /// Object types it is associated with.
    tied_to: &'static [&'static str],
}

const CONTACTS: ObjectType = ObjectType {
    name: "contacts",
    scope: "crm.objects.contacts.read",
    properties: &[
        "email",
        "hs_additional_emails",
        "firstname",
        "lastname",
        "company",
        "associatedcompanyid",
        "phone",
        "country",
        "hs_language",
        "jobtitle",
        "lifecyclestage",
        "hs_lead_status",
        "hubspot_owner_id",
        "createdate",
        "lastmodifieddate",
    ],
    modified: "lastmodifieddate",
    tied_to: &["companies"],
};
const COMPANIES: ObjectType = ObjectType {
    name: "companies",
    scope: "crm.objects.companies.read",
    properties: &[
        "name",
        "domain",
        "country",
        "phone",
        "industry",
        "numberofemployees",
        "annualrevenue",
        "lifecyclestage",
        "hubspot_owner_id",
        "createdate",
        "hs_lastmodifieddate",
    ],
    modified: "hs_lastmodifieddate",
    tied_to: &[],
};
const DEALS: ObjectType = ObjectType {
    name: "deals",
    scope: "crm.objects.deals.read",
    properties: &[
        "dealname",
        "amount",
        "deal_currency_code",
        "pipeline",
        "dealstage",
        "hs_deal_stage_probability",
        "closedate",
        "createdate",
        "hubspot_owner_id",
        "hs_lastmodifieddate",
    ],
    modified: "hs_lastmodifieddate",
    tied_to: &["contacts", "companies"],
};
const TICKETS: ObjectType = ObjectType {
    name: "tickets",
    scope: "tickets",
    properties: &[
        "subject",
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_ticket_priority",
        "createdate",
        "closed_date",
        "hs_lastmodifieddate",
    ],
    modified: "hs_lastmodifieddate",
    tied_to: &["contacts", "companies"],
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HubSpotOptions {
    api_version: Option<String>,
}

pub(crate) struct HubSpot {
    transport: VendorClient,
    version: String,
    directory: Mutex<Option<(Timestamp, Arc<NameDirectory>)>>,
}

fn build(settings: VendorSettings, time: Timer) -> Result<Box<dyn Source>, String> {
    let options: HubSpotOptions = settings.options()?;
    let endpoint = ApiEndpoint {
        vendor: &VENDOR,
        headers: vec![("authorization", format!("Bearer {}", settings.key.reveal()))],
        settings,
        http_rules: HttpRules {
            pause,
            ..HttpRules::PLAIN
        },
    };
    Ok(Box::new(HubSpot {
        transport: VendorClient::new(endpoint, time)?,
        version: options.api_version.unwrap_or_else(|| VERSION.to_owned()),
        directory: Mutex::default(),
    }))
}

/// Pause until an exhausted interval ends; an exhausted daily limit stops the run
/// (<https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines>). Search responses carry no limit
/// headers.
fn pause(head: &ResponseHead<'_>) -> Option<Duration> {
    const DAY: Duration = Duration::from_hours(24);
    let is_spent = |name| head.number(name) == Some(0);
    if head.is_limited() && is_spent("x-hubspot-ratelimit-daily-remaining") {
        return Some(DAY);
    }
    let interval = || {
        head.number("x-hubspot-ratelimit-interval-milliseconds")?
            .try_into()
            .ok()
    };
    let waits = head.is_limited() || is_spent("x-hubspot-ratelimit-remaining");
    let spent_interval = || interval().filter(|_| waits).map(Duration::from_millis);
    head.retry_after().or_else(spent_interval)
}

impl Source for HubSpot {
    /// Archiving does not change the modification time, so only a full run reads archived records.
    fn feeds(&self, run: SourceRun) -> Vec<Feed> {
        match run.mode {
            SyncMode::Full => FULL.to_vec(),
            SyncMode::Incremental => FULL[..4].to_vec(),
        }
    }

    fn page<'a>(&'a self, ask: PageRequest<'a>) -> BoxFuture<'a, Result<FeedPage, SourceError>> {
        Box::pin(async move {
            match ask.feed.trim_end_matches(ARCHIVED) {
                "companies" => self.read(&COMPANIES, ask).await,
                "deals" => self.read(&DEALS, ask).await,
                "tickets" => self.read(&TICKETS, ask).await,
                _ => self.read(&CONTACTS, ask).await,
            }
        })
    }

    fn check(&self) -> BoxFuture<'_, Vec<AccessProbe>> {
        Box::pin(async move {
            let mut probes = Vec::new();
            for object in [&CONTACTS, &COMPANIES, &DEALS, &TICKETS] {
                let request = ApiRequest::get(object.name, &self.path("objects", object.name)).query("limit", 1);
                probes.push(self.transport.probe(request.needs(object.scope)).await);
            }
            probes.push(self.transport.probe(self.owners_after(None)).await);
            probes
        })
    }
}

impl HubSpot {
    fn path(&self, area: &str, rest: &str) -> String {
        match self.version.as_str() {
            "v3" => format!("crm/v3/{area}/{rest}"),
            dated => format!("crm/{area}/{dated}/{rest}"),
        }
    }

    async fn read(&self, object: &'static ObjectType, ask: PageRequest<'_>) -> Result<FeedPage, SourceError> {
        let request = match ask.run.changed_since(INDEX_DELAY) {
            Some(since) => self.search(object, since, ask),
            None => self.list(object, ask),
        };
        let answer = self.transport.send(request.needs(object.scope)).await?;
        let listed = records(&self.transport, object.name, &answer, "/results")?;
        let ties = match ask.run.mode {
            SyncMode::Full => HashMap::new(),
            SyncMode::Incremental => self.ties(object, &listed).await?,
        };
        let directory = self.directory(ask.run).await?;
        let mut page = SourcePage {
            expected: answer.pointer("/total").and_then(Value::as_u64),
            ..SourcePage::default()
        };
        if ask.after.is_none() && ask.feed == COMPANIES.name {
            page.findings.extend(directory.withheld.iter().map(withheld_finding));
        }
        let reader = RecordMapper {
            object,
            directory: &directory,
            ties: &ties,
            is_archived: ask.feed.ends_with(ARCHIVED),
        };
        match object.name {
            "contacts" => page.observations = page.read_each(&listed, |record| reader.contact(record)),
            "companies" => page.observations = page.read_each(&listed, |record| reader.company(record)),
            "deals" => page.events = page.read_each(&listed, |record| reader.deal(record)),
            _ => page.events = page.read_each(&listed, |record| reader.ticket(record)),
        }
        Ok(FeedPage {
            page,
            after: after(&answer, &listed, ask.run),
        })
    }

    fn list(&self, object: &'static ObjectType, ask: PageRequest<'_>) -> ApiRequest {
        let request = ApiRequest::get(object.name, &self.path("objects", object.name))
            .query("limit", LIST_LIMIT)
            .query("properties", object.properties.join(","))
            .query("archived", ask.feed.ends_with(ARCHIVED))
            .query_some("after", ask.after);
        match object.tied_to {
            [] => request,
            tied_to => request.query("associations", tied_to.join(",")),
        }
    }

    /// Search for changes in a time span, paged by id: each page is a new search after the last id, so no result is
    /// beyond 10,000.
    fn search(&self, object: &'static ObjectType, since: Timestamp, ask: PageRequest<'_>) -> ApiRequest {
        let filter = |property: &str, operator: &str, value: String| json!({"propertyName": property, "operator": operator, "value": value});
        let mut filters = vec![
            filter(object.modified, "GTE", since.as_millisecond().to_string()),
            filter(object.modified, "LTE", ask.run.started_at.as_millisecond().to_string()),
        ];
        if let Some(after) = ask.after {
            filters.push(filter("hs_object_id", "GT", after.to_owned()));
        }
        let body = json!({
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": object.properties,
            "limit": SEARCH_LIMIT,
        });
        ApiRequest::post(object.name, &self.path("objects", object.name), body).then("search")
    }

    /// Associations of the records on a page, by record id.
    async fn ties(
        &self,
        object: &ObjectType,
        listed: &[JsonRecord<'_>],
    ) -> Result<HashMap<String, Vec<Subject>>, SourceError> {
        let mut ties: HashMap<String, Vec<Subject>> = HashMap::new();
        let inputs: Vec<Value> = listed
            .iter()
            .filter_map(|record| record.id("/id").ok())
            .map(|id| json!({"id": id}))
            .collect();
        for to in object.tied_to.iter().filter(|_| !inputs.is_empty()) {
            let path = self.path("associations", &format!("{}/{to}/batch/read", object.name));
            let request = ApiRequest::post("associations", &path, json!({"inputs": inputs})).needs(object.scope);
            let answer = self.transport.send(request).await?;
            for tie in records(&self.transport, "associations", &answer, "/results")? {
                let Some(from) = tie.id_at("/from/id") else { continue };
                let ends = tie.list("/to");
                let ids = ends
                    .iter()
                    .filter_map(|end| end.id_at("/id").or_else(|| end.id_at("/toObjectId")));
                ties.entry(from).or_default().extend(ids.map(|id| kind_of(to).id(id)));
            }
        }
        Ok(ties)
    }

    fn owners_after(&self, after: Option<&str>) -> ApiRequest {
        let path = self.path("owners", "");
        let request = ApiRequest::get("owners", &path)
            .query("limit", LIST_LIMIT)
            .query("archived", false);
        request.query_some("after", after).needs("crm.objects.owners.read")
    }

    /// Names of owners, pipelines and stages, read once per run. Without the permission to read them, records keep ids
    /// instead of names.
    async fn directory(&self, run: SourceRun) -> Result<Arc<NameDirectory>, SourceError> {
        let mut kept = self.directory.lock().await;
        if let Some((of_run, directory)) = kept.as_ref()
            && *of_run == run.started_at
        {
            return Ok(Arc::clone(directory));
        }
        let directory = Arc::new(NameDirectory::of(self).await?);
        *kept = Some((run.started_at, Arc::clone(&directory)));
        Ok(directory)
    }
}

fn withheld_finding(withheld: &WithheldList) -> RecordFinding {
    let WithheldList { what, failure } = withheld;
    RecordFinding {
        record: format!("all {what}"),
        reason: format!("{failure} {}", failure.cure()),
        effect: RecordEffect::FeedLeftOut,
        ..RecordFinding::unsigned()
    }
}

/// Cursor of the next page: the vendor's in a list, the last id in a search.
fn after(answer: &Value, listed: &[JsonRecord<'_>], run: SourceRun) -> Option<String> {
    let next = answer.pointer("/paging/next/after").and_then(id_text)?;
    match run.mode {
        SyncMode::Full => Some(next),
        SyncMode::Incremental => listed.iter().rev().find_map(|record| record.id("/id").ok()),
    }
}

fn kind_of(object: &str) -> SubjectKind {
    if object == "companies" {
        SubjectKind::Company
    } else {
        SubjectKind::Person
    }
}

fn joined(record: &JsonRecord<'_>, places: [&str; 2]) -> Option<String> {
    let words: Vec<String> = places
        .into_iter()
        .filter_map(|place| record.plain_text(place))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}
