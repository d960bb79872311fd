//! Tests of the sync: records from the sources reach the spreadsheet, and customers are derived from them.

use std::{collections::BTreeMap, num::NonZeroUsize, sync::Arc, time::Duration};

use customer_sources::{
    OpenSource, SyncMode, Timer, Vendor, VendorSettings,
    amount::Currency,
    email::Email,
    open,
    vendors::{intercom, stripe},
};
use customers::{
    customer::{Customer, CustomerStatus, rows::CustomerRows},
    sync::{
        SyncOutcome, SyncParts, SyncResult, SyncService,
        rows::runs::{RunOutcome, SyncRun},
        schedule::SyncSchedule,
    },
};
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sheets_store::{SpreadsheetConnection, Store, google::connection::Credentials, options::StoreOptions};
use test_support::{
    fake_vendor::{FakeVendor, Lists, ReceivedCall, Reply},
    sheet_world::IDENTITY,
    sleep_clock::SleepClock,
};

use crate::world::{Plan, World};

/// Fake Intercom API: contacts in pages of 150; all other lists are empty.
pub fn intercom(lists: &Lists, seen: &ReceivedCall) -> Reply {
    match seen.path.as_str() {
        "/contacts" => {
            let from: usize = seen
                .parameter("starting_after")
                .map_or(0, |place| place.parse().expect("a place"));
            let contacts = &lists["contacts"];
            let page = &contacts[from..contacts.len().min(from + 150)];
            let next = (from + 150 < contacts.len()).then(|| json!({"starting_after": (from + 150).to_string()}));
            Reply::json(&json!({"type": "list", "data": page, "pages": {"next": next}, "total_count": contacts.len()}))
        }
        "/contacts/search" => Reply::json(&json!({"type": "list", "data": lists["contacts"], "pages": {}})),
        "/companies/scroll" => Reply::json(&json!({"type": "list", "data": [], "scroll_param": null})),
        "/conversations" | "/conversations/search" => Reply::json(&json!({"conversations": [], "pages": {}})),
        "/tickets" | "/tickets/search" => Reply::json(&json!({"tickets": [], "pages": {}})),
        other => panic!("nobody asks for {other}"),
    }
}

pub fn contact(id: &str, email: &str, name: &str) -> Value {
    json!({"type": "contact", "id": id, "role": "user", "email": email, "name": name,
        "updated_at": 1_772_000_000, "last_seen_at": 1_771_900_000, "custom_attributes": {}})
}

/// Fake Stripe API: customers and their subscriptions, in one page.
pub fn stripe(lists: &Lists, seen: &ReceivedCall) -> Reply {
    let list = seen.path.rsplit('/').next().unwrap_or_default();
    let data = lists.get(list).cloned().unwrap_or_default();
    Reply::json(&json!({"object": "list", "data": data, "has_more": false}))
}

pub fn subscription(id: &str, customer: &str, cents: u32) -> Value {
    json!({"id": id, "object": "subscription", "customer": customer, "status": "active", "start_date": 1_700_000_000,
        "items": {"object": "list", "data": [{"id": "si_1", "quantity": 1,
            "price": {"id": "price_1", "currency": "eur", "unit_amount": cents, "nickname": "Team",
                "billing_scheme": "per_unit", "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}}}]}})
}

pub fn lists(entries: &[(&str, Vec<Value>)]) -> Lists {
    entries
        .iter()
        .map(|(name, records)| ((*name).to_owned(), records.clone()))
        .collect::<BTreeMap<_, _>>()
}

/// Source of a vendor whose server is at `url`, with a clock that advances only by sleeping.
fn open_at(vendor: &'static Vendor, url: &str) -> OpenSource {
    let mut settings = VendorSettings::with_key("key");
    settings.base_url = Some(url.to_owned());
    let time = SleepClock::new("2026-03-01T12:00:00Z".parse().expect("a time"));
    let clock = time.clone();
    let timer = Timer::with_sleep(move || clock.now(), move |pause| time.sleep(pause));
    open(vendor, settings, timer).expect("settings")
}

fn opened(vendor: &'static Vendor, fake: &FakeVendor) -> OpenSource {
    open_at(vendor, fake.url())
}

async fn sync(syncing: &Arc<SyncService>, source: &str, mode: SyncMode) -> SyncRun {
    let source = syncing.source(source).expect("a source");
    let synced = syncing.sync(&[Arc::clone(source)], mode).await.expect("written");
    ran(&synced[0])
}

fn ran(synced: &SyncResult) -> SyncRun {
    match &synced.outcome {
        SyncOutcome::Ran(run) => SyncRun::clone(run),
        other => panic!("{other:?}"),
    }
}

/// A world connected to these fake sources.
async fn world(vendors: &[(&'static Vendor, &FakeVendor)]) -> World {
    let vendors: Vec<(&'static Vendor, String)> = vendors
        .iter()
        .map(|(vendor, fake)| (*vendor, fake.url().to_owned()))
        .collect();
    let open = move || -> Vec<OpenSource> {
        let open = |(vendor, url): &(&'static Vendor, String)| open_at(vendor, url);
        vendors.iter().map(open).collect()
    };
    World::of(Plan {
        sources: Arc::new(open),
        ..Plan::default()
    })
    .await
}

fn address(text: &str) -> Email {
    Email::of(text).expect("an address")
}

async fn of(world: &World, email: &str) -> Customer {
    customers(world)
        .await
        .by_email(&address(email))
        .expect("a customer")
        .clone()
}

/// Contents of all tabs written by a run except its own log, as staff see them.
async fn tabs(world: &World) -> Vec<Vec<Vec<Value>>> {
    let mut tabs = Vec::new();
    for tab in [
        "source_records",
        "customer_events",
        "revenue_metrics",
        "unified_customers",
    ] {
        tabs.push(world.rows(tab).await);
    }
    tabs
}

async fn acme() -> (FakeVendor, FakeVendor) {
    let contacts = vec![
        contact("u1", " Ann@Example.com", "Ann"),
        contact("u2", "bob@example.com", "Bob"),
    ];
    let messages = FakeVendor::start(lists(&[("contacts", contacts)]), intercom).await;
    let paying = vec![json!({"id": "cus_1", "object": "customer", "email": "ann@example.com", "name": "Acme SA"})];
    let billed = vec![subscription("sub_1", "cus_1", 12_050)];
    let billing = FakeVendor::start(lists(&[("customers", paying), ("subscriptions", billed)]), stripe).await;
    (messages, billing)
}

async fn customers(world: &World) -> Arc<CustomerRows> {
    world.store.refresh();
    let reading = world.store.read::<CustomerRows>().await.expect("customers");
    assert_eq!(*reading.snapshot.findings, []);
    Arc::clone(&reading.snapshot.data)
}

#[tokio::test]
async fn two_sources_become_one_customer_with_each_fact_from_where_it_belongs() {
    let (messages, billing) = acme().await;
    let world = world(&[(&intercom::VENDOR, &messages), (&stripe::VENDOR, &billing)]).await;
    let run = sync(&world.syncing, "intercom", SyncMode::Full).await;
    assert_eq!(
        (run.outcome, run.seen, run.created),
        (RunOutcome::Complete, 2, 2),
        "{:?}",
        run.error
    );
    let run = sync(&world.syncing, "stripe", SyncMode::Full).await;
    assert_eq!(
        (run.outcome, run.seen, run.created),
        (RunOutcome::Complete, 2, 2),
        "{:?}",
        run.error
    );

    assert_eq!(customers(&world).await.customers.len(), 2);
    let ann = of(&world, "ANN@example.com").await;
    assert_eq!(ann.profile.name.as_deref(), Some("Ann"));
    assert_eq!(ann.profile.plan.as_deref(), Some("Team"));
    assert_eq!(ann.revenue.mrr.expect("known").to_string(), "120.5 EUR");
    assert_eq!(ann.revenue.mrr_source.as_deref(), Some("stripe"));
    assert_eq!(ann.revenue.arr().expect("known").to_string(), "1446 EUR");
    let known: Vec<(&str, &str)> = ann
        .sources
        .iter()
        .map(|mark| (mark.source.as_str(), mark.ids[0].as_str()))
        .collect();
    assert_eq!(known, [("intercom", "u1"), ("stripe", "cus_1")]);
    assert_eq!(ann.profile.last_seen_at.expect("known").as_second(), 1_771_900_000);
}

#[tokio::test]
async fn a_run_twice_changes_nothing_even_when_staff_sorted_meanwhile() {
    let (messages, billing) = acme().await;
    let world = world(&[(&intercom::VENDOR, &messages), (&stripe::VENDOR, &billing)]).await;
    let all = world.syncing.sources().to_vec();
    world.syncing.sync(&all, SyncMode::Full).await.expect("written");
    for tab in ["source_records", "unified_customers"] {
        let sheet = world.sheet_id(tab).await;
        let range = json!({"sheetId": sheet, "startRowIndex": 1});
        let sort =
            json!([{"sortRange": {"range": range, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}}]);
        world.staff(sort).await;
    }
    let before = tabs(&world).await;
    for mode in [SyncMode::Full, SyncMode::Incremental] {
        world.pass(SignedDuration::from_hours(1));
        for synced in world.syncing.sync(&all, mode).await.expect("written") {
            let run = ran(&synced);
            assert_eq!(
                (run.outcome, run.created, run.updated),
                (RunOutcome::Complete, 0, 0),
                "{}",
                synced.source
            );
        }
        assert_eq!(tabs(&world).await, before);
    }
    assert_eq!(world.rows("sync_log").await.len(), 6);
}

#[tokio::test]
async fn what_staff_change_in_a_derived_cell_is_derived_again_and_their_own_column_stays() {
    let (messages, billing) = acme().await;
    let world = world(&[(&intercom::VENDOR, &messages), (&stripe::VENDOR, &billing)]).await;
    let all = world.syncing.sources().to_vec();
    world.syncing.sync(&all, SyncMode::Full).await.expect("written");
    let sheet = world.sheet_id("unified_customers").await;
    let wider = json!({"sheetId": sheet, "dimension": "COLUMNS", "length": 1});
    world.staff(json!([{"appendDimension": wider}])).await;
    world.staff_type("unified_customers!BB1", json!("our note")).await;
    world.staff_type("unified_customers!BB2", json!("likes tea")).await;
    world.staff_type("unified_customers!D2", json!("Somebody")).await;
    world.syncing.derive().await.expect("written");
    let names: Vec<Option<String>> = customers(&world)
        .await
        .customers
        .iter()
        .map(|customer| customer.profile.name.clone())
        .collect();
    assert_eq!(names, [Some("Ann".to_owned()), Some("Bob".to_owned())]);
    assert!(world.rows("unified_customers").await[0].contains(&json!("likes tea")));
}

#[tokio::test]
async fn a_source_that_fails_leaves_the_others_and_the_log_says_what_to_do() {
    let (messages, billing) = acme().await;
    let world = world(&[(&intercom::VENDOR, &messages), (&stripe::VENDOR, &billing)]).await;
    messages.fail([Reply::with_status(
        401,
        &json!({"errors": [{"code": "unauthorized", "message": "Access Token Invalid"}]}),
    )]);
    let all = world.syncing.sources().to_vec();
    let synced = world.syncing.sync(&all, SyncMode::Incremental).await.expect("written");
    assert_eq!(ran(&synced[0]).outcome, RunOutcome::Failed("bad_key".to_owned()));
    assert_eq!(ran(&synced[1]).outcome, RunOutcome::Complete);
    assert_eq!(customers(&world).await.customers.len(), 1);

    world.store.refresh();
    let status = world.json("/sync/status").await;
    let failure = &status["failures"][0];
    assert_eq!(
        (&failure["source"], &failure["outcome"]["failed"]),
        (&json!("intercom"), &json!("bad_key"))
    );
    assert!(
        failure["error"]
            .as_str()
            .expect("a sentence")
            .contains("refuses the key"),
        "{failure}"
    );
    assert!(
        failure["cure"].as_str().expect("a sentence").contains("new key"),
        "{failure}"
    );
    let sources = status["sources"].as_array().expect("sources");
    assert_eq!(sources.len(), 8, "those that are not switched on are told too");
    let of = |name: &str| {
        sources
            .iter()
            .find(|one| one["source"] == name)
            .expect("a source")
            .clone()
    };
    assert_eq!(
        (&of("intercom")["is_configured"], &of("intercom")["complete_as_of"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(of("stripe")["complete_as_of"], json!("2026-03-03T12:00:00Z"));
    assert_eq!(of("stripe")["next_run_at"], json!("2026-03-04T01:00:00Z"));
    assert_eq!(
        (&of("hubspot")["is_configured"], &of("hubspot")["next_run_at"]),
        (&json!(false), &Value::Null)
    );

    let run = sync(&world.syncing, "intercom", SyncMode::Incremental).await;
    assert_eq!(
        (run.outcome, run.mode, run.created),
        (RunOutcome::Complete, SyncMode::Full, 2)
    );
    assert_eq!(customers(&world).await.customers.len(), 2);
}

#[tokio::test]
async fn a_run_that_broke_goes_on_at_the_page_where_it_stopped() {
    let contacts = (0..400).map(|id| contact(&format!("u{id}"), &format!("user{id}@example.com"), "User"));
    let messages = FakeVendor::start(lists(&[("contacts", contacts.collect())]), intercom).await;
    let world = world(&[(&intercom::VENDOR, &messages)]).await;
    // The vendor serves two pages, then fails every retry.
    let page = |from: usize| {
        let seen = ReceivedCall {
            method: "GET".to_owned(),
            path: "/contacts".to_owned(),
            query: vec![("starting_after".to_owned(), from.to_string())],
            headers: reqwest::header::HeaderMap::new(),
            body: Value::Null,
        };
        let contacts = (0..400).map(|id| contact(&format!("u{id}"), &format!("user{id}@example.com"), "User"));
        intercom(&lists(&[("contacts", contacts.collect())]), &seen)
    };
    let away = || Reply::with_status(403, &json!({"errors": [{"code": "forbidden", "message": "Not now"}]}));
    messages.fail([page(0), page(150), away()]);
    let run = sync(&world.syncing, "intercom", SyncMode::Full).await;
    assert!(matches!(run.outcome, RunOutcome::Failed(_)), "{run:?}");
    assert_eq!((run.seen, run.created), (300, 300));
    assert_eq!(
        customers(&world).await.customers.len(),
        300,
        "what came is in the sheet"
    );

    let asked = messages.calls().len();
    world.pass(SignedDuration::from_hours(1));
    let run = sync(&world.syncing, "intercom", SyncMode::Incremental).await;
    assert_eq!((run.outcome, run.seen, run.created), (RunOutcome::Complete, 100, 100));
    assert_eq!(
        run.watermark.expect("known").to_string(),
        "2026-03-03T12:00:00Z",
        "the start of the run that broke"
    );
    assert_eq!(messages.calls()[asked].parameter("starting_after"), Some("300"));
    assert_eq!(customers(&world).await.customers.len(), 400);
}

#[tokio::test]
async fn a_full_run_marks_what_did_not_come_and_an_incremental_one_does_not() {
    let both = vec![
        contact("u1", "ann@example.com", "Ann"),
        contact("u2", "bob@example.com", "Bob"),
    ];
    let messages = FakeVendor::start(lists(&[("contacts", both)]), intercom).await;
    let world = world(&[(&intercom::VENDOR, &messages)]).await;
    sync(&world.syncing, "intercom", SyncMode::Full).await;
    let less = json!({"type": "list", "data": [contact("u1", "ann@example.com", "Ann")], "pages": {}});
    for (mode, standing) in [
        (SyncMode::Incremental, CustomerStatus::Current),
        (SyncMode::Full, CustomerStatus::Gone),
    ] {
        world.pass(SignedDuration::from_hours(1));
        messages.fail([Reply::json(&less)]);
        let run = sync(&world.syncing, "intercom", mode).await;
        assert_eq!((run.outcome, run.mode), (RunOutcome::Complete, mode));
        assert_eq!(of(&world, "bob@example.com").await.status, standing);
    }
    let bob = of(&world, "bob@example.com").await.id;
    sync(&world.syncing, "intercom", SyncMode::Full).await;
    let back = of(&world, "bob@example.com").await;
    assert_eq!((back.status, back.id), (CustomerStatus::Current, bob));
}

#[tokio::test]
async fn a_line_of_aliases_merges_two_customers_and_deleting_it_loses_nothing() {
    let (messages, billing) = acme().await;
    let world = world(&[(&intercom::VENDOR, &messages), (&stripe::VENDOR, &billing)]).await;
    let all = world.syncing.sources().to_vec();
    world.syncing.sync(&all, SyncMode::Full).await.expect("written");
    let before = customers(&world).await.customers.clone();

    world.staff_type("customer_aliases!B2", json!("ann@example.com")).await;
    world.staff_type("customer_aliases!C2", json!("Bob@example.com")).await;
    world.pass(SignedDuration::from_mins(1));
    world.syncing.derive().await.expect("written");
    let bob = of(&world, "bob@example.com").await;
    assert_eq!(bob.other_emails, [address("ann@example.com")]);
    assert_eq!(bob.revenue.mrr.expect("known").to_string(), "120.5 EUR");
    assert_eq!(customers(&world).await.current().count(), 1);

    let sheet = world.sheet_id("customer_aliases").await;
    let line = json!({"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 2});
    world.staff(json!([{"deleteDimension": {"range": line}}])).await;
    world.syncing.derive().await.expect("written");
    let mut after = customers(&world).await.customers.clone();
    for customer in &mut after {
        customer.updated_at = before[0].updated_at;
    }
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_run_begins_by_request_and_another_one_meanwhile_is_told_so() {
    let (messages, billing) = acme().await;
    let world = world(&[(&intercom::VENDOR, &messages), (&stripe::VENDOR, &billing)]).await;
    let all = world.syncing.sources().to_vec();
    let post = async |path: &str| {
        let answer = world.post(path).send().await.expect("answer");
        (answer.status(), answer.json::<Value>().await.expect("JSON"))
    };
    // Both requests are made without an await in between, so the second finds the first run in progress.
    let started = world.syncing.start(&all, SyncMode::Incremental);
    let again = world.syncing.start(&all, SyncMode::Incremental);
    assert_eq!(
        serde_json::to_value(&started).expect("JSON")[0],
        json!({"source": "intercom", "outcome": "started"})
    );
    assert_eq!(
        serde_json::to_value(&again).expect("JSON")[1],
        json!({"source": "stripe", "outcome": "already_running"})
    );
    world.syncing.finish().await;

    for (path, status) in [
        ("/sync/stripe", StatusCode::ACCEPTED),
        ("/sync/hubspot", StatusCode::UNPROCESSABLE_ENTITY),
        ("/sync/nobody", StatusCode::NOT_FOUND),
        ("/sync/stripe?full=perhaps", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(post(path).await.0, status, "{path}");
    }
    let form = world
        .post("/sync/all")
        .header("accept", "text/html")
        .form(&[("full", "true")]);
    let answer = form.send().await.expect("answer");
    assert_eq!(
        (answer.status(), &answer.headers()["location"]),
        (StatusCode::SEE_OTHER, &"/sync/status".parse().expect("text"))
    );
}

#[tokio::test]
async fn sources_are_read_when_their_time_has_come_and_a_restart_does_not_read_them_again() {
    let (messages, billing) = acme().await;
    let vendors: &[(&'static Vendor, &FakeVendor)] = &[(&intercom::VENDOR, &messages), (&stripe::VENDOR, &billing)];
    let world = world(vendors).await;
    let due = async |syncing: &Arc<SyncService>| syncing.start_due_runs().await.expect("read");
    let all = world.syncing.sources().to_vec();
    for synced in world.syncing.sync(&all, SyncMode::Incremental).await.expect("written") {
        assert_eq!(ran(&synced).outcome, RunOutcome::Complete);
    }
    assert_eq!(
        due(&world.syncing).await,
        [""; 0],
        "noon, and both were read a moment ago"
    );
    let restarted = Arc::new(SyncService::new(SyncParts {
        store: Arc::clone(&world.store),
        clock: world.clock(),
        sources: vec![opened(&intercom::VENDOR, &messages), opened(&stripe::VENDOR, &billing)],
        currency: Currency::of("EUR").expect("a code"),
        schedule: SyncSchedule::parse("intercom: 0 */6 * * *; all: 0 2 * * *", |_| true).expect("a schedule"),
    }));
    world.store.refresh();
    assert_eq!(due(&restarted).await, [""; 0], "the log knows");
    // 18:00 in Paris, then three days without a scheduler run.
    world.set_clock("2026-03-03T17:00:00Z");
    assert_eq!(due(&restarted).await, ["intercom"]);
    restarted.finish().await;
    world.set_clock("2026-03-06T09:00:00Z");
    assert_eq!(due(&world.syncing).await, ["intercom", "stripe"]);
    world.syncing.finish().await;
}

/// A world with one contact that was read while the customers tab could not be written.
async fn owing() -> (FakeVendor, World) {
    let messages = FakeVendor::start(
        lists(&[("contacts", vec![contact("u1", "ana@example.com", "Ana")])]),
        intercom,
    )
    .await;
    let world = world(&[(&intercom::VENDOR, &messages)]).await;
    world.staff_type("unified_customers!B1", json!("e-post")).await;
    let source = Arc::clone(world.syncing.source("intercom").expect("a source"));
    let outcome = world.syncing.sync(&[source], SyncMode::Full).await;
    assert!(outcome.is_err(), "{outcome:?}");
    (messages, world)
}

#[tokio::test]
async fn customers_that_could_not_be_derived_after_a_run_are_derived_later() {
    let (_messages, world) = owing().await;
    assert!(world.syncing.catch_up().await.is_err());
    world.staff_type("unified_customers!B1", json!("email")).await;
    assert!(world.syncing.catch_up().await.expect("derived"));
    assert_eq!(of(&world, "ana@example.com").await.title(), "Ana");
    assert!(!world.syncing.catch_up().await.expect("nothing to do"));
}

#[tokio::test]
async fn customers_that_an_earlier_program_owes_are_derived_by_the_next_one() {
    let (messages, world) = owing().await;
    world.staff_type("unified_customers!B1", json!("email")).await;
    let restarted = || {
        SyncService::new(SyncParts {
            store: Arc::clone(&world.store),
            clock: world.clock(),
            sources: vec![opened(&intercom::VENDOR, &messages)],
            currency: Currency::of("EUR").expect("a code"),
            schedule: SyncSchedule::off(),
        })
    };
    let next = restarted();
    assert!(next.catch_up().await.expect("derived"), "the log says that it is owed");
    assert_eq!(of(&world, "ana@example.com").await.title(), "Ana");
    assert!(!next.catch_up().await.expect("nothing to do"));
    world.store.refresh();
    assert!(
        !restarted().catch_up().await.expect("nothing to do"),
        "the log says that it is done"
    );
}

#[tokio::test]
async fn thousands_of_contacts_are_written_in_a_few_calls() {
    let contacts = (0..6_000).map(|id| contact(&format!("u{id}"), &format!("user{id}@example.com"), "User"));
    let messages = FakeVendor::start(lists(&[("contacts", contacts.collect())]), intercom).await;
    let world = World::new().await;
    let connection = SpreadsheetConnection {
        spreadsheet_id: world.sheets.spreadsheet_id().to_owned(),
        api_url: Some(world.sheets.url()),
        spreadsheet_url: "http://sheet".to_owned(),
        credentials: Credentials::Bearer(world.sheets.owner_token().to_owned()),
        call_timeout: Duration::from_mins(2),
    };
    let options = StoreOptions {
        calls_per_minute: None,
        patience: Duration::from_mins(5),
        queue: NonZeroUsize::new(10).expect("positive"),
        ..StoreOptions::for_google(world.clock(), IDENTITY)
    };
    let store = Arc::new(Store::open(connection, options).await.expect("store"));
    let syncing = Arc::new(SyncService::new(SyncParts {
        store: Arc::clone(&store),
        clock: world.clock(),
        sources: vec![opened(&intercom::VENDOR, &messages)],
        currency: Currency::of("EUR").expect("a code"),
        schedule: SyncSchedule::off(),
    }));
    let run = sync(&syncing, "intercom", SyncMode::Full).await;
    assert_eq!((run.outcome, run.created), (RunOutcome::Complete, 6_000));
    let writes = world.calls().await["writes"].as_u64().expect("count");
    // Two writes for the source rows, two each for the customers, their health and the history, plus those of the log.
    assert!((8..=14).contains(&writes), "{writes} writes");
    let reading = store.read::<CustomerRows>().await.expect("customers");
    assert_eq!(reading.snapshot.data.current().count(), 6_000);
}
