//! Host names: requests that a page of another site makes by a name of its own (DNS rebinding), and requests that name
//! no host or two.

use std::path::Path;

use reqwest::{Method, StatusCode};
use test_support::Page;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    program::processes::{Running, folder, program, serve},
    world::{World, form},
};

/// Names that a page of another site can have, and names that only look like ours.
const FOREIGN: &[&str] = &[
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.localhost.example",
    "192.168.1.4",
    "2130706433",
    "[fe80::1]",
];

const PATHS: &[&str] = &[
    "/",
    "/leaderboard",
    "/leaderboard/live",
    "/deals",
    "/deals.csv",
    "/customers",
    "/status",
    "/findings",
    "/openapi.json",
    "/robots.txt",
    "/nowhere",
];

#[tokio::test]
async fn a_page_that_has_its_own_name_lead_here_reads_and_writes_nothing() {
    let world = World::new().await;
    let mut tried = 0;
    for host in FOREIGN {
        let same_site = [
            ("host", (*host).to_owned()),
            ("origin", format!("http://{host}")),
            ("sec-fetch-site", "same-origin".to_owned()),
        ];
        let with_headers = |mut request: reqwest::RequestBuilder| {
            for (name, value) in &same_site {
                request = request.header(*name, value);
            }
            request
        };
        for path in PATHS {
            for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
                let request = world.client.request(method, format!("{}{path}", world.address));
                let answer = with_headers(request).send().await.expect("answer");
                assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
                tried += 1;
            }
        }
        for path in [
            "/leaderboard/submissions",
            "/deals",
            "/refresh",
            "/sync/all",
            "/deals/import",
        ] {
            let request = world.post(path).form(&form("Mallory", "Acme", &["GitHub"], "k"));
            let answer = with_headers(request).send().await.expect("answer");
            assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
            tried += 1;
        }
        let health = with_headers(world.get("/health")).send().await.expect("answer");
        assert_eq!(health.status(), StatusCode::OK, "a host may ask for health by any name");
    }
    assert!(world.rows("submissions").await.is_empty());
    println!("{tried} requests by {} foreign names were refused", FOREIGN.len());
}

#[tokio::test]
async fn the_refusal_names_the_host_and_the_settings_to_people_and_to_programs() {
    let world = World::new().await;
    let ask = |path: &str, accept: &str| {
        world
            .get(path)
            .header("host", "board.example:8080")
            .header("accept", accept)
    };
    let page = Page::of(ask("/leaderboard", "text/html").send().await.expect("answer")).await;
    page.says("This name does not lead here");
    for word in ["“board.example”", "PUBLIC_URL", "ALLOWED_HOSTS"] {
        page.says(word);
    }
    let french = ask("/deals?lang=fr", "text/html").send().await.expect("answer");
    let french = Page::of(french).await;
    french.says("Ce nom ne mène pas ici");
    french.says("« board.example »");
    let answer = ask("/deals", "application/json").send().await.expect("answer");
    assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
    let body: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "unknown_host");
    assert!(
        body["error"]["next"]
            .as_str()
            .is_some_and(|next| next.contains("ALLOWED_HOSTS")),
        "{body}"
    );
}

/// First line of the response to these bytes.
async fn raw(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://"))
        .await
        .expect("connection");
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = Vec::new();
    while !answer.contains(&b'\n') {
        assert!(
            stream.read_buf(&mut answer).await.expect("read") > 0,
            "no answer to {request:?}"
        );
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_request_that_names_no_host_or_two_is_not_served() {
    let world = World::new().await;
    for (request, status) in [
        ("GET /leaderboard HTTP/1.1\r\n\r\n", 400),
        (
            "GET /leaderboard HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
            400,
        ),
        (
            "GET /leaderboard HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
            400,
        ),
        ("GET /leaderboard HTTP/1.1\r\nHost:\r\n\r\n", 400),
        ("GET /leaderboard HTTP/1.1\r\nHost: a@localhost\r\n\r\n", 400),
        ("GET /health HTTP/1.1\r\n\r\n", 400),
        ("GET /leaderboard HTTP/1.0\r\n\r\n", 421),
        (
            "GET http://evil.example/leaderboard HTTP/1.1\r\nHost: localhost\r\n\r\n",
            421,
        ),
        ("GET /health HTTP/1.0\r\n\r\n", 200),
        ("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 204),
    ] {
        let line = raw(&world.address, request).await;
        assert!(line.contains(&format!(" {status} ")), "{request:?}: {line}");
    }
}

/// Settings of the image, as its Dockerfile gives them to the program.
fn settings_of_the_image() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Dockerfile");
    let dockerfile = std::fs::read_to_string(path).expect("Dockerfile");
    let last_stage = dockerfile.rsplit("\nFROM ").next().expect("stage");
    let lines = last_stage.lines().filter_map(|line| line.strip_prefix("ENV "));
    let pairs = lines
        .flat_map(str::split_whitespace)
        .map(|pair| pair.split_once('=').expect("name and value"));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn claim_by(address: &str, host: &str) -> StatusCode {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("client");
    let request = client
        .post(format!("{address}/leaderboard/submissions"))
        .header("host", host);
    let sent = request.form(&form("Kate", "Acme", &["GitHub"], "k")).send().await;
    sent.expect("answer").status()
}

#[tokio::test]
async fn the_image_answers_any_name_and_says_so_until_it_is_told_which() {
    let settings = settings_of_the_image();
    assert!(
        settings.contains(&("HOST".to_owned(), "0.0.0.0".to_owned())),
        "{settings:?}"
    );
    let image = |more: &[(&str, &str)]| {
        let folder = folder();
        let mut command = program(folder.path());
        command
            .envs(settings.iter().cloned())
            .env("DATA_DIR", folder.path().join("data"));
        command.envs(more.iter().copied());
        (serve(command), folder)
    };
    for (more, foreign) in [
        (&[][..], StatusCode::SEE_OTHER),
        (
            &[("PUBLIC_URL", "https://board.example")][..],
            StatusCode::MISDIRECTED_REQUEST,
        ),
        (
            &[("ALLOWED_HOSTS", "board.example, *.teams.example")][..],
            StatusCode::MISDIRECTED_REQUEST,
        ),
    ] {
        let ((running, address), _folder) = image(more);
        assert_eq!(claim_by(&address, "elsewhere.example").await, foreign, "{more:?}");
        assert_eq!(
            claim_by(&address, "board.example").await,
            StatusCode::SEE_OTHER,
            "{more:?}"
        );
        let status = reqwest::get(format!("{address}/status?format=json"))
            .await
            .expect("answer");
        let status: serde_json::Value = status.json().await.expect("JSON");
        assert_eq!(status["any_host"], foreign == StatusCode::SEE_OTHER, "{more:?}");
        let told = running.stop_and_read_errors();
        assert_eq!(
            told.contains("callers may use any host name"),
            foreign == StatusCode::SEE_OTHER,
            "{told}"
        );
    }
}

#[tokio::test]
async fn on_loopback_both_ports_refuse_a_foreign_name() {
    let folder = folder();
    let mut running = Running::start(program(folder.path()));
    let app = running.line("Tallyboard runs at ");
    let sheet = running.line("Embedded spreadsheet: ");
    let mut tried = 0;
    for url in [format!("{app}/deals"), format!("{app}/leaderboard/submissions"), sheet] {
        for method in [Method::GET, Method::POST] {
            for host in FOREIGN {
                let request = reqwest::Client::new()
                    .request(method.clone(), &url)
                    .header("host", *host);
                let answer = request
                    .header("origin", format!("http://{host}"))
                    .body("x=1")
                    .send()
                    .await;
                assert_eq!(
                    answer.expect("answer").status(),
                    StatusCode::MISDIRECTED_REQUEST,
                    "{method} {url} {host}"
                );
                tried += 1;
            }
        }
    }
    println!("{tried} requests to both ports were refused");
}
