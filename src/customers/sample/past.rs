//! Earlier scores of the invented customers, so that trends and changes have data.

use jiff::{ToSpan, civil::Date};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::customers::{
    customer::CustomerId,
    health::{Band, Component, Points, Score, Snapshot},
    scoring::Scored,
};

/// Weeks before today, oldest first, each with the share (in tenths) of the missing activity and sentiment points that
/// the earlier score still had.
const EARLIER: [(i64, i64); 3] = [(8, 10), (4, 7), (1, 3)];

/// Earlier scores of each customer: without penalties, and with more activity and sentiment points.
pub fn past_scores(scored: &[Scored], today: Date) -> Vec<(CustomerId, Snapshot)> {
    let known = scored.iter().filter_map(|one| Some((one, one.score.as_ref()?)));
    let of_one = |(one, score): (&Scored, &Score)| -> Vec<(CustomerId, Snapshot)> {
        let since = one.facts.customer_since.as_ref().map(|since| since.value);
        let days = EARLIER.into_iter().filter_map(|(weeks, tenths)| {
            let day = today.checked_sub((weeks * 7).days()).ok()?;
            let was_there = since.is_none_or(|since| since <= day);
            was_there.then(|| (one.customer.clone(), earlier(score, day, tenths)))
        });
        days.collect()
    };
    known.flat_map(of_one).collect()
}

fn earlier(score: &Score, day: Date, tenths: i64) -> Snapshot {
    let mut snapshot = Snapshot::of(score, day);
    snapshot.penalties.clear();
    for line in score.lines.iter().filter(|line| line.fact.is_some()) {
        if [Component::Activity, Component::Sentiment].contains(&line.component) {
            let lacks = (line.maximum - line.points).decimal();
            let more = lacks * Decimal::from(tenths) / Decimal::TEN;
            let points = Points::new((line.points.decimal() + more).round_dp(2));
            snapshot.components.insert(line.component, points);
        }
    }
    let sum: Points = snapshot.components.values().copied().sum();
    let whole = sum
        .decimal()
        .clamp(Decimal::ZERO, Decimal::ONE_HUNDRED)
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    snapshot.score = u8::try_from(whole).unwrap_or(100);
    snapshot.band = Band::of(snapshot.score);
    snapshot
}
