//! Tests of HTTP security: cross-site forms, rate and size limits, escaping, redirects, response headers.

use reqwest::StatusCode;
use serde_json::json;
use test_support::Page;
use web::middleware::RequestSettings;

use crate::world::{Plan, World, form};

#[tokio::test]
async fn a_form_on_another_site_writes_nothing() {
    let world = World::new().await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("origin", "null"),
    ] {
        let sent = world
            .post("/leaderboard/submissions")
            .header("accept", "text/html")
            .header(name, value)
            .form(&form("Kate", "Acme", &["GitHub"], "k"))
            .send()
            .await
            .expect("answer");
        assert_eq!(sent.status(), StatusCode::FORBIDDEN, "{name}: {value}");
        Page::of(sent).await.says("This form came from another site");
    }
    assert!(world.rows("submissions").await.is_empty());
    let own = world
        .post("/leaderboard/submissions")
        .header("origin", &world.address)
        .form(&form("Kate", "Acme", &["GitHub"], "k"));
    assert_eq!(own.send().await.expect("answer").status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn one_address_that_sends_too_much_is_asked_to_wait_and_others_are_not() {
    let world = World::of(Plan {
        requests: RequestSettings {
            posts_per_minute: 3.try_into().expect("positive"),
            trusted_proxies: 1,
            ..RequestSettings::unlimited()
        },
        ..Plan::default()
    })
    .await;
    let send = async |address: &str, key: usize| {
        let request = world
            .post("/leaderboard/submissions")
            .header("accept", "text/html")
            .header("x-forwarded-for", address);
        request
            .form(&form("Kate", "Acme", &["GitHub"], &format!("k{key}")))
            .send()
            .await
            .expect("answer")
    };
    for key in 0..3 {
        assert_eq!(send("203.0.113.7", key).await.status(), StatusCode::SEE_OTHER);
    }
    // A forged address stands to the left of the one added by the trusted proxy.
    let refused = send("198.51.100.1, 203.0.113.7", 4).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    Page::of(refused).await.says("That was a lot at once");
    assert_eq!(send("203.0.113.8", 5).await.status(), StatusCode::SEE_OTHER);
    // Without the header the peer address of the connection applies.
    let direct = async || {
        world
            .send_form(&form("Kate", "Acme", &["GitHub"], "direct"))
            .await
            .status()
    };
    for _ in 0..3 {
        assert_eq!(direct().await, StatusCode::SEE_OTHER);
    }
    assert_eq!(direct().await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(world.rows("submissions").await.len(), 5);
}

#[tokio::test]
async fn programs_that_fill_the_hidden_field_are_refused_with_everything_kept() {
    let world = World::new().await;
    let mut fields = form("Kate", "Acme", &["GitHub"], "k");
    fields.push(("website".to_owned(), "http://spam.example".to_owned()));
    let sent = world.send_form(&fields).await;
    assert_eq!(sent.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = Page::of(sent).await;
    page.says("NOT recorded");
    assert_eq!(page.attributes("input[name=website]", "value"), Vec::<String>::new());
    assert_eq!(page.attributes("input[name=company]", "value"), ["Acme"]);
    assert!(world.rows("submissions").await.is_empty());
}

#[tokio::test]
async fn bodies_that_are_too_large_or_unreadable_are_refused_in_words() {
    let world = World::new().await;
    let large = world
        .post("/leaderboard/submissions")
        .form(&form("Kate", &"x".repeat(100_000), &["GitHub"], "k"))
        .send()
        .await
        .expect("answer");
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    for (kind, body, status) in [
        ("application/json", "{", StatusCode::BAD_REQUEST),
        ("application/json", "{\"csm\": 5}", StatusCode::BAD_REQUEST),
        ("text/plain", "csm=Kate", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let sent = world
            .post("/leaderboard/submissions")
            .header("content-type", kind)
            .body(body)
            .send()
            .await
            .expect("answer");
        assert_eq!(sent.status(), status, "{kind}: {body}");
        let answer: serde_json::Value = sent.json().await.expect("JSON");
        assert_eq!(answer["error"]["safety"], "Nothing was written.");
    }
    assert!(world.rows("submissions").await.is_empty());
}

#[tokio::test]
async fn a_formula_typed_into_the_form_stays_text_in_the_sheet() {
    let world = World::new().await;
    world.claim("=1+1", "007", &["GitHub"]).await;
    let rows = world.rows("submissions").await;
    assert_eq!(rows[0][2..4], [json!("=1+1"), json!("007")]);
    let cells = world
        .sheet_get("?ranges=submissions!C2:D2&fields=sheets.data.rowData.values.userEnteredValue")
        .await;
    let entered = &cells["sheets"][0]["data"][0]["rowData"][0]["values"];
    assert_eq!(
        entered,
        &json!([{"userEnteredValue": {"stringValue": "=1+1"}}, {"userEnteredValue": {"stringValue": "007"}}])
    );
}

#[tokio::test]
async fn hostile_names_are_shown_and_never_run() {
    let world = World::new().await;
    world
        .claim(
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            &["GitHub"],
        )
        .await;
    for path in [
        "/leaderboard",
        "/leaderboard/claims",
        "/leaderboard/submit?csm=%3Cscript%3E&company=%22%3E%3Cimg",
    ] {
        let page = world.page(path).await;
        assert!(page.attributes("script:not([src])", "type").is_empty());
        assert!(page.all("script:not([src])").is_empty(), "{path}");
        assert!(page.attributes("img", "src").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_a_browser_safe() {
    let world = World::new().await;
    for path in [
        "/leaderboard",
        "/leaderboard/submit",
        "/findings",
        "/nowhere",
        "/health",
    ] {
        let answer = world
            .get(path)
            .header("accept", "text/html")
            .send()
            .await
            .expect("answer");
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().expect("text").to_owned())
                .unwrap_or_default()
        };
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert!(!header("x-request-id").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn an_address_where_nothing_is_says_so_to_people_and_to_programs() {
    let world = World::new().await;
    let page = world.page("/nowhere").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    page.says("There is nothing at this address");
    let answer = world.get("/nowhere").send().await.expect("answer");
    let body: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "not_found");
    assert_eq!(body["error"]["next"], "Start again from the first page.");
    let wrong = world.post("/findings").send().await.expect("answer");
    assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_slash_too_many_leads_to_the_page_and_never_to_another_host() {
    let world = World::new().await;
    for (path, place) in [
        ("/leaderboard/", "/leaderboard"),
        ("/leaderboard/claims/?csm=Zo%C3%A9", "/leaderboard/claims?csm=Zo%C3%A9"),
        ("/findings/", "/findings"),
    ] {
        let answer = world.get(path).send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(answer.headers()["location"], place);
    }
    for path in [
        "//evil.example/",
        "//evil.example/leaderboard//",
        "/nowhere",
        "/nowhere/",
        "/leaderboard/nowhere//",
        "/deals/999999/",
        "/assets/nothing.css/",
    ] {
        let answer = world.get(path).send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let sent = world.post("/leaderboard/").send().await.expect("answer");
    assert_eq!(sent.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn options_lists_the_methods_of_an_address_that_exists() {
    let world = World::new().await;
    let options = async |path: &str| {
        let request = world
            .client
            .request(reqwest::Method::OPTIONS, format!("{}{path}", world.address));
        let answer = request.send().await.expect("answer");
        let methods = answer
            .headers()
            .get("allow")
            .map(|methods| methods.to_str().expect("text").to_owned());
        (answer.status().as_u16(), methods.unwrap_or_default())
    };
    for (path, methods) in [
        ("/leaderboard", "GET,HEAD"),
        ("/leaderboard/submissions", "POST"),
        ("/health", "GET,HEAD"),
    ] {
        assert_eq!(options(path).await, (204, methods.to_owned()), "{path}");
    }
    assert_eq!(options("/nowhere").await.0, 404);
    let wrong = world
        .client
        .put(format!("{}/health", world.address))
        .send()
        .await
        .expect("answer");
    assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn an_address_that_asks_for_nonsense_says_so_and_does_not_speak_of_writing() {
    let world = World::new().await;
    for (path, status) in [
        ("/leaderboard?from=yesterday", StatusCode::UNPROCESSABLE_ENTITY),
        ("/leaderboard?format=pdf", StatusCode::UNPROCESSABLE_ENTITY),
        ("/leaderboard?table=moon", StatusCode::UNPROCESSABLE_ENTITY),
        ("/leaderboard/claims?to=yesterday", StatusCode::UNPROCESSABLE_ENTITY),
        ("/leaderboard/claims?format=pdf", StatusCode::UNPROCESSABLE_ENTITY),
        ("/findings?format=pdf", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = world.get(path).send().await.expect("answer");
        assert_eq!(answer.status(), status, "{path}");
        let body: serde_json::Value = answer.json().await.expect("JSON");
        assert_eq!(body["error"]["safety"], "", "{path}");
        assert_eq!(body["error"]["next"], "Change the address and try again.", "{path}");
        assert!(!world.page(path).await.text.contains("written"), "{path}");
    }
}

#[tokio::test]
async fn the_first_view_weighs_less_than_a_hundred_kilobytes_and_asks_no_other_host() {
    let world = World::new().await;
    world.post("/leaderboard/sample").send().await.expect("answer");
    let page = world.page("/leaderboard").await;
    let mut weight = page.text.len();
    let mut addresses = page.attributes("link[href]", "href");
    addresses.extend(page.attributes("script[src]", "src"));
    addresses.extend(page.attributes("img[src]", "src"));
    assert!(addresses.len() >= 2, "{addresses:?}");
    for address in addresses {
        assert!(address.starts_with("/assets/"), "{address}");
        let asset = world.get(&address).send().await.expect("answer");
        assert!(
            asset.headers()["cache-control"]
                .to_str()
                .expect("text")
                .contains("immutable")
        );
        weight += asset.bytes().await.expect("bytes").len();
    }
    assert!(weight <= 100_000, "{weight} bytes before compression");
}

#[tokio::test]
async fn a_page_that_has_not_changed_is_not_sent_again() {
    let world = World::new().await;
    let first = world.get("/leaderboard").send().await.expect("answer");
    let tag = first.headers()["etag"].clone();
    let second = world
        .get("/leaderboard")
        .header("if-none-match", tag)
        .send()
        .await
        .expect("answer");
    assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    let packed = world
        .get("/leaderboard")
        .header("accept", "text/html")
        .header("accept-encoding", "br")
        .send()
        .await
        .expect("answer");
    assert_eq!(packed.headers()["content-encoding"], "br");
}
