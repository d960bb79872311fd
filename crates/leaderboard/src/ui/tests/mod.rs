//! View tests: input is escaped, every count is linked, and typed input is preserved.

#[cfg(test)]
pub(crate) mod board;
#[cfg(test)]
pub(crate) mod pages;
#[cfg(test)]
pub(crate) mod prose;

use jiff::{Timestamp, Zoned};
use scraper::{ElementRef, Html, Selector};
use web::page::{DataSource, Frame, Freshness, NavLink, field::FormValue};

use crate::{
    claims::{
        form::fields::{ChoiceState, IntegrationChoice, NameSuggestions, SubmitForm},
        list::CreditedTo,
    },
    names::view::SimilarNames,
    routes::SUBMIT,
    standings::CsmStanding,
};

/// A name that would run script, break out of an attribute and change a link if it were not escaped.
const HOSTILE: &str = "<script>alert('x')</script>\" onclick=\"x & y #1?";

fn now() -> Zoned {
    "2026-03-05T14:03:54+01:00[Europe/Paris]".parse().expect("instant")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("instant")
}

fn frame() -> Frame {
    Frame {
        navigation: vec![
            NavLink::new("Leaderboard", "/leaderboard"),
            NavLink::new("Findings", "/findings").counting(3),
        ],
        action: NavLink::new("Claim integrations", SUBMIT),
        freshness: Some(Freshness {
            source: DataSource::GoogleSheets,
            read_at: now(),
            now: now(),
            unreachable_since: None,
            spreadsheet_link: "https://docs.google.com/spreadsheets/d/x/edit".to_owned(),
        }),
        language: domain::language::Language::English,
        board: None,
    }
}

fn form() -> SubmitForm {
    SubmitForm {
        key: "k-1".to_owned(),
        shown_at: "1772715834".to_owned(),
        csm: FormValue::default(),
        company: FormValue::default(),
        integrations: ["GitHub", "Cursor", "ClickHouse"]
            .map(|name| IntegrationChoice {
                name: name.to_owned(),
                state: ChoiceState::Open,
            })
            .to_vec(),
        integrations_error: None,
        suggestions: NameSuggestions::default(),
        similar_names: SimilarNames::default(),
    }
}

fn kate() -> CreditedTo {
    CreditedTo {
        csm: "Kate".to_owned(),
        at: at("2026-03-02T23:30:00Z"),
    }
}

fn standing(rank: u32, csm: &str, integrations: u32) -> CsmStanding {
    CsmStanding {
        rank,
        csm: csm.to_owned(),
        integrations,
        companies: integrations.min(2),
        submissions: integrations,
        outside_catalog: 0,
        last_point_at: (integrations > 0).then(|| at("2026-03-05T10:00:00Z")),
        movement: Some(0),
    }
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("selector")).collect()
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    select(page, selector).into_iter().map(text).collect()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

/// Parses a document and checks the rules that apply to all of them.
fn checked(document: &str) -> Html {
    let page = Html::parse_document(document);
    assert_eq!(page.errors, [] as [&str; 0], "{document}");
    for script in select(&page, "script") {
        assert!(script.attr("src").is_some(), "inline script in {document}");
    }
    assert_eq!(select(&page, "[style], style, [onclick]").len(), 0);
    assert_eq!(select(&page, "h1").len(), 1);
    assert_eq!(select(&page, "main").len(), 1);
    let mut ids: Vec<&str> = select(&page, "[id]")
        .iter()
        .filter_map(|element| element.attr("id"))
        .collect();
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "an id twice: {ids:?}");
    for reference in select(&page, "[aria-describedby], [aria-labelledby]") {
        let named = reference.attr("aria-describedby").or(reference.attr("aria-labelledby"));
        for id in named.unwrap_or_default().split(' ') {
            assert!(ids.contains(&id), "nothing has the id {id}");
        }
    }
    page
}
