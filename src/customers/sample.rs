//! Sample data generator: forty invented customers in every state of health, as five services would report them.

mod past;
mod sketch;

pub use past::past_scores;

use jiff::{Timestamp, tz::TimeZone};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

use super::{
    amount::{Amount, Currency},
    mrr::{Item, Price, Recurring, Subscription, Usage},
    sources::{
        event::{
            Booking, BookingOutcome, Conversation, Deal, DealStatus, Detail, Event, Invoice, Message, Movement,
            MovementKind, Rating, Speaker, Ticket,
        },
        record::{Field, FieldName, FieldValue, Observation, Page, SubjectKind},
    },
};

use sketch::{Mood, Sketch, ago, sketch};

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
const TROUBLE: &[&str] = &[
    "The import fails again, this is really frustrating.",
    "It has been slow for two weeks and nobody answers.",
    "We are disappointed with the last update.",
];
const LEAVING: &[&str] = &[
    "We would like to cancel our subscription at the end of the month.",
    "Please cancel my plan, we are moving to another tool.",
    "Nous voulons résilier notre abonnement.",
];

/// Number of invented customers.
pub const CUSTOMERS: usize = 40;

/// One page per service, as of `now`. The same `seed` and `now` give the same pages.
pub fn sample_pages(seed: u64, now: Timestamp, currency: Currency) -> Vec<Page> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let sketches: Vec<Sketch> = (0..CUSTOMERS).map(|number| sketch(number, now, &mut chance)).collect();
    let mut pages: [(&str, Page); 5] =
        ["stripe", "hubspot", "intercom", "dashboard", "chartmogul"].map(|source| (source, Page::default()));
    for sketch in &sketches {
        let [stripe, hubspot, intercom, dashboard, chartmogul] = &mut pages;
        billed(&mut stripe.1, sketch, (now, currency));
        sold(&mut hubspot.1, sketch, (now, currency), &mut chance);
        supported(&mut intercom.1, sketch, now, &mut chance);
        used(&mut dashboard.1, sketch);
        moved(&mut chartmogul.1, sketch, (now, currency));
    }
    pages.into_iter().map(signed).collect()
}

fn signed((source, mut page): (&str, Page)) -> Page {
    for observation in &mut page.observations {
        source.clone_into(&mut observation.source);
        "sample".clone_into(&mut observation.feed);
    }
    for event in &mut page.events {
        source.clone_into(&mut event.source);
    }
    page
}

fn observation(sketch: &Sketch, prefix: &str, kind: SubjectKind) -> Observation {
    let mut observation = Observation::about(kind.id(format!("{prefix}_sample_{:03}", sketch.number)));
    observation.emails = vec![sketch.email.clone()];
    observation.name = Some(sketch.name.clone());
    observation
}

fn field(name: FieldName, value: impl Into<FieldValue>) -> Field {
    let value = value.into();
    Field { name, value }
}

fn about(sketch: &Sketch, prefix: &str, kind: SubjectKind) -> Vec<super::sources::record::Subject> {
    vec![kind.id(format!("{prefix}_sample_{:03}", sketch.number))]
}

fn price(sketch: &Sketch, currency: Currency) -> Amount {
    Amount {
        units: Decimal::new(sketch.plan.1, 2),
        currency,
    }
}

fn billed(page: &mut Page, sketch: &Sketch, (now, currency): (Timestamp, Currency)) {
    let status = match sketch.mood {
        Mood::Thriving | Mood::Quiet | Mood::Leaving => "active",
        Mood::New if sketch.number.is_multiple_of(2) => "trialing",
        Mood::New => "active",
        Mood::Late => "past_due",
        Mood::Gone => "canceled",
    };
    let mut account = observation(sketch, "cus", SubjectKind::Account);
    account.fields = vec![field(FieldName::Delinquent, sketch.mood == Mood::Late)];
    account.updated_at = Some(sketch.seen);
    page.observations.push(account);
    let item = Item {
        name: Some(sketch.plan.0.to_owned()),
        currency: Some(currency),
        price: Some(Price::PerUnit(Decimal::from(sketch.plan.1))),
        recurring: Some(Recurring {
            interval: "month".to_owned(),
            count: Decimal::ONE,
            usage: Usage::Licensed,
        }),
        quantity: Some(Decimal::ONE),
        ..Item::default()
    };
    let is_gone = sketch.mood == Mood::Gone;
    let subscription = Subscription {
        status: Some(status.to_owned()),
        items: vec![item],
        started_at: Some(sketch.since),
        trial_ends_at: (status == "trialing").then(|| ago(now, -10)),
        canceled_at: is_gone.then_some(sketch.seen),
        ended_at: is_gone.then_some(sketch.seen),
        ..Subscription::default()
    };
    page.events.push(event(
        sketch,
        ("sub", "cus"),
        Some(sketch.since),
        Detail::Subscription(Box::new(subscription)),
    ));
    if status == "trialing" {
        return;
    }
    for month in 0..3 {
        let at = ago(now, 30 * month + 3);
        if at < sketch.since || (is_gone && at > sketch.seen) {
            continue;
        }
        let total = price(sketch, currency);
        let is_open = sketch.mood == Mood::Late && month == 0;
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
            .push(event(sketch, (&prefix, "cus"), Some(at), Detail::Invoice(invoice)));
    }
}

fn event(sketch: &Sketch, (prefix, subject): (&str, &str), at: Option<Timestamp>, detail: Detail) -> Event {
    let kind = match subject {
        "cus" | "cm" => SubjectKind::Account,
        _ => SubjectKind::Person,
    };
    Event {
        about: about(sketch, subject, kind),
        emails: vec![sketch.email.clone()],
        at,
        updated_at: at,
        ..Event::new(format!("{prefix}_sample_{:03}", sketch.number), detail)
    }
}

fn sold(page: &mut Page, sketch: &Sketch, (now, currency): (Timestamp, Currency), chance: &mut ChaCha8Rng) {
    let mut contact = observation(sketch, "hs", SubjectKind::Person);
    contact.company = Some(sketch.company.to_owned());
    contact.fields = vec![field(FieldName::LifecycleStage, "customer".to_owned())];
    contact.fields.extend(
        sketch
            .manager
            .map(|manager| field(FieldName::AccountManager, manager.to_owned())),
    );
    contact.updated_at = Some(ago(now, chance.random_range(1..90)));
    page.observations.push(contact);
    if sketch.number.is_multiple_of(5) && sketch.mood == Mood::Thriving {
        let deal = Deal {
            name: Some(format!("More seats for {}", sketch.company)),
            pipeline: None,
            stage: Some("Proposal".to_owned()),
            status: DealStatus::Open,
            amount: Some(Decimal::new(sketch.plan.1 * 6, 2)),
            currency: Some(currency),
            probability: Some(Decimal::new(5, 1)),
            closes_at: Some(ago(now, -21)),
            owner: sketch.manager.map(str::to_owned),
        };
        page.events
            .push(event(sketch, ("deal", "hs"), Some(ago(now, 12)), Detail::Deal(deal)));
    }
    if sketch.number.is_multiple_of(3) {
        let days = chance.random_range(4..60);
        let booking = Booking {
            name: Some("Quarterly review".to_owned()),
            starts_at: Some(ago(now, days)),
            ends_at: Some(ago(now, days)),
            outcome: if matches!(sketch.mood, Mood::Quiet | Mood::Leaving) {
                BookingOutcome::NoShow
            } else {
                BookingOutcome::Active
            },
            reason: None,
        };
        page.events.push(event(
            sketch,
            ("meeting", "hs"),
            Some(ago(now, days)),
            Detail::Booking(booking),
        ));
    }
}

fn supported(page: &mut Page, sketch: &Sketch, now: Timestamp, chance: &mut ChaCha8Rng) {
    let mut contact = observation(sketch, "ic", SubjectKind::Person);
    contact.fields = vec![
        field(FieldName::LastSeenAt, sketch.seen),
        field(FieldName::SignedUpAt, ago(sketch.since, 6)),
        field(FieldName::Role, "user".to_owned()),
    ];
    contact.updated_at = Some(sketch.seen);
    page.observations.push(contact);
    let (words, stars): (&[&str], Option<u8>) = match sketch.mood {
        Mood::Thriving if sketch.number.is_multiple_of(2) => (PRAISE, Some(5)),
        Mood::Thriving | Mood::New => (QUESTIONS, Some(4)),
        Mood::Quiet | Mood::Late => (TROUBLE, sketch.number.is_multiple_of(2).then_some(2)),
        Mood::Leaving | Mood::Gone => (LEAVING, Some(1)),
    };
    let at = ago(now, chance.random_range(2..35));
    let text = words.choose(chance).copied().unwrap_or_default().to_owned();
    let message = |speaker, text| Message {
        speaker,
        at: Some(at),
        text,
    };
    let answer = "Thank you for writing. We are looking into it and come back to you today.".to_owned();
    let conversation = Conversation {
        title: None,
        state: Some(if sketch.mood == Mood::Late { "open" } else { "closed" }.to_owned()),
        priority: None,
        rating: stars.map(|stars| Rating {
            stars,
            remark: None,
            at: Some(at),
        }),
        messages: vec![message(Speaker::Customer, text), message(Speaker::Staff, answer)],
    };
    page.events.push(event(
        sketch,
        ("conv", "ic"),
        Some(at),
        Detail::Conversation(conversation),
    ));
    if sketch.mood == Mood::Late && sketch.number.is_multiple_of(2) {
        let ticket = Ticket {
            title: Some("Data missing after the import".to_owned()),
            state: Some("in_progress".to_owned()),
            priority: Some("urgent".to_owned()),
            open: Some(true),
        };
        page.events.push(event(
            sketch,
            ("ticket", "ic"),
            Some(ago(now, 5)),
            Detail::Ticket(ticket),
        ));
    }
}

fn used(page: &mut Page, sketch: &Sketch) {
    let mut user = observation(sketch, "app", SubjectKind::Person);
    user.fields = vec![
        field(FieldName::LastSeenAt, sketch.seen),
        field(FieldName::Logins, Decimal::from(sketch.logins)),
        field(FieldName::Exports, Decimal::from(sketch.logins / 3)),
    ];
    user.updated_at = Some(sketch.seen);
    page.observations.push(user);
}

fn moved(page: &mut Page, sketch: &Sketch, (now, currency): (Timestamp, Currency)) {
    let mut account = observation(sketch, "cm", SubjectKind::Account);
    account.company = Some(sketch.company.to_owned());
    account.updated_at = Some(sketch.seen);
    page.observations.push(account);
    let price = price(sketch, currency);
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
            .push(event(sketch, (prefix, "cm"), Some(at), Detail::Movement(movement)));
    };
    if sketch.mood == Mood::New && sketch.number.is_multiple_of(2) {
        return;
    }
    let half = Amount {
        units: price.units / Decimal::TWO,
        currency,
    };
    if sketch.mood == Mood::Thriving && sketch.number.is_multiple_of(4) {
        push("new", sketch.since, (MovementKind::NewBusiness, half, half));
        push("expansion", ago(now, 45), (MovementKind::Expansion, half, price));
    } else if sketch.mood == Mood::Quiet {
        let more = Amount {
            units: price.units + half.units,
            currency,
        };
        push("new", sketch.since, (MovementKind::NewBusiness, more, more));
        push(
            "contraction",
            ago(now, 75),
            (MovementKind::Contraction, minus(half), price),
        );
    } else {
        push("new", sketch.since, (MovementKind::NewBusiness, price, price));
    }
    if sketch.mood == Mood::Gone {
        push("churn", sketch.seen, (MovementKind::Churn, minus(price), nothing));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn pages() -> Vec<Page> {
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
        assert_eq!(emails.len(), CUSTOMERS);
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
