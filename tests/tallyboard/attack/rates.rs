//! Greedy callers: rates of writes, reads and work, whatever they write into `X-Forwarded-For`, and lists that answer
//! more than they need.

use std::num::NonZeroU32;

use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::json;
use web::middleware::RequestSettings;

use crate::world::{Plan, World};

const WRITES: usize = 10;
const READS: usize = 20;
const WORK: usize = 3;

async fn limited(trusted_proxies: usize) -> World {
    let rate = |requests: usize| NonZeroU32::new(u32::try_from(requests).expect("small")).expect("positive");
    World::of(Plan {
        requests: RequestSettings {
            posts_per_minute: rate(WRITES),
            gets_per_minute: Some(rate(READS)),
            work_per_minute: Some(rate(WORK)),
            trusted_proxies,
            ..RequestSettings::unlimited()
        },
        ..Plan::default()
    })
    .await
}

/// Sends `times` requests and returns how many were accepted.
async fn accepted(world: &World, method: &str, times: usize, forwarded: impl Fn(usize) -> String) -> usize {
    let mut accepted = 0;
    for number in 0..times {
        let request = match method {
            "POST" => world.post("/refresh"),
            _ => world.get("/robots.txt"),
        };
        let sent = request.header("x-forwarded-for", forwarded(number)).send().await;
        let status = sent.expect("answer").status();
        assert!(
            status == StatusCode::TOO_MANY_REQUESTS || status.is_success() || status.is_redirection(),
            "{status}"
        );
        accepted += usize::from(status != StatusCode::TOO_MANY_REQUESTS);
    }
    accepted
}

/// What a caller writes into `X-Forwarded-For`, and the part of its requests that count as one caller's behind 0, 1 and 2
/// proxies: `true` if all of them do.
type Disguise = (&'static str, fn(usize) -> String, [bool; 3]);

const DISGUISES: [Disguise; 9] = [
    ("no address", |_| String::new(), [true, true, true]),
    (
        "another address each time",
        |n| format!("10.0.0.{n}"),
        [true, false, true],
    ),
    (
        "a forged one before the proxy's",
        |n| format!("10.1.0.{n}, 9.9.9.9"),
        [true, true, false],
    ),
    (
        "two forged ones",
        |n| format!("10.2.0.{n}, 10.3.0.{n}, 8.8.4.4, 9.9.9.8"),
        [true, true, true],
    ),
    (
        "something unreadable",
        |n| format!("10.4.0.{n}, garbage{n}"),
        [true, true, false],
    ),
    (
        "one address with other ports",
        |n| format!("7.7.7.7:{}, 7.7.7.7:{}", 1_000 + n, 2_000 + n),
        [true, true, true],
    ),
    (
        "neighbours in one network",
        |n| format!("2001:db8::{n:x}, 2001:db8::{n:x}"),
        [true, true, true],
    ),
    (
        "the same in brackets",
        |n| format!("[2001:db9::{n:x}]:80, \"[2001:db9::{n:x}]\""),
        [true, true, true],
    ),
    (
        "other networks",
        |n| format!("2001:db8:1:{n:x}::1"),
        [true, false, true],
    ),
];

#[tokio::test]
async fn no_disguise_gives_a_caller_more_than_its_rate_behind_any_number_of_proxies() {
    let mut sent = 0;
    for proxies in 0..3 {
        let world = limited(proxies).await;
        for (disguise, forwarded, is_one) in DISGUISES {
            // A minute refills every budget.
            world.pass(SignedDuration::from_secs(60));
            for (method, rate) in [("POST", WRITES), ("GET", READS)] {
                let times = rate + 5;
                let expected = if is_one[proxies] { rate } else { times };
                let found = accepted(&world, method, times, forwarded).await;
                assert_eq!(found, expected, "{method} with {disguise} behind {proxies} proxies");
                sent += times;
            }
        }
    }
    println!("{sent} requests in disguise: as many accepted as the rates allow");
}

#[tokio::test]
async fn a_refusal_says_in_words_how_long_to_wait_and_what_monitors_ask_does_not_count() {
    let world = limited(0).await;
    for _ in 0..READS {
        assert_eq!(
            world.get("/robots.txt").send().await.expect("answer").status(),
            StatusCode::OK
        );
    }
    let refused = world.get("/deals").send().await.expect("answer");
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "4");
    assert_eq!(refused.headers()["cache-control"], "no-store");
    let body: serde_json::Value = refused.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "too_many_requests");
    let french = world.page("/deals?lang=fr").await;
    french.says("C’était beaucoup à la fois");
    french.says("Attendez 4 secondes et réessayez");
    for free in ["/health", web::assets::STYLESHEET.address()] {
        for _ in 0..READS {
            assert_eq!(
                world.get(free).send().await.expect("answer").status(),
                StatusCode::OK,
                "{free}"
            );
        }
    }
    world.pass(SignedDuration::from_secs(4));
    assert_eq!(
        world.get("/deals").send().await.expect("answer").status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn only_so_many_responses_a_minute_are_worked_out_anew_for_one_address() {
    let world = limited(1).await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    let get = async |path: &str, address: &str| {
        let request = world.get(path).header("x-forwarded-for", address);
        request.send().await.expect("answer")
    };
    let costly: [fn(usize) -> String; 6] = [
        |n| format!("/leaderboard?as_of=2026-03-03T12:00:{n:02}Z"),
        |n| format!("/leaderboard/claims?as_of=2026-03-03T11:00:{n:02}Z"),
        |n| format!("/leaderboard/difference?before=2026-03-02T12:00:{n:02}Z&after=2026-03-02T12:00:{n:02}Z"),
        |n| format!("/deals?format=pdf&q={n}"),
        |n| format!("/deals/list?format=xlsx&q={n}"),
        |n| format!("/customers/preview?activity={}&format=json", 20 + n),
    ];
    let mut sent = 0;
    for (caller, path) in costly.into_iter().enumerate() {
        let address = format!("192.0.2.{caller}");
        for number in 0..WORK {
            let status = get(&path(number), &address).await.status();
            assert_ne!(status, StatusCode::TOO_MANY_REQUESTS, "{}", path(number));
        }
        let refused = get(&path(WORK), &address).await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS, "{}", path(WORK));
        assert_eq!(refused.headers()["retry-after"], "21");
        let body: serde_json::Value = refused.json().await.expect("JSON");
        assert_eq!(body["error"]["code"], "too_much_work");
        // What is in a cache, and what costs little, is still answered.
        for cheap in [path(0), "/leaderboard".to_owned(), "/deals?format=csv".to_owned()] {
            let is_cached = caller < 2 || cheap != path(0);
            if is_cached {
                assert_eq!(get(&cheap, &address).await.status(), StatusCode::OK, "{cheap}");
            }
        }
        sent += WORK + 1;
    }
    println!("{sent} costly requests: {WORK} a minute for each address");
}

/// Rows of the submissions tab: each with names of its own, as long as the form accepts.
fn long_claims(count: usize) -> serde_json::Value {
    let rows = (0..count).map(|number| {
        let text = |text: String| json!({"userEnteredValue": {"stringValue": text}});
        let cells = [
            text(format!("claim-{number}")),
            json!({"userEnteredValue": {"numberValue": 46_084.5}}),
            text(format!("{:é<80}", format!("Csm {number} "))),
            text(format!("{:é<200}", format!("Company {number} "))),
            text(format!("GitHub, {:é<80}", format!("Integration {number} "))),
        ];
        json!({"values": cells})
    });
    rows.collect()
}

#[tokio::test]
#[ignore = "takes a minute: .ci/long"]
async fn no_json_over_ten_thousand_names_is_larger_than_a_megabyte_and_its_pages_hold_all() {
    const NAMES: usize = 10_000;
    let world = World::new().await;
    let sheet = world.sheet_id("submissions").await;
    for part in 0..10 {
        let rows = long_claims(NAMES);
        let rows = &rows.as_array().expect("rows")[part * 1_000..(part + 1) * 1_000];
        let append = json!([{"appendCells": {"sheetId": sheet, "rows": rows, "fields": "userEnteredValue"}}]);
        world.staff(append).await;
    }
    world.pass(SignedDuration::from_secs(60));
    let (mut pages, mut largest) = (0, 0);
    for (path, list) in [
        ("/leaderboard", "by_csm"),
        ("/leaderboard", "by_service"),
        ("/leaderboard/claims", "claims"),
        ("/leaderboard/matrix", "companies"),
        ("/leaderboard/difference?before=2026-01-01&after=2026-12-31", "by_csm"),
        ("/findings", "near_names"),
        ("/findings", "cells"),
    ] {
        let (mut next, mut found, mut total) = (Some(path.to_owned()), 0, None);
        while let Some(address) = next.take() {
            let text = world
                .get(&address)
                .send()
                .await
                .expect("answer")
                .text()
                .await
                .expect("text");
            assert!(text.len() <= 1_000_000, "{address}: {} bytes", text.len());
            (pages, largest) = (pages + 1, largest.max(text.len()));
            let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            found += answer[list].as_array().expect("a list").len();
            let cut = answer["cut"].as_array().expect("lists");
            if let Some(cut) = cut.iter().find(|cut| cut["list"] == list) {
                total = cut["total"].as_u64();
                next = cut["next"].as_str().map(str::to_owned);
            }
        }
        assert_eq!(Some(found as u64), total.or(Some(found as u64)), "{list} of {path}");
        assert!(list != "claims" || found == NAMES, "{found} claims");
        println!("{found} entries of {list} at {path}");
    }
    println!("{pages} pages of JSON, the largest of {largest} bytes");
}
