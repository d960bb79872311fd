//! Unit tests of the lenient JSON reader.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use crate::{
    lenient_json::{JsonRecord, number_of, time_of},
    observation::SourcePage,
};

#[test]
fn times_are_read_in_every_form_that_vendors_use() {
    let noon: Timestamp = "2026-03-01T12:00:00Z".parse().expect("a time");
    for value in [
        json!(1_772_366_400),
        json!(1_772_366_400_000_i64),
        json!("1772366400"),
        json!("1772366400000"),
        json!("2026-03-01T12:00:00Z"),
        json!("2026-03-01T12:00:00.000000Z"),
        json!("2026-03-01T13:00:00+01:00"),
        json!("2026-03-01T12:00:00"),
        json!("2026-03-01 12:00:00"),
        json!("2026-03-01 12:00:00 +0000"),
    ] {
        assert_eq!(time_of(&value), Some(noon), "{value}");
    }
    let midnight: Timestamp = "2026-03-01T00:00:00Z".parse().expect("a time");
    assert_eq!(time_of(&json!("2026-03-01")), Some(midnight));
    for value in [
        json!("soon"),
        json!(true),
        json!([]),
        json!(1.5),
        json!(i64::MAX),
        json!(i64::MIN),
    ] {
        assert_eq!(time_of(&value), None, "{value}");
    }
}

#[test]
fn what_is_absent_null_or_empty_is_unknown_without_a_finding() {
    let value = json!({"id": 7, "name": null, "email": "", "at": " ", "list": null});
    let record = JsonRecord::new(&value);
    assert_eq!(record.id("/id"), Ok("7".to_owned()));
    assert_eq!(record.text("/name"), None);
    assert_eq!(record.email("/email"), None);
    assert_eq!(record.time("/at"), None);
    assert_eq!(record.flag("/absent"), None);
    assert!(record.list("/list").is_empty());
    assert_eq!(record.taken_findings(), []);
}

#[test]
fn what_is_of_another_kind_is_left_out_with_a_finding_that_names_it() {
    let value = json!({"id": "x", "name": ["a"], "email": "nobody", "at": "soon", "paid": "perhaps"});
    let record = JsonRecord::new(&value);
    assert_eq!(record.text("/name"), None);
    assert_eq!(record.email("/email"), None);
    assert_eq!(record.time("/at"), None);
    assert_eq!(record.flag("/paid"), None);
    let mut page = SourcePage::default();
    page.take_findings(&record, 0);
    let told: Vec<_> = page.findings.iter().map(|finding| finding.reason.as_str()).collect();
    assert_eq!(
        told,
        [
            "a list is not text; the field is left out.",
            "“nobody” is not an address; the field is left out.",
            "“soon” is not a time; the field is left out.",
            "“perhaps” is not true or false; the field is left out.",
        ]
    );
}

#[test]
fn markup_and_entities_are_taken_off_words() {
    for (written, plain) in [
        ("Phone &amp; SMS", "Phone & SMS"),
        ("<p>Cancel my plan</p>", "Cancel my plan"),
        ("a < b", "a < b"),
        ("fewer than <5 & growing > 3", "fewer than <5 & growing > 3"),
        ("Ann <ann@example.com> wrote", "Ann <ann@example.com> wrote"),
        ("1 &lt; 2 &amp;&amp; <b>bold</b>", "1 < 2 && bold"),
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("R&D", "R&D"),
        ("Fish & Chips; more", "Fish & Chips; more"),
        ("plain", "plain"),
    ] {
        let value = json!({"body": written});
        assert_eq!(
            JsonRecord::new(&value).plain_text("/body").as_deref(),
            Some(plain),
            "{written}"
        );
    }
}

#[test]
fn numbers_are_exact_however_they_are_written() {
    for (value, exact) in [
        (json!(0.1), "0.1"),
        (json!("5000.00"), "5000.00"),
        (json!(1e3), "1000"),
        (json!("12.5e1"), "125"),
        (json!(-42), "-42"),
    ] {
        assert_eq!(number_of(&value), exact.parse().ok(), "{value}");
    }
    assert_eq!(number_of(&json!("12 €")), None);
}

proptest! {
    #[test]
    fn no_words_make_a_reader_stumble(text in ".*") {
        let value = json!({"id": text, "name": text, "at": text});
        let record = JsonRecord::new(&value);
        let _ = (record.id("/id"), record.plain_text("/name"), record.email("/name"));
        let _ = (record.time("/at"), record.number("/at"), record.date("/at"), record.currency("/at"));
    }
}
