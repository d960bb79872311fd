//! The tabs of contests, column by column, and what they say together.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    contest::{Contest, ContestKey},
    frozen::FrozenResult,
    reading,
    rules::Rules,
};
use crate::store::{Column, Dataset, Decoding, Entry, History, Ids, Insert, Kind, NewId, Tab, TabLink, TabRows};

/// One row for each contest; staff write it.
pub static CONTESTS: Tab = Tab {
    title: "contests",
    columns: &[
        Column::new("name", Kind::Text),
        Column::new("start", Kind::Date),
        Column::new("end", Kind::Date),
        Column::new("time_zone", Kind::Text),
        Column::new("prize", Kind::Text),
        Column::new("credit_rule", Kind::Choice(&["first", "split", "all"])),
        Column::new("counting_rule", Kind::Choice(&["received", "validated"])),
    ],
    ids: Ids::Given,
    history: History::Kept,
    updated_at: None,
};

/// The rules in force of each contest that has begun; append-only, the highest id of a contest holds.
pub static CONTEST_RULES: Tab = Tab {
    title: "contest_rules",
    columns: &[
        Column::new("id", Kind::Integer),
        Column::new("contest", Kind::Text),
        Column::new("credit_rule", Kind::Text),
        Column::new("counting_rule", Kind::Text),
        Column::new("since", Kind::Text),
        Column::new("how", Kind::Text),
    ],
    ids: Ids::Counted,
    history: History::Kept,
    updated_at: None,
};

/// Results of contests that are over, written once: a line 0 with the contest itself, then a line for each CSM.
pub static CONTEST_RESULTS: Tab = Tab {
    title: "contest_results",
    columns: &[
        Column::new("id", Kind::Integer),
        Column::new("contest", Kind::Text),
        Column::new("line", Kind::Integer),
        Column::new("rank", Kind::Integer),
        Column::new("csm", Kind::Text),
        Column::new("points", Kind::Text),
        Column::new("integrations", Kind::Integer),
        Column::new("companies", Kind::Integer),
        Column::new("reached_at", Kind::Text),
        Column::new("start", Kind::Date),
        Column::new("end", Kind::Date),
        Column::new("time_zone", Kind::Text),
        Column::new("prize", Kind::Text),
        Column::new("credit_rule", Kind::Text),
        Column::new("counting_rule", Kind::Text),
        Column::new("frozen_at", Kind::Text),
        Column::new("lines", Kind::Integer),
        Column::new("seal", Kind::Text),
    ],
    ids: Ids::Counted,
    history: History::Kept,
    updated_at: None,
};

/// Places in [`CONTESTS`]'s columns.
pub(super) mod contest_column {
    pub const NAME: usize = 0;
    pub const START: usize = 1;
    pub const END: usize = 2;
    pub const TIME_ZONE: usize = 3;
    pub const PRIZE: usize = 4;
    pub const CREDIT_RULE: usize = 5;
    pub const COUNTING_RULE: usize = 6;
}

/// Places in [`CONTEST_RULES`]'s columns.
pub(super) mod rules_column {
    pub const ID: usize = 0;
    pub const CONTEST: usize = 1;
    pub const CREDIT_RULE: usize = 2;
    pub const COUNTING_RULE: usize = 3;
    pub const SINCE: usize = 4;
}

/// Places in [`CONTEST_RESULTS`]'s columns.
pub(super) mod result_column {
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

/// The contests, the rules in force and the frozen results.
#[derive(Debug)]
pub struct ContestRows {
    /// Contests that can be read, in the order of the sheet, with the number of their row.
    pub contests: Vec<(u32, Contest)>,
    /// The rules in force of each contest that has begun, oldest first.
    pub confirmed: BTreeMap<ContestKey, Vec<Confirmation>>,
    /// Results that stand still.
    pub results: BTreeMap<ContestKey, FrozenResult>,
    /// Addresses of the cells of `contests`.
    pub contest_link: TabLink,
    /// Addresses of the cells of `contest_results`.
    pub result_link: TabLink,
}

/// Rules that came into force.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmation {
    /// Id of the row.
    pub id: u64,
    /// The rules.
    pub rules: Rules,
    /// When they came into force; `None` when that cell was changed.
    pub since: Option<Timestamp>,
}

/// How rules came into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// They stood in the row when the contest began.
    AtTheStart,
    /// Somebody typed the name of the change.
    ByName,
}

impl Confirmed {
    fn words(self) -> &'static str {
        match self {
            Self::AtTheStart => "as they stood when the contest began",
            Self::ByName => "confirmed by typing the name of the change",
        }
    }
}

impl Dataset for ContestRows {
    const TABS: &'static [&'static Tab] = &[&CONTESTS, &CONTEST_RULES, &CONTEST_RESULTS];

    fn decode(tabs: Vec<TabRows>, decoding: &mut Decoding) -> Self {
        let [contests, rules, results] =
            <[TabRows; 3]>::try_from(tabs).unwrap_or_else(|_| unreachable!("one entry for each tab asked for"));
        let frozen = reading::results(&results, decoding);
        Self {
            contests: reading::contests(&contests, decoding),
            confirmed: reading::confirmed(&rules),
            results: frozen,
            contest_link: contests.link().clone(),
            result_link: results.link().clone(),
        }
    }
}

impl ContestRows {
    /// A contest of the tab by its name, as people type it.
    pub fn find(&self, name: &str) -> Option<&Contest> {
        let key = ContestKey::of(name)?;
        let found = self.contests.iter().find(|(_, contest)| contest.key() == key);
        found.map(|(_, contest)| contest)
    }

    /// The frozen result of a contest by its name.
    pub fn result(&self, name: &str) -> Option<&FrozenResult> {
        self.results.get(&ContestKey::of(name)?)
    }

    /// The rules in force: those confirmed last; before the start, those that stand in the row.
    pub fn rules_in_force(&self, contest: &Contest) -> Rules {
        let confirmed = self.confirmed.get(&contest.key()).and_then(|list| list.last());
        confirmed.map_or(contest.rules, |confirmed| confirmed.rules)
    }

    /// How often rules of a contest came into force.
    pub fn confirmations(&self, contest: &Contest) -> usize {
        self.confirmed.get(&contest.key()).map_or(0, Vec::len)
    }
}

/// The row that brings rules into force. `number` counts those of the contest from 0: of several instances, or people, that
/// write the same number, one writes.
pub fn confirmation(contest: &Contest, number: usize, how: Confirmed, at: Timestamp) -> Insert {
    let text = |text: &str| Entry::Text(text.to_owned());
    Insert {
        tab: &CONTEST_RULES,
        id: NewId::Counted {
            key: format!("rules {number} {}", contest.key().as_str()),
        },
        cells: vec![
            text(&contest.name),
            text(contest.rules.credit.word()),
            text(contest.rules.counting.word()),
            Entry::Text(at.to_string()),
            text(how.words()),
        ],
    }
}
