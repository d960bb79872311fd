//! Unit tests of the settings.

mod halves;

use std::{collections::HashMap, net::IpAddr, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::config::{Config, ConfigError, Listen, SpreadsheetSource};

pub(super) fn read(settings: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let settings: HashMap<String, String> = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Config::from_lookup(&|name| settings.get(name).cloned())
}

pub(super) fn complaint(settings: &[(&str, &str)]) -> String {
    match read(settings) {
        Ok(_) => panic!("{settings:?} was accepted"),
        Err(error) => error.to_string(),
    }
}

const KEY: &str = r#"{"type": "service_account", "client_email": "board@project.iam.gserviceaccount.com", "private_key": "-----BEGIN-----\\nabc\\n-----END-----", "token_uri": "https://oauth2.googleapis.com/token"}"#;

#[test]
fn without_any_setting_the_embedded_spreadsheet_is_served_on_loopback() {
    let config = read(&[]).expect("defaults");
    assert_eq!(
        config.listen,
        Listen {
            host: IpAddr::from([127, 0, 0, 1]),
            port: 8080
        }
    );
    assert!(matches!(config.spreadsheet, SpreadsheetSource::Embedded));
    assert_eq!(config.data_dir, PathBuf::from("data"));
    assert_eq!(config.requests.trusted_proxies, 0);
}

#[test]
fn host_and_port_have_second_names_that_give_way_to_the_first() {
    let second = read(&[("API_HOST", "0.0.0.0"), ("API_PORT", "9000")]).expect("second names");
    assert_eq!(
        second.listen,
        Listen {
            host: IpAddr::from([0, 0, 0, 0]),
            port: 9000
        }
    );
    let both = read(&[("API_PORT", "9000"), ("PORT", "7000")]).expect("both names");
    assert_eq!(both.listen.port, 7000);
    for name in ["HOST", "API_HOST", "PORT", "API_PORT"] {
        let told = complaint(&[(name, "my house")]);
        assert!(told.starts_with(&format!("{name} is “my house”")), "{told}");
    }
}

#[test]
fn a_spreadsheet_needs_an_id_and_a_key() {
    assert!(complaint(&[("SPREADSHEET_ID", "abc")]).contains("no service-account key"));
    assert!(complaint(&[("GOOGLE_SERVICE_ACCOUNT_JSON", KEY)]).contains("SPREADSHEET_ID is not set"));
    assert!(complaint(&[("SHEETS_API_URL", "http://127.0.0.1:1")]).contains("SHEETS_API_URL is set, but"));
}

#[test]
fn the_address_of_a_spreadsheet_serves_as_its_id_and_the_key_may_come_in_base64() {
    let config = read(&[
        (
            "SPREADSHEET_ID",
            "https://docs.google.com/spreadsheets/d/1AbC-d_E/edit#gid=0",
        ),
        ("GOOGLE_SERVICE_ACCOUNT_JSON", &BASE64_STANDARD.encode(KEY)),
    ])
    .expect("complete");
    let SpreadsheetSource::Remote(remote) = config.spreadsheet else {
        panic!("the embedded spreadsheet was chosen")
    };
    assert_eq!(remote.id, "1AbC-d_E");
    assert_eq!(remote.key.private_key, "-----BEGIN-----\nabc\n-----END-----");
}

#[test]
fn the_environment_beats_the_secrets_file_and_an_unknown_entry_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("secrets.json");
    let write = |text: &str| std::fs::write(&path, text).expect("written");
    let file = path.to_str().expect("unicode path");

    write(&format!(
        r#"{{"_about": "x", "spreadsheet_id": "from-file", "google_service_account": {KEY}}}"#
    ));
    for (settings, expected) in [
        (vec![("SECRETS_FILE", file)], "from-file"),
        (
            vec![("SECRETS_FILE", file), ("SPREADSHEET_ID", "from-environment")],
            "from-environment",
        ),
    ] {
        let SpreadsheetSource::Remote(remote) = read(&settings).expect("complete").spreadsheet else {
            panic!("embedded")
        };
        assert_eq!(remote.id, expected);
    }

    write(r#"{"spreadsheetid": "x"}"#);
    assert!(complaint(&[("SECRETS_FILE", file)]).contains("“spreadsheetid”"));
}

#[test]
fn the_example_of_the_secrets_file_names_every_entry_and_is_not_mistaken_for_secrets() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/secrets.example.json");
    let told = complaint(&[("SECRETS_FILE", example)]);
    assert!(told.contains("SPREADSHEET_ID"), "{told}");
}

#[test]
fn the_names_of_hosts_come_from_two_settings_and_are_refused_when_they_are_no_names() {
    let everywhere = ("HOST", "0.0.0.0");
    for (settings, unlimited) in [
        (vec![], false),
        (vec![everywhere], true),
        (vec![everywhere, ("PUBLIC_URL", "https://board.example/below")], false),
        (vec![everywhere, ("PUBLIC_URL", "http://[2001:db8::1]:8080")], false),
        (
            vec![
                everywhere,
                ("ALLOWED_HOSTS", "board.example, *.teams.example,203.0.113.7"),
            ],
            false,
        ),
        (vec![everywhere, ("ALLOWED_HOSTS", " , ")], true),
    ] {
        let config = read(&settings).expect("names");
        assert_eq!(config.callers.hosts.are_unlimited(), unlimited, "{settings:?}");
    }
    for wrong in [
        "*",
        "https://board.example",
        "board.example:8080",
        "good.example, b*.example",
    ] {
        let told = complaint(&[("ALLOWED_HOSTS", wrong)]);
        assert!(
            told.starts_with("ALLOWED_HOSTS holds “") && told.contains("*.example.com"),
            "{told}"
        );
    }
}

#[test]
fn connections_are_counted_by_address_only_without_a_proxy_and_fit_the_open_files() {
    let direct = read(&[]).expect("defaults").callers;
    assert_eq!(
        (direct.connections.in_all, direct.connections.per_network),
        (4_000, 1_024)
    );
    assert_eq!((direct.streams.in_all, direct.streams.per_network), (2_000, 256));
    let behind = read(&[("TRUSTED_PROXIES", "1")]).expect("a proxy").callers;
    assert_eq!(
        (behind.connections.per_network, behind.streams.per_network),
        (usize::MAX, 256)
    );
    let told = complaint(&[("ENVIRONMENT", "production"), ("MAX_CONNECTIONS_PER_ADDRESS", "10")]);
    assert!(told.contains("TRUSTED_PROXIES is 1"), "{told}");
    for files in [0, 1, 64, 1_024, 4_127, 4_128, u64::MAX] {
        for callers in [&direct, &behind] {
            let fitting = (*callers).clone().within_open_files(files);
            let (connections, streams) = (fitting.connections, fitting.streams);
            assert!(
                connections.in_all >= 1 && connections.in_all <= 4_000,
                "{files}: {connections:?}"
            );
            assert!(streams.in_all <= connections.in_all, "{files}: {streams:?}");
            if files < 4_128 {
                assert!(connections.in_all as u64 <= files.max(1), "{files}: {connections:?}");
                assert!(
                    streams.per_network <= streams.in_all.div_ceil(2),
                    "{files}: {streams:?}"
                );
            }
        }
    }
}
