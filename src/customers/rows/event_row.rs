//! Tab `customer_events`: conversations, bookings, subscriptions and other events from the sources.
//!
//! The column `data` holds the event as JSON; the columns before it repeat it for people. A conversation or transcript
//! that exceeds the size of a cell is truncated.

use jiff::{Timestamp, tz::TimeZone};
use rust_decimal::Decimal;

use super::{
    cells::{self, Cells},
    ledger::RowCells,
    place,
    record_row::subject_text,
};
use crate::{
    customers::{
        amount::{Amount, Currency},
        shortening,
        sources::event::{BookingOutcome, DealStatus, Detail, Event},
    },
    store::{Column, Decoding, Entry, History, Ids, Kind, Row, Tab},
};

const COLUMNS: &[Column] = &[
    Column::new("id", Kind::Text),
    Column::new("source", Kind::Text),
    Column::new("kind", Kind::Text),
    Column::new("subjects", Kind::Text),
    Column::new("emails", Kind::Text),
    Column::new("at", Kind::DateTime),
    Column::new("summary", Kind::Text),
    Column::new("status", Kind::Text),
    Column::new("amount", Kind::Amount),
    Column::new("currency", Kind::Text),
    Column::new("data", Kind::Text),
    Column::new("updated_at", Kind::DateTime),
    Column::new("synced_at", Kind::DateTime),
];

/// One row per event.
pub static CUSTOMER_EVENTS: Tab = Tab {
    title: "customer_events",
    columns: COLUMNS,
    ids: Ids::Given,
    history: History::NotKept,
    updated_at: None,
};

const SOURCE: usize = place(COLUMNS, "source");
const KIND: usize = place(COLUMNS, "kind");
const SUBJECTS: usize = place(COLUMNS, "subjects");
const EMAILS: usize = place(COLUMNS, "emails");
const AT: usize = place(COLUMNS, "at");
const SUMMARY: usize = place(COLUMNS, "summary");
const STATUS: usize = place(COLUMNS, "status");
const AMOUNT: usize = place(COLUMNS, "amount");
const CURRENCY: usize = place(COLUMNS, "currency");
const DATA: usize = place(COLUMNS, "data");
const UPDATED_AT: usize = place(COLUMNS, "updated_at");
/// Column of `synced_at`: time at which a sync last changed the row.
pub const SYNCED_AT: usize = place(COLUMNS, "synced_at");

/// Row id of an event: source, kind and vendor id.
pub fn row_id(event: &Event) -> String {
    format!("{}:{}:{}", event.source, event.detail.kind(), event.id)
}

/// Cells of an event.
pub fn cells_of(event: &Event, synced_at: Timestamp, zone: &TimeZone) -> RowCells {
    let shown = Shown::of(&event.detail);
    vec![
        (SOURCE, cells::text(&event.source)),
        (KIND, cells::text(event.detail.kind())),
        (SUBJECTS, cells::lines(event.about.iter().map(subject_text))),
        (EMAILS, cells::lines(&event.emails)),
        (AT, cells::instant(event.at, zone)),
        (SUMMARY, cells::text_of(shown.summary.as_deref())),
        (STATUS, cells::text_of(shown.status.as_deref())),
        (AMOUNT, cells::number(shown.amount)),
        (CURRENCY, cells::text_of(shown.currency.as_ref().map(Currency::code))),
        (DATA, Entry::Text(shortening::json_of(event, cells::LONGEST_TEXT))),
        (UPDATED_AT, cells::instant(event.updated_at, zone)),
        (SYNCED_AT, cells::instant(Some(synced_at), zone)),
    ]
}

/// Decodes a row; `None`, with a finding, when the event is unreadable.
pub fn read(row: Row<'_>, decoding: &mut Decoding) -> Option<Event> {
    let mut cells = Cells::of(row, decoding);
    let data = cells.text(DATA).unwrap_or_default();
    match serde_json::from_str(&data) {
        Ok(event) => Some(event),
        Err(_) => {
            let reason = "The event cannot be read, so it does not count; the next full sync writes it again.";
            cells.exclude(DATA, reason);
            None
        }
    }
}

/// Columns of an event for people.
#[derive(Default)]
struct Shown {
    summary: Option<String>,
    status: Option<String>,
    amount: Option<Decimal>,
    currency: Option<Currency>,
}

impl Shown {
    fn new(summary: Option<&str>, status: Option<&str>) -> Self {
        Self {
            summary: summary.map(str::to_owned),
            status: status.map(str::to_owned),
            ..Self::default()
        }
    }

    fn worth(mut self, amount: Option<Amount>) -> Self {
        self.amount = amount.map(|amount| amount.units);
        self.currency = amount.map(|amount| amount.currency);
        self
    }

    fn of(detail: &Detail) -> Self {
        match detail {
            Detail::Conversation(told) => {
                let first = told.messages.first().map(|message| message.text.as_str());
                let first = first.map(|text| text.chars().take(200).collect::<String>());
                Self::new(told.title.as_deref().or(first.as_deref()), told.state.as_deref())
            }
            Detail::Ticket(told) => Self::new(told.title.as_deref(), told.state.as_deref()),
            Detail::Booking(told) => Self::new(told.name.as_deref(), Some(outcome(&told.outcome))),
            Detail::Meeting(told) => Self::new(told.title.as_deref(), None),
            Detail::Onboarding(told) => {
                let status = told
                    .completed
                    .map(|completed| if completed { "completed" } else { "begun" });
                Self::new(told.content.as_deref(), status)
            }
            Detail::Deal(told) => Self {
                amount: told.amount,
                currency: told.currency,
                ..Self::new(told.name.as_deref(), Some(deal_status(told.status)))
            },
            Detail::Subscription(told) => {
                let plans: Vec<&str> = told.items.iter().filter_map(|item| item.name.as_deref()).collect();
                Self::new(Some(&plans.join(", ")), told.status.as_deref())
            }
            Detail::Invoice(told) => Self::new(None, told.status.as_deref()).worth(told.total),
            Detail::Movement(told) => Self::new(told.description.as_deref(), None).worth(told.change),
        }
    }
}

fn outcome(outcome: &BookingOutcome) -> &str {
    match outcome {
        BookingOutcome::Active => "active",
        BookingOutcome::NoShow => "no-show",
        BookingOutcome::Cancelled => "cancelled",
        BookingOutcome::Rescheduled => "rescheduled",
        BookingOutcome::Other(word) => word,
    }
}

fn deal_status(status: DealStatus) -> &'static str {
    match status {
        DealStatus::Open => "open",
        DealStatus::Won => "won",
        DealStatus::Lost => "lost",
        DealStatus::Unknown => "unknown",
        DealStatus::Removed => "removed",
    }
}
