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
    unify::{UnifyInput, clusters::Cluster, fields::FieldCandidates as Candidates, precedence::FieldKey},
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
    pub analyzed_messages: &'a [Vec<AnalyzedMessage>],
}

impl ExtractionContext<'_> {
    /// Messages of the customer, with the source of each.
    fn customer_messages<'a>(
        &'a self,
        input: UnifyInput<'a>,
        cluster: &'a Cluster,
    ) -> impl Iterator<Item = (&'a AnalyzedMessage, &'a str)> {
        cluster.events.iter().flat_map(move |index| {
            let source = input.events[*index].source.as_str();
            let heard = self.analyzed_messages.get(*index).into_iter().flatten();
            heard.map(move |one| (one, source))
        })
    }
}

/// All facts of a customer.
pub fn extract_facts(
    input: UnifyInput<'_>,
    cluster: &Cluster,
    customer: &Customer,
    context: &ExtractionContext<'_>,
) -> HealthFacts {
    let candidates = Candidates::of(input, cluster);
    let events: Vec<&CustomerEvent> = cluster.events.iter().map(|index| &input.events[*index]).collect();
    let zone = context.now.time_zone();
    let since = time_of(&candidates, FieldKey::CustomerSince).or_else(|| time_of(&candidates, FieldKey::SignedUpAt));
    HealthFacts {
        last_seen: last_seen(input, cluster, &candidates, &events, context.now.timestamp()),
        ratings: events.iter().filter_map(|event| rating(event)).collect(),
        tone: tone_of(context.customer_messages(input, cluster), context.now.timestamp()),
        payment: payment(&candidates, &events),
        delinquent: candidates
            .winner(FieldKey::Delinquent)
            .and_then(|fact| match fact.value {
                FieldValue::Flag(flag) => Some(Fact::new(flag, fact.source.clone(), fact.since())),
                _ => None,
            }),
        logins: candidates.winner(FieldKey::Logins).and_then(|fact| match fact.value {
            FieldValue::Number(number) => Some(Fact::new(number, fact.source.clone(), fact.since())),
            _ => None,
        }),
        onboarding: onboarding(&events),
        customer_since: since.map(|since| Fact::new(since.value.to_zoned(zone.clone()).date(), since.source, since.at)),
        mrr: mrr(&candidates, customer, context.currency),
        cancel_mentions: cancel_mentions(context.customer_messages(input, cluster), context),
        critical_tickets: events.iter().filter_map(|event| critical_ticket(event)).collect(),
    }
}

fn time_of(candidates: &Candidates<'_>, key: FieldKey) -> Option<Fact<Timestamp>> {
    let fact = candidates.winner(key)?;
    match fact.value {
        FieldValue::Time(time) => Some(Fact::new(time, fact.source.clone(), fact.since())),
        _ => None,
    }
}

/// Latest of product activity, replies, messages, attended bookings and meetings.
fn last_seen(
    input: UnifyInput<'_>,
    cluster: &Cluster,
    candidates: &Candidates<'_>,
    events: &[&CustomerEvent],
    now: Timestamp,
) -> Option<Fact<Timestamp>> {
    let records = cluster.records.iter().map(|index| &input.records[*index]);
    let replied = records.filter_map(|record| match record.observation.field(&FieldName::LastRepliedAt)? {
        FieldValue::Time(time) => Some(Fact::new(*time, record.observation.source.clone(), Some(*time))),
        _ => None,
    });
    let seen = events.iter().filter_map(|event| {
        let at = customer_action_at(event, now)?;
        Some(Fact::new(at, event.source.clone(), Some(at)))
    });
    let all = time_of(candidates, FieldKey::LastSeenAt)
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

fn tone_of<'a>(
    messages: impl Iterator<Item = (&'a AnalyzedMessage, &'a str)>,
    now: Timestamp,
) -> Option<Fact<Decimal>> {
    let recent: Vec<(&AnalyzedMessage, &str)> = messages
        .filter(|(messages, _)| now.duration_since(messages.at) <= TONE_VALIDITY)
        .collect();
    let strengths = recent.iter().map(|(messages, _)| messages.strengths);
    let worth = strengths.fold(ToneStrengths::default(), ToneStrengths::plus).tone()?;
    let (newest, source) = recent.iter().max_by_key(|(messages, _)| messages.at)?;
    Some(Fact::new(worth, *source, Some(newest.at)))
}

/// Payment status from the subscriptions, if any: an overdue one first, then the best. Otherwise the subscription
/// status of a source.
fn payment(candidates: &Candidates<'_>, events: &[&CustomerEvent]) -> Option<Fact<PaymentStatus>> {
    let payments: Vec<Fact<PaymentStatus>> = events.iter().filter_map(|event| subscription(event)).collect();
    let owed = payments
        .iter()
        .filter(|fact| fact.value.is_delinquent())
        .max_by_key(|fact| fact.value);
    let best = owed.or_else(|| payments.iter().min_by_key(|fact| fact.value));
    best.cloned().or_else(|| {
        let fact = candidates.winner(FieldKey::SubscriptionStatus)?;
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

fn mrr(candidates: &Candidates<'_>, customer: &Customer, currency: Currency) -> Option<Fact<Decimal>> {
    let mrr = customer.revenue.mrr.filter(|mrr| mrr.currency == currency)?;
    let source = customer.revenue.mrr_source.clone().unwrap_or_default();
    let linked_source = customer
        .sources
        .iter()
        .find(|linked_source| linked_source.source == source);
    let since = candidates
        .about(FieldKey::Mrr)
        .into_iter()
        .find(|fact| fact.source == source);
    let at = since
        .and_then(|fact| fact.since())
        .or(linked_source.and_then(|linked_source| linked_source.synced_at));
    Some(Fact::new(mrr.units, source, at))
}

fn cancel_mentions<'a>(
    messages: impl Iterator<Item = (&'a AnalyzedMessage, &'a str)>,
    context: &ExtractionContext<'_>,
) -> Vec<CancelMention> {
    let mut mentions: Vec<CancelMention> = Vec::new();
    let now = context.now.timestamp();
    let recent = messages.filter(|(messages, _)| now.duration_since(messages.at) <= MENTION_VALIDITY);
    for mention in recent.flat_map(|(messages, _)| &messages.mentions) {
        let counts = !context.dismissed.contains(&mention.id);
        if counts && mentions.iter().all(|input| input.id != mention.id) {
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
pub fn departure_date(input: UnifyInput<'_>, cluster: &Cluster, zone: &TimeZone) -> Option<Date> {
    let events = cluster.primary_events.iter().map(|index| &input.events[*index]);
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
