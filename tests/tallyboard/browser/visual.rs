//! Visual and accessibility checks of every page: axe rules, narrow windows, print, screenshots.

use std::{fs, path::Path, time::Duration};

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    browser::{
        device::{Browser, Script},
        with_long_catalog,
    },
    world::{Plan, World},
};

/// The shipped catalog with one duplicate name.
const FAULTY_CATALOG: &str = concat!(include_str!("../../../integrations.txt"), "GitHub\n");
const AXE: &str = include_str!("../../browser/axe.min.js");

const PHONE: u32 = 390;
const DESK: u32 = 1280;
const WALL: u32 = 1920;

/// World of the tour: sample data, two unreadable cells, a faulty catalog.
async fn lived_in() -> World {
    let world = World::of(Plan {
        catalog: FAULTY_CATALOG,
        team_goal: "120/month".parse().ok(),
        patience: Duration::from_millis(500),
        ..Plan::default()
    })
    .await;
    let filled = world.post("/leaderboard/sample").send().await.expect("answer");
    assert!(filled.status().is_redirection());
    world.staff_type("submissions!B5", json!("last Tuesday")).await;
    world.staff_type("submissions!F9", json!("perhaps")).await;
    world.staff_type("submissions!C10", json!("Kate Obreg")).await;
    world
}

/// Visits every page in every state and calls `look` on each.
async fn tour(browser: &Browser, mut look: impl AsyncFnMut(&Browser, &str)) {
    let empty = World::new().await;
    browser.goto(&format!("{}/leaderboard", empty.address)).await;
    look(browser, "board-empty").await;
    browser.goto(&format!("{}/deals", empty.address)).await;
    look(browser, "deals-empty").await;

    let world = lived_in().await;
    let dispute = crate::drill_down::contested(&world).await;
    let company = world.rows("submissions").await[1][3]
        .as_str()
        .expect("company")
        .to_owned();
    fill_deals(&world).await;
    let form = format!("/leaderboard/submit?csm=Kate&company={}", company.replace(' ', "+"));
    let held = &world
        .json(&format!("/leaderboard/credited?company={}", company.replace(' ', "+")))
        .await["credited"][0];
    let held = held["dispute"].as_str().expect("address").to_owned();
    let places = [
        ("board", "/leaderboard"),
        ("board-month", "/leaderboard?from=2026-02-01&to=2026-02-28"),
        ("form", form.as_str()),
        ("claims", "/leaderboard/claims?csm=Mei+Tanaka"),
        ("claims-none", "/leaderboard/claims?csm=Nobody"),
        ("wall", "/leaderboard/tv"),
        ("wall-day", "/leaderboard/tv?slide=2&theme=day&period=quarter"),
        ("you", "/leaderboard/you?csm=Mei+Tanaka"),
        ("you-unknown", "/leaderboard/you?csm=Nobody"),
        ("keyboard", "/keyboard"),
        ("deals", "/deals"),
        (
            "deals-filtered",
            "/deals?sector=Banque&status=Gagn%C3%A9&from=2026-01-01&lang=en",
        ),
        ("deals-none", "/deals?q=nobody&lang=fr"),
        ("deals-list", "/deals/list?sort=-montant_brut"),
        ("deals-late", "/deals/list?show=overdue"),
        ("findings", "/findings"),
        ("findings-names", "/findings?kind=near_names"),
        ("matrix", "/leaderboard/matrix"),
        ("matrix-none", "/leaderboard/matrix?company=nowhere"),
        ("board-then", "/leaderboard?as_of=2026-02-20"),
        ("contests", "/leaderboard/contests"),
        ("contest-running", "/leaderboard?contest=Spring+26"),
        ("contest-frozen", "/leaderboard?contest=February"),
        ("contest-points", "/leaderboard/points?contest=Spring+26&csm=Manny"),
        ("wall-contest", "/leaderboard/tv?slide=3"),
        ("rules", "/leaderboard/rules"),
        ("disputes", "/leaderboard/disputes"),
        ("dispute", dispute.as_str()),
        ("dispute-held", held.as_str()),
        ("corrections", "/leaderboard/corrections"),
        (
            "time-machine",
            "/leaderboard/difference?before=2026-02-10&after=2026-03-03",
        ),
        ("weekly", "/leaderboard/weekly"),
        ("status", "/status"),
        ("nothing-here", "/nothing-here"),
    ];
    for (name, place) in places {
        browser.goto(&format!("{}{place}", world.address)).await;
        look(browser, name).await;
    }
    browser.goto(&format!("{}/customers", empty.address)).await;
    look(browser, "customers-empty").await;
    let customers = crate::cross_board::sampled().await;
    let at_risk = customers.json("/customers/at-risk").await;
    let worst = format!("/customers/{}", at_risk["customers"][0]["id"].as_str().expect("id"));
    for (name, place) in [
        ("customers", "/customers"),
        ("customers-none", "/customers?q=nobody&min_mrr=5"),
        ("customers-at-risk", "/customers/at-risk"),
        ("customers-summary", "/dashboard/summary"),
        ("customers-revenue", "/customers/revenue"),
        ("customers-week", "/customers/report"),
        ("customers-sources", "/sync/status"),
        ("customer", worst.as_str()),
    ] {
        browser.goto(&format!("{}{place}", customers.address)).await;
        look(browser, name).await;
    }
    let sales = crate::sold_deals::sold().await;
    for (name, place) in [
        ("what-if", "/deals/what-if?basket=10&cycle=-20"),
        ("what-if-mistake", "/deals/what-if?basket=dix"),
        ("performance", "/deals/performance?from=2026-04-01&to=2026-04-30"),
        ("velocity", "/deals/velocity"),
        ("reminders", "/deals/reminders"),
    ] {
        browser.goto(&format!("{}{place}", sales.address)).await;
        look(browser, name).await;
    }

    browser.goto(&format!("{}/leaderboard", world.address)).await;
    browser.write("#company", &company).await;
    browser.find(".choices .locked").await;
    look(browser, "board-company-known").await;

    let tab = world.sheet_id("submissions").await;
    browser
        .goto(&format!("{}?gid={tab}&range=A5:G5", world.store.url()))
        .await;
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
    browser.goto(&format!("{}/status", world.address)).await;
    look(browser, "status-down").await;
}

/// Deals that are overdue, due, stale and won, one of them with a very long name.
async fn fill_deals(world: &World) {
    for (client, statut, secteur, due) in [
        (
            "Coopérative Agricole des Trois Vallées et du Plateau de l’Aubrac",
            "Négociation",
            "Agroalimentaire",
            "2026-02-28",
        ),
        ("Banque Mistral", "Qualifié", "Banque", "2026-03-03"),
        ("Clinique Azur", "Prospect", "Santé", "2026-03-20"),
        ("Atelier Néon", "Gagné", "Banque", "2026-01-20"),
        ("Acme", "Prospect", "", ""),
    ] {
        let deal = json!({"client": client, "statut": statut, "montant_brut": "112500,50", "secteur": secteur,
            "date_echeance": due, "assignee": "Zoé Lefèvre", "notes": "à rappeler"});
        let made = world.post("/deals").json(&deal).send().await.expect("answer");
        assert!(made.status().is_success());
    }
    world.staff_type("deals!L4", json!("2026-02-01 09:00:00")).await;
    world.staff_type("deals!C6", json!("Peut-être")).await;
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

/// Keeps the first eight lines of each table and list.
const REMOVE_LATER_LINES: &str =
    "document.querySelectorAll('tbody tr:nth-child(n+9), li:nth-child(n+9)').forEach((line) => line.remove())";

/// Widths of windows that every page must fit into.
const WIDTHS: [u32; 9] = [320, PHONE, 768, 1024, 1216, DESK, 1760, WALL, 2560];

#[tokio::test]
async fn no_page_breaks_a_rule_of_accessibility_is_wider_than_its_window_or_makes_the_browser_complain() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    // Sent once instead of to each page.
    browser
        .devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": AXE}))
        .await;
    let mut faults = Vec::new();
    tour(&browser, async |browser, name| {
        faults.extend(out_of_sight(browser, name, &WIDTHS).await);
        if ON_PAPER.contains(&name) {
            let width = if name == "matrix" { PAPER_LYING } else { PAPER };
            let on_paper = faults_on_paper(browser, width).await;
            faults.extend(on_paper.into_iter().map(|fault| format!("{name} on paper: {fault}")));
        }
        // Lines of one list are alike: the first ones stand for all, and the rules take a third of the time.
        browser.ask(REMOVE_LATER_LINES).await;
        faults.extend(broken_rules(browser, name).await);
        // The browser also reports the status code of an intended error page; any other message is a fault.
        let own = browser.client.current_url().await.expect("address").to_string();
        let is_intended =
            |text: &String| text.starts_with(&own) && text.contains("the server responded with a status of");
        let complaints = browser.complaints().await;
        let others = complaints.into_iter().filter(|text| !is_intended(text));
        faults.extend(others.map(|text| format!("{name}: {text}")));
    })
    .await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Accessibility violations of the page, in light and dark mode, at phone and desktop width.
pub(super) async fn broken_rules(browser: &Browser, name: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if browser.ask("typeof axe").await == "undefined" {
        browser.devtools("Runtime.evaluate", json!({"expression": AXE})).await;
    }
    for (width, scheme, rules) in [
        (DESK, "light", every_rule()),
        (DESK, "dark", rules_of_colour()),
        (PHONE, "dark", rules_of_colour()),
        (PHONE, "light", every_rule()),
    ] {
        browser.look(width, scheme).await;
        let violations = violations(browser, rules).await;
        broken.extend(
            violations
                .iter()
                .map(|violation| format!("{name} {width} {scheme}: {violation}")),
        );
    }
    broken
}

/// Parts of the page that are out of sight in windows of `widths`. Leaves the browser at the last width, in light mode.
pub(super) async fn out_of_sight(browser: &Browser, name: &str, widths: &[u32]) -> Vec<String> {
    let mut broken = Vec::new();
    browser.look(widths[0], "light").await;
    for width in widths {
        browser.resize(*width).await;
        let outside: Vec<String> = serde_json::from_value(browser.evaluate(OUT_OF_SIGHT).await).expect("elements");
        if !outside.is_empty() {
            broken.push(format!("{name} at {width}: {}", outside.join("\n  ")));
        }
        if browser.evaluate(HERE_IS_IN_SIGHT).await != json!(true) {
            browser.until(HERE_IS_IN_SIGHT).await;
        }
    }
    broken
}

fn every_rule() -> Value {
    json!({"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
}

/// Only the colour rules, because dark mode changes nothing else.
fn rules_of_colour() -> Value {
    json!({"type": "rule", "values": ["color-contrast", "link-in-text-block"]})
}

/// Each violated rule with the elements that violate it.
async fn violations(browser: &Browser, rules: Value) -> Vec<String> {
    let run = format!(
        "axe.run(document, {{runOnly: {rules}, resultTypes: ['violations'], preload: false, selectors: false}}).then( \
         ({{violations, passes}}) => ({{passed: passes.length, broken: violations.map(({{id, nodes}}) => \
         `${{id}}: ${{nodes.map(({{html, failureSummary}}) => `${{html}} ${{failureSummary}}`).join(' | ')}}`)}}))"
    );
    let answer = browser.evaluate(&run).await;
    assert_ne!(answer["passed"], 0, "no rule was looked at: {answer}");
    serde_json::from_value(answer["broken"].clone()).expect("violations")
}

/// Whether the current item of the board's navigation is scrolled into view.
const HERE_IS_IN_SIGHT: &str = "[...document.querySelectorAll('.subnavigation [aria-current]')].every((here) => {
    const [ways, way] = [here.closest('nav'), here].map((it) => it.getBoundingClientRect());
    return way.left >= ways.left - 1 && way.right <= ways.right + 1;
})";

/// Pages that must print well.
const ON_PAPER: [&str; 19] = [
    "board",
    "board-month",
    "board-then",
    "claims",
    "contests",
    "contest-running",
    "contest-frozen",
    "contest-points",
    "corrections",
    "customer",
    "customers",
    "customers-at-risk",
    "customers-revenue",
    "customers-summary",
    "customers-week",
    "disputes",
    "matrix",
    "rules",
    "time-machine",
];
/// Width of an A4 page in portrait between its margins, in pixels.
const PAPER: u32 = 718;
/// The same in landscape.
const PAPER_LYING: u32 = 1047;

/// Faults of the printed page: interactive elements, cut-off tables, a missing date of the data.
async fn faults_on_paper(browser: &Browser, width: u32) -> Vec<String> {
    browser.look(width, "light").await;
    browser
        .devtools("Emulation.setEmulatedMedia", json!({"media": "print"}))
        .await;
    browser.until("matchMedia('print').matches").await;
    let script = r"(() => {
        const faults = [];
        const part = (it) => it.outerHTML.slice(0, 90);
        const seen = (selector) => [...document.querySelectorAll(selector)].filter((it) => it.checkVisibility());
        const idle = 'nav:not(.pager), .pager a, button, select, textarea, label, input:not([type=hidden]), summary, .action, .onward, .news';
        for (const it of seen(idle)) faults.push(`of no use: ${part(it)}`);
        for (const it of seen('main table')) {
            const {left, right} = it.getBoundingClientRect();
            if (left < 0 || right > innerWidth + 1) faults.push(`cut off at ${right}: ${part(it)}`);
            if (getComputedStyle(it.tHead).display !== 'table-header-group') faults.push(`no header: ${part(it)}`);
            for (let box = it.parentElement; box !== document.body; box = box.parentElement) {
                const hides = getComputedStyle(box).overflow !== 'visible';
                if (hides && (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1)) faults.push(`not whole: ${part(box)}`);
            }
        }
        const told = seen('.status .paper')[0];
        if (!told || !/ on \d+ [A-Z][a-z]+ 2026$/.test(told.innerText)) faults.push('the day of the data is missing');
        else if (told.getBoundingClientRect().top > document.querySelector('h1').getBoundingClientRect().top) faults.push('the data is told below');
        return faults;
    })()";
    serde_json::from_value(browser.ask(script).await).expect("faults")
}

/// Elements beyond the right edge of the window, and tables that overflow their container.
const OUT_OF_SIGHT: &str = "(() => {
    const right = (element) => element.getBoundingClientRect().right;
    const {scrollWidth, clientWidth} = document.documentElement;
    const beyond = scrollWidth > clientWidth
        ? [...document.querySelectorAll('body *')].filter((it) => right(it) > clientWidth + 1)
        : [];
    const tables = [...document.querySelectorAll('table')];
    const over = tables.filter((table) => getComputedStyle(table.parentElement).overflowX === 'visible')
        .filter((table) => right(table) > right(table.parentElement) + 1);
    return [...beyond, ...over].map((it) => it.outerHTML.slice(0, 80));
})()";

#[tokio::test]
#[ignore = "draws pictures for a person to look at; run with --ignored"]
async fn every_page_is_drawn_into_target_screenshots_for_the_eye() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    fs::create_dir_all(&folder).expect("folder");
    tour(&browser, async |browser, name| {
        let sights = [
            (PHONE, "dark"),
            (PHONE, "light"),
            (WALL, "light"),
            (DESK, "dark"),
            (DESK, "light"),
        ];
        for (width, scheme) in sights {
            browser.look(width, scheme).await;
            let picture = browser.picture().await;
            assert!(picture.starts_with(b"\x89PNG"), "{name} {width} {scheme}");
            fs::write(folder.join(format!("{name}-{width}-{scheme}.png")), picture).expect("picture");
        }
    })
    .await;

    let sample = World::of(with_long_catalog()).await;
    let filled = sample.post("/leaderboard/sample").send().await.expect("answer");
    assert!(filled.status().is_redirection());
    browser.goto(&format!("{}/leaderboard", sample.address)).await;
    fs::write(folder.join("readme.png"), browser.first_sight().await).expect("picture");
}
