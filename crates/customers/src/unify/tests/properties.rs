//! Properties of unification over drawn records, events and aliases.

use proptest::prelude::*;

use super::*;

const SOURCES: [&str; 4] = ["stripe", "hubspot", "intercom", "helpscout"];
const ADDRESSES: [&str; 7] = [
    "a@x.com", "b@x.com", "c@x.com", "D@x.com", "e@x.com", "f@x.com", "g@x.com",
];

fn drawn_record() -> impl Strategy<Value = (usize, bool, u8, Vec<usize>, Option<u8>)> {
    let emails = prop::collection::vec(0..ADDRESSES.len(), 0..3);
    (
        0..SOURCES.len(),
        any::<bool>(),
        0..6_u8,
        emails,
        prop::option::of(0..6_u8),
    )
}

fn drawn_world() -> impl Strategy<Value = (Vec<SourceRecord>, Vec<CustomerEvent>, Vec<CustomerAlias>)> {
    let records = prop::collection::vec(drawn_record(), 0..12);
    let aliases = prop::collection::vec((0..ADDRESSES.len(), 0..ADDRESSES.len()), 0..4);
    let billed = prop::collection::vec((0..6_u8, 1..100_i64), 0..6);
    (records, aliases, billed).prop_map(|(records, aliases, billed)| {
        let mut made: BTreeMap<String, SourceRecord> = BTreeMap::new();
        for (source, is_account, id, emails, belongs_to) in records {
            let emails: Vec<&str> = emails.iter().map(|index| ADDRESSES[*index]).collect();
            let kind = if is_account {
                SubjectKind::Account
            } else {
                SubjectKind::Person
            };
            let mut record = record(SOURCES[source], kind, &id.to_string(), &emails);
            record.observation.name = Some(format!("name {id} of {}", SOURCES[source]));
            record
                .observation
                .belongs_to
                .extend(belongs_to.map(|id| SubjectKind::Account.id(id.to_string())));
            record.observation.updated_at = Some(at(id.into()));
            made.insert(record.id(), record);
        }
        let events = billed.iter().enumerate().map(|(index, (account, units))| {
            subscription(&index.to_string(), &account.to_string(), units * 100, "EUR")
        });
        let aliases = aliases.iter().map(|(from, to)| alias(ADDRESSES[*from], ADDRESSES[*to]));
        (made.into_values().collect(), events.collect(), aliases.collect())
    })
}

fn total(customers: &[Customer]) -> Decimal {
    customers
        .iter()
        .filter_map(|customer| customer.revenue.mrr)
        .map(|mrr| mrr.units)
        .sum()
}

proptest! {
    #[test]
    fn the_order_of_sources_does_not_matter((records, events, aliases) in drawn_world()) {
        let mut others = records.clone();
        others.reverse();
        let mut merges = aliases.clone();
        merges.reverse();
        prop_assert_eq!(unified(&others, &events, &merges, &[]), unified(&records, &events, &aliases, &[]));
    }

    #[test]
    fn deriving_again_changes_nothing((records, events, aliases) in drawn_world()) {
        let first = unified(&records, &events, &aliases, &[]);
        prop_assert_eq!(unified(&records, &events, &aliases, &first), first);
    }

    #[test]
    fn merging_and_taking_it_back_is_as_if_nothing_had_been((records, events, aliases) in drawn_world()) {
        let first = unified(&records, &events, &[], &[]);
        let merged = unified(&records, &events, &aliases, &first);
        prop_assert_eq!(total(&merged), total(&first), "no sum is lost or counted twice");
        prop_assert_eq!(unified(&records, &events, &[], &merged), first);
    }

    #[test]
    fn every_address_is_of_one_customer_and_every_id_of_one_row((records, events, aliases) in drawn_world()) {
        let customers = unified(&records, &events, &aliases, &[]);
        let mut owners: BTreeMap<String, usize> = BTreeMap::new();
        for customer in &customers {
            for email in customer.emails() {
                *owners.entry(email.key().to_owned()).or_default() += 1;
            }
        }
        let doubled: Vec<_> = owners.iter().filter(|(_, count)| **count != 1).collect();
        prop_assert!(doubled.is_empty(), "{:?}", doubled);
        for record in records.iter().filter(|record| !record.observation.emails.is_empty()) {
            prop_assert!(owners.contains_key(record.observation.emails[0].key()));
        }
        let mut ids: Vec<&CustomerId> = customers.iter().map(|customer| &customer.id).collect();
        ids.sort();
        let count = ids.len();
        ids.dedup();
        prop_assert_eq!(ids.len(), count);
    }
}
