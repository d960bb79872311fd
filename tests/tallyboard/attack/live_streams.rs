//! Live streams: one address cannot take every place, and a board without a place polls.

use reqwest::StatusCode;
use serde_json::Value;
use tallyboard::app::CallerLimits;
use test_support::event_stream::EventStream;
use web::{middleware::RequestSettings, server::seats::SeatLimits};

use crate::world::{Plan, World};

fn plan(in_all: usize, per_network: usize) -> Plan {
    Plan {
        requests: RequestSettings {
            trusted_proxies: 1,
            ..RequestSettings::unlimited()
        },
        callers: CallerLimits {
            streams: SeatLimits { in_all, per_network },
            ..CallerLimits::default()
        },
        ..Plan::default()
    }
}

async fn open(world: &World, caller: &str) -> EventStream {
    let header = format!("X-Forwarded-For: {caller}\r\n");
    EventStream::open(&world.address, "/leaderboard/live", &header).await
}

async fn refused(world: &World, caller: &str) -> bool {
    let request = world.get("/leaderboard/live").header("accept", "text/event-stream");
    let answer = request.header("x-forwarded-for", caller).send().await.expect("answer");
    if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
        return false;
    }
    assert_eq!(answer.headers()["retry-after"], "60");
    true
}

#[tokio::test]
async fn an_office_behind_one_address_follows_live_and_cannot_take_every_place() {
    const OFFICE: usize = 61;
    let world = World::of(plan(OFFICE + 2, OFFICE)).await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    let mut office = Vec::new();
    for _ in 0..OFFICE {
        let mut stream = open(&world, "203.0.113.7").await;
        stream.edition().await;
        office.push(stream);
    }
    assert!(refused(&world, "203.0.113.7").await);
    let mut elsewhere = open(&world, "2001:db8::1").await;
    elsewhere.edition().await;
    office.push(elsewhere);
    world.claim("Manny", "Beta", &["Cursor"]).await;
    for stream in &mut office {
        assert_eq!(stream.edition().await["claims"][0]["csm"], "Manny");
    }
    let _last = open(&world, "198.51.100.1").await;
    assert!(refused(&world, "198.51.100.2").await, "no place is left in all");
    // A stream that ends gives its place back.
    office.pop();
    while refused(&world, "198.51.100.3").await {
        tokio::task::yield_now().await;
    }
    println!("{OFFICE} streams of one address were live, and one of another");
}

#[tokio::test]
async fn a_board_without_a_place_hears_the_same_by_polling() {
    let world = World::of(plan(0, 0)).await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    assert!(refused(&world, "203.0.113.7").await);
    let poll = async |since: &str| -> Value {
        let request = world.get(&format!("/leaderboard/live?since={since}"));
        let answer = request
            .header("accept", "application/json")
            .send()
            .await
            .expect("answer");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        answer.json().await.expect("JSON")
    };
    let first = poll("").await;
    assert_eq!(
        first["claims"].as_array().map(Vec::len),
        Some(0),
        "a new caller has missed nothing: {first}"
    );
    world.claim("Manny", "Beta", &["Cursor"]).await;
    let seen = first["edition"].as_str().expect("edition");
    let second = poll(seen).await;
    assert_eq!(second["claims"][0]["message"], "Manny: +1 at Beta (Cursor).");
    let third = poll(second["edition"].as_str().expect("edition")).await;
    assert_eq!(
        (&third["edition"], &third["others"]),
        (&second["edition"], &Value::from(0))
    );
    assert!(third["claims"].as_array().is_some_and(Vec::is_empty));
}
