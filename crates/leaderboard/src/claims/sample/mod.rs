//! Sample data for demonstrations and tests: invented companies and people, about three hundred rows.
//!
//! Includes the irregularities of a real sheet: several spellings of one company, repeated claims, a rejected and a
//! withdrawn row, and a name outside the catalog.

pub(crate) mod page;

use std::sync::Arc;

use jiff::{Timestamp, tz::Offset};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use crate::claims::{
    catalog::Catalog,
    submission::{Submission, SubmissionStatus},
};

const ROWS: usize = 300;
const COMPANIES: usize = 120;
const DAYS: i64 = 90;

/// A name and how often it is drawn, relative to the others.
#[derive(Clone, Copy)]
struct WeightedName<'a> {
    name: &'a str,
    weight: u32,
}

const fn weighted(name: &str, weight: u32) -> WeightedName<'_> {
    WeightedName { name, weight }
}

/// Names with activity weights: different enough for a clear top and bottom, close enough for ranks to change.
const CSMS: &[WeightedName<'_>] = &[
    weighted("Kate Oberg", 14),
    weighted("Zoé Lambert", 13),
    weighted("Tomás Rey", 13),
    weighted("Priya Nair", 12),
    weighted("Jonas Keller", 12),
    weighted("Aoife Byrne", 11),
    weighted("Mei Tanaka", 11),
    weighted("Sam O'Dell", 9),
];

/// Popular integrations with their weights; all other catalog integrations weigh [`RARE`].
const POPULAR: &[WeightedName<'_>] = &[
    weighted("Slack", 30),
    weighted("GitHub", 26),
    weighted("Salesforce", 18),
    weighted("Jira", 16),
    weighted("HubSpot", 14),
    weighted("Notion", 12),
    weighted("PostgreSQL", 11),
    weighted("Stripe", 10),
    weighted("Zendesk", 9),
    weighted("Snowflake", 8),
];

const RARE: u32 = 3;

const FIRST_WORDS: &[&str] = &[
    "Amber", "Birch", "Cobalt", "Dune", "Ember", "Fjord", "Granite", "Harbor", "Indigo", "Juniper", "Kestrel", "Lumen",
    "Maple", "Nimbus", "Opal", "Pepper", "Quartz", "Rivière", "Saffron", "Tundra",
];

const SECOND_WORDS: &[&str] = &["Analytics", "Foods", "Freight", "Health", "Studios", "Works"];

const LEGAL_FORMS: &[&str] = &["", "", "", " Inc", " Ltd", " GmbH", " SAS"];

/// Invented submissions of the last ninety days before `now`, earliest first, numbered from row 2. Deterministic for
/// `seed`, `now` and catalog. Empty when no integration is offered.
pub fn sample_submissions(seed: u64, now: Timestamp, catalog: &Catalog) -> Vec<Submission> {
    let menu: Vec<WeightedName<'_>> = catalog
        .offered()
        .map(|integration| weighted(&integration.name, weight(&integration.name)))
        .collect();
    if menu.is_empty() {
        return Vec::new();
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let accounts = accounts(&mut random);
    let mut submissions: Vec<Submission> = (0..ROWS).map(|_| submission(&mut random, &accounts, &menu)).collect();
    for submission in &mut submissions {
        submission.submitted_at = working_hour(&mut random, now);
    }
    submissions.sort_by_key(|submission| submission.submitted_at);
    for (row, submission) in (2..).zip(&mut submissions) {
        submission.row = row;
    }
    add_corrections(&mut submissions);
    submissions
}

struct SampleAccount {
    name: String,
    csm: &'static str,
}

/// Companies, each with one CSM; the names are distinct under the matching rules too.
fn accounts(random: &mut ChaCha8Rng) -> Vec<SampleAccount> {
    let names = FIRST_WORDS
        .iter()
        .flat_map(|first| SECOND_WORDS.iter().map(move |second| format!("{first} {second}")));
    names
        .take(COMPANIES)
        .map(|name| SampleAccount {
            name: format!("{name}{}", choose(random, LEGAL_FORMS)),
            csm: choose_weighted(random, CSMS),
        })
        .collect()
}

fn submission(random: &mut ChaCha8Rng, accounts: &[SampleAccount], menu: &[WeightedName<'_>]) -> Submission {
    let account = &accounts[random.random_range(0..accounts.len())];
    // Occasionally a colleague steps in and may repeat an existing claim.
    let csm = if random.random_ratio(1, 8) {
        choose_weighted(random, CSMS)
    } else {
        account.csm
    };
    let mut integrations: Vec<Arc<str>> = Vec::new();
    for _ in 0..random.random_range(1..=4) {
        let name = choose_weighted(random, menu);
        if !integrations.iter().any(|chosen| **chosen == *name) {
            integrations.push(name.into());
        }
    }
    Submission {
        row: 0,
        id: uuid::Builder::from_random_bytes(random.random())
            .into_uuid()
            .to_string(),
        submitted_at: Timestamp::UNIX_EPOCH,
        csm: csm.into(),
        company: typed(random, &account.name).into(),
        integrations,
        status: if random.random_ratio(1, 3) {
            SubmissionStatus::Validated
        } else {
            SubmissionStatus::Received
        },
        note: String::new(),
    }
}

/// The company name as typed in a hurry: usually right, sometimes in capitals, lower case or shortened.
fn typed(random: &mut ChaCha8Rng, name: &str) -> String {
    match random.random_range(0..20) {
        0 => name.to_uppercase(),
        1 => name.to_lowercase(),
        2 => format!("{name}."),
        3 => name.replace('è', "e"),
        _ => name.to_owned(),
    }
}

/// An instant from 08:00 to 18:00 UTC on a weekday of the last [`DAYS`] days, never after `now`.
fn working_hour(random: &mut ChaCha8Rng, now: Timestamp) -> Timestamp {
    let midnight = now.as_second().div_euclid(86_400) * 86_400;
    let mut earliest_day = None;
    for _ in 0..100 {
        let day = midnight - 86_400 * random.random_range(0..DAYS);
        let second = day + random.random_range(8 * 3600..18 * 3600);
        let Ok(instant) = Timestamp::from_second(second) else {
            continue;
        };
        let weekday = Offset::UTC.to_datetime(instant).weekday().to_monday_one_offset();
        if weekday <= 5 && instant <= now {
            return instant;
        }
        earliest_day = Some(instant.min(now));
    }
    earliest_day.unwrap_or(now)
}

/// Typical edits by staff.
fn add_corrections(submissions: &mut [Submission]) {
    let (rejected, withdrawn, unknown) = (ROWS / 3, ROWS / 2, ROWS * 2 / 3);
    submissions[rejected].status = SubmissionStatus::Rejected;
    submissions[rejected].note = "Trial account only, nothing is live yet".to_owned();
    submissions[withdrawn].status = SubmissionStatus::Withdrawn;
    submissions[withdrawn].note = "Entered for the wrong company".to_owned();
    submissions[unknown].integrations.push("Fax gateway".into());
}

fn weight(name: &str) -> u32 {
    let popular = POPULAR.iter().find(|popular| popular.name == name);
    popular.map_or(RARE, |popular| popular.weight)
}

fn choose<'a>(random: &mut ChaCha8Rng, names: &[&'a str]) -> &'a str {
    names.choose(random).copied().unwrap_or_default()
}

fn choose_weighted<'a>(random: &mut ChaCha8Rng, names: &[WeightedName<'a>]) -> &'a str {
    let chosen = names.choose_weighted(random, |name| name.weight);
    chosen.map(|chosen| chosen.name).unwrap_or_default()
}

/// Whether an empty board offers sample data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleOffer {
    /// A button loads it.
    Offered,
    /// The spreadsheet is for real data only.
    NotOffered,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::{company::CompanyKey, period::Period};
    use jiff::{SignedDuration, tz::TimeZone};

    use super::*;
    use crate::claims::{
        ledger::Ledger,
        list::{ClaimFilter, ClaimOutcome},
    };

    pub(crate) const CATALOG: &str = include_str!("../../../../../integrations.txt");

    pub(crate) fn now() -> Timestamp {
        "2026-03-16T09:30:00Z".parse().expect("instant")
    }

    pub(crate) fn sample(seed: u64) -> Vec<Submission> {
        sample_submissions(seed, now(), &Catalog::parse(CATALOG))
    }

    #[test]
    fn the_same_seed_and_instant_give_the_same_rows_and_another_seed_others() {
        assert_eq!(sample(7), sample(7));
        assert_ne!(sample(7), sample(8));
    }

    #[test]
    fn rows_are_numbered_in_the_order_of_time_within_ninety_days_before_now() {
        let rows = sample(7);
        assert_eq!(rows.len(), ROWS);
        assert!(rows.is_sorted_by_key(|row| (row.submitted_at, row.row)));
        assert_eq!((rows[0].row, rows[ROWS - 1].row), (2, 301));
        assert!(rows.iter().all(|row| row.submitted_at <= now()));
        let oldest = now() - SignedDuration::from_hours(24 * DAYS);
        assert!(rows.iter().all(|row| row.submitted_at >= oldest));
        assert_eq!(rows.iter().map(|row| &row.id).collect::<HashSet<_>>().len(), ROWS);
    }

    #[test]
    fn it_holds_what_a_real_sheet_holds() {
        let mut places_changed = 0;
        for seed in 0..5 {
            let rows = sample(seed);
            let typed: HashSet<&str> = rows.iter().map(|row| &*row.company).collect();
            let companies: HashSet<_> = rows.iter().map(|row| CompanyKey::of(&row.company)).collect();
            assert!((90..=COMPANIES).contains(&companies.len()), "{}", companies.len());
            assert!(typed.len() > companies.len() + 5, "no variants: {}", typed.len());
            let noted = |status| {
                rows.iter()
                    .filter(move |row| row.status == status && !row.note.is_empty())
                    .count()
            };
            assert_eq!(
                (noted(SubmissionStatus::Rejected), noted(SubmissionStatus::Withdrawn)),
                (1, 1)
            );

            let ledger = Ledger::build(
                Arc::new(rows.into_iter().collect()),
                Arc::new(Catalog::parse(CATALOG)),
                Arc::default(),
            );
            assert_eq!(ledger.known_csms().len(), CSMS.len());
            assert_eq!(ledger.outside_catalog().len(), 1);
            let standings = ledger.standings(Period::default(), now(), &TimeZone::UTC);
            let moved = standings.by_csm.iter().filter(|line| line.movement != Some(0));
            places_changed += moved.count();
            let lines = ledger.claims(&ClaimFilter::default(), |_| String::new());
            let overlaps = lines
                .iter()
                .flat_map(|line| &line.integrations)
                .filter(|claim| matches!(claim.outcome, ClaimOutcome::CreditedTo(_)));
            assert!(overlaps.count() >= 10);
        }
        assert!(places_changed > 0, "a ranking in which nothing moves");
    }

    #[test]
    fn any_instant_and_any_catalog_will_do() {
        assert_eq!(sample_submissions(1, now(), &Catalog::default()), []);
        assert_eq!(sample_submissions(1, now(), &Catalog::parse("~Old")), []);
        let own = sample_submissions(1, now(), &Catalog::parse("House Tool"));
        assert!(own.iter().all(|row| &*row.integrations[0] == "House Tool"));
        for edge in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            let rows = sample_submissions(1, edge, &Catalog::parse(CATALOG));
            assert!(rows.iter().all(|row| row.submitted_at <= edge), "{edge}");
        }
    }
}
