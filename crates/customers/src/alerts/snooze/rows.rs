//! Tab `alert_snoozes`: customers without alerts until a day. Staff may edit it.

use jiff::civil::Date;
use sheets_store::{
    CellContent, CellEntry, ChangeHistory, Column, ColumnKind, DecodeContext, IdSource, RowChange, RowDelete, Tab,
    TabRow, TabRows,
};

use crate::{
    customer::CustomerId,
    tabs::{cells::CellReader, row_changes::RowLedger},
};

/// One row per customer; the row id is the customer id.
pub static ALERT_SNOOZES: Tab = Tab {
    title: "alert_snoozes",
    columns: &[
        Column::new("customer", ColumnKind::Text),
        Column::new("until", ColumnKind::Date),
        Column::new("reason", ColumnKind::Text),
        Column::new("by", ColumnKind::Text),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

const UNTIL: usize = 1;
const REASON: usize = 2;
const BY: usize = 3;

/// Maximum length of a snooze in days: a mistyped year must not suppress alerts for good.
pub const MAX_SNOOZE_DAYS: i64 = 366;

/// A snoozed customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snooze {
    /// The customer.
    pub customer: CustomerId,
    /// Last day of the snooze, inclusive.
    pub until: Date,
    /// Reason.
    pub reason: String,
}

impl Snooze {
    /// Parses the form fields.
    ///
    /// # Errors
    /// The first invalid field and a message.
    pub fn parse(
        customer: &CustomerId,
        until: &str,
        reason: &str,
        today: Date,
    ) -> Result<Self, (&'static str, String)> {
        let until: Date = until.trim().parse().map_err(|_| {
            let message = "Choose the last day of silence, such as 2026-12-31.";
            ("until", message.to_owned())
        })?;
        let last = today.saturating_add(jiff::Span::new().days(MAX_SNOOZE_DAYS));
        if until < today || until > last {
            let message = format!("Choose a day from {today} to {last}: nobody is silent for longer than a year.");
            return Err(("until", message));
        }
        let reason = reason.trim();
        if reason.is_empty() {
            let message = "Say why, so that the next person knows.";
            return Err(("reason", message.to_owned()));
        }
        Ok(Self {
            customer: customer.clone(),
            until,
            reason: reason.to_owned(),
        })
    }

    /// Change that stores the snooze; `None` when the tab holds it already.
    pub fn change(&self, rows: &TabRows, by: &str) -> Option<RowChange> {
        let cells = [
            (UNTIL, CellEntry::Date(self.until)),
            (REASON, CellEntry::Text(self.reason.clone())),
            (BY, CellEntry::Text(by.to_owned())),
        ];
        RowLedger::of(&ALERT_SNOOZES, rows.clone()).change(self.customer.as_str(), &cells, &[])
    }

    /// Change that ends the snooze.
    pub fn end(&self) -> RowChange {
        RowChange::Delete(RowDelete {
            tab: &ALERT_SNOOZES,
            id: self.customer.as_str().to_owned(),
            seen: Vec::<(usize, CellContent)>::new(),
        })
    }
}

/// Snooze of a customer that is in force on a day; the longest of several.
pub fn active_snooze<'a>(snoozes: &'a [Snooze], customer: &CustomerId, today: Date) -> Option<&'a Snooze> {
    let own = snoozes
        .iter()
        .filter(|snooze| snooze.customer == *customer && snooze.until >= today);
    own.max_by_key(|snooze| snooze.until)
}

/// Decodes a row; `None`, with a finding, without a valid day.
pub fn decode_snooze(row: TabRow<'_>, decoding: &mut DecodeContext) -> Option<Snooze> {
    let mut cells = CellReader::of(row, decoding);
    let customer = cells.text(0)?;
    let Some(until) = cells.day(UNTIL) else {
        cells.exclude(
            UNTIL,
            "A day belongs here, such as 2026-12-31; until then the customer is not snoozed.",
        );
        return None;
    };
    Some(Snooze {
        customer: CustomerId::new(customer),
        until,
        reason: cells.text(REASON).unwrap_or_default(),
    })
}
