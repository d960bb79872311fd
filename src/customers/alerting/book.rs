//! The lines of `alert_history` about customers, together with the tab `alert_snoozes`.

use std::collections::HashSet;

use jiff::{Timestamp, Zoned};
use uuid::Uuid;

use super::{
    occasion::{Kind, Occasion},
    snooze::{self, ALERT_SNOOZES, Snooze},
};
use crate::{
    customers::customer::CustomerId,
    delivery::{
        Channel, claim,
        history::{ALERT_HISTORY, AT, BOARD, CHANNEL, KIND, OUTCOME, Outcome, REASON, RECIPIENT, SUBJECT},
    },
    store::{Change, Dataset, Decoding, Entry, Insert, NewId, Row, Tab, TabRows},
};

/// The word in the column `board`.
const CUSTOMERS: &str = "customers";
/// The word of the summary of a day in the column `kind`.
const SUMMARY: &str = "daily_summary";

/// One line of `alert_history` about a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The id of the row: channel and key.
    pub id: String,
    /// When it was written; `None` when staff changed that cell.
    pub at: Option<Timestamp>,
    /// Which customer.
    pub customer: CustomerId,
    /// Which kind.
    pub kind: Kind,
    /// Mail or Slack.
    pub channel: Channel,
    /// What became of it.
    pub outcome: Outcome,
    /// What tells the occasion from every other one.
    pub key: String,
}

/// A line about the summary of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryLine {
    /// The id of the row.
    pub id: String,
    /// When it was written; `None` when staff changed that cell.
    pub at: Option<Timestamp>,
    /// Mail or Slack.
    pub channel: Channel,
    /// What became of it.
    pub outcome: Outcome,
    /// Which day: see [`summary_key`].
    pub key: String,
}

/// What people were told, and about whom they do not want to be.
#[derive(Debug)]
pub struct AlertBook {
    /// Lines about customers, in the order of the sheet.
    pub lines: Vec<Line>,
    /// Lines about summaries.
    pub summaries: Vec<SummaryLine>,
    /// What staff asked not to hear of.
    pub snoozes: Vec<Snooze>,
    /// The rows of `alert_snoozes` as they are.
    pub snooze_rows: TabRows,
}

impl AlertBook {
    /// The lines of one channel.
    pub fn through(&self, channel: Channel) -> Vec<Line> {
        self.lines
            .iter()
            .filter(|line| line.channel == channel)
            .cloned()
            .collect()
    }

    /// The ids of all lines.
    pub fn ids(&self) -> HashSet<String> {
        let lines = self.lines.iter().map(|line| &line.id);
        lines
            .chain(self.summaries.iter().map(|line| &line.id))
            .cloned()
            .collect()
    }
}

impl Dataset for AlertBook {
    const TABS: &'static [&'static Tab] = &[&ALERT_HISTORY, &ALERT_SNOOZES];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [history, snooze_rows] =
            <[TabRows; 2]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let own = || history.rows().filter(|row| row.cell(BOARD).text() == CUSTOMERS);
        Self {
            summaries: own().filter_map(|row| summary_line(&row, decoding)).collect(),
            lines: own().filter_map(|row| line(&row, decoding)).collect(),
            snoozes: snooze_rows
                .rows()
                .filter_map(|row| snooze::read(row, decoding))
                .collect(),
            snooze_rows,
        }
    }
}

fn channel(row: &Row<'_>) -> Option<Channel> {
    let word = row.cell(CHANNEL).text();
    Channel::ALL.into_iter().find(|known| known.word() == word)
}

fn summary_line(row: &Row<'_>, decoding: &Decoding) -> Option<SummaryLine> {
    let is_summary = row.cell(KIND).text() == SUMMARY;
    Some(SummaryLine {
        id: row.cell(0).text(),
        at: row.cell(AT).instant(&decoding.zone).ok(),
        channel: channel(row).filter(|_| is_summary)?,
        outcome: Outcome::parse(row.cell(OUTCOME).text()),
        key: row.cell(REASON).text(),
    })
}

fn line(row: &Row<'_>, decoding: &Decoding) -> Option<Line> {
    let kind = row.cell(KIND).text();
    let key = row.cell(REASON).text();
    let mut words = key.split(' ');
    let ("customer", customer) = (words.next()?, words.next()?) else {
        return None;
    };
    Some(Line {
        id: row.cell(0).text(),
        at: row.cell(AT).instant(&decoding.zone).ok(),
        customer: CustomerId::new(customer),
        kind: Kind::ALL.into_iter().find(|known| known.word() == kind)?,
        channel: channel(row)?,
        outcome: Outcome::parse(row.cell(OUTCOME).text()),
        key: key.clone(),
    })
}

/// What tells the summary of a day from every other one.
pub fn summary_key(day: jiff::civil::Date) -> String {
    format!("summary {day}")
}

/// A line that is to be written. No other program makes its id, so that claims can be told apart.
#[derive(Clone, Debug)]
pub struct NewLine {
    /// The id of the row.
    pub id: String,
    kind: &'static str,
    subject: String,
    key: String,
    to: (Channel, String),
}

impl NewLine {
    /// Of an occasion that goes through a channel to a recipient.
    pub fn of(occasion: &Occasion, to: (Channel, &str)) -> Self {
        Self::about((occasion.kind.word(), &occasion.title), &occasion.key, to)
    }

    /// Of the summary of a day.
    pub fn of_summary(day: jiff::civil::Date, to: (Channel, &str)) -> Self {
        Self::about((SUMMARY, &day.to_string()), &summary_key(day), to)
    }

    fn about((kind, subject): (&'static str, &str), key: &str, (channel, recipient): (Channel, &str)) -> Self {
        Self {
            id: format!("{} {key} {}", channel.word(), Uuid::new_v4().simple()),
            kind,
            subject: subject.to_owned(),
            key: key.to_owned(),
            to: (channel, recipient.to_owned()),
        }
    }

    /// The row. Its cells after the id stand in the order of the tab.
    pub fn insert(&self, outcome: &Outcome, at: &Zoned) -> Change {
        const _: () = assert!(
            AT == 1 && BOARD == 2 && KIND == 3 && SUBJECT == 4 && RECIPIENT == 5 && CHANNEL == 6 && OUTCOME == 7
        );
        let (channel, recipient) = &self.to;
        Change::Insert(Insert {
            tab: &ALERT_HISTORY,
            id: NewId::Given(self.id.clone()),
            cells: vec![
                Entry::instant(at),
                Entry::Text(CUSTOMERS.to_owned()),
                Entry::Text(self.kind.to_owned()),
                Entry::Text(self.subject.clone()),
                Entry::Text(recipient.clone()),
                Entry::Text(channel.word().to_owned()),
                Entry::Text(outcome.words()),
                Entry::Text(self.key.clone()),
            ],
        })
    }
}

/// The change of the outcome of a line.
pub use claim::become_of;
