//! Tab `customer_events`: conversations, bookings, subscriptions and other events from the sources.
//!
//! The column `data` holds the event as JSON; the columns before it repeat it for people. A conversation or transcript
//! that exceeds the size of a cell is truncated.

use customer_sources::{
    amount::{Amount, Currency},
    event::{BookingOutcome, CustomerEvent, DealStatus, EventDetail},
};
use jiff::{Timestamp, tz::TimeZone};
use rust_decimal::Decimal;
use sheets_store::{CellEntry, ChangeHistory, Column, ColumnKind, DecodeContext, IdSource, Tab, TabRow};

use crate::{
    sync::rows::{records::subject_text, truncation},
    tabs::{
        cells::{self, CellReader},
        columns::column_index,
        row_changes::RowCells,
    },
};

const COLUMNS: &[Column] = &[
    Column::new("id", ColumnKind::Text),
    Column::new("source", ColumnKind::Text),
    Column::new("kind", ColumnKind::Text),
    Column::new("subjects", ColumnKind::Text),
    Column::new("emails", ColumnKind::Text),
    Column::new("at", ColumnKind::DateTime),
    Column::new("summary", ColumnKind::Text),
    Column::new("status", ColumnKind::Text),
    Column::new("amount", ColumnKind::Amount),
    Column::new("currency", ColumnKind::Text),
    Column::new("data", ColumnKind::Text),
    Column::new("updated_at", ColumnKind::DateTime),
    Column::new("synced_at", ColumnKind::DateTime),
];

/// One row per event.
pub static CUSTOMER_EVENTS: Tab = Tab {
    title: "customer_events",
    columns: COLUMNS,
    ids: IdSource::Given,
    history: ChangeHistory::NotKept,
    updated_at: None,
};

const SOURCE: usize = column_index(COLUMNS, "source");
const KIND: usize = column_index(COLUMNS, "kind");
const SUBJECTS: usize = column_index(COLUMNS, "subjects");
const EMAILS: usize = column_index(COLUMNS, "emails");
const AT: usize = column_index(COLUMNS, "at");
const SUMMARY: usize = column_index(COLUMNS, "summary");
const STATUS: usize = column_index(COLUMNS, "status");
const AMOUNT: usize = column_index(COLUMNS, "amount");
const CURRENCY: usize = column_index(COLUMNS, "currency");
const DATA: usize = column_index(COLUMNS, "data");
const UPDATED_AT: usize = column_index(COLUMNS, "updated_at");
/// Column of `synced_at`: time at which a sync last changed the row.
pub const SYNCED_AT: usize = column_index(COLUMNS, "synced_at");

/// Row id of an event: source, kind and vendor id.
pub fn event_row_id(event: &CustomerEvent) -> String {
    format!("{}:{}:{}", event.source, event.detail.kind(), event.id)
}

/// Cells of an event.
pub fn event_cells(event: &CustomerEvent, synced_at: Timestamp, zone: &TimeZone) -> RowCells {
    let shown = EventColumns::of(&event.detail);
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
        (
            DATA,
            CellEntry::Text(truncation::truncated_json(event, cells::MAX_TEXT_CHARS)),
        ),
        (UPDATED_AT, cells::instant(event.updated_at, zone)),
        (SYNCED_AT, cells::instant(Some(synced_at), zone)),
    ]
}

/// Decodes a row; `None`, with a finding, when the event is unreadable.
pub fn decode_event(row: TabRow<'_>, decoding: &mut DecodeContext) -> Option<CustomerEvent> {
    let mut cells = CellReader::of(row, decoding);
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
struct EventColumns {
    summary: Option<String>,
    status: Option<String>,
    amount: Option<Decimal>,
    currency: Option<Currency>,
}

impl EventColumns {
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

    fn of(detail: &EventDetail) -> Self {
        match detail {
            EventDetail::Conversation(conversation) => {
                let first = conversation.messages.first().map(|message| message.text.as_str());
                let first = first.map(|text| text.chars().take(200).collect::<String>());
                Self::new(
                    conversation.title.as_deref().or(first.as_deref()),
                    conversation.state.as_deref(),
                )
            }
            EventDetail::Ticket(ticket) => Self::new(ticket.title.as_deref(), ticket.state.as_deref()),
            EventDetail::Booking(booking) => Self::new(booking.name.as_deref(), Some(outcome(&booking.outcome))),
            EventDetail::Meeting(meeting) => Self::new(meeting.title.as_deref(), None),
            EventDetail::Onboarding(onboarding) => {
                let status = onboarding
                    .completed
                    .map(|completed| if completed { "completed" } else { "begun" });
                Self::new(onboarding.content.as_deref(), status)
            }
            EventDetail::Deal(deal) => Self {
                amount: deal.amount,
                currency: deal.currency,
                ..Self::new(deal.name.as_deref(), Some(deal_status(deal.status)))
            },
            EventDetail::Subscription(subscription) => {
                let plans: Vec<&str> = subscription
                    .items
                    .iter()
                    .filter_map(|item| item.name.as_deref())
                    .collect();
                Self::new(Some(&plans.join(", ")), subscription.status.as_deref())
            }
            EventDetail::Invoice(invoice) => Self::new(None, invoice.status.as_deref()).worth(invoice.total),
            EventDetail::Movement(movement) => Self::new(movement.description.as_deref(), None).worth(movement.change),
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
