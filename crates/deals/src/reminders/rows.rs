//! Tabs `alert_history` (reminders sent, failed or suppressed) and `contacts` (mail addresses of assignees).

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use jiff::{Timestamp, Zoned, civil::Date};
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::{
    CellEntry, ChangeHistory, Column, ColumnKind, Dataset, DecodeContext, IdSource, NewId, RowChange, RowInsert, Tab,
    TabLink, TabRow, TabRows, finding::Effect,
};
pub use web::delivery::alert_history::DeliveryOutcome;
use web::delivery::{
    Channel, MailSender,
    alert_history::{ALERT_HISTORY, AT, BOARD, CHANNEL, KIND, OUTCOME, REASON, RECIPIENT, SUBJECT},
    send_claim,
};

use crate::deal::grouping::group_key;

/// Names as written in `assignee`, with their mail addresses; staff edit it.
pub static CONTACTS: Tab = Tab {
    title: "contacts",
    columns: &[
        Column::new("name", ColumnKind::Text),
        Column::new("email", ColumnKind::Text),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::NotKept,
    updated_at: None,
};

const EMAIL: usize = 1;

/// Value of the column `board`.
const DEALS: &str = "deals";

/// One row of `alert_history` about a deal.
#[derive(Clone, Debug, PartialEq)]
pub struct DealAlert {
    /// Generated before the first write attempt, so that a retry writes the same row.
    pub id: String,
    /// Time of writing; `None` when staff changed the cell.
    pub at: Option<Timestamp>,
    /// Label of the deal.
    pub subject: String,
    /// Mail address, or the assignee's name without an address.
    pub recipient: String,
    /// Delivery channel: mail or Slack.
    pub channel: Channel,
    /// Delivery outcome.
    pub outcome: DeliveryOutcome,
    /// Deduplication key of the reminder.
    pub reason: ReminderReason,
}

impl DealAlert {
    /// Row to insert.
    pub fn into_insert(self, at: &Zoned) -> RowInsert {
        RowInsert {
            tab: &ALERT_HISTORY,
            id: NewId::Given(self.id),
            cells: vec![
                CellEntry::instant(at),
                CellEntry::Text(DEALS.to_owned()),
                CellEntry::Text(self.reason.kind.word().to_owned()),
                CellEntry::Text(self.subject),
                text_entry(&self.recipient),
                CellEntry::Text(self.channel.word().to_owned()),
                CellEntry::Text(self.outcome.words()),
                CellEntry::Text(self.reason.to_string()),
            ],
        }
    }

    /// Copy with another outcome.
    #[must_use]
    pub fn with(&self, outcome: DeliveryOutcome) -> Self {
        Self {
            outcome,
            ..self.clone()
        }
    }

    /// Update of the outcome cell.
    pub fn outcome_update(&self, outcome: &DeliveryOutcome) -> RowChange {
        send_claim::outcome_change(&self.id, &self.outcome, outcome)
    }

    /// Whether an instance holds an unexpired claim on it.
    pub fn is_claimed(&self, now: Timestamp) -> bool {
        send_claim::is_claim_active(&self.outcome, self.at, now)
    }
}

fn text_entry(text: &str) -> CellEntry {
    match text {
        "" => CellEntry::Empty,
        text => CellEntry::Text(text.to_owned()),
    }
}

/// Alerts about deals, and the mail addresses of assignees.
#[derive(Debug)]
pub struct DealAlerts {
    /// Alerts about deals, in sheet order.
    pub lines: Vec<DealAlert>,
    /// Link to the tab in the spreadsheet.
    pub link: TabLink,
    contacts: HashMap<String, String>,
}

impl DealAlerts {
    /// Reasons that were sent through `channel`, or may have been.
    pub fn sent_reasons(&self, channel: Channel) -> HashSet<ReminderReason> {
        let lines = self.lines.iter().filter(|line| line.channel == channel);
        lines
            .filter(|line| line.outcome.counts_as_sent())
            .map(|line| line.reason)
            .collect()
    }

    /// Mail address of an assignee.
    pub fn address(&self, name: &str) -> Option<&str> {
        self.contacts.get(&group_key(name)?).map(String::as_str)
    }
}

impl Dataset for DealAlerts {
    const TABS: &'static [&'static Tab] = &[&ALERT_HISTORY, &CONTACTS];

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        let [history, contacts] =
            <[TabRows; 2]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        Self {
            lines: history.rows().filter_map(|row| read_alert(&row, decoding)).collect(),
            contacts: contacts.rows().filter_map(|row| read_contact(&row, decoding)).collect(),
            link: history.link().clone(),
        }
    }
}

/// `None` for rows of other boards and rows that staff added.
fn read_alert(row: &TabRow<'_>, decoding: &DecodeContext) -> Option<DealAlert> {
    if row.cell(BOARD).text() != DEALS {
        return None;
    }
    let channel = row.cell(CHANNEL).text();
    Some(DealAlert {
        id: row.cell(0).text(),
        at: row.cell(AT).instant(&decoding.zone).ok(),
        subject: row.cell(SUBJECT).text(),
        recipient: row.cell(RECIPIENT).text(),
        channel: Channel::ALL.into_iter().find(|known| known.word() == channel)?,
        outcome: DeliveryOutcome::parse(row.cell(OUTCOME).text()),
        reason: parse_reason(&row.cell(REASON).text(), &row.cell(KIND).text())?,
    })
}

/// Parses the format of [`ReminderReason`], such as `deal 7 overdue 2026-11-20`.
fn parse_reason(text: &str, kind: &str) -> Option<ReminderReason> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let ["deal", deal, word, day] = words[..] else {
        return None;
    };
    let kind = ReminderKind::ALL
        .into_iter()
        .find(|known| known.word() == word && word == kind)?;
    Some(ReminderReason {
        deal: deal.parse().ok()?,
        kind,
        day: day.parse::<Date>().ok()?,
    })
}

fn read_contact(row: &TabRow<'_>, decoding: &mut DecodeContext) -> Option<(String, String)> {
    let (name, email) = (group_key(&row.cell(0).text())?, row.cell(EMAIL).text());
    if email.is_empty() {
        return None;
    }
    if !MailSender::is_address(&email) {
        let reason = "A mail address belongs here, such as zoe@example.com. Without it reminders go to DEALS_MAIL_TO.";
        decoding.findings.push(row.finding(EMAIL, Effect::RowExcluded, reason));
        return None;
    }
    Some((name, email))
}

/// Kind of reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReminderKind {
    /// Due before today.
    Overdue,
    /// Due within [`DUE_WITHIN_DAYS`](crate::reminders::plan::DUE_WITHIN_DAYS) days, including today.
    Due,
    /// Without a change for a number of days.
    Cold,
}

impl ReminderKind {
    /// Every kind, most urgent first.
    pub const ALL: [Self; 3] = [Self::Overdue, Self::Due, Self::Cold];

    /// Value in the tab `alert_history` and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Due => "due",
            Self::Cold => "cold",
        }
    }
}

/// Deduplication key of a reminder: deal, kind and date. Another due date or another change gives a new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReminderReason {
    /// Id of the deal.
    pub deal: u64,
    /// Kind of reminder.
    pub kind: ReminderKind,
    /// Due date, or the date of the last change for a stale deal.
    pub day: Date,
}

impl fmt::Display for ReminderReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "deal {} {} {}", self.deal, self.kind.word(), self.day)
    }
}

impl Serialize for ReminderReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
