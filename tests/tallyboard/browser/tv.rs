//! Visual checks of the TV board: it fits the screen, is legible from a distance, and celebrates claims.

use std::{
    env, fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    browser::{
        device::{Browser, Script},
        visual::broken_rules,
        with_long_catalog,
    },
    findings::contests::contest,
    world::World,
};

/// Maximum duration of a layout fault, short enough to go unnoticed.
const MOMENT: Duration = Duration::from_secs(3);
const GLANCE: Duration = Duration::from_millis(50);
const SCREENS: [(u32, u32); 2] = [(1920, 1080), (3840, 2160)];
const NAMES: [&str; 8] = [
    "Kate Oberg",
    "Zoé Lambert-Descharrières",
    "Tomás Rey",
    "Bo",
    "Wolfeschlegelsteinhausenbergerdorff Senior",
    "Mei Tanaka",
    "Aoife Byrne",
    "Sam O'Dell",
];
const SERVICES: [&str; 5] = ["GitHub", "Cursor", "ClickHouse", "Datadog", "OpenAI"];

/// A world with `csms` people who have points.
async fn world_of(csms: usize) -> World {
    let world = World::of(with_long_catalog()).await;
    let rows: Vec<Value> = (0..csms)
        .map(|number| {
            let name = format!("{} {}", NAMES[number % NAMES.len()], number + 1);
            let services = SERVICES[..=(number % SERVICES.len())].join(", ");
            json!([
                format!("s{number}"),
                "2026-03-02 10:00:00",
                name,
                format!("Company {number}"),
                services
            ])
        })
        .collect();
    let url = format!(
        "{}/v4/spreadsheets/{}/values:batchUpdate",
        world.sheets.url(),
        world.sheets.spreadsheet_id()
    );
    let data = json!([{"range": format!("submissions!A2:E{}", csms + 1), "values": rows}]);
    let typed = world
        .client
        .post(url)
        .bearer_auth(world.sheets.owner_token())
        .json(&json!({"valueInputOption": "USER_ENTERED", "data": data}))
        .send()
        .await
        .expect("answer");
    assert!(typed.status().is_success());
    world.store.refresh();
    world
}

async fn screen(browser: &Browser, size: (u32, u32)) {
    let (width, height) = size;
    let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
    browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    fills(browser, size).await;
}

/// Waits until the viewport has the size of the screen, which takes a moment after opening.
async fn fills(browser: &Browser, (width, height): (u32, u32)) {
    browser
        .until(&format!("innerWidth === {width} && innerHeight === {height}"))
        .await;
}

/// Layout faults of the screen: scrolling, cut-off elements, text that is too small.
async fn faults(browser: &Browser) -> Vec<String> {
    let script = r"(() => {
        const faults = [];
        const root = document.documentElement;
        if (root.scrollHeight > innerHeight) faults.push(`it scrolls down: ${root.scrollHeight}`);
        if (root.scrollWidth > innerWidth) faults.push(`it scrolls aside: ${root.scrollWidth}`);
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const part = (it) => it.outerHTML.slice(0, 90);
        while (texts.nextNode()) {
            const it = texts.currentNode.parentElement;
            if (!texts.currentNode.data.trim() || it.closest('.unseen, noscript') || !it.checkVisibility()) continue;
            const size = Number.parseFloat(getComputedStyle(it).fontSize);
            if (size < 24) faults.push(`${size} px is too small: ${part(it)}`);
            const {top, bottom, left, right} = it.getBoundingClientRect();
            if (top < 0 || left < 0 || bottom > innerHeight || right > innerWidth) faults.push(`cut off: ${part(it)}`);
            const line = it.closest('.wall-line')?.getBoundingClientRect();
            if (line && (top < line.top - 1 || bottom > line.bottom + 1)) faults.push(`higher than its line: ${part(it)}`);
        }
        return faults;
    })()";
    serde_json::from_value(browser.ask(script).await).expect("faults")
}

/// Layout faults that remain after [`MOMENT`]; the layout of a new page may still be settling.
async fn lasting_faults(browser: &Browser) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let faults = faults(browser).await;
        if faults.is_empty() || begun.elapsed() > MOMENT {
            return faults;
        }
        tokio::time::sleep(GLANCE).await;
    }
}

/// Draws the screen for people to look at, if `SCREENSHOTS` is set: a picture of a large screen takes a second.
async fn draw(browser: &Browser, name: &str) {
    if env::var_os("SCREENSHOTS").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        fs::create_dir_all(&folder).expect("folder");
        fs::write(folder.join(name), browser.first_sight().await).expect("picture");
    }
}

#[tokio::test]
async fn three_twelve_and_forty_csms_fill_a_screen_without_scrolling_and_with_no_small_text() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let mut found = Vec::new();
    for csms in [3, 12, 40, 60] {
        let world = world_of(csms).await;
        let prize = "A long weekend for two on the island of Porquerolles";
        let days = [
            "Spring Prize of 2026",
            "2026-03-01",
            "2026-03-31",
            "",
            prize,
            "split",
            "",
        ];
        contest(&world, 2, days).await;
        for size in SCREENS {
            screen(&browser, size).await;
            for (slide, lines) in [(1, csms), (2, csms.min(SERVICES.len())), (3, csms)] {
                let address = format!("{}/leaderboard/tv?slide={slide}", world.address);
                browser.goto(&address).await;
                fills(&browser, size).await;
                let place = format!("{csms} CSMs, slide {slide}, {size:?}");
                browser
                    .until(&format!(
                        "document.querySelectorAll('.wall-line .who').length === {lines}"
                    ))
                    .await;
                browser
                    .until("document.querySelector('.wall-lines').getBoundingClientRect().height > 0.7 * innerHeight")
                    .await;
                if slide == 3 {
                    browser.reads("h1", "Spring Prize of 2026").await;
                    browser
                        .reads(
                            "header",
                            "28 days 10 h left, until 31 March in Europe/Paris. Prize: A long",
                        )
                        .await;
                }
                let faults = lasting_faults(&browser).await;
                found.extend(faults.into_iter().map(|fault| format!("{place}: {fault}")));
                draw(&browser, &format!("wall-{csms}-{slide}-{}.png", size.0)).await;
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn the_tv_celebrates_a_claim_once_and_turns_by_itself() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = world_of(12).await;
    screen(&browser, SCREENS[0]).await;
    browser.goto(&format!("{}/leaderboard/tv", world.address)).await;
    browser.reads(".clock", "13:00").await;
    browser.reads("[data-age]", "Data of 13:00:00, 0 s ago").await;
    // Claims made before the page was opened are not celebrated.
    assert_eq!(browser.text(".celebration").await, "");
    browser
        .ask(
            "(window.celebrated = [], new MutationObserver(() => { const who = document.querySelector('.celebration \
              .who'); if (who) celebrated.push(who.textContent); }).observe(document.querySelector('.celebration'), \
              {childList: true}))",
        )
        .await;

    world.claim("Ada", "Acme", &["GitHub", "Cursor"]).await;
    browser.reads(".celebration.shown", "+2").await;
    browser.reads(".celebration.shown", "Cursor, GitHub at Acme").await;
    browser
        .until("[...document.querySelectorAll('.who')].some(who => who.textContent === 'Ada')")
        .await;
    let broken = broken_rules(&browser, "celebration").await;
    assert!(broken.is_empty(), "{}", broken.join("\n"));

    // A claim without credit appears on the board and is not celebrated.
    world.claim("Bob", "Acme", &["GitHub"]).await;
    browser
        .until("[...document.querySelectorAll('.who')].some(who => who.textContent === 'Bob')")
        .await;
    assert_eq!(browser.ask("celebrated").await, json!(["Ada"]));

    browser
        .goto(&format!("{}/leaderboard/tv?theme=day", world.address))
        .await;
    assert_eq!(browser.text(".celebration").await, "");
    browser.press("nav[aria-label=Slides] li:nth-child(2) a").await;
    browser.reads("h1", "By service").await;
    assert_eq!(browser.place().await, "/leaderboard/tv?theme=day&slide=2");
    browser.press("[data-pause]").await;
    browser.reads("[data-pause]", "Go on").await;
}

/// Sends the longest valid claim to the page only, without recording it.
async fn celebrate_the_longest(browser: &Browser) {
    let words = |length: usize| {
        "Wolfeschlegelsteinhausenbergerdorff and Company ".repeat(5)[..length]
            .trim()
            .to_owned()
    };
    let services: Vec<String> = (1..=40).map(|number| format!("{} {number}", words(60))).collect();
    let claim = json!({"csm": words(80), "company": words(200), "credited": services});
    let tell = format!(
        "(document.dispatchEvent(new CustomEvent('claims', {{detail: {{claims: [{claim}]}}}})), \
         Boolean(document.querySelector('.celebration.shown .who.long')))"
    );
    assert_eq!(browser.ask(&tell).await, json!(true));
}

#[tokio::test]
async fn the_longest_names_and_forty_services_are_celebrated_without_being_cut() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = world_of(12).await;
    for size in SCREENS {
        screen(&browser, size).await;
        browser.goto(&format!("{}/leaderboard/tv", world.address)).await;
        celebrate_the_longest(&browser).await;
        let words = browser.text(".celebration").await;
        assert!(words.starts_with("+40") && words.contains(" more at "), "{words}");
        assert_eq!(faults(&browser).await, Vec::<String>::new(), "{size:?}");
        draw(&browser, &format!("wall-celebration-{}.png", size.0)).await;
    }
}

#[tokio::test]
async fn without_script_the_tv_turns_as_well() {
    let Some(browser) = Browser::open(Script::Off).await else {
        return;
    };
    let world = world_of(3).await;
    browser.goto(&format!("{}/leaderboard/tv", world.address)).await;
    let page = world.page("/leaderboard/tv?period=month").await;
    assert!(
        page.text
            .contains(r#"<noscript><meta http-equiv="refresh" content="20;url=/leaderboard/tv?period=month&amp;slide=2"></noscript>"#),
        "{}",
        page.text
    );
    browser.reads("h1", "By CSM").await;
    browser.reads("main", "Kate Oberg 1").await;
    let controls = browser.text(".controls").await;
    assert_eq!(controls.split_whitespace().collect::<Vec<_>>(), ["Day", "Leave"]);
}
