//! Texts that a spreadsheet program would run as a formula stay text, in the sheet and in every export.

use std::io::Cursor;

use calamine::{Reader, Xlsx};
use reqwest::StatusCode;
use serde_json::json;

use crate::world::World;

/// Beginnings and forms of a formula for the programs that open exports.
const FORMULAS: &[&str] = &[
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "=cmd|'/c calc'!A0",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    " =1+1",
    "\"=1+1",
    "'=1+1",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "=IMPORTXML(\"http://evil.example\",\"//a\")",
    "|calc",
    "%0A=1+1",
    "=1+1;=2",
    "-2+3+cmd|' /C calc'!A0",
    "=1+1,=2",
    "+1+cmd|'/c calc'!A0",
];

/// Addresses of exports; each is fetched as CSV and as XLSX.
const EXPORTS: &[&str] = &[
    "/deals/list?lang=fr&",
    "/deals/list?lang=en&",
    "/deals?",
    "/deals/performance?",
    "/leaderboard?",
    "/leaderboard?table=services&",
    "/leaderboard/claims?",
    "/leaderboard/matrix?",
    "/customers?",
    "/customers/at-risk?",
    "/findings?",
];

/// Cells of a CSV text that a spreadsheet program would take for a formula.
fn live_cells(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let first = text.lines().next().unwrap_or_default();
    let separator = if first.matches(';').count() > first.matches(',').count() {
        ';'
    } else {
        ','
    };
    let is_number = |cell: &str| {
        let rest = cell.trim_start_matches('-');
        !rest.is_empty()
            && rest
                .chars()
                .all(|letter| letter.is_ascii_digit() || " .,\u{202f}\u{a0}%".contains(letter))
    };
    // Not the reader of the program: a cell begins after a separator, a quotation mark or a line break.
    let mut cells = vec![String::new()];
    let (mut is_quoted, mut was_quoted) = (false, false);
    for letter in text.chars() {
        let cell = cells.last_mut().expect("cell");
        match letter {
            // Two of them within quotation marks stand for one.
            '"' if was_quoted => cell.push('"'),
            '\n' => cells.push(String::new()),
            letter if letter == separator && !is_quoted => cells.push(String::new()),
            '"' => {}
            letter => cell.push(letter),
        }
        was_quoted = letter == '"' && is_quoted;
        is_quoted ^= letter == '"';
    }
    let is_live = |cell: &String| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    cells
        .into_iter()
        .filter(|cell| is_live(cell) && !is_number(cell))
        .collect()
}

#[tokio::test]
async fn no_text_becomes_a_formula_in_the_sheet_or_in_an_export() {
    let world = World::new().await;
    for (number, formula) in FORMULAS.iter().enumerate() {
        let deal = json!({"client": format!("{formula} {number}"), "statut": "Prospect", "montant_brut": 1200,
            "secteur": formula, "assignee": formula, "notes": formula});
        let made = world.post("/deals").json(&deal).send().await.expect("answer");
        assert_eq!(made.status(), StatusCode::CREATED, "{formula}");
        let claim = json!({"csm": formula, "company": formula, "integrations": ["GitHub"], "note": formula,
            "key": format!("formula-{number}-of-an-attack")});
        let made = world
            .post("/leaderboard/submissions")
            .json(&claim)
            .send()
            .await
            .expect("answer");
        assert!(
            made.status().is_success(),
            "{formula}: {}",
            made.text().await.unwrap_or_default()
        );
    }
    let sheet = world
        .sheet_get("?fields=sheets(properties.title,data.rowData.values.userEnteredValue)&includeGridData=true")
        .await;
    let formulas = sheet.to_string().matches("formulaValue").count();
    assert_eq!(formulas, 0, "formulas in the sheet");
    let mut cells = 0;
    for address in EXPORTS {
        let export = async |format: &str| {
            let answer = world
                .get(&format!("{address}format={format}"))
                .send()
                .await
                .expect("answer");
            assert_eq!(answer.status(), StatusCode::OK, "{address} as {format}");
            answer.bytes().await.expect("body")
        };
        let csv = export("csv").await;
        let text = String::from_utf8(csv.to_vec()).expect("UTF-8");
        assert_eq!(live_cells(&text), Vec::<String>::new(), "{address} as CSV");
        let mut workbook = Xlsx::new(Cursor::new(export("xlsx").await)).expect("a workbook");
        for sheet in workbook.sheet_names() {
            let formulas = workbook.worksheet_formula(&sheet).expect("formulas");
            let found: Vec<_> = formulas
                .used_cells()
                .filter(|(.., formula)| !formula.is_empty())
                .collect();
            assert!(found.is_empty(), "{address} as XLSX: {found:?}");
            cells += workbook.worksheet_range(&sheet).expect("cells").used_cells().count();
        }
    }
    assert!(cells > 500, "only {cells} cells");
    println!(
        "{} texts in 8 fields, {cells} cells of workbooks and as many of CSV files: 0 formulas",
        FORMULAS.len()
    );
}
