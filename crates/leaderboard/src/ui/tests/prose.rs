//! View tests of messages.

use scraper::Html;

use crate::{
    claims::{
        list::{CreditedTo, link::ClaimsLink},
        receipt::outcome::{CreditedElsewhere, RankGap, RankPlace, SubmissionOutcome},
        submission::SubmissionStatus,
    },
    standings::{CsmStanding, ServiceKind, ServiceStanding},
    ui::{
        drill_down, messages,
        tests::{at, kate, standing},
    },
};

/// Text content of markup.
fn words(markup: &maud::Markup) -> String {
    Html::parse_fragment(&markup.0).root_element().text().collect()
}

#[test]
fn the_ranking_is_summed_up_with_ties_and_numbers_that_agree() {
    let table: &[(&[(&str, u32)], &str)] = &[
        (&[], "No credits in this period."),
        (&[("Kate", 0), ("Manny", 0)], "No credits in this period."),
        (
            &[("Kate", 1)],
            "Kate leads with 1 integration; nobody else has a credit yet.",
        ),
        (
            &[("Kate", 2), ("Manny", 0)],
            "Kate leads with 2 integrations; nobody else has a credit yet.",
        ),
        (
            &[("Kate", 14), ("Manny", 11), ("Zoé", 3)],
            "Kate leads with 14 integrations, 3 ahead of Manny.",
        ),
        (
            &[("Kate", 14), ("Manny", 11), ("Zoé", 11)],
            "Kate leads with 14 integrations, 3 ahead of Manny and Zoé.",
        ),
        (
            &[("Kate", 1), ("Manny", 1)],
            "Kate and Manny lead with 1 integration each.",
        ),
        (
            &[("A", 2), ("B", 2), ("C", 2), ("D", 2), ("E", 1)],
            "4 people lead with 2 integrations each.",
        ),
        (
            &[("K", 2000), ("A", 2), ("B", 2), ("C", 2), ("D", 2)],
            "K leads with 2,000 integrations, 1,998 ahead of 4 people.",
        ),
    ];
    for (people, sentence) in table {
        let standings: Vec<CsmStanding> = people.iter().map(|(csm, points)| standing(1, csm, *points)).collect();
        assert_eq!(
            words(&drill_down::leader_sentence(&standings, &ClaimsLink::default())),
            *sentence
        );
    }
}

#[test]
fn the_integrations_are_summed_up_whatever_their_order() {
    let summed = |services: &[(&str, u32)]| {
        let services: Vec<ServiceStanding> = services
            .iter()
            .map(|(integration, companies)| ServiceStanding {
                integration: (*integration).to_owned(),
                companies: *companies,
                claims: *companies,
                share_permille: 225,
                kind: ServiceKind::Offered,
            })
            .collect();
        words(&drill_down::top_integration_sentence(&services, &ClaimsLink::default()))
    };
    assert_eq!(summed(&[]), "No integration has a credit in this period.");
    assert_eq!(summed(&[("GitHub", 0)]), "No integration has a credit in this period.");
    assert_eq!(
        summed(&[("Cursor", 1), ("GitHub", 9)]),
        "GitHub is completed most: 9 companies, 22.5% of all credits."
    );
    assert_eq!(
        summed(&[("Cursor", 1), ("GitHub", 1)]),
        "Cursor and GitHub are completed most: 1 company each."
    );
    assert_eq!(
        summed(&[("A", 2), ("B", 2), ("C", 2), ("D", 2)]),
        "4 integrations share the top: 2 companies each."
    );
}

fn effect() -> SubmissionOutcome {
    SubmissionOutcome {
        status: SubmissionStatus::Received,
        id: "x".to_owned(),
        submitted_at: at("2026-03-05T13:03:00Z"),
        csm: "Manny".to_owned(),
        company: "Acme".to_owned(),
        credited: vec![],
        counted_apart: vec![],
        already_yours: vec![],
        already_theirs: vec![],
        place: None,
    }
}

#[test]
fn a_submission_is_told_by_what_it_did() {
    let mut effect = effect();
    assert_eq!(
        messages::credit_sentence(&effect),
        "Nothing new to credit to Manny this time."
    );
    assert!(messages::remainder_sentences(&effect).is_empty());
    effect.credited = vec!["GitHub".to_owned(), "Cursor".to_owned()];
    effect.already_yours = vec!["Slack".to_owned(), "Jira".to_owned()];
    effect.counted_apart = vec!["Homegrown".to_owned()];
    let theirs = |integration: &str, csm: &str| CreditedElsewhere {
        integration: integration.to_owned(),
        credited_to: CreditedTo {
            csm: csm.to_owned(),
            ..kate()
        },
    };
    effect.already_theirs = vec![
        theirs("ClickHouse", "Kate"),
        theirs("Okta", "Zoé"),
        theirs("Linear", "Kate"),
    ];
    assert_eq!(messages::credit_sentence(&effect), "+2 for Manny (GitHub, Cursor).");
    assert_eq!(
        messages::remainder_sentences(&effect),
        [
            "ClickHouse and Linear were already credited to Kate.",
            "Okta was already credited to Zoé.",
            "Slack and Jira were already yours.",
            "Homegrown is not in the catalog and counted apart.",
        ]
    );
}

#[test]
fn the_place_is_told_with_ties_and_the_way_up() {
    let summary = |rank, tied, behind: Option<(u32, &str)>| {
        let behind = behind.map(|(points, csm)| RankGap {
            points,
            csm: csm.to_owned(),
        });
        messages::place_sentence(&RankPlace {
            rank,
            tied,
            integrations: 5,
            behind,
        })
    };
    assert_eq!(summary(1, false, None), "You are 1st.");
    assert_eq!(summary(1, true, None), "You share 1st place.");
    assert_eq!(
        summary(2, false, Some((1, "Kate"))),
        "You are 2nd, 1 point behind Kate."
    );
    assert_eq!(
        summary(3, true, Some((3, "Kate"))),
        "You share 3rd place, 3 points behind Kate."
    );
}
