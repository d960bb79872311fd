//! Sample data generator: forty invented customers in every state of health, as five services would report them.

use customer_sources::{
    amount::{Amount, Currency},
    event::{
        Booking, BookingOutcome, Conversation, CustomerEvent, Deal, DealStatus, EventDetail, Invoice, Message,
        Movement, MovementKind, Rating, Speaker, Ticket,
    },
    mrr::{Price, Recurring, Subscription, SubscriptionItem, UsageType},
    observation::{FieldName, FieldValue, Observation, ObservedField, SourcePage},
    subject::SubjectKind,
};
use jiff::{Timestamp, tz::TimeZone};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

use crate::sample::persona::{Persona, PersonaState, create_persona, days_ago};
pub use crate::sample::score_history::earlier_scores;

const PRAISE: &[&str] = &[
    "The new export saves us hours every week, thank you!",
    "Support answered within minutes. Great work.",
    "We love the dashboard, the whole team uses it now.",
];
const QUESTIONS: &[&str] = &[
    "How do I invite another colleague?",
    "Can the report be sent every Monday?",
    "Where do I find the invoice of last month?",
];
const COMPLAINTS: &[&str] = &[
    "The import fails again, this is really frustrating.",
    "It has been slow for two weeks and nobody answers.",
    "We are disappointed with the last update.",
];
const CANCELLATIONS: &[&str] = &[
    "We would like to cancel our subscription at the end of the month.",
    "Please cancel my plan, we are moving to another tool.",
    "Nous voulons résilier notre abonnement.",
];

/// Number of invented customers.
pub const SAMPLE_CUSTOMERS: usize = 40;

/// One page per service, as of `now`. The same `seed` and `now` give the same pages.
pub fn sample_pages(seed: u64, now: Timestamp, currency: Currency) -> Vec<SourcePage> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let personas: Vec<Persona> = (0..SAMPLE_CUSTOMERS)
        .map(|number| create_persona(number, now, &mut random))
        .collect();
    let mut pages: [(&str, SourcePage); 5] =
        ["stripe", "hubspot", "intercom", "dashboard", "chartmogul"].map(|source| (source, SourcePage::default()));
    for persona in &personas {
        let [stripe, hubspot, intercom, dashboard, chartmogul] = &mut pages;
        add_billing(&mut stripe.1, persona, now, currency);
        add_crm(&mut hubspot.1, persona, now, currency, &mut random);
        add_support(&mut intercom.1, persona, now, &mut random);
        add_usage(&mut dashboard.1, persona);
        add_movements(&mut chartmogul.1, persona, now, currency);
    }
    pages
        .into_iter()
        .map(|(source, page)| with_source(source, page))
        .collect()
}

fn with_source(source: &str, mut page: SourcePage) -> SourcePage {
    for observation in &mut page.observations {
        source.clone_into(&mut observation.source);
        "sample".clone_into(&mut observation.feed);
    }
    for event in &mut page.events {
        source.clone_into(&mut event.source);
    }
    page
}

fn observation(persona: &Persona, prefix: &str, kind: SubjectKind) -> Observation {
    let mut observation = Observation::about(kind.id(format!("{prefix}_sample_{:03}", persona.number)));
    observation.emails = vec![persona.email.clone()];
    observation.name = Some(persona.name.clone());
    observation
}

fn field(name: FieldName, value: impl Into<FieldValue>) -> ObservedField {
    let value = value.into();
    ObservedField { name, value }
}

fn subject_of(persona: &Persona, prefix: &str, kind: SubjectKind) -> Vec<customer_sources::subject::Subject> {
    vec![kind.id(format!("{prefix}_sample_{:03}", persona.number))]
}

fn price(persona: &Persona, currency: Currency) -> Amount {
    Amount {
        units: Decimal::new(persona.plan.1, 2),
        currency,
    }
}

fn add_billing(page: &mut SourcePage, persona: &Persona, now: Timestamp, currency: Currency) {
    let status = match persona.state {
        PersonaState::Thriving | PersonaState::Quiet | PersonaState::Leaving => "active",
        PersonaState::New if persona.number.is_multiple_of(2) => "trialing",
        PersonaState::New => "active",
        PersonaState::Late => "past_due",
        PersonaState::Gone => "canceled",
    };
    let mut account = observation(persona, "cus", SubjectKind::Account);
    account.fields = vec![field(FieldName::Delinquent, persona.state == PersonaState::Late)];
    account.updated_at = Some(persona.seen);
    page.observations.push(account);
    let item = SubscriptionItem {
        name: Some(persona.plan.0.to_owned()),
        currency: Some(currency),
        price: Some(Price::PerUnit(Decimal::from(persona.plan.1))),
        recurring: Some(Recurring {
            interval: "month".to_owned(),
            count: Decimal::ONE,
            usage: UsageType::Licensed,
        }),
        quantity: Some(Decimal::ONE),
        ..SubscriptionItem::default()
    };
    let is_gone = persona.state == PersonaState::Gone;
    let subscription = Subscription {
        status: Some(status.to_owned()),
        items: vec![item],
        started_at: Some(persona.since),
        trial_ends_at: (status == "trialing").then(|| days_ago(now, -10)),
        canceled_at: is_gone.then_some(persona.seen),
        ended_at: is_gone.then_some(persona.seen),
        ..Subscription::default()
    };
    page.events.push(event(
        persona,
        "sub",
        "cus",
        Some(persona.since),
        EventDetail::Subscription(Box::new(subscription)),
    ));
    if status == "trialing" {
        return;
    }
    for month in 0..3 {
        let at = days_ago(now, 30 * month + 3);
        if at < persona.since || (is_gone && at > persona.seen) {
            continue;
        }
        let total = price(persona, currency);
        let is_open = persona.state == PersonaState::Late && month == 0;
        let invoice = Invoice {
            status: Some(if is_open { "open" } else { "paid" }.to_owned()),
            total: Some(total),
            remaining: is_open.then_some(total),
            due_at: Some(at),
            paid_at: (!is_open).then_some(at),
            ..Invoice::default()
        };
        let prefix = format!("in_{month}");
        page.events
            .push(event(persona, &prefix, "cus", Some(at), EventDetail::Invoice(invoice)));
    }
}

fn event(persona: &Persona, prefix: &str, subject: &str, at: Option<Timestamp>, detail: EventDetail) -> CustomerEvent {
    let kind = match subject {
        "cus" | "cm" => SubjectKind::Account,
        _ => SubjectKind::Person,
    };
    CustomerEvent {
        about: subject_of(persona, subject, kind),
        emails: vec![persona.email.clone()],
        at,
        updated_at: at,
        ..CustomerEvent::new(format!("{prefix}_sample_{:03}", persona.number), detail)
    }
}

fn add_crm(page: &mut SourcePage, persona: &Persona, now: Timestamp, currency: Currency, random: &mut ChaCha8Rng) {
    let mut contact = observation(persona, "hs", SubjectKind::Person);
    contact.company = Some(persona.company.to_owned());
    contact.fields = vec![field(FieldName::LifecycleStage, "customer".to_owned())];
    contact.fields.extend(
        persona
            .manager
            .map(|manager| field(FieldName::AccountManager, manager.to_owned())),
    );
    contact.updated_at = Some(days_ago(now, random.random_range(1..90)));
    page.observations.push(contact);
    if persona.number.is_multiple_of(5) && persona.state == PersonaState::Thriving {
        let deal = Deal {
            name: Some(format!("More seats for {}", persona.company)),
            pipeline: None,
            stage: Some("Proposal".to_owned()),
            status: DealStatus::Open,
            amount: Some(Decimal::new(persona.plan.1 * 6, 2)),
            currency: Some(currency),
            probability: Some(Decimal::new(5, 1)),
            closes_at: Some(days_ago(now, -21)),
            owner: persona.manager.map(str::to_owned),
        };
        page.events.push(event(
            persona,
            "deal",
            "hs",
            Some(days_ago(now, 12)),
            EventDetail::Deal(deal),
        ));
    }
    if persona.number.is_multiple_of(3) {
        let days = random.random_range(4..60);
        let booking = Booking {
            name: Some("Quarterly review".to_owned()),
            starts_at: Some(days_ago(now, days)),
            ends_at: Some(days_ago(now, days)),
            outcome: if matches!(persona.state, PersonaState::Quiet | PersonaState::Leaving) {
                BookingOutcome::NoShow
            } else {
                BookingOutcome::Active
            },
            reason: None,
        };
        page.events.push(event(
            persona,
            "meeting",
            "hs",
            Some(days_ago(now, days)),
            EventDetail::Booking(booking),
        ));
    }
}

fn add_support(page: &mut SourcePage, persona: &Persona, now: Timestamp, random: &mut ChaCha8Rng) {
    let mut contact = observation(persona, "ic", SubjectKind::Person);
    contact.fields = vec![
        field(FieldName::LastSeenAt, persona.seen),
        field(FieldName::SignedUpAt, days_ago(persona.since, 6)),
        field(FieldName::Role, "user".to_owned()),
    ];
    contact.updated_at = Some(persona.seen);
    page.observations.push(contact);
    let (words, stars): (&[&str], Option<u8>) = match persona.state {
        PersonaState::Thriving if persona.number.is_multiple_of(2) => (PRAISE, Some(5)),
        PersonaState::Thriving | PersonaState::New => (QUESTIONS, Some(4)),
        PersonaState::Quiet | PersonaState::Late => (COMPLAINTS, persona.number.is_multiple_of(2).then_some(2)),
        PersonaState::Leaving | PersonaState::Gone => (CANCELLATIONS, Some(1)),
    };
    let at = days_ago(now, random.random_range(2..35));
    let text = words.choose(random).copied().unwrap_or_default().to_owned();
    let message = |speaker, text| Message {
        speaker,
        at: Some(at),
        text,
    };
    let answer = "Thank you for writing. We are looking into it and come back to you today.".to_owned();
    let conversation = Conversation {
        title: None,
        state: Some(
            if persona.state == PersonaState::Late {
                "open"
            } else {
                "closed"
            }
            .to_owned(),
        ),
        priority: None,
        rating: stars.map(|stars| Rating {
            stars,
            remark: None,
            at: Some(at),
        }),
        messages: vec![message(Speaker::Customer, text), message(Speaker::Staff, answer)],
    };
    page.events.push(event(
        persona,
        "conv",
        "ic",
        Some(at),
        EventDetail::Conversation(conversation),
    ));
    if persona.state == PersonaState::Late && persona.number.is_multiple_of(2) {
        let ticket = Ticket {
            title: Some("Data missing after the import".to_owned()),
            state: Some("in_progress".to_owned()),
            priority: Some("urgent".to_owned()),
            open: Some(true),
        };
        page.events.push(event(
            persona,
            "ticket",
            "ic",
            Some(days_ago(now, 5)),
            EventDetail::Ticket(ticket),
        ));
    }
}

fn add_usage(page: &mut SourcePage, persona: &Persona) {
    let mut user = observation(persona, "app", SubjectKind::Person);
    user.fields = vec![
        field(FieldName::LastSeenAt, persona.seen),
        field(FieldName::Logins, Decimal::from(persona.logins)),
        field(FieldName::Exports, Decimal::from(persona.logins / 3)),
    ];
    user.updated_at = Some(persona.seen);
    page.observations.push(user);
}

fn add_movements(page: &mut SourcePage, persona: &Persona, now: Timestamp, currency: Currency) {
    let mut account = observation(persona, "cm", SubjectKind::Account);
    account.company = Some(persona.company.to_owned());
    account.updated_at = Some(persona.seen);
    page.observations.push(account);
    let price = price(persona, currency);
    let minus = |amount: Amount| Amount {
        units: -amount.units,
        ..amount
    };
    let nothing = Amount {
        units: Decimal::ZERO,
        currency,
    };
    let mut push = |prefix: &str, at: Timestamp, (kind, change, mrr): (MovementKind, Amount, Amount)| {
        let movement = Movement {
            kind,
            change: Some(change),
            mrr: Some(mrr),
            date: Some(at.to_zoned(TimeZone::UTC).date()),
            description: None,
        };
        page.events
            .push(event(persona, prefix, "cm", Some(at), EventDetail::Movement(movement)));
    };
    if persona.state == PersonaState::New && persona.number.is_multiple_of(2) {
        return;
    }
    let half = Amount {
        units: price.units / Decimal::TWO,
        currency,
    };
    if persona.state == PersonaState::Thriving && persona.number.is_multiple_of(4) {
        push("new", persona.since, (MovementKind::NewBusiness, half, half));
        push("expansion", days_ago(now, 45), (MovementKind::Expansion, half, price));
    } else if persona.state == PersonaState::Quiet {
        let more = Amount {
            units: price.units + half.units,
            currency,
        };
        push("new", persona.since, (MovementKind::NewBusiness, more, more));
        push(
            "contraction",
            days_ago(now, 75),
            (MovementKind::Contraction, minus(half), price),
        );
    } else {
        push("new", persona.since, (MovementKind::NewBusiness, price, price));
    }
    if persona.state == PersonaState::Gone {
        push("churn", persona.seen, (MovementKind::Churn, minus(price), nothing));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    pub(crate) fn pages() -> Vec<SourcePage> {
        let now = "2026-03-03T12:00:00Z".parse().expect("an instant");
        sample_pages(5, now, Currency::of("EUR").expect("a code"))
    }

    #[test]
    fn it_is_the_same_every_time_and_every_customer_has_an_own_address() {
        assert_eq!(pages(), pages());
        let emails: BTreeSet<String> = pages()[0]
            .observations
            .iter()
            .flat_map(|told| told.emails.iter().map(|email| email.key().to_owned()))
            .collect();
        assert_eq!(emails.len(), SAMPLE_CUSTOMERS);
        assert!(
            emails.iter().all(|email| email.ends_with(".example")),
            "nobody is written to"
        );
    }

    #[test]
    fn nothing_has_happened_in_the_future_and_ids_are_not_used_twice() {
        let now: Timestamp = "2026-03-03T12:00:00Z".parse().expect("an instant");
        let mut ids = BTreeSet::new();
        for event in pages().iter().flat_map(|page| &page.events) {
            assert!(event.at.is_some_and(|at| at <= now), "{event:?}");
            assert!(
                ids.insert((event.source.clone(), event.detail.kind(), event.id.clone())),
                "{event:?}"
            );
        }
        assert!(ids.len() > 150, "{}", ids.len());
    }
}
