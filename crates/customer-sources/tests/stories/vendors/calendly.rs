//! Calendly tests: fixtures of two client libraries, no-shows according to the API specification.

use std::time::Duration;

use customer_sources::{
    SourceRun, VendorSettings,
    event::{BookingOutcome, EventDetail},
    subject::SubjectKind,
    vendors::calendly::VENDOR,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_support::fake_vendor::{FakeVendor, Lists, ReceivedCall, Reply};

use crate::{
    conformance::Case,
    harness::{Material, TestTime, array, now, open_at, read_all, with_id},
};

const KEY: &str = "calendly.personal.token";
const ORGANIZATION: &str = "https://api.calendly.com/organizations/ORG001";

pub fn case(material: Material) -> Case {
    let events = material.read("calendly", "koshilife.scheduled_events_002_page1");
    let event = &events["collection"][0];
    let slot = |id: &str| {
        with_id(
            event,
            "/uri",
            &format!("https://api.calendly.com/scheduled_events/{id}"),
        )
    };
    let mut invitees = Vec::new();
    for page in ["101", "201_page1", "201_page2"] {
        let page = material.read("calendly", &format!("koshilife.scheduled_event_invitees_{page}"));
        invitees.extend(array(&page["collection"]));
    }
    invitees.push(material.read("calendly", "koshilife.scheduled_event_invitee_301")["resource"].clone());
    let lists = Lists::from([
        (
            "scheduled_events".to_owned(),
            vec![slot("EV101"), slot("EV201"), slot("EV301")],
        ),
        ("invitees".to_owned(), invitees),
        ("user".to_owned(), vec![material.read("calendly", "koshilife.user_001")]),
    ]);
    Case {
        vendor: &VENDOR,
        settings: VendorSettings::with_key(KEY),
        lists,
        serve,
        headers: vec![("authorization", format!("Bearer {KEY}"))],
        main: ("invitees", "/uri"),
        words: vec![("invitees", "/status"), ("scheduled_events", "/status")],
        limited: (
            Reply::with_status(429, &json!({"title": "Too Many Requests", "message": "slow down"}))
                .header("x-ratelimit-limit", 500)
                .header("x-ratelimit-remaining", 0)
                .header("x-ratelimit-reset", 60),
            Some(Duration::from_mins(1)),
        ),
        unauthorized: json!({"title": "Unauthenticated", "message": "The access token is invalid"}),
    }
}

fn serve(lists: &Lists, seen: &ReceivedCall) -> Reply {
    let path: Vec<&str> = seen.path.trim_matches('/').split('/').collect();
    match path.as_slice() {
        ["users", "me"] => Reply::json(&lists["user"][0]),
        ["scheduled_events"] => {
            assert_eq!(seen.parameter("organization"), Some(ORGANIZATION));
            Reply::json(&paged(&lists["scheduled_events"], seen))
        }
        ["scheduled_events", event, "invitees"] => {
            let of_event = |invitee: &&Value| invitee["event"].as_str().is_none_or(|of| of.ends_with(event));
            let invitees: Vec<Value> = lists["invitees"].iter().filter(of_event).cloned().collect();
            Reply::json(&paged(&invitees, seen))
        }
        _ => Reply::with_status(404, &json!({"title": "Resource Not Found"})),
    }
}

/// The address of the next page names another host than the API, which the client must not call.
fn paged(records: &[Value], seen: &ReceivedCall) -> Value {
    let from: usize = seen
        .parameter("page_token")
        .map_or(0, |token| token.trim_start_matches("after ").parse().expect("a token"));
    let to = (from + 2).min(records.len());
    let next = (to < records.len()).then(|| format!("https://calendly.com/elsewhere?count=2&page_token=after%20{to}"));
    json!({"collection": &records[from..to], "pagination": {"count": to - from, "next_page": next}})
}

#[tokio::test]
async fn shows_no_shows_and_moved_bookings_are_told_apart() {
    for case in Material::available().map(case) {
        let mut lists = case.lists;
        let first = &mut lists.get_mut("invitees").expect("invitees")[0];
        first["no_show"] =
            json!({"uri": "https://api.calendly.com/invitee_no_shows/N1", "created_at": "2026-02-01T10:00:00.000000Z"});
        first["email"] = "  Foo.Bar@Example.com".into();
        let fake = FakeVendor::start(lists, serve).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        for (id, outcome, was_held) in [
            ("EV101/invitees/INV001", BookingOutcome::NoShow, false),
            ("EV201/invitees/INV002", BookingOutcome::Active, true),
            ("EV301/invitees/INV001", BookingOutcome::Rescheduled, false),
        ] {
            let EventDetail::Booking(booking) = &brought.event(id).detail else {
                panic!("{id}")
            };
            assert_eq!(
                (&booking.outcome, booking.was_held(now())),
                (&outcome, was_held),
                "{id}"
            );
        }
        let event = brought.event("EV101/invitees/INV001");
        assert_eq!(event.about, [SubjectKind::Person.id("foo.bar@example.com")]);
        let person = brought.observation("foo.bar@example.com");
        assert_eq!(person.emails[0].as_written(), "Foo.Bar@Example.com");
        assert_eq!(person.name.as_deref(), Some("Foo Bar"));
    }
}

#[tokio::test]
async fn an_event_that_is_called_off_cancels_its_bookings() {
    for case in Material::available().map(case) {
        let mut lists = case.lists;
        let event = &mut lists.get_mut("scheduled_events").expect("events")[1];
        event["status"] = "canceled".into();
        event["cancellation"] = json!({"canceled_by": "Host", "reason": "ill", "canceler_type": "host"});
        let fake = FakeVendor::start(lists, serve).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        let EventDetail::Booking(booking) = &brought.event("EV201/invitees/INV003").detail else {
            panic!()
        };
        assert_eq!(
            (&booking.outcome, booking.reason.as_deref()),
            (&BookingOutcome::Cancelled, Some("ill"))
        );
    }
}

#[tokio::test]
async fn an_incremental_run_asks_again_for_what_may_have_been_marked() {
    for case in Material::available().map(case) {
        let mut lists = case.lists;
        let events = lists.get_mut("scheduled_events").expect("events");
        let long_ago = (now() - SignedDuration::from_hours(24 * 20)).to_string();
        for (event, (ends, updated)) in events.iter_mut().zip([
            (now() - SignedDuration::from_hours(24 * 5), &long_ago),
            (now() + SignedDuration::from_hours(24), &long_ago),
            (now() + SignedDuration::from_hours(24), &now().to_string()),
        ]) {
            event["end_time"] = ends.to_string().into();
            event["updated_at"] = updated.clone().into();
        }
        let fake = FakeVendor::start(lists, serve).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let run = SourceRun::incremental(Some(now() - SignedDuration::from_hours(2)), now());
        read_all(&source, run).await.expect("all pages");
        let seen = fake.calls();
        let asked = |event: &str| {
            seen.iter()
                .any(|seen| seen.path == format!("/scheduled_events/{event}/invitees"))
        };
        assert_eq!((asked("EV101"), asked("EV201"), asked("EV301")), (true, false, true));
        let list = seen
            .iter()
            .find(|seen| seen.path == "/scheduled_events")
            .expect("the list");
        assert_eq!(list.parameter("min_start_time"), Some("2026-01-30T12:00:00Z"));
        assert_eq!(list.parameter("max_start_time"), Some("2026-06-29T12:00:00Z"));
    }
}

/// Serves the unmodified fixture pages by their own page tokens.
fn replay(lists: &Lists, seen: &ReceivedCall) -> Reply {
    match (seen.path.as_str(), seen.parameter("page_token")) {
        ("/users/me", _) => Reply::json(&lists["user"][0]),
        ("/scheduled_events", None) => Reply::json(&lists["pages"][0]),
        ("/scheduled_events", Some("NEXT_PAGE_TOKEN")) => Reply::json(&lists["pages"][1]),
        ("/scheduled_events/EV013/invitees", None) => Reply::json(&lists["pages"][2]),
        ("/scheduled_events/EV013/invitees", Some("NEXT_PAGE_TOKEN")) => Reply::json(&lists["pages"][3]),
        (path, None) if path.ends_with("/invitees") => {
            Reply::json(&json!({"collection": [], "pagination": {"count": 0}}))
        }
        _ => Reply::with_status(404, &json!({"title": "Resource Not Found"})),
    }
}

#[tokio::test]
async fn pages_of_the_fixtures_follow_each_other_by_their_own_tokens() {
    for material in Material::available() {
        let case = case(material);
        let mut pages = Vec::new();
        for name in [
            "scheduled_events_002_page1",
            "scheduled_events_002_page2",
            "scheduled_event_invitees_201_page1",
            "scheduled_event_invitees_201_page2",
        ] {
            pages.push(material.read("calendly", &format!("koshilife.{name}")));
        }
        let lists = Lists::from([
            ("user".to_owned(), case.lists["user"].clone()),
            ("pages".to_owned(), pages),
        ]);
        let fake = FakeVendor::start(lists, replay).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        assert_eq!((brought.pages, brought.events.len()), (2, 3), "{:?}", brought.ids());
        let asked = fake
            .calls()
            .iter()
            .filter(|seen| seen.path.ends_with("/invitees"))
            .count();
        assert_eq!(asked, 4, "three events, one of them with two pages of invitees");
    }
}
