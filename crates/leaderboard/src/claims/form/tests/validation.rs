//! Unit tests of form validation.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::claims::{
    catalog::Catalog,
    form::validation::{SubmissionError, SubmissionRequest, ValidSubmission},
};

fn catalog() -> Catalog {
    Catalog::parse("GitHub | GH\nCursor\nClickHouse\n~Segment")
}

fn request(csm: &str, company: &str, integrations: &[&str]) -> SubmissionRequest {
    SubmissionRequest {
        csm: csm.to_owned(),
        company: company.to_owned(),
        integrations: integrations.iter().map(|name| (*name).to_owned()).collect(),
        key: "k-1".to_owned(),
        ..SubmissionRequest::default()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("instant")
}

fn check(request: &SubmissionRequest) -> Result<ValidSubmission, SubmissionError> {
    request.check(&catalog(), at("2026-03-03T12:00:00Z"))
}

fn field_errors(request: &SubmissionRequest) -> Vec<(&'static str, String)> {
    match check(request) {
        Err(SubmissionError::Fields(field_errors)) => field_errors
            .into_iter()
            .map(|field_error| match field_error.field {
                Cow::Borrowed(field) => (field, field_error.message),
                Cow::Owned(field) => panic!("{field} is no field of the form"),
            })
            .collect(),
        other => panic!("not refused by its fields: {other:?}"),
    }
}

#[test]
fn names_are_tidied_and_integrations_written_as_the_catalog_does() {
    let valid = check(&request(
        "  Zoé   O'Brien ",
        " Acme  Inc. ",
        &["clickhouse", "GH", "github"],
    ))
    .expect("valid");
    assert_eq!(
        (valid.csm.as_str(), valid.company.as_str()),
        ("Zoé O'Brien", "Acme Inc.")
    );
    assert_eq!(valid.integrations, "GitHub, ClickHouse");
    assert_eq!(
        check(&request("Kate", "Acme", &["GitHub, Cursor"]))
            .expect("valid")
            .integrations,
        "GitHub, Cursor"
    );
}

#[test]
fn every_mistake_is_told_at_once_beside_its_field() {
    let summary = field_errors(&request(" ", "", &[]));
    assert_eq!(
        summary.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
        ["csm", "company", "integrations"]
    );
    for (wrong, field, words) in [
        (request("Ka\u{202E}te", "Acme", &["GitHub"]), "csm", "U+202E"),
        (request("Kate", "Ac\u{0}me", &["GitHub"]), "company", "U+0000"),
        (request("Kate", "Ac\nme", &["GitHub"]), "company", "U+000A"),
        (request("Kate", "-- .. --", &["GitHub"]), "company", "letter or digit"),
        (request(&"x".repeat(81), "Acme", &["GitHub"]), "csm", "81 characters"),
        (
            request("Kate", &"x".repeat(201), &["GitHub"]),
            "company",
            "201 characters",
        ),
        (
            request("Kate", "Acme", &["Git Hubb"]),
            "integrations",
            "Did you mean “GitHub”?",
        ),
        (
            request("Kate", "Acme", &["Kafka"]),
            "integrations",
            "Choose one of those on offer",
        ),
        (
            request("Kate", "Acme", &["Segment"]),
            "integrations",
            "no longer offered",
        ),
        (
            SubmissionRequest {
                key: "clé".to_owned(),
                ..request("Kate", "Acme", &["GitHub"])
            },
            "key",
            "visible ASCII",
        ),
    ] {
        let summary = field_errors(&wrong);
        assert_eq!(summary.len(), 1, "{summary:?}");
        assert_eq!(summary[0].0, field);
        assert!(summary[0].1.contains(words), "{summary:?} lacks {words}");
    }
}

#[test]
fn characters_that_nobody_sees_are_refused_unless_names_are_written_with_them() {
    for hidden in [
        '\u{00AD}',
        '\u{115F}',
        '\u{1160}',
        '\u{200B}',
        '\u{2028}',
        '\u{2060}',
        '\u{2064}',
        '\u{2067}',
        '\u{3164}',
        '\u{FEFF}',
        '\u{FFFD}',
        '\u{E0000}',
        '\u{E007F}',
    ] {
        let summary = field_errors(&request(&format!("Ka{hidden}te"), "Acme", &["GitHub"]));
        let code = format!("(U+{:04X})", u32::from(hidden));
        assert!(summary[0].1.contains(&code), "{summary:?} lacks {code}");
    }
    for name in ["نرگس\u{200C}ها", "क्\u{200D}ष", "Kate \u{2764}\u{FE0F}", "이서연"] {
        assert!(check(&request(name, "Acme", &["GitHub"])).is_ok(), "{name:?}");
    }
}

#[test]
fn text_that_looks_like_a_formula_is_a_name_like_any_other() {
    let valid = check(&request("=IMPORTXML(1)", "+1 Company", &["GitHub"])).expect("valid");
    assert_eq!(
        (valid.csm.as_str(), valid.company.as_str()),
        ("=IMPORTXML(1)", "+1 Company")
    );
}

#[test]
fn programs_that_fill_every_field_or_send_at_once_are_told_apart() {
    let person = request("Kate", "Acme", &["GitHub"]);
    let shown_at = |text: &str| SubmissionRequest {
        shown_at: at(text).as_millisecond().to_string(),
        ..person.clone()
    };
    for refused in [
        SubmissionRequest {
            website: "http://spam.example".to_owned(),
            ..person.clone()
        },
        shown_at("2026-03-03T11:59:59.800Z"),
    ] {
        assert_eq!(check(&refused), Err(SubmissionError::Automatic));
    }
    for accepted in [
        shown_at("2026-03-03T11:59:59.500Z"),
        shown_at("2026-03-03T12:00:09Z"),
        SubmissionRequest {
            shown_at: "x".to_owned(),
            ..person
        },
    ] {
        assert!(check(&accepted).is_ok());
    }
}

#[test]
fn the_id_stands_for_the_key_together_with_what_was_entered() {
    let with = |key: &str, company: &str| {
        let request = SubmissionRequest {
            key: key.to_owned(),
            ..request("Kate", company, &["GitHub"])
        };
        check(&request).expect("valid").id()
    };
    assert_eq!(with("k-1", "Acme"), with("k-1", "Acme"));
    assert_ne!(with("k-1", "Acme"), with("k-1", "Beta"));
    assert_ne!(with("k-1", "Acme"), with("k-2", "Acme"));
    assert_ne!(with("", "Acme"), with("", "Acme"));
}

#[test]
fn json_may_name_one_integration_or_many() {
    for (json, expected) in [
        (r#"{"integrations": "GitHub"}"#, vec!["GitHub"]),
        (r#"{"integrations": ["GitHub", "Cursor"]}"#, vec!["GitHub", "Cursor"]),
    ] {
        let request: SubmissionRequest = serde_json::from_str(json).expect("readable");
        assert_eq!(request.integrations, expected);
    }
}

#[test]
fn null_in_json_is_the_same_as_nothing() {
    let json =
        r#"{"csm": null, "company": null, "integrations": null, "key": null, "website": null, "shown_at": null}"#;
    let request: SubmissionRequest = serde_json::from_str(json).expect("readable");
    assert!(
        [
            &request.csm,
            &request.company,
            &request.key,
            &request.website,
            &request.shown_at
        ]
        .into_iter()
        .all(String::is_empty)
    );
    assert_eq!(request.integrations, [] as [&str; 0]);
}

#[test]
fn json_of_another_shape_is_refused_in_words_for_people() {
    for (json, words) in [
        (
            r#"{"integrations": {}}"#,
            "integrations has to be a name or a list of names",
        ),
        (
            r#"{"integrations": [1]}"#,
            "integrations has to be a name or a list of names",
        ),
        ("5", "expected an object with csm, company and integrations"),
    ] {
        let refused = serde_json::from_str::<SubmissionRequest>(json).expect_err(json);
        assert!(refused.to_string().contains(words), "{refused} lacks {words}");
    }
}
