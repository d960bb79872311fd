//! Earlier scores of the invented customers, so that trends and changes have data.

use jiff::{ToSpan, civil::Date};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{
    customer::CustomerId,
    health::{
        rules::{HealthBand, HealthScore, ScoreComponent, ScorePoints, ScoreSnapshot},
        scoring::ScoredCustomer,
    },
};

/// Weeks before today, oldest first, each with the share (in tenths) of the missing activity and sentiment points that
/// the earlier score still had.
const EARLIER_WEEKS: [(i64, i64); 3] = [(8, 10), (4, 7), (1, 3)];

/// Earlier scores of each customer: without penalties, and with more activity and sentiment points.
pub fn earlier_scores(scored: &[ScoredCustomer], today: Date) -> Vec<(CustomerId, ScoreSnapshot)> {
    let known = scored.iter().filter_map(|one| Some((one, one.score.as_ref()?)));
    let of_one = |(one, score): (&ScoredCustomer, &HealthScore)| -> Vec<(CustomerId, ScoreSnapshot)> {
        let since = one.facts.customer_since.as_ref().map(|since| since.value);
        let days = EARLIER_WEEKS.into_iter().filter_map(|(weeks, tenths)| {
            let day = today.checked_sub((weeks * 7).days()).ok()?;
            let was_there = since.is_none_or(|since| since <= day);
            was_there.then(|| (one.customer.clone(), earlier_snapshot(score, day, tenths)))
        });
        days.collect()
    };
    known.flat_map(of_one).collect()
}

fn earlier_snapshot(score: &HealthScore, day: Date, tenths: i64) -> ScoreSnapshot {
    let mut snapshot = ScoreSnapshot::of(score, day);
    snapshot.penalties.clear();
    for line in score.lines.iter().filter(|line| line.fact.is_some()) {
        if [ScoreComponent::Activity, ScoreComponent::Sentiment].contains(&line.component) {
            let lacks = (line.maximum - line.points).decimal();
            let more = lacks * Decimal::from(tenths) / Decimal::TEN;
            let points = ScorePoints::new((line.points.decimal() + more).round_dp(2));
            snapshot.components.insert(line.component, points);
        }
    }
    let sum: ScorePoints = snapshot.components.values().copied().sum();
    let whole = sum
        .decimal()
        .clamp(Decimal::ZERO, Decimal::ONE_HUNDRED)
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    snapshot.score = u8::try_from(whole).unwrap_or(100);
    snapshot.band = HealthBand::of(snapshot.score);
    snapshot
}
