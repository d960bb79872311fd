//! Tests of name similarity.

use proptest::{collection::vec, prelude::*};

use crate::{
    company::CompanyKey,
    person::PersonKey,
    similarity::{ComparableName, Similarity, most_similar, similar_pairs},
};

fn company(typed: &str) -> ComparableName {
    ComparableName::new(typed, CompanyKey::of(typed).expect("a name").as_str())
}

fn person(typed: &str) -> ComparableName {
    ComparableName::new(typed, PersonKey::of(typed).expect("a name").as_str())
}

#[test]
fn names_that_a_person_would_ask_about_are_found_and_others_are_not() {
    for (one, other, similarity) in [
        ("Git Hub", "GitHub", Some(Similarity::SameLetters)),
        ("acme.com", "Acme", Some(Similarity::SameDomain)),
        ("https://www.acme.io/about", "ACME Inc.", Some(Similarity::SameDomain)),
        ("acme.co.uk", "acme.com", Some(Similarity::SameDomain)),
        ("Globex", "Globxe", Some(Similarity::Slip)),
        ("Initech", "Intech", Some(Similarity::Slip)),
        ("Northwind Traders", "Nortwind Tradrs", Some(Similarity::Slip)),
        ("Acme", "Acme Labs", Some(Similarity::Longer)),
        ("Acme", "Acme Europe Holding", Some(Similarity::Longer)),
        // Equal keys: this is already one company.
        ("Acme", "ACME Inc.", None),
        ("SAP", "SAS", None),
        ("Delta Air", "Delta Faucet", None),
        ("Shop 1", "Shop 2", None),
        ("Studio 54", "Studio 55", None),
        ("Plan A", "Plan B", None),
        ("Acme", "Acme 2", None),
        ("Nike", "Bike", None),
        ("Amber Works", "Ember Works", None),
        ("Globex", "Initech", None),
    ] {
        assert_eq!(
            company(one).similarity_to(&company(other)),
            similarity,
            "{one} / {other}"
        );
        assert_eq!(
            company(other).similarity_to(&company(one)),
            similarity,
            "{other} / {one}"
        );
    }
    for (one, other, similarity) in [
        ("Kat", "Kate", Some(Similarity::Slip)),
        ("Ktae", "Kate", Some(Similarity::Slip)),
        ("Manny", "Mannny", Some(Similarity::Slip)),
        ("Oberg Kate", "Kate Oberg", Some(Similarity::OtherOrder)),
        ("Kate O.", "Kate Oberg", Some(Similarity::Initial)),
        ("Kate", "Kate Oberg", Some(Similarity::Longer)),
        ("kate.oberg@acme.com", "Kate Oberg", Some(Similarity::SameDomain)),
        ("Kate O.", "Kate P.", None),
        ("Kate", "Nate", None),
        ("Kate", "Kale", None),
        ("Bo", "Bob", None),
        ("Zoé", "Zoe", None),
    ] {
        assert_eq!(person(one).similarity_to(&person(other)), similarity, "{one} / {other}");
    }
}

#[test]
fn a_word_that_begins_very_many_names_is_a_common_one() {
    let names: Vec<ComparableName> = ["Bank", "Bank Alpha", "Bank Bravo", "Bank Charlie"]
        .map(company)
        .to_vec();
    assert_eq!(similar_pairs(&names).len(), 3);
    let others = ["Bank Delta", "Bank Echo", "Bank Foxtrot"].map(company);
    let many: Vec<ComparableName> = names.into_iter().chain(others).collect();
    assert_eq!(similar_pairs(&many), []);
    assert_eq!(most_similar(&many[0], many.iter()), []);
}

#[test]
fn ten_thousand_names_that_differ_on_purpose_are_no_pairs() {
    let names: Vec<ComparableName> = (0..10_000)
        .map(|number| company(&format!("Customer {number}")))
        .collect();
    assert_eq!(similar_pairs(&names), []);
}

proptest! {
    #[test]
    fn blocks_lose_no_pair(names in vec("(ac|me|bo|lt|ar| |1){1,6}", 0..24)) {
        let names: Vec<ComparableName> = names
            .iter()
            .filter(|typed| CompanyKey::of(typed).is_some())
            .map(|typed| company(typed))
            .collect();
        let found: Vec<(usize, usize)> = similar_pairs(&names).into_iter().map(|(one, other, _)| (one, other)).collect();
        for (one, name) in names.iter().enumerate() {
            for (other, second) in names.iter().enumerate().skip(one + 1) {
                let similarity = name.similarity_to(second);
                // A word that begins many names is skipped on purpose.
                if similarity.is_some_and(|similarity| similarity != Similarity::Longer) {
                    prop_assert!(found.contains(&(one, other)), "{} / {}", name.words, second.words);
                }
            }
        }
    }
}
