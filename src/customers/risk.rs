//! What is at stake with a customer, and the reason in a few words.

use jiff::Zoned;
use rust_decimal::Decimal;

use super::{
    amount::Currency,
    customer::Customer,
    filter::{band, mrr_in},
    health::{Band, Payment},
};

/// Days without being seen from which that is a reason.
const LONG_UNSEEN: i32 = 14;

/// The chance that a customer leaves, from 0 to 1: as it was worked out, else what the score lacks of 100. `None` without
/// either.
pub fn risk(customer: &Customer) -> Option<Decimal> {
    let health = &customer.health;
    let of_score = |score: Decimal| (Decimal::ONE_HUNDRED - score) / Decimal::ONE_HUNDRED;
    let risk = health.churn_risk.or_else(|| health.score.map(of_score))?;
    Some(risk.clamp(Decimal::ZERO, Decimal::ONE))
}

/// Revenue a month times the chance of losing it, in `currency`, to the cent.
pub fn value_at_risk(customer: &Customer, currency: Currency) -> Option<Decimal> {
    let lost = mrr_in(customer, currency)?.checked_mul(risk(customer)?)?;
    Some(lost.round_dp(2))
}

/// Whether somebody has to look after a customer: scored, and not healthy.
pub fn is_at_risk(customer: &Customer) -> bool {
    band(customer).is_some_and(|band| band != Band::Healthy)
}

/// Why a customer is at risk, as far as the row tells, the hardest reason first; empty when it tells nothing.
pub fn reasons(customer: &Customer, now: &Zoned) -> Vec<String> {
    let profile = &customer.profile;
    let mut reasons = Vec::new();
    let payment = profile.subscription_status.as_deref().and_then(Payment::parse);
    match payment {
        Some(Payment::Cancelled) => reasons.push("subscription cancelled".to_owned()),
        Some(late) if late.is_delinquent() => reasons.push(format!("payment {}", late.word())),
        _ if profile.delinquent == Some(true) => reasons.push("payment overdue".to_owned()),
        _ => {}
    }
    if let Some(seen) = profile.last_seen_at {
        let days = (now.date() - seen.to_zoned(now.time_zone().clone()).date()).get_days();
        if days >= LONG_UNSEEN {
            reasons.push(format!("not seen for {days} days"));
        }
    }
    if let Some(logins) = profile.logins.filter(|logins| *logins < Decimal::from(3)) {
        let plural = if logins == Decimal::ONE { "" } else { "s" };
        reasons.push(format!("{} login{plural} in 30 days", logins.normalize()));
    }
    if payment == Some(Payment::Trialing) {
        reasons.push("still on trial".to_owned());
    }
    reasons
}
