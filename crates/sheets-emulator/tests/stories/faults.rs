//! Tests of fault injection and of the call counts.

use serde_json::{Value, json};
use sheets_emulator::EmulatorOptions;

use crate::world::World;

impl World {
    pub async fn control(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let address = format!("{}/_emulator/{path}", self.emulator.url());
        let request = self.client.request(method, address);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    pub async fn order(&self, fault: Value) {
        assert_eq!(self.control(reqwest::Method::POST, "faults", Some(fault)).await.0, 200);
    }

    /// Whether a write gets a complete, successful response.
    async fn write_arrives(&self, text: &str) -> bool {
        let request = self.client.put(self.address("/values/A1?valueInputOption=RAW"));
        let sent = request
            .bearer_auth(self.emulator.owner_token())
            .json(&json!({"values": [[text]]}))
            .send()
            .await;
        match sent {
            Ok(answer) => answer.status().is_success() && answer.json::<Value>().await.is_ok(),
            Err(_) => false,
        }
    }
}

#[tokio::test]
async fn a_fault_strikes_as_often_as_ordered_and_only_what_it_matches() {
    let world = World::new().await;
    world
        .order(json!({"match": "values.batchGet", "times": 2, "after": 1, "fault": "503"}))
        .await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(world.get("/values:batchGet?ranges=A1").await.0);
    }
    assert_eq!(seen, [200, 503, 503, 200]);
    world
        .order(json!({"match": "spreadsheets.get", "fault": "service-disabled"}))
        .await;
    assert_eq!(world.get("/values/A1").await.0, 200);
    let (status, body) = world.get("").await;
    assert_eq!(
        (status, &body["error"]["details"][1]["reason"]),
        (403, &json!("SERVICE_DISABLED"))
    );
}

#[tokio::test]
async fn a_lost_answer_may_hide_a_commit_or_not() {
    let world = World::new().await;
    for (fault, kept) in [
        ("503", false),
        ("reset", false),
        ("truncate", false),
        ("html", false),
        ("commit-then-503", true),
        ("commit-then-reset", true),
        ("commit-then-truncate", true),
    ] {
        assert!(world.write_arrives("before").await);
        world.order(json!({"match": "values.update", "fault": fault})).await;
        assert!(!world.write_arrives(fault).await, "{fault}");
        let expected = if kept { fault } else { "before" };
        assert_eq!(world.values("A1").await, json!([[expected]]), "{fault}");
    }
}

#[tokio::test]
async fn read_only_lasts_until_it_is_lifted() {
    let world = World::new().await;
    world.order(json!({"fault": "read-only"})).await;
    for _ in 0..3 {
        assert_eq!(world.post("/values/A1:clear", json!({})).await.0, 403);
        assert_eq!(world.get("").await.0, 200);
    }
    world.control(reqwest::Method::DELETE, "faults", None).await;
    assert_eq!(world.post("/values/A1:clear", json!({})).await.0, 200);
}

#[tokio::test]
async fn calls_are_counted_by_method_and_shape() {
    let world = World::new().await;
    world.get("/values:batchGet?ranges=A1").await;
    world.get("/values:batchGet?ranges=B1").await;
    world.batch(json!([{"addSheet": {}}])).await;
    let (_, counts) = world.control(reqwest::Method::GET, "calls", None).await;
    let calls = json!({"GET spreadsheets.values:batchGet": 2, "POST spreadsheets:batchUpdate": 1});
    assert_eq!(counts, json!({"reads": 2, "writes": 1, "calls": calls, "faults": {}}));
    world.control(reqwest::Method::DELETE, "calls", None).await;
    let (_, counts) = world.control(reqwest::Method::GET, "calls", None).await;
    assert_eq!(counts, json!({"reads": 0, "writes": 0, "calls": {}, "faults": {}}));
}

/// Faults that respond without a delay, so that tests need not wait.
const AT_ONCE: [&str; 8] = [
    "429",
    "503",
    "commit-then-503",
    "truncate",
    "commit-then-truncate",
    "reset",
    "commit-then-reset",
    "html",
];

impl World {
    /// Writes a hundred numbers one by one under random faults. Returns the success of each write and the injected
    /// faults.
    async fn chaotic_writes(&self, seed: u64) -> (Vec<bool>, Value) {
        self.order(json!({"match": "values.update", "rate": 0.3, "seed": seed, "faults": AT_ONCE}))
            .await;
        let mut arrived = Vec::new();
        for index in 0..100 {
            arrived.push(self.write_arrives(&index.to_string()).await);
        }
        let (_, counts) = self.control(reqwest::Method::GET, "calls", None).await;
        (arrived, counts["faults"].clone())
    }
}

#[tokio::test]
async fn random_faults_are_the_same_for_the_same_seed_and_are_counted() {
    let (first, second, third) = (World::new().await, World::new().await, World::new().await);
    let (arrived, dealt) = first.chaotic_writes(7).await;
    assert_eq!(second.chaotic_writes(7).await, (arrived.clone(), dealt.clone()));
    assert_ne!(third.chaotic_writes(8).await.0, arrived);
    let failed = arrived.iter().filter(|arrived| !**arrived).count() as u64;
    let counts = dealt.as_object().expect("counts by kind");
    let sum: u64 = counts.values().filter_map(Value::as_u64).sum();
    assert_eq!(sum, failed);
    assert!((15..=45).contains(&failed) && counts.len() > 4, "{dealt}");
}

#[tokio::test]
async fn random_faults_leave_reads_what_makes_sense_and_end_when_they_are_removed() {
    let world = World::new().await;
    let faults = ["commit-then-503", "read-only"];
    world.order(json!({"rate": 1, "faults": faults})).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..30 {
        seen.insert(world.get("/values/A1").await.0);
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [200, 503]);
    let (_, counts) = world.control(reqwest::Method::GET, "calls", None).await;
    let kinds: Vec<&String> = counts["faults"].as_object().expect("counts by kind").keys().collect();
    assert_eq!(kinds, ["503"]);
    let (_, list) = world.control(reqwest::Method::GET, "faults", None).await;
    assert_eq!(list["faults"][0]["faults"], json!(faults));
    world.control(reqwest::Method::DELETE, "faults", None).await;
    for _ in 0..10 {
        assert_eq!(world.post("/values/A1:clear", json!({})).await.0, 200);
    }
}

#[tokio::test]
async fn random_faults_need_a_share_and_something_to_draw_from() {
    let world = World::new().await;
    for (order, cause) in [
        (
            json!({"rate": 1.5, "faults": ["503"]}),
            "rate is 1.5, not between 0 and 1",
        ),
        (json!({"rate": 0.5, "faults": []}), "faults is empty"),
        (json!({"rate": 0.5, "faults": ["418"]}), "unknown variant"),
        (
            json!({"rate": 0.5, "faults": ["503"], "times": 2}),
            "unknown field `times`",
        ),
    ] {
        let (status, body) = world.control(reqwest::Method::POST, "faults", Some(order)).await;
        assert_eq!(status, 400);
        assert!(crate::world::message(&body).contains(cause), "{body}");
    }
}

#[tokio::test]
async fn every_call_of_the_api_waits_for_the_latency_and_the_controls_do_not() {
    let world = World::with(EmulatorOptions {
        latency: std::time::Duration::from_hours(1),
        ..EmulatorOptions::default()
    })
    .await;
    let request = world
        .client
        .get(world.address(""))
        .bearer_auth(world.emulator.owner_token());
    let call = tokio::spawn(request.send());
    loop {
        let (_, counts) = world.control(reqwest::Method::GET, "calls", None).await;
        if counts["reads"] == 1 {
            break;
        }
    }
    assert!(!call.is_finished());
    call.abort();
}

#[tokio::test]
async fn a_misspelt_fault_and_a_foreign_page_are_refused() {
    let world = World::new().await;
    assert_eq!(
        world
            .control(reqwest::Method::POST, "faults", Some(json!({"fault": "418"})))
            .await
            .0,
        400
    );
    for (name, value, status) in [
        ("Origin", "https://evil.example", 403),
        ("Origin", "null", 403),
        ("Host", "evil.example", 421),
        ("Host", "localhost.evil.example:8081", 421),
    ] {
        for path in [
            "_emulator/calls".to_owned(),
            format!("spreadsheets/d/{}", world.emulator.spreadsheet_id()),
            format!("v4/spreadsheets/{}", world.emulator.spreadsheet_id()),
        ] {
            if path.starts_with("v4/") && name == "Origin" {
                // Programs in pages may call the API with a token.
                continue;
            }
            let request = world
                .client
                .get(format!("{}/{path}", world.emulator.url()))
                .header(name, value);
            assert_eq!(
                request.send().await.expect("an answer").status().as_u16(),
                status,
                "{name}: {value} {path}"
            );
        }
    }
}
