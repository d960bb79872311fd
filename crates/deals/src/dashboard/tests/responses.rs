//! Tests of the dashboard responses.

use std::{collections::BTreeSet, sync::Arc};

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::{
    dashboard::{
        response::{DashboardResponse, MAX_LIST_LENGTH},
        stale::{BoardDay, StaleAfter},
    },
    deal::{
        fixture::{at, decode, today},
        rows::DealRows,
        stage::LostStage,
    },
    list::{
        filter::DealFilter,
        listing::{DealListing, DealQuery},
        order::DealSortOrder,
        response::{DealListResponse, DealPageRequest},
    },
    snapshot::RuleContext,
};

fn board() -> (DealRows, RuleContext) {
    let row = |cells: Value| cells.as_array().expect("cells").clone();
    let (rows, findings) = decode(
        vec![
            row(json!([
                1,
                "Acme",
                "Prospect",
                10000,
                0.1,
                1000,
                "Énergie",
                "2026-11-18",
                "Zoé",
                "",
                "",
                "2026-11-01T09:00:00Z"
            ])),
            row(json!([
                2,
                "Globex",
                "Qualifié",
                20000,
                0.3,
                6000,
                "energie",
                "2026-12-01",
                "Kate",
                "",
                "",
                "2026-11-20T09:00:00Z"
            ])),
            row(json!([
                3,
                "Initech",
                "Négociation",
                30000.5,
                0.7,
                21000.35,
                "",
                "",
                "Zoé",
                "",
                "",
                "2026-11-02T09:00:00Z"
            ])),
            row(json!([4, "Hooli", "Gagné", 40000, 1, 40000, "Banque", "2026-01-01"])),
            row(json!([5, "Umbrella", "Peut-être", 24500])),
        ],
        vec![row(json!(["3", "2026-12-01", "vacances", "Zoé"]))],
    );
    let context = RuleContext {
        day: BoardDay {
            today: today(),
            zone: TimeZone::UTC,
        },
        as_of: at("2026-11-21"),
        lost_stage: LostStage::NotOffered,
        cold_after: StaleAfter::default(),
        findings: Arc::new(findings),
    };
    (rows, context)
}

fn answer(query: &str) -> Value {
    let (rows, context) = board();
    let filter = DealFilter::parse(query).expect("filter");
    let text = serde_json::to_string(&DashboardResponse::of(&rows, &filter, &context)).expect("json");
    serde_json::from_str(&text).expect("json")
}

fn ids(list: &Value) -> Vec<u64> {
    let deals = list.as_array().expect("list").iter();
    deals.map(|deal| deal["id"].as_u64().expect("id")).collect()
}

#[test]
fn the_board_answers_every_part_of_the_page() {
    let answer = answer("");
    assert_eq!(
        answer["kpis"],
        json!({
            "weighted_pipeline": 68000.35, "weighted_won": 40000.0, "weighted_open": 28000.35,
            "average_basket": 25000.13, "conversion_rate": 25.0, "win_rate": null, "deal_count": 4,
            "count_by_status": {"Prospect": 1, "Qualifié": 1, "Négociation": 1, "Gagné": 1}
        })
    );
    assert_eq!(answer["changes"]["weighted_pipeline"], Value::Null);
    assert_eq!(
        answer["funnel"][2],
        json!({"status": "Négociation", "deals": 1, "total": 30000.5, "weighted": 21000.35})
    );
    assert_eq!(
        answer["sectors"],
        json!([
            {"sector": "Banque", "total": 40000.0, "average_basket": 40000.0, "deals": 1},
            {"sector": null, "total": 30000.5, "average_basket": 30000.5, "deals": 1},
            {"sector": "Énergie", "total": 30000.0, "average_basket": 15000.0, "deals": 2}
        ])
    );
    assert_eq!(answer["top_baskets"][1]["sector"], "Énergie");
    let deadlines = &answer["deadlines"];
    assert_eq!(ids(&deadlines["overdue"]), [1]);
    assert_eq!(deadlines["overdue"][0]["days_left"], -3);
    assert_eq!(ids(&deadlines["upcoming"]), [2]);
    assert_eq!(ids(&deadlines["undated"]), [3]);
    assert_eq!((ids(&deadlines["today"]), ids(&deadlines["later"])), (vec![], vec![]));
    assert_eq!(ids(&answer["cold"]), [1]);
    assert_eq!(answer["cold"][0]["days_without_change"], 20);
    assert_eq!(
        (ids(&answer["paused"]), &answer["paused"][0]["pause"]["reason"]),
        (vec![3], &json!("vacances"))
    );
    let findings = &answer["findings"];
    assert_eq!(
        (&findings["excluded_rows"], &findings["excluded_amount"]),
        (&json!(1), &json!(24500.0))
    );
    assert_eq!(findings["cells"][0]["column"], "statut");
}

#[test]
fn amounts_have_two_decimals_in_the_text_of_the_answer() {
    let (rows, context) = board();
    let text = serde_json::to_string(&DashboardResponse::of(&rows, &DealFilter::default(), &context)).expect("json");
    for part in [
        r#""weighted_won":40000.00"#,
        r#""montant_brut":10000.00"#,
        r#""valeur_ponderee":21000.35"#,
        r#""probabilite":0.10"#,
        r#""conversion_rate":25.00"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn one_filter_holds_for_the_whole_page() {
    let answer = answer("sector=energie&from=2026-11-01&to=2026-11-30");
    assert_eq!(answer["kpis"]["deal_count"], 1);
    assert_eq!(
        (answer["sectors"].as_array().map(Vec::len), ids(&answer["cold"])),
        (Some(1), vec![1])
    );
    assert_eq!(answer["filter"], "sector=energie&from=2026-11-01&to=2026-11-30");
    assert_eq!(answer["hidden_undated"], 0);
}

#[test]
fn a_period_is_compared_with_as_many_days_before() {
    // Thirty days from 21 November on, against the thirty before: Globex against Acme.
    let changes = &answer("from=2026-11-21&to=2026-12-20")["changes"];
    assert_eq!(changes["weighted_pipeline"], json!(5.0));
    assert_eq!(changes["conversion_rate"], json!(0.0));
    let nothing_before = &answer("from=2026-11-01&to=2026-11-30")["changes"];
    assert!(nothing_before.as_object().expect("object").values().all(Value::is_null));
}

#[test]
fn without_deals_the_answer_has_no_invented_numbers() {
    let (_, context) = board();
    let (rows, _) = decode(vec![], vec![]);
    let answer = serde_json::to_value(DashboardResponse::of(&rows, &DealFilter::default(), &context)).expect("json");
    assert_eq!(
        (&answer["kpis"]["conversion_rate"], &answer["kpis"]["average_basket"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (answer["kpis"]["weighted_pipeline"].as_f64(), &answer["sectors"]),
        (Some(0.0), &json!([]))
    );
}

#[test]
fn a_long_list_has_its_first_deals_and_tells_of_the_others() {
    let (_, context) = board();
    let late = |id: usize| {
        let seen = "2026-11-20T09:00:00Z";
        let cells = json!([id, "Acme", "Prospect", 100, 0.1, 10, "", "2026-01-01", "", "", seen]);
        cells.as_array().expect("cells").clone()
    };
    for (count, cut) in [
        (MAX_LIST_LENGTH, json!([])),
        (
            MAX_LIST_LENGTH + 3,
            json!([{"list": "overdue", "deals": MAX_LIST_LENGTH + 3, "query": "status=Prospect&show=overdue"}]),
        ),
    ] {
        let (rows, _) = decode((1..=count).map(late).collect(), vec![]);
        let filter = DealFilter::parse("status=Prospect").expect("filter");
        let answer = serde_json::to_value(DashboardResponse::of(&rows, &filter, &context)).expect("json");
        let overdue = answer["deadlines"]["overdue"].as_array().map(Vec::len);
        assert_eq!((overdue, &answer["cut"]), (Some(MAX_LIST_LENGTH), &cut));
        assert_eq!(answer["kpis"]["deal_count"], json!(count));
    }
}

#[test]
fn a_list_has_every_field_of_its_deals() {
    let (rows, context) = board();
    let query = DealQuery {
        order: Some(DealSortOrder::parse("-montant_brut").expect("order")),
        ..DealQuery::default()
    };
    let listing = DealListing::of(&rows, &query, &context);
    let page = DealPageRequest {
        number: 1,
        as_of: context.as_of,
    };
    let list = DealListResponse::of(&rows, &query, &listing, page);
    assert_eq!(
        list.deals.iter().map(|deal| deal.id).collect::<Vec<_>>(),
        [Some(4), Some(3), Some(2), Some(1)]
    );
    assert_eq!(
        (list.total, list.pages, list.sort.as_deref()),
        (4, 1, Some("-montant_brut"))
    );
    let deal = serde_json::to_value(&list.deals[3]).expect("json");
    let fields: BTreeSet<&str> = deal.as_object().expect("object").keys().map(String::as_str).collect();
    let columns: BTreeSet<&str> = crate::deal::columns::DEALS
        .columns
        .iter()
        .map(|column| column.header)
        .chain(["row", "link"])
        .collect();
    assert_eq!(fields, columns);
    assert_eq!(
        (&deal["date_echeance"], &deal["row"]),
        (&json!("2026-11-18"), &json!(2))
    );
}
