//! Admin dashboard tests: the mapping on recorded lists of four vendors, each with a different pagination style.

use std::time::Duration;

use customer_sources::{
    SourceRun, VendorSettings,
    observation::{FieldName, FieldValue},
    open,
    subject::SubjectKind,
    vendors::dashboard::VENDOR,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_support::fake_vendor::{FakeVendor, Lists, ReceivedCall, Reply, Serve};

use crate::{
    conformance::Case,
    harness::{Material, TestTime, now, open_at, read_all},
};

const KEY: &str = "dashboard-key";

fn settings(mapping: Value) -> VendorSettings {
    let mut settings = VendorSettings::with_key(KEY);
    settings.base_url = Some("http://127.0.0.1:9".to_owned());
    settings.options.insert("mapping".to_owned(), mapping);
    settings
}

/// Conformance case that reads `HubSpot`'s lists through the mapping.
pub fn case(material: Material) -> Case {
    let hubspot = crate::vendors::hubspot::case(material);
    let mapping = json!({
        "path": "crm/v3/objects/contacts",
        "query": {"properties": "email,firstname", "archived": "false"},
        "records": "/results", "id": "/id", "email": "/properties/email", "name": "/properties/firstname",
        "updated_at": "/updatedAt", "fields": {"created_at": "/createdAt"},
        "paging": {"style": "cursor", "parameter": "after", "next": "/paging/next/after"},
    });
    Case {
        vendor: &VENDOR,
        settings: settings(mapping),
        headers: vec![("authorization", format!("Bearer {KEY}"))],
        words: Vec::new(),
        limited: (
            Reply::with_status(429, &json!({})).header("retry-after", 9),
            Some(Duration::from_secs(9)),
        ),
        unauthorized: json!({"error": "bad token"}),
        ..hubspot
    }
}

async fn people(lists: Lists, serve: Serve, mapping: Value) -> (Vec<String>, usize) {
    let fake = FakeVendor::start(lists, serve).await;
    let source = open_at(&VENDOR, settings(mapping), fake.url(), &TestTime::new());
    let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
    (
        brought.observations.into_iter().map(|seen| seen.subject.id).collect(),
        fake.calls().len(),
    )
}

fn ids(lists: &Lists, list: &str, name: &str) -> Vec<String> {
    lists[list]
        .iter()
        .map(|record| record[name].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test]
async fn a_list_that_goes_on_after_the_last_id_is_read_to_its_end() {
    for stripe in Material::available().map(crate::vendors::stripe::case) {
        let mapping = json!({
            "path": "/customers", "records": "/data", "about": "account", "id": "/id", "email": "/email",
            "paging": {"style": "last_id", "parameter": "starting_after", "more": "/has_more"},
        });
        let expected = ids(&stripe.lists, "customers", "id");
        let calls = expected.len().div_ceil(2);
        assert_eq!(people(stripe.lists, stripe.serve, mapping).await, (expected, calls));
    }
}

#[tokio::test]
async fn a_cursor_that_comes_even_with_the_last_page_ends_when_there_is_no_more() {
    for chartmogul in Material::available().map(crate::vendors::chartmogul::case) {
        let mapping = json!({
            "path": "customers", "records": "/entries", "about": "account", "id": "/uuid", "email": "/email",
            "paging": {"style": "cursor", "parameter": "cursor", "next": "/cursor", "more": "/has_more"},
        });
        let expected = ids(&chartmogul.lists, "customers", "uuid");
        let calls = expected.len().div_ceil(2);
        assert_eq!(
            people(chartmogul.lists, chartmogul.serve, mapping).await,
            (expected, calls)
        );
    }
}

#[tokio::test]
async fn a_cursor_inside_the_address_of_the_next_page_is_found() {
    for calendly in Material::available().map(crate::vendors::calendly::case) {
        let mapping = json!({
            "path": "scheduled_events", "records": "/collection", "id": "/uri",
            "query": {"organization": "https://api.calendly.com/organizations/ORG001"},
            "paging": {"style": "cursor", "parameter": "page_token", "next": "/pagination/next_page"},
        });
        let expected = ids(&calendly.lists, "scheduled_events", "uri");
        assert_eq!(people(calendly.lists, calendly.serve, mapping).await, (expected, 2));
    }
}

fn serve_numbered(lists: &Lists, seen: &ReceivedCall) -> Reply {
    assert_eq!(seen.header("x-api-key"), Some(KEY));
    let page: usize = seen.parameter("page").expect("a page").parse().expect("a number");
    Reply::json(&json!(lists["users"].chunks(2).nth(page - 1).unwrap_or_default()))
}

fn numbered() -> (Lists, Value) {
    let user = |id: u32| {
        json!({
            "user": {"id": id, "emails": [format!("u{id}@example.com"), null, "U2@Example.com"]},
            "stats": {"logins": "31", "credits": 12.5, "exports": 3}, "seen": 1_772_366_400, "plan": "Gold", "org": {"title": "Acme"},
        })
    };
    let mapping = json!({
        "path": "users", "header": "X-Api-Key", "scheme": "", "records": "", "id": "/user/id", "email": "/user/emails",
        "company": "/org/title",
        "fields": {"logins": "/stats/logins", "credits": "/stats/credits", "exports": "/stats/exports", "last_seen_at": "/seen", "plan": "/plan", "tier": "/org"},
        "paging": {"style": "number", "parameter": "page"},
        "since": {"parameter": "updated_since", "form": "unix"},
    });
    (
        Lists::from([("users".to_owned(), vec![user(1), user(2), user(3)])]),
        mapping,
    )
}

#[tokio::test]
async fn fields_are_read_by_what_they_mean() {
    let (lists, mapping) = numbered();
    let fake = FakeVendor::start(lists, serve_numbered).await;
    let source = open_at(&VENDOR, settings(mapping), fake.url(), &TestTime::new());
    let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
    assert_eq!(brought.ids(), ["Person 1", "Person 2", "Person 3"]);
    let user = brought.observation("1");
    assert_eq!(
        user.emails
            .iter()
            .map(customer_sources::email::Email::key)
            .collect::<Vec<_>>(),
        ["u1@example.com", "u2@example.com"]
    );
    assert_eq!(user.company.as_deref(), Some("Acme"));
    for (name, value) in [
        (FieldName::Logins, FieldValue::Number(31.into())),
        (
            FieldName::Credits,
            FieldValue::Number("12.5".parse().expect("a number")),
        ),
        (FieldName::Exports, FieldValue::Number(3.into())),
        (FieldName::LastSeenAt, FieldValue::Time(now())),
        (FieldName::Plan, FieldValue::Text("Gold".to_owned())),
    ] {
        assert_eq!(user.field(&name), Some(&value));
    }
    assert_eq!(
        brought.findings.len(),
        3,
        "an object is no single value: {:?}",
        brought.findings
    );
}

#[tokio::test]
async fn changes_are_asked_for_in_the_form_of_the_mapping() {
    let (lists, mapping) = numbered();
    let fake = FakeVendor::start(lists, serve_numbered).await;
    let source = open_at(&VENDOR, settings(mapping), fake.url(), &TestTime::new());
    let run = SourceRun::incremental(Some(now() - SignedDuration::from_hours(1)), now());
    let brought = read_all(&source, run).await.expect("all pages");
    assert_eq!(brought.observations[0].subject.kind, SubjectKind::Person);
    let expected = now().as_second() - 3600 - 600;
    assert_eq!(
        fake.calls()[0].parameter("updated_since"),
        Some(expected.to_string().as_str())
    );
}

#[test]
fn a_mapping_that_cannot_work_is_refused_in_a_sentence() {
    let good = || numbered().1;
    let with = |name: &str, value: Value| {
        let mut mapping = good();
        mapping[name] = value;
        mapping
    };
    for (mapping, told) in [
        (
            with("id", json!("user.id")),
            "“user.id”, but a JSON pointer such as /user.id",
        ),
        (with("emial", json!("/x")), "emial"),
        (with("header", json!("Cookie")), "“Cookie”".to_lowercase().as_str()),
        (with("paging", json!({"style": "guess"})), "guess"),
        (json!({"path": "x"}), "records"),
    ] {
        let refused = open(&VENDOR, settings(mapping), TestTime::new().time()).expect_err("refused");
        assert!(
            refused.starts_with("Admin dashboard: ") && refused.contains(told),
            "{refused}"
        );
    }
    let mut without = settings(good());
    without.base_url = None;
    assert!(
        open(&VENDOR, without, TestTime::new().time())
            .expect_err("refused")
            .contains("address")
    );
}
