//! Tests of pages that load themselves again: only for news, and at most once a minute.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{Router, extract::Request, middleware};
use jiff::SignedDuration;

use crate::{
    browser::device::{Browser, Script},
    findings::contests::contest,
    world::{Plan, World},
};

/// Navigations that the server has seen, by path and query.
type Navigations = Arc<Mutex<BTreeMap<String, usize>>>;

/// Puts a counter of navigations before the program. Requests of scripts are none.
fn counting(router: Router, navigations: Navigations) -> Router {
    router.layer(middleware::from_fn(move |request: Request, next: middleware::Next| {
        let is_navigation = request
            .headers()
            .get("sec-fetch-mode")
            .is_some_and(|mode| mode == "navigate");
        if is_navigation {
            let address = request.uri().to_string();
            *navigations.lock().expect("count").entry(address).or_default() += 1;
        }
        next.run(request)
    }))
}

/// A page that is open in a window of its own.
async fn open(browser: &Browser, url: &str) -> String {
    let window = browser.client.new_window(false).await.expect("window").handle;
    browser.client.switch_to_window(window.clone()).await.expect("window");
    browser.goto(url).await;
    window.into()
}

async fn show(browser: &Browser, window: &str) {
    let handle = window.to_owned().try_into().expect("handle");
    browser.client.switch_to_window(handle).await.expect("window");
}

#[tokio::test]
async fn no_page_reloads_itself_because_nothing_happened_and_an_empty_board_reloads_once_for_a_claim() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let (empty, filled) = (World::new().await, World::new().await);
    contest(&filled, 2, ["January", "2026-01-01", "2026-01-31", "", "", "", ""]).await;
    contest(&filled, 3, ["March", "2026-03-01", "2026-03-31", "", "", "", ""]).await;
    filled.claim("Kate", "Acme", &["GitHub"]).await;
    let tours: [(&World, &[&str]); 2] = [
        (
            &empty,
            &["/leaderboard", "/leaderboard?as_of=2026-01-01", "/leaderboard/tv"],
        ),
        (
            &filled,
            &[
                "/leaderboard?as_of=2026-01-01",
                "/leaderboard?from=2026-01-01&to=2026-01-31",
                "/leaderboard?contest=January",
                "/leaderboard?contest=March&as_of=2026-03-02",
                "/leaderboard/tv?to=2026-01-31",
                "/leaderboard?contest=March",
                "/deals",
                "/customers",
                "/sync/status",
                "/status",
            ],
        ),
    ];
    let mut counts = Vec::new();
    let mut windows = Vec::new();
    for (world, paths) in tours {
        let navigations = Navigations::default();
        let wrap = |router| counting(router, Arc::clone(&navigations));
        let address = world.another_instance_behind(&Plan::default(), wrap).await;
        for path in paths {
            windows.push((*path, open(&browser, &format!("{address}{path}")).await));
        }
        counts.push(navigations);
    }
    // A page that loads itself again never gets old.
    for (path, window) in &windows {
        show(&browser, window).await;
        assert_eq!(
            browser.ask("document.hidden").await,
            false,
            "{path} is visible, so that its stream is open"
        );
        browser.until("performance.now() > 10_000").await;
    }
    for ((_, paths), navigations) in tours.iter().zip(&counts) {
        let expected: BTreeMap<String, usize> = paths.iter().map(|path| ((*path).to_owned(), 1)).collect();
        assert_eq!(*navigations.lock().expect("count"), expected);
    }

    let (_, board) = &windows[0];
    show(&browser, board).await;
    empty.claim("Kate", "Acme", &["GitHub"]).await;
    empty.pass(SignedDuration::from_secs(16));
    browser.reads(".ranking", "Kate").await;
    let expected = [
        ("/leaderboard", 2),
        ("/leaderboard/tv", 1),
        ("/leaderboard?as_of=2026-01-01", 1),
    ];
    let expected: BTreeMap<String, usize> = expected.map(|(path, times)| (path.to_owned(), times)).into();
    assert_eq!(*counts[0].lock().expect("count"), expected);
}

#[tokio::test]
async fn a_page_that_was_just_reloaded_waits_before_it_reloads_again() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    let outdated = "document.dispatchEvent(new Event('outdated'))";
    browser.ask(outdated).await;
    browser
        .until("performance.getEntriesByType('navigation')[0].type === 'reload' && document.readyState === 'complete'")
        .await;
    let loaded = browser.ask("performance.timeOrigin").await;
    for _ in 0..20 {
        browser.ask(outdated).await;
    }
    browser.until("performance.now() > 1_000").await;
    assert_eq!(browser.ask("performance.timeOrigin").await, loaded);
}

/// Scripts may go to another address when a person asks for it; by itself a page is loaded again in one place only.
#[test]
fn one_script_reloads_pages_by_itself() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    let mut reloads = Vec::new();
    for board in fs::read_dir(crates).expect("crates") {
        let Ok(files) = fs::read_dir(board.expect("crate").path().join("src/assets")) else {
            continue;
        };
        for file in files.map(|file| file.expect("file").path()) {
            if file.extension().is_some_and(|extension| extension == "js") {
                let text = fs::read_to_string(&file).expect("script");
                let ways = [
                    "location.reload(",
                    "location.assign(",
                    "location.replace(",
                    "location.href =",
                ];
                let count: usize = ways.iter().map(|way| text.matches(way).count()).sum();
                let name = file.file_name().and_then(|name| name.to_str()).expect("name");
                reloads.extend((count > 0).then(|| (name.to_owned(), count)));
            }
        }
    }
    reloads.sort();
    // board.js follows the Back button, keys.js follows keys.
    let expected = [("board.js", 1), ("keys.js", 4), ("reload.js", 1)];
    assert_eq!(reloads, expected.map(|(name, count)| (name.to_owned(), count)));
}
