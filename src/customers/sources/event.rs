//! What happened with a customer: conversations, bookings, meetings, deals, subscriptions, invoices, movements.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::record::Subject;
use crate::customers::{
    amount::{Amount, Currency},
    email::Email,
    mrr::Subscription,
};

/// Something that happened, or stands, between a customer and the company.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Short name of the source.
    pub source: String,
    /// The vendor's id, unique among the events of one kind.
    pub id: String,
    /// Whom it is about; empty when the vendor names nobody.
    pub about: Vec<Subject>,
    /// Addresses that stand in the event itself.
    pub emails: Vec<Email>,
    /// When it happened or began.
    pub at: Option<Timestamp>,
    /// When the vendor last changed it.
    pub updated_at: Option<Timestamp>,
    /// What it is.
    pub detail: Detail,
}

impl Event {
    /// With nothing known but its id.
    pub fn new(id: impl Into<String>, detail: Detail) -> Self {
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

/// The kinds of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Detail {
    /// Messages to and from support.
    Conversation(Conversation),
    /// A request that support works on.
    Ticket(Ticket),
    /// A time that somebody reserved.
    Booking(Booking),
    /// A recorded meeting.
    Meeting(Meeting),
    /// A guide, checklist or survey inside the product.
    Onboarding(Onboarding),
    /// A sale in the making.
    Deal(Deal),
    /// Something paid for again and again.
    Subscription(Box<Subscription>),
    /// A bill.
    Invoice(Invoice),
    /// A change of monthly revenue.
    Movement(Movement),
}

impl Detail {
    /// The word by which the kind is stored.
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

/// Messages to and from support.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// What it is called.
    pub title: Option<String>,
    /// `open`, `closed`, `snoozed`, or a newer word of the vendor.
    pub state: Option<String>,
    /// The vendor's word, such as `priority`.
    pub priority: Option<String>,
    /// How the customer rated it.
    pub rating: Option<Rating>,
    /// What was said, oldest first; only what holds words.
    pub messages: Vec<Message>,
}

/// A customer's verdict on a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// From 1, bad, to 5, good.
    pub stars: u8,
    /// What they added.
    pub remark: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

/// Something that somebody said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who said it.
    pub speaker: Speaker,
    /// When; in a transcript without dates, `None`.
    pub at: Option<Timestamp>,
    /// The words, without markup.
    pub text: String,
}

/// Which side somebody is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The customer.
    Customer,
    /// The company.
    Staff,
    /// A program.
    Bot,
    /// The vendor does not tell.
    Unknown,
}

/// A request that support works on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// What it is called.
    pub title: Option<String>,
    /// The vendor's word for its state.
    pub state: Option<String>,
    /// The vendor's word for its urgency.
    pub priority: Option<String>,
    /// Whether somebody still has to do something; `None` when the vendor does not tell.
    pub open: Option<bool>,
}

/// A time that somebody reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// What was reserved.
    pub name: Option<String>,
    /// When it begins.
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// What became of it.
    pub outcome: BookingOutcome,
    /// Why it was cancelled.
    pub reason: Option<String>,
}

impl Booking {
    /// Whether it took place as far as anybody said: its time is over, and nobody cancelled it or marked a no-show.
    pub fn was_held(&self, now: Timestamp) -> bool {
        self.outcome == BookingOutcome::Active && self.ends_at.is_some_and(|end| end <= now)
    }
}

/// What became of a reserved time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingOutcome {
    /// It stands. People mark who stayed away, so a past one without a mark is only presumed to have taken place.
    Active,
    /// Somebody marked that the invitee stayed away.
    NoShow,
    /// It was called off.
    Cancelled,
    /// It was moved; the new time is another booking. Not a cancellation.
    Rescheduled,
    /// A newer word of the vendor.
    Other(String),
}

/// A recorded meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// What it is called.
    pub title: Option<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Where the recording is.
    pub url: Option<String>,
    /// The vendor's summary, in Markdown.
    pub summary: Option<String>,
    /// What was said, in order.
    pub transcript: Vec<Message>,
    /// What somebody is to do.
    pub action_items: Vec<String>,
}

/// A guide, checklist or survey inside the product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onboarding {
    /// The vendor's id of the guide.
    pub content_id: Option<String>,
    /// Its name.
    pub content: Option<String>,
    /// Whether it was finished.
    pub completed: Option<bool>,
    /// When it was finished.
    pub completed_at: Option<Timestamp>,
    /// When the customer last did something in it.
    pub last_activity_at: Option<Timestamp>,
    /// How much is done, as the vendor counts it.
    pub progress: Option<Decimal>,
    /// Answers to its questions: question, answer.
    pub answers: Vec<(String, String)>,
}

/// A sale in the making.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deal {
    /// What it is called.
    pub name: Option<String>,
    /// Name of the pipeline.
    pub pipeline: Option<String>,
    /// Name of the stage.
    pub stage: Option<String>,
    /// How it stands.
    pub status: DealStatus,
    /// What it is worth.
    pub amount: Option<Decimal>,
    /// Its currency, where the vendor tells.
    pub currency: Option<Currency>,
    /// Likelihood of winning, as a share of one.
    pub probability: Option<Decimal>,
    /// When it is expected to close, or closed.
    pub closes_at: Option<Timestamp>,
    /// Who sells.
    pub owner: Option<String>,
}

/// How a deal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealStatus {
    /// Not decided.
    Open,
    /// Signed.
    Won,
    /// Gone.
    Lost,
    /// The stage is not in the list of stages.
    Unknown,
    /// Deleted or archived.
    Removed,
}

/// A bill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// `draft`, `open`, `paid`, `uncollectible`, `void`, or a newer word of the vendor.
    pub status: Option<String>,
    /// What it asks for.
    pub total: Option<Amount>,
    /// What is left to pay.
    pub remaining: Option<Amount>,
    /// When it must be paid.
    pub due_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// How often a payment was tried.
    pub attempts: Option<Decimal>,
    /// The subscription it bills.
    pub subscription: Option<String>,
}

/// A change of monthly revenue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Which kind of change.
    pub kind: MovementKind,
    /// By how much; contraction and churn are negative.
    pub change: Option<Amount>,
    /// What the customer pays a month afterwards.
    pub mrr: Option<Amount>,
    /// The day it counts for, in the vendor's time zone.
    pub date: Option<Date>,
    /// The vendor's sentence about it.
    pub description: Option<String>,
}

/// Kinds of changes of monthly revenue (<https://help.chartmogul.com/hc/en-us/articles/203299912>).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// The first paid subscription of a customer.
    NewBusiness,
    /// More from an existing customer.
    Expansion,
    /// Less from a customer who stays.
    Contraction,
    /// The last subscription is gone.
    Churn,
    /// Back after churn.
    Reactivation,
    /// A newer word of the vendor.
    Other(String),
}
