//! Requests that a page of another site makes a browser send: every writing operation of the document refuses them.

use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::Value;

use crate::{attack::operations, world::World};

/// Headers that a browser sends with a request from elsewhere. `SITE` stands for the address of the program.
const KINDS: &[(&str, &[(&str, &str)])] = &[
    ("another site", &[("origin", "https://evil.example")]),
    ("no site", &[("origin", "null")]),
    ("a name that begins like ours", &[("origin", "SITE.evil.example")]),
    ("another port", &[("origin", "http://127.0.0.1:9")]),
    ("our name as a user", &[("origin", "SITE@evil.example")]),
    ("cross-site", &[("sec-fetch-site", "cross-site")]),
    ("same-site", &[("sec-fetch-site", "same-site")]),
    (
        "cross-site with our origin",
        &[("sec-fetch-site", "cross-site"), ("origin", "SITE")],
    ),
    (
        "plain text, which needs no permission",
        &[("origin", "https://evil.example"), ("content-type", "text/plain")],
    ),
];

fn headers(kind: &[(&'static str, &str)], site: &str) -> HeaderMap {
    let headers = kind.iter().map(|(name, value)| {
        (
            name.parse().expect("name"),
            value.replace("SITE", site).parse().expect("value"),
        )
    });
    headers.collect()
}

#[tokio::test]
async fn no_writing_operation_takes_a_request_from_another_site() {
    let world = World::new().await;
    let document = world.json("/openapi.json").await;
    let (mut tried, mut accepted) = (0, Vec::new());
    for (path, method, _) in operations(&document) {
        if method == Method::GET {
            continue;
        }
        let path = fill_in(&path);
        for (name, kind) in KINDS {
            let request = world
                .client
                .request(method.clone(), format!("{}{path}", world.address))
                .headers(headers(kind, &world.address))
                .body(r#"{"csm": "Mallory", "company": "Acme", "integrations": ["GitHub"], "client": "Acme"}"#);
            let answer = request.send().await.expect("answer");
            tried += 1;
            if answer.status() != StatusCode::FORBIDDEN {
                accepted.push(format!("{method} {path} from {name}: {}", answer.status()));
            }
        }
    }
    assert!(accepted.is_empty(), "{accepted:#?}");
    for tab in tallyboard::app::tabs() {
        assert_eq!(world.rows(tab.title).await, Vec::<Vec<Value>>::new(), "{}", tab.title);
    }
    assert!(tried > 200, "only {tried} requests");
    println!("{tried} forged requests, 0 accepted");
}

/// Path with 1 for each of its parts.
fn fill_in(path: &str) -> String {
    let part = |segment: &str| {
        if segment.starts_with('{') {
            "1".to_owned()
        } else {
            segment.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
