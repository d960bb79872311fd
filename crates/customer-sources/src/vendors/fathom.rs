//! Fathom client (fathom.video): recorded meetings with transcripts and summaries. Not verified against the live API.
//!
//! <https://developers.fathom.ai/api-overview>. Meetings are filtered by creation time, and transcripts and summaries
//! arrive later, so each run reads the last two days again. A key gives access to the recordings of its user and those
//! shared with the team. Persons are identified by e-mail address; only external invitees are customers.

use std::{num::NonZeroU32, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    AccessProbe, BoxFuture, Feed, FeedPage, PageRequest, Source, SourceError, SourceRun, Timer, Vendor, VendorSettings,
    Verification,
    client::{
        ApiEndpoint, ApiRequest, VendorClient,
        http_rules::{HttpRules, ResponseHead},
    },
    email::Email,
    event::{CustomerEvent, EventDetail, Meeting, Message, Speaker},
    lenient_json::{JsonRecord, RejectionReason, records},
    observation::{Observation, SourcePage},
    subject::SubjectKind,
};

/// Registry entry.
pub const VENDOR: Vendor = Vendor {
    name: "fathom",
    title: "Fathom",
    verification: Verification::DocumentsOnly,
    base_url: Some("https://api.fathom.ai/external/v1"),
    // The limit is 60 a minute, and 30 for heavy requests; which requests are heavy is not published, so 30 applies to
    // all.
    calls_per_minute: NonZeroU32::new(30).unwrap(),
    build,
};

const OVERLAP: SignedDuration = SignedDuration::from_hours(48);

struct Fathom(VendorClient);

fn build(settings: VendorSettings, time: Timer) -> Result<Box<dyn Source>, String> {
    let endpoint = ApiEndpoint {
        vendor: &VENDOR,
        headers: vec![("x-api-key", settings.key.reveal().to_owned())],
        settings,
        http_rules: HttpRules {
            pause,
            ..HttpRules::PLAIN
        },
    };
    Ok(Box::new(Fathom(VendorClient::new(endpoint, time)?)))
}

/// Pause from `RateLimit-Reset`, in seconds.
fn pause(head: &ResponseHead<'_>) -> Option<Duration> {
    let is_spent = head.is_limited() || head.number("ratelimit-remaining") == Some(0);
    let reset = || head.seconds("ratelimit-reset").filter(|_| is_spent);
    head.retry_after().or_else(reset)
}

impl Source for Fathom {
    fn feeds(&self, _run: SourceRun) -> Vec<Feed> {
        vec![Feed::required("meetings")]
    }

    fn page<'a>(&'a self, ask: PageRequest<'a>) -> BoxFuture<'a, Result<FeedPage, SourceError>> {
        Box::pin(self.meetings(ask))
    }

    fn check(&self) -> BoxFuture<'_, Vec<AccessProbe>> {
        Box::pin(async move { vec![self.0.probe(ApiRequest::get("meetings", "meetings")).await] })
    }
}

impl Fathom {
    async fn meetings(&self, ask: PageRequest<'_>) -> Result<FeedPage, SourceError> {
        let request = ApiRequest::get("meetings", "meetings")
            .query("calendar_invitees_domains_type", "one_or_more_external")
            .query("include_summary", true)
            .query("include_transcript", true)
            .query("include_action_items", true)
            .query_some("created_after", ask.run.changed_since(OVERLAP))
            .query_some("cursor", ask.after);
        let mut answer = self.0.send(request).await?;
        self.complete(&mut answer).await?;
        let mut page = SourcePage::default();
        for (people, event) in page.read_each(&records(&self.0, "meetings", &answer, "/items")?, meeting) {
            page.observations.extend(people);
            page.events.push(event);
        }
        let after = answer
            .pointer("/next_cursor")
            .and_then(Value::as_str)
            .filter(|next| !next.is_empty());
        let after = after.map(str::to_owned);
        Ok(FeedPage { page, after })
    }

    /// Fills in missing transcripts and summaries one by one, because some keys do not get them in the list. A field
    /// that is present and `null` is not ready yet.
    async fn complete(&self, answer: &mut Value) -> Result<(), SourceError> {
        let meetings = answer.pointer_mut("/items").and_then(Value::as_array_mut);
        for meeting in meetings.into_iter().flatten() {
            let Some(id) = meeting.get("recording_id").and_then(crate::lenient_json::id_text) else {
                continue;
            };
            for (name, from, part) in [
                ("transcript", "transcript", "transcript"),
                ("default_summary", "summary", "summary"),
            ] {
                if meeting.get(name).is_none() {
                    let request = ApiRequest::get(part, "recordings").then(&id).then(from);
                    let found = self.0.find(request).await?.unwrap_or_default();
                    meeting[name] = found.get(part).cloned().unwrap_or_default();
                }
            }
        }
        Ok(())
    }
}

/// Invitee of a meeting.
struct Invitee {
    email: Email,
    name: Option<String>,
    side: Speaker,
}

fn meeting(record: &JsonRecord<'_>) -> Result<(Vec<Observation>, CustomerEvent), RejectionReason> {
    // Older examples lack recording_id.
    let id = record.id("/recording_id").or_else(|reason| {
        let address = record
            .text("/url")
            .or_else(|| record.text("/share_url"))
            .ok_or(reason)?;
        address.rsplit('/').next().map(str::to_owned).ok_or_else(String::new)
    })?;
    let began = record
        .time("/recording_start_time")
        .or_else(|| record.time("/scheduled_start_time"));
    let invitees = invitees(record);
    let detail = Meeting {
        title: record
            .plain_text("/title")
            .or_else(|| record.plain_text("/meeting_title")),
        ended_at: record
            .time("/recording_end_time")
            .or_else(|| record.time("/scheduled_end_time")),
        url: record.text("/share_url").or_else(|| record.text("/url")),
        summary: record.text("/default_summary/markdown_formatted"),
        transcript: transcript(record, &invitees, began),
        action_items: record
            .list("/action_items")
            .iter()
            .filter_map(|item| item.plain_text("/description"))
            .collect(),
    };
    let mut event = CustomerEvent::new(id, EventDetail::Meeting(detail));
    event.at = began.or_else(|| record.time("/created_at"));
    event.updated_at = record.time("/created_at");
    let mut people = Vec::new();
    for invitee in invitees.into_iter().filter(|invitee| invitee.side == Speaker::Customer) {
        let subject = SubjectKind::Person.id(invitee.email.key());
        let mut person = Observation::about(subject.clone());
        person.name = invitee.name;
        person.emails.push(invitee.email.clone());
        event.about.push(subject);
        event.emails.push(invitee.email);
        people.push(person);
    }
    Ok((people, event))
}

/// Invitees of a meeting. Without `is_external`, the side follows from the e-mail domain of the person who recorded.
fn invitees(record: &JsonRecord<'_>) -> Vec<Invitee> {
    let own = record.email("/recorded_by/email");
    let read = |invitee: &JsonRecord<'_>| {
        let email = invitee.email("/email")?;
        let is_external = invitee
            .flag("/is_external")
            .unwrap_or_else(|| own.as_ref().is_some_and(|own| own.domain() != email.domain()));
        Some(Invitee {
            name: invitee.plain_text("/name"),
            side: if is_external { Speaker::Customer } else { Speaker::Staff },
            email,
        })
    };
    record.list("/calendar_invitees").iter().filter_map(read).collect()
}

/// Transcript with speakers matched to invitees by e-mail address, or by a unique name.
fn transcript(record: &JsonRecord<'_>, invitees: &[Invitee], began: Option<Timestamp>) -> Vec<Message> {
    let side = |line: &JsonRecord<'_>| {
        let email = line.email("/speaker/matched_calendar_invitee_email");
        let name = line.plain_text("/speaker/display_name");
        let by_email = invitees.iter().find(|invitee| Some(&invitee.email) == email.as_ref());
        let mut by_name = invitees.iter().filter(|invitee| name.is_some() && invitee.name == name);
        let found = by_email.or_else(|| by_name.next().filter(|_| by_name.next().is_none()));
        found.map_or(Speaker::Unknown, |invitee| invitee.side)
    };
    let read = |line: &JsonRecord<'_>| {
        Some(Message {
            text: line.plain_text("/text")?,
            speaker: side(line),
            at: began
                .zip(line.text("/timestamp"))
                .and_then(|(began, passed)| instant(began, &passed)),
        })
    };
    record.list("/transcript").iter().filter_map(read).collect()
}

/// Instant at `passed` (`HH:MM:SS`) after the start of the recording.
fn instant(began: Timestamp, passed: &str) -> Option<Timestamp> {
    let seconds = passed
        .split(':')
        .try_fold(0_i64, |sum, part| sum.checked_mul(60)?.checked_add(part.parse().ok()?))?;
    began.checked_add(SignedDuration::from_secs(seconds)).ok()
}
