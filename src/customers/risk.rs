//! Value at risk of a customer, and the reasons for the risk.

use rust_decimal::Decimal;

use super::{
    amount::Currency,
    customer::Customer,
    filter::{band, mrr_in},
    health::{Band, Component, Formula, Payment, Penalty, Snapshot},
};

/// Probability that a customer leaves, 0 to 1: the churn risk if known, otherwise the points missing from 100. `None`
/// without either.
pub fn risk(customer: &Customer) -> Option<Decimal> {
    let health = &customer.health;
    let of_score = |score: Decimal| (Decimal::ONE_HUNDRED - score) / Decimal::ONE_HUNDRED;
    let risk = health.churn_risk.or_else(|| health.score.map(of_score))?;
    Some(risk.clamp(Decimal::ZERO, Decimal::ONE))
}

/// Monthly revenue times the probability of losing it, in `currency`, rounded to cents.
pub fn value_at_risk(customer: &Customer, currency: Currency) -> Option<Decimal> {
    let lost = mrr_in(customer, currency)?.checked_mul(risk(customer)?)?;
    Some(lost.round_dp(2))
}

/// Whether the customer has a score and is not healthy.
pub fn is_at_risk(customer: &Customer) -> bool {
    band(customer).is_some_and(|band| band != Band::Healthy)
}

/// Reasons why a customer is at risk, most serious first: penalties and weak components of the newest score, and the
/// payment status of the row. Empty without any.
pub fn reasons(customer: &Customer, history: &[Snapshot]) -> Vec<String> {
    let profile = &customer.profile;
    let payment = profile.subscription_status.as_deref().and_then(Payment::parse);
    let mut reasons = Vec::new();
    if payment == Some(Payment::Cancelled) {
        reasons.push("subscription cancelled".to_owned());
    }
    // The history is sorted from oldest to newest.
    if let Some(newest) = history.last() {
        let lost = Penalty::ALL
            .into_iter()
            .filter(|penalty| newest.penalties.contains_key(penalty));
        reasons.extend(lost.map(|penalty| in_words(penalty).to_owned()));
        reasons.extend(weakest(newest));
    } else if profile.delinquent == Some(true) || payment.is_some_and(Payment::is_delinquent) {
        reasons.push("payment overdue".to_owned());
    }
    if payment == Some(Payment::Trialing) {
        reasons.push("still on trial".to_owned());
    }
    reasons
}

fn in_words(penalty: Penalty) -> &'static str {
    match penalty {
        Penalty::CancelMention => "spoke of leaving",
        Penalty::PaymentDelinquent => "payment overdue",
        Penalty::NoActivity => "no activity for 30 days",
        Penalty::CriticalTicket => "a critical ticket is open",
    }
}

/// Component with the smallest share of its weight, if that is less than half.
fn weakest(newest: &Snapshot) -> Option<String> {
    let formula = Formula::current();
    let earned = newest.components.iter().filter_map(|(component, points)| {
        let weight = formula.weight(*component);
        (!weight.is_zero()).then(|| (points.decimal() / weight, *component))
    });
    let (share, component) = earned.min()?;
    let name = match component {
        // MRR is an abbreviation and stays in capitals.
        Component::Mrr => component.to_string(),
        _ => component.to_string().to_lowercase(),
    };
    (share < Decimal::new(5, 1)).then(|| format!("weak {name}"))
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};
    use crate::customers::health::Points;

    fn snapshot(components: &[(Component, u8)], penalties: &[Penalty]) -> Snapshot {
        Snapshot {
            date: "2026-03-03".parse().expect("a day"),
            score: 20,
            band: Band::of(20),
            coverage: Points::ZERO,
            components: components
                .iter()
                .map(|(component, points)| (*component, Points::from(*points)))
                .collect(),
            penalties: penalties.iter().map(|penalty| (*penalty, Points::from(10))).collect(),
            formula: "1".to_owned(),
        }
    }

    #[test]
    fn the_hardest_penalty_comes_first_and_the_weakest_component_last() {
        let ada = fixture::customer("Ada", "20", Some("100"));
        let history = [snapshot(
            &[
                (Component::Activity, 24),
                (Component::Engagement, 2),
                (Component::Sentiment, 6),
            ],
            &[Penalty::NoActivity, Penalty::CancelMention],
        )];
        assert_eq!(
            reasons(&ada, &history),
            ["spoke of leaving", "no activity for 30 days", "weak engagement"]
        );
        assert_eq!(reasons(&ada, &[snapshot(&[(Component::Activity, 24)], &[])]), [""; 0]);
        assert_eq!(reasons(&ada, &[snapshot(&[(Component::Mrr, 0)], &[])]), ["weak MRR"]);
        assert_eq!(reasons(&ada, &[]), [""; 0]);
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
