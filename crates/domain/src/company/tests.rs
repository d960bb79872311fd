//! Tests of company names and their keys.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};

use crate::{
    alias::{Alias, AliasProblem},
    company::{CompanyKey, CompanyNames, LEGAL_FORMS},
    normalize::collapse_spaces,
};

fn key(name: &str) -> String {
    CompanyKey::of(name).map(|key| key.to_string()).unwrap_or_default()
}

#[test]
fn spellings_of_one_company_have_one_key() {
    for (expected, spellings) in [
        (
            "loreal",
            vec![
                "L'Oréal",
                "L’OREAL",
                "l´oréal",
                "L'ORÉAL S.A.",
                "  LOréal,  SA ",
                "L'Ore\u{301}al\u{200B}",
            ],
        ),
        (
            "johnson and johnson",
            vec![
                "Johnson & Johnson",
                "johnson and johnson",
                "Johnson et Johnson",
                "Johnson&Johnson",
                "JOHNSON & JOHNSON, Inc.",
            ],
        ),
        (
            "ibm",
            vec!["IBM", "I.B.M.", "I. B. M.", "i.b.m", "IBM Corp.", "I.B.M. Corporation"],
        ),
        (
            "acme",
            vec![
                "Acme",
                "ACME Inc",
                "Acme, Inc.",
                "Acme L.L.C.",
                "Acme (Inc.)",
                "Acme Ltd.",
                "“Acme” LTD",
                "acme-inc",
            ],
        ),
        (
            "muller",
            vec![
                "Müller GmbH",
                "MULLER",
                "Müller GmbH & Co. KG",
                "Müller G.m.b.H.",
                "Müller gmbh&co.kg",
            ],
        ),
        (
            "dupont",
            vec![
                "Dupont SARL",
                "Dupont S.A.R.L.",
                "Dupont s.a.r.l",
                "Dupont S. A. R. L.",
                "Dupont S.à r.l.",
                "Dupont SAS",
                "Dupont & Cie",
            ],
        ),
        ("novak", vec!["Novák s.r.o.", "Novak, spol. s r.o.", "NOVÁK S. R. O."]),
        ("kowalski", vec!["Kowalski Sp. z o.o.", "KOWALSKI SP. Z O.O."]),
        (
            "full width",
            vec![
                "ＦＵＬＬ　Ｗｉｄｔｈ",
                "Full-Width",
                "full_width",
                "Full/Width",
                "Full\u{00A0}Width",
            ],
        ),
        ("3m", vec!["3M", "3M Company", "3m co"]),
        ("yahoo", vec!["Yahoo!", "yahoo", "¡Yahoo!"]),
        ("maersk", vec!["Mærsk A/S", "Maersk AS", "MÆRSK"]),
        ("株式", vec!["株式", "株式 KK"]),
    ] {
        for spelling in spellings {
            assert_eq!(key(spelling), expected, "{spelling:?}");
        }
    }
}

#[test]
fn different_companies_keep_different_keys() {
    for (left, right) in [
        ("Acme", "Acme Europe"),
        ("Incubator", "ubator"),
        ("Inc Magazine", "Magazine"),
        ("SAP", "SA"),
        ("Monday.com", "Monday com Labs"),
        ("A.B", "A B C"),
        ("Delta Air", "Delta Faucet"),
        ("3M", "3 Monkeys"),
        ("C", "C++ Labs"),
        ("ガス", "カス"),
    ] {
        assert_ne!(key(left), key(right), "{left} / {right}");
    }
}

#[test]
fn a_legal_form_goes_only_from_the_end_and_only_when_a_name_remains() {
    for (name, expected) in [
        ("Inc", "inc"),
        ("SAS", "sas"),
        ("S.A.S.", "sas"),
        ("SAS SAS", "sas"),
        ("The Limited", "the limited"),
        ("La Company", "la company"),
        ("Limited Brands", "limited brands"),
        ("AG Insurance", "ag insurance"),
        ("Acme Holding Co. Ltd. Inc.", "acme holding"),
        ("Acme SA de CV", "acme"),
        ("Acme S.A. de C.V.", "acme"),
        ("& Co.", "and co"),
        ("Company & Co", "company"),
    ] {
        assert_eq!(key(name), expected, "{name:?}");
    }
}

#[test]
fn every_legal_form_on_the_list_is_left_out_as_written_shouted_and_without_dots() {
    for form in LEGAL_FORMS {
        for written in [
            (*form).to_owned(),
            form.to_uppercase(),
            form.to_lowercase(),
            form.replace('.', ""),
        ] {
            assert_eq!(key(&format!("Quokka {written}")), "quokka", "{written:?}");
            assert_eq!(key(&format!("Quokka, {written}")), "quokka", "{written:?}");
        }
    }
}

#[test]
fn the_directive_lists_every_legal_form() {
    let directive = include_str!("../../../../docs/directives/fairness.md");
    let missing: Vec<&&str> = LEGAL_FORMS
        .iter()
        .filter(|form| !directive.contains(&format!("`{form}`")))
        .collect();
    assert!(missing.is_empty(), "not in docs/directives/fairness.md: {missing:?}");
}

#[test]
fn marks_that_come_together_when_an_apostrophe_goes_are_put_in_order() {
    let first = CompanyKey::of("\u{10A0D}'\u{11D97}").expect("marks are part of words");
    assert_eq!(CompanyKey::of(first.as_str()), Some(first));
}

#[test]
fn a_name_without_letter_or_digit_has_no_key() {
    for name in ["", "  ", "?", "---", "…", "''", "\u{200B}", "(*)", "\n"] {
        assert_eq!(CompanyKey::of(name), None, "{name:?}");
    }
}

fn names(lines: &[(&str, &str)]) -> (CompanyNames, Vec<AliasProblem>) {
    CompanyNames::from_aliases((2..).zip(lines).map(|(row, (alias, canonical))| Alias {
        row,
        alias: (*alias).to_owned(),
        canonical: (*canonical).to_owned(),
    }))
}

/// Formats the resolution of a typed name as "key (canonical spelling)".
fn resolved(names: &CompanyNames, typed: &str) -> String {
    match names.resolve(typed) {
        Some(company) => format!("{} ({})", company.key, company.canonical.unwrap_or("-")),
        None => "nothing".to_owned(),
    }
}

#[test]
fn without_aliases_the_key_alone_decides() {
    let (names, problems) = names(&[]);
    assert_eq!(problems, []);
    assert_eq!(resolved(&names, "ACME Inc."), "acme (-)");
    assert_eq!(resolved(&names, "?"), "nothing");
}

#[test]
fn an_alias_wins_over_the_key_in_every_spelling() {
    let (names, problems) = names(&[("Big Blue", "IBM Corp."), ("Facebook", " Meta  Platforms ")]);
    assert_eq!(problems, []);
    for (typed, expected) in [
        ("big blue", "ibm (IBM Corp.)"),
        ("BIG BLUE, Inc.", "ibm (IBM Corp.)"),
        ("I.B.M.", "ibm (IBM Corp.)"),
        ("facebook ltd", "meta platforms (Meta Platforms)"),
        ("Meta Platforms Inc", "meta platforms (Meta Platforms)"),
        ("Meta", "meta (-)"),
    ] {
        assert_eq!(resolved(&names, typed), expected, "{typed:?}");
    }
}

#[test]
fn deleting_the_line_undoes_the_merge() {
    let (merged, _) = names(&[("Big Blue", "IBM")]);
    let (split, _) = names(&[]);
    assert_ne!(merged.resolve("Big Blue"), split.resolve("Big Blue"));
    assert_eq!(resolved(&split, "Big Blue"), "big blue (-)");
}

#[test]
fn an_alias_can_tell_apart_what_the_key_throws_together() {
    let (names, problems) = names(&[("Orion SAS", "Orion France"), ("Orion GmbH", "Orion Deutschland")]);
    assert_eq!(problems, []);
    assert_eq!(resolved(&names, "orion sas"), "orion france (Orion France)");
    assert_eq!(resolved(&names, "ORION GMBH"), "orion deutschland (Orion Deutschland)");
    // No line mentions these, and the two disagree about the key.
    assert_eq!(resolved(&names, "Orion"), "orion (-)");
    assert_eq!(resolved(&names, "Orion Ltd"), "orion (-)");
}

#[test]
fn an_alias_of_an_alias_leads_to_the_end_of_the_chain() {
    let (names, problems) = names(&[("B", "C"), ("A", "B"), ("C", "D Group")]);
    assert_eq!(problems, []);
    for typed in ["A", "b", "C", "d group"] {
        assert_eq!(resolved(&names, typed), "d group (D Group)", "{typed}");
    }
}

#[test]
fn a_line_whose_names_share_a_key_only_says_how_to_write_it() {
    let (names, problems) = names(&[("ACME", "Acme Inc.")]);
    assert_eq!(problems, []);
    assert_eq!(resolved(&names, "a.c.m.e"), "acme (Acme Inc.)");
}

#[test]
fn of_several_ways_to_write_a_canonical_name_the_most_frequent_wins() {
    let lines = [("Big Blue", "IBM"), ("Blue Giant", "I.B.M."), ("Old Blue", "IBM")];
    assert_eq!(resolved(&names(&lines).0, "ibm"), "ibm (IBM)");
    let (first, second) = (names(&lines[..2]).0, names(&[lines[1], lines[0]]).0);
    assert_eq!(resolved(&first, "ibm"), resolved(&second, "ibm"));
}

#[test]
fn a_broken_line_is_named_and_the_others_work() {
    let (names, problems) = names(&[
        ("", "Acme"),
        ("Acme", " ? "),
        ("Big Blue", "IBM"),
        ("Nova", "Supernova"),
        ("NOVA", "Stella"),
        ("Left", "Right"),
        ("right", "LEFT Inc"),
    ]);
    assert_eq!(resolved(&names, "big blue"), "ibm (IBM)");
    assert_eq!(resolved(&names, "nova"), "nova (-)");
    assert_eq!(resolved(&names, "left"), "left (-)");
    assert_eq!(resolved(&names, "acme"), "acme (-)");
    let told: Vec<(u32, String)> = problems
        .iter()
        .map(|problem| (problem.row, problem.to_string()))
        .collect();
    for ((row, told), (expected_row, part)) in told.iter().zip([
        (2, "row 2: The alias has neither a letter nor a digit."),
        (3, "row 3: The canonical name has neither"),
        (5, "“Nova” is sent to “Stella” and to “Supernova”. Keep one"),
        (6, "“NOVA” is sent to"),
        (7, "The lines for Left, right lead in a circle. Delete"),
        (8, "lead in a circle"),
    ]) {
        assert_eq!(*row, expected_row, "{told}");
        assert!(told.contains(part), "{told} lacks {part}");
    }
    assert_eq!(told.len(), 6);
}

#[test]
fn a_canonical_name_that_is_an_alias_itself_leads_on_even_when_it_only_says_how_to_write() {
    let (names, problems) = names(&[("Nova", "Stella"), ("Nova Inc", "NOVA")]);
    assert_eq!(problems, []);
    assert_eq!(resolved(&names, "nova inc"), "stella (Stella)");
}

#[test]
fn a_circle_is_refused_whole_even_when_its_lines_stand_twice() {
    let (names, problems) = names(&[("C1", "B1"), ("b1", "c1"), ("c1", "B1"), ("B1 Inc", "C1")]);
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert_eq!(resolved(&names, "B1"), "b1 (-)");
    assert_eq!(resolved(&names, "C1"), "c1 (-)");
}

#[test]
fn the_same_line_twice_is_no_contradiction() {
    let (names, problems) = names(&[("Big Blue", "IBM"), ("big  blue", "I.B.M. Corp")]);
    assert_eq!(problems, []);
    assert!(resolved(&names, "Big Blue").starts_with("ibm ("));
}

/// Texts of fragments of company names, since random text rarely combines the hard cases.
fn company_like() -> impl Strategy<Value = String> {
    let part = select(vec![
        "Acme",
        "L'",
        "é",
        "ß",
        "S",
        "A",
        ".",
        ". ",
        " ",
        "-",
        "&",
        " & ",
        "et",
        " et ",
        "and",
        "Co",
        "Co.",
        "Inc",
        "SA",
        "S.A.",
        "GmbH",
        "KG",
        "The",
        "La",
        "s.r.o.",
        "Sp. z o.o.",
        "À",
        "\u{301}",
        "\u{200B}",
        "İ",
        "ﬁ",
        "ガ",
        "3",
        ",",
        "/",
        "(",
        ")",
        "haftungsbeschränkt",
        "UG",
        "de",
        "C.V.",
        "®",
        "K",
        "e",
        "V",
    ]);
    vec(part, 0..9).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_key_of_a_key_is_the_key(name in prop_oneof![any::<String>(), company_like()]) {
        if let Some(key) = CompanyKey::of(&name) {
            prop_assert_eq!(CompanyKey::of(key.as_str()), Some(key));
        }
    }

    #[test]
    fn case_and_spaces_never_make_another_company(name in company_like()) {
        let own = CompanyKey::of(&name);
        prop_assert_eq!(&CompanyKey::of(&format!("  {name}\t")), &own);
        prop_assert_eq!(&CompanyKey::of(&collapse_spaces(&name)), &own);
        prop_assert_eq!(&CompanyKey::of(&name.to_uppercase()), &own);
    }

    #[test]
    fn a_legal_form_behind_a_name_never_makes_another_company(
        name in "[A-Z][a-z]{3,8}( [A-Z][a-z]{3,8})?", form in select(LEGAL_FORMS.to_vec())
    ) {
        prop_assert_eq!(key(&format!("{name} {form}")), key(&name));
        prop_assert_eq!(key(&format!("{name}, {form}")), key(&name));
    }

    #[test]
    fn the_order_of_the_alias_lines_never_matters(
        (lines, shuffled) in vec((select(vec!["A1", "b1", "B1 Inc", "C1", "D1", "?"]), select(vec!["A1", "B1", "c1", "C1 SA", "E1"])), 0..7)
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))
    ) {
        let ((left, left_problems), (right, right_problems)) = (names(&lines), names(&shuffled));
        for typed in ["A1", "a1 Ltd", "B1", "b1 inc", "C1", "C1 SA", "D1", "E1"] {
            prop_assert_eq!(left.resolve(typed), right.resolve(typed), "{}", typed);
        }
        let reasons = |problems: Vec<AliasProblem>| problems.into_iter().map(|problem| problem.alias).collect::<Vec<_>>();
        let (mut left_told, mut right_told) = (reasons(left_problems), reasons(right_problems));
        left_told.sort();
        right_told.sort();
        prop_assert_eq!(left_told, right_told);
    }

    #[test]
    fn a_resolved_company_resolves_to_itself(
        lines in vec((select(vec!["A1", "b1", "B1 Inc", "C1", "D1"]), select(vec!["A1", "B1", "c1", "C1 SA", "E1"])), 0..7)
    ) {
        let (names, _) = names(&lines);
        for typed in ["A1", "B1", "b1 inc", "C1", "C1 SA", "D1", "E1"] {
            let company = names.resolve(typed).expect("has letters");
            let shown: BTreeSet<_> = company.canonical.iter().filter_map(|name| names.resolve(name)).map(|again| again.key).collect();
            prop_assert!(shown.iter().all(|again| *again == company.key), "{typed}: {company:?} {shown:?}");
        }
    }
}
