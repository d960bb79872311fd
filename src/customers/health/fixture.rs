//! Facts for tests.

use jiff::{Timestamp, Zoned};
use rust_decimal::Decimal;

use super::facts::{Facts, Known, Payment, Rating};

/// 21 November 2026, 12:00 in Paris.
pub(in super::super) fn now() -> Zoned {
    "2026-11-21T12:00:00[Europe/Paris]".parse().expect("a moment")
}

pub(in super::super) fn at(text: &str) -> Timestamp {
    format!("{text}T09:00:00Z").parse().expect("a moment")
}

pub(in super::super) fn payment(payment: Payment) -> Option<Known<Payment>> {
    Some(Known::new(payment, "stripe", Some(at("2026-11-20"))))
}

/// A healthy customer with every fact known.
pub(in super::super) fn well() -> Facts {
    Facts {
        last_seen: Some(Known::new(at("2026-11-20"), "intercom", Some(at("2026-11-20")))),
        ratings: vec![rating(5, "2026-11-10"), rating(4, "2026-10-10")],
        tone: Some(Known::new(Decimal::from(60), "intercom", Some(at("2026-11-10")))),
        payment: payment(Payment::Active),
        logins: Some(Known::new(Decimal::from(16), "dashboard", Some(at("2026-11-20")))),
        onboarding: Some(Known::new(Decimal::ONE, "userflow", Some(at("2026-02-01")))),
        customer_since: Some(Known::new(
            "2025-11-21".parse().expect("a day"),
            "stripe",
            Some(at("2026-11-20")),
        )),
        mrr: Some(Known::new(Decimal::from(300), "stripe", Some(at("2026-11-20")))),
        ..Facts::default()
    }
}

pub(in super::super) fn rating(stars: u8, day: &str) -> Known<Rating> {
    Known::new(Rating { stars, at: at(day) }, "intercom", Some(at(day)))
}
