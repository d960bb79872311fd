//! The tab `alert_snoozes`: customers about whom somebody does not want to be told for a while. Staff edit it too.

use jiff::civil::Date;

use crate::{
    customers::{
        customer::CustomerId,
        rows::{cells::Cells, ledger::Ledger},
    },
    store::{Change, Column, Content, Decoding, Delete, Entry, History, Ids, Kind, Row, Tab, TabRows},
};

/// One line for each customer; the id of the customer is that of the line.
pub static ALERT_SNOOZES: Tab = Tab {
    title: "alert_snoozes",
    columns: &[
        Column::new("customer", Kind::Text),
        Column::new("until", Kind::Date),
        Column::new("reason", Kind::Text),
        Column::new("by", Kind::Text),
    ],
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

const UNTIL: usize = 1;
const REASON: usize = 2;
const BY: usize = 3;

/// Days that a snooze lasts at most: a year that was mistyped must not silence a customer for good.
pub const LONGEST_DAYS: i64 = 366;

/// Somebody asked not to be told about a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snooze {
    /// Which customer.
    pub customer: CustomerId,
    /// Up to this day, with it.
    pub until: Date,
    /// Why.
    pub reason: String,
}

impl Snooze {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// The field and what is wrong with it.
    pub fn parse(
        customer: &CustomerId,
        (until, reason): (&str, &str),
        today: Date,
    ) -> Result<Self, (&'static str, String)> {
        let until: Date = until.trim().parse().map_err(|_| {
            let message = "Choose the last day of silence, such as 2026-12-31.";
            ("until", message.to_owned())
        })?;
        let last = today.saturating_add(jiff::Span::new().days(LONGEST_DAYS));
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

    /// What makes the tab hold it; `None` when it does.
    pub fn change(&self, rows: &TabRows, by: &str) -> Option<Change> {
        let cells = [
            (UNTIL, Entry::Date(self.until)),
            (REASON, Entry::Text(self.reason.clone())),
            (BY, Entry::Text(by.to_owned())),
        ];
        Ledger::of(&ALERT_SNOOZES, rows.clone()).change(self.customer.as_str(), &cells, &[])
    }

    /// What ends it.
    pub fn end(&self) -> Change {
        Change::Delete(Delete {
            tab: &ALERT_SNOOZES,
            id: self.customer.as_str().to_owned(),
            seen: Vec::<(usize, Content)>::new(),
        })
    }
}

/// The snooze of a customer that holds on a day: of several the longest.
pub fn in_force<'a>(snoozes: &'a [Snooze], customer: &CustomerId, today: Date) -> Option<&'a Snooze> {
    let own = snoozes
        .iter()
        .filter(|snooze| snooze.customer == *customer && snooze.until >= today);
    own.max_by_key(|snooze| snooze.until)
}

/// Reads a row; `None`, with a finding, when the day is missing.
pub fn read(row: Row<'_>, decoding: &mut Decoding) -> Option<Snooze> {
    let mut cells = Cells::of(row, decoding);
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
