//! Customer fixtures for tests.

use super::{
    amount::{Amount, Currency},
    customer::{Customer, CustomerId, Health},
    email::Email,
    health::Band,
};

/// A customer with a score and a monthly revenue in euros.
pub fn customer(name: &str, score: &str, mrr: Option<&str>) -> Customer {
    let email = Email::of(&format!("{}@example.com", name.to_lowercase()));
    let mut customer = Customer::new(CustomerId::new(name), email);
    customer.profile.name = Some(name.to_owned());
    customer.health = Health {
        score: score.parse().ok(),
        status: score.parse().ok().map(|score| Band::of(score).word().to_owned()),
        ..Health::default()
    };
    customer.revenue.mrr = mrr.map(|units| Amount {
        units: units.parse().expect("a number"),
        currency: Currency::of("EUR").expect("a code"),
    });
    customer
}
