//! Intercom tests on the examples of its specification.

use std::time::Duration;

use customer_sources::{
    SourceRun, VendorSettings,
    event::{EventDetail, Speaker},
    observation::{FieldName, FieldValue, RecordEffect},
    subject::SubjectKind,
    vendors::intercom::VENDOR,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use test_support::fake_vendor::{FakeVendor, Lists, ReceivedCall, Reply};

use crate::{
    conformance::Case,
    harness::{Material, TestTime, array, now, open_at, read_all, read_on, with_id},
};

const KEY: &str = "dG9rOmludGVyY29t";

pub fn case(material: Material) -> Case {
    let contact = material.read("intercom", "schema_example.contact");
    let shown = material.read("intercom", "showcontact.200.successful");
    let conversation = material.read("intercom", "retrieveconversation.200.conversation_found");
    let whole = material.read("intercom", "schema_example.conversation");
    let companies = material.read("intercom", "scrolloverallcompanies.200.successful");
    let tickets = material.read("intercom", "searchtickets.200.successful");
    let lists = Lists::from([
        (
            "contacts".to_owned(),
            vec![
                contact.clone(),
                shown,
                with_id(&contact, "/id", "lead-1"),
                with_id(&contact, "/id", "lead-2"),
            ],
        ),
        ("companies".to_owned(), array(&companies["data"])),
        ("conversations".to_owned(), vec![conversation, whole]),
        ("tickets".to_owned(), array(&tickets["tickets"])),
    ]);
    Case {
        vendor: &VENDOR,
        settings: VendorSettings::with_key(KEY),
        lists,
        serve,
        headers: vec![
            ("authorization", format!("Bearer {KEY}")),
            ("intercom-version", "2.16".to_owned()),
        ],
        main: ("contacts", "/id"),
        words: vec![
            ("contacts", "/role"),
            ("conversations", "/state"),
            ("conversations", "/priority"),
            ("conversations", "/source/author/type"),
            ("tickets", "/ticket_state/category"),
        ],
        limited: (
            Reply::with_status(
                429,
                &json!({"type": "error.list", "errors": [{"code": "rate_limit_exceeded"}]}),
            )
            .header("x-ratelimit-limit", 1000)
            .header("x-ratelimit-remaining", 0)
            .header("x-ratelimit-reset", now().as_second() + 7),
            Some(Duration::from_secs(7)),
        ),
        unauthorized: material.read("intercom", "listcontacts.401.unauthorized"),
    }
}

fn serve(lists: &Lists, seen: &ReceivedCall) -> Reply {
    let path: Vec<&str> = seen.path.trim_matches('/').split('/').collect();
    let after = seen
        .parameter("starting_after")
        .or_else(|| seen.body["pagination"]["starting_after"].as_str());
    match (seen.method.as_str(), path.as_slice()) {
        ("GET", ["companies", "scroll"]) => scrolled(lists, seen.parameter("scroll_param")),
        ("GET", ["contacts" | "companies"]) => Reply::json(&paged(&lists[path[0]], after, "data")),
        ("POST", ["contacts", "search"]) => Reply::json(&paged(&searched(lists, seen, "contacts"), after, "data")),
        ("GET", ["conversations"]) => Reply::json(&paged(&lists["conversations"], after, "conversations")),
        ("POST", [list @ ("conversations" | "tickets"), "search"]) => {
            Reply::json(&paged(&searched(lists, seen, list), after, list))
        }
        ("GET", ["conversations", id]) => match lists["conversations"].iter().find(|one| one["id"] == **id) {
            Some(found) => Reply::json(found),
            None => Reply::with_status(404, &json!({"errors": [{"message": "Resource Not Found"}]})),
        },
        _ => Reply::with_status(404, &json!({"errors": [{"message": "no such address"}]})),
    }
}

/// Search as the real API does it: the condition excludes the whole day of its date.
fn searched(lists: &Lists, seen: &ReceivedCall, list: &str) -> Vec<Value> {
    assert_eq!(seen.body["sort"], json!({"field": "updated_at", "order": "ascending"}));
    let condition = &seen.body["query"]["value"][0];
    assert_eq!(
        (&condition["field"], &condition["operator"]),
        (&json!("updated_at"), &json!(">"))
    );
    let day = condition["value"].as_i64().expect("whole seconds") / 86_400;
    let records = lists[list].iter().filter(|record| {
        let updated_at = record["updated_at"].as_i64();
        updated_at.is_none_or(|updated_at| updated_at / 86_400 > day)
    });
    records.cloned().collect()
}

fn paged(records: &[Value], after: Option<&str>, name: &str) -> Value {
    let from: usize = after.map_or(0, |after| after.parse().expect("a cursor"));
    let to = (from + 2).min(records.len());
    let mut pages = json!({"type": "pages", "page": from / 2 + 1, "per_page": 2});
    if to < records.len() {
        pages["next"] = json!({"page": from / 2 + 2, "starting_after": to.to_string()});
    }
    json!({"type": "list", name: &records[from..to], "total_count": records.len(), "pages": pages})
}

/// The first page names a next page, which is empty and repeats the scroll parameter.
fn scrolled(lists: &Lists, scroll: Option<&str>) -> Reply {
    match scroll {
        None => Reply::json(&json!({"type": "list", "data": lists["companies"], "scroll_param": "once-more"})),
        Some("once-more") => Reply::json(&json!({"type": "list", "data": [], "scroll_param": "once-more"})),
        Some(_) => Reply::with_status(
            404,
            &json!({"errors": [{"code": "not_found", "message": "scroll parameter not found"}]}),
        ),
    }
}

#[tokio::test]
async fn a_contact_is_read_with_its_fields() {
    for case in Material::available().map(case) {
        let mut lists = case.lists;
        let contact = &mut lists.get_mut("contacts").expect("contacts")[0];
        contact["custom_attributes"] =
            json!({"stripe_plan": "Gold", "stripe_delinquent": false, "seats": 12, "tags": []});
        let fake = FakeVendor::start(lists, serve).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        let joe = brought.observation("5ba682d23d7cf92bef87bfd4");
        assert_eq!(joe.emails[0].as_written(), "joe@example.com");
        assert_eq!(joe.name.as_deref(), Some("John Doe"));
        assert_eq!(joe.former_ids, ["5ba682d23d7cf92bef87bfd3"]);
        assert_eq!(joe.belongs_to, [SubjectKind::Company.id("5ba682d23d7cf92bef87bfd4")]);
        for (name, value) in [
            ("role", FieldValue::Text("user".to_owned())),
            ("country", FieldValue::Text("Ireland".to_owned())),
            (
                "last_seen_at",
                FieldValue::Time(Timestamp::from_second(1_571_672_154).expect("a time")),
            ),
            ("stripe_plan", FieldValue::Text("Gold".to_owned())),
            ("stripe_delinquent", FieldValue::Flag(false)),
            ("seats", FieldValue::Number(12.into())),
        ] {
            assert_eq!(joe.field(&FieldName::from(name.to_owned())), Some(&value), "{name}");
        }
    }
}

#[tokio::test]
async fn a_conversation_brings_its_words_and_who_said_them() {
    for case in Material::available().map(case) {
        let mut lists = case.lists;
        let conversation = &mut lists.get_mut("conversations").expect("conversations")[0];
        conversation["source"]["body"] = json!("<p>Please cancel &amp; refund</p>");
        conversation["source"]["author"] = json!({"type": "user", "id": "1", "email": "Ann@Example.com"});
        conversation["conversation_rating"] = json!({"rating": 2, "remark": "slow", "created_at": 1_671_028_894});
        let fake = FakeVendor::start(lists, serve).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        let event = brought.event("503");
        assert_eq!(event.about, [SubjectKind::Person.id("6762f1261bb69f9f2193bba7")]);
        assert_eq!(event.emails[0].key(), "ann@example.com");
        let EventDetail::Conversation(conversation) = &event.detail else {
            panic!("{event:?}")
        };
        assert_eq!(conversation.state.as_deref(), Some("closed"));
        assert_eq!(conversation.rating.as_ref().map(|rating| rating.stars), Some(2));
        let said: Vec<_> = conversation
            .messages
            .iter()
            .map(|said| (said.speaker, said.text.as_str()))
            .collect();
        assert_eq!(
            said,
            [(Speaker::Customer, "Please cancel & refund"), (Speaker::Staff, "Okay!")]
        );
    }
}

#[tokio::test]
async fn an_incremental_run_misses_nothing_although_searches_go_by_the_day() {
    for case in Material::available().map(case) {
        let watermark = now() - SignedDuration::from_hours(6);
        for (age_minutes, is_wanted) in [
            (10, true),
            (359, true),
            (370, true),
            (60 * 8, false),
            (60 * 24 * 7, false),
        ] {
            let mut lists = case.lists.clone();
            let contacts = lists.get_mut("contacts").expect("contacts");
            contacts[0]["updated_at"] = (now() - SignedDuration::from_mins(age_minutes)).as_second().into();
            let fake = FakeVendor::start(lists, serve).await;
            let source = open_at(&VENDOR, case.settings.clone(), fake.url(), &TestTime::new());
            let run = SourceRun::incremental(Some(watermark), now());
            let brought = read_all(&source, run).await.expect("all pages");
            let came = brought
                .observations
                .iter()
                .any(|seen| seen.subject.kind == SubjectKind::Person);
            assert_eq!(came, is_wanted, "changed {age_minutes} minutes ago");
        }
    }
}

#[tokio::test]
async fn a_plan_without_conversations_still_brings_the_contacts() {
    for case in Material::available().map(case) {
        let serve_restricted = |lists: &Lists, seen: &ReceivedCall| {
            if seen.path.starts_with("/conversations") {
                let refusal =
                    json!({"errors": [{"code": "api_plan_restricted", "message": "Active subscription needed."}]});
                return Reply::with_status(403, &refusal);
            }
            serve(lists, seen)
        };
        let fake = FakeVendor::start(case.lists.clone(), serve_restricted).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        assert_eq!(
            brought.observations.len(),
            case.lists["contacts"].len() + case.lists["companies"].len()
        );
        let [finding] = brought.findings.as_slice() else {
            panic!("{:?}", brought.findings)
        };
        assert_eq!(
            (finding.feed.as_str(), finding.effect),
            ("conversations", RecordEffect::FeedLeftOut)
        );
        assert!(
            finding.reason.contains("Active subscription needed"),
            "{}",
            finding.reason
        );
    }
}

#[tokio::test]
async fn an_expired_scroll_starts_over() {
    for case in Material::available().map(case) {
        let fake = FakeVendor::start(case.lists.clone(), serve).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let run = serde_json::to_value(SourceRun::full(now())).expect("a run");
        let stored = json!({"run": run, "feed": "companies", "after": "0 3 expired"});
        let cursor = serde_json::from_value(stored).expect("a cursor");
        let (page, _) = source.next(&cursor).await.expect("a page");
        assert_eq!(page.observations.len(), case.lists["companies"].len());
    }
}

#[tokio::test]
async fn a_scroll_goes_on_although_all_its_pages_have_one_name() {
    for case in Material::available().map(case) {
        let page = |ids: &[&str]| {
            let companies: Vec<Value> = ids.iter().map(|id| json!({"id": id, "name": id})).collect();
            Reply::json(&json!({"type": "list", "data": companies, "scroll_param": "one name"}))
        };
        let fake = FakeVendor::start(
            Lists::from([("tickets".to_owned(), vec![]), ("conversations".to_owned(), vec![])]),
            serve,
        )
        .await;
        fake.fail([page(&["1", "2"]), page(&["3"]), page(&["4"]), page(&[])]);
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let run = serde_json::to_value(SourceRun::full(now())).expect("a run");
        let stored = json!({"run": run, "feed": "companies", "after": null});
        let cursor = serde_json::from_value(stored).expect("a cursor");
        let brought = read_on(&source, cursor).await.expect("all pages");
        assert_eq!(brought.ids(), ["Company 1", "Company 2", "Company 3", "Company 4"]);
        let scrolls: Vec<_> = fake
            .calls()
            .iter()
            .take(4)
            .map(|seen| seen.parameter("scroll_param").map(str::to_owned))
            .collect();
        let same = Some("one name".to_owned());
        assert_eq!(scrolls, [None, same.clone(), same.clone(), same]);
    }
}

#[tokio::test]
async fn a_scroll_that_keeps_breaking_is_given_up() {
    for case in Material::available().map(case) {
        let endless = |_: &Lists, seen: &ReceivedCall| match seen.parameter("scroll_param") {
            None => Reply::json(&json!({"data": [{"id": "1"}], "scroll_param": "one name"})),
            Some(_) => Reply::with_status(404, &json!({"errors": [{"message": "scroll parameter not found"}]})),
        };
        let fake = FakeVendor::start(Lists::new(), endless).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let run = serde_json::to_value(SourceRun::full(now())).expect("a run");
        let cursor = serde_json::from_value(json!({"run": run, "feed": "companies", "after": null})).expect("a cursor");
        let failure = read_on(&source, cursor).await.expect_err("no end");
        assert!(failure.to_string().contains("scroll parameter not found"), "{failure}");
    }
}
