//! Unit tests of the ledger of credits.

use std::{collections::BTreeMap, sync::Arc};

use domain::{company::CompanyKey, period::Period, person::PersonKey};
use proptest::prelude::*;

use crate::claims::{
    catalog::{Catalog, IntegrationKey},
    fixture::{crowded_rows, ledger, ledger_with_aliases, march, row, with_status},
    ledger::Ledger,
    list::{ClaimFilter, ClaimOutcome},
    storage::name_interner::NameId,
    submission::{Submission, SubmissionStatus},
};

/// Company, integration and holder of each credit.
fn credits(ledger: &Ledger) -> Vec<(NameId, NameId, NameId)> {
    let companies = (0..ledger.company_count()).map(NameId::of);
    let credits = companies.flat_map(|company| ledger.credits_of(company).iter().map(move |credit| (company, credit)));
    credits
        .map(|(company, credit)| {
            (
                company,
                credit.integration,
                ledger.line(credit.line).csm.expect("a holder"),
            )
        })
        .collect()
}

/// The holder of each credit as "company / integration → CSM".
fn holders(ledger: &Ledger) -> Vec<String> {
    let mut holders: Vec<String> = credits(ledger)
        .into_iter()
        .map(|(company, integration, csm)| {
            format!(
                "{} / {} → {}",
                ledger.company_display_name(company),
                ledger.integration_display_name(integration),
                ledger.csm_display_name(csm)
            )
        })
        .collect();
    holders.sort();
    holders
}

#[test]
fn nothing_in_the_sheet_is_an_empty_ledger() {
    let ledger = ledger(vec![]);
    assert!(credits(&ledger).is_empty() && ledger.known_csms().is_empty() && ledger.known_companies().is_empty());
    assert_eq!(ledger.outside_catalog(), []);
    assert_eq!(ledger.claims(&ClaimFilter::default(), |_| String::new()), []);
}

#[test]
fn the_earliest_claim_holds_the_credit_wherever_its_row_stands() {
    let ledger = ledger(vec![
        row(2, "03 10:00", "Bo", "Acme", "GitHub, Slack"),
        row(3, "02 10:00", "Kate", "ACME Inc.", "github"),
    ]);
    assert_eq!(
        holders(&ledger),
        ["ACME Inc. / GitHub → Kate", "ACME Inc. / Slack → Bo"]
    );
}

#[test]
fn equal_instants_are_decided_by_id_and_a_row_without_an_id_comes_last() {
    for (first_id, second_id, holder) in [("a", "b", "Kate"), ("b", "a", "Bo"), ("", "z", "Bo"), ("z", "", "Kate")] {
        let mut first = row(2, "02 10:00", "Kate", "Acme", "GitHub");
        let mut second = row(3, "02 10:00", "Bo", "Acme", "GitHub");
        first.id = first_id.to_owned();
        second.id = second_id.to_owned();
        assert_eq!(
            holders(&ledger(vec![first, second])),
            [format!("Acme / GitHub → {holder}")],
            "{first_id:?} {second_id:?}"
        );
    }
}

#[test]
fn a_shared_or_missing_id_never_lets_the_row_order_decide() {
    for id in ["", "same"] {
        let mut kate = row(2, "02 10:00", "Kate", "Acme", "GitHub");
        let mut bo = row(3, "02 10:00", "Bo", "Acme", "GitHub");
        kate.id = id.to_owned();
        bo.id = id.to_owned();
        let (mut moved_kate, mut moved_bo) = (kate.clone(), bo.clone());
        (moved_kate.row, moved_bo.row) = (3, 2);
        assert_eq!(holders(&ledger(vec![kate, bo])), ["Acme / GitHub → Bo"]);
        assert_eq!(holders(&ledger(vec![moved_bo, moved_kate])), ["Acme / GitHub → Bo"]);
    }
}

#[test]
fn a_row_that_stands_in_the_sheet_twice_earns_once() {
    let twice = row(2, "02 10:00", "Kate", "Acme", "GitHub");
    let mut copy = twice.clone();
    copy.row = 9;
    let ledger = ledger(vec![copy, twice]);
    assert_eq!(holders(&ledger), ["Acme / GitHub → Kate"]);
    let outcomes: Vec<(u32, ClaimOutcome)> = ledger
        .claims(&ClaimFilter::default(), |_| String::new())
        .into_iter()
        .map(|line| (line.row, line.integrations[0].outcome.clone()))
        .collect();
    assert_eq!(outcomes, [(9, ClaimOutcome::Repeated), (2, ClaimOutcome::Credited)]);
}

#[test]
fn a_row_that_staff_set_aside_passes_its_credit_to_the_next() {
    for status in [SubmissionStatus::Rejected, SubmissionStatus::Withdrawn] {
        let rows = vec![
            with_status(status, row(2, "02 10:00", "Kate", "Acme", "GitHub")),
            row(3, "03 10:00", "Bo", "Acme", "GitHub"),
            row(4, "04 10:00", "Zoé", "Acme", "GitHub"),
        ];
        assert_eq!(holders(&ledger(rows)), ["Acme / GitHub → Bo"], "{status}");
    }
    let rows = vec![
        with_status(
            SubmissionStatus::Validated,
            row(2, "02 10:00", "Kate", "Acme", "GitHub"),
        ),
        row(3, "03 10:00", "Bo", "Acme", "GitHub"),
    ];
    assert_eq!(holders(&ledger(rows)), ["Acme / GitHub → Kate"]);
}

#[test]
fn the_same_csm_and_company_again_is_a_union() {
    let ledger = ledger(vec![
        row(2, "02 10:00", "Kate", "Acme", "GitHub, Slack"),
        row(3, "03 10:00", " kate", "acme, inc", "SL, Cursor"),
    ]);
    assert_eq!(
        holders(&ledger),
        ["Acme / Cursor → Kate", "Acme / GitHub → Kate", "Acme / Slack → Kate"]
    );
}

#[test]
fn a_row_without_a_readable_csm_or_company_earns_nothing() {
    let ledger = ledger(vec![
        row(2, "02 10:00", " ", "Acme", "GitHub"),
        row(3, "02 10:00", "Kate", "???", "GitHub"),
        row(4, "03 10:00", "Kate", "Acme", ""),
    ]);
    assert!(credits(&ledger).is_empty());
    assert_eq!(ledger.order().len(), 3);
}

#[test]
fn an_alias_of_the_catalog_and_the_name_are_one_integration_even_in_one_cell() {
    let ledger = ledger(vec![row(2, "02 10:00", "Kate", "Acme", "GH, GitHub, sl, Slack")]);
    assert_eq!(holders(&ledger), ["Acme / GitHub → Kate", "Acme / Slack → Kate"]);
}

#[test]
fn a_company_alias_moves_the_claims_and_names_the_company() {
    let rows = vec![
        row(2, "02 10:00", "Kate", "Big Blue", "GitHub"),
        row(3, "03 10:00", "Bo", "IBM", "GitHub"),
    ];
    assert_eq!(credits(&ledger(rows.clone())).len(), 2);
    let merged = ledger_with_aliases(rows, &[("Big Blue", "I.B.M. Corp.")]);
    assert_eq!(holders(&merged), ["I.B.M. Corp. / GitHub → Kate"]);
    assert_eq!(merged.known_companies(), ["I.B.M. Corp."]);
    assert_eq!(merged.credited_for("big blue").len(), 1);
}

#[test]
fn known_names_are_sorted_and_leave_out_what_staff_set_aside() {
    let ledger = ledger(vec![
        row(2, "02 10:00", "Zoé", "Beta", "GitHub"),
        row(3, "02 10:00", "bo", "Élan", "GitHub"),
        row(4, "02 10:00", "Kate", "acme", "GitHub"),
        with_status(
            SubmissionStatus::Rejected,
            row(5, "02 10:00", "Asdf", "Qwerty", "GitHub"),
        ),
    ]);
    assert_eq!(ledger.known_csms(), ["bo", "Kate", "Zoé"]);
    assert_eq!(ledger.known_companies(), ["acme", "Beta", "Élan"]);
}

#[test]
fn names_outside_the_catalog_are_told_with_their_row() {
    let ledger = ledger(vec![
        row(3, "02 10:00", "Kate", "Acme", "Fax, GitHub, Telex"),
        row(2, "03 10:00", "Kate", "Acme", "fax"),
        row(4, "03 10:00", "Kate", "Acme", "Segment"),
        // Staff rejected this row.
        with_status(SubmissionStatus::Rejected, row(5, "03 10:00", "Kate", "Acme", "fax")),
    ]);
    let summary: Vec<(u32, &str)> = ledger
        .outside_catalog()
        .iter()
        .map(|found| (found.row, found.name))
        .collect();
    assert_eq!(summary, [(2, "fax"), (3, "Fax"), (3, "Telex")]);
}

/// Reference implementation: for each company and integration, scan every row that counts.
fn holders_by_the_book(rows: &[Submission], catalog: &Catalog) -> BTreeMap<(String, String), String> {
    let mut holders: BTreeMap<(String, String), &Submission> = BTreeMap::new();
    for submission in rows.iter().filter(|row| row.status.counts()) {
        let (Some(_), Some(company)) = (PersonKey::of(&submission.csm), CompanyKey::of(&submission.company)) else {
            continue;
        };
        for typed in &submission.integrations {
            let key = IntegrationKey::of(typed).expect("visible");
            let found = catalog.find(typed);
            let name = found.map_or_else(|| key.as_str().to_owned(), |found| found.name.clone());
            let order = |row: &Submission| {
                let content = (row.csm.clone(), row.company.clone(), row.integrations.clone());
                (row.submitted_at, row.id.is_empty(), row.id.clone(), content)
            };
            let holder = holders.entry((company.as_str().to_owned(), name)).or_insert(submission);
            if order(submission) < order(holder) {
                *holder = submission;
            }
        }
    }
    let person = |row: &Submission| PersonKey::of(&row.csm).expect("visible").as_str().to_owned();
    holders.into_iter().map(|(pair, row)| (pair, person(row))).collect()
}

/// Every result of a ledger, as text.
fn answers(ledger: &Ledger) -> Vec<String> {
    let mut holders = holders(ledger);
    let zone = jiff::tz::TimeZone::UTC;
    let day = jiff::civil::date(2026, 3, 9);
    let from = |from, to| Period { from, to };
    for period in [
        from(None, None),
        from(Some(day), None),
        from(None, Some(day)),
        from(Some(day), Some(day)),
    ] {
        holders.push(format!("{:?}", ledger.standings(period, march("15 00:00"), &zone)));
    }
    holders.extend(["a", "b", "c", "d", "e", ""].map(|id| format!("{:?}", ledger.effect_of(id))));
    for company in ["acme", "globex", "initech"] {
        holders.push(format!(
            "{:?}",
            (ledger.credited_for(company), ledger.form_choices(Some(company)))
        ));
    }
    for csm in [None, Some("zoe".to_owned())] {
        let filter = ClaimFilter {
            csm,
            ..ClaimFilter::default()
        };
        holders.push(format!("{:?}", ledger.claims(&filter, |row| row.to_string())));
        holders.push(format!("{:?}", ledger.matching_claims(&filter).totals()));
    }
    holders.push(format!(
        "{:?}",
        (ledger.known_csms(), ledger.known_companies(), ledger.outside_catalog())
    ));
    holders
}

#[test]
fn only_rows_that_were_added_are_carried_on() {
    let rows = vec![row(2, "02 10:00", "Kate", "Acme", "GitHub")];
    let first = ledger(rows.clone());
    let mut table = first.submissions().extended(1);
    table.extend([row(3, "01 10:00", "Bo", "ACME", "GitHub, Slack")]);
    let table = Arc::new(table);
    let second = first.extended(&table).expect("a row was added");
    assert_eq!(holders(&second), ["Acme / GitHub → Bo", "Acme / Slack → Bo"]);
    assert_eq!(holders(&first), ["Acme / GitHub → Kate"]);
    assert!(second.extended(first.submissions()).is_none(), "a row is missing");
    assert!(
        first.extended(&Arc::new(rows.into_iter().collect())).is_none(),
        "read anew"
    );
    let other = Arc::new(first.submissions().extended(0));
    assert!(second.extended(&other).is_none(), "rows were added to another table");
    assert!(first.extended(&other).is_some());
}

proptest! {
    #[test]
    fn rows_added_step_by_step_are_settled_as_if_all_had_been_there(
        rows in crowded_rows(),
        mut ends in prop::collection::vec(0_usize..24, 1..5),
        canonical in prop::sample::select(vec!["Initech", "Acme Ltd", "Elsewhere"]),
    ) {
        ends.push(rows.len());
        ends.sort_unstable();
        let all = ledger_with_aliases(rows.clone(), &[("Globex SAS", canonical)]);
        let mut grown = ledger_with_aliases(vec![], &[("Globex SAS", canonical)]);
        for end in ends.into_iter().map(|end| end.min(rows.len())) {
            let known = grown.submissions().len();
            let mut table = grown.submissions().extended(end.saturating_sub(known));
            table.extend(rows[known.min(end)..end].iter().cloned());
            grown = grown.extended(&Arc::new(table)).expect("rows were added");
        }
        prop_assert_eq!(answers(&grown), answers(&all));
    }

    #[test]
    fn every_credit_is_held_as_the_book_says(rows in crowded_rows()) {
        let ledger = ledger(rows.clone());
        let summary: BTreeMap<(String, String), String> = credits(&ledger)
            .into_iter()
            .map(|(company, number, csm)| {
                let company = CompanyKey::of(ledger.company_display_name(company)).expect("visible");
                let mut integration = ledger.integration_display_name(number).to_owned();
                if !ledger.is_in_catalog(number) {
                    integration = IntegrationKey::of(&integration).expect("visible").as_str().to_owned();
                }
                let csm = PersonKey::of(ledger.csm_display_name(csm)).expect("visible");
                ((company.as_str().to_owned(), integration), csm.as_str().to_owned())
            })
            .collect();
        prop_assert_eq!(summary.len(), credits(&ledger).len());
        prop_assert_eq!(summary, holders_by_the_book(&rows, ledger.catalog()));
    }

    #[test]
    fn sorting_the_sheet_changes_no_answer(
        (rows, shuffled) in crowded_rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        let now = march("15 00:00");
        let zone = jiff::tz::TimeZone::UTC;
        let answers = |ledger: &Ledger| {
            let ids = ["a", "b", "c", "d", "e", ""];
            let companies = ["acme", "globex", "initech"];
            (
                ledger.standings(Period::default(), now, &zone),
                ids.map(|id| ledger.effect_of(id)),
                companies.map(|company| ledger.credited_for(company)),
                ledger.claims(&ClaimFilter::default(), |row| row.to_string()),
            )
        };
        prop_assert_eq!(answers(&ledger(rows)), answers(&ledger(shuffled)));
    }

    #[test]
    fn new_row_numbers_change_no_standing(rows in crowded_rows()) {
        let mut renumbered = rows.clone();
        renumbered.reverse();
        for (number, row) in (2..).zip(&mut renumbered) {
            row.row = number;
        }
        let answers = |ledger: &Ledger| {
            let standings = ledger.standings(Period::default(), march("15 00:00"), &jiff::tz::TimeZone::UTC);
            (standings, ["a", "b", "c", "d", "e"].map(|id| ledger.effect_of(id)))
        };
        prop_assert_eq!(answers(&ledger(rows)), answers(&ledger(renumbered)));
    }

    #[test]
    fn a_row_set_aside_earns_nothing_and_takes_nothing_from_others(
        (rows, chosen) in crowded_rows().prop_flat_map(|rows| (Just(rows.clone()), 0..rows.len().max(1)))
    ) {
        prop_assume!(!rows.is_empty());
        let mut not_counted = rows.clone();
        not_counted[chosen].status = SubmissionStatus::Rejected;
        let mut removed = rows;
        removed.remove(chosen);
        let book = |rows: &[Submission]| holders_by_the_book(rows, &Catalog::parse(crate::claims::fixture::CATALOG));
        prop_assert_eq!(book(&not_counted), book(&removed));
        prop_assert_eq!(credits(&ledger(not_counted)).len(), credits(&ledger(removed)).len());
    }
}
