//! Tests of unification.

mod properties;

use std::collections::BTreeMap;

use customer_sources::{
    amount::{Amount, Currency},
    email::Email,
    event::{CustomerEvent, Deal, DealStatus, EventDetail, Invoice},
    mrr::{FiniteDiscounts, Price, Recurring, Subscription, SubscriptionItem, UsageType},
    observation::{FieldName, Observation, Presence},
    subject::SubjectKind,
    vendors::VENDORS,
};
use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::{
    customer::{Customer, CustomerId, CustomerRevenue, CustomerStatus, merge::rows::CustomerAlias},
    sync::rows::records::SourceRecord,
    unify::{
        UnifyContext, UnifyInput,
        clusters::Clusters,
        fields::FieldCandidates,
        precedence::{self, FieldKey, RULES},
        unify,
    },
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + second).expect("an instant")
}

fn euro() -> Currency {
    Currency::of("EUR").expect("a code")
}

fn context() -> UnifyContext {
    UnifyContext {
        now: at(0),
        currency: euro(),
        finite: FiniteDiscounts::Ignored,
    }
}

fn email(text: &str) -> Email {
    Email::of(text).expect("an address")
}

fn record(source: &str, kind: SubjectKind, id: &str, emails: &[&str]) -> SourceRecord {
    let mut observation = Observation::about(kind.id(id));
    observation.source = source.to_owned();
    for address in emails {
        observation.add_email(Email::of(address));
    }
    SourceRecord {
        observation,
        synced_at: Some(at(0)),
    }
}

fn person(source: &str, id: &str, emails: &[&str]) -> SourceRecord {
    record(source, SubjectKind::Person, id, emails)
}

fn account(source: &str, id: &str, emails: &[&str]) -> SourceRecord {
    record(source, SubjectKind::Account, id, emails)
}

fn event(source: &str, id: &str, about: customer_sources::subject::Subject, detail: EventDetail) -> CustomerEvent {
    let mut event = CustomerEvent::new(id, detail);
    event.source = source.to_owned();
    event.about.push(about);
    event
}

fn subscription(id: &str, account: &str, cents: i64, currency: &str) -> CustomerEvent {
    let item = SubscriptionItem {
        name: Some("Team".to_owned()),
        currency: Currency::of(currency),
        price: Some(Price::PerUnit(cents.into())),
        recurring: Some(Recurring {
            interval: "month".to_owned(),
            count: Decimal::ONE,
            usage: UsageType::Licensed,
        }),
        ..SubscriptionItem::default()
    };
    let subscription = Subscription {
        status: Some("active".to_owned()),
        items: vec![item],
        ..Subscription::default()
    };
    let detail = EventDetail::Subscription(Box::new(subscription));
    event("stripe", id, SubjectKind::Account.id(account), detail)
}

fn alias(from: &str, to: &str) -> CustomerAlias {
    CustomerAlias {
        id: String::new(),
        alias: email(from),
        canonical: email(to),
        by: None,
        at: None,
        reason: None,
    }
}

fn unified(
    records: &[SourceRecord],
    events: &[CustomerEvent],
    aliases: &[CustomerAlias],
    before: &[Customer],
) -> Vec<Customer> {
    let input = UnifyInput {
        records,
        events,
        aliases,
    };
    unify(input, before, &context())
}

/// Email addresses of each active customer, the main one first.
fn addresses(customers: &[Customer]) -> Vec<Vec<&str>> {
    let current = customers.iter().filter(|customer| customer.is_current());
    current
        .map(|customer| customer.emails().map(Email::key).collect())
        .collect()
}

#[test]
fn records_meet_by_address_in_any_spelling_and_never_by_an_empty_one() {
    let records = [
        person("hubspot", "1", &["Ann@X.com", "a.smith@x.com"]),
        person("intercom", "u1", &[" ann@x.COM "]),
        account("stripe", "cus_1", &["A.Smith@x.com"]),
        person("intercom", "lead", &[]),
        person("intercom", "lead 2", &[]),
        person("intercom", "u2", &["ann+test@x.com"]),
    ];
    let customers = unified(&records, &[], &[], &[]);
    assert_eq!(
        addresses(&customers),
        [vec!["a.smith@x.com", "ann@x.com"], vec!["ann+test@x.com"]],
        "the address of who is billed is the main one"
    );
    let sources: Vec<&str> = customers[0]
        .sources
        .iter()
        .map(|linked_source| linked_source.source.as_str())
        .collect();
    assert_eq!(sources, ["intercom", "hubspot", "stripe"]);
}

#[test]
fn a_contact_is_the_customer_of_its_account_and_a_company_is_nobody() {
    let mut contact = person("chartmogul", "con_1", &["bob@y.com"]);
    contact.observation.belongs_to.push(SubjectKind::Account.id("cus_1"));
    let mut paying = account("chartmogul", "cus_1", &["billing@y.com"]);
    paying.observation.add(
        FieldName::Mrr,
        Some(Amount {
            units: 90.into(),
            currency: euro(),
        }),
    );
    let mut colleague = person("hubspot", "7", &["carl@y.com"]);
    colleague.observation.belongs_to.push(SubjectKind::Company.id("9"));
    let mut company = record("hubspot", SubjectKind::Company, "9", &["office@y.com"]);
    company.observation.name = Some("Y Ltd".to_owned());
    company
        .observation
        .add(FieldName::AccountManager, Some("Zoé".to_owned()));
    let nameless = account("stripe", "cus_2", &[]);
    let customers = unified(&[contact, paying, colleague, company, nameless], &[], &[], &[]);
    assert_eq!(
        addresses(&customers),
        [vec!["billing@y.com", "bob@y.com"], vec!["carl@y.com"], vec![]]
    );
    assert_eq!(customers[0].revenue.mrr_source.as_deref(), Some("chartmogul"));
    assert_eq!(customers[1].profile.company.as_deref(), Some("Y Ltd"));
    assert_eq!(customers[1].profile.account_manager.as_deref(), Some("Zoé"));
    assert_eq!(
        customers[2].email, None,
        "an account that is billed counts without an address"
    );
}

#[test]
fn each_field_comes_from_the_source_that_the_rule_names_first() {
    let mut told = Vec::new();
    for (source, seconds) in [("fathom", 90), ("intercom", 50), ("hubspot", 10), ("dashboard", 70)] {
        let mut record = person(source, "1", &["ann@x.com"]);
        record.observation.name = Some(format!("Ann of {source}"));
        record.observation.updated_at = Some(at(seconds));
        record.observation.add(FieldName::LastSeenAt, Some(at(seconds)));
        record.observation.add(FieldName::SignedUpAt, Some(at(seconds)));
        record.observation.add(FieldName::Logins, Some(Decimal::from(seconds)));
        told.push(record);
    }
    let input = UnifyInput {
        records: &told,
        events: &[],
        aliases: &[],
    };
    let clusters = Clusters::of(input);
    let facts = FieldCandidates::of(input, &clusters.all[0]);
    let winner = |key| facts.winner(key).expect("known");
    assert_eq!(winner(FieldKey::Name).source, "hubspot");
    assert_eq!(winner(FieldKey::LastSeenAt).source, "fathom", "the latest of all");
    assert_eq!(winner(FieldKey::SignedUpAt).source, "hubspot", "the earliest of all");
    assert_eq!(winner(FieldKey::Logins).source, "dashboard");
    assert_eq!(winner(FieldKey::Logins).since(), Some(at(70)));
    let order: Vec<String> = facts
        .about(FieldKey::Name)
        .into_iter()
        .map(|fact| fact.source)
        .collect();
    assert_eq!(order, ["hubspot", "intercom", "dashboard", "fathom"]);
}

#[test]
fn revenue_is_of_one_source_and_one_currency_and_never_added_across() {
    let mut mogul = account("chartmogul", "m1", &["ann@x.com"]);
    mogul.observation.add(
        FieldName::Mrr,
        Some(Amount {
            units: 999.into(),
            currency: euro(),
        }),
    );
    let twice = [
        account("stripe", "cus_1", &["ann@x.com"]),
        account("stripe", "cus_2", &["ann@x.com"]),
        mogul,
    ];
    let billed = [
        subscription("s1", "cus_1", 10_050, "EUR"),
        subscription("s2", "cus_2", 20_000, "EUR"),
        subscription("s3", "cus_2", 5_000, "USD"),
    ];
    let revenue = &unified(&twice, &billed, &[], &[])[0].revenue;
    assert_eq!(revenue.mrr.expect("known").to_string(), "300.5 EUR");
    assert_eq!(revenue.mrr_source.as_deref(), Some("stripe"));
    assert_eq!(revenue.arr().expect("known").to_string(), "3606 EUR");
    assert_eq!(
        revenue
            .other_currencies
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["50 USD"]
    );

    let mut unknown = billed.to_vec();
    if let EventDetail::Subscription(subscription) = &mut unknown[0].detail {
        subscription.items[0].price = None;
    }
    let revenue = &unified(&twice, &unknown, &[], &[])[0].revenue;
    assert_eq!(
        (revenue.mrr.expect("known").to_string(), revenue.mrr_source.as_deref()),
        ("999 EUR".to_owned(), Some("chartmogul")),
        "what cannot be worked out is unknown, and the next source tells"
    );

    let mut cancelled = vec![billed[0].clone()];
    if let EventDetail::Subscription(subscription) = &mut cancelled[0].detail {
        subscription.status = Some("canceled".to_owned());
    }
    let revenue = &unified(&twice[..1], &cancelled, &[], &[])[0].revenue;
    assert_eq!(
        revenue.mrr.expect("known").to_string(),
        "0 EUR",
        "who left pays nothing, which is known"
    );
    let revenue = &unified(&twice[..1], &[], &[], &[])[0].revenue;
    assert_eq!(revenue.mrr, None, "no subscription and no word is unknown");
}

#[test]
fn paid_invoices_are_what_was_paid_and_open_deals_the_pipeline_of_the_first_who_is_named() {
    let records = [
        account("stripe", "cus_1", &["ann@x.com"]),
        person("hubspot", "1", &["ann@x.com"]),
        person("hubspot", "2", &["bob@x.com"]),
    ];
    let invoice = |id: &str, status: &str, units: i64| {
        let invoice = Invoice {
            status: Some(status.to_owned()),
            total: Some(Amount {
                units: units.into(),
                currency: euro(),
            }),
            ..Invoice::default()
        };
        event(
            "stripe",
            id,
            SubjectKind::Account.id("cus_1"),
            EventDetail::Invoice(invoice),
        )
    };
    let deal = |id: &str, status: DealStatus, people: &[&str]| {
        let deal = Deal {
            name: None,
            pipeline: None,
            stage: None,
            status,
            amount: Some(1_000.into()),
            currency: None,
            probability: None,
            closes_at: None,
            owner: None,
        };
        let mut event = event(
            "hubspot",
            id,
            SubjectKind::Person.id(people[0]),
            EventDetail::Deal(deal),
        );
        event
            .about
            .extend(people[1..].iter().map(|id| SubjectKind::Person.id(*id)));
        event
    };
    let events = [
        invoice("in_1", "paid", 100),
        invoice("in_2", "paid", 50),
        invoice("in_3", "open", 70),
        deal("d1", DealStatus::Open, &["2", "1"]),
        deal("d2", DealStatus::Won, &["1"]),
        deal("d3", DealStatus::Open, &["1"]),
        deal("d4", DealStatus::Open, &["1"]),
    ];
    let customers = unified(&records, &events, &[], &[]);
    let told = |customer: &Customer| {
        let shown = |amount: Option<Amount>| amount.map(|amount| amount.to_string());
        (shown(customer.revenue.ltv), shown(customer.revenue.open_pipeline))
    };
    assert_eq!(
        told(&customers[0]),
        (Some("150 EUR".to_owned()), Some("2000 EUR".to_owned()))
    );
    assert_eq!(told(&customers[1]), (None, Some("1000 EUR".to_owned())));
}

#[test]
fn a_merge_moves_figures_and_taking_it_back_brings_the_same_rows_with_the_same_ids() {
    let records = [
        account("stripe", "cus_1", &["ann@x.com"]),
        account("stripe", "cus_2", &["old@x.com"]),
    ];
    let events = [
        subscription("s1", "cus_1", 1_000, "EUR"),
        subscription("s2", "cus_2", 500, "EUR"),
    ];
    let first = unified(&records, &events, &[], &[]);
    let merged = unified(&records, &events, &[alias("old@x.com", "ann@x.com")], &first);
    assert_eq!(addresses(&merged), [vec!["ann@x.com", "old@x.com"]]);
    assert_eq!(merged[0].id, first[0].id);
    assert_eq!(merged[0].revenue.mrr.expect("known").to_string(), "15 EUR");
    let aside = merged
        .iter()
        .find(|customer| customer.id == first[1].id)
        .expect("the row stays");
    assert_eq!(
        aside.status,
        CustomerStatus::Merged {
            into: first[0].id.clone()
        }
    );
    assert_eq!(aside.revenue, CustomerRevenue::default(), "nothing counts twice");
    assert_eq!(unified(&records, &events, &[], &merged), first);
}

#[test]
fn a_customer_whom_no_source_knows_any_more_is_gone_and_comes_back_with_the_same_id() {
    let records = [person("intercom", "u1", &["ann@x.com"])];
    let first = unified(&records, &[], &[], &[]);
    let mut removed = records.clone();
    removed[0].observation.presence = Presence::Removed;
    let gone = unified(&removed, &[], &[], &first);
    assert_eq!(
        (gone[0].status.clone(), gone[0].id.clone()),
        (CustomerStatus::Gone, first[0].id.clone())
    );
    assert_eq!(unified(&records, &[], &[], &gone), first);
}

#[test]
fn an_account_that_gets_an_address_later_keeps_its_row() {
    let first = unified(&[account("stripe", "cus_1", &[])], &[], &[], &[]);
    let later = unified(&[account("stripe", "cus_1", &["ann@x.com"])], &[], &[], &first);
    assert_eq!(later.len(), 1);
    assert_eq!(later[0].id, first[0].id);
    assert_eq!(addresses(&later), [vec!["ann@x.com"]]);
}

#[test]
fn every_field_has_a_rule_and_the_directive_says_the_same() {
    let page = include_str!("../../../../../docs/directives/sources.md");
    let section = page.split("### Which source wins").nth(1).expect("the section");
    let table: BTreeMap<String, (String, String)> = section
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            (
                cells[0].trim_matches('`').to_owned(),
                (cells[1].to_owned(), cells[2].to_owned()),
            )
        })
        .collect();
    let title = |name: &&str| {
        let vendor = VENDORS.iter().find(|vendor| vendor.name == *name).expect("a source");
        vendor.title
    };
    for rule in RULES {
        let choice = match rule.choice {
            precedence::PrecedenceChoice::FirstSource => "the first source that knows it",
            precedence::PrecedenceChoice::Earliest => "the earliest",
            precedence::PrecedenceChoice::Latest => "the latest",
        };
        let order: Vec<&str> = rule.order.iter().map(title).collect();
        let expected = (choice.to_owned(), order.join(", "));
        assert_eq!(table.get(rule.name), Some(&expected), "{}", rule.name);
    }
    assert_eq!(table.len(), RULES.len());
}
