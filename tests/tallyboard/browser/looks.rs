//! Every page as eyes, screen readers and small windows meet it.

use std::{fs, path::Path, time::Duration};

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::device::{Browser, Script};
use crate::world::{Plan, World};

/// The program's own catalog, with a name that stands there twice.
const FAULTY_CATALOG: &str = concat!(include_str!("../../../integrations.txt"), "GitHub\n");
const AXE: &str = include_str!("../../browser/axe.min.js");

const PHONE: u32 = 390;
const DESK: u32 = 1280;

/// The world of the tour: sample data, two cells that nobody can read, and a catalog with a slip.
async fn lived_in() -> World {
    let world = World::of(Plan {
        catalog: FAULTY_CATALOG,
        patience: Duration::from_millis(500),
        ..Plan::default()
    })
    .await;
    let filled = world.post("/leaderboard/sample").send().await.expect("answer");
    assert!(filled.status().is_redirection());
    world.staff_type("submissions!B5", json!("last Tuesday")).await;
    world.staff_type("submissions!F9", json!("perhaps")).await;
    world
}

/// Walks through every page in every state; `look` is called on each.
async fn tour(browser: &Browser, mut look: impl AsyncFnMut(&Browser, &str)) {
    let empty = World::new().await;
    browser.goto(&format!("{}/leaderboard", empty.address)).await;
    look(browser, "board-empty").await;

    let world = lived_in().await;
    let company = world.rows("submissions").await[1][3]
        .as_str()
        .expect("company")
        .to_owned();
    let form = format!("/leaderboard/submit?csm=Kate&company={}", company.replace(' ', "+"));
    let places = [
        ("board", "/leaderboard"),
        ("form", form.as_str()),
        ("claims", "/leaderboard/claims"),
        ("claims-none", "/leaderboard/claims?csm=Nobody"),
        ("findings", "/findings"),
        ("nothing-here", "/nothing-here"),
    ];
    for (name, place) in places {
        browser.goto(&format!("{}{place}", world.address)).await;
        look(browser, name).await;
    }
    let grid = format!(
        "{}/spreadsheets/d/{}/edit",
        world.emulator.url(),
        world.emulator.spreadsheet_id()
    );
    browser.goto(&grid).await;
    look(browser, "spreadsheet").await;

    browser.goto(&format!("{}/leaderboard/submit", world.address)).await;
    fill(browser, "Kate", "   ").await;
    record(browser, &world).await;
    browser.reads(".error", "company").await;
    look(browser, "form-mistakes").await;

    browser.goto(&format!("{}/leaderboard/submit", world.address)).await;
    fill(browser, "Kate", "Acme").await;
    record(browser, &world).await;
    browser.reads("h1", "Recorded").await;
    look(browser, "receipt").await;

    browser.goto(&format!("{}/leaderboard/submit", world.address)).await;
    fill(browser, "Kate", "Beta").await;
    world
        .fault(json!({"match": "", "times": 100_000, "fault": "503"}))
        .await;
    record(browser, &world).await;
    browser.reads("[role=alert]", "NOT recorded").await;
    look(browser, "form-not-recorded").await;
}

async fn fill(browser: &Browser, csm: &str, company: &str) {
    browser.find("#csm").await.clear().await.expect("empty");
    browser.write("#csm", csm).await;
    browser.write("#company", company).await;
    browser.press("label:has(input[value=GitHub])").await;
    browser.press("label:has(input[value=Cursor])").await;
}

async fn record(browser: &Browser, world: &World) {
    world.pass(SignedDuration::from_secs(1));
    browser.press("form.claim button.action").await;
}

#[tokio::test]
async fn no_page_breaks_a_rule_of_accessibility_by_day_or_night_on_a_phone_or_a_desk() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let mut broken = Vec::new();
    tour(&browser, async |browser, name| {
        browser.client.execute(AXE, vec![]).await.expect("axe");
        for (width, scheme) in [(DESK, "light"), (DESK, "dark"), (PHONE, "dark"), (PHONE, "light")] {
            browser.look(width, scheme).await;
            let violations = violations(browser).await;
            broken.extend(
                violations
                    .iter()
                    .map(|violation| format!("{name} {width} {scheme}: {violation}")),
            );
        }
    })
    .await;
    assert_eq!(broken, Vec::<String>::new(), "{}", broken.join("\n"));
}

/// Each broken rule with the elements that break it.
async fn violations(browser: &Browser) -> Vec<Value> {
    let run = "const [done] = arguments; \
               const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']; \
               axe.run(document, {runOnly: {type: 'tag', values}, resultTypes: ['violations']}).then( \
               ({violations, passes}) => done({passed: passes.length, broken: violations.map(({id, nodes}) => \
               `${id}: ${nodes.map(({html, failureSummary}) => `${html} ${failureSummary}`).join(' | ')}`)}), \
               (error) => done({passed: 0, broken: [String(error)]}));";
    let answer = browser.client.execute_async(run, vec![]).await.expect("axe");
    assert!(
        answer["passed"].as_u64() > Some(10),
        "the rules were not looked at: {answer}"
    );
    answer["broken"].as_array().expect("violations").clone()
}

#[tokio::test]
async fn no_page_is_wider_than_its_window_and_the_browser_has_nothing_to_complain_about() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    tour(&browser, async |browser, name| {
        for width in [320, PHONE, 768, DESK] {
            browser.look(width, "light").await;
            let over = "(({scrollWidth, clientWidth}) => scrollWidth - clientWidth)(document.documentElement)";
            assert_eq!(
                browser.ask(over).await,
                0,
                "{name} at {width}: {}",
                widest(browser).await
            );
        }
        // A page that is an error page is told as one; anything else is ours.
        let own = browser.client.current_url().await.expect("address").to_string();
        let complaints: Vec<String> = browser.complaints().await;
        let foreign =
            |text: &&String| !(text.starts_with(&own) && text.contains("the server responded with a status of"));
        assert_eq!(
            complaints.iter().filter(foreign).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "{name}"
        );
    })
    .await;
}

/// The elements that stick out on the right.
async fn widest(browser: &Browser) -> Value {
    let script = "[...document.querySelectorAll('body *')].filter(element => \
                  element.getBoundingClientRect().right > innerWidth + 1).map(element => element.outerHTML.slice(0, 80))";
    browser.ask(script).await
}

#[tokio::test]
async fn every_page_is_drawn_into_target_screenshots_for_the_eye() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    fs::create_dir_all(&folder).expect("folder");
    tour(&browser, async |browser, name| {
        for (width, scheme) in [(PHONE, "dark"), (PHONE, "light"), (DESK, "dark"), (DESK, "light")] {
            browser.look(width, scheme).await;
            let picture = browser.picture().await;
            assert!(picture.starts_with(b"\x89PNG"), "{name} {width} {scheme}");
            fs::write(folder.join(format!("{name}-{width}-{scheme}.png")), picture).expect("picture");
        }
        if name == "board" {
            fs::write(folder.join("readme.png"), browser.first_sight().await).expect("picture");
        }
    })
    .await;
}
