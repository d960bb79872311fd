//! Feature extraction: facts of one customer from records and events, by the rules of
//! `docs/directives/health-score.md`.

use std::collections::HashSet;

use customer_sources::{
    amount::Currency,
    event::{BookingOutcome, CustomerEvent, EventDetail, MovementKind, Speaker, Ticket},
    observation::{FieldName, FieldValue},
};
use domain::normalize::normalize;
use jiff::{SignedDuration, Timestamp, Zoned, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;

use crate::{
    customer::Customer,
    health::{
        rules::{CancelMention, HealthFacts, MENTION_VALIDITY, PaymentStatus, RatingFact, SourcedFact as Fact},
        scoring::message_analysis::AnalyzedMessage,
        sentiment::ToneStrengths,
    },
    unify::{UnifyInput, clusters::Cluster, fields::FieldCandidates as Told, precedence::FieldKey},
};

/// Time for which messages count towards the tone.
const TONE_VALIDITY: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Vendor names of the highest ticket priority.
const CRITICAL_PRIORITIES: &[&str] = &["urgent", "critical", "highest", "blocker", "p0", "p1", "sev0", "sev1"];

/// Context of the extraction.
pub struct ExtractionContext<'a> {
    /// Current time, in the zone in which days are counted.
    pub now: &'a Zoned,
    /// Reporting currency.
    pub currency: Currency,
    /// Ids of dismissed mentions.
    pub dismissed: &'a HashSet<String>,
    /// Analysed messages by event, in event order.
    pub heard: &'a [Vec<AnalyzedMessage>],
}

impl ExtractionContext<'_> {
    /// Messages of the customer, with the source of each.
    fn heard<'a>(
        &'a self,
        known: UnifyInput<'a>,
        cluster: &'a Cluster,
    ) -> impl Iterator<Item = (&'a AnalyzedMessage, &'a str)> {
        cluster.events.iter().flat_map(move |place| {
            let source = known.events[*place].source.as_str();
            let heard = self.heard.get(*place).into_iter().flatten();
            heard.map(move |one| (one, source))
        })
    }
}

/// All facts of a customer.
pub fn extract_facts(
    known: UnifyInput<'_>,
    cluster: &Cluster,
    customer: &Customer,
    terms: &ExtractionContext<'_>,
) -> HealthFacts {
    let told = Told::of(known, cluster);
    let events: Vec<&CustomerEvent> = cluster.events.iter().map(|place| &known.events[*place]).collect();
    let zone = terms.now.time_zone();
    let since = time_of(&told, FieldKey::CustomerSince).or_else(|| time_of(&told, FieldKey::SignedUpAt));
    HealthFacts {
        last_seen: last_seen(known, cluster, &told, (&events, terms.now.timestamp())),
        ratings: events.iter().filter_map(|event| rating(event)).collect(),
        tone: tone_of(terms.heard(known, cluster), terms.now.timestamp()),
        payment: payment(&told, &events),
        delinquent: told.winner(FieldKey::Delinquent).and_then(|fact| match fact.value {
            FieldValue::Flag(flag) => Some(Fact::new(flag, fact.source.clone(), fact.since())),
            _ => None,
        }),
        logins: told.winner(FieldKey::Logins).and_then(|fact| match fact.value {
            FieldValue::Number(number) => Some(Fact::new(number, fact.source.clone(), fact.since())),
            _ => None,
        }),
        onboarding: onboarding(&events),
        customer_since: since.map(|since| Fact::new(since.value.to_zoned(zone.clone()).date(), since.source, since.at)),
        mrr: mrr(&told, customer, terms.currency),
        cancel_mentions: cancel_mentions(terms.heard(known, cluster), terms),
        critical_tickets: events.iter().filter_map(|event| critical_ticket(event)).collect(),
    }
}

fn time_of(told: &Told<'_>, key: FieldKey) -> Option<Fact<Timestamp>> {
    let fact = told.winner(key)?;
    match fact.value {
        FieldValue::Time(time) => Some(Fact::new(time, fact.source.clone(), fact.since())),
        _ => None,
    }
}

/// Latest of product activity, replies, messages, attended bookings and meetings.
fn last_seen(
    known: UnifyInput<'_>,
    cluster: &Cluster,
    told: &Told<'_>,
    (events, now): (&[&CustomerEvent], Timestamp),
) -> Option<Fact<Timestamp>> {
    let records = cluster.records.iter().map(|place| &known.records[*place]);
    let replied = records.filter_map(|record| match record.said.field(&FieldName::LastRepliedAt)? {
        FieldValue::Time(time) => Some(Fact::new(*time, record.said.source.clone(), Some(*time))),
        _ => None,
    });
    let seen = events.iter().filter_map(|event| {
        let at = customer_action_at(event, now)?;
        Some(Fact::new(at, event.source.clone(), Some(at)))
    });
    let all = time_of(told, FieldKey::LastSeenAt)
        .into_iter()
        .chain(replied)
        .chain(seen);
    all.max_by_key(|fact| fact.value)
}

/// Time of the customer's own action in an event.
fn customer_action_at(event: &CustomerEvent, now: Timestamp) -> Option<Timestamp> {
    match &event.detail {
        EventDetail::Conversation(conversation) => {
            let own = conversation
                .messages
                .iter()
                .filter(|message| message.speaker == Speaker::Customer);
            own.filter_map(|message| message.at).max()
        }
        EventDetail::Booking(booking) if booking.was_held(now) && booking.outcome == BookingOutcome::Active => {
            booking.ends_at
        }
        EventDetail::Meeting(meeting) => meeting.ended_at.or(event.at).filter(|at| *at <= now),
        EventDetail::Onboarding(onboarding) => onboarding.last_activity_at,
        _ => None,
    }
}

fn rating(event: &CustomerEvent) -> Option<Fact<RatingFact>> {
    let EventDetail::Conversation(conversation) = &event.detail else {
        return None;
    };
    let rating = conversation.rating.as_ref()?;
    let at = rating.at.or(event.updated_at).or(event.at)?;
    let rating = RatingFact {
        stars: rating.stars,
        at,
    };
    Some(Fact::new(rating, event.source.clone(), Some(at)))
}

fn tone_of<'a>(heard: impl Iterator<Item = (&'a AnalyzedMessage, &'a str)>, now: Timestamp) -> Option<Fact<Decimal>> {
    let recent: Vec<(&AnalyzedMessage, &str)> = heard
        .filter(|(heard, _)| now.duration_since(heard.at) <= TONE_VALIDITY)
        .collect();
    let strengths = recent.iter().map(|(heard, _)| heard.strengths);
    let worth = strengths.fold(ToneStrengths::default(), ToneStrengths::plus).tone()?;
    let (newest, source) = recent.iter().max_by_key(|(heard, _)| heard.at)?;
    Some(Fact::new(worth, *source, Some(newest.at)))
}

/// Payment status from the subscriptions, if any: an overdue one first, then the best. Otherwise the subscription
/// status of a source.
fn payment(told: &Told<'_>, events: &[&CustomerEvent]) -> Option<Fact<PaymentStatus>> {
    let standings: Vec<Fact<PaymentStatus>> = events.iter().filter_map(|event| subscription(event)).collect();
    let owed = standings
        .iter()
        .filter(|fact| fact.value.is_delinquent())
        .max_by_key(|fact| fact.value);
    let best = owed.or_else(|| standings.iter().min_by_key(|fact| fact.value));
    best.cloned().or_else(|| {
        let fact = told.winner(FieldKey::SubscriptionStatus)?;
        let payment = PaymentStatus::parse(&fact.value.to_string())?;
        Some(Fact::new(payment, fact.source.clone(), fact.since()))
    })
}

fn subscription(event: &CustomerEvent) -> Option<Fact<PaymentStatus>> {
    let EventDetail::Subscription(subscription) = &event.detail else {
        return None;
    };
    let payment = PaymentStatus::parse(subscription.status.as_deref()?)?;
    Some(Fact::new(payment, event.source.clone(), event.updated_at.or(event.at)))
}

/// Completed share of the onboarding guides assigned to the customer.
fn onboarding(events: &[&CustomerEvent]) -> Option<Fact<Decimal>> {
    let guides = events.iter().filter_map(|event| match &event.detail {
        EventDetail::Onboarding(onboarding) => Some((*event, onboarding.completed?)),
        _ => None,
    });
    let guides: Vec<(&CustomerEvent, bool)> = guides.collect();
    let newest = guides.iter().max_by_key(|(event, _)| event.updated_at.or(event.at))?.0;
    let done = guides.iter().filter(|(_, completed)| *completed).count();
    let share = Decimal::from(done) / Decimal::from(guides.len());
    Some(Fact::new(share, newest.source.clone(), newest.updated_at.or(newest.at)))
}

fn mrr(told: &Told<'_>, customer: &Customer, currency: Currency) -> Option<Fact<Decimal>> {
    let mrr = customer.revenue.mrr.filter(|mrr| mrr.currency == currency)?;
    let source = customer.revenue.mrr_source.clone().unwrap_or_default();
    let mark = customer.sources.iter().find(|mark| mark.source == source);
    let since = told.about(FieldKey::Mrr).into_iter().find(|fact| fact.source == source);
    let at = since
        .and_then(|fact| fact.since())
        .or(mark.and_then(|mark| mark.synced_at));
    Some(Fact::new(mrr.units, source, at))
}

fn cancel_mentions<'a>(
    heard: impl Iterator<Item = (&'a AnalyzedMessage, &'a str)>,
    terms: &ExtractionContext<'_>,
) -> Vec<CancelMention> {
    let mut mentions: Vec<CancelMention> = Vec::new();
    let now = terms.now.timestamp();
    let recent = heard.filter(|(heard, _)| now.duration_since(heard.at) <= MENTION_VALIDITY);
    for mention in recent.flat_map(|(heard, _)| &heard.mentions) {
        let counts = !terms.dismissed.contains(&mention.id);
        if counts && mentions.iter().all(|known| known.id != mention.id) {
            mentions.push(mention.clone());
        }
    }
    mentions.sort_by_key(|mention| mention.at);
    mentions
}

fn critical_ticket(event: &CustomerEvent) -> Option<Fact<String>> {
    let EventDetail::Ticket(ticket) = &event.detail else {
        return None;
    };
    let is_critical = |ticket: &Ticket| {
        let priority = ticket.priority.as_deref().map(normalize).unwrap_or_default();
        ticket.open == Some(true) && CRITICAL_PRIORITIES.contains(&priority.as_str())
    };
    let title = ticket.title.clone().unwrap_or_else(|| format!("ticket {}", event.id));
    is_critical(ticket).then(|| Fact::new(title, event.source.clone(), event.updated_at.or(event.at)))
}

/// Day on which the customer left: the last revenue movement is churn, or every subscription ended.
pub fn departure_date(known: UnifyInput<'_>, cluster: &Cluster, zone: &TimeZone) -> Option<Date> {
    let events = cluster.primary_events.iter().map(|place| &known.events[*place]);
    let events: Vec<&CustomerEvent> = events.collect();
    let moved = events.iter().filter_map(|event| match &event.detail {
        EventDetail::Movement(movement) => Some((movement.date?, &movement.kind)),
        _ => None,
    });
    if let Some((day, kind)) = moved.max_by_key(|(day, _)| *day) {
        return (*kind == MovementKind::Churn).then_some(day);
    }
    let subscriptions = events.iter().filter_map(|event| match &event.detail {
        EventDetail::Subscription(subscription) => Some(subscription),
        _ => None,
    });
    let ends: Vec<Option<Timestamp>> = subscriptions
        .map(|subscription| {
            let is_over =
                subscription.status.as_deref().and_then(PaymentStatus::parse) == Some(PaymentStatus::Cancelled);
            subscription.ended_at.or(subscription.canceled_at).filter(|_| is_over)
        })
        .collect();
    let all_ended: Option<Vec<Timestamp>> = ends.into_iter().collect();
    let last = all_ended?.into_iter().max()?;
    Some(last.to_zoned(zone.clone()).date())
}
