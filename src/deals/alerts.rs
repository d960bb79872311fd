//! Tabs `alert_history` (reminders sent, failed or suppressed) and `contacts` (mail addresses of assignees).

use std::collections::{HashMap, HashSet};

use jiff::{Timestamp, Zoned, civil::Date};

use super::{
    grouping::group_key,
    reminders::{Reason, ReminderKind},
};
use crate::{
    delivery::{
        Channel, Mail, claim,
        history::{ALERT_HISTORY, AT, BOARD, CHANNEL, KIND, OUTCOME, REASON, RECIPIENT, SUBJECT},
    },
    finding::Effect,
    store::{Change, Column, Dataset, Decoding, Entry, History, Ids, Insert, Kind, NewId, Row, Tab, TabLink, TabRows},
};

/// Names as written in `assignee`, with their mail addresses; staff edit it.
pub static CONTACTS: Tab = Tab {
    title: "contacts",
    columns: &[Column::new("name", Kind::Text), Column::new("email", Kind::Text)],
    ids: Ids::Given,
    history: History::NotKept,
    updated_at: None,
};

const EMAIL: usize = 1;

pub use crate::delivery::history::Outcome;

/// Value of the column `board`.
const DEALS: &str = "deals";

/// One row of `alert_history` about a deal.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
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
    pub outcome: Outcome,
    /// Deduplication key of the reminder.
    pub reason: Reason,
}

impl Alert {
    /// Row to insert.
    pub fn into_insert(self, at: &Zoned) -> Insert {
        Insert {
            tab: &ALERT_HISTORY,
            id: NewId::Given(self.id),
            cells: vec![
                Entry::instant(at),
                Entry::Text(DEALS.to_owned()),
                Entry::Text(self.reason.kind.word().to_owned()),
                Entry::Text(self.subject),
                text(&self.recipient),
                Entry::Text(self.channel.word().to_owned()),
                Entry::Text(self.outcome.words()),
                Entry::Text(self.reason.to_string()),
            ],
        }
    }

    /// Copy with another outcome.
    #[must_use]
    pub fn with(&self, outcome: Outcome) -> Self {
        Self {
            outcome,
            ..self.clone()
        }
    }

    /// Update of the outcome cell.
    pub fn become_of(&self, outcome: &Outcome) -> Change {
        claim::become_of(&self.id, &self.outcome, outcome)
    }

    /// Whether an instance holds an unexpired claim on it.
    pub fn is_claimed(&self, now: Timestamp) -> bool {
        claim::holds(&self.outcome, self.at, now)
    }
}

fn text(text: &str) -> Entry {
    match text {
        "" => Entry::Empty,
        text => Entry::Text(text.to_owned()),
    }
}

/// Alerts about deals, and the mail addresses of assignees.
#[derive(Debug)]
pub struct Alerts {
    /// Alerts about deals, in sheet order.
    pub lines: Vec<Alert>,
    /// Link to the tab in the spreadsheet.
    pub link: TabLink,
    contacts: HashMap<String, String>,
}

impl Alerts {
    /// Reasons that were sent through `channel`, or may have been.
    pub fn told(&self, channel: Channel) -> HashSet<Reason> {
        let lines = self.lines.iter().filter(|line| line.channel == channel);
        lines
            .filter(|line| line.outcome.is_told())
            .map(|line| line.reason)
            .collect()
    }

    /// Mail address of an assignee.
    pub fn address(&self, name: &str) -> Option<&str> {
        self.contacts.get(&group_key(name)?).map(String::as_str)
    }
}

impl Dataset for Alerts {
    const TABS: &'static [&'static Tab] = &[&ALERT_HISTORY, &CONTACTS];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [history, contacts] =
            <[TabRows; 2]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        Self {
            lines: history.rows().filter_map(|row| line(&row, decoding)).collect(),
            contacts: contacts.rows().filter_map(|row| contact(&row, decoding)).collect(),
            link: history.link().clone(),
        }
    }
}

/// `None` for rows of other boards and rows that staff added.
fn line(row: &Row<'_>, decoding: &Decoding) -> Option<Alert> {
    if row.cell(BOARD).text() != DEALS {
        return None;
    }
    let channel = row.cell(CHANNEL).text();
    Some(Alert {
        id: row.cell(0).text(),
        at: row.cell(AT).instant(&decoding.zone).ok(),
        subject: row.cell(SUBJECT).text(),
        recipient: row.cell(RECIPIENT).text(),
        channel: Channel::ALL.into_iter().find(|known| known.word() == channel)?,
        outcome: Outcome::parse(row.cell(OUTCOME).text()),
        reason: reason(&row.cell(REASON).text(), &row.cell(KIND).text())?,
    })
}

/// Parses the format of [`Reason`], such as `deal 7 overdue 2026-11-20`.
fn reason(text: &str, kind: &str) -> Option<Reason> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let ["deal", deal, word, day] = words[..] else {
        return None;
    };
    let kind = ReminderKind::ALL
        .into_iter()
        .find(|known| known.word() == word && word == kind)?;
    Some(Reason {
        deal: deal.parse().ok()?,
        kind,
        day: day.parse::<Date>().ok()?,
    })
}

fn contact(row: &Row<'_>, decoding: &mut Decoding) -> Option<(String, String)> {
    let (name, email) = (group_key(&row.cell(0).text())?, row.cell(EMAIL).text());
    if email.is_empty() {
        return None;
    }
    if !Mail::is_address(&email) {
        let reason = "A mail address belongs here, such as zoe@example.com. Without it reminders go to DEALS_MAIL_TO.";
        decoding.findings.push(row.finding(EMAIL, Effect::RowExcluded, reason));
        return None;
    }
    Some((name, email))
}
