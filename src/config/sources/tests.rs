//! Unit tests of the settings of the sources.

use std::collections::{BTreeSet, HashMap};

use customer_sources::vendors::VENDORS;
use serde_json::{Value, json};

use crate::config::sources::{AddressOrigin, BLOCKS, SourceSettings, read};

fn configured(settings: &[(&str, &str)], secrets: Value) -> Result<Vec<SourceSettings>, String> {
    let settings: HashMap<&str, &str> = settings.iter().copied().collect();
    let lookup = |name: &str| settings.get(name).map(|value| (*value).to_owned());
    read(&lookup, secrets.as_object().expect("an object")).map_err(|error| error.to_string())
}

fn complaint(settings: &[(&str, &str)], secrets: Value) -> String {
    match configured(settings, secrets) {
        Ok(_) => panic!("{settings:?} was accepted"),
        Err(told) => told,
    }
}

#[test]
fn every_vendor_has_its_block_and_every_block_its_vendor() {
    let vendors: BTreeSet<&str> = VENDORS.iter().map(|vendor| vendor.name).collect();
    let blocks: BTreeSet<&str> = BLOCKS.iter().map(|block| block.source).collect();
    assert_eq!(blocks, vendors);
    for vendor in VENDORS {
        let block = BLOCKS
            .iter()
            .find(|block| block.source == vendor.name)
            .expect("a block");
        assert_eq!(
            vendor.base_url.is_none(),
            block.home == AddressOrigin::Set,
            "{}",
            vendor.name
        );
        for variable in [block.key, block.url, block.rate] {
            assert!(variable.starts_with(&vendor.name.to_uppercase()), "{variable}");
        }
    }
}

#[test]
fn without_a_key_a_source_is_off_and_with_one_it_is_on() {
    assert!(configured(&[], json!({})).expect("nothing").is_empty());
    assert!(
        configured(&[], json!({"stripe": {"api_key": ""}}))
            .expect("nothing")
            .is_empty()
    );
    let on = configured(
        &[("STRIPE_API_KEY", "rk_environment"), ("STRIPE_CALLS_PER_MINUTE", "60")],
        json!({"stripe": {"api_key": "rk_file", "api_url": "http://127.0.0.1:1"}, "fathom": {"api_key": "f", "calls_per_minute": 12}}),
    )
    .expect("complete");
    let shown: Vec<_> = on
        .iter()
        .map(|one| {
            (
                one.source,
                one.settings.key.reveal(),
                one.settings.calls_per_minute.map(std::num::NonZero::get),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [("fathom", "f", Some(12)), ("stripe", "rk_environment", Some(60))]
    );
    assert_eq!(on[1].settings.base_url.as_deref(), Some("http://127.0.0.1:1"));
}

#[test]
fn half_of_a_block_is_refused_in_a_sentence() {
    for (settings, told) in [
        (
            vec![("INTERCOM_API_URL", "https://x")],
            "INTERCOM_API_URL is set, but INTERCOM_API_KEY is not.",
        ),
        (
            vec![("HUBSPOT_API_VERSION", "v3")],
            "HUBSPOT_API_VERSION is set, but HUBSPOT_API_KEY is not.",
        ),
        (
            vec![("STRIPE_CALLS_PER_MINUTE", "9")],
            "STRIPE_CALLS_PER_MINUTE is set, but STRIPE_API_KEY is not.",
        ),
        (
            vec![("DASHBOARD_API_KEY", "k")],
            "DASHBOARD_API_KEY is set, but DASHBOARD_API_URL and DASHBOARD_MAPPING are not.",
        ),
        (
            vec![("DASHBOARD_API_KEY", "k"), ("DASHBOARD_API_URL", "https://x")],
            "DASHBOARD_API_KEY is set, but DASHBOARD_MAPPING is not.",
        ),
        (
            vec![("FATHOM_API_KEY", "k"), ("FATHOM_CALLS_PER_MINUTE", "0")],
            "FATHOM_CALLS_PER_MINUTE is “0”, but must be a whole number from 1 to 4294967295.",
        ),
        (
            vec![("DASHBOARD_MAPPING", "does-not-exist.json")],
            "DASHBOARD_MAPPING (does-not-exist.json) cannot be read",
        ),
    ] {
        let complaint = complaint(&settings, json!({}));
        assert!(complaint.contains(told), "{complaint}");
    }
}

#[test]
fn unknown_sources_and_entries_are_refused_by_name() {
    assert!(complaint(&[], json!({"strip": {}})).contains("“strip”"));
    assert!(complaint(&[], json!({"stripe": {"key": "x"}})).contains("“key”"));
    assert!(complaint(&[], json!({"stripe": "rk_live"})).contains("stripe in the secrets file must be an object"));
    for value in [json!(true), json!(["rk_live"]), json!({"key": "rk_live"})] {
        let complaint = complaint(&[], json!({"stripe": {"api_key": value}}));
        assert!(
            complaint.contains("“api_key”") && !complaint.contains("rk_live"),
            "{complaint}"
        );
    }
}

#[test]
fn the_mapping_of_the_dashboard_is_a_file_or_stands_in_the_secrets() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("mapping.json");
    let file = path.to_str().expect("unicode path");
    let set = [
        ("DASHBOARD_API_KEY", "k"),
        ("DASHBOARD_API_URL", "https://x"),
        ("DASHBOARD_MAPPING", file),
    ];
    std::fs::write(&path, r#"{"path": "users", "records": "/users", "id": "/id"}"#).expect("written");
    let on = configured(&set, json!({})).expect("complete");
    assert_eq!(
        on[0].settings.options["mapping"],
        json!({"path": "users", "records": "/users", "id": "/id"})
    );
    std::fs::write(&path, "{").expect("written");
    assert!(complaint(&set, json!({})).contains("is not valid JSON (line 1"));
    std::fs::write(&path, "[]").expect("written");
    assert!(complaint(&set, json!({})).contains("a JSON object"));
    let inline = configured(
        &set[..2],
        json!({"dashboard": {"mapping": {"path": "people", "records": "", "id": "/id"}}}),
    )
    .expect("complete");
    assert_eq!(
        inline[0].settings.options["mapping"],
        json!({"path": "people", "records": "", "id": "/id"})
    );
}

#[test]
fn the_example_of_the_secrets_file_holds_every_entry_and_switches_nothing_on() {
    let example: Value = serde_json::from_str(include_str!("../../../secrets.example.json")).expect("JSON");
    let sources = example["sources"].as_object().expect("sources").clone();
    for block in BLOCKS {
        let entries = sources[block.source].as_object().expect("a block");
        for entry in ["api_key", "api_url"]
            .into_iter()
            .chain(block.options.iter().map(|choice| choice.entry))
        {
            assert!(entries.contains_key(entry), "{} has no {entry}", block.source);
        }
    }
    assert!(configured(&[], Value::Object(sources)).expect("nothing").is_empty());
}

#[test]
fn what_a_client_cannot_use_is_refused_with_the_names_of_the_settings() {
    let url = complaint(&[("FATHOM_API_KEY", "k"), ("FATHOM_API_URL", "fathom")], json!({}));
    assert!(
        url.contains("Fathom: the address of the API is “fathom”") && url.contains("FATHOM_API_URL"),
        "{url}"
    );
    let key = complaint(&[("STRIPE_API_KEY", "two\nlines")], json!({}));
    assert!(key.contains("copy it again") && !key.contains("lines"), "{key}");
    let mapping = json!({"dashboard": {"api_key": "k", "api_url": "https://x", "mapping": {"path": "a", "records": "users", "id": "/id"}}});
    assert!(complaint(&[], mapping).contains("a JSON pointer such as /users"));
}
