//! The tabs `alert_history`, what people were told and what they were not, and `contacts`, where mail to a person goes.

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

/// Names as they stand in `assignee`, with their mail addresses; staff edit it.
pub static CONTACTS: Tab = Tab {
    title: "contacts",
    columns: &[Column::new("name", Kind::Text), Column::new("email", Kind::Text)],
    ids: Ids::Given,
    history: History::NotKept,
    updated_at: None,
};

const EMAIL: usize = 1;

pub use crate::delivery::history::Outcome;

/// The word in the column `board`.
const DEALS: &str = "deals";

/// One line of `alert_history` about deals.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Made before the first attempt to write it.
    pub id: String,
    /// When it was written; `None` when staff changed that cell.
    pub at: Option<Timestamp>,
    /// Which deal, in words.
    pub subject: String,
    /// The address, or the name when there is none.
    pub recipient: String,
    /// Mail or Slack.
    pub channel: Channel,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was to be sent.
    pub reason: Reason,
}

impl Alert {
    /// The row to insert.
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

    /// The same with another outcome.
    #[must_use]
    pub fn with(&self, outcome: Outcome) -> Self {
        Self {
            outcome,
            ..self.clone()
        }
    }

    /// The change of its outcome.
    pub fn become_of(&self, outcome: &Outcome) -> Change {
        claim::become_of(&self.id, &self.outcome, outcome)
    }

    /// Whether it means that somebody is at it.
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

/// What people were told, and where mail to them goes.
#[derive(Debug)]
pub struct Alerts {
    /// Lines about deals, in the order of the sheet.
    pub lines: Vec<Alert>,
    /// Address of the tab in the spreadsheet.
    pub link: TabLink,
    contacts: HashMap<String, String>,
}

impl Alerts {
    /// What was told through a channel, or may have been.
    pub fn told(&self, channel: Channel) -> HashSet<Reason> {
        let lines = self.lines.iter().filter(|line| line.channel == channel);
        lines
            .filter(|line| line.outcome.is_told())
            .map(|line| line.reason)
            .collect()
    }

    /// The mail address of a person.
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

/// Lines of other boards and of staff are left alone.
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

/// Reads what [`Reason`] writes: `deal 7 overdue 2026-11-20`.
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
