//! Tests of changes to recorded claims: own corrections, disputes, corrections by staff, history.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use leaderboard::standings::weekly::{WeeklySettings, schedule::WeeklyMoment};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use test_support::{Page, fake_slack::FakeSlack};
use web::delivery::{Delivery, SlackWebhook};

use crate::world::{Plan, World, form};

/// Submits a claim and returns the address of its receipt.
async fn receipt(world: &World, csm: &str, company: &str, integrations: &[&str]) -> String {
    world.pass(SignedDuration::from_millis(1));
    let sent = world.send_form(&form(csm, company, integrations, "")).await;
    sent.headers()["location"].to_str().expect("text").to_owned()
}

async fn send(world: &World, path: &str, fields: &[(&str, &str)]) -> Response {
    let request = world.post(path).header("accept", "text/html");
    request.form(fields).send().await.expect("answer")
}

/// Path and hidden fields of the correction form linked from a receipt.
async fn correction(world: &World, receipt: &str) -> (String, Vec<(String, String)>) {
    let page = world.page(receipt).await;
    let links = page.attributes("a[href*='/correct?']", "href");
    assert_eq!(links.len(), 1, "{}", page.main());
    let form = world.page(&links[0]).await;
    let action = form.attributes("form.claim", "action").remove(0);
    let names = form.attributes("form.claim input", "name");
    let values = form.attributes("form.claim input", "value");
    (action, names.into_iter().zip(values).collect())
}

fn with<'a>(fields: &'a [(String, String)], changed: &'a [(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields
        .iter()
        .filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
    kept.chain(changed.iter().copied()).collect()
}

#[tokio::test]
async fn whoever_sent_a_claim_puts_it_right_for_a_quarter_of_an_hour() {
    let world = World::new().await;
    let receipt = receipt(&world, "Kate", "Acne", &["GitHub", "Cursor"]).await;
    let (path, fields) = correction(&world, &receipt).await;
    let wrong = send(
        &world,
        &path,
        &with(&fields, &[("company", " "), ("integrations", "Fax")]),
    )
    .await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = Page::of(wrong).await;
    assert_eq!(wrong.attributes("#integrations", "value"), ["Fax"]);

    let right = send(
        &world,
        &path,
        &with(&fields, &[("company", "Acme"), ("integrations", "github")]),
    )
    .await;
    assert_eq!(right.status(), StatusCode::SEE_OTHER);
    let rows = world.rows("submissions").await;
    assert_eq!(
        rows[0][2..6],
        [json!("Kate"), json!("Acme"), json!("GitHub"), json!("received")]
    );
    let log = world.json("/leaderboard/corrections").await;
    assert_eq!(log["corrections"][0]["by"], "Kate (own correction)");
    assert_eq!(
        log["corrections"][0]["effect"],
        json!([{"csm": "Kate", "before": 2, "after": 1}])
    );

    // The row changed after the form was rendered, so the write is refused with a conflict.
    world.staff_type("submissions!D2", json!("Acme Corp")).await;
    let late = send(&world, &path, &with(&fields, &[("company", "Umbrella")])).await;
    assert_eq!(late.status(), StatusCode::CONFLICT);

    world.pass(SignedDuration::from_mins(15));
    let over = send(&world, &path, &with(&fields, &[("company", "Umbrella")])).await;
    assert_eq!(over.status(), StatusCode::FORBIDDEN);
    Page::of(over).await.says("15 minutes. They are over.");
    assert_eq!(
        world.page(&receipt).await.attributes("a[href*='/correct?']", "href"),
        [] as [&str; 0]
    );
}

#[tokio::test]
async fn a_claim_can_be_taken_back_and_only_with_its_own_link() {
    let world = World::new().await;
    let first = receipt(&world, "Kate", "Acme", &["GitHub"]).await;
    let second = receipt(&world, "Manny", "Acme", &["GitHub"]).await;
    let plain = first.split_once('?').expect("a signature").0.to_owned();
    assert_eq!(
        world.page(&plain).await.attributes("a[href*='/correct?']", "href"),
        [] as [&str; 0]
    );
    let signature = |receipt: &str| receipt.split_once("signature=").expect("a signature").1.to_owned();
    let foreign = signature(&second);
    for signature in ["", "0", foreign.as_str()] {
        let refused = send(
            &world,
            &format!("{plain}/correct"),
            &[("signature", signature), ("action", "withdraw")],
        )
        .await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    }
    let own = signature(&first);
    let taken_back = send(
        &world,
        &format!("{plain}/correct"),
        &[("signature", &own), ("action", "withdraw"), ("seen_csm", "Kate")],
    )
    .await;
    assert_eq!(taken_back.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.rows("submissions").await[0][5], json!("withdrawn"));
    assert_eq!(world.json("/leaderboard").await["by_csm"][0]["csm"], "Manny");
    // A second instance derives the same signing key.
    let other = world.another_instance(&Plan::default()).await;
    let answer = world
        .client
        .get(format!("{other}{plain}/correct?signature={own}"))
        .header("accept", "text/html");
    let answer = Page::of(answer.send().await.expect("answer")).await;
    answer.says("Staff have looked at this claim already: it is withdrawn.");
}

#[tokio::test]
async fn a_program_hears_in_json_why_a_claim_is_not_corrected() {
    let world = World::new().await;
    let receipt = receipt(&world, "Kate", "Acne", &["GitHub"]).await;
    let (path, fields) = correction(&world, &receipt).await;
    let send = async |changed: &[(&str, &str)]| {
        let fields: serde_json::Map<String, Value> = with(&fields, changed)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let response = world.post(&path).json(&fields).send().await.expect("answer");
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.expect("JSON"))
    };
    let (status, refused) = send(&[("signature", "00")]).await;
    assert_eq!((status, &refused["error"]["code"]), (403, &json!("not_correctable")));
    let (status, refused) = send(&[("company", " "), ("integrations", "Fax")]).await;
    let field = |number: usize| refused["error"]["fields"][number]["field"].clone();
    assert_eq!(
        (status, field(0), field(1)),
        (422, json!("company"), json!("integrations"))
    );
    let form = world.get(&format!("{path}?signature=00")).send().await.expect("answer");
    assert_eq!(form.status(), StatusCode::FORBIDDEN);
    let refused: Value = form.json().await.expect("JSON");
    assert_eq!(refused["error"]["code"], "not_correctable");
    world.pass(SignedDuration::from_mins(16));
    let (status, refused) = send(&[]).await;
    assert_eq!(
        (status, &refused["error"]["safety"]),
        (403, &json!("Nothing was changed."))
    );
    assert_eq!(world.rows("submissions").await[0][3], json!("Acne"));
}

#[tokio::test]
async fn a_credit_is_disputed_once_and_both_and_staff_see_it() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    let receipt = world.claim("Manny", "ACME Inc.", &["GitHub", "Cursor"]).await;
    receipt.says("GitHub: already credited to Kate, 3 March");
    let links = receipt.attributes("a[href^='/leaderboard/disputes/new']", "href");
    assert_eq!(links.len(), 1);
    let page = world.page(&links[0]).await;
    page.says("GitHub at Acme: already credited to Kate, 3 March.");
    let (claim, integration) = (page.attributes("[name=claim]", "value").remove(0), "GitHub");

    let dispute = async |reason: &str| {
        send(
            &world,
            "/leaderboard/disputes",
            &[("claim", &claim), ("integration", integration), ("reason", reason)],
        )
        .await
    };
    let empty = dispute("  ").await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let long = "x".repeat(1_001);
    let long = Page::of(dispute(&long).await).await;
    assert!(long.all("textarea")[0].starts_with("xxx"));
    for _ in 0..2 {
        assert_eq!(
            dispute("I set it up with them on Monday. =1+1").await.status(),
            StatusCode::SEE_OTHER
        );
    }
    let rows = world.rows("disputes").await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        rows[0][3..9],
        [
            "Manny",
            "Acme",
            "GitHub",
            "Kate",
            "I set it up with them on Monday. =1+1",
            "open"
        ]
        .map(|cell| json!(cell))
    );
    for csm in ["kate", "Manny"] {
        let list = world.json(&format!("/leaderboard/disputes?csm={csm}")).await;
        assert_eq!(list["disputes"].as_array().expect("list").len(), 1, "{csm}");
    }
    assert_eq!(world.json("/leaderboard/disputes?csm=Bo").await["disputes"], json!([]));
    let claims = world.page("/leaderboard/claims").await;
    claims.says("disputed by Manny, open");
    claims.says("disputed, open");

    world.staff_type("disputes!I2", json!("accepted")).await;
    world.staff_type("disputes!J2", json!("Kate agrees")).await;
    world.pass(SignedDuration::from_secs(20));
    let list = world.page("/leaderboard/disputes").await;
    list.says("accepted Kate agrees");
    let own = world
        .get(&format!("/leaderboard/disputes/new?claim={claim}&integration=Cursor"))
        .send()
        .await
        .expect("answer");
    assert_eq!(own.status(), StatusCode::UNPROCESSABLE_ENTITY, "nothing to dispute");
    let unknown = world
        .get("/leaderboard/disputes/new?claim=x&integration=Cursor")
        .send()
        .await
        .expect("answer");
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_the_form_says_is_credited_can_be_disputed_without_claiming_it_first() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    // Between two claims with the same timestamp the credit is a tie; a later clock avoids it.
    world.pass(SignedDuration::from_secs(60));
    let form = world.page("/leaderboard/submit?csm=Manny&company=ACME+Inc.").await;
    let links = form.attributes(".locked a", "href");
    assert_eq!(links.len(), 1);
    assert_eq!(
        world.json("/leaderboard/credited?company=ACME+Inc.").await["credited"][0]["dispute"],
        json!("/leaderboard/disputes/new?company=ACME+Inc.&integration=GitHub")
    );
    let page = world.page(&links[0]).await;
    page.says("GitHub at Acme: already credited to Kate, 3 March.");
    assert_eq!(page.attributes("[name=csm]", "value"), ["Manny"]);
    let key = page.attributes("[name=key]", "value").remove(0);
    let dispute = async |csm: &str, reason: &str| {
        let fields = [
            ("company", "Acme"),
            ("integration", "GitHub"),
            ("key", &key),
            ("csm", csm),
            ("reason", reason),
        ];
        send(&world, "/leaderboard/disputes", &fields).await
    };

    let bare = dispute(" ", " ").await;
    assert_eq!(bare.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let bare = Page::of(bare).await;
    bare.says("Write your name.");
    bare.says("Say why the credit is wrong");
    Page::of(dispute("kate", "mine").await)
        .await
        .says("This is who holds the credit.");
    assert_eq!(world.rows("submissions").await.len(), 1, "nothing is written by halves");
    for _ in 0..2 {
        assert_eq!(
            dispute("Manny", "I was there first").await.status(),
            StatusCode::SEE_OTHER
        );
    }
    let claims = world.rows("submissions").await;
    assert_eq!(claims.len(), 2);
    assert_eq!(claims[1][2..5], ["Manny", "Acme", "GitHub"].map(|cell| json!(cell)));
    let disputes = world.rows("disputes").await;
    assert_eq!(disputes.len(), 1);
    assert_eq!(disputes[0][2], claims[1][0]);
    let claims = world.page("/leaderboard/claims").await;
    claims.says("disputed by Manny, open");

    let again = world.get(&links[0]).send().await.expect("answer");
    assert_eq!(again.status(), StatusCode::SEE_OTHER, "the dispute is shown instead");
    let free = "/leaderboard/disputes/new?company=Acme&integration=Cursor";
    let free = world.get(free).send().await.expect("answer");
    assert_eq!(free.status(), StatusCode::UNPROCESSABLE_ENTITY, "nobody holds it");
}

/// Refreshes until the audit log contains `wanted` corrections; returns the response.
pub async fn corrections(world: &World, wanted: usize) -> Value {
    for _ in 0..100 {
        world.store.refresh();
        world.json("/leaderboard").await;
        let told = world.json("/leaderboard/corrections").await;
        if told["total"].as_u64() == Some(wanted as u64) {
            return told;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the log does not tell {wanted} corrections");
}

#[tokio::test]
async fn what_staff_correct_is_public_and_the_board_can_be_seen_as_it_was() {
    let world = World::new().await;
    world
        .page("/leaderboard/corrections")
        .await
        .says("Nothing was corrected yet.");
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.claim("Manny", "Acme", &["GitHub"]).await;
    world.json("/leaderboard").await;

    world.set_clock("2026-03-04T12:00:00Z");
    world.store.refresh();
    world.json("/leaderboard").await;
    world.staff_type("submissions!F2", json!("rejected")).await;
    world.staff_type("submissions!G2", json!("A test account")).await;
    let told = corrections(&world, 1).await;
    let correction = &told["corrections"][0];
    assert_eq!(correction["why"], "A test account");
    assert_eq!(correction["by"], "edited in the sheet");
    let effect = json!([{"csm": "Kate", "before": 2, "after": 0}, {"csm": "Manny", "before": 0, "after": 1}]);
    assert_eq!(correction["effect"], effect);
    let page = world.page("/leaderboard/corrections").await;
    page.says("status: “received” → “rejected”");
    page.says("Kate 2 → 0");

    world.set_clock("2026-03-05T12:00:00Z");
    world.claim("Zoé", "Beta", &["GitHub"]).await;
    let board = async |query: &str| {
        let board = world.json(&format!("/leaderboard{query}")).await;
        let lines = board["by_csm"].as_array().expect("lines").clone();
        lines
            .iter()
            .map(|line| format!("{} {}", line["csm"].as_str().expect("name"), line["integrations"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(board("?as_of=2026-03-02").await, [] as [&str; 0]);
    assert_eq!(board("?as_of=2026-03-03").await, ["Kate 2", "Manny 0"]);
    assert_eq!(board("?as_of=2026-03-04").await, ["Manny 1"]);
    assert_eq!(board("?as_of=2026-03-05").await, board("").await);
    assert_eq!(board("?as_of=2026-03-03T12:00:00.001Z").await, ["Kate 2"]);
    world
        .page("/leaderboard?as_of=2026-03-03")
        .await
        .says("You look back: this is how it was at the end of 3 March 2026.");
    let then = world.json("/leaderboard/claims?csm=Kate&as_of=2026-03-03").await;
    assert_eq!(then["claims"][0]["status"], "received");

    let difference = world
        .json("/leaderboard/difference?before=2026-03-03&after=2026-03-05")
        .await;
    let moved: Vec<String> = (difference["by_csm"].as_array().expect("lines").iter())
        .map(|line| {
            format!(
                "{} {} {}",
                line["csm"].as_str().expect("name"),
                line["before"]["integrations"],
                line["after"]["integrations"]
            )
        })
        .collect();
    assert_eq!(moved, ["Manny 0 1", "Zoé null 1", "Kate 2 null"]);
    world
        .page("/leaderboard/difference?before=2026-03-03&after=2026-03-05")
        .await
        .says("−2");
    for wrong in ["/leaderboard?as_of=soon", "/leaderboard/difference?before=31/12/2026"] {
        let answer = world.get(wrong).send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

fn with_slack(webhook: &str) -> Plan {
    let webhook = webhook.to_owned();
    Plan {
        weekly: Arc::new(move || WeeklySettings {
            delivery: Delivery {
                slack: Some(SlackWebhook::new(&webhook, Duration::from_millis(1)).expect("webhook")),
                ..Delivery::default()
            },
            at: WeeklyMoment::parse("Monday 09:00").expect("a moment"),
            public_url: Some("https://board.example.com".to_owned()),
        }),
        ..Plan::default()
    }
}

#[tokio::test]
async fn the_standings_of_a_week_go_to_slack_once_whatever_fails_and_however_many_ask() {
    let slack = FakeSlack::default();
    let webhook = slack.start().await;
    let world = World::of(with_slack(&webhook)).await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    let preview = world.json("/leaderboard/weekly").await;
    assert_eq!(
        (&preview["on"], &preview["due"], &preview["week"]),
        (&json!(true), &json!(true), &json!("2026-W09"))
    );
    assert!(
        preview["preview"]
            .as_str()
            .expect("text")
            .contains("Nobody earned a point.")
    );

    world.set_clock("2026-03-09T08:00:00Z");
    slack.failures.store(3, std::sync::atomic::Ordering::SeqCst);
    let send = async |address: &str| {
        let answer = world
            .client
            .post(format!("{address}/leaderboard/weekly"))
            .send()
            .await
            .expect("answer");
        answer.json::<Value>().await.expect("JSON")["outcome"].clone()
    };
    assert_eq!(send(&world.address).await, "failed: Slack answered 503 try later");
    assert_eq!(send(&world.address).await, Value::Null, "not again within the hour");
    world.pass(SignedDuration::from_hours(1));
    let others = [
        world.another_instance(&with_slack(&webhook)).await,
        world.another_instance(&with_slack(&webhook)).await,
    ];
    let outcomes = tokio::join!(send(&world.address), send(&others[0]), send(&others[1]));
    let sent = [&outcomes.0, &outcomes.1, &outcomes.2]
        .into_iter()
        .filter(|outcome| **outcome == "sent")
        .count();
    assert_eq!(sent, 1, "{outcomes:?}");
    assert_eq!(slack.messages().len(), 1);
    assert!(
        slack.messages()[0].contains("2 March 2026 to 8 March 2026*\n1. Kate – 2 integrations at 1 company\n"),
        "{:?}",
        slack.messages()
    );
    assert!(
        slack.messages()[0]
            .contains("<https://board.example.com/leaderboard?from=2026-03-02&amp;to=2026-03-08|See the claims>"),
        "{:?}",
        slack.messages()
    );
    world.pass(SignedDuration::from_hours(24));
    assert_eq!(send(&others[0]).await, Value::Null);
    world.page("/leaderboard/weekly").await.says("2026-W10");
    assert_eq!(world.rows("standings_sent").await.len(), 2);
}

#[tokio::test]
async fn without_slack_the_week_can_be_looked_at_and_nothing_is_sent() {
    let world = World::new().await;
    let page = world.page("/leaderboard/weekly").await;
    page.says("Nothing is sent: STANDINGS_WEBHOOK_URL is not set.");
    assert_eq!(
        send(&world, "/leaderboard/weekly", &[]).await.status(),
        StatusCode::SEE_OTHER
    );
    assert_eq!(world.rows("standings_sent").await.len(), 0);
}
