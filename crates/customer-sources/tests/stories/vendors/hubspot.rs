//! `HubSpot` tests: recorded contacts and companies; hand-made deals, tickets, owners and pipelines according to the
//! documentation.

use std::time::Duration;

use customer_sources::{
    SourceRun, VendorSettings,
    event::{DealStatus, EventDetail},
    observation::{FieldName, FieldValue, Presence},
    subject::SubjectKind,
    vendors::hubspot::VENDOR,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_support::fake_vendor::{FakeVendor, Lists, ReceivedCall, Reply};

use crate::{
    conformance::Case,
    harness::{Material, TestTime, array, now, open_at, read_all},
};

const KEY: &str = "pat-eu1-hubspot";

pub fn case(material: Material) -> Case {
    let searched = material.bodies("hubspot", "ruby_hubspot_api_contacts_search_by_string");
    let mut contacts = array(&searched[0]["results"]);
    let listed = material.bodies("hubspot", "ruby_hubspot_api_contacts_list_first_no_props");
    contacts.extend(array(&listed[0]["results"]));
    contacts.sort_by_key(|contact| contact["id"].as_str().map(str::to_owned));
    let company = material
        .bodies("hubspot", "ruby_hubspot_api_companies_find_by_id")
        .remove(0);
    contacts[0]["properties"]["hubspot_owner_id"] = "77".into();
    contacts[0]["associations"] =
        json!({"companies": {"results": [{"id": company["id"], "type": "contact_to_company"}]}});
    let deal = |id: u32, stage: &str| {
        json!({
            "id": id.to_string(), "archived": false, "createdAt": "2026-01-05T10:00:00.000Z", "updatedAt": "2026-02-05T10:00:00.000Z",
            "properties": {
                "dealname": "Renewal &amp; seats", "amount": "5000.00", "deal_currency_code": "EUR", "pipeline": "default",
                "dealstage": stage, "closedate": "2026-04-01T00:00:00Z", "createdate": "2026-01-05T10:00:00.000Z",
                "hubspot_owner_id": "77", "hs_object_id": id.to_string(), "hs_lastmodifieddate": "2026-02-05T10:00:00.000Z",
            },
            "associations": {"companies": {"results": [{"id": company["id"], "type": "deal_to_company"}]}},
        })
    };
    let ticket = json!({
        "id": "31", "createdAt": "2026-01-05T10:00:00.000Z", "updatedAt": "2026-01-05T10:00:00.000Z",
        "properties": {"subject": "Help", "hs_pipeline_stage": "4", "hs_ticket_priority": "HIGH", "closed_date": "2026-01-06T10:00:00Z"},
    });
    let lists = Lists::from([
        ("contacts".to_owned(), contacts),
        ("companies".to_owned(), vec![company.clone()]),
        (
            "deals".to_owned(),
            vec![
                deal(11, "qualified"),
                deal(12, "closedwon"),
                deal(13, "closedlost"),
                deal(14, "unheard of"),
            ],
        ),
        ("tickets".to_owned(), vec![ticket]),
    ]);
    Case {
        vendor: &VENDOR,
        settings: VendorSettings::with_key(KEY),
        lists,
        serve,
        headers: vec![("authorization", format!("Bearer {KEY}"))],
        main: ("contacts", "/id"),
        words: vec![
            ("contacts", "/properties/lifecyclestage"),
            ("deals", "/properties/dealstage"),
            ("tickets", "/properties/hs_ticket_priority"),
        ],
        limited: (
            Reply::with_status(
                429,
                &json!({"status": "error", "errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}),
            )
            .header("x-hubspot-ratelimit-daily", 250_000)
            .header("x-hubspot-ratelimit-daily-remaining", 249_000)
            .header("x-hubspot-ratelimit-interval-milliseconds", 10_000)
            .header("x-hubspot-ratelimit-max", 100)
            .header("x-hubspot-ratelimit-remaining", 0),
            Some(Duration::from_secs(10)),
        ),
        unauthorized: json!({"status": "error", "message": "Authentication credentials not found.", "category": "INVALID_AUTHENTICATION"}),
    }
}

fn serve(lists: &Lists, seen: &ReceivedCall) -> Reply {
    let path: Vec<&str> = seen.path.trim_matches('/').split('/').collect();
    // Dated path: `crm/objects/2026-09/contacts`; legacy path: `crm/v3/objects/contacts`.
    let (area, rest) = match path.as_slice() {
        ["crm", "v3", area, rest @ ..] => (*area, rest),
        ["crm", area, "2026-09", rest @ ..] => (*area, rest),
        _ => return Reply::html(404),
    };
    match (seen.method.as_str(), area, rest) {
        ("GET", "objects", [_]) if seen.parameter("archived") == Some("true") => Reply::json(&json!({"results": []})),
        ("GET", "objects", [object]) => listed(&lists[*object], seen),
        ("POST", "objects", [object, "search"]) => searched(&lists[*object], seen),
        ("POST", "associations", [_, to, "batch", "read"]) => tied(lists, seen, to),
        ("GET", "owners", []) => Reply::json(&json!({"results": [
            {"id": "77", "userId": 1234, "firstName": "Ann", "lastName": "Lee", "email": "ann.lee@us.example"},
            {"id": "78", "firstName": null, "lastName": "", "email": null},
        ]})),
        ("GET", "pipelines", ["deals"]) => {
            Reply::json(&json!({"results": [{"id": "default", "label": "Sales", "stages": [
                {"id": "qualified", "label": "Qualified to buy", "metadata": {"isClosed": "false", "probability": "0.4"}},
                {"id": "closedwon", "label": "Closed won", "metadata": {"isClosed": "true", "probability": "1.0"}},
                {"id": "closedlost", "label": "Closed lost", "metadata": {"isClosed": "true", "probability": "0.0"}},
            ]}]}))
        }
        ("GET", "pipelines", ["tickets"]) => Reply::json(
            &json!({"results": [{"id": "0", "label": "Support", "stages": [{"id": "4", "label": "Closed", "metadata": {}}]}]}),
        ),
        _ => Reply::html(404),
    }
}

fn listed(records: &[Value], seen: &ReceivedCall) -> Reply {
    let names_properties = seen.parameter("properties").is_some_and(|names| names.contains(','));
    assert!(names_properties || seen.parameter("limit") == Some("1"));
    let from: usize = seen
        .parameter("after")
        .map_or(0, |after| after.parse().expect("a cursor"));
    let to = (from + 2).min(records.len());
    let mut answer = json!({"results": &records[from..to]});
    if to < records.len() {
        answer["paging"] = json!({"next": {"after": to.to_string(), "link": "https://api.hubapi.com/elsewhere"}});
    }
    // Headers as in recorded traffic.
    Reply::json(&answer)
        .header("x-hubspot-ratelimit-remaining", 84)
        .header("x-hubspot-ratelimit-interval-milliseconds", 10_000)
}

/// Search by time range, ordered by id; the results have no associations.
fn searched(records: &[Value], seen: &ReceivedCall) -> Reply {
    let filters = seen.body["filterGroups"][0]["filters"]
        .as_array()
        .expect("filters")
        .clone();
    let of = |property: &str, operator: &str| {
        let found = filters
            .iter()
            .find(|filter| filter["propertyName"] == property && filter["operator"] == operator);
        found.map(|filter| {
            filter["value"]
                .as_str()
                .expect("words")
                .parse::<i64>()
                .expect("a number")
        })
    };
    let modified = filters[0]["propertyName"].as_str().expect("a property").to_owned();
    let (since, until) = (
        of(&modified, "GTE").expect("a start"),
        of(&modified, "LTE").expect("an end"),
    );
    let after = of("hs_object_id", "GT").unwrap_or(0);
    let id = |record: &Value| {
        record["id"]
            .as_str()
            .and_then(|id| id.parse::<i64>().ok())
            .unwrap_or_default()
    };
    let mut found: Vec<Value> = records
        .iter()
        .filter(|record| {
            let at = record["properties"][&modified]
                .as_str()
                .and_then(|at| at.parse::<jiff::Timestamp>().ok());
            at.is_some_and(|at| (since..=until).contains(&at.as_millisecond())) && id(record) > after
        })
        .cloned()
        .collect();
    found.sort_by_key(id);
    let total = found.len();
    found.truncate(2);
    for record in &mut found {
        record.as_object_mut().expect("an object").remove("associations");
    }
    let mut answer = json!({"total": total, "results": found});
    if total > 2 {
        answer["paging"] = json!({"next": {"after": "2"}});
    }
    Reply::json(&answer)
}

fn tied(lists: &Lists, seen: &ReceivedCall, to: &str) -> Reply {
    let asked = seen.body["inputs"].as_array().expect("inputs");
    let results: Vec<Value> = lists
        .values()
        .flatten()
        .filter(|record| asked.iter().any(|input| input["id"] == record["id"]))
        .filter_map(|record| {
            let ends = record["associations"][to]["results"].as_array()?;
            let ends: Vec<Value> = ends
                .iter()
                .map(|end| json!({"toObjectId": end["id"], "associationTypes": []}))
                .collect();
            Some(json!({"from": {"id": record["id"]}, "to": ends}))
        })
        .collect();
    Reply::with_status(207, &json!({"status": "COMPLETE", "results": results}))
}

#[tokio::test]
async fn contacts_companies_and_deals_are_read_with_owners_and_stages() {
    for case in Material::available().map(case) {
        let mut lists = case.lists;
        let contact = &mut lists.get_mut("contacts").expect("contacts")[0];
        contact["properties"]["hs_additional_emails"] = "Second@Example.org; third@example.org".into();
        contact["properties"]["lifecyclestage"] = "customer".into();
        let (id, email) = (
            contact["id"].as_str().expect("id").to_owned(),
            contact["properties"]["email"].clone(),
        );
        let fake = FakeVendor::start(lists, serve).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        let contact = brought.observation(&id);
        let emails: Vec<&str> = contact.emails.iter().map(customer_sources::email::Email::key).collect();
        assert_eq!(
            emails,
            [
                email.as_str().expect("email"),
                "second@example.org",
                "third@example.org"
            ]
        );
        assert_eq!(
            contact.field(&FieldName::AccountManager),
            Some(&FieldValue::Text("Ann Lee".to_owned()))
        );
        assert_eq!(
            contact.field(&FieldName::AccountManagerEmail),
            Some(&FieldValue::Text("ann.lee@us.example".to_owned()))
        );
        assert_eq!(
            contact.field(&FieldName::LifecycleStage),
            Some(&FieldValue::Text("customer".to_owned()))
        );
        assert_eq!(contact.belongs_to, [SubjectKind::Company.id("22816780518")]);
        assert_eq!(
            brought.observation("22816780518").company.as_deref(),
            Some("ACME Example")
        );
        for (id, status, stage) in [
            ("11", DealStatus::Open, "Qualified to buy"),
            ("12", DealStatus::Won, "Closed won"),
            ("13", DealStatus::Lost, "Closed lost"),
            ("14", DealStatus::Unknown, "unheard of"),
        ] {
            let event = brought.event(id);
            let EventDetail::Deal(deal) = &event.detail else {
                panic!("{event:?}")
            };
            assert_eq!((deal.status, deal.stage.as_deref()), (status, Some(stage)));
            assert_eq!(deal.name.as_deref(), Some("Renewal & seats"));
            assert_eq!(deal.amount, "5000".parse().ok());
            assert_eq!(
                (deal.owner.as_deref(), deal.pipeline.as_deref()),
                (Some("Ann Lee"), Some("Sales"))
            );
            assert_eq!(event.about, [SubjectKind::Company.id("22816780518")]);
        }
        let EventDetail::Ticket(ticket) = &brought.event("31").detail else {
            panic!()
        };
        assert_eq!((ticket.state.as_deref(), ticket.open), (Some("Closed"), Some(false)));
    }
}

#[tokio::test]
async fn many_records_with_one_time_of_change_are_all_found_with_their_ties() {
    for case in Material::available().map(case) {
        let mut lists = case.lists;
        let at = (now() - SignedDuration::from_hours(1)).to_string();
        let contacts = lists.get_mut("contacts").expect("contacts");
        for contact in contacts.iter_mut() {
            contact["properties"]["lastmodifieddate"] = at.clone().into();
        }
        contacts[1]["properties"]["lastmodifieddate"] = (now() - SignedDuration::from_hours(9)).to_string().into();
        let (all, old, tied_one) = (contacts.len(), contacts[1]["id"].clone(), contacts[0]["id"].clone());
        let fake = FakeVendor::start(lists, serve).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let run = SourceRun::incremental(Some(now() - SignedDuration::from_hours(2)), now());
        let brought = read_all(&source, run).await.expect("all pages");
        let people: Vec<_> = brought
            .observations
            .iter()
            .filter(|seen| seen.subject.kind == SubjectKind::Person)
            .collect();
        assert_eq!(people.len(), all - 1);
        assert!(people.iter().all(|person| old != person.subject.id.as_str()));
        let tied = brought.observation(tied_one.as_str().expect("id"));
        assert_eq!(tied.belongs_to, [SubjectKind::Company.id("22816780518")]);
    }
}

#[tokio::test]
async fn the_old_version_can_be_asked_for() {
    for case in Material::available().map(case) {
        let fake = FakeVendor::start(case.lists.clone(), serve).await;
        let mut settings = case.settings.clone();
        settings.options = serde_json::from_value(json!({"api_version": "v3"})).expect("options");
        let source = open_at(&VENDOR, settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        assert!(fake.calls().iter().all(|seen| seen.path.starts_with("/crm/v3/")));
        assert_eq!(brought.observations.len(), case.lists["contacts"].len() + 1);
    }
}

#[tokio::test]
async fn what_is_archived_is_removed() {
    for case in Material::available().map(case) {
        let serve_archived = |lists: &Lists, seen: &ReceivedCall| match seen.parameter("archived") {
            Some("true") if seen.path.ends_with("/contacts") => Reply::json(
                &json!({"results": [{"id": "99", "archived": true, "properties": {"email": "gone@example.com"}}]}),
            ),
            _ => serve(lists, seen),
        };
        let fake = FakeVendor::start(case.lists, serve_archived).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        assert_eq!(brought.observation("99").presence, Presence::Removed);
    }
}

#[tokio::test]
async fn a_missing_scope_is_named_as_hubspot_names_it() {
    for material in Material::available() {
        let case = case(material);
        let refusals = material.bodies("hubspot", "ruby_hubspot_api_companies_find_by_id_no_scope");
        let fake = FakeVendor::start(case.lists, serve).await;
        fake.fail([Reply::with_status(403, &refusals[0])]);
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let failure = source
            .next(&source.start(SourceRun::full(now())))
            .await
            .expect_err("no page");
        assert!(failure.to_string().contains("required scopes"), "{failure}");
        assert_eq!(
            failure.cure(),
            "Give the key at HubSpot the permission crm.objects.companies.read."
        );
    }
}

#[tokio::test]
async fn without_the_right_to_read_owners_records_keep_the_ids_and_a_finding_says_so() {
    for case in Material::available().map(case) {
        let serve_without = |lists: &Lists, seen: &ReceivedCall| {
            if seen.path.contains("owners") {
                return Reply::with_status(403, &json!({"status": "error", "message": "No scope."}));
            }
            serve(lists, seen)
        };
        let fake = FakeVendor::start(case.lists.clone(), serve_without).await;
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        let contact = brought.observation(case.lists["contacts"][0]["id"].as_str().expect("id"));
        let manager = contact.field(&FieldName::AccountManager);
        assert_eq!(manager, Some(&FieldValue::Text("77".to_owned())));
        let [finding] = brought.findings.as_slice() else {
            panic!("{:?}", brought.findings)
        };
        assert!(finding.reason.contains("crm.objects.owners.read"), "{}", finding.reason);
    }
}

#[tokio::test]
async fn a_spent_day_is_not_waited_for() {
    for case in Material::available().map(case) {
        let fake = FakeVendor::start(case.lists, serve).await;
        fake.fail([Reply::with_status(429, &json!({})).header("x-hubspot-ratelimit-daily-remaining", 0)]);
        let time = TestTime::new();
        let source = open_at(&VENDOR, case.settings, fake.url(), &time);
        let failure = source
            .next(&source.start(SourceRun::full(now())))
            .await
            .expect_err("no page");
        assert_eq!((failure.kind(), time.slept()), ("rate_limit", vec![]));
    }
}
