//! Synthetic rows in any number: invented companies and people, integrations from the catalog.

use jiff::{SignedDuration, civil::datetime, tz::TimeZone};
use leaderboard::claims::{catalog::Catalog, rows::NewSubmission, submission::SubmissionStatus};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use sheets_store::RowInsert;

const FIRST_NAMES: [&str; 10] = [
    "Kate", "Zoé", "Tomás", "Priya", "Jonas", "Aoife", "Mei", "Sam", "Ines", "Omar",
];
const LAST_NAMES: [&str; 3] = ["Oberg", "Lambert", "Nair"];
const COLOURS: [&str; 25] = [
    "Amber", "Birch", "Cobalt", "Dune", "Ember", "Fjord", "Granite", "Harbor", "Indigo", "Juniper", "Kestrel", "Lumen",
    "Maple", "Nimbus", "Opal", "Pepper", "Quartz", "Rivière", "Saffron", "Tundra", "Umber", "Velvet", "Willow",
    "Yarrow", "Zephyr",
];
const PLACES: [&str; 20] = [
    "Aarhus", "Bristol", "Cádiz", "Dresden", "Espoo", "Faro", "Ghent", "Haifa", "Izmir", "Jena", "Kraków", "Lyon",
    "Malmö", "Nantes", "Oslo", "Porto", "Reims", "Seville", "Turin", "Utrecht",
];
const TRADES: [&str; 22] = [
    "Analytics",
    "Bank",
    "Chemicals",
    "Design",
    "Energy",
    "Foods",
    "Freight",
    "Games",
    "Health",
    "Insurance",
    "Labs",
    "Media",
    "Mobility",
    "Networks",
    "Optics",
    "Pharma",
    "Robotics",
    "Security",
    "Software",
    "Studios",
    "Travel",
    "Works",
];
const LEGAL_FORMS: [&str; 5] = ["", "", " Ltd", " GmbH", " SAS"];

/// Claims in chronological order over two years: about 11,000 companies, 30 CSMs, one to four integrations a row.
pub fn inserts(count: usize) -> Vec<RowInsert> {
    let catalog = Catalog::parse(include_str!("../../integrations.txt"));
    let offered: Vec<&str> = catalog.offered().map(|integration| integration.name.as_str()).collect();
    let mut random = ChaCha8Rng::seed_from_u64(10);
    (0..count)
        .map(|row| row_of(&mut random, &offered, (row, count)).into_insert())
        .collect()
}

/// JSON rows as the API returns them, in chronological order over two years: 40 CSMs, one to four integrations a row,
/// drawn from `count / 10` companies but at least 20,000.
pub fn json(count: usize) -> impl Iterator<Item = String> {
    let catalog = Catalog::parse(include_str!("../../integrations.txt"));
    let offered: Vec<String> = catalog.offered().map(|integration| integration.name.clone()).collect();
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let companies = (count / 10).max(20_000);
    (0..count).map(move |row| {
        let names = random.random_range(1..=4);
        let integrations: Vec<&str> = offered
            .choose_multiple(&mut random, names)
            .map(String::as_str)
            .collect();
        let note = if random.random_ratio(1, 50) {
            r#","Checked on the call of last week""#
        } else {
            ""
        };
        format!(
            r#"["{}",{:.8},"{} {}","{}","{}","{}"{note}]"#,
            uuid::Builder::from_random_bytes(random.random()).into_uuid(),
            // Serial number of 1 January 2024, plus a fraction.
            45_292.3 + 730.0 * row as f64 / count as f64,
            choose(&mut random, &FIRST_NAMES),
            choose(&mut random, &["Oberg", "Lambert", "Nair", "Santos"]),
            numbered_company(&mut random, companies),
            integrations.join(", "),
            choose(&mut random, &["received", "received", "received", "validated"]),
        )
    })
}

/// One of `companies` names, sometimes with a typing variation.
fn numbered_company(random: &mut ChaCha8Rng, companies: usize) -> String {
    let number = random.random_range(0..companies);
    let (colour, place) = (COLOURS[number % COLOURS.len()], PLACES[number / 25 % PLACES.len()]);
    let trade = TRADES[number / 500 % TRADES.len()];
    let name = format!(
        "{colour} {place} {trade} {}{}",
        number / 11_000,
        LEGAL_FORMS[number % 5]
    );
    match random.random_range(0..40) {
        0 => name.to_uppercase(),
        1 => format!("{name}."),
        _ => name,
    }
}

fn row_of(random: &mut ChaCha8Rng, offered: &[&str], (row, count): (usize, usize)) -> NewSubmission {
    let names = random.random_range(1..=4);
    let integrations: Vec<&str> = offered.choose_multiple(random, names).copied().collect();
    let milliseconds = 63_072_000_000 / i64::try_from(count).expect("few") * i64::try_from(row).expect("few");
    NewSubmission {
        id: uuid::Builder::from_random_bytes(random.random())
            .into_uuid()
            .to_string(),
        submitted_at: (datetime(2024, 1, 1, 8, 0, 0, 0) + SignedDuration::from_millis(milliseconds))
            .to_zoned(TimeZone::UTC)
            .unwrap_or_default(),
        csm: format!("{} {}", choose(random, &FIRST_NAMES), choose(random, &LAST_NAMES)),
        company: company(random),
        integrations: integrations.join(", "),
        status: *[
            SubmissionStatus::Received,
            SubmissionStatus::Received,
            SubmissionStatus::Validated,
        ]
        .choose(random)
        .expect("some"),
        note: if random.random_ratio(1, 50) {
            "Checked on the call of last week"
        } else {
            ""
        }
        .to_owned(),
    }
}

/// One of 11,000 names, sometimes with a typing variation.
fn company(random: &mut ChaCha8Rng) -> String {
    let (colour, place) = (choose(random, &COLOURS), choose(random, &PLACES));
    let trade = random.random_range(0..TRADES.len());
    let legal_form = LEGAL_FORMS[(colour.len() + place.len() + trade) % LEGAL_FORMS.len()];
    let name = format!("{colour} {place} {}{legal_form}", TRADES[trade]);
    match random.random_range(0..40) {
        0 => name.to_uppercase(),
        1 => format!("{name}."),
        _ => name,
    }
}

fn choose<'a>(random: &mut ChaCha8Rng, names: &[&'a str]) -> &'a str {
    names.choose(random).expect("some")
}
