//! HubSpot: contacts, companies, deals, tickets, with the names of owners, pipelines and stages.
//!
//! <https://developers.hubspot.com/docs/api-reference>. Searches end at 10,000 results and month-end batches give more
//! records than that one time of change, so a search goes by id inside the span of time, never by time. The search index
//! lags by minutes. Searches tell no associations; they are asked for in one call a page.

use std::{
    collections::{BTreeSet, HashMap},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{
    Ask, Failure, Feed, FeedPage, Mode, Pending, Probe, Run, Settings, Source, Time, Vendor, Verification,
    dialect::{Dialect, Head},
    event::{Deal, DealStatus, Detail, Event, Ticket},
    reading::{Reason, Record, id_text, records},
    record::{FieldName, Observation, Page, Presence, Subject, SubjectKind},
    transport::{Endpoint, Request, Transport},
};
use crate::customers::email::Email;

/// The line in the registry.
pub const VENDOR: Vendor = Vendor {
    name: "hubspot",
    title: "HubSpot",
    verification: Verification::Recordings,
    base_url: Some("https://api.hubapi.com"),
    // The smallest plan has 100 in ten seconds; searches have five a second of their own.
    calls_per_minute: NonZeroU32::new(240).unwrap(),
    build,
};

/// Dated versions are supported for 18 months; `v3` until September 2027.
const VERSION: &str = "2026-09";
const LIST_LIMIT: u32 = 100;
const SEARCH_LIMIT: u32 = 200;
/// Found records appear in searches after seconds to minutes.
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

/// A kind of record.
struct Object {
    name: &'static str,
    scope: &'static str,
    properties: &'static [&'static str],
    /// The property by which changes are found.
    modified: &'static str,
    /// Kinds that it is tied to.
    tied_to: &'static [&'static str],
}

const CONTACTS: Object = Object {
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
const COMPANIES: Object = Object {
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
const DEALS: Object = Object {
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
const TICKETS: Object = Object {
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
struct Options {
    api_version: Option<String>,
}

struct HubSpot {
    transport: Transport,
    version: String,
    directory: Mutex<Option<(Timestamp, Arc<Directory>)>>,
}

/// Names that records mention by id only.
#[derive(Default)]
struct Directory {
    owners: HashMap<String, Owner>,
    stages: HashMap<String, Stage>,
    pipelines: HashMap<String, String>,
}

struct Owner {
    name: Option<String>,
    email: Option<String>,
}

struct Stage {
    label: Option<String>,
    status: DealStatus,
    probability: Option<Decimal>,
}

fn build(settings: Settings, time: Time) -> Result<Box<dyn Source>, String> {
    let options: Options = settings.options()?;
    let endpoint = Endpoint {
        vendor: VENDOR.title,
        base_url: settings
            .base_url
            .unwrap_or_else(|| VENDOR.base_url.unwrap_or_default().to_owned()),
        headers: vec![("authorization", format!("Bearer {}", settings.key.reveal()))],
        key: settings.key,
        calls_per_minute: settings.calls_per_minute.unwrap_or(VENDOR.calls_per_minute),
        dialect: Dialect {
            pause,
            scopes: |_| Vec::new(),
        },
    };
    Ok(Box::new(HubSpot {
        transport: Transport::new(endpoint, time)?,
        version: options.api_version.unwrap_or_else(|| VERSION.to_owned()),
        directory: Mutex::default(),
    }))
}

/// A spent interval is waited out, a spent day is not
/// (<https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines>). Searches tell nothing.
fn pause(head: &Head<'_>) -> Option<Duration> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
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
    /// What is archived keeps its time of change, so only a full run finds it.
    fn feeds(&self, run: Run) -> Vec<Feed> {
        match run.mode {
            Mode::Full => FULL.to_vec(),
            Mode::Incremental => FULL[..4].to_vec(),
        }
    }

    fn page<'a>(&'a self, ask: Ask<'a>) -> Pending<'a, Result<FeedPage, Failure>> {
        Box::pin(async move {
            match ask.feed.trim_end_matches(ARCHIVED) {
                "companies" => self.read(&COMPANIES, ask).await,
                "deals" => self.read(&DEALS, ask).await,
                "tickets" => self.read(&TICKETS, ask).await,
                _ => self.read(&CONTACTS, ask).await,
            }
        })
    }

    fn check(&self) -> Pending<'_, Vec<Probe>> {
        Box::pin(async move {
            let mut probes = Vec::new();
            for object in [&CONTACTS, &COMPANIES, &DEALS, &TICKETS] {
                let request = Request::get(object.name, &self.path("objects", object.name)).query("limit", 1);
                probes.push(self.transport.probe(request.needs(object.scope)).await);
            }
            probes.push(self.transport.probe(self.owners(None)).await);
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

    async fn read(&self, object: &'static Object, ask: Ask<'_>) -> Result<FeedPage, Failure> {
        let request = match ask.run.changed_since(INDEX_DELAY) {
            Some(since) => self.search(object, since, ask),
            None => self.list(object, ask),
        };
        let answer = self.transport.send(request.needs(object.scope)).await?;
        let listed = records(&self.transport, object.name, &answer, "/results")?;
        let ties = match ask.run.mode {
            Mode::Full => HashMap::new(),
            Mode::Incremental => self.ties(object, &listed).await?,
        };
        let directory = self.directory(ask.run).await?;
        let mut page = Page {
            expected: answer.pointer("/total").and_then(Value::as_u64),
            ..Page::default()
        };
        let reader = Reader {
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

    fn list(&self, object: &'static Object, ask: Ask<'_>) -> Request {
        let request = Request::get(object.name, &self.path("objects", object.name))
            .query("limit", LIST_LIMIT)
            .query("properties", object.properties.join(","))
            .query("archived", ask.feed.ends_with(ARCHIVED))
            .query_some("after", ask.after);
        match object.tied_to {
            [] => request,
            tied_to => request.query("associations", tied_to.join(",")),
        }
    }

    /// What changed between two instants, by id: the page after an id begins anew, so no result is ever beyond 10,000.
    fn search(&self, object: &'static Object, since: Timestamp, ask: Ask<'_>) -> Request {
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
        Request::post(object.name, &self.path("objects", object.name), body).then("search")
    }

    /// Which records those on the page are tied to, by id.
    async fn ties(&self, object: &Object, listed: &[Record<'_>]) -> Result<HashMap<String, Vec<Subject>>, Failure> {
        let mut ties: HashMap<String, Vec<Subject>> = HashMap::new();
        let inputs: Vec<Value> = listed
            .iter()
            .filter_map(|record| record.id("/id").ok())
            .map(|id| json!({"id": id}))
            .collect();
        for to in object.tied_to.iter().filter(|_| !inputs.is_empty()) {
            let path = self.path("associations", &format!("{}/{to}/batch/read", object.name));
            let request = Request::post("associations", &path, json!({"inputs": inputs})).needs(object.scope);
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

    fn owners(&self, after: Option<&str>) -> Request {
        let path = self.path("owners", "");
        let request = Request::get("owners", &path)
            .query("limit", LIST_LIMIT)
            .query("archived", false);
        request.query_some("after", after).needs("crm.objects.owners.read")
    }

    /// Read once a run. Without the right to read owners or pipelines, records keep their ids for names.
    async fn directory(&self, run: Run) -> Result<Arc<Directory>, Failure> {
        let mut kept = self.directory.lock().await;
        if let Some((of_run, directory)) = kept.as_ref()
            && *of_run == run.started_at
        {
            return Ok(Arc::clone(directory));
        }
        let mut directory = Directory::default();
        let read = async {
            self.read_owners(&mut directory).await?;
            self.read_pipelines(&mut directory, "deals").await?;
            self.read_pipelines(&mut directory, "tickets").await
        };
        match read.await {
            Err(failure @ (Failure::NotAllowed { .. } | Failure::Refused { .. })) => {
                tracing::warn!("{failure} {}", failure.cure());
            }
            other => other?,
        }
        let directory = Arc::new(directory);
        *kept = Some((run.started_at, Arc::clone(&directory)));
        Ok(directory)
    }

    async fn read_owners(&self, directory: &mut Directory) -> Result<(), Failure> {
        let mut after: Option<String> = None;
        loop {
            let answer = self.transport.send(self.owners(after.as_deref())).await?;
            for owner in records(&self.transport, "owners", &answer, "/results")? {
                let Ok(id) = owner.id("/id") else { continue };
                let name = joined(&owner, ["/firstName", "/lastName"]);
                let email = owner.text("/email");
                directory.owners.insert(id, Owner { name, email });
            }
            let next = answer.pointer("/paging/next/after").and_then(id_text);
            if next.is_none() || next == after {
                return Ok(());
            }
            after = next;
        }
    }

    async fn read_pipelines(&self, directory: &mut Directory, of: &'static str) -> Result<(), Failure> {
        let request = Request::get("pipelines", &self.path("pipelines", of));
        let answer = self.transport.send(request).await?;
        for pipeline in records(&self.transport, "pipelines", &answer, "/results")? {
            let Ok(id) = pipeline.id("/id") else { continue };
            directory
                .pipelines
                .extend(pipeline.text("/label").map(|label| (id, label)));
            for stage in pipeline.list("/stages") {
                let Ok(id) = stage.id("/id") else { continue };
                directory.stages.insert(id, Stage::of(&stage));
            }
        }
        Ok(())
    }
}

impl Stage {
    /// `isClosed` and `probability` are words in the answer; a stage closed with a likelihood of one is won.
    fn of(stage: &Record<'_>) -> Self {
        let probability = stage.number("/metadata/probability");
        let status = match (stage.flag("/metadata/isClosed"), probability) {
            (Some(true), Some(likely)) if likely.is_zero() => DealStatus::Lost,
            (Some(true), Some(likely)) if likely == Decimal::ONE => DealStatus::Won,
            (Some(true), _) => DealStatus::Unknown,
            (None, Some(likely)) if likely == Decimal::ONE => DealStatus::Won,
            (None, Some(likely)) if likely.is_zero() => DealStatus::Lost,
            _ => DealStatus::Open,
        };
        Self {
            label: stage.text("/label"),
            status,
            probability,
        }
    }
}

/// In a list the vendor's cursor; in a search the last id, from where the next search begins.
fn after(answer: &Value, listed: &[Record<'_>], run: Run) -> Option<String> {
    let next = answer.pointer("/paging/next/after").and_then(id_text)?;
    match run.mode {
        Mode::Full => Some(next),
        Mode::Incremental => listed.iter().rev().find_map(|record| record.id("/id").ok()),
    }
}

fn kind_of(object: &str) -> SubjectKind {
    if object == "companies" {
        SubjectKind::Company
    } else {
        SubjectKind::Person
    }
}

fn joined(record: &Record<'_>, places: [&str; 2]) -> Option<String> {
    let words: Vec<String> = places
        .into_iter()
        .filter_map(|place| record.plain_text(place))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

struct Reader<'a> {
    object: &'a Object,
    directory: &'a Directory,
    ties: &'a HashMap<String, Vec<Subject>>,
    is_archived: bool,
}

impl Reader<'_> {
    fn observation(&self, record: &Record<'_>) -> Result<Observation, Reason> {
        let id = record.id("/id")?;
        let mut seen = Observation::about(kind_of(self.object.name).id(&id));
        seen.belongs_to = self.tied(record, &id);
        seen.updated_at = record
            .time("/updatedAt")
            .or_else(|| record.time(&property(self.object.modified)));
        if self.is_archived || record.flag("/archived") == Some(true) {
            seen.presence = Presence::Removed;
        }
        seen.add(FieldName::Phone, record.text("/properties/phone"));
        seen.add(FieldName::Country, record.text("/properties/country"));
        seen.add(FieldName::LifecycleStage, record.text("/properties/lifecyclestage"));
        seen.add(FieldName::CreatedAt, record.time("/properties/createdate"));
        let owner = record.id_at("/properties/hubspot_owner_id");
        let known = owner.as_ref().and_then(|id| self.directory.owners.get(id));
        let named = known.and_then(|owner| owner.name.clone().or_else(|| owner.email.clone()));
        seen.add(FieldName::AccountManager, named.or(owner));
        seen.add(
            FieldName::AccountManagerEmail,
            known.and_then(|owner| owner.email.clone()),
        );
        Ok(seen)
    }

    fn contact(&self, record: &Record<'_>) -> Result<Observation, Reason> {
        let mut contact = self.observation(record)?;
        contact.add_email(record.email("/properties/email"));
        for more in record
            .text("/properties/hs_additional_emails")
            .iter()
            .flat_map(|more| more.split(';'))
        {
            contact.add_email(Email::of(more));
        }
        contact.name = joined(record, ["/properties/firstname", "/properties/lastname"]);
        contact.company = record.plain_text("/properties/company");
        let company = record
            .id_at("/properties/associatedcompanyid")
            .map(|id| SubjectKind::Company.id(id));
        contact
            .belongs_to
            .extend(company.filter(|company| !contact.belongs_to.contains(company)));
        contact.add(FieldName::Language, record.text("/properties/hs_language"));
        others(record, &mut contact, &["jobtitle", "hs_lead_status"]);
        Ok(contact)
    }

    fn company(&self, record: &Record<'_>) -> Result<Observation, Reason> {
        let mut company = self.observation(record)?;
        company.company = record.plain_text("/properties/name");
        company.add(FieldName::Domain, record.text("/properties/domain"));
        others(record, &mut company, &["industry"]);
        for name in ["numberofemployees", "annualrevenue"] {
            company.add(FieldName::Other(name.to_owned()), record.number(&property(name)));
        }
        Ok(company)
    }

    fn deal(&self, record: &Record<'_>) -> Result<Event, Reason> {
        let stage_id = record.id_at("/properties/dealstage");
        let stage = stage_id.as_ref().and_then(|id| self.directory.stages.get(id));
        let pipeline = record.id_at("/properties/pipeline");
        let owner = record.id_at("/properties/hubspot_owner_id");
        let seller = owner
            .as_ref()
            .and_then(|id| self.directory.owners.get(id)?.name.clone());
        let status = if self.is_archived {
            DealStatus::Removed
        } else {
            stage.map_or(DealStatus::Unknown, |stage| stage.status)
        };
        let detail = Deal {
            name: record.plain_text("/properties/dealname"),
            pipeline: pipeline.map(|id| self.directory.pipelines.get(&id).cloned().unwrap_or(id)),
            stage: stage.and_then(|stage| stage.label.clone()).or(stage_id),
            status,
            amount: record.number("/properties/amount"),
            currency: record.text("/properties/deal_currency_code"),
            probability: record
                .number("/properties/hs_deal_stage_probability")
                .or_else(|| stage?.probability),
            closes_at: record.time("/properties/closedate"),
            owner: seller.or(owner),
        };
        self.event(record, Detail::Deal(detail))
    }

    fn ticket(&self, record: &Record<'_>) -> Result<Event, Reason> {
        let stage_id = record.id_at("/properties/hs_pipeline_stage");
        let stage = stage_id
            .as_ref()
            .and_then(|id| self.directory.stages.get(id)?.label.clone());
        let detail = Ticket {
            title: record.plain_text("/properties/subject"),
            state: stage.or(stage_id),
            priority: record.text("/properties/hs_ticket_priority"),
            open: Some(record.time("/properties/closed_date").is_none()),
        };
        self.event(record, Detail::Ticket(detail))
    }

    fn event(&self, record: &Record<'_>, detail: Detail) -> Result<Event, Reason> {
        let id = record.id("/id")?;
        let mut event = Event::new(&id, detail);
        event.about = self.tied(record, &id);
        event.at = record
            .time("/properties/createdate")
            .or_else(|| record.time("/createdAt"));
        event.updated_at = record
            .time("/updatedAt")
            .or_else(|| record.time(&property(self.object.modified)));
        Ok(event)
    }

    fn tied(&self, record: &Record<'_>, id: &str) -> Vec<Subject> {
        let mut tied: BTreeSet<Subject> = BTreeSet::new();
        for to in self.object.tied_to {
            for end in record.list(&format!("/associations/{to}/results")) {
                tied.extend(end.id_at("/id").map(|id| kind_of(to).id(id)));
            }
        }
        tied.extend(self.ties.get(id).into_iter().flatten().cloned());
        tied.into_iter().collect()
    }
}

fn property(name: &str) -> String {
    format!("/properties/{name}")
}

fn others(record: &Record<'_>, seen: &mut Observation, names: &[&str]) {
    for name in names {
        seen.add(FieldName::Other((*name).to_owned()), record.text(&property(name)));
    }
}
