//! Userflow tests on hand-made data according to the schemas of a third-party tap; no recordings exist.

use customer_sources::{
    SourceRun, VendorSettings,
    event::EventDetail,
    observation::{FieldName, FieldValue},
    subject::SubjectKind,
    vendors::userflow::VENDOR,
};
use serde_json::{Value, json};
use test_support::fake_vendor::{FakeVendor, Lists, ReceivedCall, Reply};

use crate::{
    conformance::Case,
    harness::{TestTime, now, open_at, read_all},
};

const KEY: &str = "ak_userflow";

pub fn case() -> Case {
    let user = |id: &str| {
        json!({
            "id": id, "object": "user", "created_at": "2026-01-01T10:00:00+00:00",
            "attributes": {"email": format!("{id}@example.com"), "name": "Ann", "signed_up_at": "2026-01-01T09:00:00Z", "logins": 12, "beta": true},
            "groups": null,
            "memberships": [{"id": "m1", "object": "group_membership", "group_id": "g1", "user_id": id}],
        })
    };
    let session = |id: &str, content: &str| {
        json!({
            "id": id, "object": "content_session", "content_id": content, "user_id": "u1", "group_id": "g1", "is_preview": false,
            "completed": true, "completed_at": "2026-01-03T10:00:00Z", "last_activity_at": "2026-01-03T10:00:00Z", "progress": "1",
            "created_at": "2026-01-02T10:00:00Z",
            "answers": [{"id": "a", "object": "content_session_answer", "answer_type": "number", "answer_value": "9", "question_name": "NPS"}],
        })
    };
    let content = |id: &str| json!({"id": id, "object": "content", "created_at": "2026-01-01T10:00:00Z", "name": format!("Guide {id}"), "type": "checklist"});
    let mut preview = session("s5", "c3");
    preview["is_preview"] = true.into();
    let lists = Lists::from([
        ("users".to_owned(), vec![user("u1"), user("u2"), user("u3")]),
        (
            "groups".to_owned(),
            vec![
                json!({"id": "g1", "object": "group", "created_at": "2026-01-01T10:00:00Z", "attributes": {"name": "Acme"}}),
            ],
        ),
        ("content".to_owned(), vec![content("c1"), content("c2"), content("c3")]),
        (
            "content_sessions".to_owned(),
            vec![
                session("s1", "c1"),
                session("s2", "c1"),
                session("s3", "c1"),
                session("s4", "c3"),
                preview,
            ],
        ),
    ]);
    Case {
        vendor: &VENDOR,
        settings: VendorSettings::with_key(KEY),
        lists,
        serve,
        headers: vec![
            ("authorization", format!("Bearer {KEY}")),
            ("userflow-version", "2020-01-03".to_owned()),
        ],
        main: ("users", "/id"),
        words: vec![("content", "/type"), ("users", "/object")],
        limited: (
            Reply::with_status(429, &json!({"error": {"message": "Too many requests"}})),
            None,
        ),
        unauthorized: json!({"error": {"code": "unauthorized", "message": "Invalid API key"}}),
    }
}

fn serve(lists: &Lists, seen: &ReceivedCall) -> Reply {
    let path = seen.path.trim_matches('/');
    let Some(list) = lists.get(path) else {
        return Reply::with_status(404, &json!({"error": {"message": "not found"}}));
    };
    let of_guide = |record: &&Value| match seen.parameter("content_id") {
        Some(guide) => record["content_id"].as_str().is_none_or(|of| of == guide),
        None => true,
    };
    let records: Vec<Value> = list.iter().filter(of_guide).cloned().collect();
    let after = seen.parameter("starting_after");
    // An unknown id restarts the list.
    let place = |after: &str| records.iter().position(|record| record["id"] == after);
    let from = after.and_then(place).map_or(0, |place| place + 1);
    let to = (from + 2).min(records.len());
    // A page ends at a record with an id, which the next page can start after.
    let to = (to..records.len())
        .find(|to| records[to - 1]["id"].is_string())
        .unwrap_or(records.len());
    Reply::json(
        &json!({"object": "list", "data": &records[from..to], "has_more": to < records.len(), "next_page_url": null, "url": seen.path}),
    )
}

#[tokio::test]
async fn users_groups_and_sessions_are_read() {
    let case = case();
    let fake = FakeVendor::start(case.lists, serve).await;
    let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
    let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
    let user = brought.observation("u1");
    assert_eq!(user.emails[0].key(), "u1@example.com");
    assert_eq!(user.belongs_to, [SubjectKind::Company.id("g1")]);
    assert_eq!(user.field(&FieldName::Logins), Some(&FieldValue::Number(12.into())));
    assert!(matches!(user.field(&FieldName::SignedUpAt), Some(FieldValue::Time(_))));
    assert_eq!(brought.observation("g1").company.as_deref(), Some("Acme"));
    let ids: Vec<&str> = brought.events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(
        ids,
        ["s1", "s2", "s3", "s4"],
        "a draft that staff looked at is no session"
    );
    let EventDetail::Onboarding(session) = &brought.event("s4").detail else {
        panic!()
    };
    assert_eq!(
        (session.content.as_deref(), session.completed),
        (Some("Guide c3"), Some(true))
    );
    assert_eq!(session.answers, [("NPS".to_owned(), "9".to_owned())]);
}
