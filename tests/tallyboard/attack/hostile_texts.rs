//! Texts that try to become part of a page: typed, sent, imported, synced, written into any cell of any tab, or given in
//! an address.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use reqwest::{Method, StatusCode};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use sheets_store::{ColumnKind, Tab};

use crate::{
    attack::operations,
    browser::device::{Browser, Script},
    world::{World, form},
};

/// Texts that run a script or add an element where they are not escaped. The element `x-hostile` tells them from our own.
const PAYLOADS: &[&str] = &[
    "<script>window.hostile=1</script><x-hostile>",
    "\"><img src=x onerror=window.hostile=1>",
    "'onfocus=window.hostile=1 autofocus x='",
    "</title><svg onload=window.hostile=1>",
    "javascript:window.hostile=1",
    "</script><script>window.hostile=1</script>",
    "<a href=\"javascript:window.hostile=1\">c</a>",
    "</textarea><x-hostile><script>window.hostile=1</script>",
    "</option></select><img src=x onerror=window.hostile=1>",
    "<!--<x-hostile>",
    "`-window.hostile=1-`",
    "\\\"><svg/onload=window.hostile=1>",
    "&lt;x-hostile&gt;&#60;x-hostile&#62;",
    "</style><x-hostile>",
    "{{constructor.constructor('window.hostile=1')()}}",
    "\" onmouseover=\"window.hostile=1",
    "<iframe srcdoc=\"<script>parent.hostile=1</script>\">",
    "data:text/html,<script>window.hostile=1</script>",
    "<math><mtext><x-hostile>",
    "<template><x-hostile></template><base href=//evil.example>",
];

const BOUNDARY: &str = "boundary-of-the-attack";

/// Names of files that are uploaded.
const FILE_NAMES: &[&str] = &[
    "<script>window.hostile=1</script>.csv",
    "'><img src=x onerror=window.hostile=1>.csv",
    "../../../etc/passwd",
    "..\\..\\evil.csv",
];

/// Value of a cell of the row with this number, as staff or a program would write it.
fn cell(tab: &Tab, header: &str, kind: ColumnKind, number: usize) -> Value {
    let payload = PAYLOADS[number % PAYLOADS.len()];
    let id = format!("hostile-{number}-{payload}");
    let text = match kind {
        ColumnKind::Text => match header {
            "tab" => "submissions".to_owned(),
            "integrations" | "integration" if number.is_multiple_of(2) => {
                format!("GitHub, {}", payload.replace(',', " "))
            }
            "email" if number.is_multiple_of(2) => format!("a{number}@example.com"),
            "id" | "claim" | "row" | "customer" => id,
            header if header.ends_with("_id") => id,
            _ => payload.to_owned(),
        },
        ColumnKind::DateTime => "2026-02-20 09:00:00".to_owned(),
        ColumnKind::Date => match header {
            "end" | "until" => "2026-04-20".to_owned(),
            _ => "2026-02-20".to_owned(),
        },
        ColumnKind::Choice(words) => words[number % words.len()].to_owned(),
        ColumnKind::Integer | ColumnKind::Euros | ColumnKind::Amount => {
            let base = if tab.title == "deals" && header == "id" {
                9_000
            } else {
                10
            };
            return json!({"userEnteredValue": {"numberValue": base + number}});
        }
        ColumnKind::Percent => return json!({"userEnteredValue": {"numberValue": 0.5}}),
    };
    json!({"userEnteredValue": {"stringValue": text}})
}

/// Writes a row for each payload into every tab, as staff; returns the number of cells.
async fn write_cells(world: &World) -> usize {
    let (mut requests, mut cells) = (Vec::new(), 0);
    for tab in tallyboard::app::tabs() {
        let rows: Vec<Value> = (0..PAYLOADS.len())
            .map(|number| {
                let values = tab
                    .columns
                    .iter()
                    .map(|column| cell(tab, column.header, column.kind, number));
                json!({"values": values.collect::<Vec<_>>()})
            })
            .collect();
        cells += rows.len() * tab.columns.len();
        let sheet = world.sheet_id(tab.title).await;
        requests.push(json!({"appendCells": {"sheetId": sheet, "rows": rows, "fields": "userEnteredValue"}}));
    }
    world.staff(json!(requests)).await;
    cells
}

/// Sends each payload through the forms and as JSON; returns the number of values.
async fn send_texts(world: &World) -> usize {
    for (number, payload) in PAYLOADS.iter().enumerate() {
        let deal = json!({"client": format!("{payload} json"), "statut": "Prospect", "montant_brut": "1200",
            "secteur": payload, "assignee": payload, "notes": payload, "date_echeance": "2026-02-28"});
        let sent = [
            world.post("/deals").json(&deal),
            world.post("/deals").form(&deal),
            world
                .post("/leaderboard/submissions")
                .json(&json!({"csm": payload, "company": format!("{payload} json"),
                "integrations": ["GitHub"], "note": payload, "key": format!("json-{number}-of-an-attack")})),
            world
                .post("/leaderboard/submissions")
                .header("accept", "text/html")
                .form(&form(
                    payload,
                    payload,
                    &["Cursor"],
                    &format!("form-{number}-of-an-attack"),
                )),
        ];
        for request in sent {
            let answer = request.send().await.expect("answer");
            assert!(
                answer.status().is_success() || answer.status().is_redirection(),
                "{payload}: {}",
                answer.status()
            );
        }
    }
    PAYLOADS.len() * 14
}

/// Uploads the payloads as CSV and as a workbook, under hostile names of files, sheets and columns; returns the number
/// of values, and the pages to which the uploads lead.
async fn upload_files(world: &World) -> (usize, Vec<String>) {
    let mut csv = String::from("Client;Statut;Montant brut;Secteur;Commercial;Notes;<x-hostile>\n");
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("<x-hostile> & <b>").expect("name");
    let headers = [
        "Client",
        "Statut",
        "Montant brut",
        "Secteur",
        "Commercial",
        "Notes",
        PAYLOADS[0],
    ];
    sheet.write_row(0, 0, headers).expect("row");
    for (row, payload) in (1..).zip(PAYLOADS) {
        let quoted = payload.replace('"', "\"\"");
        csv += &format!("\"{quoted} csv\";Prospect;100;\"{quoted}\";\"{quoted}\";\"{quoted}\";\"{quoted}\"\n");
        let name = format!("{payload} xlsx");
        sheet
            .write_row(row, 0, [&name, "Prospect", "100", payload, payload, payload, payload])
            .expect("row");
    }
    let workbook = workbook.save_to_buffer().expect("workbook");
    let mut places = Vec::new();
    let names = FILE_NAMES
        .iter()
        .map(|name| (*name, csv.as_bytes()))
        .chain([("a.xlsx", workbook.as_slice())]);
    for (name, content) in names {
        let name = name.replace('"', "%22");
        let mut body =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
                .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let sent = world
            .post("/deals/import")
            .header("accept", "text/html")
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(body);
        let answer = sent.send().await.expect("answer");
        assert!(
            answer.status().is_redirection() || answer.status().is_success(),
            "{name}: {}",
            answer.status()
        );
        if let Some(place) = answer.headers().get("location") {
            places.push(place.to_str().expect("text").to_owned());
        }
    }
    (PAYLOADS.len() * 5 * (FILE_NAMES.len() + 1) + FILE_NAMES.len(), places)
}

/// What a page holds that only a payload can have put there.
fn injected(text: &str) -> Vec<String> {
    let document = Html::parse_document(text);
    let everything = Selector::parse("*").expect("selector");
    let mut faults = Vec::new();
    for element in document.select(&everything) {
        let name = element.value().name();
        let address = |attribute| element.attr(attribute).unwrap_or_default().trim().to_lowercase();
        let is_own = |attribute| address(attribute).starts_with('/') && !address(attribute).starts_with("//");
        let is_foreign = match name {
            "x-hostile" | "iframe" | "object" | "embed" | "base" => true,
            "script" => !is_own("src"),
            "img" => !is_own("src") && !address("src").starts_with("data:image/"),
            _ => false,
        };
        let has_handler = element
            .value()
            .attrs()
            .any(|(attribute, _)| attribute.starts_with("on"));
        let leads_astray = ["href", "src", "action", "formaction"].iter().any(|attribute| {
            address(attribute).starts_with("javascript:") || address(attribute).starts_with("data:text")
        });
        if is_foreign || has_handler || leads_astray {
            faults.push(element.html().chars().take(200).collect());
        }
    }
    faults
}

/// Same-origin addresses to which the links of a page lead, with path and query.
fn links(text: &str) -> Vec<String> {
    let document = Html::parse_document(text);
    let anchors = Selector::parse("a[href]").expect("selector");
    let addresses = document.select(&anchors).filter_map(|anchor| anchor.attr("href"));
    let own = addresses.filter(|address| address.starts_with('/') && !address.starts_with("//"));
    own.map(|address| address.split('#').next().unwrap_or_default().to_owned())
        .collect()
}

/// Address without what tells one row from another: pages of one shape are built by the same code.
fn shape(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let is_word = |segment: &str| {
        segment.len() <= 20
            && segment
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'.'))
    };
    let segments = path
        .split('/')
        .map(|segment| if is_word(segment) { segment } else { "*" });
    let names: BTreeSet<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{}?{names:?}", segments.collect::<Vec<_>>().join("/"))
}

/// Pages of the program, found by following links from every address of the document: at most `of_a_shape` of one shape.
/// Each is checked for injected elements.
async fn crawl(world: &World, more: Vec<String>, of_a_shape: usize) -> Vec<String> {
    let document = world.json("/openapi.json").await;
    let plain = operations(&document).into_iter().filter(|(path, method, _)| {
        // The stream never ends, and the viewers show the document alone.
        *method == Method::GET
            && !path.contains('{')
            && !matches!(path.as_str(), "/leaderboard/live" | "/docs" | "/redoc")
    });
    let mut waiting: VecDeque<String> = plain.map(|(path, ..)| path).chain(more).collect();
    let (mut pages, mut seen, mut shapes) = (Vec::new(), BTreeSet::new(), BTreeMap::<String, usize>::new());
    let mut escaped = 0;
    while let Some(address) = waiting.pop_front() {
        if !seen.insert(address.clone()) || address.contains("format=") || address.starts_with("/assets/") {
            continue;
        }
        let count = shapes.entry(shape(&address)).or_default();
        *count += 1;
        if *count > of_a_shape {
            continue;
        }
        let answer = world
            .get(&address)
            .header("accept", "text/html")
            .send()
            .await
            .expect("answer");
        assert!(!answer.status().is_server_error(), "{address}: {}", answer.status());
        let kind = answer
            .headers()
            .get("content-type")
            .map(|kind| kind.to_str().expect("text").to_owned());
        if !kind.is_some_and(|kind| kind.starts_with("text/html")) {
            continue;
        }
        let text = answer.text().await.expect("text");
        let faults = injected(&text);
        assert!(faults.is_empty(), "{address}: {faults:#?}");
        escaped += usize::from(text.contains("&lt;x-hostile&gt;") || text.contains("&lt;script&gt;window.hostile"));
        waiting.extend(links(&text));
        pages.push(address);
    }
    assert!(escaped > 20, "only {escaped} of {} pages show a payload", pages.len());
    println!("{} pages, {escaped} of them show payloads: 0 injected", pages.len());
    pages
}

/// World whose every tab holds every payload, and the pages of the uploads.
async fn hostile_world() -> (World, usize, Vec<String>) {
    let world = World::new().await;
    let sent = send_texts(&world).await;
    let (uploaded, places) = upload_files(&world).await;
    let written = write_cells(&world).await;
    (world, sent + uploaded + written, places)
}

/// What ran or was injected on the present page, with everything folded opened.
const LOOK: &str = "(() => {
    document.querySelectorAll('details').forEach((details) => { details.open = true; });
    const faults = window.hostile ? ['ran'] : [];
    for (const element of document.querySelectorAll('*')) {
        const names = element.getAttributeNames();
        if (element.localName === 'x-hostile' || names.some((name) => name.startsWith('on'))) {
            faults.push(element.outerHTML.slice(0, 200));
        }
    }
    return faults;
})()";

async fn look_at_pages(browser: &Browser, world: &World, pages: &[String]) {
    for address in pages {
        browser.goto(&format!("{}{address}", world.address)).await;
        assert_eq!(browser.ask(LOOK).await, json!([]), "{address}");
    }
    println!("{} pages in the browser: 0 payloads ran", pages.len());
}

#[tokio::test]
async fn no_text_from_any_way_in_becomes_part_of_a_page() {
    let (world, values, places) = hostile_world().await;
    println!("{values} hostile values");
    crawl(&world, places, 1).await;
}

#[tokio::test]
async fn a_browser_runs_no_text_of_a_claim_that_arrives_while_the_board_is_open() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    for payload in PAYLOADS.iter().take(4) {
        world.claim(payload, &format!("{payload} live"), &["Cursor"]).await;
        browser
            .until(&format!("document.body.innerText.includes({})", json!(payload)))
            .await;
        assert_eq!(browser.ask(LOOK).await, json!([]), "{payload}");
    }
    browser.goto(&format!("{}/leaderboard/submit", world.address)).await;
    browser.write("#company", PAYLOADS[0]).await;
    browser
        .until("document.querySelector('#company').value.length > 10")
        .await;
    assert_eq!(browser.ask(LOOK).await, json!([]));
}

#[tokio::test]
#[ignore = "takes minutes: .ci/long"]
async fn a_browser_runs_no_text_on_any_page() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let (world, values, places) = hostile_world().await;
    println!("{values} hostile values");
    let pages = crawl(&world, places, 20).await;
    look_at_pages(&browser, &world, &pages).await;
}

/// Sends payloads in every parameter and every part of a path of every reading operation.
async fn reflect(payloads: &[&str]) {
    let world = World::new().await;
    let document = world.json("/openapi.json").await;
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let mut tried = 0;
    for (path, method, operation) in operations(&document) {
        if method != Method::GET || path == "/leaderboard/live" {
            continue;
        }
        let parameters: Vec<(&str, &str)> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| {
                (
                    parameter["in"].as_str().expect("place"),
                    parameter["name"].as_str().expect("name"),
                )
            })
            .chain([("query", "unknown")])
            .collect();
        for payload in payloads {
            let payload = encode(payload);
            let plain = path.replace(['{', '}'], "");
            for (place, name) in &parameters {
                let address = match *place {
                    "path" => path.replace(&format!("{{{name}}}"), &payload),
                    "query" => format!("{plain}?{name}={payload}"),
                    _ => continue,
                };
                let answer = world
                    .get(&address)
                    .header("accept", "text/html")
                    .timeout(Duration::from_secs(20));
                let answer = answer.send().await.expect("answer");
                assert!(!answer.status().is_server_error(), "{address}: {}", answer.status());
                assert_ne!(answer.status(), StatusCode::TOO_MANY_REQUESTS, "{address}");
                tried += 1;
                let kind = answer
                    .headers()
                    .get("content-type")
                    .map(|kind| kind.to_str().expect("text").to_owned());
                if kind.is_some_and(|kind| kind.starts_with("text/html")) {
                    let faults = injected(&answer.text().await.expect("text"));
                    assert!(faults.is_empty(), "{address}: {faults:#?}");
                }
            }
        }
    }
    assert!(tried > 200, "only {tried} addresses");
    println!("{tried} addresses with payloads: 0 injected");
}

#[tokio::test]
async fn no_text_in_an_address_becomes_part_of_a_page() {
    reflect(&["\"'><script>window.hostile=1</script><x-hostile onload=window.hostile=1>"]).await;
}

#[tokio::test]
#[ignore = "takes a minute: .ci/long"]
async fn no_payload_in_an_address_becomes_part_of_a_page() {
    reflect(PAYLOADS).await;
}
