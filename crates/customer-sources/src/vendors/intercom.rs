//! Intercom client: contacts with custom attributes, companies, conversations and tickets.
//!
//! <https://developers.intercom.com/docs/references/rest-api/api.intercom.io>, version 2.16. Searches compare dates by
//! day in the workspace's time zone, and `>` means from the next day, so a search starts two days early and records are
//! filtered by their own time. Conversations refer to contacts by id, not by e-mail address.

use std::{num::NonZeroU32, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    AccessProbe, BoxFuture, Feed, FeedPage, PageRequest, Source, SourceError, SourceRun, Timer, Vendor, VendorSettings,
    Verification,
    client::{
        ApiEndpoint, ApiRequest, VendorClient,
        http_rules::{HttpRules, ResponseHead},
    },
    event::{Conversation, CustomerEvent, EventDetail, Message, Rating, Speaker, Ticket},
    lenient_json::{JsonRecord, RejectionReason, records},
    observation::{FieldName, Observation, SourcePage},
    subject::{Subject, SubjectKind},
};

/// Registry entry.
pub const VENDOR: Vendor = Vendor {
    name: "intercom",
    title: "Intercom",
    verification: Verification::Recordings,
    base_url: Some("https://api.intercom.io"),
    // Private apps are allowed 10,000 a minute, in windows of ten seconds; older workspaces 1,000.
    calls_per_minute: NonZeroU32::new(900).unwrap(),
    build,
};

const VERSION: &str = "2.16";
const PER_PAGE: u32 = 150;
/// Concurrent requests for conversations, which are read one by one.
const AT_ONCE: usize = 8;

const CONTACTS: Feed = Feed::required("contacts");
const COMPANIES: Feed = Feed::optional("companies");
const CONVERSATIONS: Feed = Feed::optional("conversations");
const TICKETS: Feed = Feed::optional("tickets");

/// Overlap of searches: their dates are days in an unknown time zone, and `>` starts on the next day.
const SEARCH_OVERLAP: SignedDuration = SignedDuration::from_hours(48);
/// Delay of the search index for new contacts.
const INDEX_DELAY: SignedDuration = SignedDuration::from_mins(15);

struct Intercom(VendorClient);

fn build(settings: VendorSettings, time: Timer) -> Result<Box<dyn Source>, String> {
    let endpoint = ApiEndpoint {
        vendor: &VENDOR,
        headers: vec![
            ("authorization", format!("Bearer {}", settings.key.reveal())),
            ("intercom-version", VERSION.to_owned()),
        ],
        settings,
        http_rules: HttpRules {
            pause,
            ..HttpRules::PLAIN
        },
    };
    Ok(Box::new(Intercom(VendorClient::new(endpoint, time)?)))
}

/// Pause from `X-RateLimit-Reset`, an instant in seconds since 1970
/// (<https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting>).
fn pause(head: &ResponseHead<'_>) -> Option<Duration> {
    let is_spent = head.is_limited() || head.number("x-ratelimit-remaining") == Some(0);
    let reset = || head.until("x-ratelimit-reset").filter(|_| is_spent);
    head.retry_after().or_else(reset)
}

impl Source for Intercom {
    fn feeds(&self, _run: SourceRun) -> Vec<Feed> {
        vec![CONTACTS, COMPANIES, CONVERSATIONS, TICKETS]
    }

    fn page<'a>(&'a self, ask: PageRequest<'a>) -> BoxFuture<'a, Result<FeedPage, SourceError>> {
        Box::pin(async move {
            match ask.feed {
                "companies" => self.companies(ask).await,
                "conversations" => self.conversations(ask).await,
                "tickets" => self.tickets(ask).await,
                _ => self.contacts(ask).await,
            }
        })
    }

    fn check(&self) -> BoxFuture<'_, Vec<AccessProbe>> {
        Box::pin(async move {
            let list = |what: &'static str| ApiRequest::get(what, what).query("per_page", 1);
            let tickets = search("tickets", Timestamp::UNIX_EPOCH, None);
            vec![
                self.0.probe(list("contacts")).await,
                self.0.probe(list("companies")).await,
                self.0.probe(list("conversations")).await,
                self.0.probe(tickets).await,
            ]
        })
    }
}

/// Search for changes after `since`, oldest first, so that records changed during the run come last.
fn search(what: &'static str, since: Timestamp, after: Option<&str>) -> ApiRequest {
    let mut pagination = json!({"per_page": PER_PAGE});
    if let Some(after) = after {
        pagination["starting_after"] = after.into();
    }
    let changed = json!({"field": "updated_at", "operator": ">", "value": since.as_second()});
    let body = json!({
        "query": {"operator": "AND", "value": [changed]},
        "sort": {"field": "updated_at", "order": "ascending"},
        "pagination": pagination,
    });
    ApiRequest::post(what, what, body).then("search")
}

fn listed(what: &'static str, ask: PageRequest<'_>) -> ApiRequest {
    match ask.run.changed_since(SEARCH_OVERLAP) {
        Some(since) => search(what, since, ask.after),
        None => ApiRequest::get(what, what)
            .query("per_page", PER_PAGE)
            .query_some("starting_after", ask.after),
    }
}

/// Cursor of the next page: an object, or in old versions a URL.
fn next(answer: &Value) -> Option<String> {
    let next = answer.pointer("/pages/next").filter(|next| !next.is_null())?;
    next.pointer("/starting_after")
        .and_then(Value::as_str)
        .map(str::to_owned)
}

/// Whether a record belongs to this run. Searches start days early, so the record's own time decides; a record without
/// a time is kept.
fn is_wanted(updated_at: Option<Timestamp>, run: SourceRun) -> bool {
    match (updated_at, run.changed_since(INDEX_DELAY)) {
        (Some(updated_at), Some(since)) => updated_at >= since,
        _ => true,
    }
}

impl Intercom {
    async fn contacts(&self, ask: PageRequest<'_>) -> Result<FeedPage, SourceError> {
        let answer = self.0.send(listed("contacts", ask)).await?;
        let mut page = SourcePage {
            expected: answer.pointer("/total_count").and_then(Value::as_u64),
            ..SourcePage::default()
        };
        let records = records(&self.0, "contacts", &answer, "/data")?;
        page.observations = page.read_each(&records, contact);
        page.observations
            .retain(|contact| is_wanted(contact.updated_at, ask.run));
        let after = next(&answer);
        Ok(FeedPage { page, after })
    }

    /// Reads a page of companies by scrolling, because their list ends at 10,000. A scroll expires after a minute (404)
    /// or fails (500) and then starts over; it ends with an empty page that still has a cursor.
    async fn companies(&self, ask: PageRequest<'_>) -> Result<FeedPage, SourceError> {
        let from_start = ApiRequest::get("companies", "companies/scroll");
        let mut scroll = Scroll::at(ask.after);
        let request = from_start.clone().query_some("scroll_param", scroll.name);
        let answer = match self.0.send(request).await {
            Err(failure) if scroll.may_restart(&failure) => {
                scroll.restarts += 1;
                self.0.send(from_start).await?
            }
            other => other?,
        };
        let mut page = SourcePage::default();
        let records = records(&self.0, "companies", &answer, "/data")?;
        page.observations = page.read_each(&records, company);
        let following = answer.pointer("/scroll_param").and_then(Value::as_str);
        let after = following
            .filter(|_| !records.is_empty())
            .map(|name| scroll.followed_by(name));
        Ok(FeedPage { page, after })
    }

    async fn conversations(&self, ask: PageRequest<'_>) -> Result<FeedPage, SourceError> {
        let answer = self.0.send(listed("conversations", ask)).await?;
        let listed = records(&self.0, "conversations", &answer, "/conversations")?;
        let mut page = SourcePage::default();
        let heads = page.read_each(&listed, |record| Ok((record.id("/id")?, record.time("/updated_at"))));
        let wanted = heads
            .into_iter()
            .filter(|(_, updated_at)| is_wanted(*updated_at, ask.run));
        let whole: Vec<Option<Value>> = stream::iter(wanted)
            .map(|(id, _)| self.whole_conversation(id))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let whole: Vec<Value> = whole.into_iter().flatten().collect();
        let whole: Vec<JsonRecord<'_>> = whole.iter().map(JsonRecord::new).collect();
        page.events = page.read_each(&whole, conversation);
        let after = next(&answer);
        Ok(FeedPage { page, after })
    }

    /// Reads a conversation with its messages, which lists lack. `None` if it was deleted in the meantime.
    async fn whole_conversation(&self, id: String) -> Result<Option<Value>, SourceError> {
        let request = ApiRequest::get("conversations", "conversations")
            .then(&id)
            .query("display_as", "plaintext");
        self.0.find(request).await
    }

    async fn tickets(&self, ask: PageRequest<'_>) -> Result<FeedPage, SourceError> {
        let since = ask.run.changed_since(SEARCH_OVERLAP).unwrap_or(Timestamp::UNIX_EPOCH);
        let answer = self.0.send(search("tickets", since, ask.after)).await?;
        let mut page = SourcePage::default();
        let records = records(&self.0, "tickets", &answer, "/tickets")?;
        page.events = page.read_each(&records, ticket);
        page.events.retain(|ticket| is_wanted(ticket.updated_at, ask.run));
        let after = next(&answer);
        Ok(FeedPage { page, after })
    }
}

/// State of a scroll. All its pages have the same cursor, so they are counted.
struct Scroll<'a> {
    restarts: u32,
    pages: u64,
    /// Cursor; `None` at the start.
    name: Option<&'a str>,
}

impl<'a> Scroll<'a> {
    const MOST_RESTARTS: u32 = 3;

    fn at(after: Option<&'a str>) -> Self {
        let mut parts = after.unwrap_or_default().splitn(3, ' ');
        let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
        let (restarts, pages) = (number(), number());
        Self {
            restarts: u32::try_from(restarts).unwrap_or(u32::MAX),
            pages,
            name: parts.next(),
        }
    }

    fn may_restart(&self, failure: &SourceError) -> bool {
        let is_broken = matches!(
            failure,
            SourceError::Refused { status: 404, .. } | SourceError::Unreachable { .. }
        );
        is_broken && self.name.is_some() && self.restarts < Self::MOST_RESTARTS
    }

    fn followed_by(&self, name: &str) -> String {
        format!("{} {} {name}", self.restarts, self.pages.saturating_add(1))
    }
}

fn contact(record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
    let mut contact = Observation::about(SubjectKind::Person.id(record.id("/id")?));
    contact.add_email(record.email("/email"));
    contact.name = record.plain_text("/name");
    contact.updated_at = record.time("/updated_at");
    for merged in record.list("/merge_history") {
        contact.former_ids.extend(merged.id_at("/source_contact_id"));
    }
    for company in record.list("/companies/data") {
        contact
            .belongs_to
            .extend(company.id_at("/id").map(|id| SubjectKind::Company.id(id)));
    }
    contact.add(FieldName::Role, record.text("/role"));
    contact.add(FieldName::Phone, record.text("/phone"));
    contact.add(FieldName::Country, record.text("/location/country"));
    contact.add(
        FieldName::Language,
        record
            .text("/language_override")
            .or_else(|| record.text("/browser_language")),
    );
    contact.add(FieldName::CreatedAt, record.time("/created_at"));
    contact.add(FieldName::SignedUpAt, record.time("/signed_up_at"));
    contact.add(FieldName::LastSeenAt, record.time("/last_seen_at"));
    contact.add(FieldName::LastRepliedAt, record.time("/last_replied_at"));
    for name in ["external_id", "owner_id"] {
        contact.add(other(name), record.id_at(&format!("/{name}")));
    }
    for name in ["unsubscribed_from_emails", "has_hard_bounced", "marked_email_as_spam"] {
        contact.add(other(name), record.flag(&format!("/{name}")));
    }
    // Includes the attributes of the Stripe app, with names that start with stripe_.
    record.add_others("/custom_attributes", &mut contact);
    Ok(contact)
}

fn company(record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
    let mut company = Observation::about(SubjectKind::Company.id(record.id("/id")?));
    company.company = record.plain_text("/name");
    company.updated_at = record.time("/updated_at");
    company.add(FieldName::Domain, record.text("/website"));
    company.add(FieldName::Plan, record.text("/plan/name"));
    company.add(FieldName::CreatedAt, record.time("/created_at"));
    company.add(FieldName::LastSeenAt, record.time("/last_request_at"));
    company.add(other("company_id"), record.id_at("/company_id"));
    company.add(other("industry"), record.text("/industry"));
    for name in ["monthly_spend", "session_count", "user_count", "size"] {
        company.add(other(name), record.number(&format!("/{name}")));
    }
    record.add_others("/custom_attributes", &mut company);
    Ok(company)
}

fn other(name: &str) -> FieldName {
    FieldName::Other(name.to_owned())
}

fn contacts_of(record: &JsonRecord<'_>) -> Vec<Subject> {
    let contacts = record.list("/contacts/contacts");
    let ids = contacts.iter().filter_map(|contact| contact.id_at("/id"));
    ids.map(|id| SubjectKind::Person.id(id)).collect()
}

fn conversation(record: &JsonRecord<'_>) -> Result<CustomerEvent, RejectionReason> {
    let id = record.id("/id")?;
    let mut messages: Vec<Message> = message(record, ["/source/author/type", "/created_at", "/source/body"])
        .into_iter()
        .collect();
    for part in record.list("/conversation_parts/conversation_parts") {
        messages.extend(message(&part, ["/author/type", "/created_at", "/body"]));
    }
    let detail = Conversation {
        title: record
            .plain_text("/title")
            .or_else(|| record.plain_text("/source/subject")),
        state: record.text("/state"),
        priority: record.text("/priority"),
        rating: rating(record),
        messages,
    };
    let mut event = CustomerEvent::new(id, EventDetail::Conversation(detail));
    event.about = contacts_of(record);
    if speaker(record, "/source/author/type") == Speaker::Customer {
        event.emails.extend(record.email("/source/author/email"));
    }
    event.at = record.time("/created_at");
    event.updated_at = record.time("/updated_at");
    Ok(event)
}

fn message(record: &JsonRecord<'_>, [author, at, body]: [&str; 3]) -> Option<Message> {
    Some(Message {
        text: record.plain_text(body)?,
        speaker: speaker(record, author),
        at: record.time(at),
    })
}

fn speaker(record: &JsonRecord<'_>, place: &str) -> Speaker {
    match record.text(place).as_deref() {
        Some("user" | "lead" | "contact") => Speaker::Customer,
        Some("admin" | "team") => Speaker::Staff,
        Some("bot") => Speaker::Bot,
        _ => Speaker::Unknown,
    }
}

fn rating(record: &JsonRecord<'_>) -> Option<Rating> {
    let is_star = |stars: &u8| (1..=5).contains(stars);
    Some(Rating {
        stars: record.read("/conversation_rating/rating", "a rating from 1 to 5", |value| {
            value.as_u64()?.try_into().ok().filter(is_star)
        })?,
        remark: record.plain_text("/conversation_rating/remark"),
        at: record.time("/conversation_rating/created_at"),
    })
}

fn ticket(record: &JsonRecord<'_>) -> Result<CustomerEvent, RejectionReason> {
    let state = record
        .text("/ticket_state/category")
        .or_else(|| record.text("/ticket_state"));
    let detail = Ticket {
        title: record.plain_text("/ticket_attributes/_default_title_"),
        open: record.flag("/open"),
        priority: record
            .text("/priority")
            .or_else(|| record.text("/ticket_attributes/priority")),
        state,
    };
    let mut event = CustomerEvent::new(record.id("/id")?, EventDetail::Ticket(detail));
    event.about = contacts_of(record);
    event.at = record.time("/created_at");
    event.updated_at = record.time("/updated_at");
    Ok(event)
}
