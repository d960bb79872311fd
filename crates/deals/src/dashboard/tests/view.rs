//! Tests of the dashboard page and its report.

use std::sync::Arc;

use domain::language::Language;
use jiff::tz::TimeZone;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use web::{
    page::{Frame, NavLink},
    response::pdf::PdfError,
};

use crate::{
    dashboard::{
        overview::DashboardOverview,
        stale::{BoardDay, StaleAfter},
        view::{DashboardPage, report::DashboardReport},
    },
    deal::{
        fixture::{at, decode, today},
        stage::LostStage,
    },
    list::{filter::DealFilter, listing::DealQuery},
    routes::BOARD,
    snapshot::RuleContext,
};

fn overview(rows: Vec<Vec<Value>>, filter: &DealFilter) -> DashboardOverview {
    let (rows, findings) = decode(rows, vec![]);
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
    DashboardOverview::of(&rows, filter, &context)
}

fn row(id: u32, client: &str, stage: &str, due: &str) -> Vec<Value> {
    let mut row = vec![
        json!(id),
        json!(client),
        json!(stage),
        json!(1000),
        json!(""),
        json!(""),
        json!("<i>"),
    ];
    row.extend([json!(due), json!(""), json!(""), json!(""), json!("2026-11-01")]);
    row
}

fn page(rows: Vec<Vec<Value>>, query: &str, language: Language) -> Html {
    let query = DealQuery {
        filter: DealFilter::parse(query).expect("filter"),
        ..DealQuery::default()
    };
    let frame = Frame {
        navigation: vec![NavLink::new("Deals", BOARD)],
        action: NavLink::new("Nouvelle affaire", "/deals/new"),
        freshness: None,
        language,
        board: None,
    };
    let overview = overview(rows, &query.filter);
    let page = DashboardPage {
        query: &query,
        overview: &overview,
        address: BOARD,
    };
    Html::parse_document(&page.document(&frame))
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    let elements = Selector::parse(selector).expect("selector");
    let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    page.select(&elements)
        .map(|element| words(element.text().collect()))
        .collect()
}

#[test]
fn what_staff_wrote_is_only_text() {
    let page = page(
        vec![row(1, "<script>alert(1)</script>", "Prospect", "2026-11-20")],
        "",
        Language::French,
    );
    assert_eq!(texts(&page, ".urgent .client"), ["<script>alert(1)</script>"]);
    assert_eq!(texts(&page, ".sectors tbody .name"), ["<i>"]);
    assert!(texts(&page, "main script").is_empty());
}

#[test]
fn a_number_that_counts_nothing_opens_nothing() {
    let page = page(
        vec![row(1, "Acme", "Prospect", ""), row(2, "Beta", "Gagné", "")],
        "status=Prospect",
        Language::English,
    );
    assert_eq!(texts(&page, ".statuses dd"), ["1", "0", "0", "0"]);
    assert_eq!(texts(&page, ".statuses dd a"), ["1"]);
    assert_eq!(texts(&page, ".split a").len(), 1);
}

#[test]
fn each_choice_of_the_filter_is_a_chip_in_words() {
    let page = page(
        vec![row(1, "Acme", "Prospect", "")],
        "status=won&sector=(none)&to=2026-12-31&q=a b",
        Language::French,
    );
    assert_eq!(
        texts(&page, ".chip bdi"),
        [
            "Statut : Gagné",
            "Secteur : Non renseigné",
            "Échéance jusqu’au : 31/12/2026",
            "Recherche : « a b »"
        ]
    );
    assert!(texts(&page, ".nothing")[0].starts_with("Aucune affaire ne correspond"));
}

#[test]
fn the_report_takes_as_many_pages_as_it_needs_in_both_languages() -> Result<(), PdfError> {
    let rows = (1..90).map(|id| {
        row(
            id,
            "Coopérative Agricole des Trois Vallées et du Plateau",
            "Prospect",
            "2026-11-20",
        )
    });
    let filter = DealFilter::parse("q=trois").expect("filter");
    let overview = overview(rows.collect(), &filter);
    for language in Language::ALL {
        let document = DashboardReport {
            overview: &overview,
            filter: &filter,
            read_at: &at("2026-11-21").to_zoned(TimeZone::UTC),
            language,
        }
        .document()?;
        assert!(document.starts_with(b"%PDF-"));
    }
    Ok(())
}
