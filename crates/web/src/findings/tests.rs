//! Unit tests of the findings page.

use jiff::Zoned;
use scraper::{Html, Selector};
use sheets_store::finding::{Effect, Finding, FindingKind};

use crate::{
    findings::{
        board_findings::{BoardFindings, LineProblem},
        inbox::FindingsInbox,
        view::FindingsPage,
    },
    page::{NavLink, skeleton::Frame},
    routes::FINDINGS,
};

fn document(cells: &[Finding], lines: &[LineProblem]) -> Html {
    let frame = Frame {
        navigation: vec![NavLink::new("Findings", FINDINGS)],
        action: NavLink::new("Claim integrations", "/leaderboard/submit"),
        freshness: None,
        language: domain::language::Language::English,
        board: None,
    };
    let as_of: Zoned = "2026-03-05T14:03:54+01:00[Europe/Paris]".parse().expect("instant");
    let found = BoardFindings {
        lines: lines.to_vec(),
        ..BoardFindings::of_cells(cells.to_vec(), frame, as_of)
    };
    let page = FindingsPage {
        inbox: &FindingsInbox::of(&found, None),
        now: &found.as_of,
    };
    Html::parse_document(&page.document(&found.frame))
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    page.select(&Selector::parse(selector).expect("selector"))
        .map(|element| element.text().collect::<String>().trim().to_owned())
        .collect()
}

fn finding(value: &str) -> Finding {
    Finding {
        kind: FindingKind::Unreadable,
        tab: "submissions",
        row: 14,
        column: "submitted_at",
        value: value.to_owned(),
        reason: "This is not a date.".to_owned(),
        proposal: Some("2026-03-05".to_owned()),
        effect: Effect::RowExcluded,
        link: "https://docs.google.com/spreadsheets/d/x/edit#gid=0&range=B14".to_owned(),
    }
}

#[test]
fn each_finding_leads_to_its_cell_and_what_stands_there_is_only_text() {
    let value = "<script>alert(1)</script>";
    let finding = finding(value);
    let problem = LineProblem {
        file: "integrations.txt".to_owned(),
        line: 12,
        reason: value.to_owned(),
    };
    let page = document(std::slice::from_ref(&finding), &[problem]);
    assert_eq!(
        texts(&page, ".findings th.name"),
        ["submissions, row 14, submitted_at", "integrations.txt, line 12"]
    );
    assert_eq!(texts(&page, "code"), [value, "2026-03-05"]);
    assert_eq!(texts(&page, ".tag"), ["row not counted"]);
    assert!(texts(&page, "script").iter().all(String::is_empty));
    let selector = Selector::parse(".findings th.name a").expect("selector");
    let link = page.select(&selector).next().expect("link");
    assert_eq!(link.attr("href"), Some(finding.link.as_str()));
}

#[test]
fn the_groups_say_how_many_there_are_and_what_they_do_to_the_totals() {
    let other = Finding {
        row: 15,
        kind: FindingKind::UnknownValue,
        effect: Effect::CountedApart,
        ..finding("Fax")
    };
    let twice = Finding {
        column: "csm",
        ..finding("")
    };
    let page = document(&[other, finding("yesterday"), twice], &[]);
    assert_eq!(
        texts(&page, ".inbox tbody tr"),
        [
            "Cells that cannot be read21 row is not counted",
            "Words that are not on the list11 name is counted apart"
        ]
    );
}

#[test]
fn nothing_found_is_said_in_so_many_words() {
    let page = document(&[], &[]);
    assert!(texts(&page, ".lead")[0].starts_with("Every cell could be read."));
    assert!(texts(&page, "table").is_empty());
}
