//! Userflow client: users, groups, and their progress in guides and checklists. Not verified against the live API.
//!
//! <https://docs.userflow.com/docs/api> publishes no specification; field names come from the schemas of the tap
//! kingalban-tap-userflow. There is no change feed and no list of events: every run reads everything, and product usage
//! is in the attributes of users and groups.

use std::{num::NonZeroU32, sync::Arc};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{
    AccessProbe, BoxFuture, Feed, FeedPage, PageRequest, Source, SourceError, SourceRun, Timer, Vendor, VendorSettings,
    Verification,
    client::{ApiEndpoint, ApiRequest, VendorClient, http_rules::HttpRules},
    event::{CustomerEvent, EventDetail, Onboarding},
    lenient_json::{JsonRecord, RejectionReason, id_text, plain_value, records},
    observation::{FieldName, Observation, SourcePage},
    subject::SubjectKind,
};

/// Registry entry.
pub const VENDOR: Vendor = Vendor {
    name: "userflow",
    title: "Userflow",
    verification: Verification::DocumentsOnly,
    base_url: Some("https://api.userflow.com"),
    // The limits are not published.
    calls_per_minute: NonZeroU32::new(120).unwrap(),
    build,
};

const VERSION: &str = "2020-01-03";
const LIMIT: u32 = 100;

/// Ids and names of guides.
type Guides = Arc<Vec<(String, Option<String>)>>;

struct Userflow {
    transport: VendorClient,
    guides: Mutex<Option<(Timestamp, Guides)>>,
}

fn build(settings: VendorSettings, time: Timer) -> Result<Box<dyn Source>, String> {
    let endpoint = ApiEndpoint {
        vendor: &VENDOR,
        headers: vec![
            ("authorization", format!("Bearer {}", settings.key.reveal())),
            ("userflow-version", VERSION.to_owned()),
        ],
        settings,
        http_rules: HttpRules::PLAIN,
    };
    Ok(Box::new(Userflow {
        transport: VendorClient::new(endpoint, time)?,
        guides: Mutex::default(),
    }))
}

impl Source for Userflow {
    fn feeds(&self, _run: SourceRun) -> Vec<Feed> {
        vec![
            Feed::required("users"),
            Feed::required("groups"),
            Feed::optional("content_sessions"),
        ]
    }

    fn page<'a>(&'a self, ask: PageRequest<'a>) -> BoxFuture<'a, Result<FeedPage, SourceError>> {
        Box::pin(async move {
            match ask.feed {
                "groups" => self.people(ask, group).await,
                "content_sessions" => self.sessions(ask).await,
                _ => self.people(ask, user).await,
            }
        })
    }

    fn check(&self) -> BoxFuture<'_, Vec<AccessProbe>> {
        Box::pin(async move {
            let mut probes = Vec::new();
            for list in ["users", "groups", "content"] {
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

/// Request for a page ordered by creation time, which no record lacks: a page that ends with `null` in the sort field
/// breaks the next page.
fn listed(what: &'static str, after: Option<&str>) -> ApiRequest {
    ApiRequest::get(what, what)
        .query("limit", LIMIT)
        .query("order_by", "created_at")
        .query_some("starting_after", after)
}

/// Id of the last record, if there is another page.
fn next(answer: &Value) -> Option<String> {
    let has_more = answer.pointer("/has_more") == Some(&Value::Bool(true));
    let data = answer.pointer("/data")?.as_array().filter(|_| has_more)?;
    data.iter().rev().find_map(|record| record.get("id").and_then(id_text))
}

impl Userflow {
    async fn people(
        &self,
        ask: PageRequest<'_>,
        read: fn(&JsonRecord<'_>) -> Result<Observation, RejectionReason>,
    ) -> Result<FeedPage, SourceError> {
        let request = listed(ask.feed, ask.after).query("expand[]", "memberships");
        let answer = self.transport.send(request).await?;
        let mut page = SourcePage::default();
        page.observations = page.read_each(&records(&self.transport, ask.feed, &answer, "/data")?, read);
        let after = next(&answer);
        Ok(FeedPage { page, after })
    }

    /// Reads sessions guide by guide, because a request for all sessions times out.
    async fn sessions(&self, ask: PageRequest<'_>) -> Result<FeedPage, SourceError> {
        let guides = self.guides(ask.run).await?;
        let (guide, after) = match ask.after {
            Some(place) => place
                .split_once(' ')
                .map_or((place, None), |(guide, after)| (guide, Some(after))),
            None => match guides.first() {
                Some((first, _)) => (first.as_str(), None),
                None => return Ok(FeedPage::default()),
            },
        };
        let index = guides.iter().position(|(id, _)| id == guide);
        let request = listed("content_sessions", after)
            .query("content_id", guide)
            .query("expand[]", "answers");
        let answer = self.transport.send(request).await?;
        let mut page = SourcePage::default();
        let sessions = records(&self.transport, "content_sessions", &answer, "/data")?;
        let name = index.and_then(|index| guides[index].1.as_deref());
        let read = page.read_each(&sessions, |record| session(record, name));
        page.events = read.into_iter().flatten().collect();
        let following = index.and_then(|index| guides.get(index + 1)).map(|(id, _)| id.clone());
        let after = next(&answer).map(|last| format!("{guide} {last}")).or(following);
        Ok(FeedPage { page, after })
    }

    /// Guides, read once per run.
    async fn guides(&self, run: SourceRun) -> Result<Guides, SourceError> {
        let mut kept = self.guides.lock().await;
        if let Some((of_run, guides)) = kept.as_ref()
            && *of_run == run.started_at
        {
            return Ok(Arc::clone(guides));
        }
        let mut guides = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let answer = self.transport.send(listed("content", after.as_deref())).await?;
            let listed = records(&self.transport, "content", &answer, "/data")?;
            guides.extend(
                listed
                    .iter()
                    .filter_map(|guide| Some((guide.id("/id").ok()?, guide.plain_text("/name")))),
            );
            let following = next(&answer);
            if following.is_none() || following == after {
                break;
            }
            after = following;
        }
        let guides = Arc::new(guides);
        *kept = Some((run.started_at, Arc::clone(&guides)));
        Ok(guides)
    }
}

fn user(record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
    let mut user = Observation::about(SubjectKind::Person.id(record.id("/id")?));
    user.add_email(record.email("/attributes/email"));
    user.name = record.plain_text("/attributes/name");
    user.add(FieldName::CreatedAt, record.time("/created_at"));
    for place in ["/memberships", "/groups"] {
        for group in record.list(place) {
            let id = group
                .id_at("/group_id")
                .or_else(|| group.id_at("/group/id"))
                .or_else(|| group.id_at("/id").filter(|_| place == "/groups"));
            let company = id.map(|id| SubjectKind::Company.id(id));
            user.belongs_to
                .extend(company.filter(|company| !user.belongs_to.contains(company)));
        }
    }
    attributes(record, &mut user);
    Ok(user)
}

fn group(record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
    let mut group = Observation::about(SubjectKind::Company.id(record.id("/id")?));
    group.company = record.plain_text("/attributes/name");
    group.add(FieldName::CreatedAt, record.time("/created_at"));
    attributes(record, &mut group);
    Ok(group)
}

/// Adds attributes. Their names are free, except for a few with a fixed meaning.
fn attributes(record: &JsonRecord<'_>, seen: &mut Observation) {
    seen.add(FieldName::SignedUpAt, record.time("/attributes/signed_up_at"));
    seen.add(FieldName::LastSeenAt, record.time("/attributes/last_seen_at"));
    let apart = ["email", "name", "signed_up_at", "last_seen_at", "created_at"];
    for (name, value) in record
        .entries("/attributes")
        .filter(|(name, _)| !apart.contains(&name.as_str()))
    {
        seen.add(FieldName::from(name.clone()), plain_value(value));
    }
}

/// Event of a session; `None` for a staff preview of a draft.
fn session(record: &JsonRecord<'_>, guide: Option<&str>) -> Result<Option<CustomerEvent>, RejectionReason> {
    let id = record.id("/id")?;
    if record.flag("/is_preview") == Some(true) {
        return Ok(None);
    }
    let answers = record.list("/answers");
    let answers = answers.iter().filter_map(|answer| {
        let question = answer
            .plain_text("/question_name")
            .or_else(|| answer.text("/question_cvid"))?;
        Some((question, answer.plain_text("/answer_value")?))
    });
    let detail = Onboarding {
        content_id: record.id_at("/content_id"),
        content: record.plain_text("/content/name").or_else(|| guide.map(str::to_owned)),
        completed: record.flag("/completed"),
        completed_at: record.time("/completed_at"),
        last_activity_at: record.time("/last_activity_at"),
        progress: record.number("/progress"),
        answers: answers.collect(),
    };
    let mut event = CustomerEvent::new(id, EventDetail::Onboarding(detail));
    event.at = record.time("/created_at");
    event.updated_at = record.time("/last_activity_at").max(record.time("/completed_at"));
    let user = record.id_at("/user_id").or_else(|| record.id_at("/user/id"));
    event.about.extend(user.map(|id| SubjectKind::Person.id(id)));
    let group = record.id_at("/group_id").or_else(|| record.id_at("/group/id"));
    event.about.extend(group.map(|id| SubjectKind::Company.id(id)));
    Ok(Some(event))
}
