//! Search texts of customers.

use super::{customer::Customer, email::Email};
use crate::search::Folding;

pub use crate::search::{SearchTexts, SearchWords};

/// Search texts (name, company, plan and email addresses) of `customers`, in their order.
pub fn texts_of<'a>(customers: impl IntoIterator<Item = &'a Customer>) -> SearchTexts {
    let mut folding = Folding::default();
    for customer in customers {
        let profile = &customer.profile;
        let repeated = [&profile.company, &profile.plan];
        let own = profile.name.as_deref().into_iter();
        folding.add(
            repeated.into_iter().flatten().map(String::as_str),
            own.chain(customer.emails().map(Email::as_written)),
        );
    }
    folding.finish()
}
