//! Stripe tests: official fixtures of the current API version, recorded events of the 2020 version, hand-made
//! discounts.

use customer_sources::{
    SourceRun, VendorSettings,
    event::EventDetail,
    mrr::{FiniteDiscounts, Mrr, monthly_revenue},
    observation::{FieldName, FieldValue, Presence},
    subject::SubjectKind,
    vendors::stripe::VENDOR,
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use test_support::fake_vendor::{FakeVendor, Lists, ReceivedCall, Reply};

use crate::{
    conformance::Case,
    harness::{Brought, Material, TestTime, now, open_at, read_all, with_id},
};

const KEY: &str = "rk_test_stripe";

pub fn case(material: Material) -> Case {
    let sample = |name: &str| material.read("stripe", name);
    let object = |name: &str| sample(&format!("sync-engine.event.{name}"))["data"]["object"].clone();
    let customer = sample("fixtures3.customer");
    let lists = Lists::from([
        (
            "customers".to_owned(),
            vec![
                customer.clone(),
                object("customer_updated"),
                with_id(&customer, "/id", "cus_3"),
                with_id(&customer, "/id", "cus_4"),
            ],
        ),
        (
            "subscriptions".to_owned(),
            vec![
                sample("fixtures3.subscription"),
                object("subscription_created"),
                object("subscription_deleted"),
            ],
        ),
        (
            "invoices".to_owned(),
            vec![sample("fixtures3.invoice"), object("invoice_paid")],
        ),
        (
            "events".to_owned(),
            vec![
                sample("sync-engine.event.customer_updated"),
                sample("sync-engine.event.subscription_updated"),
                sample("sync-engine.event.invoice_paid"),
            ],
        ),
        ("coupons".to_owned(), vec![sample("fixtures3.coupon")]),
        ("prices".to_owned(), vec![sample("fixtures3.price")]),
        ("subscription_items".to_owned(), vec![]),
    ]);
    Case {
        vendor: &VENDOR,
        settings: VendorSettings::with_key(KEY),
        lists,
        serve,
        headers: vec![
            ("authorization", format!("Bearer {KEY}")),
            ("stripe-version", "2026-09-30.endive".to_owned()),
        ],
        main: ("customers", "/id"),
        words: vec![
            ("subscriptions", "/status"),
            ("subscriptions", "/collection_method"),
            ("invoices", "/status"),
        ],
        limited: (
            Reply::with_status(
                429,
                &json!({"error": {"type": "invalid_request_error", "message": "Request rate limit exceeded."}}),
            )
            .header("stripe-rate-limited-reason", "global-rate"),
            None,
        ),
        unauthorized: json!({"error": {"message": "Invalid API Key provided: rk_test_*****ripe", "type": "invalid_request_error"}}),
    }
}

fn serve(lists: &Lists, seen: &ReceivedCall) -> Reply {
    let path: Vec<&str> = seen.path.trim_matches('/').split('/').collect();
    match path.as_slice() {
        ["subscriptions"] if seen.parameter("limit") == Some("100") && seen.parameter("status") != Some("all") => {
            panic!("without status=all cancelled subscriptions are hidden")
        }
        [list] if lists.contains_key(*list) => paged(&lists[*list], seen),
        [list, id] => match lists[*list].iter().find(|record| record["id"] == **id) {
            Some(found) => Reply::json(found),
            None => Reply::with_status(
                404,
                &json!({"error": {"code": "resource_missing", "message": format!("No such {list}: '{id}'")}}),
            ),
        },
        _ => Reply::with_status(404, &json!({"error": {"message": "Unrecognized request URL"}})),
    }
}

fn paged(records: &[Value], seen: &ReceivedCall) -> Reply {
    let of_customer = |record: &&Value| {
        seen.parameter("customer")
            .is_none_or(|customer| record["customer"] == customer)
    };
    let records: Vec<Value> = records.iter().filter(of_customer).cloned().collect();
    let after = seen.parameter("starting_after");
    // An unknown id restarts the list.
    let place = |after: &str| records.iter().position(|record| record["id"] == after);
    let from = after.and_then(place).map_or(0, |place| place + 1);
    let to = (from + 2).min(records.len());
    let to = (to..records.len())
        .find(|to| records[to - 1]["id"].is_string())
        .unwrap_or(records.len());
    Reply::json(
        &json!({"object": "list", "data": &records[from..to], "has_more": to < records.len(), "url": seen.path}),
    )
}

async fn brought_with(lists: Lists, run: SourceRun) -> Brought {
    let fake = FakeVendor::start(lists, serve).await;
    let source = open_at(&VENDOR, VendorSettings::with_key(KEY), fake.url(), &TestTime::new());
    read_all(&source, run).await.expect("all pages")
}

fn worth(brought: &Brought, id: &str) -> Mrr {
    let EventDetail::Subscription(subscription) = &brought.event(id).detail else {
        panic!("{id} is no subscription")
    };
    monthly_revenue(subscription, now(), FiniteDiscounts::Ignored)
}

#[tokio::test]
async fn customers_and_invoices_are_read_in_both_shapes() {
    for case in Material::available().map(case) {
        let brought = brought_with(case.lists.clone(), SourceRun::full(now())).await;
        let updated = &case.lists["customers"][1];
        let customer = brought.observation(updated["id"].as_str().expect("id"));
        assert_eq!(customer.subject.kind, SubjectKind::Account);
        assert_eq!(
            customer.field(&FieldName::Delinquent),
            Some(&FieldValue::Flag(updated["delinquent"].as_bool().expect("a flag")))
        );
        for invoice in &case.lists["invoices"] {
            let event = brought.event(invoice["id"].as_str().expect("id"));
            let EventDetail::Invoice(read) = &event.detail else {
                panic!()
            };
            assert_eq!(read.status.as_deref(), invoice["status"].as_str());
            assert!(read.total.is_some() && read.remaining.is_some(), "{read:?}");
            assert_eq!(
                event.about,
                [SubjectKind::Account.id(invoice["customer"].as_str().expect("customer"))]
            );
        }
    }
}

#[tokio::test]
async fn subscriptions_are_worth_what_the_formula_says() {
    for case in Material::available().map(case) {
        let mut lists = case.lists;
        let whole = |id: &str, change: &dyn Fn(&mut Value)| {
            let mut subscription = json!({
                "id": id, "object": "subscription", "status": "active", "currency": "eur", "customer": "cus_3", "discounts": [],
                "items": {"has_more": false, "data": [{"id": "si", "quantity": 2, "discounts": [], "price": {
                    "id": "price_1", "currency": "eur", "billing_scheme": "per_unit", "unit_amount": 12000, "unit_amount_decimal": "12000",
                    "recurring": {"interval": "year", "interval_count": 1, "usage_type": "licensed"}, "tax_behavior": "unspecified",
                }}]},
            });
            change(&mut subscription);
            subscription
        };
        lists.insert(
        "subscriptions".to_owned(),
        vec![
            whole("plain", &|_| {}),
            whole("old discount", &|one| one["discount"] = json!({"id": "di", "coupon": {"id": "x", "percent_off": 25.0, "duration": "forever"}})),
            whole("named coupon", &|one| one["discounts"] = json!([{"id": "di", "source": {"type": "coupon", "coupon": "half"}}])),
            whole("of the customer", &|one| one["customer"] = json!({"id": "cus_3", "discount": {"id": "di", "source": {"coupon": "half"}}})),
            whole("tiered", &|one| {
                one["items"]["data"][0]["price"] = json!({
                    "id": "price_t", "currency": "jpy", "billing_scheme": "tiered", "tiers_mode": "graduated", "unit_amount": null,
                    "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
                });
            }),
            whole("more items", &|one| one["items"]["has_more"] = true.into()),
            whole("trial", &|one| one["status"] = "trialing".into()),
            whole("old plan", &|one| {
                one["items"]["data"][0] = json!({"id": "si", "quantity": 1, "plan": {"id": "p", "amount": 700, "currency": "eur", "interval": "week", "interval_count": 1, "usage_type": "licensed"}});
            }),
        ],
    );
        lists.insert(
            "coupons".to_owned(),
            vec![json!({"id": "half", "percent_off": 50.0, "duration": "forever"})],
        );
        lists.insert("prices".to_owned(), vec![json!({"id": "price_t", "tiers": [
        {"up_to": 1, "unit_amount_decimal": "1000", "flat_amount": null}, {"up_to": null, "unit_amount_decimal": "500", "flat_amount": null},
    ]})]);
        let more = lists["subscriptions"][0]["items"]["data"][0].clone();
        lists.insert(
            "subscription_items".to_owned(),
            vec![json!({"id": "si"}), with_id(&more, "/id", "si2")],
        );
        let brought = brought_with(lists, SourceRun::full(now())).await;
        for (id, worth_a_month) in [
            ("plain", "20 EUR"),
            ("old discount", "15 EUR"),
            ("named coupon", "10 EUR"),
            ("of the customer", "10 EUR"),
            ("tiered", "1500 JPY"),
            ("more items", "40 EUR"),
            ("old plan", "30.42 EUR"),
        ] {
            let worth = worth(&brought, id);
            let shown = worth.amount().unwrap_or_else(|| panic!("{id}: {worth:?}")).to_string();
            assert_eq!(shown, worth_a_month, "{id}");
        }
        assert_eq!(worth(&brought, "trial"), Mrr::NotCounted("it is trialing".to_owned()));
        assert_eq!(
            brought.event("of the customer").about,
            [SubjectKind::Account.id("cus_3")]
        );
    }
}

#[tokio::test]
async fn an_incremental_run_asks_again_for_what_events_name() {
    for case in Material::available().map(case) {
        let mut lists = case.lists;
        let event =
            |id: &str, object: Value| json!({"id": id, "object": "event", "type": "x", "data": {"object": object}});
        lists.insert(
            "events".to_owned(),
            vec![
                event(
                    "evt_1",
                    json!({"object": "customer", "id": "cus_3", "email": "stale@example.com"}),
                ),
                event("evt_2", json!({"object": "customer", "id": "cus_gone"})),
                event("evt_3", json!({"object": "invoice", "id": "in_never"})),
                event(
                    "evt_4",
                    json!({"object": "discount", "id": "di_1", "customer": lists["subscriptions"][0]["customer"]}),
                ),
                event("evt_5", json!({"object": "balance", "id": "b_1"})),
            ],
        );
        lists
            .get_mut("customers")
            .expect("customers")
            .push(json!({"id": "cus_gone", "object": "customer", "deleted": true}));
        let subscription = lists["subscriptions"][0]["id"].as_str().expect("id").to_owned();
        let run = SourceRun::incremental(Some(now() - SignedDuration::from_hours(2)), now());
        let brought = brought_with(lists, run).await;
        assert!(
            brought.observation("cus_3").emails.is_empty(),
            "what the event says is stale"
        );
        assert_eq!(brought.observation("cus_gone").presence, Presence::Removed);
        assert_eq!(brought.event(&subscription).detail.kind(), "subscription");
        assert_eq!(brought.findings, []);
    }
}

#[tokio::test]
async fn a_watermark_older_than_the_events_reads_everything() {
    for case in Material::available().map(case) {
        for (days, is_full) in [(28, false), (31, true)] {
            let fake = FakeVendor::start(case.lists.clone(), serve).await;
            let source = open_at(&VENDOR, case.settings.clone(), fake.url(), &TestTime::new());
            let run = SourceRun::incremental(Some(now() - SignedDuration::from_hours(24 * days)), now());
            read_all(&source, run).await.expect("all pages");
            let asked_for_all = fake.calls().iter().any(|seen| seen.path == "/customers");
            assert_eq!(asked_for_all, is_full, "{days} days");
        }
    }
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    for case in Material::available().map(case) {
        let fake = FakeVendor::start(case.lists, serve).await;
        let said = "The provided key 'rk_test_****' does not have the required permissions for this endpoint on account 'acct_1'. Having the 'rak_customer_read' permission would allow this request to continue.";
        fake.fail([Reply::with_status(403, &json!({"error": {"message": said}}))]);
        let source = open_at(&VENDOR, case.settings, fake.url(), &TestTime::new());
        let failure = source
            .next(&source.start(SourceRun::full(now())))
            .await
            .expect_err("no page");
        assert_eq!(
            failure.cure(),
            "Give the key at Stripe the permission rak_customer_read."
        );
    }
}
