//! Tab `standings_sent`: attempts to send the weekly standings, with their outcomes.

use jiff::Timestamp;
use sheets_store::{
    CellContent, CellEntry, CellUpdate, ChangeHistory, Column, ColumnKind, Dataset, DecodeContext, IdSource, NewId,
    RowChange, RowInsert, RowUpdate, Tab, TabRows,
};

use crate::standings::weekly::schedule::{SendOutcome, Week, WeeklyAttempt};

/// One row for each attempt; append-only.
pub static STANDINGS_SENT: Tab = Tab {
    title: "standings_sent",
    columns: &[
        Column::new("id", ColumnKind::Integer),
        Column::new("week", ColumnKind::Text),
        Column::new("at", ColumnKind::Text),
        Column::new("outcome", ColumnKind::Text),
    ],
    ids: IdSource::Counted,
    history: ChangeHistory::Kept,
    updated_at: None,
};

const WEEK: usize = 1;
const AT: usize = 2;
const OUTCOME: usize = 3;

impl From<SendOutcome> for String {
    fn from(outcome: SendOutcome) -> Self {
        outcome.as_text()
    }
}

/// All attempts.
#[derive(Debug)]
pub struct StandingsSentRows(pub Vec<WeeklyAttempt>);

impl Dataset for StandingsSentRows {
    const TABS: &'static [&'static Tab] = &[&STANDINGS_SENT];

    fn decode(mut tabs: Vec<TabRows>, _: &mut DecodeContext) -> Self {
        let rows = tabs.remove(0);
        let sent = rows.rows().map(|row| WeeklyAttempt {
            id: row.cell(0).text(),
            week: row.cell(WEEK).text(),
            at: row.cell(AT).text().parse().ok(),
            outcome: SendOutcome::parse(row.cell(OUTCOME).text()),
        });
        Self(sent.collect())
    }
}

/// Row of an attempt; concurrent instances with the same number write one row.
pub fn attempt_insert(week: Week, number: usize, at: Timestamp) -> RowInsert {
    RowInsert {
        tab: &STANDINGS_SENT,
        id: NewId::Counted {
            key: format!("standings {} {number}", week.name()),
            content: None,
        },
        cells: vec![
            CellEntry::Text(week.name()),
            CellEntry::Text(at.to_string()),
            CellEntry::Text(SendOutcome::Sending.as_text()),
        ],
    }
}

/// Sets the outcome of the attempt with this id.
pub fn outcome_change(id: &str, outcome: &SendOutcome) -> RowChange {
    RowChange::Update(RowUpdate {
        tab: &STANDINGS_SENT,
        id: id.to_owned(),
        cells: vec![CellUpdate {
            column: OUTCOME,
            from: CellContent::Text(SendOutcome::Sending.as_text()),
            to: CellEntry::Text(outcome.as_text()),
        }],
    })
}
