//! Facts for tests.

use jiff::{Timestamp, Zoned};
use rust_decimal::Decimal;

use crate::health::rules::facts::{HealthFacts, PaymentStatus, RatingFact, SourcedFact};

/// 21 November 2026, 12:00 in Paris.
pub(crate) fn now() -> Zoned {
    "2026-11-21T12:00:00[Europe/Paris]".parse().expect("a moment")
}

pub(crate) fn at(text: &str) -> Timestamp {
    format!("{text}T09:00:00Z").parse().expect("a moment")
}

pub(crate) fn payment(payment: PaymentStatus) -> Option<SourcedFact<PaymentStatus>> {
    Some(SourcedFact::new(payment, "stripe", Some(at("2026-11-20"))))
}

/// A healthy customer with every fact known.
pub(crate) fn well() -> HealthFacts {
    HealthFacts {
        last_seen: Some(SourcedFact::new(at("2026-11-20"), "intercom", Some(at("2026-11-20")))),
        ratings: vec![rating(5, "2026-11-10"), rating(4, "2026-10-10")],
        tone: Some(SourcedFact::new(Decimal::from(60), "intercom", Some(at("2026-11-10")))),
        payment: payment(PaymentStatus::Active),
        logins: Some(SourcedFact::new(Decimal::from(16), "dashboard", Some(at("2026-11-20")))),
        onboarding: Some(SourcedFact::new(Decimal::ONE, "userflow", Some(at("2026-02-01")))),
        customer_since: Some(SourcedFact::new(
            "2025-11-21".parse().expect("a day"),
            "stripe",
            Some(at("2026-11-20")),
        )),
        mrr: Some(SourcedFact::new(Decimal::from(300), "stripe", Some(at("2026-11-20")))),
        ..HealthFacts::default()
    }
}

pub(crate) fn rating(stars: u8, day: &str) -> SourcedFact<RatingFact> {
    SourcedFact::new(RatingFact { stars, at: at(day) }, "intercom", Some(at(day)))
}
