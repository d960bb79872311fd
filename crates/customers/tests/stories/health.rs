//! Tests of health scoring and alerts: scores follow from source data, each change is notified once.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use customer_sources::{
    amount::Currency,
    email::Email,
    event::{Conversation, CustomerEvent, EventDetail, Message, Speaker},
    observation::{FieldName, Observation},
    subject::SubjectKind,
};
use customers::{
    alerts::{
        customer_states::LinkTarget,
        sender::{AlertSender, AlertSettings},
        trigger::AlertStream,
    },
    health::scoring::Scoring,
    sync::rows::{
        events::{self, CUSTOMER_EVENTS},
        records::{self, SOURCE_RECORDS},
        source_tables::SourceTables,
    },
    tabs::row_changes::{RowCells, RowLedger},
};
use jiff::{SignedDuration, Timestamp, civil::time};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sheets_store::{Batch, Store, Tab};
use test_support::{StoreSettings, fake_slack::FakeSlack};
use web::delivery::{Delivery, SlackWebhook};

use crate::world::World;

/// Writes a source row as a sync would.
async fn said(world: &World, tab: &'static Tab, id: &str, cells: RowCells) {
    world.store.refresh();
    let tables = world.store.read::<SourceTables>().await.expect("tables");
    let rows = if tab.title == SOURCE_RECORDS.title {
        tables.snapshot.data.record_rows.clone()
    } else {
        tables.snapshot.data.event_rows.clone()
    };
    let change = RowLedger::of(tab, rows).change(id, &cells, &[]).expect("a change");
    world.store.commit(Batch::by("test", [change])).await.expect("written");
}

fn now(world: &World) -> Timestamp {
    world.clock().now()
}

/// A customer last seen two days ago.
async fn acme(world: &World) {
    let mut ann = Observation::about(SubjectKind::Person.id("u1"));
    ann.source = "intercom".to_owned();
    ann.feed = "contacts".to_owned();
    ann.name = Some("Acme".to_owned());
    ann.add_email(Email::of("ann@example.com"));
    ann.add(FieldName::LastSeenAt, Some(now(world) - SignedDuration::from_hours(48)));
    let clock = world.clock();
    let id = records::record_row_id(&ann.source, &ann.subject);
    let cells = records::record_cells(&ann, now(world), clock.zone());
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
    let event = CustomerEvent {
        source: "intercom".to_owned(),
        about: vec![SubjectKind::Person.id("u1")],
        at: Some(now(world)),
        ..CustomerEvent::new(id, EventDetail::Conversation(conversation))
    };
    let clock = world.clock();
    let cells = events::event_cells(&event, now(world), clock.zone());
    said(world, &CUSTOMER_EVENTS, &events::event_row_id(&event), cells).await;
}

async fn recalculate(world: &World) -> Value {
    let answer = world.post("/customers/recalculate").send().await.expect("answer");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.expect("JSON")
}

fn alerting(world: &World, webhook: &str) -> AlertSender {
    alerting_with(
        world,
        (&world.store, world.syncing.scoring()),
        (webhook, LinkTarget::Rows),
    )
}

fn alerting_with(
    world: &World,
    (store, scoring): (&Arc<Store>, &Arc<Scoring>),
    (webhook, links): (&str, LinkTarget),
) -> AlertSender {
    let slack = |stream| {
        let slack = SlackWebhook::new(webhook, Duration::from_millis(1)).expect("webhook");
        let delivery = Delivery {
            slack: Some(slack),
            ..Delivery::default()
        };
        (stream, delivery)
    };
    let ways = AlertSettings {
        streams: AlertStream::ALL.into_iter().map(slack).collect(),
        summary_at: time(8, 30, 0, 0),
        pause: Duration::from_millis(5),
        links,
        ..AlertSettings::default()
    };
    AlertSender::new(Arc::clone(store), world.clock(), Arc::clone(scoring), ways)
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
    world.page("/dashboard/summary").await.says("The history begins now");
    let history = world.rows("health_score_history").await;
    assert_eq!(history.len(), 1);
    // 97.5 of 100 for a last visit two days ago, the only component with data.
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
    slack.failures.store(6, Ordering::SeqCst);
    let outcome = alerting.send_alerts().await.expect("sent");
    assert_eq!((outcome.sent, outcome.failed, slack.messages().len()), (0, 1, 0));
    let first = outcomes(&world).await[0].clone();
    assert!(first.starts_with("failed: "), "{first}");
    world.pass(SignedDuration::from_mins(10));
    assert_eq!(alerting.send_alerts().await.expect("sent").failed, 1);
    let counted = format!("{first} (2 times since 2026-03-03 13:00)");
    assert_eq!(outcomes(&world).await, [counted.as_str()]);
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 1);
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 0);
    assert_eq!(outcomes(&world).await, [counted.as_str(), "sent"]);
    let texts = slack.messages();
    assert_eq!(texts.len(), 1);
    assert!(
        texts[0].contains("Acme: speaks of leaving\n“Please cancel my subscription.”"),
        "{texts:?}"
    );

    let scoring = world.syncing.scoring();
    let inputs = scoring.load_inputs().await.expect("books");
    let sentence = scoring.score_all(&inputs)[0].facts.cancel_mentions[0].id.clone();
    let path = format!("/customers/sentences/{sentence}/dismiss");
    let answer = world
        .post(&path)
        .json(&json!({"by": "Zoé", "reason": "a joke"}))
        .send()
        .await
        .expect("answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let inputs = scoring.load_inputs().await.expect("books");
    assert_eq!(scoring.score_all(&inputs)[0].facts.cancel_mentions, []);
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
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 0);
    world.pass(SignedDuration::from_hours(24 * 20));
    recalculate(&world).await;
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 0);
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 0);
    assert_eq!(outcomes(&world).await, ["waits for a second look"]);
    world.pass(SignedDuration::from_hours(6));
    recalculate(&world).await;
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 1);
    assert!(
        slack.messages()[0].contains("from healthy to at risk"),
        "{:?}",
        slack.messages()
    );
    world.pass(SignedDuration::from_hours(6));
    recalculate(&world).await;
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 0);
    assert_eq!(outcomes(&world).await, ["held at the second look", "sent"]);
}

#[tokio::test]
async fn the_summary_of_the_day_is_told_once_a_day() {
    let world = World::new().await;
    acme(&world).await;
    recalculate(&world).await;
    let slack = FakeSlack::default();
    let alerting = alerting(&world, &slack.start().await);
    assert_eq!(alerting.send_summary().await.expect("sent").sent, 1);
    assert_eq!(alerting.send_summary().await.expect("sent").sent, 0);
    assert!(
        slack.messages()[0].starts_with("1 customer on 2026-03-03\nhealthy: 1"),
        "{:?}",
        slack.messages()
    );
    world.pass(SignedDuration::from_hours(24));
    assert_eq!(alerting.send_summary().await.expect("sent").sent, 1);
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
    assert_eq!(other["changes"][0]["title"], "Acme");
    let page = world.page("/customers/preview?activity=0&sentiment=100").await;
    page.says("1 customer of 1 would change band");
    assert_eq!(page.attributes("#sentiment", "value"), ["100"]);
    world
        .page("/customers/preview")
        .await
        .says("Everybody stays in the same band.");
    for face in ["application/json", "text/html"] {
        let refused = world.get("/customers/preview?mrr=much").header("accept", face).send();
        let refused = refused.await.expect("answer");
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text().await.expect("text");
        assert!(text.contains("“much” is no number"), "{text}");
    }
}

async fn customer_id(world: &World) -> String {
    world.json("/customers").await["customers"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

/// Store and scoring of a second instance on the same spreadsheet.
async fn second_instance(world: &World) -> (Arc<Store>, Arc<Scoring>) {
    let store = world.another_store(StoreSettings::default()).await;
    let currency = Currency::of("EUR").expect("a code");
    let scoring = Scoring::new(Arc::clone(&store), world.clock(), currency);
    (store, Arc::new(scoring))
}

#[derive(Clone, Copy)]
enum What {
    Alerts,
    Summary,
}

/// Runs both instances concurrently; returns the number of notifications sent by each.
async fn at_once(instances: [&Arc<AlertSender>; 2], what: What) -> [usize; 2] {
    let runs = instances.map(|instance| {
        let instance = Arc::clone(instance);
        tokio::spawn(async move {
            match what {
                What::Alerts => instance.send_alerts().await,
                What::Summary => instance.send_summary().await,
            }
        })
    });
    let [one, other] = runs;
    let runs = [one.await.expect("an end"), other.await.expect("an end")];
    runs.map(|run| run.expect("sent").sent)
}

#[tokio::test]
async fn two_instances_tell_everything_once() {
    let world = World::new().await;
    acme(&world).await;
    writes(&world, "7", "Please cancel my subscription.").await;
    recalculate(&world).await;
    let slack = FakeSlack::default();
    let webhook = slack.start().await;
    let first = Arc::new(alerting(&world, &webhook));
    let (store, scoring) = second_instance(&world).await;
    let second = Arc::new(alerting_with(&world, (&store, &scoring), (&webhook, LinkTarget::Rows)));
    for what in [What::Alerts, What::Summary] {
        let sent = at_once([&first, &second], what).await;
        assert_eq!(sent.iter().sum::<usize>(), 1, "{sent:?}");
        assert_eq!(at_once([&first, &second], what).await, [0, 0]);
    }
    assert_eq!(slack.messages().len(), 2, "{:?}", slack.messages());
    let mut outcomes = outcomes(&world).await;
    outcomes.retain(|outcome| outcome != "left to another instance");
    assert_eq!(outcomes, ["sent", "sent"]);
}

#[tokio::test]
async fn a_claim_of_an_instance_that_died_is_waited_for_and_then_taken_over() {
    let world = World::new().await;
    acme(&world).await;
    writes(&world, "7", "Please cancel my subscription.").await;
    recalculate(&world).await;
    let slack = FakeSlack::default();
    let alerting = alerting(&world, &slack.start().await);
    slack.failures.store(3, Ordering::SeqCst);
    assert_eq!(alerting.send_alerts().await.expect("sent").failed, 1);
    // Another instance wrote its claim and terminated before sending.
    world.staff_type("alert_history!H2", json!("claimed")).await;
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 0);
    world.pass(SignedDuration::from_mins(11));
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 1);
    assert_eq!(slack.messages().len(), 1);
}

#[tokio::test]
async fn nobody_is_told_of_a_snoozed_customer_and_the_page_says_so() {
    let world = World::new().await;
    acme(&world).await;
    writes(&world, "7", "Please cancel my subscription.").await;
    recalculate(&world).await;
    let id = customer_id(&world).await;
    let page = format!("/customers/{id}");
    world.page(&page).await.says("Nobody was told anything");
    let refused = world
        .post(&format!("{page}/snooze"))
        .header("accept", "text/html")
        .form(&[("until", "2026-03-01"), ("reason", "on holiday")])
        .send()
        .await
        .expect("answer");
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text().await.expect("text");
    assert!(
        text.contains("Choose a day from 2026-03-03") && text.contains("on holiday"),
        "{text}"
    );

    let body = json!({"until": "2026-03-10", "reason": "they are on holiday"});
    let snooze = || async {
        let sent = world.post(&format!("{page}/snooze")).json(&body).send();
        sent.await.expect("answer").json::<Value>().await.expect("JSON")
    };
    assert_eq!(snooze().await["snoozed"]["until"], "2026-03-10");
    snooze().await;
    assert_eq!(world.rows("alert_snoozes").await.len(), 1);
    world
        .page(&page)
        .await
        .says("Nobody is told until 10 March 2026 (7 more days): they are on holiday.");

    let slack = FakeSlack::default();
    let webhook = slack.start().await;
    let links = LinkTarget::Pages("https://board.example".to_owned());
    let alerting = alerting_with(&world, (&world.store, world.syncing.scoring()), (&webhook, links));
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 0);
    let body = world.json(&page).await;
    assert_eq!(body["alerts"][0]["state"], "not sent");
    assert_eq!(
        body["alerts"][0]["outcome"],
        "suppressed: snoozed until 2026-03-10: they are on holiday"
    );
    assert_eq!(body["alerts"][0]["detail"], "“Please cancel my subscription.”");

    let ended = world.post(&format!("{page}/unsnooze")).send().await.expect("answer");
    assert_eq!(ended.status(), StatusCode::OK);
    assert_eq!(world.json(&page).await["snoozed"], Value::Null);
    assert_eq!(alerting.send_alerts().await.expect("sent").sent, 1);
    let text = &slack.messages()[0];
    assert!(
        text.ends_with(&format!("https://board.example/customers/{id}")),
        "{text}"
    );
    let body = world.json(&page).await;
    let states: Vec<&str> = body["alerts"]
        .as_array()
        .expect("alerts")
        .iter()
        .filter_map(|alert| alert["state"].as_str())
        .collect();
    assert_eq!(states, ["sent", "not sent"]);
}

#[tokio::test]
async fn not_a_cancellation_leads_back_to_the_customer() {
    let world = World::new().await;
    acme(&world).await;
    writes(&world, "7", "Please cancel my subscription.").await;
    recalculate(&world).await;
    let id = customer_id(&world).await;
    let page = world.page(&format!("/customers/{id}")).await;
    let form = page.attributes(".mentions form", "action").remove(0);
    let customer = page.attributes(".mentions input[name=customer]", "value").remove(0);
    let answer = world
        .post(&form)
        .header("accept", "text/html")
        .form(&[("customer", customer)])
        .send()
        .await
        .expect("answer");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let back = answer.headers()["location"].to_str().expect("text").to_owned();
    assert_eq!(back, format!("/customers/{id}?done=dismissed"));
    world.page(&back).await.says("That sentence does not count any more");
}

#[tokio::test]
async fn the_week_is_a_page_a_value_and_a_report_on_paper() {
    let world = World::new().await;
    world
        .page("/customers/report")
        .await
        .says("No customer has a score yet");
    acme(&world).await;
    recalculate(&world).await;
    world.pass(SignedDuration::from_hours(24 * 20));
    recalculate(&world).await;
    let week = world.json("/customers/report").await;
    assert_eq!(
        week["bands"][0],
        json!({"band": "healthy", "count": 0, "change": -1, "mrr": 0})
    );
    assert_eq!(week["bands"][1]["change"], 1);
    assert_eq!(
        (&week["fallen"][0]["title"], &week["fallen"][0]["gained"]),
        (&json!("Acme"), &json!(-43))
    );
    assert_eq!(week["next"][0]["title"], "Acme");
    assert_eq!(week["revenue"], Value::Null);
    let page = world.page("/customers/report").await;
    page.says("Week to 23 March 2026");
    page.says("Activity recency −42.5");
    let paper = world.get("/customers/report?format=pdf").send().await.expect("answer");
    assert_eq!(paper.headers()["content-type"], "application/pdf");
    let name = paper.headers()["content-disposition"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(name.contains("customers-2026-03-23.pdf"), "{name}");
    assert!(paper.bytes().await.expect("bytes").starts_with(b"%PDF"));
}
