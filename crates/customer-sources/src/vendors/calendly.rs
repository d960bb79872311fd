//! Calendly client: bookings, invitees and no-shows.
//!
//! <https://developer.calendly.com/api-docs>. E-mail addresses belong to bookings, so persons are identified by
//! address. There is no change feed: an incremental run reads a time window again.

use std::{num::NonZeroU32, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::{
    AccessProbe, BoxFuture, Feed, FeedPage, PageRequest, Source, SourceError, SourceRun, SyncMode, Timer, Vendor,
    VendorSettings, Verification,
    client::{
        ApiEndpoint, ApiRequest, VendorClient,
        http_rules::{HttpRules, ResponseHead},
    },
    event::{Booking, BookingOutcome, CustomerEvent, EventDetail},
    lenient_json::{JsonRecord, RejectionReason, records},
    observation::{FieldName, Observation, SourcePage},
    subject::SubjectKind,
};

/// Registry entry.
pub const VENDOR: Vendor = Vendor {
    name: "calendly",
    title: "Calendly",
    verification: Verification::Recordings,
    base_url: Some("https://api.calendly.com"),
    // Paid plans allow 500 a minute per user, free plans 50.
    calls_per_minute: NonZeroU32::new(400).unwrap(),
    build,
};

const COUNT: u32 = 100;
/// Concurrent requests for invitees, which are read per event.
const AT_ONCE: usize = 4;
/// Start of the window of an incremental run: no-shows are marked after the event, and the mark may not change the
/// event's `updated_at`.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);
const LOOK_AHEAD: SignedDuration = SignedDuration::from_hours(120 * 24);
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);

struct Calendly {
    transport: VendorClient,
    organization: OnceCell<String>,
}

fn build(settings: VendorSettings, time: Timer) -> Result<Box<dyn Source>, String> {
    let endpoint = ApiEndpoint {
        vendor: &VENDOR,
        headers: vec![("authorization", format!("Bearer {}", settings.key.reveal()))],
        settings,
        http_rules: HttpRules {
            pause,
            ..HttpRules::PLAIN
        },
    };
    Ok(Box::new(Calendly {
        transport: VendorClient::new(endpoint, time)?,
        organization: OnceCell::new(),
    }))
}

/// Pause from `X-RateLimit-Reset`, in seconds (<https://developer.calendly.com/api-docs/edca8074633f8-rate-limits>).
fn pause(head: &ResponseHead<'_>) -> Option<Duration> {
    let is_spent = head.is_limited() || head.number("x-ratelimit-remaining") == Some(0);
    let reset = || head.seconds("x-ratelimit-reset").filter(|_| is_spent);
    head.retry_after().or_else(reset)
}

impl Source for Calendly {
    fn feeds(&self, _run: SourceRun) -> Vec<Feed> {
        vec![Feed::required("bookings")]
    }

    fn page<'a>(&'a self, ask: PageRequest<'a>) -> BoxFuture<'a, Result<FeedPage, SourceError>> {
        Box::pin(self.bookings(ask))
    }

    fn check(&self) -> BoxFuture<'_, Vec<AccessProbe>> {
        Box::pin(async move {
            let outcome = match self.organization().await {
                Ok(organization) => {
                    let request = ApiRequest::get("bookings", "scheduled_events").query("organization", organization);
                    self.transport.probe(request.query("count", 1)).await.outcome
                }
                Err(failure) => Err(failure),
            };
            vec![AccessProbe {
                what: "bookings",
                outcome,
            }]
        })
    }
}

impl Calendly {
    /// Organization of the key's owner.
    async fn organization(&self) -> Result<&str, SourceError> {
        let ask = || async {
            let answer = self
                .transport
                .send(ApiRequest::get("the user of the key", "users/me"))
                .await?;
            let organization = answer.pointer("/resource/current_organization").and_then(Value::as_str);
            let unreadable = || {
                self.transport
                    .unreadable("the user of the key", "it names no organization")
            };
            organization.map(str::to_owned).ok_or_else(unreadable)
        };
        self.organization.get_or_try_init(ask).await.map(String::as_str)
    }

    async fn bookings(&self, ask: PageRequest<'_>) -> Result<FeedPage, SourceError> {
        let mut request = ApiRequest::get("bookings", "scheduled_events")
            .query("organization", self.organization().await?)
            .query("count", COUNT)
            .query("sort", "start_time:asc")
            .query_some("page_token", ask.after);
        if ask.run.mode == SyncMode::Incremental {
            let until = ask.run.started_at.saturating_add(LOOK_AHEAD).unwrap_or(Timestamp::MAX);
            request = request
                .query("min_start_time", ask.run.ago(LOOK_BACK))
                .query("max_start_time", until);
        }
        let answer = self.transport.send(request).await?;
        let mut page = SourcePage::default();
        let listed = records(&self.transport, "bookings", &answer, "/collection")?;
        let slots = page.read_each(&listed, slot);
        let wanted = slots.into_iter().filter(|slot| slot.is_wanted(ask.run));
        let invited: Vec<(ScheduledEvent, Vec<Value>)> = stream::iter(wanted)
            .map(|slot| self.invitees(slot))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for (slot, invitees) in &invited {
            let invitees: Vec<JsonRecord<'_>> = invitees.iter().map(JsonRecord::new).collect();
            for (observation, event) in page.read_each(&invitees, |record| booking(slot, record)) {
                page.observations.extend(observation);
                page.events.push(event);
            }
        }
        let after = next(&answer);
        Ok(FeedPage { page, after })
    }

    async fn invitees(&self, slot: ScheduledEvent) -> Result<(ScheduledEvent, Vec<Value>), SourceError> {
        let mut invitees = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let request = ApiRequest::get("invitees", "scheduled_events")
                .then(&slot.id)
                .then("invitees")
                .query("count", COUNT)
                .query_some("page_token", after.as_deref());
            let Some(answer) = self.transport.find(request).await? else {
                return Ok((slot, invitees));
            };
            let listed = answer.pointer("/collection").and_then(Value::as_array);
            invitees.extend(listed.into_iter().flatten().cloned());
            let following = next(&answer);
            if following.is_none() || following == after {
                return Ok((slot, invitees));
            }
            after = following;
        }
    }
}

/// Token of the next page. Page URLs sometimes name another host, so only their token is used.
fn next(answer: &Value) -> Option<String> {
    let pagination = answer.pointer("/pagination")?;
    let token = pagination
        .get("next_page_token")
        .and_then(Value::as_str)
        .map(str::to_owned);
    token.or_else(|| {
        let address = Url::parse(pagination.get("next_page")?.as_str()?).ok()?;
        let token = address.query_pairs().find(|(name, _)| name == "page_token")?;
        Some(token.1.into_owned())
    })
}

/// Scheduled event with the fields that its bookings share.
struct ScheduledEvent {
    id: String,
    name: Option<String>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    outcome: BookingOutcome,
    reason: Option<String>,
}

impl ScheduledEvent {
    /// Whether the event belongs to this run: a past event may have been marked since, a future one only if it was
    /// updated.
    fn is_wanted(&self, run: SourceRun) -> bool {
        let changed = match (run.changed_since(OVERLAP), self.updated_at) {
            (Some(since), Some(updated_at)) => updated_at >= since,
            _ => true,
        };
        changed || self.ends_at.is_none_or(|end| end <= run.started_at)
    }
}

fn slot(record: &JsonRecord<'_>) -> Result<ScheduledEvent, RejectionReason> {
    let address = record.id("/uri")?;
    let id = last_segment(&address).ok_or("its uri names no id")?.to_owned();
    Ok(ScheduledEvent {
        id,
        name: record.plain_text("/name"),
        starts_at: record.time("/start_time"),
        ends_at: record.time("/end_time"),
        updated_at: record.time("/updated_at"),
        outcome: outcome(record.text("/status")),
        reason: record.plain_text("/cancellation/reason"),
    })
}

fn last_segment(address: &str) -> Option<&str> {
    address
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .filter(|id| !id.is_empty())
}

fn outcome(status: Option<String>) -> BookingOutcome {
    match status.as_deref() {
        None | Some("active") => BookingOutcome::Active,
        Some("canceled" | "cancelled") => BookingOutcome::Cancelled,
        Some(other) => BookingOutcome::Other(other.to_owned()),
    }
}

fn booking(
    slot: &ScheduledEvent,
    record: &JsonRecord<'_>,
) -> Result<(Option<Observation>, CustomerEvent), RejectionReason> {
    let address = record.id("/uri")?;
    let own = last_segment(&address).ok_or("its uri names no id")?;
    let detail = Booking {
        name: slot.name.clone(),
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        outcome: outcome_for(slot, record),
        reason: record
            .plain_text("/cancellation/reason")
            .or_else(|| slot.reason.clone()),
    };
    let mut event = CustomerEvent::new(format!("{}/invitees/{own}", slot.id), EventDetail::Booking(detail));
    event.at = slot.starts_at;
    event.updated_at = record.time("/updated_at").max(slot.updated_at);
    let person = record.email("/email").map(|email| {
        let subject = SubjectKind::Person.id(email.key());
        event.about.push(subject.clone());
        event.emails.push(email.clone());
        let mut person = Observation::about(subject);
        person.emails.push(email);
        person.name = name(record);
        person.updated_at = event.updated_at;
        person.add(FieldName::Other("timezone".to_owned()), record.text("/timezone"));
        person
    });
    Ok((person, event))
}

fn name(record: &JsonRecord<'_>) -> Option<String> {
    record.plain_text("/name").or_else(|| {
        let words: Vec<String> = ["/first_name", "/last_name"]
            .into_iter()
            .filter_map(|place| record.plain_text(place))
            .collect();
        (!words.is_empty()).then(|| words.join(" "))
    })
}

/// Outcome of one invitee. A rescheduled booking is cancelled and created again; a cancelled event counts for all its
/// invitees.
fn outcome_for(slot: &ScheduledEvent, record: &JsonRecord<'_>) -> BookingOutcome {
    let own = outcome(record.text("/status"));
    if record.flag("/rescheduled") == Some(true) {
        BookingOutcome::Rescheduled
    } else if own != BookingOutcome::Active {
        own
    } else if slot.outcome != BookingOutcome::Active {
        slot.outcome.clone()
    } else if record.at("/no_show").is_some() {
        BookingOutcome::NoShow
    } else {
        BookingOutcome::Active
    }
}
