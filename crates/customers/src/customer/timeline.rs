//! Customer timeline: events of all sources, newest first.

use customer_sources::event::{BookingOutcome, CustomerEvent, DealStatus, EventDetail, Meeting, Message, MovementKind};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Maximum number of quoted characters per entry.
const MAX_QUOTE_CHARS: usize = 240;

/// An entry of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimelineEntry {
    /// Time of the event; `None` when the source does not say.
    pub at: Option<Timestamp>,
    /// Short name of the source.
    pub source: String,
    /// Kind, such as `conversation` or `invoice`.
    pub kind: &'static str,
    /// Title.
    pub title: String,
    /// Status; empty without one.
    pub status: String,
    /// First words, summary or reason; empty without any.
    pub detail: String,
    /// Link to the event at the source.
    pub url: Option<String>,
}

/// Timeline entries of all events, newest first; those without a time come last.
pub fn timeline<'a>(events: impl IntoIterator<Item = &'a CustomerEvent>) -> Vec<TimelineEntry> {
    let mut lines: Vec<(TimelineEntry, &str)> = events
        .into_iter()
        .map(|event| (TimelineEntry::of(event), event.id.as_str()))
        .collect();
    lines.sort_by(|(left, left_id), (right, right_id)| {
        let newest = right.at.cmp(&left.at);
        newest.then_with(|| (&left.source, left.kind, left_id).cmp(&(&right.source, right.kind, right_id)))
    });
    lines.into_iter().map(|(line, _)| line).collect()
}

/// Title, status and detail.
type EntryTexts = (Option<String>, Option<String>, Option<String>);

impl TimelineEntry {
    fn of(event: &CustomerEvent) -> Self {
        let (title, status, detail) = entry_texts(&event.detail);
        let kind = event.detail.kind();
        let url = match &event.detail {
            EventDetail::Meeting(meeting) => meeting.url.clone(),
            _ => None,
        };
        Self {
            at: event.at.or(event.updated_at),
            source: event.source.clone(),
            kind,
            title: title
                .filter(|title| !title.trim().is_empty())
                .unwrap_or_else(|| untitled(kind).to_owned()),
            status: status.unwrap_or_default(),
            detail: truncate(&detail.unwrap_or_default()),
            // Only web addresses become links; other values of a vendor do not.
            url: url.filter(|url| url.starts_with("https://")),
        }
    }
}

fn untitled(kind: &str) -> &'static str {
    match kind {
        "conversation" => "Conversation",
        "ticket" => "Ticket",
        "booking" => "Booking",
        "meeting" => "Meeting",
        "onboarding" => "Onboarding",
        "deal" => "Deal",
        "subscription" => "Subscription",
        "invoice" => "Invoice",
        _ => "Change of revenue",
    }
}

fn entry_texts(detail: &EventDetail) -> EntryTexts {
    match detail {
        EventDetail::Conversation(conversation) => {
            let rated = conversation
                .rating
                .as_ref()
                .map(|rating| format!("rated {} of 5", rating.stars));
            let status = [conversation.state.clone(), rated]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>();
            (
                conversation.title.clone(),
                Some(status.join(", ")),
                first_words(&conversation.messages),
            )
        }
        EventDetail::Ticket(ticket) => {
            let status = [&ticket.state, &ticket.priority].into_iter().flatten().cloned();
            (ticket.title.clone(), Some(status.collect::<Vec<_>>().join(", ")), None)
        }
        EventDetail::Booking(booking) => (
            booking.name.clone(),
            Some(outcome(&booking.outcome).to_owned()),
            booking.reason.clone(),
        ),
        EventDetail::Meeting(meeting) => (meeting.title.clone(), None, meeting_summary(meeting)),
        EventDetail::Onboarding(onboarding) => {
            let status = onboarding
                .completed
                .map(|done| if done { "completed" } else { "begun" }.to_owned());
            (onboarding.content.clone(), status, None)
        }
        EventDetail::Deal(deal) => {
            let amount = deal.amount.map(|amount| match deal.currency {
                Some(currency) => format!("{} {currency}", amount.normalize()),
                None => amount.normalize().to_string(),
            });
            (deal.name.clone(), Some(deal_status(deal.status).to_owned()), amount)
        }
        EventDetail::Subscription(subscription) => {
            let plans: Vec<&str> = subscription
                .items
                .iter()
                .filter_map(|item| item.name.as_deref())
                .collect();
            (Some(plans.join(", ")), subscription.status.clone(), None)
        }
        EventDetail::Invoice(invoice) => {
            let total = invoice.total.map(|total| format!("Invoice of {total}"));
            let left = invoice.remaining.filter(|left| !left.units.is_zero());
            (
                total,
                invoice.status.clone(),
                left.map(|left| format!("{left} left to pay")),
            )
        }
        EventDetail::Movement(movement) => {
            let change = movement
                .change
                .map(|change| format!("{} {change} a month", movement_label(&movement.kind)));
            (change, None, movement.description.clone())
        }
    }
}

fn meeting_summary(meeting: &Meeting) -> Option<String> {
    let summary = meeting.summary.clone();
    summary.or_else(|| first_words(&meeting.transcript))
}

fn first_words(messages: &[Message]) -> Option<String> {
    messages.first().map(|message| message.text.clone())
}

fn truncate(text: &str) -> String {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.chars().count() <= MAX_QUOTE_CHARS {
        return plain;
    }
    let beginning: String = plain.chars().take(MAX_QUOTE_CHARS).collect();
    format!("{} …", beginning.trim_end())
}

fn outcome(outcome: &BookingOutcome) -> &str {
    match outcome {
        BookingOutcome::Active => "booked",
        BookingOutcome::NoShow => "no-show",
        BookingOutcome::Cancelled => "cancelled",
        BookingOutcome::Rescheduled => "moved",
        BookingOutcome::Other(word) => word,
    }
}

fn deal_status(status: DealStatus) -> &'static str {
    match status {
        DealStatus::Open => "open",
        DealStatus::Won => "won",
        DealStatus::Lost => "lost",
        DealStatus::Unknown => "",
        DealStatus::Removed => "removed",
    }
}

fn movement_label(kind: &MovementKind) -> &str {
    match kind {
        MovementKind::NewBusiness => "New business:",
        MovementKind::Expansion => "Expansion:",
        MovementKind::Contraction => "Contraction:",
        MovementKind::Churn => "Churn:",
        MovementKind::Reactivation => "Reactivation:",
        MovementKind::Other(word) => word,
    }
}

#[cfg(test)]
mod tests {
    use customer_sources::event::{Booking, Conversation, Speaker};

    use super::*;

    pub(crate) fn conversation(id: &str, at: Option<&str>, text: &str) -> CustomerEvent {
        let message = Message {
            speaker: Speaker::Customer,
            at: None,
            text: text.to_owned(),
        };
        let detail = EventDetail::Conversation(Conversation {
            messages: vec![message],
            state: Some("open".to_owned()),
            ..Conversation::default()
        });
        let at = at.map(|at| at.parse().expect("an instant"));
        CustomerEvent {
            at,
            ..CustomerEvent::new(id, detail)
        }
    }

    #[test]
    fn the_newest_comes_first_and_what_has_no_time_last() {
        let events = [
            conversation("1", None, "old"),
            conversation("2", Some("2026-01-01T00:00:00Z"), "january"),
            conversation("3", Some("2026-03-01T00:00:00Z"), "march"),
        ];
        let lines = timeline(&events);
        let details: Vec<&str> = lines.iter().map(|line| line.detail.as_str()).collect();
        assert_eq!(details, ["march", "january", "old"]);
        assert_eq!(
            (lines[0].title.as_str(), lines[0].status.as_str()),
            ("Conversation", "open")
        );
    }

    #[test]
    fn long_words_are_cut_between_letters_and_blanks_are_one() {
        let long = "é ".repeat(1_000);
        let line = TimelineEntry::of(&conversation("1", None, &long));
        assert!(line.detail.ends_with(" …"), "{}", line.detail);
        assert_eq!(TimelineEntry::of(&conversation("1", None, " a \n\n b ")).detail, "a b");
    }

    #[test]
    fn a_no_show_is_told() {
        let booking = Booking {
            name: Some("Review".to_owned()),
            starts_at: None,
            ends_at: None,
            outcome: BookingOutcome::NoShow,
            reason: None,
        };
        let line = TimelineEntry::of(&CustomerEvent::new("1", EventDetail::Booking(booking)));
        assert_eq!((line.title.as_str(), line.status.as_str()), ("Review", "no-show"));
    }
}
