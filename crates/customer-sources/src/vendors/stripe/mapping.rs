//! Mapping of Stripe customers and invoices to observations and events.

use crate::{
    event::{CustomerEvent, EventDetail, Invoice},
    lenient_json::{JsonRecord, RejectionReason},
    observation::{FieldName, Observation, Presence},
    subject::{Subject, SubjectKind},
};

/// Customer account at `place`, given as an id or as an expanded object.
pub(crate) fn account(record: &JsonRecord<'_>, place: &str) -> Option<Subject> {
    let inside = format!("{place}/id");
    let id = record.at(&inside).is_some().then(|| record.id_at(&inside)).flatten();
    id.or_else(|| record.id_at(place)).map(|id| SubjectKind::Account.id(id))
}

pub(crate) fn customer(record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
    let mut customer = Observation::about(SubjectKind::Account.id(record.id("/id")?));
    if record.flag("/deleted") == Some(true) {
        customer.presence = Presence::Removed;
        return Ok(customer);
    }
    let currency = record.currency("/currency");
    customer.add_email(record.email("/email"));
    customer.name = record.plain_text("/name");
    customer.add(FieldName::Phone, record.text("/phone"));
    customer.add(FieldName::Country, record.text("/address/country"));
    customer.add(FieldName::CreatedAt, record.time("/created"));
    customer.add(FieldName::Delinquent, record.flag("/delinquent"));
    let balance = record.minor_amount("/balance", currency);
    customer.add(FieldName::Other("balance".to_owned()), balance);
    customer.add(
        FieldName::Other("description".to_owned()),
        record.plain_text("/description"),
    );
    record.add_others("/metadata", &mut customer);
    Ok(customer)
}

pub(crate) fn invoice(record: &JsonRecord<'_>) -> Result<CustomerEvent, RejectionReason> {
    let currency = record.currency("/currency");
    let subscription = record
        .id_at("/parent/subscription_details/subscription")
        .or_else(|| record.id_at("/subscription"));
    let detail = Invoice {
        status: record.text("/status"),
        total: record.minor_amount("/total", currency),
        remaining: record.minor_amount("/amount_remaining", currency),
        due_at: record.time("/due_date"),
        paid_at: record.time("/status_transitions/paid_at"),
        attempts: record.number("/attempt_count"),
        subscription,
    };
    let mut event = CustomerEvent::new(record.id("/id")?, EventDetail::Invoice(detail));
    event.about.extend(account(record, "/customer"));
    event.emails.extend(record.email("/customer_email"));
    event.at = record.time("/created");
    Ok(event)
}
