//! The lines of `alert_history` about customers, and the tab `alert_snoozes`.

use jiff::{Timestamp, Zoned, civil::Date};

use super::{
    occasion::{Kind, Occasion},
    plan::Snooze,
};
use crate::{
    customers::{customer::CustomerId, rows::cells::Cells},
    delivery::{
        Channel,
        history::{ALERT_HISTORY, AT, BOARD, CHANNEL, KIND, OUTCOME, Outcome, REASON, RECIPIENT, SUBJECT},
    },
    store::{
        CellUpdate, Change, Column, Content, Dataset, Decoding, Entry, History, Ids, Insert, Kind as CellKind, NewId,
        Row, Tab, TabRows, Update,
    },
};

/// The word in the column `board`.
const CUSTOMERS: &str = "customers";

/// Customers about whom somebody does not want to be told for a while; staff edit it.
pub static ALERT_SNOOZES: Tab = Tab {
    title: "alert_snoozes",
    columns: &[
        Column::new("customer", CellKind::Text),
        Column::new("until", CellKind::Date),
        Column::new("reason", CellKind::Text),
        Column::new("by", CellKind::Text),
    ],
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

/// One line of `alert_history` about a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The id of the row: channel and key.
    pub id: String,
    /// When it was written; `None` when staff changed that cell.
    pub at: Option<Timestamp>,
    /// Which customer; empty for the summary of a day.
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

/// What people were told, and about whom they do not want to be.
#[derive(Debug, Default)]
pub struct AlertBook {
    /// Lines about customers, in the order of the sheet.
    pub lines: Vec<Line>,
    /// Days whose summary was sent, by the id of its line.
    pub summaries: Vec<(String, Outcome)>,
    /// What staff asked not to hear of.
    pub snoozes: Vec<Snooze>,
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
}

impl Dataset for AlertBook {
    const TABS: &'static [&'static Tab] = &[&ALERT_HISTORY, &ALERT_SNOOZES];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [history, snoozes] =
            <[TabRows; 2]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let own = || history.rows().filter(|row| row.cell(BOARD).text() == CUSTOMERS);
        let summaries = own().filter(|row| row.cell(KIND).text() == SUMMARY);
        Self {
            summaries: summaries
                .map(|row| (row.cell(0).text(), Outcome::parse(row.cell(OUTCOME).text())))
                .collect(),
            lines: own().filter_map(|row| line(&row, decoding)).collect(),
            snoozes: snoozes.rows().filter_map(|row| snooze(row, decoding)).collect(),
        }
    }
}

/// The word of the summary of a day in the column `kind`.
pub const SUMMARY: &str = "daily_summary";

fn line(row: &Row<'_>, decoding: &Decoding) -> Option<Line> {
    let (kind, channel) = (row.cell(KIND).text(), row.cell(CHANNEL).text());
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
        channel: Channel::ALL.into_iter().find(|known| known.word() == channel)?,
        outcome: Outcome::parse(row.cell(OUTCOME).text()),
        key: key.clone(),
    })
}

fn snooze(row: Row<'_>, decoding: &mut Decoding) -> Option<Snooze> {
    let mut cells = Cells::of(row, decoding);
    let customer = cells.text(0)?;
    let Some(until) = cells.day(1) else {
        cells.exclude(
            1,
            "A day belongs here, such as 2026-12-31; until then the customer is not snoozed.",
        );
        return None;
    };
    Some(Snooze {
        customer: CustomerId::new(customer),
        until,
        reason: cells.text(2).unwrap_or_default(),
    })
}

/// The id of the line of an occasion and a channel: the same for every program, so that one line stands for both. Bands are
/// left and entered again, so theirs ends with the day.
pub fn line_id(channel: Channel, occasion: &Occasion, today: Date) -> String {
    if occasion.kind.needs_a_second_look() {
        format!("{} {} {today}", channel.word(), occasion.key)
    } else {
        format!("{} {}", channel.word(), occasion.key)
    }
}

/// A new line. Its cells after the id stand in the order of the tab.
pub fn insert(
    id: String,
    occasion: &Occasion,
    (channel, recipient): (Channel, &str),
    (outcome, at): (&Outcome, &Zoned),
) -> Change {
    const _: () =
        assert!(AT == 1 && BOARD == 2 && KIND == 3 && SUBJECT == 4 && RECIPIENT == 5 && CHANNEL == 6 && OUTCOME == 7);
    Change::Insert(Insert {
        tab: &ALERT_HISTORY,
        id: NewId::Given(id),
        cells: vec![
            Entry::instant(at),
            Entry::Text(CUSTOMERS.to_owned()),
            Entry::Text(occasion.kind.word().to_owned()),
            Entry::Text(occasion.title.clone()),
            Entry::Text(recipient.to_owned()),
            Entry::Text(channel.word().to_owned()),
            Entry::Text(outcome.words()),
            Entry::Text(occasion.key.clone()),
        ],
    })
}

/// The line of the summary of a day.
pub fn summary(id: String, (channel, recipient): (Channel, &str), (outcome, at): (&Outcome, &Zoned)) -> Change {
    Change::Insert(Insert {
        tab: &ALERT_HISTORY,
        id: NewId::Given(id),
        cells: vec![
            Entry::instant(at),
            Entry::Text(CUSTOMERS.to_owned()),
            Entry::Text(SUMMARY.to_owned()),
            Entry::Text(at.date().to_string()),
            Entry::Text(recipient.to_owned()),
            Entry::Text(channel.word().to_owned()),
            Entry::Text(outcome.words()),
            Entry::Text(format!("summary {}", at.date())),
        ],
    })
}

/// The change of the outcome of a line.
pub fn become_of(id: &str, from: &Outcome, to: &Outcome) -> Change {
    Change::Update(Update {
        tab: &ALERT_HISTORY,
        id: id.to_owned(),
        cells: vec![CellUpdate {
            column: OUTCOME,
            from: Content::Text(from.words()),
            to: Entry::Text(to.words()),
        }],
    })
}
