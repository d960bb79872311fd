//! Conformance tests that every source must pass.

use std::{collections::BTreeSet, num::NonZeroU32, time::Duration};

use customer_sources::{
    FeedRequirement, ReadProgress, SourceError, SourceRun, SyncCursor, Vendor, VendorSettings, Verification,
    event::{CustomerEvent, EventDetail},
    mrr::{FiniteDiscounts, monthly_revenue},
    observation::{Observation, RecordEffect},
    vendors::VENDORS,
};
use jiff::SignedDuration;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use test_support::fake_vendor::{FakeVendor, Lists, Reply, Serve};

use crate::{
    harness::{Brought, Material, TestTime, now, open_at, read_all, read_on},
    vendors,
};

/// Test data and expectations for one vendor.
pub struct Case {
    pub vendor: &'static Vendor,
    pub settings: VendorSettings,
    pub lists: Lists,
    pub serve: Serve,
    /// Headers required on every call.
    pub headers: Vec<(&'static str, String)>,
    /// Path of the list into which bad records are inserted, and JSON pointer to the id in its records.
    pub main: (&'static str, &'static str),
    /// Lists and JSON pointers to fields where the vendor may introduce new values.
    pub words: Vec<(&'static str, &'static str)>,
    /// Rate-limit response of the vendor, and the delay that it asks for.
    pub limited: (Reply, Option<Duration>),
    /// Response body of the vendor to an invalid key.
    pub unauthorized: Value,
}

/// Cases of all vendors: on material of our own, and on the recorded material where it is there.
fn cases() -> Vec<Case> {
    let by_hand = [vendors::userflow::case(), vendors::fathom::case()];
    let of_material = Material::available().flat_map(|material| {
        [
            vendors::intercom::case(material),
            vendors::hubspot::case(material),
            vendors::calendly::case(material),
            vendors::dashboard::case(material),
            vendors::chartmogul::case(material),
            vendors::stripe::case(material),
        ]
    });
    by_hand.into_iter().chain(of_material).collect()
}

/// Fields that hold the id of a record.
const IDS: &[&str] = &["id", "uuid", "uri", "recording_id"];

/// Lists with every field of every record replaced by `by`, except the ids.
fn replaced(lists: &Lists, by: &Value) -> Lists {
    let mut lists = lists.clone();
    for record in lists.values_mut().flatten() {
        for (name, value) in record.as_object_mut().into_iter().flatten() {
            if !IDS.contains(&name.as_str()) && name != "resource" {
                *value = by.clone();
            }
        }
    }
    lists
}

impl Case {
    async fn start(&self) -> (FakeVendor, TestTime) {
        (FakeVendor::start(self.lists.clone(), self.serve).await, TestTime::new())
    }

    async fn start_with(&self, lists: Lists) -> (FakeVendor, TestTime) {
        (FakeVendor::start(lists, self.serve).await, TestTime::new())
    }

    async fn read(&self, fake: &FakeVendor, time: &TestTime) -> Result<Brought, SourceError> {
        let source = open_at(self.vendor, self.settings.clone(), fake.url(), time);
        read_all(&source, SourceRun::full(now())).await
    }

    /// Full read in which the first calls get the given responses.
    async fn read_after(&self, faults: Vec<Reply>) -> (Result<Brought, SourceError>, FakeVendor, TestTime) {
        let (fake, time) = self.start().await;
        fake.fail(faults);
        let brought = self.read(&fake, &time).await;
        (brought, fake, time)
    }

    async fn whole(&self) -> Brought {
        let (fake, time) = self.start().await;
        self.read(&fake, &time)
            .await
            .unwrap_or_else(|failure| panic!("{}: {failure}", self.vendor.name))
    }
}

#[tokio::test]
async fn every_call_carries_the_key_and_the_version() {
    for case in cases() {
        let (fake, time) = case.start().await;
        case.read(&fake, &time).await.expect("all pages");
        for seen in fake.calls() {
            for (name, value) in &case.headers {
                assert_eq!(
                    seen.header(name),
                    Some(value.as_str()),
                    "{}: {name} of {}",
                    case.vendor.name,
                    seen.path
                );
            }
            let key = case.settings.key.reveal();
            let in_address = seen.query.iter().any(|(_, value)| value.contains(key)) || seen.path.contains(key);
            assert!(!in_address, "{}: the key stands in {}", case.vendor.name, seen.path);
        }
    }
}

#[tokio::test]
async fn lists_are_read_to_their_end_over_several_pages() {
    for case in cases() {
        let brought = case.whole().await;
        let name = case.vendor.name;
        let listed = case.lists[case.main.0].len();
        assert!(listed >= 2, "{name}: {listed} records make no second page");
        assert!(brought.pages >= 2, "{name}: {} pages", brought.pages);
        assert_eq!(brought.findings, [], "{name}");
        let expected = case.lists[case.main.0]
            .iter()
            .map(|record| record.pointer(case.main.1).expect("id"));
        for id in expected.map(|id| id.to_string().trim_matches('"').to_owned()) {
            let came = brought
                .ids()
                .iter()
                .any(|came| came.split(' ').nth(1).is_some_and(|came| id.ends_with(came)));
            assert!(came, "{name}: {id} is not among {:?}", brought.ids());
        }
        let again = case.whole().await;
        assert_eq!(again.ids(), brought.ids(), "{name}");
        assert_eq!(
            (again.observations, again.events),
            (brought.observations, brought.events),
            "{name}"
        );
    }
}

#[tokio::test]
async fn everything_that_came_is_signed_with_its_source() {
    for case in cases() {
        let brought = case.whole().await;
        let name = case.vendor.name;
        assert!(
            brought
                .observations
                .iter()
                .all(|seen| seen.source == name && !seen.feed.is_empty())
        );
        assert!(brought.events.iter().all(|event| event.source == name));
    }
}

#[tokio::test]
async fn a_run_that_broke_goes_on_from_its_last_page() {
    for case in cases() {
        let whole = case.whole().await;
        let (fake, time) = case.start().await;
        let source = open_at(case.vendor, case.settings.clone(), fake.url(), &time);
        let mut cursor = source.start(SourceRun::full(now()));
        let mut brought = Brought::default();
        loop {
            // A new client reads each page, as after a crash.
            let source = open_at(case.vendor, case.settings.clone(), fake.url(), &time);
            let (page, progress) = source.next(&cursor).await.expect("a page");
            brought.take(page);
            match progress {
                ReadProgress::More(next) => cursor = next,
                ReadProgress::Done { .. } => break,
            }
        }
        assert_eq!(brought.ids(), whole.ids(), "{}", case.vendor.name);
        assert_eq!(brought.pages, whole.pages, "{}", case.vendor.name);
    }
}

#[tokio::test]
async fn a_cursor_of_a_list_that_is_no_longer_known_starts_over() {
    for case in cases() {
        let whole = case.whole().await;
        let (fake, time) = case.start().await;
        let source = open_at(case.vendor, case.settings.clone(), fake.url(), &time);
        let run = serde_json::to_value(SourceRun::full(now())).expect("a run");
        let stored = json!({"run": run, "feed": "a list of last year", "after": "x"});
        let cursor: SyncCursor = serde_json::from_value(stored).expect("a cursor");
        let brought = read_on(&source, cursor).await.expect("all pages");
        assert_eq!(brought.ids(), whole.ids(), "{}", case.vendor.name);
    }
}

#[tokio::test]
async fn a_cursor_that_is_refused_can_be_rewound_to_the_start_of_its_list() {
    for case in cases() {
        let whole = case.whole().await;
        let (fake, time) = case.start().await;
        let source = open_at(case.vendor, case.settings.clone(), fake.url(), &time);
        let start = source.start(SourceRun::full(now()));
        let (first, ReadProgress::More(second)) = source.next(&start).await.expect("a page") else {
            panic!("{} has one page", case.vendor.name)
        };
        fake.fail(vec![Reply::with_status(
            400,
            &json!({"message": "The page token has expired."}),
        )]);
        let failure = source.next(&second).await.expect_err("no page");
        assert_eq!(failure.kind(), "refused", "{}", case.vendor.name);
        let mut brought = read_on(&source, second.rewound()).await.expect("all pages");
        brought.take(first);
        assert_eq!(brought.ids(), whole.ids(), "{}", case.vendor.name);
    }
}

#[tokio::test]
async fn too_many_calls_are_waited_out_as_the_vendor_asks() {
    for case in cases() {
        let (refusal, pause) = case.limited.clone();
        let (brought, _, time) = case.read_after(vec![refusal]).await;
        let brought = brought.unwrap_or_else(|failure| panic!("{}: {failure}", case.vendor.name));
        assert_eq!(brought.ids(), case.whole().await.ids(), "{}", case.vendor.name);
        let longest = time.slept().into_iter().max().unwrap_or_default();
        match pause {
            Some(pause) => assert!(
                time.slept().contains(&pause),
                "{}: slept {:?}",
                case.vendor.name,
                time.slept()
            ),
            None => assert!(
                longest >= Duration::from_secs(1),
                "{}: slept {longest:?}",
                case.vendor.name
            ),
        }
    }
}

#[tokio::test]
async fn a_spent_allowance_is_waited_out_before_the_next_call() {
    for case in cases() {
        let (refusal, Some(pause)) = case.limited.clone() else {
            continue;
        };
        // High enough that the client's own rate limit never delays a call.
        let settings = VendorSettings {
            calls_per_minute: NonZeroU32::new(1_000_000),
            ..case.settings.clone()
        };
        let (fake, time) = case.start().await;
        let source = open_at(case.vendor, settings.clone(), fake.url(), &time);
        let whole = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        let name = case.vendor.name;
        assert!(time.slept().is_empty(), "{name}: there is no reason to wait");

        let mut spent = (case.serve)(&case.lists, &fake.calls()[0]);
        let mut of_rate = refusal.headers;
        of_rate.retain(|(name, _)| *name != "content-type");
        spent
            .headers
            .retain(|(name, _)| of_rate.iter().all(|(of_rate, _)| of_rate != name));
        spent.headers.extend(of_rate);
        let (fake, time) = case.start().await;
        fake.fail([spent]);
        let source = open_at(case.vendor, settings, fake.url(), &time);
        let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
        assert_eq!(brought.ids(), whole.ids(), "{name}");
        assert_eq!(time.slept(), [pause], "{name}");
    }
}

#[tokio::test]
async fn a_vendor_that_never_lets_up_is_given_up_in_a_sentence() {
    for case in cases() {
        let (brought, fake, _) = case.read_after(vec![case.limited.0.clone(); 20]).await;
        let failure = brought.expect_err("no page");
        assert_eq!(failure.kind(), "rate_limit", "{}: {failure}", case.vendor.name);
        assert!(failure.to_string().contains(case.vendor.title), "{failure}");
        assert!(
            fake.calls().len() < 10,
            "{}: {} calls",
            case.vendor.name,
            fake.calls().len()
        );
    }
}

#[tokio::test]
async fn a_pause_longer_than_a_run_is_not_waited_for() {
    for case in cases() {
        let refusal = Reply::with_status(429, &json!({})).header("retry-after", 86_400);
        let (brought, fake, _) = case.read_after(vec![refusal]).await;
        let failure = brought.expect_err("no page");
        assert_eq!(fake.calls().len(), 1, "{}", case.vendor.name);
        assert!(
            failure.cure().contains("1440 minutes"),
            "{}: {}",
            case.vendor.name,
            failure.cure()
        );
    }
}

#[tokio::test]
async fn errors_that_pass_are_tried_again() {
    for case in cases() {
        let whole = case.whole().await;
        let truncated = || Reply {
            body: r#"{"data": [{"id": "1", "em"#.to_owned(),
            ..Reply::json(&json!({}))
        };
        for faults in [
            vec![Reply::with_status(500, &json!({"message": "oops"}))],
            vec![Reply::html(502), Reply::html(503), Reply::html(504)],
            vec![truncated()],
            vec![Reply::html(200)],
            vec![Reply::json(&json!({"data": []})).header("content-length", 5000)],
        ] {
            let (brought, ..) = case.read_after(faults.clone()).await;
            let brought = brought.unwrap_or_else(|failure| panic!("{}: {failure} after {faults:?}", case.vendor.name));
            assert_eq!(brought.ids(), whole.ids(), "{}", case.vendor.name);
        }
    }
}

#[tokio::test]
async fn errors_that_stay_are_named() {
    for case in cases() {
        let truncated = Reply {
            body: r#"{"data": [{"id": "1", "em"#.to_owned(),
            ..Reply::json(&json!({}))
        };
        for (fault, kind, told) in [
            (truncated, "unreadable", "it is no JSON at line 1"),
            (Reply::html(200), "unreadable", "it is a web page and no data"),
            (Reply::html(500), "connection", "it answers with status 500"),
            (Reply::html(404), "refused", "status 404"),
            (
                Reply::with_status(400, &json!({"message": "Bad cursor."})),
                "refused",
                "“Bad cursor”",
            ),
            (Reply::json(&json!({"surprise": true})), "unreadable", ""),
        ] {
            let (brought, ..) = case.read_after(vec![fault; 40]).await;
            let failure = brought.expect_err("no page");
            assert_eq!(failure.kind(), kind, "{}: {failure}", case.vendor.name);
            assert!(failure.to_string().contains(told), "{}: {failure}", case.vendor.name);
        }
    }
}

#[tokio::test]
async fn a_bad_key_stops_at_once_with_a_clear_sentence() {
    for case in cases() {
        let refusal = Reply::with_status(401, &case.unauthorized);
        let (brought, fake, _) = case.read_after(vec![refusal; 20]).await;
        let failure = brought.expect_err("no page");
        let told = failure.to_string();
        assert!(
            told.starts_with(&format!("{} refuses the key", case.vendor.title)),
            "{told}"
        );
        assert!(failure.cure().contains("Make a new key"), "{}", failure.cure());
        assert_eq!(fake.calls().len(), 1, "{}", case.vendor.name);

        let key = case.settings.key.reveal();
        let careless = Reply::with_status(401, &json!({"message": format!("Invalid API key: {key}.")}));
        let (brought, ..) = case.read_after(vec![careless]).await;
        let told = format!("{:?}", brought.expect_err("no page"));
        assert!(!told.contains(key) && told.contains("•••"), "{told}");
    }
}

#[tokio::test]
async fn a_missing_permission_stops_what_cannot_do_without() {
    for case in cases() {
        let refusal = Reply::with_status(403, &json!({"message": "No."}));
        let (fake, time) = case.start().await;
        fake.fail([refusal]);
        let source = open_at(case.vendor, case.settings.clone(), fake.url(), &time);
        let failure = source
            .next(&source.start(SourceRun::full(now())))
            .await
            .expect_err("no page");
        assert_eq!(failure.kind(), "missing_scope", "{}: {failure}", case.vendor.name);
        assert!(failure.to_string().contains("does not let this key read"), "{failure}");
    }
}

#[tokio::test]
async fn the_check_passes_with_a_good_key_and_names_a_bad_one() {
    for case in cases() {
        let (fake, time) = case.start().await;
        let source = open_at(case.vendor, case.settings.clone(), fake.url(), &time);
        let probes = source.check().await;
        assert!(!probes.is_empty());
        for probe in probes {
            assert_eq!(probe.outcome, Ok(()), "{}: {}", case.vendor.name, probe.what);
        }
        fake.fail(vec![Reply::with_status(401, &case.unauthorized); 20]);
        let probes = source.check().await;
        assert!(
            probes
                .iter()
                .any(|probe| matches!(&probe.outcome, Err(failure) if failure.kind() == "bad_key"))
        );
    }
}

#[tokio::test]
async fn a_new_word_of_the_vendor_is_kept_and_harms_nothing() {
    for case in cases() {
        let whole = case.whole().await;
        let mut lists = case.lists.clone();
        let mut changed = 0;
        for (list, place) in &case.words {
            for record in lists.get_mut(*list).expect("a list") {
                if let Some(word) = record.pointer_mut(place) {
                    *word = "brand_new_word".into();
                    changed += 1;
                }
            }
        }
        assert!(
            changed > 0 || case.words.is_empty(),
            "{}: no word was changed",
            case.vendor.name
        );
        let (fake, time) = case.start_with(lists).await;
        let brought = case.read(&fake, &time).await.expect("all pages");
        assert_eq!(brought.ids(), whole.ids(), "{}", case.vendor.name);
        assert_eq!(brought.findings, [], "{}", case.vendor.name);
    }
}

#[tokio::test]
async fn records_full_of_nulls_come_through() {
    for case in cases() {
        let (fake, time) = case.start_with(replaced(&case.lists, &Value::Null)).await;
        let brought = case.read(&fake, &time).await;
        brought.unwrap_or_else(|failure| panic!("{}: {failure}", case.vendor.name));
    }
}

#[tokio::test]
async fn fields_of_the_wrong_kind_are_findings_and_harm_nothing() {
    for case in cases() {
        for wrong in [
            json!([]),
            json!({"surprise": []}),
            json!(true),
            json!(-1.5),
            json!("\u{0}💥"),
        ] {
            let (fake, time) = case.start_with(replaced(&case.lists, &wrong)).await;
            let brought = case.read(&fake, &time).await;
            let brought = brought.unwrap_or_else(|failure| panic!("{}: {failure} with {wrong}", case.vendor.name));
            assert!(brought.pages > 0, "{}", case.vendor.name);
        }
    }
}

/// Replaces one random value inside `value`, except ids, by an unexpected one.
fn disturb(value: &mut Value, chance: &mut ChaCha8Rng) {
    let odd = [
        Value::Null,
        json!([]),
        json!({}),
        json!([[null]]),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(i64::MIN),
        json!(""),
        json!("79228162514264337593543950335"),
        json!("brand new"),
    ];
    let inside: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(entries) => {
            let others = entries.iter_mut().filter(|(name, _)| !IDS.contains(&name.as_str()));
            others.map(|(_, value)| value).collect()
        }
        _ => Vec::new(),
    };
    let count = inside.len();
    match inside.into_iter().nth(chance.random_range(0..count.max(1))) {
        Some(inner) if chance.random_ratio(2, 3) => disturb(inner, chance),
        Some(inner) => *inner = odd[chance.random_range(0..odd.len())].clone(),
        None => *value = odd[chance.random_range(0..odd.len())].clone(),
    }
}

#[tokio::test]
async fn records_that_are_wrong_anywhere_never_stop_a_run() {
    for case in cases() {
        for seed in 0..30 {
            let mut chance = ChaCha8Rng::seed_from_u64(seed);
            let mut lists = case.lists.clone();
            for record in lists.values_mut().flatten() {
                // The fake server itself uses records with `resource`, so they stay unchanged.
                if record.get("resource").is_none() {
                    (0..3).for_each(|_| disturb(record, &mut chance));
                }
            }
            let (fake, time) = case.start_with(lists).await;
            let brought = case.read(&fake, &time).await;
            let brought = brought.unwrap_or_else(|failure| panic!("{}, seed {seed}: {failure}", case.vendor.name));
            for event in &brought.events {
                if let EventDetail::Subscription(subscription) = &event.detail {
                    let _ = monthly_revenue(subscription, now(), FiniteDiscounts::Counted);
                }
            }
            let stored = serde_json::to_string(&(&brought.observations, &brought.events)).expect("stored");
            let read: (Vec<Observation>, Vec<CustomerEvent>) = serde_json::from_str(&stored).expect("read back");
            assert_eq!(read, (brought.observations, brought.events), "{}", case.vendor.name);
        }
    }
}

#[tokio::test]
async fn a_bad_record_is_quarantined_and_the_rest_come_through() {
    for case in cases() {
        let whole = case.whole().await;
        let mut lists = case.lists.clone();
        let list = lists.get_mut(case.main.0).expect("a list");
        let mut nameless = list[0].clone();
        for value in nameless.as_object_mut().expect("an object").values_mut() {
            *value = Value::Null;
        }
        // Inserted in the middle, so that the first and the last record stay valid.
        list.insert(1, nameless);
        list.insert(1, json!("not even an object"));
        let (fake, time) = case.start_with(lists).await;
        let brought = case.read(&fake, &time).await.expect("all pages");
        assert_eq!(brought.ids(), whole.ids(), "{}", case.vendor.name);
        let quarantined: Vec<_> = brought
            .findings
            .iter()
            .filter(|finding| finding.effect == RecordEffect::Quarantined)
            .collect();
        assert!(quarantined.len() >= 2, "{}: {:?}", case.vendor.name, brought.findings);
        for finding in quarantined {
            assert_eq!(finding.source, case.vendor.name);
            assert!(
                finding.reason.starts_with("The record is left out: "),
                "{}",
                finding.reason
            );
        }
    }
}

#[tokio::test]
async fn an_incremental_run_reads_no_less_than_what_changed() {
    for case in cases() {
        let (fake, time) = case.start().await;
        let source = open_at(case.vendor, case.settings.clone(), fake.url(), &time);
        let yesterday = now() - SignedDuration::from_hours(24);
        let run = SourceRun::incremental(Some(yesterday), now());
        let brought = read_all(&source, run).await;
        brought.unwrap_or_else(|failure| panic!("{}: {failure}", case.vendor.name));
    }
}

#[tokio::test]
async fn the_rate_of_the_settings_is_kept() {
    for case in cases() {
        let (fake, time) = case.start().await;
        let settings = VendorSettings {
            calls_per_minute: NonZeroU32::new(6),
            ..case.settings.clone()
        };
        let source = open_at(case.vendor, settings, fake.url(), &time);
        read_all(&source, SourceRun::full(now())).await.expect("all pages");
        let slept: Duration = time.slept().iter().sum();
        let calls = u32::try_from(fake.calls().len()).expect("calls");
        // Calls of one page may run concurrently, so some delays overlap; the first call is not delayed.
        assert!(
            slept >= Duration::from_secs(10) * (calls - 1) / 8,
            "{}: {calls} calls in {slept:?}",
            case.vendor.name
        );
    }
}

#[test]
fn the_directive_states_rate_and_verification_of_every_vendor() {
    let directive = include_str!("../../../../docs/directives/sources.md");
    for vendor in VENDORS {
        let row = directive
            .lines()
            .find(|line| line.starts_with(&format!("| {} |", vendor.title)));
        let cells: Vec<&str> = row
            .unwrap_or_else(|| panic!("no row for {}", vendor.title))
            .split('|')
            .map(str::trim)
            .collect();
        assert_eq!(
            cells[4].replace(',', ""),
            vendor.calls_per_minute.to_string(),
            "{}",
            vendor.title
        );
        let is_unverified = cells[5].contains("not verified against the live API");
        assert_eq!(
            is_unverified,
            vendor.verification == Verification::DocumentsOnly,
            "{}",
            vendor.title
        );
        assert!(vendor.title == "Admin dashboard" || directive.contains(&format!("\n## {}\n", vendor.title)));
    }
}

#[test]
fn every_vendor_has_a_case() {
    let tested: BTreeSet<&str> = cases().iter().map(|case| case.vendor.name).collect();
    let vendors: BTreeSet<&str> = VENDORS.iter().map(|vendor| vendor.name).collect();
    assert_eq!(tested, vendors);
}

#[test]
fn a_key_is_never_shown() {
    let settings = VendorSettings::with_key("sesame-open");
    assert!(!format!("{settings:?}").contains("sesame"));
}

#[test]
fn vendors_have_names_of_their_own_and_say_what_they_were_tried_against() {
    let mut names: Vec<&str> = VENDORS.iter().map(|vendor| vendor.name).collect();
    names.sort_unstable();
    let count = names.len();
    assert_eq!(count, 8);
    names.dedup();
    assert_eq!(names.len(), count);
    for vendor in VENDORS {
        let is_unverified = ["userflow", "fathom"].contains(&vendor.name);
        assert_eq!(
            vendor.verification == Verification::DocumentsOnly,
            is_unverified,
            "{}",
            vendor.name
        );
        assert_eq!(
            vendor.verification.note() == "not verified against the live API",
            is_unverified
        );
    }
    assert_ne!(FeedRequirement::Required, FeedRequirement::Optional);
}
