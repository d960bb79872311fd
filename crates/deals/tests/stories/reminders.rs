//! End-to-end tests of reminders: a real SMTP server, a failing Slack webhook, no duplicates.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use deals::ReminderSettings;
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::{Page, fake_slack::FakeSlack, python};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use web::delivery::{Delivery, MailSender, SlackWebhook};

use crate::{
    sales::create,
    world::{Plan, World},
};

fn with_slack(webhook: String) -> Plan {
    Plan {
        reminders: Arc::new(move || ReminderSettings {
            delivery: Delivery {
                slack: Some(SlackWebhook::new(&webhook, Duration::from_millis(1)).expect("webhook")),
                ..Delivery::default()
            },
            pause: Duration::from_millis(20),
            ..ReminderSettings::default()
        }),
        ..Plan::default()
    }
}

/// Marks a request as sent from the board's own page.
fn from_the_page(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    request.header("sec-fetch-site", "same-origin")
}

async fn remind(world: &World) -> Value {
    let response = from_the_page(world.post("/deals/reminders"))
        .send()
        .await
        .expect("answer");
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.expect("JSON")
}

async fn late_deal(world: &World, client: &str, assignee: &str) -> u64 {
    let fields = json!({"client": client, "statut": "Qualifié", "montant_brut": 12500.5, "assignee": assignee, "date_echeance": "2026-03-01"});
    create(world, fields).await
}

fn outcomes(rows: &[Vec<Value>]) -> Vec<String> {
    rows.iter()
        .map(|row| row[7].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn each_assignee_is_told_once_and_again_only_for_a_new_reason() {
    let slack = FakeSlack::default();
    let world = World::of(with_slack(slack.start().await)).await;
    let acme = late_deal(&world, "Acme", "Zoé").await;
    late_deal(&world, "Boulanger", "zoe").await;
    late_deal(&world, "Comet", "Kate").await;
    let first = remind(&world).await;
    assert_eq!(first["sent"].as_array().expect("sent").len(), 2, "{first}");
    assert_eq!(slack.messages().len(), 2);
    assert!(
        slack.messages()[1].starts_with("*Zoé : 2 affaires en retard*"),
        "{:?}",
        slack.messages()
    );
    assert!(slack.messages()[1].contains("Acme") && slack.messages()[1].contains("en retard de 2 jours"));
    let second = remind(&world).await;
    assert_eq!(second["sent"], json!([]));
    assert!(
        second["suppressed"]
            .as_array()
            .expect("list")
            .iter()
            .all(|line| line["because"] == "told before"),
        "{second}"
    );
    assert_eq!(slack.messages().len(), 2);
    let rows = world.rows("alert_history").await;
    assert_eq!(outcomes(&rows), ["sent", "sent", "sent"]);
    assert!(
        rows.iter()
            .any(|row| row[8] == format!("deal {acme} overdue 2026-03-01")),
        "{rows:?}"
    );
    // The deals are now also stale, which is a second reason.
    world.pass(SignedDuration::from_hours(11 * 24));
    let third = remind(&world).await;
    assert_eq!(third["sent"].as_array().expect("sent").len(), 2, "{third}");
    assert!(
        slack.messages()[2].contains("sans changement depuis 11 jours"),
        "{:?}",
        slack.messages()
    );
    let page = world.page("/deals/reminders").await;
    page.says("Rien de nouveau à dire.");
    page.says("envoyé");
}

#[tokio::test]
async fn a_slack_that_fails_for_a_moment_is_tried_again_and_one_that_fails_for_long_in_the_next_run() {
    let slack = FakeSlack::default();
    let world = World::of(with_slack(slack.start().await)).await;
    late_deal(&world, "Acme", "Zoé").await;
    late_deal(&world, "Comet", "Kate").await;
    // Three attempts for Kate fail; the message for Zoé fails once, then succeeds.
    slack.failures.store(4, Ordering::SeqCst);
    let first = remind(&world).await;
    assert_eq!(first["failed"][0]["assignee"], "Kate", "{first}");
    assert_eq!(first["failed"][0]["error"], "Slack answered 503 try later");
    assert_eq!(first["sent"][0]["assignee"], "Zoé", "{first}");
    let second = remind(&world).await;
    assert_eq!(second["sent"][0]["assignee"], "Kate", "{second}");
    assert_eq!(second["failed"], json!([]));
    assert_eq!(slack.messages().len(), 2);
    let mut outcomes = outcomes(&world.rows("alert_history").await);
    outcomes.sort();
    assert_eq!(outcomes, ["failed: Slack answered 503 try later", "sent", "sent"]);
}

#[tokio::test]
async fn a_deal_that_is_set_aside_is_not_mentioned_and_the_history_says_why() {
    let slack = FakeSlack::default();
    let world = World::of(with_slack(slack.start().await)).await;
    let id = late_deal(&world, "Acme", "Zoé").await;
    world.staff_type("deal_pauses!A2", json!(format!("'{id}"))).await;
    world.staff_type("deal_pauses!B2", json!("2026-03-10")).await;
    for _ in 0..2 {
        let report = remind(&world).await;
        assert_eq!(report["sent"], json!([]));
        assert_eq!(
            report["suppressed"][0]["because"], "paused until 2026-03-10",
            "{report}"
        );
    }
    assert_eq!(slack.messages().len(), 0);
    assert_eq!(
        outcomes(&world.rows("alert_history").await),
        ["suppressed: paused until 2026-03-10"]
    );
    world
        .page("/deals/reminders")
        .await
        .says("en pause jusqu’au 10/03/2026");
    world.pass(SignedDuration::from_hours(8 * 24));
    assert_eq!(remind(&world).await["sent"].as_array().expect("sent").len(), 1);
    assert_eq!(slack.messages().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_run_at_the_same_time_tell_everything_once() {
    let slack = FakeSlack::default();
    let webhook = slack.start().await;
    let world = World::of(with_slack(webhook.clone())).await;
    for number in 0..6 {
        late_deal(&world, &format!("Client {number}"), ["Zoé", "Kate", "Ann"][number % 3]).await;
    }
    let second = world.another_instance(&with_slack(webhook.clone())).await;
    let third = world.another_instance(&with_slack(webhook)).await;
    let ask = |address: String| from_the_page(world.client.post(format!("{address}/deals/reminders"))).send();
    let (first, second, third) = tokio::join!(ask(world.address.clone()), ask(second), ask(third));
    for answer in [first, second, third] {
        assert_eq!(answer.expect("answer").status(), StatusCode::OK);
    }
    // In any order: each deal appears in exactly one message.
    let sent = slack.messages().join("\n");
    for number in 0..6 {
        assert_eq!(sent.matches(&format!("Client {number} ·")).count(), 1, "{sent}");
    }
    let outcomes = outcomes(&world.rows("alert_history").await);
    assert_eq!(
        outcomes.iter().filter(|outcome| *outcome == "sent").count(),
        6,
        "{outcomes:?}"
    );
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome.as_str(), "sent" | "left to another instance")),
        "{outcomes:?}"
    );
}

#[tokio::test]
async fn a_program_that_ended_while_sending_does_not_send_twice_and_one_that_ended_before_does_not_forget() {
    let slack = FakeSlack::default();
    let world = World::of(with_slack(slack.start().await)).await;
    let sending = late_deal(&world, "Acme", "Zoé").await;
    let claimed = late_deal(&world, "Boulanger", "Zoé").await;
    for (row, deal, outcome) in [(2, sending, "sending"), (3, claimed, "claimed")] {
        let cells = [
            format!("slack crash {deal}"),
            "2026-03-03 12:55:00".to_owned(),
            "deals".to_owned(),
            "overdue".to_owned(),
            "a deal".to_owned(),
            String::new(),
            "slack".to_owned(),
            outcome.to_owned(),
            format!("deal {deal} overdue 2026-03-01"),
        ];
        for (cell, column) in cells.iter().zip("ABCDEFGHI".chars()) {
            world
                .staff_type(&format!("alert_history!{column}{row}"), json!(cell))
                .await;
        }
    }
    // A claim five minutes old may belong to an instance that is still sending.
    let first = remind(&world).await;
    assert_eq!(first["sent"], json!([]), "{first}");
    world.pass(SignedDuration::from_mins(6));
    let second = remind(&world).await;
    assert_eq!(
        second["sent"][0]["reasons"],
        json!([format!("deal {claimed} overdue 2026-03-01")]),
        "{second}"
    );
    assert_eq!(slack.messages().len(), 1);
    assert!(slack.messages()[0].contains("Boulanger") && !slack.messages()[0].contains("Acme"));
}

#[tokio::test]
async fn nothing_is_sent_when_its_line_cannot_be_written() {
    let slack = FakeSlack::default();
    let plan = Plan {
        patience: Duration::from_millis(200),
        ..with_slack(slack.start().await)
    };
    let world = World::of(plan).await;
    late_deal(&world, "Acme", "Zoé").await;
    world.json("/deals/reminders").await;
    world
        .fault(json!({"match": "batchUpdate", "times": 1000, "fault": "503"}))
        .await;
    let response = from_the_page(world.post("/deals/reminders"))
        .send()
        .await
        .expect("answer");
    assert!(response.status().is_server_error(), "{}", response.status());
    assert_eq!(slack.messages().len(), 0);
    world.heal().await;
    assert_eq!(remind(&world).await["sent"].as_array().expect("sent").len(), 1);
    assert_eq!(slack.messages().len(), 1);
}

#[tokio::test]
async fn without_a_way_out_the_page_shows_what_would_be_told_and_nothing_is_sent() {
    let world = World::new().await;
    late_deal(&world, "Acme <Co>", "Zoé").await;
    let page = world.page("/deals/reminders").await;
    page.says("Rien n’est envoyé");
    page.says("Acme <Co>");
    assert_eq!(
        remind(&world).await,
        json!({"sent": [], "failed": [], "suppressed": []})
    );
    let english = world.page("/deals/reminders?lang=en").await;
    english.says("Nothing is sent");
}

#[tokio::test]
async fn a_token_keeps_strangers_from_starting_a_run() {
    let plan = Plan {
        reminders: Arc::new(|| ReminderSettings {
            token: Some("s3cret".to_owned()),
            ..ReminderSettings::default()
        }),
        ..Plan::default()
    };
    let world = World::of(plan).await;
    for (token, status) in [(None, 401), (Some("s3creT"), 401), (Some("s3cret"), 200)] {
        let mut request = world.post("/deals/reminders");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        assert_eq!(
            request.send().await.expect("answer").status().as_u16(),
            status,
            "{token:?}"
        );
    }
    assert_eq!(world.page("/deals/reminders").await.all("main form").len(), 0);
}

#[tokio::test]
async fn without_a_token_a_program_starts_no_run() {
    let slack = FakeSlack::default();
    let world = World::of(with_slack(slack.start().await)).await;
    late_deal(&world, "Acme", "Zoé").await;
    for token in [None, Some(""), Some("anything")] {
        let mut request = world.post("/deals/reminders");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["error"], "reminders_token_not_set");
    }
    assert_eq!(slack.messages(), Vec::<String>::new());
}

#[tokio::test]
async fn reminders_lead_to_the_deal_and_to_its_row() {
    let slack = FakeSlack::default();
    let plain = with_slack(slack.start().await);
    let plan = Plan {
        reminders: Arc::new(move || ReminderSettings {
            public_url: Some("https://board.example.com".to_owned()),
            ..(plain.reminders)()
        }),
        ..Plan::default()
    };
    let world = World::of(plan).await;
    let id = late_deal(&world, "Acme", "Zoé").await;
    remind(&world).await;
    let message = slack.messages().remove(0);
    assert!(
        message.contains(&format!("<https://board.example.com/deals/{id}|affaire> · <http")),
        "{message}"
    );
    assert!(message.contains("|tableur>"), "{message}");
}

#[tokio::test]
async fn the_button_sends_and_comes_back_to_the_page() {
    let slack = FakeSlack::default();
    let world = World::of(with_slack(slack.start().await)).await;
    late_deal(&world, "Acme", "Zoé").await;
    let answer = from_the_page(world.post("/deals/reminders"))
        .header("accept", "text/html")
        .send()
        .await
        .expect("answer");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()["location"], "/deals/reminders");
    let page: Page = world.page("/deals/reminders").await;
    page.says("envoyé");
}

/// Real SMTP server in a Python process.
struct SmtpServer {
    mails: UnboundedReceiver<String>,
    port: u16,
    process: Child,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl SmtpServer {
    /// `None`, with a message, without a Python that has `aiosmtpd`; panics with `CI=true`.
    async fn start() -> Option<Self> {
        let started = Self::spawn(&python::interpreter()).await;
        if started.is_none() {
            python::report_missing("aiosmtpd");
        }
        started
    }

    async fn spawn(python: &Path) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/smtp_server.py");
        let mut command = Command::new(python);
        let command = command.arg(script).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().ok()?;
        let lines = BufReader::new(process.stdout.take()?).lines();
        let (sender, mut mails) = unbounded_channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let port = mails.recv().await?.parse().ok()?;
        Some(Self { mails, port, process })
    }

    async fn next(&mut self) -> Value {
        let line = self.mails.recv().await.expect("a mail");
        serde_json::from_str(&line).expect("JSON")
    }
}

fn with_mail(port: u16) -> Plan {
    Plan {
        reminders: Arc::new(move || ReminderSettings {
            delivery: Delivery {
                mail: Some(
                    MailSender::new(&format!("smtp://127.0.0.1:{port}"), "Tallyboard <board@example.com>")
                        .expect("server"),
                ),
                ..Delivery::default()
            },
            mail_to: Some("sales@example.com".to_owned()),
            ..ReminderSettings::default()
        }),
        ..Plan::default()
    }
}

#[tokio::test]
async fn mail_goes_to_the_address_in_contacts_and_else_to_the_one_that_is_set() {
    let Some(mut server) = SmtpServer::start().await else {
        return;
    };
    let world = World::of(with_mail(server.port)).await;
    late_deal(&world, "Énergie & Co", "Zoé").await;
    late_deal(&world, "Comet", "Kate").await;
    late_deal(&world, "Delta", "Nobody").await;
    for (cell, value) in [
        ("A2", "zoe"),
        ("B2", "zoe@example.com"),
        ("A3", "Nobody"),
        ("B3", "nobody@example.com"),
    ] {
        world.staff_type(&format!("contacts!{cell}"), json!(value)).await;
    }
    let report = remind(&world).await;
    let kate = server.next().await;
    assert_eq!(kate["to"], json!(["sales@example.com"]), "{report}");
    let zoe = server.next().await;
    assert_eq!(zoe["from"], "board@example.com");
    assert_eq!(zoe["to"], json!(["zoe@example.com"]));
    assert_eq!(zoe["subject"], "Zoé : 1 affaire en retard");
    let text = zoe["text"].as_str().expect("text");
    assert!(text.starts_with("Bonjour Zoé,\n\nEn retard\n- Énergie & Co · 12\u{202F}500,50\u{A0}€ · Qualifié · échéance 01/03/2026, en retard de 2 jours"), "{text}");
    // A permanent refusal is reported and logged, and does not delay the other recipients.
    assert_eq!(report["failed"][0]["recipient"], "nobody@example.com", "{report}");
    assert!(
        report["failed"][0]["error"]
            .as_str()
            .is_some_and(|error| error.contains("nobody lives here")),
        "{report}"
    );
    assert_eq!(remind(&world).await["sent"], json!([]));
}

#[tokio::test]
async fn a_mail_server_that_is_down_is_a_failure_that_is_tried_again() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let port = closed.local_addr().expect("address").port();
    drop(closed);
    let world = World::of(with_mail(port)).await;
    late_deal(&world, "Acme", "Zoé").await;
    for _ in 0..2 {
        let report = remind(&world).await;
        assert_eq!(report["sent"], json!([]));
        assert_eq!(report["failed"][0]["assignee"], "Zoé", "{report}");
    }
    let rows = world.rows("alert_history").await;
    assert!(
        outcomes(&rows).iter().all(|outcome| outcome.starts_with("failed: ")),
        "{rows:?}"
    );
}
