//! Invented customers, before they are rendered as records of the services.

use customer_sources::email::Email;
use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

const FIRST: &[&str] = &[
    "Ada", "Bilal", "Chloé", "Dmitri", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jamal", "Kenji", "Lena", "Mateo",
    "Noor", "Olga", "Pablo", "Quinn", "Rosa", "Stefan", "Tara",
];
const LAST: &[&str] = &[
    "Almeida",
    "Berg",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Garnier",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Novák",
    "Okafor",
    "Petit",
    "Quist",
    "Rossi",
    "Schmidt",
    "Tanaka",
];
const COMPANIES: &[&str] = &[
    "Amber Analytics",
    "Birch Foods",
    "Cobalt Freight",
    "Dune Health",
    "Ember Studios",
    "Fjord Works",
    "Granite Legal",
    "Harbor Travel",
    "Indigo Labs",
    "Juniper Media",
    "Kestrel Energy",
    "Lumen Print",
    "Maple Robotics",
    "Nimbus Cloud",
    "Opal Retail",
    "Pepper Games",
    "Quartz Mining",
    "Rivière Conseil",
    "Saffron Kitchens",
    "Tundra Outdoor",
];
const MANAGERS: &[&str] = &["Kate Oberg", "Tomás Rey", "Priya Nair"];
/// Plan name and monthly price in cents.
const PLANS: &[(&str, i64)] = &[
    ("Starter", 4_900),
    ("Team", 19_900),
    ("Business", 59_900),
    ("Enterprise", 149_000),
];

/// State of health of an invented customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PersonaState {
    Thriving,
    New,
    Quiet,
    Late,
    Leaving,
    Gone,
}

/// An invented customer.
pub(crate) struct Persona {
    pub(crate) number: usize,
    pub(crate) state: PersonaState,
    pub(crate) name: String,
    pub(crate) company: &'static str,
    pub(crate) email: Email,
    pub(crate) manager: Option<&'static str>,
    pub(crate) plan: (&'static str, i64),
    pub(crate) since: Timestamp,
    pub(crate) seen: Timestamp,
    pub(crate) logins: u32,
}

pub(crate) fn days_ago(now: Timestamp, days: i64) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(days * 24)).unwrap_or(now)
}

pub(crate) fn create_persona(number: usize, now: Timestamp, random: &mut ChaCha8Rng) -> Persona {
    // Half of the customers are healthy, as in a viable company.
    let state = match number % 20 {
        0..10 => PersonaState::Thriving,
        10..12 => PersonaState::New,
        12..15 => PersonaState::Quiet,
        15..17 => PersonaState::Late,
        17..19 => PersonaState::Leaving,
        _ => PersonaState::Gone,
    };
    let (first, last) = (
        FIRST[number % FIRST.len()],
        LAST[(number * 7 + number / 20) % LAST.len()],
    );
    let company = COMPANIES[(number * 3 + number / 20) % COMPANIES.len()];
    let domain = company.to_lowercase().replace([' ', 'è'], "");
    let address = format!("{}.{}@{domain}.example", first.to_lowercase(), last.to_lowercase());
    let email = Email::of(&address).unwrap_or_else(|| unreachable!("a name at a domain is an address"));
    let (age, unseen, logins) = match state {
        PersonaState::Thriving => (
            random.random_range(200..900),
            random.random_range(0..4),
            random.random_range(12..30),
        ),
        PersonaState::New => (
            random.random_range(5..40),
            random.random_range(0..3),
            random.random_range(4..14),
        ),
        PersonaState::Quiet => (
            random.random_range(150..700),
            random.random_range(18..55),
            random.random_range(0..3),
        ),
        PersonaState::Late => (
            random.random_range(120..500),
            random.random_range(3..20),
            random.random_range(1..9),
        ),
        PersonaState::Leaving => (
            random.random_range(200..800),
            random.random_range(10..40),
            random.random_range(0..3),
        ),
        PersonaState::Gone => (random.random_range(300..900), random.random_range(40..120), 0),
    };
    Persona {
        number,
        state,
        name: format!("{first} {last}"),
        company,
        email,
        manager: (number % 7 != 6).then(|| MANAGERS[number % MANAGERS.len()]),
        plan: PLANS[[1, 0, 2, 1, 3, 2, 0][number % 7]],
        since: days_ago(now, age),
        seen: days_ago(now, unseen),
        logins,
    }
}
