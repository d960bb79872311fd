//! Tabs of the contests, column by column.

use jiff::Timestamp;
use sheets_store::{CellEntry, ChangeHistory, Column, ColumnKind, IdSource, NewId, RowInsert, Tab};

use crate::contests::{contest::Contest, rules::ContestRules};

/// One row for each contest, written by staff.
pub static CONTESTS: Tab = Tab {
    title: "contests",
    columns: &[
        Column::new("name", ColumnKind::Text),
        Column::new("start", ColumnKind::Date),
        Column::new("end", ColumnKind::Date),
        Column::new("time_zone", ColumnKind::Text),
        Column::new("prize", ColumnKind::Text),
        Column::new("credit_rule", ColumnKind::Choice(&["first", "split", "all"])),
        Column::new("counting_rule", ColumnKind::Choice(&["received", "validated"])),
    ],
    ids: IdSource::Given,
    history: ChangeHistory::Kept,
    updated_at: None,
};

/// Rules in force of each contest that has started; append-only, the highest id of a contest wins.
pub static CONTEST_RULES: Tab = Tab {
    title: "contest_rules",
    columns: &[
        Column::new("id", ColumnKind::Integer),
        Column::new("contest", ColumnKind::Text),
        Column::new("credit_rule", ColumnKind::Text),
        Column::new("counting_rule", ColumnKind::Text),
        Column::new("since", ColumnKind::Text),
        Column::new("how", ColumnKind::Text),
    ],
    ids: IdSource::Counted,
    history: ChangeHistory::Kept,
    updated_at: None,
};

/// Results of finished contests, written once: line 0 describes the contest, then one line for each CSM.
pub static CONTEST_RESULTS: Tab = Tab {
    title: "contest_results",
    columns: &[
        Column::new("id", ColumnKind::Integer),
        Column::new("contest", ColumnKind::Text),
        Column::new("line", ColumnKind::Integer),
        Column::new("rank", ColumnKind::Integer),
        Column::new("csm", ColumnKind::Text),
        Column::new("points", ColumnKind::Text),
        Column::new("integrations", ColumnKind::Integer),
        Column::new("companies", ColumnKind::Integer),
        Column::new("reached_at", ColumnKind::Text),
        Column::new("start", ColumnKind::Date),
        Column::new("end", ColumnKind::Date),
        Column::new("time_zone", ColumnKind::Text),
        Column::new("prize", ColumnKind::Text),
        Column::new("credit_rule", ColumnKind::Text),
        Column::new("counting_rule", ColumnKind::Text),
        Column::new("frozen_at", ColumnKind::Text),
        Column::new("lines", ColumnKind::Integer),
        Column::new("seal", ColumnKind::Text),
    ],
    ids: IdSource::Counted,
    history: ChangeHistory::Kept,
    updated_at: None,
};

/// Column indices of [`CONTESTS`].
pub(crate) mod contest_column {
    pub const NAME: usize = 0;
    pub const START: usize = 1;
    pub const END: usize = 2;
    pub const TIME_ZONE: usize = 3;
    pub const PRIZE: usize = 4;
    pub const CREDIT_RULE: usize = 5;
    pub const COUNTING_RULE: usize = 6;
}

/// Column indices of [`CONTEST_RULES`].
pub(crate) mod rules_column {
    pub const ID: usize = 0;
    pub const CONTEST: usize = 1;
    pub const CREDIT_RULE: usize = 2;
    pub const COUNTING_RULE: usize = 3;
    pub const SINCE: usize = 4;
}

/// Column indices of [`CONTEST_RESULTS`].
pub(crate) mod result_column {
    pub const ID: usize = 0;
    pub const CONTEST: usize = 1;
    pub const LINE: usize = 2;
    pub const RANK: usize = 3;
    pub const CSM: usize = 4;
    pub const POINTS: usize = 5;
    pub const INTEGRATIONS: usize = 6;
    pub const COMPANIES: usize = 7;
    pub const REACHED_AT: usize = 8;
    pub const START: usize = 9;
    pub const END: usize = 10;
    pub const TIME_ZONE: usize = 11;
    pub const PRIZE: usize = 12;
    pub const CREDIT_RULE: usize = 13;
    pub const COUNTING_RULE: usize = 14;
    pub const FROZEN_AT: usize = 15;
    pub const LINES: usize = 16;
    pub const SEAL: usize = 17;
}

/// Rules that came into force.
#[derive(Clone, Debug, PartialEq)]
pub struct RulesConfirmation {
    /// Id of the row.
    pub id: u64,
    /// The rules.
    pub rules: ContestRules,
    /// When they came into force; `None` when that cell was edited.
    pub since: Option<Timestamp>,
}

/// How rules came into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmationSource {
    /// They were in the row when the contest started.
    AtTheStart,
    /// A person typed the name of the change.
    ByName,
}

impl ConfirmationSource {
    fn description(self) -> &'static str {
        match self {
            Self::AtTheStart => "as they stood when the contest began",
            Self::ByName => "confirmed by typing the name of the change",
        }
    }
}

/// Row that puts rules in force. `number` counts the confirmations of the contest from 0; concurrent writers of the
/// same number produce one row.
pub fn confirmation_insert(contest: &Contest, number: usize, how: ConfirmationSource, at: Timestamp) -> RowInsert {
    let text = |text: &str| CellEntry::Text(text.to_owned());
    RowInsert {
        tab: &CONTEST_RULES,
        id: NewId::Counted {
            key: format!("rules {number} {}", contest.key().as_str()),
            content: None,
        },
        cells: vec![
            text(&contest.name),
            text(contest.rules.credit.as_str()),
            text(contest.rules.counting.as_str()),
            CellEntry::Text(at.to_string()),
            text(how.description()),
        ],
    }
}
