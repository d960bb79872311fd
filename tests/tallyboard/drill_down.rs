//! Tests of drill-down: every count on every leaderboard page links to the rows behind it, which add up to that count.
//!
//! A number that is neither a count nor marked as another kind of figure fails the test.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::SignedDuration;
use scraper::{ElementRef, Html, Node, Selector};
use serde_json::{Value, json};
use test_support::{Page, START};

use crate::{
    findings::contests::contest,
    world::{Plan, World},
};

/// A count on a page: its kind, the address behind its link, and its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CountLink {
    counts: String,
    address: String,
    number: u64,
}

/// Elements that may contain digits without being a count: names and user input, dates and times, options of a select,
/// and figures marked as such.
const NO_COUNTS: &str = "bdi, code, time, option, [data-figure]";

/// All counts of a page; panics at an unmarked number.
fn count_links(page: &Page, place: &str) -> BTreeSet<CountLink> {
    let document = Html::parse_document(&page.text);
    let main = document.select(&selector("main")).next().expect("a main part");
    let mut links = BTreeSet::new();
    for node in main.descendants() {
        let Node::Text(text) = node.value() else { continue };
        if !text.contains(|letter: char| letter.is_ascii_digit()) {
            continue;
        }
        let around: Vec<ElementRef<'_>> = node.ancestors().filter_map(ElementRef::wrap).collect();
        let is_within = |names: &str| around.iter().any(|element| selector(names).matches(element));
        if is_within(NO_COUNTS) {
            continue;
        }
        let header = around.iter().find_map(|cell| header_of(*cell));
        let said = |element: &ElementRef<'_>| element.attr("data-counts").map(str::to_owned);
        let counts = around.iter().find_map(said).or(header.as_ref().and_then(said));
        let is_figure = header.is_some_and(|header| header.attr("data-figure").is_some());
        if counts.is_none() && is_figure {
            continue;
        }
        let unmarked = || panic!("{place}: “{}” is no link and not marked", text.trim());
        let counts = counts.unwrap_or_else(unmarked);
        let link = around.iter().find_map(|element| element.attr("href"));
        links.insert(CountLink {
            number: number(&counts, text),
            address: link
                .unwrap_or_else(|| panic!("{place}: “{}” leads nowhere", text.trim()))
                .to_owned(),
            counts,
        });
    }
    links
}

/// Header cell of the column that contains `cell`.
fn header_of(cell: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let row = cell
        .parent()
        .and_then(ElementRef::wrap)
        .filter(|row| row.value().name() == "tr")?;
    let place = row.child_elements().position(|other| other == cell)?;
    let table = row
        .ancestors()
        .filter_map(ElementRef::wrap)
        .find(|it| it.value().name() == "table")?;
    table.select(&selector("thead tr:first-child > th")).nth(place)
}

/// Number in a text. Points may be fractions and are returned in units of 1/5040.
fn number(counts: &str, text: &str) -> u64 {
    if counts == "points" {
        return parts(text);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// Points such as `7`, `1/2` or `7 1/2` in units of 1/5040, exact for up to ten people sharing a claim.
fn parts(points: &str) -> u64 {
    let part = |word: &str| match word.split_once('/') {
        Some((above, below)) => Some(5_040 * above.parse::<u64>().ok()? / below.parse::<u64>().ok()?),
        None => Some(5_040 * word.parse::<u64>().ok()?),
    };
    points.split_whitespace().map_while(part).sum()
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("selector")
}

/// Refreshes until the audit log contains `wanted` corrections; returns the response.
async fn corrections(world: &World, wanted: usize) -> Value {
    for _ in 0..100 {
        world.store.refresh();
        world.json("/leaderboard").await;
        let told = world.json("/leaderboard/corrections").await;
        if told["total"].as_u64() == Some(wanted as u64) {
            return told;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the log does not tell {wanted} corrections");
}

/// Recomputes a count from the rows behind its link.
async fn added_up(world: &World, link: &CountLink) -> u64 {
    let address = link.address.split('#').next().expect("an address");
    if link.counts == "boxes" {
        let form = world.page(address).await;
        return form.all("input[name=integrations]:not([disabled])").len() as u64;
    }
    let answer = world.json(address).await;
    let amount = |list: &Value| list.as_array().expect("a list").len() as u64;
    match link.counts.as_str() {
        "findings" => {
            let listed = ["cells", "lines", "near_names"].map(|name| amount(&answer[name]));
            let edits = if address.contains("kind=edits") {
                amount(&answer["edits"])
            } else {
                0
            };
            listed.iter().sum::<u64>() + edits
        }
        "matrix-rows" => amount(&answer["companies"]),
        "matrix-open" => {
            let companies = answer["companies"].as_array().expect("companies");
            companies
                .iter()
                .map(|company| company["open"].as_u64().expect("a number"))
                .sum()
        }
        "points" | "earnings" | "earning-companies" => earned(&answer, &link.counts),
        "rows" => {
            lead_to_their_cells(&answer["claims"]);
            amount(&answer["claims"])
        }
        counts => {
            lead_to_their_cells(&answer["claims"]);
            let claims = claims(&answer);
            let distinct =
                |place: fn(&(String, String)) -> &String| claims.iter().map(place).collect::<BTreeSet<_>>().len();
            match counts {
                "claims" => claims.len() as u64,
                "companies" => distinct(|(company, _)| company) as u64,
                "csms" => distinct(|(_, csm)| csm) as u64,
                other => panic!("nobody knows how to add {other} up"),
            }
        }
    }
}

/// Recomputes a contest figure of a CSM from the claims behind it.
fn earned(answer: &Value, counts: &str) -> u64 {
    lead_to_their_cells(&answer["claims"]);
    let claims = answer["claims"].as_array().expect("claims");
    match counts {
        "points" => claims
            .iter()
            .map(|claim| parts(claim["points"].as_str().expect("points")))
            .sum(),
        "earnings" => claims.len() as u64,
        _ => claims
            .iter()
            .map(|claim| claim["company"].as_str())
            .collect::<BTreeSet<_>>()
            .len() as u64,
    }
}

/// Asserts that each claim links to its exact cells.
fn lead_to_their_cells(claims: &Value) {
    for claim in claims.as_array().expect("claims") {
        let link = claim["link"].as_str().expect("a link");
        let row = &claim["row"];
        assert!(
            link.contains("#gid=") && link.ends_with(&format!("&range=A{row}:G{row}")),
            "{link}"
        );
    }
}

/// Company and CSM of each claim that matches the filter of the list.
fn claims(answer: &Value) -> Vec<(String, String)> {
    let filter = &answer["filter"];
    let mut found = Vec::new();
    for row in answer["claims"].as_array().expect("claims") {
        for claim in row["integrations"].as_array().expect("integrations") {
            let is_asked = filter["integration"].is_null() || filter["integration"] == claim["name"];
            let in_catalog = claim["in_catalog"] == true;
            let came_to = match claim["outcome"].as_str().expect("an outcome") {
                "credited" if in_catalog => "credited",
                "credited" => "counted_apart",
                "credited_to" => "credited_elsewhere",
                other => other,
            };
            let is_wanted = match filter["outcome"].as_str() {
                None => true,
                Some("counting") => came_to != "set_aside",
                Some(wanted) => wanted == came_to,
            };
            if is_asked && is_wanted {
                let text = |name: &str| row[name].as_str().expect("text").to_owned();
                found.push((text("company"), text("csm")));
            }
        }
    }
    found
}

/// A world with sample rows and one instance of each irregularity; also returns the address of a submission.
async fn lived_in() -> (World, String) {
    let world = World::of(Plan {
        team_goal: "40/month".parse().ok(),
        ..Plan::default()
    })
    .await;
    world.set_clock(START);
    let filled = world.post("/leaderboard/sample").send().await.expect("answer");
    assert!(filled.status().is_redirection());
    world.claim("Kate 2 Oberg", "4 Seasons", &["GitHub", "Cursor"]).await;
    world.claim("Manny", "4 Seasons", &["GitHub", "OpenAI"]).await;
    world.claim("Manny", "4 Seasons", &["GitHub"]).await;
    let receipt = world.claim("Manny", "4 Seasons Hotels", &["GitHub", "Datadog"]).await;
    world.staff_type("submissions!B5", json!("last Tuesday")).await;
    world.staff_type("submissions!E6", json!("GitHub, Fax 3000")).await;
    world.staff_type("submissions!F7", json!("rejected")).await;
    world.staff_type("submissions!F8", json!("recieved")).await;
    world.staff_type("submissions!B9", json!("2027-01-01 10:00:00")).await;
    world.staff_type("submissions!G10", json!("'@SUM(1+1)")).await;
    contested(&world).await;
    let seen = receipt.attributes("a[href^='/leaderboard/claims?outcome=']", "href");
    let id = seen
        .first()
        .and_then(|address| address.split("submission=").nth(1))
        .expect("the id");
    (world, format!("/leaderboard/submissions/{id}"))
}

/// Adds a running contest with a waiting period, a contest with a frozen result that was corrected afterwards, and a
/// dispute. Returns the address of a form for a further dispute.
pub async fn contested(world: &World) -> String {
    contest(
        world,
        2,
        ["Spring 26", "2026-02-01", "2026-03-31", "", "2 nights", "split", ""],
    )
    .await;
    contest(world, 3, ["February", "2026-02-01", "2026-02-28", "", "", "all", ""]).await;
    world.claim("Manny", "2 Rivers", &["GitHub", "Cursor"]).await;
    world.claim("Zoé", "2 Rivers", &["GitHub", "Cursor"]).await;
    world.json("/leaderboard?contest=February").await;
    world.page("/leaderboard?contest=Spring+26").await;
    world.staff_type("contests!F2", json!("all")).await;
    world.pass(SignedDuration::from_mins(5));
    world.staff_type("submissions!F12", json!("rejected")).await;
    world.staff_type("submissions!F30", json!("withdrawn")).await;
    world.json("/leaderboard").await;
    let claims = world
        .page("/leaderboard/claims?csm=Zo%C3%A9&outcome=credited_elsewhere")
        .await;
    let mut forms = claims.attributes("a[href^='/leaderboard/disputes/new']", "href");
    let of_github = forms.iter().position(|form| form.contains("integration=GitHub"));
    let form = forms.remove(of_github.expect("a way to dispute it"));
    let claim = world.page(&form).await.attributes("[name=claim]", "value").remove(0);
    let sent = world.post("/leaderboard/disputes").header("accept", "text/html");
    let fields = [
        ("claim", claim.as_str()),
        ("integration", "GitHub"),
        ("reason", "I was there on day 1"),
    ];
    let sent = sent.form(&fields).send().await.expect("answer");
    assert!(sent.status().is_redirection(), "{sent:?}");
    forms.retain(|form| form.contains("integration=Cursor"));
    forms.remove(0)
}

#[tokio::test]
async fn every_number_on_every_page_is_the_sum_of_the_rows_behind_it() {
    let (world, receipt) = lived_in().await;
    let others = world.page("/leaderboard/claims?outcome=credited_elsewhere").await;
    let dispute = others
        .attributes("a[href^='/leaderboard/disputes/new']", "href")
        .remove(0);
    let places = [
        "/leaderboard",
        "/leaderboard?from=2026-02-01&to=2026-02-28",
        "/leaderboard?from=2030-01-01",
        "/leaderboard/claims",
        "/leaderboard/claims?csm=Manny",
        "/leaderboard/claims?company=4+Seasons&integration=GitHub",
        "/leaderboard/claims?outcome=credited_elsewhere",
        "/leaderboard/claims?outcome=set_aside&page=1",
        "/leaderboard/matrix",
        "/leaderboard/matrix?csm=Manny&sort=most_open",
        "/leaderboard/matrix?missing=Cursor&sort=latest",
        "/leaderboard/submit?company=4+Seasons",
        "/leaderboard?as_of=2026-02-20",
        "/leaderboard/claims?csm=Manny&as_of=2026-03-02",
        "/leaderboard/you",
        "/leaderboard/you?csm=Manny",
        "/leaderboard/you?csm=Manny&from=2026-03-01",
        "/leaderboard/tv",
        "/leaderboard/tv?slide=2&period=quarter",
        "/leaderboard/tv?slide=3",
        "/leaderboard/tv?slide=4",
        "/leaderboard/contests",
        "/leaderboard?contest=Spring+26",
        "/leaderboard?contest=Spring+26&as_of=2026-02-20",
        "/leaderboard?contest=February",
        "/leaderboard/points?contest=Spring+26&csm=Manny",
        "/leaderboard/points?contest=Spring+26&csm=Manny&rules=proposed",
        "/leaderboard/points?contest=February&csm=Manny",
        "/leaderboard/submit",
        dispute.as_str(),
        "/leaderboard/difference",
        "/leaderboard/rules",
        "/leaderboard/disputes",
        "/leaderboard/corrections",
        "/leaderboard/difference?before=2026-02-10&after=2026-03-03",
        "/leaderboard/weekly",
        "/findings",
        "/findings?kind=near_names",
        receipt.as_str(),
    ];
    assert_eq!(
        pages_without(&world, &places).await,
        Vec::<String>::new(),
        "pages that nobody looks at"
    );
    let mut sums: BTreeMap<CountLink, u64> = BTreeMap::new();
    let mut kinds = BTreeSet::new();
    for place in places {
        for link in count_links(&world.page(place).await, place) {
            if !sums.contains_key(&link) {
                let sum = added_up(&world, &link).await;
                sums.insert(link.clone(), sum);
            }
            assert_eq!(sums[&link], link.number, "{place}: {link:?}");
            kinds.insert(link.counts);
        }
    }
    let expected = [
        "boxes",
        "claims",
        "companies",
        "csms",
        "earning-companies",
        "earnings",
        "findings",
        "matrix-open",
        "matrix-rows",
        "points",
        "rows",
    ];
    assert!(kinds.iter().eq(expected.iter()), "{kinds:?}");
    assert!(sums.len() > 200, "{} links", sums.len());
}

/// Leaderboard pages in the `OpenAPI` document that none of these addresses covers.
async fn pages_without(world: &World, shown: &[&str]) -> Vec<String> {
    let document = world.json("/openapi.json").await;
    let paths = document["paths"].as_object().expect("paths").iter();
    let is_page = |item: &Value| item["get"]["responses"]["200"]["content"]["text/html"].is_object();
    let pages = paths.filter(|(path, item)| path.starts_with("/leaderboard") && is_page(item));
    let is_shown = |path: &str| {
        let (fixed, part) = path.split_once('{').map_or((path, ""), |(fixed, _)| (fixed, "."));
        let shown = shown.iter().map(|place| place.split('?').next().unwrap_or_default());
        shown.into_iter().any(|place| {
            if part.is_empty() {
                place == fixed
            } else {
                place.starts_with(fixed)
            }
        })
    };
    let pages: Vec<&String> = pages.map(|(path, _)| path).collect();
    assert!(pages.len() > 12, "{pages:?}");
    pages.into_iter().filter(|path| !is_shown(path)).cloned().collect()
}

/// Several cells change between two reads, so the log records all of them at the same instant.
#[tokio::test]
async fn the_points_before_and_after_a_correction_are_links_even_when_many_are_noticed_at_once() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.claim("Kate", "Beta", &["GitHub"]).await;
    world.claim("Manny", "Acme", &["GitHub", "Datadog"]).await;
    world.pass(SignedDuration::from_mins(5));
    world.store.refresh();
    world.json("/leaderboard").await;
    world.staff_type("submissions!F2", json!("rejected")).await;
    world.staff_type("submissions!F3", json!("withdrawn")).await;
    world.staff_type("submissions!C4", json!("Zoé")).await;
    world.staff_type("csm_aliases!A2", json!("Zoé")).await;
    world.staff_type("csm_aliases!B2", json!("Manny")).await;
    corrections(&world, 4).await;

    let page = world.page("/leaderboard/corrections").await;
    let mut links: Vec<CountLink> = count_links(&page, "corrections").into_iter().collect();
    links.retain(|link| link.address.contains("as_of="));
    assert!(links.len() >= 6, "{links:?}");
    let moments: BTreeSet<&str> = links
        .iter()
        .filter_map(|link| link.address.split("as_of=").nth(1))
        .collect();
    assert!(moments.len() >= 6, "each its own moment: {moments:?}");
    for link in &links {
        assert_eq!(added_up(&world, link).await, link.number, "{link:?}");
        let then = world.page(&link.address).await;
        then.says("of the audit log");
        for further in count_links(&then, &link.address) {
            assert_eq!(added_up(&world, &further).await, further.number, "{further:?}");
        }
    }
    let gone = "/leaderboard/claims?as_of=2026-03-03T12:00:00Z_before_99";
    let answer = world.get(gone).send().await.expect("answer");
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.expect("text").contains("Row 99 of the audit log"));
}

#[tokio::test]
async fn the_number_in_the_navigation_is_that_of_the_page_of_findings_on_every_board() {
    let (world, _) = lived_in().await;
    world.staff_type("deals!B2", json!("=1/0")).await;
    contest(&world, 4, ["Autumn", "soon", "2026-10-31", "", "", "", ""]).await;
    world.staff_type("disputes!I2", json!("perhaps")).await;
    let found = world.json("/findings").await;
    let count = found["count"].as_u64().expect("a number");
    assert!(count > 5, "{found}");
    for tab in ["contests", "disputes"] {
        let cells = found["cells"].as_array().expect("cells");
        assert!(cells.iter().any(|cell| cell["tab"] == tab), "{tab}: {found}");
    }
    for place in ["/findings", "/leaderboard", "/leaderboard/matrix", "/deals"] {
        let page = world.page(place).await;
        assert_eq!(page.all("header .count"), [count.to_string()], "{place}");
    }
}
