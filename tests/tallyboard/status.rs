//! Tests for the operator: `/status`, `/health`, and the store during an outage of Google.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    sync::Arc,
    time::Duration,
};

use jiff::SignedDuration;
use leaderboard::claims::dataset::LeaderboardRows;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sheets_store::{Batch, CommitError, CommitSummary, SpreadsheetState, Store, options::StoreOptions};
use test_support::{Page, sheet_world::IDENTITY, sheet_world::store_with};

use crate::world::{Plan, World, form, ids, insert};

const DOWN: &str = r#"{"match": "", "times": 100000, "fault": "503"}"#;

async fn go_down(world: &World) {
    world.fault(serde_json::from_str(DOWN).expect("JSON")).await;
}

/// Fails until the circuit breaker opens.
async fn open_circuit(world: &World) {
    while !matches!(world.store.status().state, SpreadsheetState::CircuitOpen { .. }) {
        world.store.ping().await.expect_err("Google is down");
    }
}

async fn status(world: &World) -> Value {
    world.json("/status").await
}

async fn sent(world: &World) -> u64 {
    let calls = world.calls().await;
    let count = |kind: &str| calls[kind].as_u64().expect("count");
    count("reads") + count("writes")
}

#[tokio::test]
async fn the_status_tells_people_and_programs_the_same_and_asks_nobody() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.staff_type("submissions!B2", json!("last Tuesday")).await;
    world.page("/leaderboard").await;
    // Edits by staff are written to the audit log in the background.
    while world.rows("audit_log").await.is_empty() {
        tokio::task::yield_now().await;
    }
    world.forget_calls().await;
    world.pass(SignedDuration::from_secs(90));
    let body = status(&world).await;
    assert_eq!(body["state"], "answering");
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(body["uptime_seconds"], 90);
    assert_eq!(body["spreadsheet"], world.store.url());
    let titles: Vec<&Value> = body["tabs"]
        .as_array()
        .expect("tabs")
        .iter()
        .map(|tab| &tab["tab"])
        .collect();
    assert_eq!(
        titles,
        ["company_aliases", "csm_aliases", "distinct_names", "submissions"]
    );
    let submissions = &body["tabs"][3];
    assert_eq!(
        (&submissions["rows"], &submissions["read_at"]),
        (&json!(1), &json!("2026-03-03T12:00:00.001Z"))
    );
    assert_eq!(body["started_at"], "2026-03-03T12:00:00Z");
    assert_eq!(body["queue"], json!({"waiting": 0, "room": 1_000}));
    assert!(body["reads"]["sent"].as_u64().expect("count") > 0);
    assert_eq!(body["reads"]["left"], Value::Null);
    assert_eq!(body["failures"], json!([]));

    let page = world.page("/status").await;
    page.says("The spreadsheet answers.");
    page.says("1 min, since 3 Mar 2026, 13:00");
    page.says("0 of at most 1,000");
    assert_eq!(
        page.all("[aria-labelledby=data] tr:nth-child(4) > *"),
        ["submissions", "1 rows", "1 findings", "read 90 s ago"]
    );
    assert_eq!(sent(&world).await, 0);
}

#[tokio::test]
async fn findings_are_counted_by_tab_as_the_page_of_findings_lists_them() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.claim("Kate", "Beta", &["GitHub"]).await;
    // One unreadable cell and one name that is missing from the catalog.
    world.staff_type("submissions!B2", json!("last Tuesday")).await;
    world.staff_type("submissions!E3", json!("Gitlab")).await;
    let listed = world.json("/findings").await["cells"].as_array().expect("cells").len();
    let body = status(&world).await;
    let findings = |title: &str| {
        let tabs = body["tabs"].as_array().expect("tabs");
        let tab = tabs.iter().find(|tab| tab["tab"] == title).expect("tab");
        tab["findings"].clone()
    };
    assert_eq!((listed, findings("submissions")), (2, json!(2)));
    assert_eq!(findings("company_aliases"), 0);
    let page = world.page("/status").await;
    page.says("Findings 2");
}

#[tokio::test]
async fn before_anything_was_read_the_status_says_so() {
    let world = World::new().await;
    let body = status(&world).await;
    assert_eq!(body["tabs"], json!([]));
    world.page("/status").await.says("No tab has been read yet.");
    let unused = store_with(&world.sheets, StoreOptions::for_google(world.clock(), IDENTITY)).await;
    assert_eq!(unused.status().state, SpreadsheetState::Idle);
}

#[tokio::test]
async fn the_status_is_a_page_with_two_faces_and_every_page_leads_to_it() {
    let world = World::new().await;
    let page = world.page("/leaderboard").await;
    assert!(page.attributes("footer a", "href").contains(&"/status".to_owned()));
    let json = world
        .get("/status?format=json")
        .header("accept", "text/html")
        .send()
        .await
        .expect("answer");
    assert_eq!(json.headers()["content-type"], "application/json");
    let csv = world.get("/status?format=csv").send().await.expect("answer");
    assert_eq!(csv.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn failed_calls_are_remembered_with_time_question_and_cause_but_not_for_ever() {
    let world = World::new().await;
    world.fault(json!({"match": "", "times": 1, "fault": "html"})).await;
    world.store.ping().await.expect_err("a page instead of JSON");
    world.fault(json!({"match": "", "times": 30, "fault": "404"})).await;
    world.pass(SignedDuration::from_secs(5));
    world.store.ping().await.expect_err("not there");
    let body = status(&world).await;
    let failures = body["failures"].as_array().expect("failures");
    assert_eq!(failures.len(), 2);
    assert_eq!(failures[0]["at"], "2026-03-03T12:00:05Z");
    assert_eq!(failures[0]["asked"], "list the tabs");
    assert!(
        failures[0]["reason"]
            .as_str()
            .expect("text")
            .contains("NOT_FOUND (404)"),
        "{body}"
    );
    let reason = failures[1]["reason"].as_str().expect("text");
    assert!(
        reason.starts_with("no usable answer: the answer is not JSON") && !reason.contains('<'),
        "{reason}"
    );
    assert_eq!(body["reads"]["failed"], 2);
    world.page("/status").await.says("list the tabs");
    for _ in 0..25 {
        world.store.ping().await.expect_err("not there");
    }
    assert_eq!(status(&world).await["failures"].as_array().expect("failures").len(), 20);
    world.heal().await;
}

#[tokio::test]
async fn what_is_left_of_the_quota_is_told() {
    let world = World::new().await;
    let options = StoreOptions {
        calls_per_minute: NonZeroU32::new(40),
        ..StoreOptions::for_google(world.clock(), IDENTITY)
    };
    let store = store_with(&world.sheets, options).await;
    store.ping().await.expect("tabs");
    let store_status = store.status();
    assert_eq!(
        (
            store_status.reads.sent,
            store_status.reads.left,
            store_status.reads.a_minute
        ),
        (1, Some(19), Some(40))
    );
    assert_eq!((store_status.writes.left, store_status.writes.waiting), (Some(20), 0));
}

#[tokio::test]
async fn while_google_is_down_calls_are_held_back_and_pages_answer_at_once_with_the_last_data() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.page("/leaderboard").await;
    go_down(&world).await;
    open_circuit(&world).await;
    let body = status(&world).await;
    assert_eq!(
        (&body["state"], &body["since"]),
        (&json!("circuit_open"), &json!("2026-03-03T12:00:00.001Z"))
    );
    assert!(body["until"].as_str() >= body["since"].as_str());
    assert!(body["reason"].as_str().expect("text").contains("currently unavailable"));
    world.page("/status").await.says("has not answered since 13:00:00");
    world.pass(SignedDuration::from_mins(10));
    world.page("/leaderboard").await.says("Kate");
}

#[tokio::test]
async fn a_refusal_or_a_used_up_quota_does_not_hold_calls_back() {
    let world = World::new().await;
    for fault in ["403", "404", "429"] {
        world.fault(json!({"match": "", "times": 30, "fault": fault})).await;
        for _ in 0..30 {
            world.store.ping().await.expect_err(fault);
        }
        assert_eq!(world.store.status().reads.held_back, 0, "{fault}");
        assert!(
            !matches!(world.store.status().state, SpreadsheetState::CircuitOpen { .. }),
            "{fault}"
        );
        world.store.ping().await.expect("answered");
        assert!(
            matches!(world.store.status().state, SpreadsheetState::Answering { .. }),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn a_spreadsheet_that_may_only_be_looked_at_is_told_as_one_until_a_write_succeeds() {
    let world = World::new().await;
    world.fault(json!({"match": "", "fault": "read-only"})).await;
    let refused = world.store.commit(Batch::inserts([insert("a", "Acme")])).await;
    assert!(matches!(refused, Err(CommitError::Closed(_))), "{refused:?}");
    world.page("/leaderboard").await;
    let body = status(&world).await;
    assert_eq!((&body["state"], &body["calls"]), (&json!("failing"), &json!("writes")));
    let page = world.page("/status").await;
    page.says("The spreadsheet cannot be written to since 13:00:00 (0 s ago).");
    page.says("Reason: PERMISSION_DENIED (403)");
    world.heal().await;
    world
        .store
        .commit(Batch::inserts([insert("a", "Acme")]))
        .await
        .expect("written");
    assert_eq!(status(&world).await["state"], "answering");
}

#[tokio::test]
async fn when_google_is_back_the_next_request_finds_out_by_itself() {
    let world = World::new().await;
    go_down(&world).await;
    open_circuit(&world).await;
    world.heal().await;
    // No background task checks for recovery: each page request is a probe.
    world.pass(SignedDuration::from_mins(1));
    world.page("/leaderboard").await.says("Leaderboard");
    assert_eq!(status(&world).await["state"], "answering");
}

#[tokio::test]
async fn a_person_who_presses_refresh_does_not_wait_for_the_pause() {
    let world = World::new().await;
    let options = StoreOptions {
        // Retry delays of half a minute and more, too long for a test to wait.
        first_pause: Duration::from_secs(30),
        ..StoreOptions::for_google(world.clock(), IDENTITY)
    };
    let store = store_with(&world.sheets, options).await;
    go_down(&world).await;
    while store.status().reads.held_back == 0 {
        store.ping().await.expect_err("Google is down");
    }
    world.heal().await;
    store.ping().await.expect_err("held back");
    store.refresh();
    store.ping().await.expect("answered");
    store.ping().await.expect("the circuit is closed");
}

#[tokio::test]
async fn a_write_whose_outcome_got_lost_is_settled_when_google_is_back() {
    let world = World::new().await;
    world
        .store
        .commit(Batch::inserts([insert("first", "Acme")]))
        .await
        .expect("written");
    // The row is written, the response is lost, and the lookups that follow fail too.
    world
        .fault(json!({"match": "batchUpdate", "times": 1, "fault": "commit-then-503"}))
        .await;
    for (method, passing) in [("batchGet", 1), ("spreadsheets.get", 0)] {
        world
            .fault(json!({"match": method, "after": passing, "times": 100_000, "fault": "503"}))
            .await;
    }
    let store = Arc::clone(&world.store);
    let write = tokio::spawn(async move { store.commit(Batch::inserts([insert("a", "Acme")])).await });
    while !matches!(world.store.status().state, SpreadsheetState::CircuitOpen { .. }) && !write.is_finished() {
        tokio::task::yield_now().await;
    }
    assert!(!write.is_finished());
    world.heal().await;
    let committed = write.await.expect("task").expect("settled");
    assert_eq!(committed.inserted, 1);
    assert_eq!(ids(&world).await, ["first", "a"]);
}

#[tokio::test]
async fn a_storm_of_429_ends_with_every_row_written_once_the_quota_is_refilled() {
    let world = Arc::new(World::new().await);
    world.fault(json!({"match": "", "times": 12, "fault": "429"})).await;
    let writes: Vec<_> = (0..10)
        .map(|number| {
            let store = Arc::clone(&world.store);
            tokio::spawn(async move {
                store
                    .commit(Batch::inserts([insert(&format!("id-{number}"), "Acme")]))
                    .await
            })
        })
        .collect();
    let reading = world.store.read::<LeaderboardRows>().await;
    assert!(reading.is_ok(), "{reading:?}");
    for write in writes {
        write.await.expect("task").expect("written");
    }
    assert_eq!(ids(&world).await.len(), 10);
    let failures = world.store.status().failures;
    assert_eq!(failures.len(), 12);
    assert!(
        failures
            .iter()
            .all(|failure| failure.reason.to_string().contains("quota")),
        "{failures:?}"
    );
}

/// Fills the queue of a store whose writes hang, until the first refusal; returns the queued writes.
async fn fill(store: &Arc<Store>) -> Vec<tokio::task::JoinHandle<Result<CommitSummary, CommitError>>> {
    let mut waiting = Vec::new();
    for number in 0.. {
        let store = Arc::clone(store);
        let mut write = Box::pin(async move {
            store
                .commit(Batch::inserts([insert(&format!("id-{number}"), "Acme")]))
                .await
        });
        let at_once = std::future::poll_fn(|context| {
            std::task::Poll::Ready(match write.as_mut().poll(context) {
                std::task::Poll::Ready(result) => Some(result),
                std::task::Poll::Pending => None,
            })
        });
        match at_once.await {
            None => waiting.push(tokio::spawn(write)),
            Some(result) => {
                assert!(matches!(result, Err(CommitError::Busy)), "{result:?}");
                break;
            }
        }
        tokio::task::yield_now().await;
    }
    waiting
}

#[tokio::test]
async fn a_full_queue_says_busy_at_once_keeps_what_was_typed_and_loses_nothing() {
    let world = World::of(Plan {
        queue: NonZeroUsize::new(3).expect("positive"),
        ..Plan::default()
    })
    .await;
    world.page("/leaderboard").await;
    world
        .fault(json!({"match": "", "times": 100_000, "fault": "timeout", "delay_ms": 60_000}))
        .await;
    let waiting = fill(&world.store).await;
    let queue = world.store.status().queue;
    assert_eq!((queue.waiting, queue.room), (3, 3));

    let response = world.send_form(&form("Kate", "Acme", &["GitHub"], "key-1")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key("retry-after"));
    let page = Page::of(response).await;
    page.says("NOT recorded");
    page.says("Too many entries are waiting");
    assert_eq!(page.attributes("input[name=csm]", "value"), ["Kate"]);
    assert_eq!(page.attributes("input[name=company]", "value"), ["Acme"]);
    assert_eq!(
        page.attributes("input[name=integrations][checked]", "value"),
        ["GitHub"]
    );
    let body: Value = {
        let body = json!({"csm": "Kate", "company": "Acme", "integrations": ["GitHub"], "key": "key-2"});
        let response = world
            .post("/leaderboard/submissions")
            .json(&body)
            .send()
            .await
            .expect("answer");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        response.json().await.expect("JSON")
    };
    assert_eq!(body["error"]["code"], "busy");

    world.heal().await;
    let accepted = waiting.len();
    for write in waiting {
        write.await.expect("task").expect("written");
    }
    assert_eq!(ids(&world).await.len(), accepted);
}

#[tokio::test]
async fn the_health_check_asks_nobody_and_the_deep_one_asks_google_once_for_everyone() {
    let world = Arc::new(World::new().await);
    let plain: Value = world.json("/health").await;
    assert_eq!(plain["status"], "ok");
    assert_eq!(world.json("/health?deep=0").await["status"], "ok");
    assert_eq!(sent(&world).await, 0);
    let checks: Vec<_> = (0..50)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.json("/health?deep=1").await })
        })
        .collect();
    for check in checks {
        assert_eq!(check.await.expect("task")["status"], "ok");
    }
    assert_eq!(world.calls().await["reads"], 1);
}

#[tokio::test]
async fn the_deep_check_names_why_google_cannot_be_used_and_the_plain_one_stays_well() {
    let world = World::new().await;
    go_down(&world).await;
    for _ in 0..20 {
        let response = world.get("/health?deep=1").send().await.expect("answer");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["status"], "down");
        assert!(
            body["reason"].as_str().expect("text").contains("currently unavailable"),
            "{body}"
        );
    }
    assert_eq!(world.calls().await["reads"], 1);
    assert_eq!(world.json("/health").await["status"], "ok");
}
