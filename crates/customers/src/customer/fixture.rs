//! Customer fixtures for tests.

use customer_sources::{
    amount::{Amount, Currency},
    email::Email,
};

use crate::{
    customer::{Customer, CustomerHealth, CustomerId},
    health::rules::HealthBand,
};

/// A customer with a score and a monthly revenue in euros.
pub fn customer(name: &str, score: &str, mrr: Option<&str>) -> Customer {
    let email = Email::of(&format!("{}@example.com", name.to_lowercase()));
    let mut customer = Customer::new(CustomerId::new(name), email);
    customer.profile.name = Some(name.to_owned());
    customer.health = CustomerHealth {
        score: score.parse().ok(),
        status: score.parse().ok().map(|score| HealthBand::of(score).word().to_owned()),
        ..CustomerHealth::default()
    };
    customer.revenue.mrr = mrr.map(|units| Amount {
        units: units.parse().expect("a number"),
        currency: Currency::of("EUR").expect("a code"),
    });
    customer
}
