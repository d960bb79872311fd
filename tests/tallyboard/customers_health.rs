//! Scores follow from what the sources said, and people are told what changed, once.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, civil::time};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tallyboard::{
    customers::{
        alerting::{
            occasion::Stream,
            sending::{Alerting, Ways},
        },
        email::Email,
        rows::{
            CUSTOMER_EVENTS, SOURCE_RECORDS, event_row,
            ledger::{Ledger, RowCells},
            record_row,
            source_tables::SourceTables,
        },
        sources::{
            event::{Conversation, Detail, Event, Message, Speaker},
            record::{FieldName, Observation, SubjectKind},
        },
    },
    delivery::{Delivery, Slack},
    store::{Batch, Tab},
};

use crate::{deals_reminders::FakeSlack, world::World};

/// A source said something: its row is as a sync would have written it.
async fn said(world: &World, tab: &'static Tab, id: &str, cells: RowCells) {
    world.store.refresh();
    let tables = world.store.read::<SourceTables>().await.expect("tables");
    let rows = if tab.title == SOURCE_RECORDS.title {
        tables.snapshot.data.record_rows.clone()
    } else {
        tables.snapshot.data.event_rows.clone()
    };
    let change = Ledger::of(tab, rows).change(id, &cells, &[]).expect("a change");
    world.store.commit(Batch::by("test", [change])).await.expect("written");
}

fn now(world: &World) -> Timestamp {
    world.clock().now()
}

/// A customer who was seen two days ago.
async fn acme(world: &World) {
    let mut ann = Observation::about(SubjectKind::Person.id("u1"));
    ann.source = "intercom".to_owned();
    ann.feed = "contacts".to_owned();
    ann.name = Some("Acme".to_owned());
    ann.add_email(Email::of("ann@example.com"));
    ann.add(FieldName::LastSeenAt, Some(now(world) - SignedDuration::from_hours(48)));
    let clock = world.clock();
    let id = record_row::row_id(&ann.source, &ann.subject);
    let cells = record_row::cells_of(&ann, now(world), clock.zone());
    said(world, &SOURCE_RECORDS, &id, cells).await;
    world.syncing.derive().await.expect("derived");
}

async fn writes(world: &World, id: &str, text: &str) {
    let message = Message {
        speaker: Speaker::Customer,
        at: Some(now(world)),
        text: text.to_owned(),
    };
    let conversation = Conversation {
        messages: vec![message],
        ..Conversation::default()
    };
    let event = Event {
        source: "intercom".to_owned(),
        about: vec![SubjectKind::Person.id("u1")],
        at: Some(now(world)),
        ..Event::new(id, Detail::Conversation(conversation))
    };
    let clock = world.clock();
    let cells = event_row::cells_of(&event, now(world), clock.zone());
    said(world, &CUSTOMER_EVENTS, &event_row::row_id(&event), cells).await;
}

async fn recalculate(world: &World) -> Value {
    let answer = world.post("/customers/recalculate").send().await.expect("answer");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("JSON")
}

fn alerting(world: &World, webhook: &str) -> Alerting {
    let slack = |stream| {
        let slack = Slack::new(webhook, Duration::from_millis(1)).expect("webhook");
        let delivery = Delivery {
            slack: Some(slack),
            ..Delivery::default()
        };
        (stream, delivery)
    };
    let ways = Ways {
        streams: Stream::ALL.into_iter().map(slack).collect(),
        mail_to: None,
        summary_at: time(8, 30, 0, 0),
    };
    let scoring = Arc::clone(world.syncing.scoring());
    Alerting::new(Arc::clone(&world.store), world.clock(), scoring, ways)
}

async fn outcomes(world: &World) -> Vec<String> {
    let rows = world.rows("alert_history").await;
    rows.iter()
        .map(|row| row[7].as_str().expect("text").to_owned())
        .collect()
}

#[tokio::test]
async fn a_score_is_worked_out_once_and_its_history_has_a_line_when_it_changed() {
    let world = World::new().await;
    acme(&world).await;
    let first = recalculate(&world).await;
    assert_eq!((&first["scored"], &first["changed"]), (&json!(1), &json!(1)));
    assert_eq!(first["churn_basis"], "heuristic");
    let history = world.rows("health_score_history").await;
    assert_eq!(history.len(), 1);
    // Two days ago: 97.5 of 100, the only component that is known.
    assert_eq!(
        history[0][3..],
        [
            json!(98),
            json!("healthy"),
            json!(0.25),
            json!("activity 97.5"),
            json!("1")
        ]
    );
    assert_eq!(recalculate(&world).await["changed"], 0);
    world.pass(SignedDuration::from_hours(24));
    writes(&world, "7", "Please cancel my subscription.").await;
    recalculate(&world).await;
    let history = world.rows("health_score_history").await;
    assert_eq!(history.len(), 2);
    assert_eq!(history[1][3], 70);
    assert_eq!(history[1][6], "activity 100; cancel_mention -30");
}

#[tokio::test]
async fn a_word_about_leaving_is_told_once_however_often_slack_fails_and_can_be_dismissed() {
    let world = World::new().await;
    acme(&world).await;
    writes(&world, "7", "Thanks. Please cancel my subscription.").await;
    recalculate(&world).await;
    let slack = FakeSlack::default();
    let alerting = alerting(&world, &slack.start().await);
    slack.failures.store(3, Ordering::SeqCst);
    let told = alerting.tell().await.expect("told");
    assert_eq!((told.sent, told.failed, slack.told().len()), (0, 1, 0));
    assert!(outcomes(&world).await[0].starts_with("failed: "));
    assert_eq!(alerting.tell().await.expect("told").sent, 1);
    assert_eq!(alerting.tell().await.expect("told").sent, 0);
    assert_eq!(outcomes(&world).await, ["sent"]);
    let texts = slack.told();
    assert_eq!(texts.len(), 1);
    assert!(
        texts[0].contains("Acme: speaks of leaving\n“Please cancel my subscription.”"),
        "{texts:?}"
    );

    let scoring = world.syncing.scoring();
    let books = scoring.books().await.expect("books");
    let sentence = scoring.score_all(&books)[0].facts.cancel_mentions[0].id.clone();
    let path = format!("/customers/sentences/{sentence}/dismiss");
    let answer = world
        .post(&path)
        .json(&json!({"by": "Zoé", "reason": "a joke"}))
        .send()
        .await
        .expect("answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let books = scoring.books().await.expect("books");
    assert_eq!(scoring.score_all(&books)[0].facts.cancel_mentions, []);
    assert_eq!(world.rows("cancel_dismissals").await[0][3], "Zoé");
    let unknown = world
        .post("/customers/sentences/nobody-said-it/dismiss")
        .send()
        .await
        .expect("answer");
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_worse_band_is_told_when_the_next_computation_says_the_same() {
    let world = World::new().await;
    acme(&world).await;
    recalculate(&world).await;
    let slack = FakeSlack::default();
    let alerting = alerting(&world, &slack.start().await);
    assert_eq!(alerting.tell().await.expect("told").sent, 0);
    world.pass(SignedDuration::from_hours(24 * 20));
    recalculate(&world).await;
    assert_eq!(alerting.tell().await.expect("told").sent, 0);
    assert_eq!(alerting.tell().await.expect("told").sent, 0);
    assert_eq!(outcomes(&world).await, ["waits for a second look"]);
    world.pass(SignedDuration::from_hours(6));
    recalculate(&world).await;
    assert_eq!(alerting.tell().await.expect("told").sent, 1);
    assert!(
        slack.told()[0].contains("from healthy to at risk"),
        "{:?}",
        slack.told()
    );
    world.pass(SignedDuration::from_hours(6));
    recalculate(&world).await;
    assert_eq!(alerting.tell().await.expect("told").sent, 0);
    assert_eq!(outcomes(&world).await, ["sent"]);
}

#[tokio::test]
async fn the_summary_of_the_day_is_told_once_a_day() {
    let world = World::new().await;
    acme(&world).await;
    recalculate(&world).await;
    let slack = FakeSlack::default();
    let alerting = alerting(&world, &slack.start().await);
    assert_eq!(alerting.summarise().await.expect("told").sent, 1);
    assert_eq!(alerting.summarise().await.expect("told").sent, 0);
    assert!(
        slack.told()[0].starts_with("1 customer on 2026-03-03\nhealthy: 1"),
        "{:?}",
        slack.told()
    );
    world.pass(SignedDuration::from_hours(24));
    assert_eq!(alerting.summarise().await.expect("told").sent, 1);
}

#[tokio::test]
async fn other_weights_can_be_tried_out() {
    let world = World::new().await;
    acme(&world).await;
    writes(&world, "7", "This is terrible and unacceptable. I hate it.").await;
    recalculate(&world).await;
    let same = world.json("/customers/preview").await;
    assert_eq!(same["changes"], json!([]));
    let other = world.json("/customers/preview?activity=0&sentiment=100").await;
    assert_eq!(other["changes"][0]["then"]["band"], "critical", "{other}");
    let refused = world.get("/customers/preview?mrr=much").send().await.expect("answer");
    assert!(refused.status().is_client_error());
    assert!(refused.text().await.expect("text").contains("much"));
}
