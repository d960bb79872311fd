//! Files and forms that are made to cost the program memory or time, sent to the import as a browser or a program would.
//!
//! A few of each kind run always; the large ones, and all of them on one instance with its memory measured, are ignored
//! and run in `.ci/long`.

use std::{
    fmt::Write as _,
    io::{Cursor, Write},
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    import::{BOUNDARY, HEADER, Sending},
    world::World,
};

/// Time within which every file has to be answered on a busy machine; on an idle one it is a tenth of it.
const MAX_ANSWER_TIME: Duration = Duration::from_secs(20);

/// Hostile file with the words of its refusal; `None` where it is read.
struct HostileFile {
    what: &'static str,
    content: Vec<u8>,
    refusal: Option<&'static str>,
}

fn text(what: &'static str, content: String, refusal: &'static str) -> HostileFile {
    HostileFile {
        what,
        content: content.into_bytes(),
        refusal: Some(refusal),
    }
}

/// Texts that reach the limits of cells and lines, which takes seconds without optimisation.
fn long_texts() -> Vec<HostileFile> {
    vec![
        text(
            "rows of many cells",
            format!("{HEADER}{}", format!("{}\n", ";".repeat(999)).repeat(2_001)),
            "The file has more than 2,000,000 cells.",
        ),
        text(
            "short lines",
            format!("{HEADER}{}", "A;;\n".repeat(200_001)),
            "The file has more than 200000 lines.",
        ),
    ]
}

/// Texts whose size grows with `size`, 1 for a few hundred kilobytes.
fn texts(size: usize) -> Vec<HostileFile> {
    let columns = |count: usize| (0..count).map(|number| format!("c{number};")).collect::<String>();
    vec![
        text(
            "separators only",
            ";".repeat(300_000 * size),
            "Line 1 has more than 1,000 columns.",
        ),
        text(
            "many columns",
            columns(40_000 * size),
            "Line 1 has more than 1,000 columns.",
        ),
        text(
            "many columns below a header",
            format!("{HEADER}{}", columns(40_000 * size)),
            "Line 2 has more than 1,000 columns.",
        ),
        text(
            "one long cell",
            format!("{HEADER}\"{}\";x;1\n", "a".repeat(300_000 * size)),
            "A cell of line 2 has more than 50,000 characters.",
        ),
        text(
            "a quote that stays open",
            format!("{HEADER}\"{}", "a;\n".repeat(100_000 * size)),
            "A cell of line 2 has more than 50,000 characters.",
        ),
        HostileFile {
            what: "bytes",
            content: [0, 1, 254, 7, 0, 200, 3, b'P'].repeat(40_000 * size),
            refusal: Some(""),
        },
    ]
}

/// Sheet with `rows` below a header, as the parts of a workbook with more parts and another list of sheets.
fn workbook(rows: &str, sheets: &str, more: &[(&str, &str)]) -> Vec<u8> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let header: String = ["Client", "Statut", "Montant brut"].map(cell).concat();
    let sheet = format!("<worksheet><sheetData><row>{header}</row>{rows}</sheetData></worksheet>");
    let package = relation("a", "officeDocument", "xl/workbook.xml");
    let relations = relation("s", "worksheet", "worksheets/sheet1.xml");
    let book = format!("<workbook><sheets>{sheets}</sheets></workbook>");
    let parts = [
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", &package),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &relations),
        ("xl/worksheets/sheet1.xml", &sheet),
    ];
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts.iter().chain(more) {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).expect("a part");
        writer.write_all(content.as_bytes()).expect("content");
    }
    writer.finish().expect("an archive").into_inner()
}

const ONE_SHEET: &str = "<sheet name=\"S\" r:id=\"s\"/>";

/// Workbooks whose size grows with `size`.
fn workbooks(size: usize) -> Vec<HostileFile> {
    let book = |what, rows: String, refusal| HostileFile {
        what,
        content: workbook(&rows, ONE_SHEET, &[]),
        refusal: Some(refusal),
    };
    let attributes = |count: usize| (0..count).map(|number| format!(" a{number}=\"1\"")).collect::<String>();
    let with = |what, more: &[(&str, &str)], refusal| HostileFile {
        what,
        content: workbook("", ONE_SHEET, more),
        refusal: Some(refusal),
    };
    let laughs = "<!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let strings = format!("<sst>{}</sst>", "<si><t>a</t></si>".repeat(200_000 * size));
    vec![
        book(
            "spaces",
            " ".repeat(3_000_000 * size),
            "The unpacked workbook is larger than",
        ),
        book(
            "rows",
            "<row><c t=\"inlineStr\"><is><t>aaaaaaaaaaaa</t></is></c></row>".repeat(40_000 * size),
            "The unpacked workbook is larger than",
        ),
        book(
            "cells of one row",
            format!("<row>{}</row>", "<c><v>1</v></c>".repeat(200_000 * size)),
            "The unpacked workbook is larger than",
        ),
        book(
            "one long cell",
            format!(
                "<row><c t=\"inlineStr\"><is><t>{}</t></is></c></row>",
                "a".repeat(3_000_000 * size)
            ),
            "The unpacked workbook is larger than",
        ),
        book(
            "attributes of a row",
            format!("<row{}><c><v>1</v></c></row>", attributes(20_000)),
            "A tag of the workbook has more than 256 attributes.",
        ),
        book(
            "attributes of a cell",
            format!("<row><c{}><v>1</v></c></row>", attributes(110_000)),
            "A tag of the workbook has more than 256 attributes.",
        ),
        book(
            "a far cell",
            "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>".to_owned(),
            "Line 1048576 has more than 1,000 columns.",
        ),
        book("tags in tags", "<a>".repeat(300), "The file is damaged"),
        book("a tag that is not closed", "<row><c".to_owned(), "The file is damaged"),
        with(
            "shared strings",
            &[("xl/sharedStrings.xml", &strings)],
            "The unpacked workbook is larger than",
        ),
        with(
            "declared strings",
            &[("xl/sharedStrings.xml", "<sst uniqueCount=\"99999999999\"></sst>")],
            "The file has more than 2,000,000 cells.",
        ),
        HostileFile {
            what: "sheets",
            content: workbook("", &ONE_SHEET.repeat(2_000), &[]),
            refusal: Some("The workbook has more than 100 sheets."),
        },
        HostileFile {
            what: "an entity that unfolds",
            content: workbook(
                "",
                ONE_SHEET,
                &[(
                    "xl/sharedStrings.xml",
                    &format!("{laughs}<sst><si><t>&b;</t></si></sst>"),
                )],
            ),
            refusal: Some("The file is damaged"),
        },
    ]
}

/// Sends files one after the other; panics unless each is refused with its words, in time. Returns their number.
async fn send_all(world: &World, files: Vec<HostileFile>) -> usize {
    let count = files.len();
    for file in files {
        let begin = Instant::now();
        let response = Sending::of(&file.content)
            .to(world, "/deals/import?lang=en", "application/json")
            .await;
        let (status, took) = (response.status(), begin.elapsed());
        let answer: Value = response.json().await.expect("JSON");
        let what = file.what;
        assert!(took < MAX_ANSWER_TIME, "{what} takes {took:?}");
        match file.refusal {
            None => assert_eq!(status, StatusCode::OK, "{what}: {answer}"),
            Some(refusal) => {
                assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {answer}");
                let message = answer["error"]["fields"][0]["message"].as_str().expect("a message");
                assert!(message.starts_with(refusal), "{what}: {message}");
            }
        }
    }
    count
}

#[tokio::test]
async fn a_hostile_text_is_refused_at_its_limit() {
    let world = World::new().await;
    println!("{} hostile texts", send_all(&world, texts(1)).await);
}

#[tokio::test]
async fn a_hostile_workbook_is_refused_at_its_limit() {
    let world = World::new().await;
    println!("{} hostile workbooks", send_all(&world, workbooks(1)).await);
}

#[tokio::test]
#[ignore = "takes 40 s: .ci/long"]
async fn large_hostile_files_leave_no_memory_behind() {
    let world = World::new().await;
    let mut count = 0;
    for size in [1, 5, 20] {
        count += send_all(&world, texts(size)).await + send_all(&world, long_texts()).await;
        count += send_all(&world, workbooks(size)).await;
    }
    println!("{count} hostile files");
}

/// Body of a form with these parts: the headers and the content of each.
fn form(parts: &[(String, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (headers, content) in parts {
        body.extend_from_slice(format!("--{BOUNDARY}\r\n{headers}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

#[tokio::test]
async fn a_hostile_form_is_refused_or_read_without_its_excess() {
    let world = World::new().await;
    let field = |name: &str| format!("Content-Disposition: form-data; name=\"{name}\"");
    let file = |name: &str| format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
    let csv = format!("{HEADER}Acme;Prospect;1;;;;\n");
    let csv = csv.as_bytes();
    let long = vec![b'v'; 5_000_000];
    let many: Vec<(String, &[u8])> = (0..5_000)
        .map(|number| (field(&format!("a{number}")), &b"v"[..]))
        .collect();
    let (mut tried, mut names) = (0, String::new());
    for (what, body, status) in [
        ("no part", form(&[]), 422),
        ("no body", Vec::new(), 400),
        (
            "an end that does not come",
            form(&[(file("a.csv"), csv)])[..60].to_vec(),
            400,
        ),
        ("5,000 parts", form(&many), 400),
        ("two files", form(&[(file("a.csv"), csv), (file("b.csv"), csv)]), 400),
        (
            "a field of 5 MB",
            form(&[(field("sep"), &long), (file("a.csv"), csv)]),
            200,
        ),
        (
            "a name of 100 kB",
            form(&[(field(&"n".repeat(100_000)), b"v"), (file("a.csv"), csv)]),
            200,
        ),
        ("a header of 1 MB", form(&[(field(&"n".repeat(1_000_000)), b"v")]), 422),
        ("a file name of 100 kB", form(&[(file(&"n".repeat(100_000)), csv)]), 200),
        ("a folder as file name", form(&[(file("../../etc/passwd"), csv)]), 200),
        (
            "a file name that turns its letters",
            form(&[(file("a\u{202e}vsc.exe"), csv)]),
            200,
        ),
    ] {
        let begin = Instant::now();
        let response = world
            .post("/deals/import?lang=en")
            .header("accept", "application/json")
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(body)
            .send()
            .await
            .expect("an answer");
        assert!(begin.elapsed() < MAX_ANSWER_TIME, "{what}");
        assert_eq!(response.status().as_u16(), status, "{what}");
        let answer: Value = response.json().await.expect("JSON");
        let _ = write!(
            names,
            "{} ",
            answer["file"]
                .as_str()
                .unwrap_or_default()
                .chars()
                .take(20)
                .collect::<String>()
        );
        tried += 1;
    }
    assert!(
        names.contains("passwd") && !names.contains(['/', '\u{202e}']),
        "{names}"
    );
    println!("{tried} hostile forms");
}

/// Each line of the file means the deal of every other line.
#[tokio::test]
async fn a_file_of_equal_lines_is_compared_in_time() {
    let world = World::new().await;
    let file = format!("{HEADER}{}", "Acme;Prospect;1;;;;\n".repeat(5_000));
    let begin = Instant::now();
    let answer = Sending::of(file.as_bytes())
        .to(&world, "/deals/import", "application/json")
        .await;
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!((&answer["new"], &answer["identical"]), (&1.into(), &4_999.into()));
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn text_that_does_not_show_is_refused_in_every_way_in() {
    let world = World::new().await;
    let good = "Acme;Prospect;1;;;;\n";
    let lines = [
        "Ac\u{202e}me;Prospect;1;;;;\n",
        "Acme;Prospect;2;Sec\u{200b}teur;;;\n",
        "Acme;Prospect;3;;;Z\u{7}oé;\n",
        "Acme;Prospect;4;;;;\"one\ntwo\u{feff}\"\n",
    ];
    let file = format!("{HEADER}{good}{}", lines.concat());
    let answer = Sending::of(file.as_bytes())
        .to(&world, "/deals/import?lang=en", "application/json")
        .await;
    let answer: Value = answer.json().await.expect("JSON");
    let reasons: Vec<&str> = answer["refused"]
        .as_array()
        .expect("lines")
        .iter()
        .filter_map(|line| line["reason"].as_str())
        .collect();
    for (reason, words) in reasons.iter().zip([
        "client “Acme” contains an invisible character (U+202E)",
        "sector “Secteur” contains an invisible character (U+200B)",
        "sales rep “Zoé” contains an invisible character (U+0007)",
        "notes “one two” contains an invisible character (U+FEFF)",
    ]) {
        assert!(reason.contains(words), "{reason}");
    }
    assert_eq!((reasons.len(), &answer["new"]), (4, &1.into()));
    let created = serde_json::json!({"client": "Acme", "statut": "Prospect", "montant_brut": 1, "notes": "one\n\ttwo"});
    let response = world.post("/deals").json(&created).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::CREATED);
    for (field, character) in [
        ("client", "\u{0}"),
        ("secteur", "\u{202e}"),
        ("assignee", "\n"),
        ("notes", "\u{1b}"),
    ] {
        let value = format!("a{character}b");
        let mut wanted = created.clone();
        wanted[field] = value.clone().into();
        let requests = [
            world.post("/deals?lang=en").json(&wanted),
            world
                .client
                .patch(format!("{}{}", world.address, "/deals/1?lang=en"))
                .json(&serde_json::json!({field: value})),
            world
                .post("/deals?lang=en")
                .header("accept", "application/json")
                .form(&[
                    ("client", "A"),
                    ("statut", "Prospect"),
                    ("montant_brut", "1"),
                    (field, &value),
                ]),
        ];
        for request in requests {
            let response = request.send().await.expect("an answer");
            assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            let answer: Value = response.json().await.expect("JSON");
            let error = &answer["error"]["fields"][0];
            assert_eq!(error["field"], field, "{answer}");
            let code = format!("(U+{:04X})", u32::from(character.chars().next().expect("a character")));
            assert!(
                error["message"].as_str().expect("a message").contains(&code),
                "{answer}"
            );
        }
    }
    let snooze = world
        .post("/deals/1/pause?lang=en")
        .header("accept", "application/json");
    let snooze = snooze.form(&[("until", "2026-12-31"), ("reason", "a\u{202e}b")]);
    assert_eq!(
        snooze.send().await.expect("an answer").status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(world.rows("deals").await.len(), 1);
}

#[tokio::test]
async fn an_address_whose_number_is_none_is_the_address_of_no_deal() {
    let world = World::new().await;
    for path in [
        "/deals/x",
        "/deals/-1",
        "/deals/1.5",
        "/deals/99999999999999999999",
        "/deals/x/edit",
        "/deals/7",
    ] {
        assert_eq!(
            world.get(path).send().await.expect("an answer").status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}
