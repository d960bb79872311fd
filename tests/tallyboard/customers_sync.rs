//! Sources come into the spreadsheet, and customers follow from them.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use tallyboard::customers::{
    amount::Currency,
    email::Email,
    rows::{customer_row::CustomerRows, run_row::RunOutcome},
    sources::{Mode, OpenSource, Settings, Vendor, intercom, stripe},
    sync::{Ended, Parts, Syncing},
};

use crate::{
    sources::fake::{Fake, Lists, Reply, Seen, TestTime, open_at},
    world::World,
};

/// Intercom's contacts, all on one page; the other lists are empty.
fn intercom(lists: &Lists, seen: &Seen) -> Reply {
    match seen.path.as_str() {
        "/contacts" | "/contacts/search" => {
            Reply::json(&json!({"type": "list", "data": lists["contacts"], "pages": {}}))
        }
        "/companies/scroll" => Reply::json(&json!({"type": "list", "data": [], "scroll_param": null})),
        "/conversations/search" => Reply::json(&json!({"conversations": [], "pages": {}})),
        "/tickets/search" => Reply::json(&json!({"tickets": [], "pages": {}})),
        other => panic!("nobody asks for {other}"),
    }
}

fn contact(id: &str, email: &str, name: &str) -> Value {
    json!({"type": "contact", "id": id, "role": "user", "email": email, "name": name,
        "updated_at": 1_772_000_000, "last_seen_at": 1_771_900_000, "custom_attributes": {}})
}

/// Stripe's customers with their subscriptions.
fn stripe(lists: &Lists, seen: &Seen) -> Reply {
    let list = seen.path.rsplit('/').next().unwrap_or_default();
    let data = lists.get(list).cloned().unwrap_or_default();
    Reply::json(&json!({"object": "list", "data": data, "has_more": false}))
}

fn subscription(id: &str, customer: &str, cents: u32) -> Value {
    json!({"id": id, "object": "subscription", "customer": customer, "status": "active", "start_date": 1_700_000_000,
        "items": {"object": "list", "data": [{"id": "si_1", "quantity": 1,
            "price": {"id": "price_1", "currency": "eur", "unit_amount": cents, "nickname": "Team",
                "billing_scheme": "per_unit", "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}}}]}})
}

fn lists(entries: &[(&str, Vec<Value>)]) -> Lists {
    entries
        .iter()
        .map(|(name, records)| ((*name).to_owned(), records.clone()))
        .collect::<BTreeMap<_, _>>()
}

fn opened(vendor: &'static Vendor, fake: &Fake) -> OpenSource {
    open_at(vendor, Settings::with_key("key"), fake.url(), &TestTime::new())
}

fn syncing(world: &World, sources: Vec<OpenSource>) -> Syncing {
    Syncing::new(Parts {
        store: Arc::clone(&world.store),
        clock: world.clock(),
        sources,
        currency: Currency::of("EUR").expect("a code"),
    })
}

async fn sync(syncing: &Syncing, source: &str, mode: Mode) -> tallyboard::customers::rows::run_row::SyncRun {
    let source = syncing.source(source).expect("a source");
    match syncing.sync(source, mode).await.expect("written") {
        Ended::Ran { run } => *run,
        Ended::AlreadyRunning => panic!("already running"),
    }
}

async fn customers(world: &World) -> Arc<CustomerRows> {
    world.store.refresh();
    let reading = world.store.read::<CustomerRows>().await.expect("customers");
    assert_eq!(*reading.snapshot.findings, []);
    Arc::clone(&reading.snapshot.data)
}

#[tokio::test]
async fn two_sources_become_one_customer_with_each_fact_from_where_it_belongs() {
    let world = World::new().await;
    let contacts = vec![
        contact("u1", " Ann@Example.com", "Ann"),
        contact("u2", "bob@example.com", "Bob"),
    ];
    let messages = Fake::start(lists(&[("contacts", contacts)]), intercom).await;
    let paying = vec![json!({"id": "cus_1", "object": "customer", "email": "ann@example.com", "name": "Acme SA"})];
    let billed = vec![subscription("sub_1", "cus_1", 12_050)];
    let billing = Fake::start(lists(&[("customers", paying), ("subscriptions", billed)]), stripe).await;
    let sources = vec![opened(&intercom::VENDOR, &messages), opened(&stripe::VENDOR, &billing)];
    let syncing = syncing(&world, sources);

    let run = sync(&syncing, "intercom", Mode::Full).await;
    assert_eq!(
        (run.outcome, run.seen, run.created),
        (RunOutcome::Complete, 2, 2),
        "{:?}",
        run.error
    );
    let run = sync(&syncing, "stripe", Mode::Full).await;
    assert_eq!(
        (run.outcome, run.seen, run.created),
        (RunOutcome::Complete, 2, 2),
        "{:?}",
        run.error
    );

    let rows = customers(&world).await;
    assert_eq!(rows.customers.len(), 2);
    let ann = rows
        .by_email(&Email::of("ANN@example.com").expect("an address"))
        .expect("Ann");
    assert_eq!(ann.profile.name.as_deref(), Some("Ann"));
    assert_eq!(ann.profile.plan.as_deref(), Some("Team"));
    assert_eq!(ann.revenue.mrr.expect("known").to_string(), "120.5 EUR");
    assert_eq!(ann.revenue.mrr_source.as_deref(), Some("stripe"));
    assert_eq!(ann.revenue.arr().expect("known").to_string(), "1446 EUR");
    let known: Vec<(&str, &[String])> = ann
        .sources
        .iter()
        .map(|mark| (mark.source.as_str(), mark.ids.as_slice()))
        .collect();
    assert_eq!(
        known,
        [
            ("intercom", &["u1".to_owned()][..]),
            ("stripe", &["cus_1".to_owned()][..])
        ]
    );
    assert_eq!(ann.profile.last_seen_at.expect("known").as_second(), 1_771_900_000);
}
