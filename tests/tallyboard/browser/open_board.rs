//! Browser tests of an open board: live updates, screen-reader announcements, reduced motion, own rank, shortcuts.

use serde_json::json;
use tallyboard::app::CallerLimits;
use web::server::seats::SeatLimits;

use crate::{
    browser::{
        device::{Browser, Script},
        visual::broken_rules,
    },
    world::{Plan, World},
};

/// Counts the animations started by the page.
const COUNT_MOVEMENTS: &str = "(window.moved = 0, window.animateBefore = Element.prototype.animate, \
    Element.prototype.animate = function (...how) { moved += 1; return animateBefore.apply(this, how); }, true)";

async fn prefer(browser: &Browser, motion: &str) {
    let features = json!({"media": "", "features": [{"name": "prefers-reduced-motion", "value": motion}]});
    browser.devtools("Emulation.setEmulatedMedia", features).await;
}

#[tokio::test]
async fn an_open_board_follows_a_claim_announces_it_and_marks_its_line() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    for (motion, moves) in [("no-preference", true), ("reduce", false)] {
        let world = World::new().await;
        world.claim("Kate", "Acme", &["GitHub"]).await;
        world.claim("Manny", "Beta", &["Cursor"]).await;
        prefer(&browser, motion).await;
        browser.goto(&format!("{}/leaderboard", world.address)).await;
        browser
            .reads(".lead", "Kate and Manny lead with 1 integration each.")
            .await;
        assert_eq!(
            browser
                .ask("document.querySelector('.news[role=status]').textContent")
                .await,
            ""
        );
        browser.ask(COUNT_MOVEMENTS).await;

        world.claim("Manny", "Globex", &["GitHub", "OpenAI"]).await;
        browser.reads(".news", "Manny: +2 at Globex (GitHub, OpenAI).").await;
        browser.reads(".lead", "Manny leads with 3 integrations").await;
        browser.reads(".ranking tr.fresh", "Manny").await;
        browser.reads(".services tr.fresh", "GitHub").await;
        assert_eq!(browser.ask("moved > 0").await, moves, "{motion}");
        if motion == "reduce" {
            let broken = broken_rules(&browser, "board with news").await;
            assert!(broken.is_empty(), "{}", broken.join("\n"));
        }
    }
}

#[tokio::test]
async fn a_board_that_was_cut_off_hears_what_it_missed() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    world.claim("Manny", "Beta", &["Cursor"]).await;
    browser.reads(".news", "Manny: +1 at Beta (Cursor).").await;
    let line =
        |offline: bool| json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    browser.devtools("Network.enable", json!({})).await;
    browser.devtools("Network.emulateNetworkConditions", line(true)).await;
    browser.until("!navigator.onLine").await;
    world.claim("Zoé", "Globex", &["OpenAI"]).await;
    browser.devtools("Network.emulateNetworkConditions", line(false)).await;
    browser.reads(".news", "Zoé: +1 at Globex (OpenAI).").await;
    browser.reads(".ranking", "Zoé").await;
}

#[tokio::test]
async fn whoever_pauses_a_board_is_left_alone_until_they_go_on() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    browser.press(".freshness button[type=button]").await;
    browser.reads(".freshness", "Resume updates").await;
    browser
        .ask("(window.told = 0, document.addEventListener('claims', () => { told += 1; }), true)")
        .await;
    world.claim("Manny", "Beta", &["Cursor"]).await;
    browser.until("told === 1").await;
    assert_eq!(browser.text(".news").await, "");
    browser.press(".freshness button[type=button]").await;
    browser.reads(".news", "Manny: +1 at Beta (Cursor).").await;
}

#[tokio::test]
async fn the_own_line_is_pinned_for_whoever_is_known_and_follows() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    for (csm, company, integrations) in [
        ("Kate", "Acme", ["GitHub", "Cursor"].as_slice()),
        ("Manny", "Beta", &["Cursor"]),
        ("Zoé", "Beta", &["OpenAI"]),
    ] {
        world.claim(csm, company, integrations).await;
    }
    let board = format!("{}/leaderboard", world.address);
    browser.goto(&board).await;
    browser.write("#you", "manny").await;
    browser.press(".you button").await;
    browser
        .reads(".you .place", "You share 2nd place, 1 point behind Kate.")
        .await;
    browser.reads(".you .neighbours .own", "Manny (you)").await;
    browser.reads(".ranking tr.own", "Manny").await;

    world.claim("Manny", "Globex", &["GitHub", "OpenAI"]).await;
    browser
        .reads(".you .place", "You are 1st. 1 point ahead of Kate.")
        .await;
    // The next visit recognises the user, and the form is prefilled.
    browser.goto(&board).await;
    browser.reads(".you .place", "You are 1st.").await;
    assert_eq!(browser.value("#csm").await, "manny");

    browser.press(".you > div button").await;
    browser.find(".you form:not([hidden]) input:focus").await;
    browser.until("!document.querySelector('.ranking tr.own')").await;
    browser.goto(&board).await;
    assert_eq!(browser.value("#csm").await, "");
}

#[tokio::test]
async fn without_script_the_own_line_is_a_page() {
    let Some(browser) = Browser::open(Script::Off).await else {
        return;
    };
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.claim("Manny", "Beta", &["Cursor"]).await;
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    browser.write("#you", "Manny").await;
    browser.press(".you button").await;
    browser.reads("h1", "Your place").await;
    browser.reads(".place", "You are 2nd, 1 point behind Kate.").await;
}

#[tokio::test]
async fn single_keys_shorten_the_way_and_rest_while_somebody_types() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::of(Plan {
        team_goal: "120/month".parse().ok(),
        ..Plan::default()
    })
    .await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.claim("Manny", "Beta", &["Cursor"]).await;
    let board = format!("{}/leaderboard", world.address);
    browser.goto(&board).await;

    browser.keys("?").await;
    browser.reads("dialog[open]", "this help").await;
    let broken = broken_rules(&browser, "help").await;
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    browser.keys("\u{e00c}").await;
    browser.until("!document.querySelector('dialog').open").await;

    browser.keys("j").await;
    browser
        .until("document.activeElement.matches('.ranking tbody tr:nth-child(1)')")
        .await;
    browser.keys("j").await;
    browser
        .until("document.activeElement.matches('.ranking tbody tr:nth-child(2)')")
        .await;
    browser.keys("k").await;
    browser
        .until("document.activeElement.matches('.ranking tbody tr:nth-child(1)')")
        .await;
    browser.keys("\u{e00c}").await;
    browser.until("document.activeElement === document.body").await;
    browser.keys("n").await;
    browser.until("document.activeElement.id === 'csm'").await;
    browser.keys("n?/j").await;
    assert_eq!(browser.value("#csm").await, "n?/j");
    assert_eq!(browser.ask("document.querySelector('dialog').open").await, false);

    browser.goto(&board).await;
    browser.keys("/").await;
    browser.reads("h1", "Claims").await;
    browser.until("document.activeElement.id === 'csm'").await;
    browser.goto(&format!("{}/status", world.address)).await;
    browser.keys("g").await;
    browser.keys("l").await;
    browser.reads("h1", "Integrations leaderboard").await;
    browser.keys("j").await;
    browser.keys("\u{e007}").await;
    browser.reads("h1", "Claims").await;
    assert_eq!(browser.place().await, "/leaderboard/claims?csm=Kate&outcome=credited");

    browser.goto(&format!("{}/keyboard", world.address)).await;
    browser.press("[data-keys-switch]").await;
    browser.reads("[data-keys-switch]", "Switch these keys on").await;
    browser.goto(&board).await;
    browser.keys("j").await;
    browser.keys("?").await;
    assert_eq!(
        browser
            .ask("[document.activeElement.tagName, document.querySelectorAll('dialog').length]")
            .await,
        json!(["BODY", 0])
    );
}

#[tokio::test]
async fn a_board_for_which_no_stream_is_left_polls_and_tells_the_same() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::of(Plan {
        callers: CallerLimits {
            streams: SeatLimits {
                in_all: 0,
                per_network: 0,
            },
            ..CallerLimits::default()
        },
        ..Plan::default()
    })
    .await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    world.claim("Manny", "Beta", &["Cursor", "OpenAI"]).await;
    // Asks for a stream again, as after an interruption; polls at once when there is none.
    browser.ask("dispatchEvent(new Event('online'))").await;
    browser.reads(".news", "Manny: +2 at Beta (Cursor, OpenAI).").await;
    browser.reads(".ranking", "Manny").await;
}
