//! Headers of every response, HTTPS behind a proxy, calls from other origins, and addresses that are too long.

use deals::ReminderSettings;
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use tallyboard::app::SecurityContact;
use test_support::Page;
use web::middleware::{RequestSettings, cors::CorsOrigins, https::HttpsSettings};

use crate::world::{Plan, World};

const TOKEN: &str = "a token of thirty-two characters";

fn header(response: &Response, name: &str) -> String {
    let values = response.headers().get_all(name).iter();
    let values: Vec<&str> = values.map(|value| value.to_str().expect("text")).collect();
    values.join(", ")
}

/// Paths of every `GET` operation, without the stream, and of every asset.
async fn addresses(world: &World) -> Vec<String> {
    let document = world.json("/openapi.json").await;
    let paths = document["paths"].as_object().expect("paths");
    let reads = paths.iter().filter(|(_, item)| item["get"].is_object());
    let reads = reads
        .map(|(path, _)| path.as_str())
        .filter(|path| *path != "/leaderboard/live");
    let mut addresses: Vec<String> = reads
        .map(|path| {
            let parts = path
                .split('/')
                .map(|part| if part.starts_with('{') { "1" } else { part });
            parts.collect::<Vec<_>>().join("/")
        })
        .collect();
    let boards = [
        &web::assets::ALL[..],
        &leaderboard::assets::ALL,
        &deals::assets::ALL,
        &customers::assets::ALL,
    ];
    addresses.extend(boards.concat().iter().map(|asset| asset.address().to_owned()));
    addresses.push("/nowhere".to_owned());
    addresses
}

#[tokio::test]
async fn every_response_of_every_address_has_every_header() {
    let world = World::new().await;
    let (mut seen, mut failures) = (0, 0);
    for path in addresses(&world).await {
        for accept in ["text/html", "application/json"] {
            let response = world.get(&path).header("accept", accept).send().await.expect("answer");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("x-frame-options", "DENY"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("strict-transport-security", ""),
                ("access-control-allow-origin", ""),
            ] {
                assert_eq!(header(&response, name), value, "{name} of {path}");
            }
            assert!(header(&response, "permissions-policy").contains("camera=()"), "{path}");
            assert!(!header(&response, "x-request-id").is_empty(), "{path}");
            let policy = header(&response, "content-security-policy");
            assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
            let is_viewer = matches!(path.as_str(), "/docs" | "/redoc");
            assert_eq!(
                policy.contains("require-trusted-types-for 'script'"),
                !is_viewer,
                "{path}"
            );
            assert_eq!(policy.contains("unsafe"), is_viewer, "{path}");
            let status = response.status();
            let is_error = status.is_client_error() || status.is_server_error();
            let expected: &[&str] = match path.starts_with("/assets/") || path.starts_with("/docs/files/") {
                _ if is_error => &["no-store"],
                true => &["public, max-age=31536000, immutable"],
                false => &["private, no-cache", "private, no-store", "no-store", "no-cache"],
            };
            let cache = header(&response, "cache-control");
            assert!(expected.contains(&cache.as_str()), "{path} with {status}: “{cache}”");
            seen += 1;
            failures += usize::from(is_error);
        }
    }
    println!("{seen} responses, {failures} of them errors: each with every header");
    assert!(seen > 100 && failures > 10);
}

#[tokio::test]
async fn behind_a_trusted_proxy_http_leads_to_https_and_everything_keeps_to_it() {
    let world = World::of(Plan {
        requests: RequestSettings {
            trusted_proxies: 1,
            https: HttpsSettings {
                redirect_to: Some("https://board.example".to_owned()),
                ..HttpsSettings::default()
            },
            ..RequestSettings::unlimited()
        },
        ..Plan::default()
    })
    .await;
    let send = async |method: Method, path: &str, scheme: &str| {
        let request = world.client.request(method, format!("{}{path}", world.address));
        let sent = request
            .header("x-forwarded-proto", scheme)
            .header("accept", "text/html")
            .send();
        sent.await.expect("answer")
    };
    for (method, path) in [
        (Method::GET, "/leaderboard/claims?csm=Zo%C3%A9"),
        (Method::POST, "/leaderboard/submissions"),
        (Method::GET, "/nowhere"),
    ] {
        let moved = send(method, path, "http").await;
        assert_eq!(moved.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(header(&moved, "location"), format!("https://board.example{path}"));
        assert_eq!(header(&moved, "strict-transport-security"), "");
    }
    assert_eq!(send(Method::GET, "/health", "http").await.status(), StatusCode::OK);
    for path in ["/deals?lang=en", "/nowhere", "/docs"] {
        let secure = send(Method::GET, path, "https").await;
        assert_eq!(
            header(&secure, "strict-transport-security"),
            "max-age=31536000; includeSubDomains"
        );
        assert!(
            header(&secure, "content-security-policy").ends_with("; upgrade-insecure-requests"),
            "{path}"
        );
    }
    let cookie = header(&send(Method::GET, "/deals?lang=en", "https").await, "set-cookie");
    assert!(
        cookie.contains("; HttpOnly") && cookie.ends_with("; Secure"),
        "{cookie}"
    );
    let plain = world.get("/deals?lang=en").send().await.expect("answer");
    assert!(!header(&plain, "set-cookie").contains("Secure"));
    // Without a trusted proxy the header is the caller's own invention.
    let open = World::new().await;
    let told = open
        .get("/leaderboard")
        .header("x-forwarded-proto", "https")
        .send()
        .await
        .expect("answer");
    assert_eq!(header(&told, "strict-transport-security"), "");
}

#[tokio::test]
async fn pages_of_listed_origins_may_read_and_call_with_a_token_and_nobody_else_may() {
    let origin = "https://app.example";
    let world = World::of(Plan {
        requests: RequestSettings {
            cors: CorsOrigins::parse(origin).expect("origin"),
            ..RequestSettings::unlimited()
        },
        reminders: std::sync::Arc::new(|| ReminderSettings {
            token: Some(TOKEN.to_owned()),
            ..ReminderSettings::default()
        }),
        ..Plan::default()
    })
    .await;
    let send = async |method: Method, path: &str, headers: &[(&str, &str)]| {
        let mut request = world.client.request(method, format!("{}{path}", world.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.expect("answer")
    };
    for path in ["/leaderboard", "/nowhere", "/deals?page=x"] {
        let read = send(Method::GET, path, &[("origin", origin)]).await;
        assert_eq!(header(&read, "access-control-allow-origin"), origin, "{path}");
        assert_eq!(header(&read, "access-control-allow-credentials"), "", "{path}");
        assert!(header(&read, "vary").contains("Origin"), "{path}");
    }
    let ask = ("access-control-request-method", "GET");
    let preflight = send(Method::OPTIONS, "/deals", &[("origin", origin), ask]).await;
    assert_eq!(preflight.status(), StatusCode::NO_CONTENT);
    assert_eq!(header(&preflight, "access-control-allow-methods"), "GET, HEAD");
    assert_eq!(header(&preflight, "access-control-max-age"), "600");
    let bearer = format!("bearer {TOKEN}");
    let authorised = ("authorization", bearer.as_str());
    let called = send(Method::POST, "/deals/reminders", &[("origin", origin), authorised]).await;
    assert_eq!(called.status(), StatusCode::OK);
    let mut refused = 0;
    for foreign in [
        "https://evil.example",
        "null",
        "https://app.example.evil",
        "http://app.example",
        "https://app.example:8443",
    ] {
        for headers in [vec![("origin", foreign)], vec![("origin", foreign), ask]] {
            for (method, path) in [(Method::GET, "/deals"), (Method::OPTIONS, "/deals")] {
                let answer = send(method, path, &headers).await;
                assert_eq!(header(&answer, "access-control-allow-origin"), "", "{foreign}");
                assert!(header(&answer, "vary").contains("Origin"));
                refused += 1;
            }
        }
        let called = send(Method::POST, "/deals/reminders", &[("origin", foreign), authorised]).await;
        assert_eq!(called.status(), StatusCode::FORBIDDEN, "{foreign}");
        refused += 1;
    }
    for (path, headers) in [
        ("/deals", vec![("origin", origin), authorised]),
        ("/deals/reminders", vec![("origin", origin)]),
        ("/leaderboard/submissions", vec![("origin", origin), authorised]),
    ] {
        assert_eq!(
            send(Method::POST, path, &headers).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
        refused += 1;
    }
    // Without a token nobody can authorise a call, and the page's own button must not be reached from elsewhere.
    let open = World::of(Plan {
        requests: RequestSettings {
            cors: CorsOrigins::parse(origin).expect("origin"),
            ..RequestSettings::unlimited()
        },
        ..Plan::default()
    })
    .await;
    let called = open
        .post("/deals/reminders")
        .header("origin", origin)
        .header("authorization", &bearer);
    assert_eq!(called.send().await.expect("answer").status(), StatusCode::FORBIDDEN);
    println!("{} calls from other origins: none may read or write", refused + 1);
}

#[tokio::test]
async fn a_security_contact_is_published_with_a_date_and_without_one_there_is_nothing() {
    const PATH: &str = "/.well-known/security.txt";
    let none = World::new().await;
    assert_eq!(none.page(PATH).await.status, StatusCode::NOT_FOUND);
    let world = World::of(Plan {
        security_contact: Some(SecurityContact {
            uri: "mailto:security@example.com".to_owned(),
            public_url: Some("https://board.example".to_owned()),
        }),
        ..Plan::default()
    })
    .await;
    let answer = world.get(PATH).send().await.expect("answer");
    assert_eq!(header(&answer, "content-type"), "text/plain; charset=utf-8");
    let today = world.clock().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let expires = today.saturating_add(jiff::ToSpan::days(180));
    assert_eq!(
        answer.text().await.expect("text"),
        format!(
            "Contact: mailto:security@example.com\nExpires: {expires}T00:00:00Z\nPreferred-Languages: en, fr\n\
             Canonical: https://board.example/.well-known/security.txt\n"
        )
    );
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused_on_every_board_with_its_parameter() {
    let world = World::new().await;
    let letters = |count: usize| "x".repeat(count);
    let mut refused = 0;
    for page in [
        "/deals",
        "/deals/list",
        "/customers",
        "/leaderboard/claims",
        "/findings",
        "/nowhere",
    ] {
        let long = format!("{page}?q={}", letters(7 * 1024));
        let answer = world.get(&long).send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["error"]["fields"][0]["field"], "q");
        let longer = world
            .get(&format!("{page}?q={}", letters(9 * 1024)))
            .header("accept", "text/html");
        let longer = longer.send().await.expect("answer");
        assert_eq!(longer.status(), StatusCode::URI_TOO_LONG, "{page}");
        Page::of(longer).await.says("8");
        let far = world
            .get(&format!("{page}/{}", letters(3_000)))
            .send()
            .await
            .expect("answer");
        assert_eq!(far.status(), StatusCode::URI_TOO_LONG, "{page}");
        refused += 3;
    }
    let sent = world
        .post(&format!("/leaderboard/submissions?q={}", letters(2_500)))
        .send()
        .await;
    assert_eq!(sent.expect("answer").status(), StatusCode::UNPROCESSABLE_ENTITY);
    println!("{refused} addresses that are too long: all refused");
}
