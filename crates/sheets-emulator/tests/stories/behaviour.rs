//! Tests of the behaviour that is recorded or documented for the real API.

use serde_json::json;
use sheets_emulator::EmulatorOptions;

use crate::world::{World, message};

#[tokio::test]
async fn a_failed_request_leaves_nothing_of_its_batch() {
    let world = World::new().await;
    world.write("A1", json!([["kept"]])).await;
    let (status, body) = world
        .batch(json!([
            {"addSheet": {"properties": {"title": "New"}}},
            {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 5}}},
            {"updateCells": {"range": {"sheetId": 99}, "fields": "userEnteredValue"}},
        ]))
        .await;
    assert_eq!(
        (status, message(&body)),
        (400, "Invalid requests[2].updateCells: No grid with id: 99")
    );
    assert_eq!(world.values("Sheet1").await, json!([["kept"]]));
    let (_, body) = world
        .get("?fields=sheets.properties(title,gridProperties.rowCount)")
        .await;
    let only = json!({"sheets": [{"properties": {"title": "Sheet1", "gridProperties": {"rowCount": 1000}}}]});
    assert_eq!(body, only);
}

#[tokio::test]
async fn rows_inserted_and_written_in_one_batch_push_what_was_there_down() {
    let world = World::new().await;
    world.write("A1", json!([["id"], ["first"], ["below"]])).await;
    let format = json!({"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}});
    let cells = json!([
        {"userEnteredValue": {"stringValue": "=IMPORTXML(1)"}},
        {"userEnteredValue": {"numberValue": 43831}, "userEnteredFormat": format},
        {"userEnteredValue": {"boolValue": false}},
    ]);
    let (status, body) = world
        .batch(json!([
            {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 1}},
            {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}, "inheritFromBefore": true}},
            {"updateCells": {"start": {"sheetId": 0, "rowIndex": 2, "columnIndex": 0}, "rows": [{"values": cells}],
                             "fields": "userEnteredValue,userEnteredFormat.numberFormat"}},
        ]))
        .await;
    assert_eq!((status, &body["replies"]), (200, &json!([{}, {}, {}])));
    let rows = json!([["id"], ["first"], ["=IMPORTXML(1)", 43831, false], ["below"]]);
    assert_eq!(world.values("Sheet1").await, rows);
    let (_, body) = world.get("/values/A3:C3").await;
    assert_eq!(body["values"], json!([["=IMPORTXML(1)", "2020-01-01", "FALSE"]]));
}

#[tokio::test]
async fn open_ranges_echo_the_end_of_the_grid_and_only_a_start_outside_is_refused() {
    let world = World::new().await;
    let ranges = "ranges='Sheet1'!1:1&ranges='Sheet1'!A5:G&ranges=%27Sheet1%27%21A1%3AA&ranges=Y999:ZZ2000";
    let (status, body) = world
        .get(&format!("/values:batchGet?{ranges}&alt=json&prettyPrint=false&key=x"))
        .await;
    assert_eq!(status, 200, "{body}");
    let echoed: Vec<&str> = body["valueRanges"]
        .as_array()
        .expect("ranges")
        .iter()
        .filter_map(|range| range["range"].as_str())
        .collect();
    assert_eq!(
        echoed,
        [
            "Sheet1!A1:Z1",
            "Sheet1!A5:G1000",
            "Sheet1!A1:A1000",
            "Sheet1!Y999:Z1000"
        ]
    );
    let (status, body) = world.get("/values/Sheet1!A1001").await;
    let sentence = "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26";
    assert_eq!((status, message(&body)), (400, sentence));
    let (status, body) = world.get("/values/Nowhere!A1").await;
    assert_eq!((status, message(&body)), (400, "Unable to parse range: Nowhere!A1"));
}

#[tokio::test]
async fn typed_texts_become_what_a_person_meant_and_show_as_they_were_typed() {
    let world = World::new().await;
    let typed = json!([[
        "0042",
        "2,000,000.01",
        "10%",
        "2020-01-31",
        "9:05:00",
        "TRUE",
        "$1,234.50",
        "'007",
        "x"
    ]]);
    world.write("A1", typed).await;
    let time = (9.0 * 60.0 + 5.0) / 1440.0;
    let kept = json!([[42, 2_000_000.01, 0.1, 43861, time, true, 1234.5, "007", "x"]]);
    assert_eq!(world.values("A1:I1").await, kept);
    let (_, body) = world.get("/values/A1:I1").await;
    let shown = json!([[
        "42",
        "2,000,000.01",
        "10%",
        "2020-01-31",
        "9:05:00",
        "TRUE",
        "$1,234.50",
        "007",
        "x"
    ]]);
    assert_eq!(body["values"], shown);
}

#[tokio::test]
async fn formulas_compute_and_their_references_follow_inserted_rows() {
    let world = World::new().await;
    world
        .write(
            "A1",
            json!([
                [1, 2],
                [3, 4],
                ["=SUM(A1:B2)", "=IF(A1>0,A2&\"!\",1/0)", "=1/0", "=FOO(1)"]
            ]),
        )
        .await;
    assert_eq!(world.values("A3:D3").await, json!([[10, "3!", "#DIV/0!", "#NAME?"]]));
    let rows = json!({"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2});
    world.batch(json!([{"insertDimension": {"range": rows}}])).await;
    let (_, body) = world.get("/values/A4:B4?valueRenderOption=FORMULA").await;
    assert_eq!(body["values"], json!([["=SUM(A1:B3)", "=IF(A1>0,A3&\"!\",1/0)"]]));
    assert_eq!(world.values("A4").await, json!([[10]]));
}

#[tokio::test]
async fn an_array_formula_fills_what_is_free_and_nothing_when_something_is_in_its_way() {
    let world = World::new().await;
    world.write("A1", json!([[1, "a"], [2, "b"], ["", ""]])).await;
    let cases = [
        ("=ARRAYFORMULA(A1:A2*10)", json!([[10], [20]])),
        ("=arrayformula(A1:A3&B1:B3)", json!([["1a"], ["2b"], [""]])),
        (
            "=ARRAYFORMULA(IF(A1:A3=\"\",\"\",A1:A3+SUM(A1:A2)))",
            json!([[4], [5], [""]]),
        ),
        ("=ARRAYFORMULA(A1:B2)", json!([[1, "a"], [2, "b"]])),
        ("=ARRAYFORMULA(UPPER(B1:B2))", json!([["A"], ["B"]])),
        (
            "=ARRAYFORMULA(IFERROR(VLOOKUP(A1:A3,A1:B2,2,FALSE),\"-\"))",
            json!([["a"], ["b"], ["-"]]),
        ),
        ("=ARRAYFORMULA(COUNTIF(A1:A2,A1:A2))", json!([[1], [1]])),
        ("=ARRAYFORMULA(A1:A3+A1:A2)", json!([[2], [4], ["#N/A"]])),
    ];
    for (formula, expected) in cases {
        world.write("E1", json!([[formula]])).await;
        assert_eq!(world.values("E1:F9").await, expected, "{formula}");
    }
    world.write("E1", json!([["=ARRAYFORMULA(A1:A2*10)"]])).await;
    world.write("G1", json!([["=SUM(E1:E2)"]])).await;
    assert_eq!(world.values("G1").await, json!([[30]]));
    let (_, body) = world
        .get("?includeGridData=true&ranges=E2&fields=sheets.data.rowData.values")
        .await;
    let cell = &body["sheets"][0]["data"][0]["rowData"][0]["values"][0];
    assert_eq!(
        (&cell["effectiveValue"], &cell["userEnteredValue"]),
        (&json!({"numberValue": 20}), &json!(null))
    );
    world.write("E2", json!([["mine"]])).await;
    assert_eq!(world.values("E1:E3").await, json!([["#REF!"], ["mine"]]));
}

#[tokio::test]
async fn appended_rows_wander_right_when_they_begin_with_a_gap_unless_the_range_is_a_cell() {
    let world = World::new().await;
    let row = json!({"values": [["x", "", "z"]]});
    world
        .post("/values/Sheet1:append?valueInputOption=RAW", row.clone())
        .await;
    let (_, body) = world
        .post("/values/Sheet1:append?valueInputOption=RAW", row.clone())
        .await;
    assert_eq!(
        (&body["tableRange"], &body["updates"]["updatedRange"]),
        (&json!("Sheet1!C1"), &json!("Sheet1!C2:E2"))
    );
    let (_, body) = world.post("/values/Sheet1!A1:append?valueInputOption=RAW", row).await;
    assert_eq!(
        (&body["tableRange"], &body["updates"]["updatedRange"]),
        (&json!("Sheet1!A1"), &json!("Sheet1!A2:C2"))
    );
}

#[tokio::test]
async fn null_skips_its_cell_and_is_not_counted() {
    let world = World::new().await;
    let rows = json!([[null, "a"], [null, null], ["b", null]]);
    let (_, body) = world
        .put("/values/A1:B3?valueInputOption=RAW", json!({ "values": rows }))
        .await;
    assert_eq!(body["updatedRange"], "Sheet1!A1:B3");
    assert_eq!(
        (&body["updatedRows"], &body["updatedColumns"], &body["updatedCells"]),
        (&json!(2), &json!(2), &json!(2))
    );
    assert_eq!(world.values("A1:B3").await, json!([["", "a"], [], ["b"]]));
}

#[tokio::test]
async fn a_sort_puts_numbers_before_texts_and_blank_cells_last_in_either_direction() {
    let world = World::new().await;
    world
        .write("A1", json!([["b", 1], [2, 2], ["", 3], ["a", 4], [10, 5]]))
        .await;
    let range = json!({"sheetId": 0, "startRowIndex": 0, "endRowIndex": 5, "startColumnIndex": 0, "endColumnIndex": 2});
    let sort = |order: &str| json!([{"sortRange": {"range": range, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": order}]}}]);
    world.batch(sort("ASCENDING")).await;
    assert_eq!(world.values("B1:B5").await, json!([[2], [5], [4], [1], [3]]));
    world.batch(sort("DESCENDING")).await;
    assert_eq!(world.values("B1:B5").await, json!([[1], [4], [5], [2], [3]]));
}

#[tokio::test]
async fn bold_headers_validation_and_hidden_columns_are_remembered_as_they_were_masked() {
    let world = World::new().await;
    let header =
        json!({"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 2});
    let bold = json!({"userEnteredFormat": {"textFormat": {"bold": true, "italic": true}}});
    let (status, body) = world
        .batch(json!([
            {"repeatCell": {"range": header, "cell": bold, "fields": "userEnteredFormat.textFormat.bold"}},
            {"setDataValidation": {"range": header, "rule": {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "y"}]}, "strict": false}}},
            {"updateDimensionProperties": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2},
                                           "properties": {"hiddenByUser": true}, "fields": "hiddenByUser"}},
            {"updateSheetProperties": {"properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 1}}, "fields": "gridProperties.frozenRowCount"}},
        ]))
        .await;
    assert_eq!(status, 200, "{body}");
    let fields = "sheets(properties.gridProperties.frozenRowCount,data(columnMetadata,rowData.values(userEnteredFormat,dataValidation)))";
    let (_, body) = world.get(&format!("?ranges=A1:B1&fields={fields}")).await;
    let rule = json!({"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "y"}]}});
    let cell = json!({"userEnteredFormat": {"textFormat": {"bold": true}}, "dataValidation": rule});
    let sheet = &body["sheets"][0];
    assert_eq!(sheet["properties"]["gridProperties"]["frozenRowCount"], 1);
    assert_eq!(sheet["data"][0]["rowData"], json!([{"values": [cell, cell]}]));
    let columns = json!([{"pixelSize": 100}, {"hiddenByUser": true, "pixelSize": 100}]);
    assert_eq!(sheet["data"][0]["columnMetadata"], columns);
}

#[tokio::test]
async fn what_the_emulator_lacks_is_named_and_limits_speak_as_google_does() {
    let world = World::new().await;
    let (status, body) = world.batch(json!([{"addChart": {}}])).await;
    assert_eq!(
        (status, message(&body)),
        (501, "The emulator does not support the request addChart.")
    );
    let (status, body) = world
        .batch(json!([{"addSheet": {"properties": {"title": "sheet1"}}}]))
        .await;
    let taken =
        "Invalid requests[0].addSheet: A sheet with the name \"sheet1\" already exists. Please enter another name.";
    assert_eq!((status, message(&body)), (400, taken));
    let (status, body) = world
        .put(
            "/values/A1?valueInputOption=RAW",
            json!({"values": [["é".repeat(50_001)]]}),
        )
        .await;
    let long = "Your input contains more than the maximum of 50000 characters in a single cell.";
    assert_eq!((status, message(&body)), (400, long));
    let rows = json!([{"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 400_000}}]);
    let (status, body) = world.batch(rows).await;
    assert_eq!(status, 400);
    assert!(message(&body).ends_with("above the limit of 10000000 cells."), "{body}");
    let (status, body) = world.get("?fields=sheets.nothing").await;
    assert_eq!((status, message(&body)), (400, "Request contains an invalid argument."));
}

#[tokio::test]
async fn the_quota_refuses_reads_and_writes_apart_from_each_other() {
    let world = World::with(EmulatorOptions {
        quota_per_minute: Some(2),
        ..EmulatorOptions::default()
    })
    .await;
    assert_eq!(world.get("").await.0, 200);
    assert_eq!(world.get("").await.0, 200);
    let (status, body) = world.get("").await;
    assert_eq!((status, &body["error"]["status"]), (429, &json!("RESOURCE_EXHAUSTED")));
    let limit = &body["error"]["details"][0]["metadata"]["quota_limit"];
    assert_eq!(limit, "ReadRequestsPerMinutePerUser");
    assert_eq!(world.post("/values/A1:clear", json!({})).await.0, 200);
}

#[tokio::test]
async fn regular_expressions_find_and_replace_as_in_java() {
    let cases = [
        (
            json!({"find": "o.* (.*)", "replacement": "$1 Rocks", "matchCase": true}),
            json!([["GSheets Rocks"], ["7 €"]]),
        ),
        (
            json!({"find": "SHEETS", "replacement": "\\$1"}),
            json!([["Google $1"], ["7 €"]]),
        ),
        (
            json!({"find": "google", "replacement": "x", "matchEntireCell": true}),
            json!([["Google Sheets"], ["7 €"]]),
        ),
        (
            json!({"find": "\\d+ €", "replacement": "8"}),
            json!([["Google Sheets"], [8]]),
        ),
    ];
    for (mut request, expected) in cases {
        let world = World::new().await;
        world.write("A1", json!([["Google Sheets"], ["7 €"]])).await;
        request["searchByRegex"] = json!(true);
        request["sheetId"] = json!(0);
        let (status, body) = world.batch(json!([{"findReplace": request.clone()}])).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(world.values("A1:A2").await, expected, "{request}");
    }
    let world = World::new().await;
    let request = json!({"find": "(", "replacement": "", "searchByRegex": true, "allSheets": true});
    assert_eq!(world.batch(json!([{"findReplace": request}])).await.0, 400);
}

/// World whose spreadsheet has the given locale.
async fn at_home_in(locale: &str) -> World {
    let world = World::new().await;
    let request = json!({"updateSpreadsheetProperties": {"properties": {"locale": locale}, "fields": "locale"}});
    assert_eq!(world.batch(json!([request])).await.0, 200);
    world
}

#[tokio::test]
async fn typed_numbers_and_days_are_read_and_shown_as_where_the_spreadsheet_is_at_home() {
    let day = 46_387; // 2026-12-31
    let cases = [
        ("fr_FR", "12 500,5", json!(12500.5), "12\u{202f}500,50"),
        ("fr_FR", "12\u{a0}500,00 €", json!(12500), "12\u{202f}500,00 €"),
        ("fr_FR", "12,5%", json!(0.125), "12,50%"),
        ("fr_FR", "31/12/2026", json!(day), "31/12/2026"),
        ("fr_FR", "12.5", json!("12.5"), "12.5"),
        ("fr_FR", "12/31/2026", json!("12/31/2026"), "12/31/2026"),
        ("fr_FR", "0,1", json!(0.1), "0,1"),
        ("de_DE", "1.234,5", json!(1234.5), "1.234,50"),
        ("de_DE", "31.12.2026", json!(day), "31.12.2026"),
        ("de_DE", "-7,25 €", json!(-7.25), "-7,25 €"),
        ("de_DE", "1,5E3", json!(1500), "1,50E+03"),
        ("en_GB", "31/12/2026", json!(day), "31/12/2026"),
        ("en_GB", "£1,234.50", json!(1234.5), "£1,234.50"),
        ("en_US", "12/31/2026", json!(day), "12/31/2026"),
        ("en_US", "31/12/2026", json!("31/12/2026"), "31/12/2026"),
        ("en_US", "12,5", json!("12,5"), "12,5"),
        ("fr_FR", "2026-12-31", json!(day), "2026-12-31"),
    ];
    for (locale, typed, value, shown) in cases {
        let world = at_home_in(locale).await;
        world.write("A1", json!([[typed]])).await;
        assert_eq!(world.values("A1").await, json!([[value]]), "{locale} {typed}");
        let (_, body) = world.get("/values/A1").await;
        assert_eq!(body["values"], json!([[shown]]), "{locale} {typed}");
    }
}

#[tokio::test]
async fn formulas_find_values_and_their_places() {
    let world = World::new().await;
    world
        .write("A1:C3", json!([["id", "n", "s"], ["b", 2, 10], ["A", 1, 20]]))
        .await;
    let cases = [
        ("=MATCH(\"a\",A:A,0)", json!(3)),
        ("=MATCH(\"zz\",A:A,0)", json!("#N/A")),
        ("=MATCH(15,C2:C3)", json!(1)),
        ("=MATCH(\"n\",1:1,0)", json!(2)),
        ("=INDEX(A1:C3,2,3)", json!(10)),
        ("=INDEX(A:A,MATCH(1,B:B,0))", json!("A")),
        ("=INDEX(A1:C3,9,1)", json!("#NUM!")),
        ("=VLOOKUP(\"b\",A:C,3,FALSE)", json!(10)),
        ("=ROW(B7)+COLUMNS(A1:C1)", json!(10)),
    ];
    for (formula, expected) in cases {
        world.write("F9", json!([[formula]])).await;
        assert_eq!(world.values("F9").await, json!([[expected]]), "{formula}");
    }
}
