//! Tests of feature extraction.

use customer_sources::{
    amount::Currency,
    email::Email,
    event::{CustomerEvent, EventDetail},
    observation::Observation,
    subject::SubjectKind,
};
use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;
use serde_json::json;

use crate::{
    customer::{Customer, CustomerId},
    health::{
        rules::facts::{HealthFacts, PaymentStatus},
        scoring::{
            features::{ExtractionContext, departure_date, extract_facts},
            message_analysis::analyze_messages,
        },
    },
    sync::rows::records::SourceRecord,
    unify::{UnifyInput, clusters::Clusters},
};

fn now() -> Zoned {
    "2026-11-21T12:00:00[UTC]".parse().expect("a moment")
}

fn at(text: &str) -> Timestamp {
    format!("{text}T10:00:00Z").parse().expect("a moment")
}

fn event(id: &str, day: &str, detail: serde_json::Value) -> CustomerEvent {
    let detail: EventDetail = serde_json::from_value(detail).expect("a detail");
    CustomerEvent {
        source: "intercom".to_owned(),
        about: vec![SubjectKind::Person.id("7")],
        at: Some(at(day)),
        ..CustomerEvent::new(id, detail)
    }
}

fn conversation(id: &str, day: &str, messages: &[(&str, &str)]) -> CustomerEvent {
    let messages: Vec<_> = messages
        .iter()
        .map(|(speaker, text)| json!({"speaker": speaker, "at": at(day), "text": text}))
        .collect();
    event(id, day, json!({"type": "conversation", "messages": messages}))
}

fn gathered(events: &[CustomerEvent], dismissed: &[&str]) -> (HealthFacts, Option<Date>) {
    let mut said = Observation::about(SubjectKind::Person.id("7"));
    said.source = "intercom".to_owned();
    said.feed = "contacts".to_owned();
    said.add_email(Email::of("ann@x.com"));
    let records = [SourceRecord {
        observation: said,
        synced_at: Some(at("2026-11-20")),
    }];
    let known = UnifyInput {
        records: &records,
        events,
        aliases: &[],
    };
    let clusters = Clusters::of(known);
    let cluster = clusters.all.first().expect("a customer");
    let customer = Customer::new(CustomerId::new("1"), Email::of("ann@x.com"));
    let context = ExtractionContext {
        now: &now(),
        currency: Currency::of("EUR").expect("a currency"),
        dismissed: &dismissed.iter().map(|id| (*id).to_owned()).collect(),
        analyzed_messages: &analyze_messages(events),
    };
    let facts = extract_facts(known, cluster, &customer, &context);
    (facts, departure_date(known, cluster, &TimeZone::UTC))
}

#[test]
fn nobody_said_anything_and_nothing_is_known() {
    assert_eq!(gathered(&[], &[]), (HealthFacts::default(), None));
}

#[test]
fn only_what_the_customer_said_counts_and_only_once() {
    let events = [
        conversation(
            "1",
            "2026-11-01",
            &[("staff", "Please cancel my plan."), ("customer", "Thanks, great!")],
        ),
        conversation(
            "2",
            "2026-11-10",
            &[
                ("customer", "Please cancel my plan."),
                ("customer", "please cancel my PLAN."),
            ],
        ),
        conversation(
            "3",
            "2026-01-10",
            &[("customer", "Please cancel my plan. This is terrible.")],
        ),
    ];
    let (facts, _) = gathered(&events, &[]);
    let quotes: Vec<&str> = facts
        .cancel_mentions
        .iter()
        .map(|mention| mention.quote.as_str())
        .collect();
    assert_eq!(quotes, ["Please cancel my plan."]);
    assert_eq!(facts.cancel_mentions[0].event, "2");
    assert_eq!(facts.last_seen.map(|seen| seen.value), Some(at("2026-11-10")));
    assert!(
        facts.tone.expect("a tone").value > Decimal::from(50),
        "the old anger is forgotten"
    );
    let id = facts.cancel_mentions[0].id.clone();
    assert_eq!(gathered(&events, &[&id]).0.cancel_mentions, []);
}

#[test]
fn money_that_is_owed_goes_before_a_subscription_that_runs() {
    let subscription = |id: &str, status: &str| {
        let detail = json!({"type": "subscription", "status": status, "items": [], "discounts": [], "customer_discounts": [],
            "started_at": null, "trial_ends_at": null, "current_period_ends_at": null, "canceled_at": "2026-10-01T00:00:00Z",
            "ended_at": null, "cancels_at_period_end": null, "collection_paused": false});
        event(id, "2026-01-01", detail)
    };
    for (statuses, expected) in [
        (&["active", "canceled"][..], Some(PaymentStatus::Active)),
        (&["active", "past_due"], Some(PaymentStatus::PastDue)),
        (&["unpaid", "past_due"], Some(PaymentStatus::Unpaid)),
        (&["trialing", "active"], Some(PaymentStatus::Active)),
        (&["canceled"], Some(PaymentStatus::Cancelled)),
        (&["incomplete"], None),
    ] {
        let events: Vec<CustomerEvent> = statuses.iter().map(|status| subscription(status, status)).collect();
        let (facts, left) = gathered(&events, &[]);
        assert_eq!(facts.payment.map(|payment| payment.value), expected, "{statuses:?}");
        assert_eq!(left.is_some(), statuses == ["canceled"], "{statuses:?}");
    }
}

#[test]
fn open_urgent_tickets_count_and_others_do_not() {
    let ticket = |priority: &str, open: bool| {
        event(
            priority,
            "2026-11-01",
            json!({"type": "ticket", "title": "Down", "priority": priority, "open": open}),
        )
    };
    let count = |event: CustomerEvent| gathered(&[event], &[]).0.critical_tickets.len();
    assert_eq!(count(ticket("URGENT", true)), 1);
    assert_eq!(count(ticket("urgent", false)), 0);
    assert_eq!(count(ticket("HIGH", true)), 0);
}

#[test]
fn guides_that_are_finished_are_counted() {
    let guide = |id: &str, completed: Option<bool>| {
        event(
            id,
            "2026-11-01",
            json!({"type": "onboarding", "completed": completed, "answers": []}),
        )
    };
    let events = [guide("1", Some(true)), guide("2", Some(false)), guide("3", None)];
    let done = gathered(&events, &[]).0.onboarding.expect("known");
    assert_eq!(done.value, Decimal::new(5, 1));
}
