//! Tests of the leaderboard: claims, receipts, credits, edits by staff, periods, downloads.

use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::{Page, StoreSettings};

use crate::world::{Plan, World, form};

#[tokio::test]
async fn a_csm_claims_integrations_and_reads_the_effect_while_staff_see_the_row() {
    let world = World::new().await;
    world
        .claim("Kate", "Acme Inc.", &["ClickHouse", "Datadog", "OpenAI"])
        .await;
    world.pass(SignedDuration::from_hours(1));
    let receipt = world.claim("Manny", "ACME", &["GitHub", "ClickHouse"]).await;
    receipt.says("Recorded. +1 for Manny (GitHub).");
    receipt.says("ClickHouse was already credited to Kate.");
    receipt.says("You are 2nd, 2 points behind Kate.");
    assert_eq!(
        receipt
            .attributes("a[href='/leaderboard/submit?csm=Manny']", "href")
            .len(),
        1
    );

    let rows = world.rows("submissions").await;
    assert_eq!(rows.len(), 2);
    assert_eq!(
        rows[1][2..6],
        [
            json!("Manny"),
            json!("ACME"),
            json!("GitHub, ClickHouse"),
            json!("received")
        ]
    );
    // 3 March 2026, 14:00 in Paris, as a spreadsheet serial number.
    let moment = rows[1][1].as_f64().expect("a date");
    assert!((moment - 46_084.583_333_333_336).abs() < 0.000_001, "{moment}");
}

#[tokio::test]
async fn the_board_ranks_by_credits_and_programs_read_the_same_numbers() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.claim("Manny", "Beta", &["GitHub", "Datadog"]).await;
    world.claim("Zoé", "Gamma", &["OpenAI"]).await;
    world.claim("zoe", "Acme", &["GitHub"]).await;

    let board = world.json("/leaderboard").await;
    let ranks: Vec<(i64, &str, i64, i64, i64)> = board["by_csm"]
        .as_array()
        .expect("ranking")
        .iter()
        .map(|row| {
            let number = |name: &str| row[name].as_i64().expect("number");
            (
                number("rank"),
                row["csm"].as_str().expect("name"),
                number("integrations"),
                number("companies"),
                number("submissions"),
            )
        })
        .collect();
    assert_eq!(
        ranks,
        [(1, "Kate", 2, 1, 1), (1, "Manny", 2, 1, 1), (3, "Zoé", 1, 1, 2)]
    );
    assert!(
        board["as_of"]
            .as_str()
            .is_some_and(|as_of| as_of.starts_with("2026-03-03T12:00:00"))
    );
    assert_eq!(board["period"], json!({"from": null, "to": null}));
    assert_eq!(board["findings"], 0);
    let services: Vec<(&str, i64, i64)> = board["by_service"]
        .as_array()
        .expect("services")
        .iter()
        .map(|row| {
            (
                row["integration"].as_str().expect("name"),
                row["companies"].as_i64().expect("number"),
                row["claims"].as_i64().expect("number"),
            )
        })
        .collect();
    assert_eq!(
        services,
        [
            ("GitHub", 2, 3),
            ("Cursor", 1, 1),
            ("Datadog", 1, 1),
            ("OpenAI", 1, 1),
            ("ClickHouse", 0, 0)
        ]
    );

    let page = world.page("/leaderboard").await;
    page.says("Kate");
    assert_eq!(page.all(".ranking table, .services table").len(), 2);
    assert_eq!(page.all("table:first-of-type tbody tr").len().min(3), 3);
}

#[tokio::test]
async fn sending_a_form_twice_is_one_row_and_the_same_receipt() {
    let world = World::new().await;
    let fields = form("Kate", "Acme", &["GitHub"], "key-1");
    let first = world.send_form(&fields).await;
    let second = world.send_form(&fields).await;
    assert_eq!(first.headers()["location"], second.headers()["location"]);
    assert_eq!(world.rows("submissions").await.len(), 1);
}

#[tokio::test]
async fn going_back_and_changing_a_sent_form_records_the_change_too() {
    let world = World::new().await;
    world.send_form(&form("Kate", "Acme", &["GitHub"], "key-1")).await;
    let changed = world
        .send_form(&form("Kate", "Acme", &["GitHub", "Cursor"], "key-1"))
        .await;
    assert_eq!(changed.status(), StatusCode::SEE_OTHER);
    let again = world
        .send_form(&form("Kate", "Acme", &["GitHub", "Cursor"], "key-1"))
        .await;
    assert_eq!(changed.headers()["location"], again.headers()["location"]);
    assert_eq!(world.rows("submissions").await.len(), 2);
    assert_eq!(world.json("/leaderboard").await["by_csm"][0]["integrations"], 2);
}

#[tokio::test]
async fn a_form_sent_again_after_staff_corrected_its_row_adds_nothing() {
    let world = World::new().await;
    let fields = form("Kate", "Acme", &["GitHub"], "key-1");
    world.send_form(&fields).await;
    world.staff_type("submissions!D2", json!("Acme Corporation")).await;
    assert_eq!(world.send_form(&fields).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.rows("submissions").await.len(), 1);
}

#[tokio::test]
async fn a_claim_that_another_instance_wrote_has_its_receipt_here() {
    let world = World::new().await;
    world.page("/leaderboard").await;
    let elsewhere = world.another_store(StoreSettings::default()).await;
    let row = leaderboard::claims::rows::NewSubmission {
        id: "elsewhere".to_owned(),
        submitted_at: world.clock().zoned_now(),
        csm: "Kate".to_owned(),
        company: "Acme".to_owned(),
        integrations: "GitHub".to_owned(),
        status: leaderboard::claims::submission::SubmissionStatus::Received,
        note: String::new(),
    };
    elsewhere
        .commit(sheets_store::Batch::inserts([row.into_insert()]))
        .await
        .expect("written");
    world.pass(SignedDuration::from_secs(5));
    world
        .page("/leaderboard/submissions/elsewhere")
        .await
        .says("+1 for Kate (GitHub).");
}

#[tokio::test]
async fn a_claim_that_meets_a_renamed_column_names_it_and_keeps_everything() {
    let world = World::new().await;
    world.staff_type("submissions!D1", json!("company name")).await;
    let response = world.send_form(&form("Kate", "Acme", &["GitHub"], "k")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let page = Page::of(response).await;
    page.says("NOT recorded");
    page.says("rename the header “company name” back to “company”");
    assert_eq!(page.attributes("input[name=company]", "value"), ["Acme"]);
}

#[tokio::test]
async fn a_program_sends_json_and_gets_json() {
    let world = World::new().await;
    let body = json!({"csm": "Kate", "company": "Acme", "integrations": ["GitHub", "cursor"], "key": "abc"});
    let created = world
        .post("/leaderboard/submissions")
        .json(&body)
        .send()
        .await
        .expect("answer");
    assert_eq!(created.status(), StatusCode::CREATED);
    let answer: Value = created.json().await.expect("JSON");
    assert_eq!(world.rows("submissions").await[0][0], answer["id"]);
    assert_eq!(answer["recorded"], true);
    assert_eq!(answer["credited"], json!(["GitHub", "Cursor"]));
    assert_eq!(
        answer["message"],
        "Recorded. +2 for Kate (GitHub, Cursor). You are 1st."
    );
    let repeated = world
        .post("/leaderboard/submissions")
        .json(&body)
        .send()
        .await
        .expect("answer");
    assert_eq!(repeated.status(), StatusCode::OK);

    let refused = world
        .post("/leaderboard/submissions")
        .json(&json!({"csm": "", "company": "Acme", "integrations": ["Kafka"]}))
        .send()
        .await
        .expect("answer");
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer: Value = refused.json().await.expect("JSON");
    let fields: Vec<&str> = answer["error"]["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .filter_map(|field| field["field"].as_str())
        .collect();
    assert_eq!(fields, ["csm", "integrations"]);
    assert_eq!(world.rows("submissions").await.len(), 1);
}

#[tokio::test]
async fn for_a_program_a_key_names_one_claim_and_for_a_shared_page_each_its_own() {
    let world = World::new().await;
    let other = world.another_instance(&Plan::default()).await;
    let send = async |instance: &str, body: Value| {
        let request = world.client.post(format!("{instance}/leaderboard/submissions"));
        let response = request
            .header("idempotency-key", "K")
            .json(&body)
            .send()
            .await
            .expect("answer");
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.expect("JSON"))
    };
    let claim = |csm: &str, names: [&str; 2]| json!({"csm": csm, "company": "Acme", "integrations": names});
    assert_eq!(send(&world.address, claim("Kate", ["GitHub", "Cursor"])).await.0, 201);
    for instance in [&world.address, &other] {
        // The order of the integrations and their case make no difference.
        assert_eq!(send(instance, claim(" Kate ", ["cursor", "GitHub"])).await.0, 200);
        for different in [
            claim("Manny", ["GitHub", "Cursor"]),
            claim("Kate", ["GitHub", "OpenAI"]),
        ] {
            let (status, answer) = send(instance, different).await;
            assert_eq!(
                (status, &answer["error"]["code"]),
                (422, &json!("idempotency_mismatch"))
            );
        }
    }
    assert_eq!(world.rows("submissions").await.len(), 1);

    // Everybody who opens the board in the same second gets a form with the same key.
    for csm in ["Manny", "Zoé"] {
        let response = world.send_form(&form(csm, "Beta", &["GitHub"], "K")).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
    }
    assert_eq!(world.rows("submissions").await.len(), 3);

    let sheet = world.sheet_id("submissions").await;
    let rows = json!({"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 2});
    world.staff(json!([{"deleteDimension": {"range": rows}}])).await;
    world.store.refresh();
    let (status, answer) = send(&world.address, claim("Kate", ["GitHub", "Cursor"])).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (410, &json!("idempotency_row_deleted"))
    );
    assert_eq!(world.rows("submissions").await.len(), 2);
}

#[tokio::test]
async fn mistakes_stand_beside_their_fields_and_what_was_typed_is_kept() {
    let world = World::new().await;
    let response = world.send_form(&form("", "Acme <b>", &["Cursor"], "k")).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = Page::of(response).await;
    page.says("Write your name.");
    assert_eq!(page.attributes("input[name=company]", "value"), ["Acme <b>"]);
    assert_eq!(
        page.attributes("input[name=integrations][checked]", "value"),
        ["Cursor"]
    );
    assert_eq!(page.attributes("input[name=csm]", "aria-invalid"), ["true"]);
    assert!(world.rows("submissions").await.is_empty());
}

#[tokio::test]
async fn an_unreachable_sheet_says_not_recorded_keeps_everything_and_a_retry_is_safe() {
    let world = World::of(Plan {
        patience: std::time::Duration::from_millis(300),
        ..Plan::default()
    })
    .await;
    world
        .fault(json!({"match": "", "times": 100_000, "fault": "503"}))
        .await;
    let fields = form("Kate", "Acme", &["GitHub"], "key-1");
    let response = world.send_form(&fields).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let page = Page::of(response).await;
    page.says("NOT recorded");
    assert_eq!(page.attributes("input[name=csm]", "value"), ["Kate"]);
    assert_eq!(page.attributes("input[name=company]", "value"), ["Acme"]);
    assert_eq!(page.attributes("input[name=key]", "value"), ["key-1"]);
    assert_eq!(
        page.attributes("input[name=integrations][checked]", "value"),
        ["GitHub"]
    );

    world.heal().await;
    assert_eq!(world.send_form(&fields).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.rows("submissions").await.len(), 1);
}

#[tokio::test]
async fn a_known_company_shows_what_is_credited_already_ticked_and_locked() {
    let world = World::new().await;
    world.claim("Kate", "L'Oréal S.A.", &["GitHub"]).await;
    let page = world
        .page("/leaderboard/submit?csm=Manny&company=L%E2%80%99OREAL&integrations=Cursor")
        .await;
    page.says("credited to Kate, 3 March");
    assert_eq!(
        page.attributes("input[name=integrations][disabled]", "value"),
        ["GitHub"]
    );
    assert_eq!(
        page.attributes("input[name=integrations][checked]", "value"),
        ["GitHub", "Cursor"]
    );
    assert_eq!(page.attributes("input[name=csm]", "value"), ["Manny"]);
    let credited = world.json("/leaderboard/credited?company=loreal").await;
    assert_eq!(credited["credited"][0]["csm"], "Kate");
    assert_eq!(credited["credited"][0]["on"], "3 March");
}

#[tokio::test]
async fn staff_reject_a_claim_and_the_credit_moves_to_the_next() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.pass(SignedDuration::from_mins(1));
    world.claim("Manny", "Acme", &["GitHub"]).await;
    world.staff_type("submissions!F2", json!("rejected")).await;
    let board = world.json("/leaderboard").await;
    assert_eq!(board["by_csm"][0]["csm"], "Manny");
    assert_eq!(board["by_csm"][0]["integrations"], 1);
    let claims = world.json("/leaderboard/claims?csm=kate").await;
    assert_eq!(claims["claims"][0]["integrations"][0]["outcome"], "set_aside");
    let link = claims["claims"][0]["link"].as_str().expect("link");
    assert!(link.ends_with("&range=A2:G2"), "{link}");
}

#[tokio::test]
async fn staff_merge_two_companies_and_undo_it() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.claim("Manny", "Acme Labs", &["GitHub"]).await;
    let integrations = async |place: usize| world.json("/leaderboard").await["by_csm"][place]["integrations"].clone();
    assert_eq!((integrations(0).await, integrations(1).await), (json!(1), json!(1)));
    world.staff_type("company_aliases!A2", json!("Acme Labs")).await;
    world.staff_type("company_aliases!B2", json!("Acme")).await;
    assert_eq!((integrations(0).await, integrations(1).await), (json!(1), json!(0)));
    world.staff_type("company_aliases!A2", json!("")).await;
    world.staff_type("company_aliases!B2", json!("")).await;
    assert_eq!((integrations(0).await, integrations(1).await), (json!(1), json!(1)));
}

#[tokio::test]
async fn a_period_counts_whole_days_in_the_configured_time_zone() {
    let world = World::new().await;
    world.set_clock("2026-03-03T22:59:59Z");
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.set_clock("2026-03-03T23:00:00Z");
    world.claim("Kate", "Beta", &["GitHub"]).await;
    let credits =
        async |query: &str| world.json(&format!("/leaderboard?{query}")).await["totals"]["integrations"].clone();
    assert_eq!(credits("from=2026-03-03&to=2026-03-03").await, 1);
    assert_eq!(credits("from=2026-03-04").await, 1);
    assert_eq!(credits("to=2026-03-04").await, 2);
    let refused = world.get("/leaderboard?from=04.03.2026").send().await.expect("answer");
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().await.expect("text").contains("2026-03-01"));
}

#[tokio::test]
async fn downloads_are_made_for_spreadsheets_and_hold_no_formulas() {
    use calamine::Data;
    use calamine::Reader;
    use calamine::Xlsx;
    let world = World::new().await;
    world.claim("=HYPERLINK(\"http://evil\")", "+Acme", &["GitHub"]).await;
    let csv = world.get("/leaderboard?format=csv").send().await.expect("answer");
    assert!(
        csv.headers()["content-type"]
            .to_str()
            .expect("text")
            .starts_with("text/csv")
    );
    let bytes = csv.bytes().await.expect("bytes");
    assert!(bytes.starts_with("\u{feff}".as_bytes()));
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    assert!(text.contains("'=HYPERLINK"), "{text}");

    let xlsx = world
        .get("/leaderboard/claims?format=xlsx")
        .send()
        .await
        .expect("answer")
        .bytes()
        .await
        .expect("bytes");
    let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(xlsx)).expect("workbook");
    let range = workbook.worksheet_range_at(0).expect("sheet").expect("range");
    let header: Vec<String> = range
        .rows()
        .next()
        .expect("header")
        .iter()
        .map(ToString::to_string)
        .collect();
    let place = header.iter().position(|name| name == "submitted_at").expect("column");
    let row = range.rows().nth(1).expect("row");
    assert!(matches!(row[place], Data::DateTime(_)), "{:?}", row[place]);
}

#[tokio::test]
async fn an_empty_board_offers_the_form_and_sample_data_which_fills_it_once() {
    let world = World::new().await;
    let empty = world.page("/leaderboard").await;
    assert_eq!(
        empty.attributes("form[action='/leaderboard/sample']", "method"),
        ["post"]
    );
    for _ in 0..2 {
        let loaded = world.post("/leaderboard/sample").send().await.expect("answer");
        assert_eq!(loaded.status(), StatusCode::SEE_OTHER);
    }
    let rows = world.rows("submissions").await.len();
    assert!((200..500).contains(&rows), "{rows}");
    assert!(
        world
            .page("/leaderboard")
            .await
            .attributes("form[action='/leaderboard/sample']", "method")
            .is_empty()
    );

    let google = World::of(Plan {
        source: web::page::DataSource::GoogleSheets,
        ..Plan::default()
    })
    .await;
    assert!(
        google
            .page("/leaderboard")
            .await
            .attributes("form[action='/leaderboard/sample']", "method")
            .is_empty()
    );
    let refused = google.post("/leaderboard/sample").send().await.expect("answer");
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    assert!(google.rows("submissions").await.is_empty());
}

#[tokio::test]
async fn a_renamed_column_stops_the_board_with_the_header_it_wants_and_heals_by_itself() {
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.staff_type("submissions!C1", json!("csm name")).await;
    let page = world.page("/leaderboard").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    page.says("rename the header “csm name” back to “csm”");
    world.staff_type("submissions!C1", json!(" CSM ")).await;
    world.page("/leaderboard").await.says("Kate");
}

#[tokio::test]
async fn the_receipt_of_a_submission_nobody_made_is_not_found() {
    let world = World::new().await;
    let page = world.page("/leaderboard/submissions/nothing").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    page.says("There is nothing at this address");
}
