//! Every setting alone, without each setting that it needs, and with values that cannot be used.

use std::{collections::BTreeSet, ffi::OsString, path::Path};

use tempfile::TempDir;

use crate::config::{
    Config, names,
    tests::{KEY, read},
    values::MIN_SECRET_LENGTH,
};

/// A setting of the program, with what makes it whole.
struct Setting {
    name: &'static str,
    /// A value that is accepted together with `with`; a name of [`FILES`] stands for the path of that file.
    value: &'static str,
    /// Settings without which it would have no effect, so that it is refused.
    with: &'static [(&'static str, &'static str)],
    /// Values that cannot be used, each with a part of the sentence about it.
    refused: &'static [(&'static str, &'static str)],
    is_secret: bool,
}

const fn setting(
    name: &'static str,
    value: &'static str,
    with: &'static [(&'static str, &'static str)],
    refused: &'static [(&'static str, &'static str)],
) -> Setting {
    Setting {
        name,
        value,
        with,
        refused,
        is_secret: false,
    }
}

impl Setting {
    const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }
}

/// Files of the tests, by name, with their content.
const FILES: [(&str, &str); 4] = [
    ("key.json", KEY),
    ("mapping.json", r#"{"path": "users", "records": "/users", "id": "/id"}"#),
    ("catalog.txt", "GitHub"),
    ("some-secrets.json", "{}"),
];

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const HOOK: &str = "https://hooks.slack.com/services/T0/B0/secret";
const MAIL: &[(&str, &str)] = &[
    ("SMTP_URL", "smtps://user:password@mail.example.com"),
    ("MAIL_FROM", "board@example.com"),
];
const SLACK: &[(&str, &str)] = &[("SLACK_WEBHOOK_URL", HOOK)];
const GOOGLE: &[(&str, &str)] = &[
    ("SPREADSHEET_ID", "1AbC-d_E"),
    ("GOOGLE_APPLICATION_CREDENTIALS", "key.json"),
];
const NUMBERS_FROM_1: &[(&str, &str)] = &[
    ("0", "a whole number from 1 to"),
    ("-1", "a whole number from 1 to"),
    ("many", "a whole number from 1 to"),
    ("99999999999", "a whole number from 1 to"),
];
const PORTS: &[(&str, &str)] = &[
    ("http", "a whole number from 0 to 65535"),
    ("70000", "a whole number from 0 to 65535"),
];
const ADDRESSES: &[(&str, &str)] = &[("my house", "an IP address"), ("[::1]", "an IP address")];
const TIMES: &[(&str, &str)] = &[
    ("25:00", "a time of day"),
    ("8", "a time of day"),
    ("morning", "a time of day"),
];
const MAILBOXES: &[(&str, &str)] = &[("nobody", "a mail address"), ("a@b@c", "a mail address")];
const HOOKS: &[(&str, &str)] = &[
    (
        "hooks.slack.com/services/T0/B0/hush",
        "https://hooks.slack.com/services/…",
    ),
    ("httpx://hooks.slack.com/hush", "https://hooks.slack.com/services/…"),
    (
        "https://hooks.slack.com/with space/hush",
        "https://hooks.slack.com/services/…",
    ),
];
const SECRETS: &[(&str, &str)] = &[
    ("x", "has 1 character, so that it can be guessed; at least 32"),
    (
        "hush-hush-hush-hush-hush-hush-3",
        "has 31 characters, so that it can be guessed; at least 32",
    ),
];
const SWITCHES: &[(&str, &str)] = &[("perhaps", "true or false")];

#[rustfmt::skip]
const SETTINGS: &[Setting] = &[
    setting("PORT", "8080", &[], PORTS),
    setting("API_PORT", "8080", &[], PORTS),
    setting("HOST", "0.0.0.0", &[], ADDRESSES),
    setting("API_HOST", "::1", &[], ADDRESSES),
    setting("ENVIRONMENT", "production", &[], &[("moon", "development or production")]),
    setting("RUST_LOG", "warn,deals=debug", &[], &[
        ("!!!bad", "a log filter"), ("inof", "a log filter"), ("info,deals=loud", "a log filter"), ("deals", "a log filter"),
    ]),
    setting("SECRETS_FILE", "some-secrets.json", &[], &[("nowhere.json", "cannot be read"), ("mapping.json", "means nothing here"), ("catalog.txt", "not valid JSON")]),
    setting("DATA_DIR", "/var/lib/tallyboard", &[], &[]),
    setting("SPREADSHEET_ID", "1AbC-d_E", &[("GOOGLE_APPLICATION_CREDENTIALS", "key.json")], &[("../../x", "between /d/ and /edit")]),
    setting("GOOGLE_APPLICATION_CREDENTIALS", "key.json", &[("SPREADSHEET_ID", "1AbC-d_E")], &[("nowhere.json", "cannot be read"), ("catalog.txt", "not valid JSON"), ("mapping.json", "client_email")]),
    setting("GOOGLE_SERVICE_ACCOUNT_JSON", KEY, &[("SPREADSHEET_ID", "1AbC-d_E")], &[
        ("{", "not valid JSON"), ("{}", "client_email"), (r#"{"private_key": "hush"}"#, "client_email"), ("aHVzaA==", "not valid JSON"),
    ]).secret(),
    setting("SHEETS_API_URL", "http://127.0.0.1:9090", GOOGLE, &[("127.0.0.1:9090", "an address"), ("ftp://x", "an address")]),
    setting("FRESH_SECONDS", "0", &[], &[("-1", "from 0 to 86400"), ("86401", "from 0 to 86400"), ("soon", "from 0 to 86400")]),
    setting("DRIVE_CHANGE_CHECK", "true", GOOGLE, SWITCHES),
    setting("SHEETS_CALLS_PER_MINUTE", "54", GOOGLE, NUMBERS_FROM_1),
    setting("SHEETS_TIMEOUT_SECONDS", "15", &[], &[("0", "from 1 to 600"), ("601", "from 1 to 600"), ("15s", "from 1 to 600")]),
    setting("TIME_ZONE", "UTC", &[], &[("Paris", "Europe/Paris"), ("+02:00", "Europe/Paris")]),
    setting("PUBLIC_URL", "https://board.example.com", &[], &[("board.example.com", "an address"), ("https://x/?a=b", "an address"), ("ftp://x", "an address")]),
    setting("POSTS_PER_MINUTE", "120", &[], NUMBERS_FROM_1),
    setting("GETS_PER_MINUTE", "0", &[], &[("-1", "a whole number from 0 to"), ("many", "a whole number from 0 to")]),
    setting("WORK_PER_MINUTE", "0", &[], &[("-1", "a whole number from 0 to"), ("many", "a whole number from 0 to")]),
    setting("TRUSTED_PROXIES", "2", &[], &[("-1", "from 0 to 20"), ("21", "from 0 to 20"), ("10.0.0.0/8", "from 0 to 20")]),
    setting("ALLOWED_HOSTS", "board.example, *.teams.example", &[], &[("*", "with * only in front of a dot"), ("https://board.example", "without https://"), ("board.example:80", "port")]),
    setting("MAX_CONNECTIONS", "100", &[], NUMBERS_FROM_1),
    setting("MAX_CONNECTIONS_PER_ADDRESS", "10", &[], NUMBERS_FROM_1),
    setting("MAX_STREAMS", "0", &[], &[("-1", "from 0 to 1000000"), ("1000001", "from 0 to 1000000")]),
    setting("MAX_STREAMS_PER_ADDRESS", "0", &[], &[("-1", "from 0 to 1000000"), ("1000001", "from 0 to 1000000")]),
    setting("HTTPS", "redirect", &[("TRUSTED_PROXIES", "1"), ("PUBLIC_URL", "https://board.example.com")], &[("yes", "redirect or off")]),
    setting("HSTS", "off", &[], &[("yes", "on or off")]),
    setting("CORS_ORIGINS", "https://app.example.com", &[], &[("*", "a list of origins"), ("null", "a list of origins")]),
    setting("SECURITY_CONTACT", "security@example.com", &[], &[("nobody", "a mail address")]),
    setting("SIGNING_SECRET", SECRET, &[], SECRETS).secret(),
    setting("INTEGRATIONS_FILE", "catalog.txt", &[], &[("/nope.txt", "cannot be read"), ("/", "it is not a file")]),
    setting("TEAM_GOAL", "120/month", &[], &[("120", "120/month"), ("0/month", "120/month"), ("120/moon", "120/month")]),
    setting("STANDINGS_WEBHOOK_URL", HOOK, &[], HOOKS).secret(),
    setting("STANDINGS_AT", "Monday 09:00", &[("STANDINGS_WEBHOOK_URL", HOOK)], &[("09:00", "Monday 09:00"), ("Moonday 09:00", "Monday 09:00")]),
    setting("DEALS_LOST_STATUS", "true", &[], SWITCHES),
    setting("DEALS_COLD_DAYS", "Prospect=14", &[], &[("soon", "a number of days"), ("-1", "a number of days"), ("Gagné=3", "a number of days")]),
    setting("SMTP_URL", "smtps://user:password@mail.example.com", &[("MAIL_FROM", "board@example.com")], &[
        ("imap://user:hush@mail.example.com", "SMTP_URL cannot be read"), ("smtps://user:hush/hush@mail", "Percent-encode"), ("smtps://user:hush#hush@mail", "Percent-encode"),
    ]).secret(),
    setting("MAIL_FROM", "board@example.com", &[("SMTP_URL", "smtps://user:password@mail.example.com")], &[("board", "an address")]),
    setting("SLACK_WEBHOOK_URL", HOOK, &[], HOOKS).secret(),
    setting("DEALS_MAIL_TO", "sales@example.com", MAIL, MAILBOXES),
    setting("REMINDERS_AT", "08:00", MAIL, TIMES),
    setting("REMINDERS_LANGUAGE", "en", SLACK, &[("de", "fr or en")]),
    setting("REMINDERS_TOKEN", SECRET, SLACK, SECRETS).secret(),
    setting("SLACK_CUSTOMER_ALERTS_URL", HOOK, &[], HOOKS).secret(),
    setting("SLACK_CUSTOMER_HEALTH_URL", HOOK, &[], HOOKS).secret(),
    setting("SLACK_DAILY_SUMMARIES_URL", HOOK, &[], HOOKS).secret(),
    setting("CUSTOMERS_MAIL_TO", "success@example.com", MAIL, MAILBOXES),
    setting("DAILY_SUMMARY_AT", "08:30", &[("SLACK_DAILY_SUMMARIES_URL", HOOK)], TIMES),
    setting("SYNC_SCHEDULE", "stripe: 0 2 * * *; all: 0 3 * * *", &[("STRIPE_API_KEY", "key")], &[
        ("off: 1", "no source “off”"), ("strip: 0 2 * * *", "no source “strip”"), ("stripe 0 2 * * *", "has no colon"),
        ("all: 0 2 * *", "five fields"), ("all: 99 2 * * *", "SYNC_SCHEDULE"),
    ]),
    setting("REPORTING_CURRENCY", "EUR", &[], &[("euro", "three letters"), ("€", "three letters")]),
    setting("INTERCOM_API_KEY", "key-of-the-source", &[], &[("two\nlines", "copy it again")]).secret(),
    setting("INTERCOM_API_URL", "https://api.eu.intercom.io", &[("INTERCOM_API_KEY", "key")], &[("example", "address of the API")]),
    setting("INTERCOM_CALLS_PER_MINUTE", "30", &[("INTERCOM_API_KEY", "key")], NUMBERS_FROM_1),
    setting("HUBSPOT_API_KEY", "key-of-the-source", &[], &[("two\nlines", "copy it again")]).secret(),
    setting("HUBSPOT_API_URL", "https://api.hubapi.com", &[("HUBSPOT_API_KEY", "key")], &[("example", "address of the API")]),
    setting("HUBSPOT_CALLS_PER_MINUTE", "30", &[("HUBSPOT_API_KEY", "key")], NUMBERS_FROM_1),
    setting("CALENDLY_API_KEY", "key-of-the-source", &[], &[("two\nlines", "copy it again")]).secret(),
    setting("CALENDLY_API_URL", "https://api.calendly.com", &[("CALENDLY_API_KEY", "key")], &[("example", "address of the API")]),
    setting("CALENDLY_CALLS_PER_MINUTE", "30", &[("CALENDLY_API_KEY", "key")], NUMBERS_FROM_1),
    setting("USERFLOW_API_KEY", "key-of-the-source", &[], &[("two\nlines", "copy it again")]).secret(),
    setting("USERFLOW_API_URL", "https://api.eu.userflow.com", &[("USERFLOW_API_KEY", "key")], &[("example", "address of the API")]),
    setting("USERFLOW_CALLS_PER_MINUTE", "30", &[("USERFLOW_API_KEY", "key")], NUMBERS_FROM_1),
    setting("FATHOM_API_KEY", "key-of-the-source", &[], &[("two\nlines", "copy it again")]).secret(),
    setting("FATHOM_API_URL", "https://api.fathom.ai", &[("FATHOM_API_KEY", "key")], &[("example", "address of the API")]),
    setting("FATHOM_CALLS_PER_MINUTE", "30", &[("FATHOM_API_KEY", "key")], NUMBERS_FROM_1),
    setting("CHARTMOGUL_API_KEY", "key-of-the-source", &[], &[("two\nlines", "copy it again")]).secret(),
    setting("CHARTMOGUL_API_URL", "https://api.chartmogul.com", &[("CHARTMOGUL_API_KEY", "key")], &[("example", "address of the API")]),
    setting("CHARTMOGUL_CALLS_PER_MINUTE", "30", &[("CHARTMOGUL_API_KEY", "key")], NUMBERS_FROM_1),
    setting("STRIPE_API_KEY", "key-of-the-source", &[], &[("two\nlines", "copy it again")]).secret(),
    setting("STRIPE_API_URL", "https://api.stripe.com", &[("STRIPE_API_KEY", "key")], &[("example", "address of the API")]),
    setting("STRIPE_CALLS_PER_MINUTE", "30", &[("STRIPE_API_KEY", "key")], NUMBERS_FROM_1),
    setting("HUBSPOT_API_VERSION", "v3", &[("HUBSPOT_API_KEY", "key")], &[]),
    setting("DASHBOARD_API_KEY", "key-of-the-source", &[("DASHBOARD_API_URL", "https://x"), ("DASHBOARD_MAPPING", "mapping.json")], &[("two\nlines", "copy it again")]).secret(),
    setting("DASHBOARD_API_URL", "https://x", &[("DASHBOARD_API_KEY", "key"), ("DASHBOARD_MAPPING", "mapping.json")], &[("example", "address of the API")]),
    setting("DASHBOARD_MAPPING", "mapping.json", &[("DASHBOARD_API_KEY", "key"), ("DASHBOARD_API_URL", "https://x")], &[("nowhere.json", "cannot be read"), ("catalog.txt", "not valid JSON")]),
    setting("DASHBOARD_CALLS_PER_MINUTE", "30", &[("DASHBOARD_API_KEY", "key"), ("DASHBOARD_API_URL", "https://x"), ("DASHBOARD_MAPPING", "mapping.json")], NUMBERS_FROM_1),
];

fn files() -> TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for (name, content) in FILES {
        std::fs::write(folder.path().join(name), content).expect("written");
    }
    folder
}

/// Result of these settings, with names of files replaced by their paths.
fn outcome(folder: &Path, settings: &[(&str, &str)]) -> Result<(), String> {
    let path = |value: &str| match FILES.iter().any(|(name, _)| *name == value) {
        true => folder.join(value).to_str().expect("unicode path").to_owned(),
        false => value.to_owned(),
    };
    let settings: Vec<(&str, String)> = settings.iter().map(|(name, value)| (*name, path(value))).collect();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    read(&settings).map(drop).map_err(|error| error.to_string())
}

fn refusal(folder: &Path, settings: &[(&str, &str)]) -> String {
    let Err(sentence) = outcome(folder, settings) else {
        panic!("{settings:?} was accepted");
    };
    assert!(
        sentence.ends_with(['.', 'x']) || sentence.ends_with("-hex 32"),
        "{sentence}"
    );
    sentence
}

/// The table lists every setting that the program reads, so that none is added without its halves.
#[test]
fn the_table_of_halves_lists_every_setting() {
    let listed: BTreeSet<String> = SETTINGS.iter().map(|setting| setting.name.to_owned()).collect();
    assert_eq!(listed, names::all());
    assert_eq!(listed.len(), SETTINGS.len(), "a setting is listed twice");
}

#[test]
fn every_setting_is_accepted_when_it_is_whole_and_refused_without_each_part_that_it_needs() {
    let folder = files();
    let mut halves = 0;
    for setting in SETTINGS {
        let own = (setting.name, setting.value);
        let whole: Vec<(&str, &str)> = [own].into_iter().chain(setting.with.iter().copied()).collect();
        assert_eq!(outcome(folder.path(), &whole), Ok(()), "{}", setting.name);
        if setting.with.is_empty() {
            continue;
        }
        let alone = refusal(folder.path(), &[own]);
        assert!(alone.contains(setting.name), "{}: {alone}", setting.name);
        for (missing, _) in setting.with {
            let rest: Vec<(&str, &str)> = whole.iter().copied().filter(|(name, _)| name != missing).collect();
            let sentence = refusal(folder.path(), &rest);
            assert!(sentence.contains(missing), "without {missing}: {sentence}");
            halves += 1;
        }
    }
    assert!(halves > 40, "only {halves} halves");
}

#[test]
fn every_value_that_cannot_be_used_is_refused_by_name_and_no_secret_is_shown() {
    let folder = files();
    let mut refused = 0;
    for setting in SETTINGS {
        for (value, expected) in setting.refused {
            let settings: Vec<(&str, &str)> = [(setting.name, *value)]
                .into_iter()
                .chain(setting.with.iter().copied())
                .collect();
            let sentence = refusal(folder.path(), &settings);
            let name = setting.name;
            assert!(sentence.contains(expected), "{name}={value}: {sentence}");
            assert!(
                sentence.contains(name) || name == "SECRETS_FILE",
                "{name}={value}: {sentence}"
            );
            let shown = ["hush", "lines", "key-of-the-source"];
            let leak = shown.iter().find(|part| setting.is_secret && sentence.contains(**part));
            assert_eq!(leak, None, "{sentence}");
            refused += 1;
        }
    }
    assert!(refused > 120, "only {refused} values");
}

#[test]
fn halves_in_the_secrets_file_are_refused_like_those_in_the_environment() {
    let folder = files();
    let path = folder.path().join("halves.json");
    let file = path.to_str().expect("unicode path");
    let short = "hush".repeat(MIN_SECRET_LENGTH / 4 - 1);
    let key = format!(r#"{{"google_service_account": {KEY}}}"#);
    for (secrets, expected) in [
        (r#"{"spreadsheet_id": "1AbC"}"#.to_owned(), "SPREADSHEET_ID"),
        (
            r#"{"sheets_api_url": "http://127.0.0.1:1"}"#.to_owned(),
            "SHEETS_API_URL",
        ),
        (
            key,
            "google_service_account in the secrets file is set, but SPREADSHEET_ID is not",
        ),
        (
            r#"{"smtp_url": "smtps://user:hush@mail.example.com"}"#.to_owned(),
            "MAIL_FROM is not",
        ),
        (
            r#"{"slack_webhook_url": "hush"}"#.to_owned(),
            "SLACK_WEBHOOK_URL cannot be read",
        ),
        (
            r#"{"standings_webhook_url": "hush"}"#.to_owned(),
            "STANDINGS_WEBHOOK_URL cannot be read",
        ),
        (
            format!(r#"{{"reminders_token": "{short}"}}"#),
            "REMINDERS_TOKEN has 28 characters",
        ),
        (
            format!(r#"{{"reminders_token": "{SECRET}"}}"#),
            "neither SMTP_URL nor SLACK_WEBHOOK_URL is",
        ),
        (
            format!(r#"{{"signing_secret": "{short}"}}"#),
            "SIGNING_SECRET has 28 characters",
        ),
        (r#"{"signing_secret": 12}"#.to_owned(), "is not valid JSON of the form"),
        (
            r#"{"sources": {"stripe": {"api_url": "https://x"}}}"#.to_owned(),
            "STRIPE_API_KEY is not",
        ),
    ] {
        std::fs::write(&path, &secrets).expect("written");
        let sentence = refusal(folder.path(), &[("SECRETS_FILE", file)]);
        assert!(
            sentence.contains(expected) && !sentence.contains("hush"),
            "{secrets}: {sentence}"
        );
    }
}

#[test]
fn a_setting_that_is_not_text_is_not_taken_for_an_absent_one() {
    let invalid = |name: &str| {
        #[cfg(unix)]
        let value = std::os::unix::ffi::OsStringExt::from_vec(b"hush\xff".to_vec());
        #[cfg(not(unix))]
        let value = OsString::new();
        (name == "SIGNING_SECRET").then_some::<OsString>(value)
    };
    if cfg!(unix) {
        let refused = Config::from_variables(&invalid).err().map(|error| error.to_string());
        let expected = "SIGNING_SECRET is not UTF-8 text. Enter it again, or unset it.";
        assert_eq!(refused.as_deref(), Some(expected));
    }
}

#[test]
fn a_variable_that_is_spelt_almost_like_a_setting_is_told_and_others_are_left_alone() {
    for (variable, meant) in [
        ("SMPT_URL", "SMTP_URL"),
        ("SPREADSHET_ID", "SPREADSHEET_ID"),
        ("REMINDER_TOKEN", "REMINDERS_TOKEN"),
        ("signing_secret", "SIGNING_SECRET"),
        ("POST_PER_MINUTE", "POSTS_PER_MINUTE"),
    ] {
        let sentences = names::misspelt([variable.to_owned()]);
        let expected =
            format!("The environment has {variable}, which is no setting. If {meant} is meant, correct the name.");
        assert_eq!(sentences, [expected]);
    }
    let foreign = [
        "PATH",
        "HOSTNAME",
        "HOSTS",
        "LANG",
        "DATABASE_URL",
        "STRIPE_SECRET_KEY",
        "SLACK_TOKEN",
        "GOOGLE_CLOUD_PROJECT",
        "RUST_BACKTRACE",
    ];
    let own = names::all();
    let variables = foreign.into_iter().map(str::to_owned).chain(own);
    assert_eq!(names::misspelt(variables), [""; 0]);
}
