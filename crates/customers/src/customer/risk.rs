//! Value at risk of a customer, and the reasons for the risk.

use customer_sources::amount::Currency;
use rust_decimal::Decimal;

use crate::{
    customer::{Customer, health_band, mrr_in},
    health::{
        rules::{HealthBand, PaymentStatus, ScoreComponent, ScorePenalty, ScoreSnapshot},
        weights::ScoreFormula,
    },
};

/// Probability that a customer leaves, 0 to 1: the churn risk if known, otherwise the points missing from 100. `None`
/// without either.
pub fn churn_probability(customer: &Customer) -> Option<Decimal> {
    let health = &customer.health;
    let of_score = |score: Decimal| (Decimal::ONE_HUNDRED - score) / Decimal::ONE_HUNDRED;
    let risk = health.churn_risk.or_else(|| health.score.map(of_score))?;
    Some(risk.clamp(Decimal::ZERO, Decimal::ONE))
}

/// Monthly revenue times the probability of losing it, in `currency`, rounded to cents.
pub fn value_at_risk(customer: &Customer, currency: Currency) -> Option<Decimal> {
    let lost = mrr_in(customer, currency)?.checked_mul(churn_probability(customer)?)?;
    Some(lost.round_dp(2))
}

/// Whether the customer has a score and is not healthy.
pub fn is_at_risk(customer: &Customer) -> bool {
    health_band(customer).is_some_and(|band| band != HealthBand::Healthy)
}

/// Reasons why a customer is at risk, most serious first: penalties and weak components of the newest score, and the
/// payment status of the row. Empty without any.
pub fn risk_reasons(customer: &Customer, history: &[ScoreSnapshot]) -> Vec<String> {
    let profile = &customer.profile;
    let payment = profile.subscription_status.as_deref().and_then(PaymentStatus::parse);
    let mut reasons = Vec::new();
    if payment == Some(PaymentStatus::Cancelled) {
        reasons.push("subscription cancelled".to_owned());
    }
    // The history is sorted from oldest to newest.
    if let Some(newest) = history.last() {
        let lost = ScorePenalty::ALL
            .into_iter()
            .filter(|penalty| newest.penalties.contains_key(penalty));
        reasons.extend(lost.map(|penalty| penalty_text(penalty).to_owned()));
        reasons.extend(weakest_component(newest));
    } else if profile.delinquent == Some(true) || payment.is_some_and(PaymentStatus::is_delinquent) {
        reasons.push("payment overdue".to_owned());
    }
    if payment == Some(PaymentStatus::Trialing) {
        reasons.push("still on trial".to_owned());
    }
    reasons
}

fn penalty_text(penalty: ScorePenalty) -> &'static str {
    match penalty {
        ScorePenalty::CancelMention => "spoke of leaving",
        ScorePenalty::PaymentDelinquent => "payment overdue",
        ScorePenalty::NoActivity => "no activity for 30 days",
        ScorePenalty::CriticalTicket => "a critical ticket is open",
    }
}

/// Component with the smallest share of its weight, if that is less than half.
fn weakest_component(newest: &ScoreSnapshot) -> Option<String> {
    let formula = ScoreFormula::current();
    let earned = newest.components.iter().filter_map(|(component, points)| {
        let weight = formula.weight(*component);
        (!weight.is_zero()).then(|| (points.decimal() / weight, *component))
    });
    let (share, component) = earned.min()?;
    let name = match component {
        // MRR is an abbreviation and stays in capitals.
        ScoreComponent::Mrr => component.to_string(),
        _ => component.to_string().to_lowercase(),
    };
    (share < Decimal::new(5, 1)).then(|| format!("weak {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{customer::fixture, health::rules::ScorePoints};

    pub(crate) fn snapshot(components: &[(ScoreComponent, u8)], penalties: &[ScorePenalty]) -> ScoreSnapshot {
        ScoreSnapshot {
            date: "2026-03-03".parse().expect("a day"),
            score: 20,
            band: HealthBand::of(20),
            coverage: ScorePoints::ZERO,
            components: components
                .iter()
                .map(|(component, points)| (*component, ScorePoints::from(*points)))
                .collect(),
            penalties: penalties
                .iter()
                .map(|penalty| (*penalty, ScorePoints::from(10)))
                .collect(),
            formula: "1".to_owned(),
        }
    }

    #[test]
    fn the_hardest_penalty_comes_first_and_the_weakest_component_last() {
        let ada = fixture::customer("Ada", "20", Some("100"));
        let history = [snapshot(
            &[
                (ScoreComponent::Activity, 24),
                (ScoreComponent::Engagement, 2),
                (ScoreComponent::Sentiment, 6),
            ],
            &[ScorePenalty::NoActivity, ScorePenalty::CancelMention],
        )];
        assert_eq!(
            risk_reasons(&ada, &history),
            ["spoke of leaving", "no activity for 30 days", "weak engagement"]
        );
        assert_eq!(
            risk_reasons(&ada, &[snapshot(&[(ScoreComponent::Activity, 24)], &[])]),
            [""; 0]
        );
        assert_eq!(
            risk_reasons(&ada, &[snapshot(&[(ScoreComponent::Mrr, 0)], &[])]),
            ["weak MRR"]
        );
        assert_eq!(risk_reasons(&ada, &[]), [""; 0]);
    }

    #[test]
    fn the_chance_is_what_the_score_lacks_unless_it_was_worked_out() {
        let euros = Currency::of("EUR").expect("a code");
        let mut ada = fixture::customer("Ada", "20", Some("100"));
        assert_eq!(value_at_risk(&ada, euros), Some(Decimal::from(80)));
        ada.health.churn_risk = Some(Decimal::new(5, 1));
        assert_eq!(value_at_risk(&ada, euros), Some(Decimal::from(50)));
        assert_eq!(value_at_risk(&fixture::customer("Ben", "20", None), euros), None);
    }
}
