//! View tests of the board.

use domain::period::Period;
use jiff::civil::date;
use scraper::{ElementRef, Html};
use web::{
    assets::AssetIndex,
    page::{BoardLayout, skeleton::Frame},
};

use crate::{
    assets,
    claims::sample::SampleOffer,
    routes::CLAIMS,
    standings::{
        CsmStanding, ServiceKind, ServiceStanding,
        highlights::Highlights,
        view::{StandingsPage, StandingsState, VisibleTotals},
    },
    ui::{
        navigation,
        period_picker::presets,
        tests::{HOSTILE, checked, form, frame, now, select, standing, texts},
    },
};

fn service(integration: &str, companies: u32, kind: ServiceKind) -> ServiceStanding {
    ServiceStanding {
        integration: integration.to_owned(),
        companies,
        claims: companies,
        share_permille: companies * 10,
        kind,
    }
}

fn board<'a>(standings: &'a [CsmStanding], services: &'a [ServiceStanding]) -> StandingsPage<'a> {
    StandingsPage {
        period: Period::default(),
        past: None,
        presets: presets(now().date()),
        standings,
        services,
        totals: VisibleTotals {
            integrations: 5,
            companies: 2,
            csms: 2,
        },
        highlights: Highlights {
            team: None,
            most_improved: None,
            first_of_week: None,
            per_day: vec![],
        },
        edition: Some("0-1-1".to_owned()),
        state: StandingsState::Filled,
        findings: 0,
        form: form(),
        now: now(),
    }
}

#[test]
fn ties_zeros_and_numbers_stand_in_the_table_and_lead_to_their_rows() {
    let standings = [
        standing(1, "Kate", 3),
        standing(2, "A & B", 1),
        standing(2, "Zoé", 1),
        standing(4, "Ines", 0),
    ];
    let mut page = board(&standings, &[]);
    page.period = Period {
        from: Some(date(2026, 3, 1)),
        to: Some(date(2026, 3, 5)),
    };
    let page = checked(&page.document(&frame()));
    assert_eq!(texts(&page, ".ranking .rank"), ["1", "2= (tied)", "2= (tied)", "4"]);
    assert_eq!(
        texts(&page, ".ranking .measure a"),
        ["3 integrations", "1 integration", "1 integration", "0 integrations"]
    );
    let links: Vec<&str> = select(&page, ".ranking .measure a")
        .iter()
        .filter_map(|link| link.attr("href"))
        .collect();
    assert_eq!(
        links[1],
        "/leaderboard/claims?csm=A+%26+B&from=2026-03-01&to=2026-03-05&outcome=credited"
    );
    let numbers = select(&page, ".ranking .measure, .ranking .detail:not(:has(time, .blank))").len();
    let linked = select(&page, ".ranking td a[href^='/leaderboard/claims?']").len();
    assert_eq!(linked, numbers);
    assert_eq!(texts(&page, r#".presets [aria-current="true"]"#), ["This month"]);
}

#[test]
fn every_integration_is_listed_with_what_the_catalog_says_of_it() {
    let services = [
        service("GitHub", 3, ServiceKind::Offered),
        service("Segment", 1, ServiceKind::Retired),
        service("Homegrown", 1, ServiceKind::OutsideCatalog),
        service("Zendesk", 0, ServiceKind::Offered),
    ];
    let page = checked(&board(&[], &services).document(&frame()));
    assert_eq!(
        texts(&page, ".services .name"),
        ["GitHub", "Segment retired", "Homegrown outside the catalog", "Zendesk"]
    );
    assert_eq!(select(&page, ".services .bar").len(), 4);
    assert_eq!(select(&page, ".services .bar rect").len(), 3);
}

#[test]
fn a_hostile_name_is_text_on_the_board_and_encoded_in_its_links() {
    let standings = [standing(1, HOSTILE, 1)];
    let services = [service(HOSTILE, 1, ServiceKind::OutsideCatalog)];
    let mut page = board(&standings, &services);
    page.form.suggestions.csms = vec![HOSTILE.to_owned()];
    let page = checked(&page.document(&frame()));
    assert_eq!(texts(&page, ".ranking .name"), [HOSTILE]);
    let link = select(&page, ".ranking .measure a")[0]
        .attr("href")
        .expect("link")
        .to_owned();
    let (path, query) = link.split_once('?').expect("query");
    assert_eq!(path, CLAIMS);
    let query: Vec<(String, String)> = serde_urlencoded::from_str(query).expect("encoded");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(query, [pair("csm", HOSTILE), pair("outcome", "credited")]);
}

#[test]
fn the_files_keep_the_period_and_say_which_table_they_hold() {
    let mut page = board(&[], &[]);
    page.period.from = Some(date(2026, 3, 1));
    let page = checked(&page.document(&frame()));
    let links: Vec<&str> = select(&page, ".downloads a")
        .iter()
        .filter_map(|link| link.attr("href"))
        .collect();
    assert_eq!(links[0], "/leaderboard?from=2026-03-01&format=csv");
    assert_eq!(links[4], "/leaderboard?from=2026-03-01&table=services&format=xlsx");
}

#[test]
fn a_period_that_is_no_preset_is_named_and_its_fields_are_open() {
    let mut page = board(&[], &[]);
    page.period.from = Some(date(2026, 2, 10));
    let page = checked(&page.document(&frame()));
    assert_eq!(texts(&page, ".period details[open] summary"), ["since 10 February"]);
    assert_eq!(select(&page, "input#from")[0].attr("value"), Some("2026-02-10"));
    assert_eq!(select(&page, ".presets [aria-current]").len(), 0);
}

#[test]
fn movement_is_told_in_words_and_a_newcomer_is_new() {
    let mut standings = [1, 2, 3, 4].map(|rank| standing(rank, &format!("CSM {rank}"), 9 - rank));
    standings[0].movement = Some(2);
    standings[1].movement = Some(-1);
    standings[3].movement = None;
    let page = checked(&board(&standings, &[]).document(&frame()));
    assert_eq!(
        texts(&page, ".ranking .movement .unseen"),
        [
            "up 2 places since a week ago",
            "down 1 place since a week ago",
            "same place as a week ago",
            "since a week ago",
        ]
    );
}

#[test]
fn an_empty_board_offers_the_form_and_sample_data_only_where_they_belong() {
    let mut page = board(&[], &[]);
    page.state = StandingsState::Empty(SampleOffer::Offered);
    let offered = checked(&page.document(&frame()));
    assert_eq!(
        select(&offered, r#"form[method="post"][action="/leaderboard/sample"]"#).len(),
        1
    );
    assert_eq!(select(&offered, "table").len(), 0);
    page.state = StandingsState::Empty(SampleOffer::NotOffered);
    let withheld = checked(&page.document(&frame()));
    assert_eq!(select(&withheld, r#"form[action="/leaderboard/sample"]"#).len(), 0);
    assert_eq!(select(&withheld, r#"main a[href="/leaderboard/submit"]"#).len(), 1);
}

#[test]
fn findings_are_told_on_the_board_when_there_are_any() {
    let mut page = board(&[], &[]);
    assert_eq!(select(&checked(&page.document(&frame())), ".notice").len(), 0);
    page.findings = 1;
    let summary = texts(&checked(&page.document(&frame())), ".notice");
    assert!(summary[0].starts_with("1 thing needs a look"), "{summary:?}");
}

#[test]
fn a_board_of_forty_people_and_forty_integrations_stays_light() {
    let standings: Vec<CsmStanding> = (1..=40)
        .map(|rank| standing(rank, &format!("Person number {rank}"), 41 - rank))
        .collect();
    let frame = Frame {
        board: Some(BoardLayout {
            style: &assets::STYLESHEET,
            tabs: navigation::navigation,
        }),
        ..frame()
    };
    let services: Vec<ServiceStanding> = (1..=40)
        .map(|place| service(&format!("Integration {place}"), place, ServiceKind::Offered))
        .collect();
    let document = board(&standings, &services).document(&frame);
    let parts = Html::parse_document(&document);
    let loaded = select(&parts, "link[rel=icon], link[rel=stylesheet], script[src]");
    let assets: usize = loaded.iter().map(|part| weight(*part)).sum();
    assert_eq!(loaded.len(), 8);
    // Uncompressed; compression reduces it to an eighth or less.
    assert!(document.len() + assets < 100_000, "{} + {assets}", document.len());
}

/// Uncompressed bytes that an element of the head makes the browser load.
fn weight(element: ElementRef<'_>) -> usize {
    let address = element.attr("href").or(element.attr("src")).expect("an address");
    let file_name = address.strip_prefix("/assets/").expect("an asset");
    AssetIndex::new(&[&web::assets::ALL, &assets::ALL])
        .find(file_name)
        .expect("known")
        .rendered()
        .body()
        .len()
}
