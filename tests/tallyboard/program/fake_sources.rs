//! Fake sources for the commands of the customers board.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use test_support::fake_vendor::{Lists, ReceivedCall, Reply};

/// Fake Stripe API: customers and their subscriptions, in one page.
pub fn stripe(lists: &Lists, seen: &ReceivedCall) -> Reply {
    let list = seen.path.rsplit('/').next().unwrap_or_default();
    let data = lists.get(list).cloned().unwrap_or_default();
    Reply::json(&json!({"object": "list", "data": data, "has_more": false}))
}

pub fn subscription(id: &str, customer: &str, cents: u32) -> Value {
    json!({"id": id, "object": "subscription", "customer": customer, "status": "active", "start_date": 1_700_000_000,
        "items": {"object": "list", "data": [{"id": "si_1", "quantity": 1,
            "price": {"id": "price_1", "currency": "eur", "unit_amount": cents, "nickname": "Team",
                "billing_scheme": "per_unit", "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}}}]}})
}

pub fn lists(entries: &[(&str, Vec<Value>)]) -> Lists {
    entries
        .iter()
        .map(|(name, records)| ((*name).to_owned(), records.clone()))
        .collect::<BTreeMap<_, _>>()
}
