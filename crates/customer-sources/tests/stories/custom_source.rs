//! Tests of a custom source, added through the same contract as the built-in ones: one file, one registry line, one
//! configuration block.

use std::num::NonZeroU32;

use customer_sources::{
    AccessProbe, BoxFuture, Feed, FeedPage, PageRequest, Source, SourceError, SourceRun, Timer, Vendor, VendorSettings,
    Verification,
    client::{ApiEndpoint, ApiRequest, VendorClient, http_rules::HttpRules},
    lenient_json::{JsonRecord, RejectionReason, records},
    observation::{FieldName, Observation, SourcePage},
    open, open_all,
    subject::SubjectKind,
};
use serde_json::json;
use test_support::fake_vendor::{FakeVendor, Lists, ReceivedCall, Reply};

use crate::harness::{TestTime, now, open_at, read_all};

const VENDOR: Vendor = Vendor {
    name: "helpscout",
    title: "Help Desk",
    verification: Verification::DocumentsOnly,
    base_url: Some("https://api.example.com/v2"),
    calls_per_minute: NonZeroU32::new(120).unwrap(),
    build,
};

struct HelpDesk(VendorClient);

fn build(settings: VendorSettings, time: Timer) -> Result<Box<dyn Source>, String> {
    let endpoint = ApiEndpoint {
        vendor: &VENDOR,
        headers: vec![("x-token", settings.key.reveal().to_owned())],
        settings,
        http_rules: HttpRules::PLAIN,
    };
    Ok(Box::new(HelpDesk(VendorClient::new(endpoint, time)?)))
}

impl Source for HelpDesk {
    fn feeds(&self, _run: SourceRun) -> Vec<Feed> {
        vec![Feed::required("people")]
    }

    fn page<'a>(&'a self, ask: PageRequest<'a>) -> BoxFuture<'a, Result<FeedPage, SourceError>> {
        Box::pin(async move {
            let request = ApiRequest::get("people", "people").query_some("page", ask.after);
            let answer = self.0.send(request).await?;
            let mut page = SourcePage::default();
            page.observations = page.read_each(&records(&self.0, "people", &answer, "/people")?, person);
            let after = answer["next"].as_u64().map(|next| next.to_string());
            Ok(FeedPage { page, after })
        })
    }

    fn check(&self) -> BoxFuture<'_, Vec<AccessProbe>> {
        Box::pin(async move { vec![self.0.probe(ApiRequest::get("people", "people")).await] })
    }
}

fn person(record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
    let mut person = Observation::about(SubjectKind::Person.id(record.id("/id")?));
    person.add_email(record.email("/mail"));
    person.add(FieldName::LastSeenAt, record.time("/seen"));
    Ok(person)
}

fn serve(lists: &Lists, seen: &ReceivedCall) -> Reply {
    assert_eq!(seen.header("x-token"), Some("open-sesame"));
    let page: usize = seen.parameter("page").map_or(0, |page| page.parse().expect("a page"));
    let people = &lists["people"];
    let next = (page + 1 < people.len()).then_some(page + 1);
    Reply::json(&json!({"people": [people[page]], "next": next}))
}

#[tokio::test]
async fn a_source_of_ones_own_is_one_file_and_one_line() {
    static REGISTRY: &[&Vendor] = &[&VENDOR];
    let people = vec![
        json!({"id": 1, "mail": "ann@example.com", "seen": "2026-02-01T10:00:00Z"}),
        json!({"mail": "nobody@example.com"}),
        json!({"id": 2, "mail": null}),
    ];
    let fake = FakeVendor::start(Lists::from([("people".to_owned(), people)]), serve).await;
    let source = open_at(
        REGISTRY[0],
        VendorSettings::with_key("open-sesame"),
        fake.url(),
        &TestTime::new(),
    );
    let brought = read_all(&source, SourceRun::full(now())).await.expect("all pages");
    assert_eq!(brought.ids(), ["Person 1", "Person 2"]);
    assert_eq!(brought.observation("1").emails[0].key(), "ann@example.com");
    assert_eq!(brought.findings.len(), 1);
    assert_eq!(brought.findings[0].source, "helpscout");
    assert!(source.check().await.iter().all(|probe| probe.outcome.is_ok()));
}

#[tokio::test]
async fn a_list_that_never_ends_is_given_up() {
    let endless = |_: &Lists, _: &ReceivedCall| Reply::json(&json!({"people": [{"id": 1}], "next": 7}));
    let fake = FakeVendor::start(Lists::new(), endless).await;
    let source = open_at(
        &VENDOR,
        VendorSettings::with_key("open-sesame"),
        fake.url(),
        &TestTime::new(),
    );
    let failure = read_all(&source, SourceRun::full(now())).await.expect_err("no end");
    assert!(
        failure.to_string().contains("begins where this one begins"),
        "{failure}"
    );
    assert_eq!(fake.calls().len(), 2);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_closed_port_is_named() {
    let elsewhere = |_: &Lists, _: &ReceivedCall| {
        Reply::with_status(302, &json!({})).header("location", "http://127.0.0.1:9/people")
    };
    let fake = FakeVendor::start(Lists::new(), elsewhere).await;
    let source = open_at(
        &VENDOR,
        VendorSettings::with_key("open-sesame"),
        fake.url(),
        &TestTime::new(),
    );
    let failure = read_all(&source, SourceRun::full(now())).await.expect_err("no page");
    assert_eq!((failure.kind(), fake.calls().len()), ("refused", 1), "{failure}");

    for closed in ["http://127.0.0.1:9", "https://127.0.0.1:9"] {
        let source = open_at(
            &VENDOR,
            VendorSettings::with_key("open-sesame"),
            closed,
            &TestTime::new(),
        );
        let failure = read_all(&source, SourceRun::full(now())).await.expect_err("no page");
        assert_eq!(failure.kind(), "connection", "{failure}");
        assert!(!failure.to_string().contains("open-sesame"));
    }
}

#[test]
fn an_address_that_cannot_be_used_is_refused_in_a_sentence() {
    for (url, told) in [
        ("api.example.com", "https://api.example.com"),
        ("ftp://x", "must be one such as"),
        ("https://ann:secret@api.example.com", "holds a user or a password"),
        ("https://x/?key=secret", "holds parameters"),
    ] {
        let mut settings = VendorSettings::with_key("k");
        settings.base_url = Some(url.to_owned());
        let refused = open(&VENDOR, settings, TestTime::new().time()).expect_err("refused");
        assert!(
            refused.starts_with("Help Desk: ") && refused.contains(told),
            "{refused}"
        );
        assert!(!refused.contains("secret"), "{refused}");
    }
    let unusable = open(&VENDOR, VendorSettings::with_key("line\nbreak"), TestTime::new().time()).expect_err("refused");
    assert!(
        unusable.contains("copy it again") && !unusable.contains("break"),
        "{unusable}"
    );
}

#[test]
fn sources_are_opened_by_the_names_of_their_vendors() {
    let time = TestTime::new().time();
    let opened = open_all(
        [
            ("stripe", VendorSettings::with_key("a")),
            ("fathom", VendorSettings::with_key("b")),
        ],
        &time,
    )
    .expect("both");
    assert_eq!(
        opened.iter().map(|source| source.vendor.title).collect::<Vec<_>>(),
        ["Stripe", "Fathom"]
    );
    let refused = open_all([("strip", VendorSettings::with_key("a"))], &time).expect_err("refused");
    assert_eq!(refused, "There is no source “strip”.");
}
