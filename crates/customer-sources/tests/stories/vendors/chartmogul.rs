//! `ChartMogul` tests on recorded traffic and on cases of our own.

use customer_sources::{
    ReadProgress, SourceRun, VendorSettings,
    event::{EventDetail, MovementKind},
    observation::{FieldName, FieldValue},
    subject::SubjectKind,
    vendors::chartmogul::VENDOR,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_support::fake_vendor::{FakeVendor, Lists, ReceivedCall, Reply};

use crate::{
    conformance::Case,
    harness::{Brought, Material, TestTime, array, now, open_at, read_all},
};

const KEY: &str = "chartmogul-key";

fn entries(material: Material, recording: &str) -> Vec<Value> {
    let bodies = material.bodies("chartmogul", recording);
    let entries = bodies.iter().filter_map(|body| body["entries"].as_array()).flatten();
    entries.cloned().collect()
}

pub fn case(material: Material) -> Case {
    let mut customers = entries(material, "ruby_chartmogul_customer_with_pagination_paginates_correctly");
    customers.extend(entries(material, "go_customers"));
    let mut seen = std::collections::BTreeSet::new();
    customers.retain(|customer| seen.insert(customer["uuid"].to_string()));
    let mut activities = entries(
        material,
        "ruby_chartmogul_metrics_activity_should_have_activity_entries",
    );
    activities.extend(entries(
        material,
        "ruby_chartmogul_metrics_customers_activity_should_paginate_using_cursor_when_called_with_next",
    ));
    let lists = Lists::from([
        ("customers".to_owned(), customers),
        (
            "contacts".to_owned(),
            entries(material, "ruby_chartmogul_contact_with_pagination_paginates_correctly"),
        ),
        ("activities".to_owned(), activities),
        (
            "metrics/all".to_owned(),
            entries(material, "ruby_chartmogul_metrics_allkeymetric_should_have_summary"),
        ),
        (
            "account".to_owned(),
            material.bodies(
                "chartmogul",
                "ruby_chartmogul_account_returns_details_of_current_account",
            ),
        ),
    ]);
    Case {
        vendor: &VENDOR,
        settings: VendorSettings::with_key(KEY),
        lists,
        serve,
        headers: vec![("authorization", "Basic Y2hhcnRtb2d1bC1rZXk6".to_owned())],
        main: ("customers", "/uuid"),
        words: vec![("customers", "/status"), ("activities", "/type")],
        limited: (
            Reply::with_status(429, &json!({"code": 429, "message": "Too many requests"})),
            None,
        ),
        unauthorized: material
            .bodies(
                "chartmogul",
                "ruby_chartmogul_ping_pings_and_fails_on_incorrect_credentials",
            )
            .remove(0),
    }
}

/// The last page also contains a cursor.
fn serve(lists: &Lists, seen: &ReceivedCall) -> Reply {
    let path = seen.path.trim_matches('/');
    match path {
        "ping" => return Reply::json(&json!({"data": "pong!"})),
        "account" => return Reply::json(&lists["account"][0]),
        "metrics/all" => return Reply::json(&json!({"entries": lists[path], "summary": {}})),
        _ => {}
    }
    let Some(records) = lists.get(path) else {
        return Reply::with_status(404, &json!({"code": 404, "message": "Not found"}));
    };
    let from: usize = seen
        .parameter("cursor")
        .map_or(0, |cursor| cursor.parse().expect("a cursor"));
    let to = (from + 2).min(records.len());
    Reply::json(&json!({"entries": &records[from..to], "cursor": to.to_string(), "has_more": to < records.len()}))
}

#[tokio::test]
async fn customers_contacts_movements_and_figures_are_read_with_exact_money() {
    for case in Material::available().map(case) {
        let fake = FakeVendor::start(case.lists, serve).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        let customer = brought.observation("cus_23740208-2c7e-11ee-9ea2-ffd2435982bb");
        assert_eq!(customer.emails[0].key(), "john@example.com");
        assert_eq!(customer.company.as_deref(), Some("Initrode"));
        let Some(FieldValue::Money(mrr)) = customer.field(&FieldName::Mrr) else {
            panic!("{customer:?}")
        };
        assert_eq!(mrr.to_string(), "80.08 EUR");
        let billed = customer.field(&FieldName::Other("external_ids".to_owned()));
        assert_eq!(
            billed,
            Some(&FieldValue::Text("cus_002, cus_009, test_cus_ext_id".to_owned()))
        );
        let contact = brought.observation("con_36399f04-7686-11ee-86f6-8727560009c2");
        assert_eq!(
            contact.belongs_to,
            [SubjectKind::Account.id("cus_23e01538-2c7e-11ee-b2ce-fb986e96e21b")]
        );

        let EventDetail::Movement(won) = &brought.event("561814e1-d7d3-42f3-8936-4689ec0fbb74").detail else {
            panic!()
        };
        assert_eq!(
            (&won.kind, won.change.map(|change| change.to_string())),
            (&MovementKind::NewBusiness, Some("40.04 EUR".to_owned()))
        );
        let EventDetail::Movement(lost) = &brought.event("2625867088").detail else {
            panic!()
        };
        assert_eq!(
            (&lost.kind, lost.change.map(|change| change.to_string())),
            (&MovementKind::Churn, Some("-7.8 EUR".to_owned()))
        );
        assert_eq!(lost.date.map(|date| date.to_string()).as_deref(), Some("2017-03-10"));

        assert_eq!(brought.metrics.len(), 2);
        let month = &brought.metrics[1];
        assert_eq!(
            (month.source.as_str(), month.date.to_string().as_str()),
            ("chartmogul", "2022-05-31")
        );
        assert_eq!(month.mrr, "6702809.04".parse().ok());
        assert_eq!(month.mrr_churn_rate, "-74.52".parse().ok());
    }
}

#[tokio::test]
async fn an_incremental_run_reads_recalculated_history_again() {
    for case in Material::available().map(case) {
        let fake = FakeVendor::start(case.lists, serve).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let run = SourceRun::incremental(Some(now() - SignedDuration::from_hours(24)), now());
        read_all(&source, run).await.expect("all pages");
        let seen = fake.calls();
        let asked = |path: &str, name: &str| {
            let call = seen.iter().find(|seen| seen.path == path).expect("a call");
            call.parameter(name).map(str::to_owned)
        };
        assert_eq!(asked("/activities", "start-date").as_deref(), Some("2026-02-21"));
        assert_eq!(asked("/metrics/all", "start-date").as_deref(), Some("2025-11-29"));
        assert_eq!(asked("/customers", "start-date"), None);
    }
}

/// Serves the unmodified exchanges by their own cursors.
fn replay(lists: &Lists, seen: &ReceivedCall) -> Reply {
    let asked = seen.parameter("cursor");
    let found = lists["exchanges"].iter().find(|exchange| {
        let uri = exchange["request"]["uri"].as_str().expect("an address");
        let query = uri.split_once('?').map_or("", |(_, query)| query);
        let query: Vec<(String, String)> = serde_urlencoded::from_str(query).expect("a query");
        let cursor = query
            .iter()
            .find(|(name, _)| name == "cursor")
            .map(|(_, value)| value.as_str());
        uri.contains(&format!("/v1{}?", seen.path)) && cursor == asked
    });
    match found {
        Some(exchange) => Reply::json(&exchange["response"]["body"]),
        None => Reply::json(&json!({"entries": [], "has_more": false, "cursor": "over"})),
    }
}

#[tokio::test]
async fn pages_follow_each_other_by_their_own_cursors() {
    for material in Material::available() {
        let case = case(material);
        let mut exchanges = Vec::new();
        for name in [
            "customer_with_pagination_paginates_correctly",
            "contact_with_pagination_paginates_correctly",
            "metrics_activity_should_have_activity_entries",
        ] {
            exchanges.extend(array(&material.read("chartmogul", &format!("ruby_chartmogul_{name}"))));
        }
        let fake = FakeVendor::start(Lists::from([("exchanges".to_owned(), exchanges)]), replay).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let mut cursor = source.start(SourceRun::full(now()));
        let mut brought = Brought::default();
        // The recordings do not contain the business metrics.
        while let (page, ReadProgress::More(next)) = source.next(&cursor).await.expect("a page") {
            brought.take(page);
            if serde_json::to_value(&next).expect("stored")["feed"] == "metrics" {
                break;
            }
            cursor = next;
        }
        assert_eq!(
            (brought.observations.len(), brought.events.len(), brought.findings.len()),
            (4, 2, 0),
            "{:?}",
            brought.ids()
        );
    }
}
