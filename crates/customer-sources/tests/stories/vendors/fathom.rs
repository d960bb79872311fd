//! Fathom tests on hand-made data according to the documentation; no recordings exist.

use std::time::Duration;

use customer_sources::{
    SourceRun, VendorSettings,
    event::{EventDetail, Speaker},
    vendors::fathom::VENDOR,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_support::fake_vendor::{FakeVendor, Lists, ReceivedCall, Reply};

use crate::{
    conformance::Case,
    harness::{TestTime, now, open_at, read_all},
};

const KEY: &str = "fathom-key";

pub fn case() -> Case {
    let meeting = |id: u32| {
        json!({
            "title": "Quarterly review", "meeting_title": null, "recording_id": id, "url": format!("https://fathom.video/calls/{id}"),
            "share_url": format!("https://fathom.video/share/{id}"), "created_at": "2026-02-01T11:00:00Z",
            "scheduled_start_time": "2026-02-01T10:00:00Z", "scheduled_end_time": "2026-02-01T10:30:00Z",
            "recording_start_time": "2026-02-01T10:01:00Z", "recording_end_time": "2026-02-01T10:29:00Z",
            "calendar_invitees_domains_type": "one_or_more_external", "transcript_language": "en",
            "recorded_by": {"name": "Kate", "email": "kate@us.example", "team": null},
            "calendar_invitees": [
                {"name": "Kate", "email": "kate@us.example", "email_domain": "us.example", "is_external": false},
                {"name": "Ann Lee", "email": "Ann@Customer.example", "email_domain": "customer.example", "is_external": true},
            ],
            "transcript": [
                {"speaker": {"display_name": "Kate", "matched_calendar_invitee_email": "kate@us.example"}, "text": "How is it going?", "timestamp": "00:00:05"},
                {"speaker": {"display_name": "Ann Lee", "matched_calendar_invitee_email": null}, "text": "We may cancel our plan.", "timestamp": "00:01:10"},
                {"speaker": {"display_name": "Somebody", "matched_calendar_invitee_email": null}, "text": "Hm.", "timestamp": "oops"},
            ],
            "default_summary": {"template_name": "general", "markdown_formatted": "## Summary\nThey may leave."},
            "action_items": [{"description": "Send the offer", "completed": false}],
        })
    };
    Case {
        vendor: &VENDOR,
        settings: VendorSettings::with_key(KEY),
        lists: Lists::from([("meetings".to_owned(), vec![meeting(1), meeting(2), meeting(3)])]),
        serve,
        headers: vec![("x-api-key", KEY.to_owned())],
        main: ("meetings", "/recording_id"),
        words: vec![
            ("meetings", "/calendar_invitees_domains_type"),
            ("meetings", "/transcript_language"),
        ],
        limited: (
            Reply::with_status(429, &json!({"message": "Rate limit exceeded"}))
                .header("ratelimit-limit", 60)
                .header("ratelimit-remaining", 0)
                .header("ratelimit-reset", 42),
            Some(Duration::from_secs(42)),
        ),
        unauthorized: json!({"message": "Unauthorized"}),
    }
}

fn serve(lists: &Lists, seen: &ReceivedCall) -> Reply {
    let path: Vec<&str> = seen.path.trim_matches('/').split('/').collect();
    match path.as_slice() {
        ["meetings"] => {
            let meetings = &lists["meetings"];
            let from: usize = seen
                .parameter("cursor")
                .map_or(0, |cursor| cursor.parse().expect("a cursor"));
            let to = (from + 2).min(meetings.len());
            let next = (to < meetings.len()).then(|| to.to_string());
            Reply::json(&json!({"limit": 10, "next_cursor": next, "items": &meetings[from..to]}))
        }
        ["recordings", id, "transcript"] => {
            Reply::json(&json!({"transcript": [{"speaker": {}, "text": format!("of {id}"), "timestamp": "00:00:00"}]}))
        }
        ["recordings", _, "summary"] => {
            Reply::json(&json!({"summary": {"template_name": null, "markdown_formatted": "short"}}))
        }
        _ => Reply::with_status(404, &json!({"message": "Not Found"})),
    }
}

#[tokio::test]
async fn a_meeting_brings_what_guests_from_outside_said() {
    let case = case();
    let fake = FakeVendor::start(case.lists, serve).await;
    let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
    let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
    assert!(
        brought
            .observations
            .iter()
            .all(|seen| seen.subject.id == "ann@customer.example"),
        "{:?}",
        brought.ids()
    );
    let event = brought.event("1");
    let EventDetail::Meeting(meeting) = &event.detail else {
        panic!()
    };
    let speakers: Vec<Speaker> = meeting.transcript.iter().map(|said| said.speaker).collect();
    assert_eq!(speakers, [Speaker::Staff, Speaker::Customer, Speaker::Unknown]);
    assert_eq!(meeting.transcript[1].at, "2026-02-01T10:02:10Z".parse().ok());
    assert_eq!(meeting.transcript[2].at, None);
    assert_eq!(meeting.action_items, ["Send the offer"]);
    assert!(
        meeting
            .summary
            .as_deref()
            .is_some_and(|summary| summary.contains("may leave"))
    );
}

#[tokio::test]
async fn what_the_list_withholds_is_asked_for_and_what_is_not_ready_is_not() {
    let case = case();
    let mut lists = case.lists;
    let meetings = lists.get_mut("meetings").expect("meetings");
    for name in ["transcript", "default_summary"] {
        meetings[0].as_object_mut().expect("an object").remove(name);
        meetings[1][name] = Value::Null;
    }
    let fake = FakeVendor::start(lists, serve).await;
    let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
    let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
    let EventDetail::Meeting(first) = &brought.event("1").detail else {
        panic!()
    };
    assert_eq!(
        (first.transcript[0].text.as_str(), first.summary.as_deref()),
        ("of 1", Some("short"))
    );
    let EventDetail::Meeting(second) = &brought.event("2").detail else {
        panic!()
    };
    assert_eq!((second.transcript.len(), &second.summary), (0, &None));
    let asked = fake
        .calls()
        .iter()
        .filter(|seen| seen.path.starts_with("/recordings"))
        .count();
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn an_incremental_run_reads_the_last_two_days_again() {
    let case = case();
    let fake = FakeVendor::start(case.lists, serve).await;
    let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
    let run = SourceRun::incremental(Some(now() - SignedDuration::from_hours(1)), now());
    read_all(&source, run).await.expect("all pages");
    assert_eq!(fake.calls()[0].parameter("created_after"), Some("2026-02-27T11:00:00Z"));
}
