//! Alert history: the lines of `alert_history` about customers, read together with `alert_snoozes`.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp, Zoned, civil::Date};
use sheets_store::{CellEntry, Dataset, DecodeContext, NewId, RowChange, RowInsert, Tab, TabRow, TabRows};
use uuid::Uuid;
use web::delivery::{
    Channel,
    alert_history::{ALERT_HISTORY, AT, BOARD, CHANNEL, DeliveryOutcome, KIND, OUTCOME, REASON, RECIPIENT, SUBJECT},
    send_claim,
};

use crate::{
    alerts::{
        snooze::rows::{self, ALERT_SNOOZES, Snooze},
        trigger::{AlertKind, AlertTrigger},
    },
    customer::CustomerId,
};

/// Value of the column `board`.
const CUSTOMERS: &str = "customers";
/// Value of the column `kind` for a daily summary.
const SUMMARY: &str = "daily_summary";
/// Minimum time before a failed summary is retried.
const SUMMARY_RETRY_DELAY: SignedDuration = SignedDuration::from_mins(10);

/// A line of `alert_history` about one customer.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertLine {
    /// Row id: channel and key.
    pub id: String,
    /// Time of writing; `None` when staff changed the cell.
    pub at: Option<Timestamp>,
    /// The customer.
    pub customer: CustomerId,
    /// Kind of alert.
    pub kind: AlertKind,
    /// Delivery channel.
    pub channel: Channel,
    /// Delivery outcome.
    pub outcome: DeliveryOutcome,
    /// Deduplication key of the trigger.
    pub key: String,
}

/// A line of `alert_history` about a daily summary.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryAlertLine {
    /// Row id.
    pub id: String,
    /// Time of writing; `None` when staff changed the cell.
    pub at: Option<Timestamp>,
    /// Delivery channel.
    pub channel: Channel,
    /// Delivery outcome.
    pub outcome: DeliveryOutcome,
    /// Deduplication key of the day: see [`summary_key`].
    pub key: String,
}

impl SummaryAlertLine {
    /// Whether the summary was sent, is claimed, or failed too recently to retry.
    pub fn is_done(&self, now: Timestamp) -> bool {
        let is_recent = self.at.is_some_and(|at| now.duration_since(at) < SUMMARY_RETRY_DELAY);
        let is_failed = matches!(self.outcome, DeliveryOutcome::Failed(_));
        self.outcome.counts_as_sent()
            || send_claim::is_claim_active(&self.outcome, self.at, now)
            || (is_failed && is_recent)
    }
}

/// Sent alerts and active snoozes, as both tabs hold them.
#[derive(Debug)]
pub struct AlertHistory {
    /// Lines about customers, in sheet order.
    pub lines: Vec<AlertLine>,
    /// Lines about daily summaries.
    pub summaries: Vec<SummaryAlertLine>,
    /// Snoozed customers.
    pub snoozes: Vec<Snooze>,
    /// Raw rows of `alert_snoozes`.
    pub snooze_rows: TabRows,
}

impl AlertHistory {
    /// Customer lines of one channel.
    pub fn through(&self, channel: Channel) -> Vec<AlertLine> {
        self.lines
            .iter()
            .filter(|line| line.channel == channel)
            .cloned()
            .collect()
    }

    /// Lines about the summary of a day through one channel.
    pub fn summaries_of(&self, channel: Channel, day: Date) -> impl Iterator<Item = &SummaryAlertLine> {
        let key = summary_key(day);
        self.summaries
            .iter()
            .filter(move |line| line.channel == channel && line.key == key)
    }

    /// Row ids of all lines.
    pub fn ids(&self) -> HashSet<String> {
        let lines = self.lines.iter().map(|line| &line.id);
        lines
            .chain(self.summaries.iter().map(|line| &line.id))
            .cloned()
            .collect()
    }
}

impl Dataset for AlertHistory {
    const TABS: &'static [&'static Tab] = &[&ALERT_HISTORY, &ALERT_SNOOZES];

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let [history, snooze_rows] =
            <[TabRows; 2]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let own = || history.rows().filter(|row| row.cell(BOARD).text() == CUSTOMERS);
        Self {
            summaries: own().filter_map(|row| decode_summary_line(&row, decoding)).collect(),
            lines: own().filter_map(|row| decode_line(&row, decoding)).collect(),
            snoozes: snooze_rows
                .rows()
                .filter_map(|row| rows::decode_snooze(row, decoding))
                .collect(),
            snooze_rows,
        }
    }
}

fn decode_channel(row: &TabRow<'_>) -> Option<Channel> {
    let word = row.cell(CHANNEL).text();
    Channel::ALL.into_iter().find(|known| known.word() == word)
}

fn decode_summary_line(row: &TabRow<'_>, decoding: &DecodeContext) -> Option<SummaryAlertLine> {
    let is_summary = row.cell(KIND).text() == SUMMARY;
    Some(SummaryAlertLine {
        id: row.cell(0).text(),
        at: row.cell(AT).instant(&decoding.zone).ok(),
        channel: decode_channel(row).filter(|_| is_summary)?,
        outcome: DeliveryOutcome::parse(row.cell(OUTCOME).text()),
        key: row.cell(REASON).text(),
    })
}

fn decode_line(row: &TabRow<'_>, decoding: &DecodeContext) -> Option<AlertLine> {
    let kind = row.cell(KIND).text();
    let key = row.cell(REASON).text();
    let mut words = key.split(' ');
    let ("customer", customer) = (words.next()?, words.next()?) else {
        return None;
    };
    Some(AlertLine {
        id: row.cell(0).text(),
        at: row.cell(AT).instant(&decoding.zone).ok(),
        customer: CustomerId::new(customer),
        kind: AlertKind::ALL.into_iter().find(|known| known.word() == kind)?,
        channel: decode_channel(row)?,
        outcome: DeliveryOutcome::parse(row.cell(OUTCOME).text()),
        key: key.clone(),
    })
}

/// Deduplication key of the summary of `day`.
pub fn summary_key(day: Date) -> String {
    format!("summary {day}")
}

/// A line that is about to be inserted. Its id is unique to this process, so that claims of several instances differ.
#[derive(Clone, Debug)]
pub struct NewAlertLine {
    /// Row id.
    pub id: String,
    kind: &'static str,
    subject: String,
    key: String,
    channel: Channel,
    recipient: String,
}

impl NewAlertLine {
    /// Line for a trigger that goes through a channel to a recipient.
    pub fn of(trigger: &AlertTrigger, channel: Channel, recipient: &str) -> Self {
        Self {
            id: unique_line_id(channel, &trigger.key),
            kind: trigger.kind.word(),
            subject: trigger.title.clone(),
            key: trigger.key.clone(),
            channel,
            recipient: recipient.to_owned(),
        }
    }

    /// Line for the summary of a day.
    pub fn of_summary(day: Date, channel: Channel, recipient: &str) -> Self {
        let key = summary_key(day);
        Self {
            id: unique_line_id(channel, &key),
            kind: SUMMARY,
            subject: day.to_string(),
            key,
            channel,
            recipient: recipient.to_owned(),
        }
    }

    /// Insert of the row; cells after the id follow the column order of the tab.
    pub fn insert(&self, outcome: &DeliveryOutcome, at: &Zoned) -> RowChange {
        const _: () = assert!(
            AT == 1 && BOARD == 2 && KIND == 3 && SUBJECT == 4 && RECIPIENT == 5 && CHANNEL == 6 && OUTCOME == 7
        );
        RowChange::Insert(RowInsert {
            tab: &ALERT_HISTORY,
            id: NewId::Given(self.id.clone()),
            cells: vec![
                CellEntry::instant(at),
                CellEntry::Text(CUSTOMERS.to_owned()),
                CellEntry::Text(self.kind.to_owned()),
                CellEntry::Text(self.subject.clone()),
                CellEntry::Text(self.recipient.clone()),
                CellEntry::Text(self.channel.word().to_owned()),
                CellEntry::Text(outcome.words()),
                CellEntry::Text(self.key.clone()),
            ],
        })
    }
}

fn unique_line_id(channel: Channel, key: &str) -> String {
    format!("{} {key} {}", channel.word(), Uuid::new_v4().simple())
}
