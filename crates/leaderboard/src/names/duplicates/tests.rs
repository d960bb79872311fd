//! Unit tests of the detection of duplicate names.

use domain::period::Period;
use proptest::prelude::*;

use crate::{
    claims::{
        fixture::{crowded_rows, ledger_with_names, march, row},
        ledger::Ledger,
        list::ClaimFilter,
    },
    names::{
        duplicates::DuplicateNames,
        rows::{DistinctNames, NameKind},
    },
};

fn rows() -> Vec<crate::claims::submission::Submission> {
    vec![
        row(2, "02 09:00", "Kate", "Acme", "GitHub, Slack"),
        row(3, "02 10:00", "Kate", "Globex", "GitHub"),
        row(4, "02 11:00", "Kat", "Acme Labs", "GitHub"),
        row(5, "02 12:00", "Manny", "Initech", "Cursor"),
    ]
}

fn questions(distinct: &DistinctNames) -> Vec<(String, String, String)> {
    let ledger = ledger_with_names(rows(), &[], &[]);
    let near_names = DuplicateNames::of(&ledger, distinct).near_names(&ledger);
    near_names
        .into_iter()
        .map(|near| (near.merge.name, near.keep.name, near.effect))
        .collect()
}

#[test]
fn near_names_are_asked_about_with_what_a_merge_would_do_until_somebody_decides() {
    let text = |texts: [&str; 3]| (texts[0].to_owned(), texts[1].to_owned(), texts[2].to_owned());
    let csms = text(["Kat", "Kate", "Their points would be added up; the total stays."]);
    let companies = text(["Acme Labs", "Acme", "1 credit would fall away, held twice now."]);
    assert_eq!(questions(&DistinctNames::default()), [csms, companies.clone()]);
    let mut distinct = DistinctNames::default();
    distinct.insert(NameKind::Csm, "Kate", "KAT");
    assert_eq!(questions(&distinct), [companies]);
    let merged = ledger_with_names(rows(), &[("Kat", "Kate")], &[("Acme Labs", "Acme")]);
    assert_eq!(DuplicateNames::of(&merged, &DistinctNames::default()).len(), 0);
}

#[test]
fn a_typed_name_is_asked_about_only_when_nobody_knows_it() {
    let ledger = ledger_with_names(rows(), &[("K8", "Kate")], &[]);
    let alike = DuplicateNames::of(&ledger, &DistinctNames::default());
    let suggested = |kind, typed| {
        let suggestions = alike.suggestions(&ledger, kind, typed, &DistinctNames::default());
        suggestions
            .into_iter()
            .map(|suggestion| suggestion.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(suggested(NameKind::Csm, "Katte"), ["Kate"]);
    assert_eq!(suggested(NameKind::Company, "acme.com"), ["Acme"]);
    assert_eq!(suggested(NameKind::Company, "Globex Europe"), ["Globex"]);
    for known in ["Kate", " KATE ", "Kat", "k8", "Zoé", ""] {
        assert_eq!(suggested(NameKind::Csm, known), [""; 0], "{known:?}");
    }
}

#[test]
fn a_merged_csm_has_the_points_of_both_under_the_canonical_name() {
    let merged = ledger_with_names(rows(), &[("Kat", "Kate")], &[]);
    let board = merged.standings(Period::default(), march("03 00:00"), &jiff::tz::TimeZone::UTC);
    let kate = &board.by_csm[0];
    assert_eq!((kate.csm.as_str(), kate.integrations, kate.submissions), ("Kate", 4, 3));
}

proptest! {
    #[test]
    fn removing_the_line_restores_both_names_exactly(rows in crowded_rows()) {
        let said = |ledger: &Ledger| {
            let board = ledger.standings(Period::default(), march("20 00:00"), &jiff::tz::TimeZone::UTC);
            (board, ledger.claims(&ClaimFilter::default(), |row| row.to_string()))
        };
        let before = ledger_with_names(rows.clone(), &[], &[]);
        let names = [("Bo", "Kate"), ("Acme", "Globex SAS")];
        let merged = ledger_with_names(rows.clone(), &names[..1], &names[1..]);
        prop_assert_eq!(said(&merged).1.len(), said(&before).1.len());
        prop_assert!(said(&merged).0.by_csm.iter().all(|line| line.csm != "Bo"));
        let after = ledger_with_names(rows, &[], &[]);
        prop_assert_eq!(said(&after), said(&before));
    }
}
