//! Tab `standings_sent`: attempts to send the weekly standings, with their outcomes.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::schedule::Week;
use crate::store::{
    CellUpdate, Change, Column, Content, Dataset, Decoding, Entry, History, Ids, Insert, Kind, NewId, Tab, TabRows,
    Update,
};

/// One row for each attempt; append-only.
pub static STANDINGS_SENT: Tab = Tab {
    title: "standings_sent",
    columns: &[
        Column::new("id", Kind::Integer),
        Column::new("week", Kind::Text),
        Column::new("at", Kind::Text),
        Column::new("outcome", Kind::Text),
    ],
    ids: Ids::Counted,
    history: History::Kept,
    updated_at: None,
};

const WEEK: usize = 1;
const AT: usize = 2;
const OUTCOME: usize = 3;

/// Outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Outcome {
    /// In progress; if it remains, the program stopped during the attempt.
    Sending,
    /// Accepted by Slack.
    Sent,
    /// Certainly not accepted by Slack.
    Failed(String),
    /// Possibly accepted by Slack, or a remark by staff. Not retried.
    Other(String),
}

impl Outcome {
    fn parse(text: String) -> Self {
        match text.as_str() {
            "sending" => Self::Sending,
            "sent" => Self::Sent,
            _ => match text.strip_prefix("failed: ") {
                Some(why) => Self::Failed(why.to_owned()),
                None => Self::Other(text),
            },
        }
    }

    /// Text in the sheet.
    pub fn words(&self) -> String {
        match self {
            Self::Sending => "sending".to_owned(),
            Self::Sent => "sent".to_owned(),
            Self::Failed(why) => format!("failed: {why}"),
            Self::Other(words) => words.clone(),
        }
    }
}

impl From<Outcome> for String {
    fn from(outcome: Outcome) -> Self {
        outcome.words()
    }
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "StandingsTry")]
pub struct Sent {
    /// Id of the row.
    pub id: String,
    /// Week, such as `2026-W10`.
    pub week: String,
    /// When it started; `None` when that cell was edited.
    pub at: Option<Timestamp>,
    /// Outcome.
    #[schemars(with = "String")]
    pub outcome: Outcome,
}

/// All attempts.
#[derive(Debug)]
pub struct StandingsSent(pub Vec<Sent>);

impl Dataset for StandingsSent {
    const TABS: &'static [&'static Tab] = &[&STANDINGS_SENT];

    fn decode(mut tabs: Vec<TabRows>, _: &mut Decoding) -> Self {
        let rows = tabs.remove(0);
        let sent = rows.rows().map(|row| Sent {
            id: row.cell(0).text(),
            week: row.cell(WEEK).text(),
            at: row.cell(AT).text().parse().ok(),
            outcome: Outcome::parse(row.cell(OUTCOME).text()),
        });
        Self(sent.collect())
    }
}

/// Row of an attempt; concurrent instances with the same number write one row.
pub fn beginning(week: Week, number: usize, at: Timestamp) -> Insert {
    Insert {
        tab: &STANDINGS_SENT,
        id: NewId::Counted {
            key: format!("standings {} {number}", week.name()),
        },
        cells: vec![
            Entry::Text(week.name()),
            Entry::Text(at.to_string()),
            Entry::Text(Outcome::Sending.words()),
        ],
    }
}

/// Sets the outcome of the attempt with this id.
pub fn ended(id: &str, outcome: &Outcome) -> Change {
    Change::Update(Update {
        tab: &STANDINGS_SENT,
        id: id.to_owned(),
        cells: vec![CellUpdate {
            column: OUTCOME,
            from: Content::Text(Outcome::Sending.words()),
            to: Entry::Text(outcome.words()),
        }],
    })
}
