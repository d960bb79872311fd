//! What people open, by kind, with a different question each time where pages have one.

use rand::{Rng, seq::IndexedRandom};

/// Pages and responses that people read.
const READ: [&str; 24] = [
    "/",
    "/leaderboard",
    "/leaderboard?period=month",
    "/leaderboard/claims",
    "/leaderboard/matrix",
    "/leaderboard/submit",
    "/leaderboard/tv",
    "/leaderboard/you?csm=Kate%20#",
    "/leaderboard/contests",
    "/leaderboard/corrections",
    "/leaderboard/names?kind=csm&name=Kat",
    "/deals",
    "/deals?q=#",
    "/deals/list",
    "/deals/list?sort=-montant_brut",
    "/deals/performance",
    "/deals/velocity",
    "/deals/what-if?basket=10",
    "/customers",
    "/customers?q=u#",
    "/customers/at-risk",
    "/dashboard/summary",
    "/status",
    "/health",
];

/// Files that people download.
const EXPORTED: [&str; 9] = [
    "/leaderboard?format=csv",
    "/leaderboard?format=xlsx",
    "/leaderboard/claims?format=csv",
    "/deals/list?format=csv",
    "/deals/list?format=xlsx",
    "/deals?format=pdf",
    "/customers?format=csv",
    "/customers?format=xlsx",
    "/customers/report?format=pdf",
];

/// Looks back, each at another day.
const PAST: [&str; 3] = [
    "/leaderboard?as_of=2026-11-#",
    "/leaderboard/difference?before=2026-11-#&after=2026-12-01",
    "/customers/preview",
];

pub fn read(random: &mut impl Rng) -> String {
    fill(&READ, random)
}

pub fn exported(random: &mut impl Rng) -> String {
    fill(&EXPORTED, random)
}

pub fn past(random: &mut impl Rng) -> String {
    fill(&PAST, random)
}

/// One of the addresses; `#` stands for a number of two digits.
fn fill(addresses: &[&str], random: &mut impl Rng) -> String {
    let address = addresses.choose(random).copied().unwrap_or_default();
    address.replace('#', &random.random_range(10..28).to_string())
}
