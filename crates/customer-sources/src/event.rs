//! Customer events: conversations, tickets, bookings, meetings, deals, subscriptions, invoices, revenue movements.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    amount::{Amount, Currency},
    email::Email,
    mrr::Subscription,
    subject::Subject,
};

/// Event or ongoing relation of a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerEvent {
    /// Short name of the source.
    pub source: String,
    /// Vendor's id, unique among events of the same kind.
    pub id: String,
    /// Subjects of the event; empty if the vendor names none.
    pub about: Vec<Subject>,
    /// E-mail addresses in the event itself.
    pub emails: Vec<Email>,
    /// Time of the event or of its start.
    pub at: Option<Timestamp>,
    /// Time of the vendor's last change.
    pub updated_at: Option<Timestamp>,
    /// Kind and details.
    pub detail: EventDetail,
}

impl CustomerEvent {
    /// Creates an event with an id and details only.
    pub fn new(id: impl Into<String>, detail: EventDetail) -> Self {
        Self {
            source: String::new(),
            id: id.into(),
            about: Vec::new(),
            emails: Vec::new(),
            at: None,
            updated_at: None,
            detail,
        }
    }
}

/// Details by kind of event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventDetail {
    /// Conversation with support.
    Conversation(Conversation),
    /// Support ticket.
    Ticket(Ticket),
    /// Booked appointment.
    Booking(Booking),
    /// Recorded meeting.
    Meeting(Meeting),
    /// In-product guide, checklist or survey.
    Onboarding(Onboarding),
    /// Sales deal.
    Deal(Deal),
    /// Subscription.
    Subscription(Box<Subscription>),
    /// Invoice.
    Invoice(Invoice),
    /// Change of monthly revenue.
    Movement(Movement),
}

impl EventDetail {
    /// Stored name of the kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Conversation(_) => "conversation",
            Self::Ticket(_) => "ticket",
            Self::Booking(_) => "booking",
            Self::Meeting(_) => "meeting",
            Self::Onboarding(_) => "onboarding",
            Self::Deal(_) => "deal",
            Self::Subscription(_) => "subscription",
            Self::Invoice(_) => "invoice",
            Self::Movement(_) => "movement",
        }
    }
}

/// Conversation with support.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Title or name.
    pub title: Option<String>,
    /// State: `open`, `closed`, `snoozed`, or another value of the vendor.
    pub state: Option<String>,
    /// Priority in the vendor's terms, such as `priority`.
    pub priority: Option<String>,
    /// Customer's rating.
    pub rating: Option<Rating>,
    /// Messages with text, oldest first.
    pub messages: Vec<Message>,
}

/// Customer's rating of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Stars from 1 (bad) to 5 (good).
    pub stars: u8,
    /// Comment of the customer.
    pub remark: Option<String>,
    /// Time of the rating.
    pub at: Option<Timestamp>,
}

/// Message of a conversation or line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Side of the speaker.
    pub speaker: Speaker,
    /// Time; `None` in a transcript without times.
    pub at: Option<Timestamp>,
    /// Text without markup.
    pub text: String,
}

/// Side of a speaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// Customer.
    Customer,
    /// Staff of the company.
    Staff,
    /// Bot.
    Bot,
    /// Not given by the vendor.
    Unknown,
}

/// Support ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Title or name.
    pub title: Option<String>,
    /// State in the vendor's terms.
    pub state: Option<String>,
    /// Priority in the vendor's terms.
    pub priority: Option<String>,
    /// Whether the ticket is open; `None` if the vendor does not say.
    pub open: Option<bool>,
}

/// Booked appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// Name of the appointment type.
    pub name: Option<String>,
    /// Start.
    pub starts_at: Option<Timestamp>,
    /// End.
    pub ends_at: Option<Timestamp>,
    /// Outcome.
    pub outcome: BookingOutcome,
    /// Reason of the cancellation.
    pub reason: Option<String>,
}

impl Booking {
    /// Whether the appointment presumably took place: its end is past, and it was neither cancelled nor marked as a
    /// no-show.
    pub fn was_held(&self, now: Timestamp) -> bool {
        self.outcome == BookingOutcome::Active && self.ends_at.is_some_and(|end| end <= now)
    }
}

/// Outcome of a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingOutcome {
    /// Active. No-shows are marked by hand, so a past booking without a mark only presumably took place.
    Active,
    /// Marked as a no-show.
    NoShow,
    /// Cancelled.
    Cancelled,
    /// Rescheduled; the new time is another booking. Not a cancellation.
    Rescheduled,
    /// Value that this client does not know.
    Other(String),
}

/// Recorded meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Title or name.
    pub title: Option<String>,
    /// End of the meeting.
    pub ended_at: Option<Timestamp>,
    /// URL of the recording.
    pub url: Option<String>,
    /// Vendor's summary, in Markdown.
    pub summary: Option<String>,
    /// Transcript, in order.
    pub transcript: Vec<Message>,
    /// Action items.
    pub action_items: Vec<String>,
}

/// In-product guide, checklist or survey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onboarding {
    /// Vendor's id of the guide.
    pub content_id: Option<String>,
    /// Name of the guide.
    pub content: Option<String>,
    /// Whether the customer completed it.
    pub completed: Option<bool>,
    /// Time of completion.
    pub completed_at: Option<Timestamp>,
    /// Time of the customer's last activity in it.
    pub last_activity_at: Option<Timestamp>,
    /// Progress, in the vendor's unit.
    pub progress: Option<Decimal>,
    /// Survey answers: question, answer.
    pub answers: Vec<(String, String)>,
}

/// Sales deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deal {
    /// Title or name.
    pub name: Option<String>,
    /// Name of the pipeline.
    pub pipeline: Option<String>,
    /// Name of the stage.
    pub stage: Option<String>,
    /// Status.
    pub status: DealStatus,
    /// Value of the deal.
    pub amount: Option<Decimal>,
    /// Currency, if the vendor gives one.
    pub currency: Option<Currency>,
    /// Probability of winning, 0 to 1.
    pub probability: Option<Decimal>,
    /// Expected or actual closing time.
    pub closes_at: Option<Timestamp>,
    /// Name of the owner.
    pub owner: Option<String>,
}

/// Status of a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealStatus {
    /// Open.
    Open,
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// The stage is not in the list of stages.
    Unknown,
    /// Deleted or archived.
    Removed,
}

/// Invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// Status: `draft`, `open`, `paid`, `uncollectible`, `void`, or another value of the vendor.
    pub status: Option<String>,
    /// Invoiced amount.
    pub total: Option<Amount>,
    /// Unpaid amount.
    pub remaining: Option<Amount>,
    /// Due time.
    pub due_at: Option<Timestamp>,
    /// Time of payment.
    pub paid_at: Option<Timestamp>,
    /// Number of payment attempts.
    pub attempts: Option<Decimal>,
    /// Id of the billed subscription.
    pub subscription: Option<String>,
}

/// Change of monthly revenue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Kind of change.
    pub kind: MovementKind,
    /// Change of the monthly amount; negative for contraction and churn.
    pub change: Option<Amount>,
    /// Monthly revenue of the customer after the change.
    pub mrr: Option<Amount>,
    /// Effective date, in the vendor's time zone.
    pub date: Option<Date>,
    /// Vendor's description.
    pub description: Option<String>,
}

/// Kinds of revenue movements (<https://help.chartmogul.com/hc/en-us/articles/203299912>).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// First paid subscription of a customer.
    NewBusiness,
    /// Increase for an existing customer.
    Expansion,
    /// Decrease for a customer who remains.
    Contraction,
    /// End of the last subscription.
    Churn,
    /// Return after churn.
    Reactivation,
    /// Value that this client does not know.
    Other(String),
}
