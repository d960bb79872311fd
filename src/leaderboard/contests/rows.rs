//! Tabs of the contests, column by column.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    contest::{Contest, ContestKey},
    frozen::FrozenResult,
    reading,
    rules::Rules,
};
use crate::store::{Column, Dataset, Decoding, Entry, History, Ids, Insert, Kind, NewId, Tab, TabLink, TabRows};

/// One row for each contest, written by staff.
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

/// Rules in force of each contest that has started; append-only, the highest id of a contest wins.
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

/// Results of finished contests, written once: line 0 describes the contest, then one line for each CSM.
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

/// Column indices of [`CONTESTS`].
pub(super) mod contest_column {
    pub const NAME: usize = 0;
    pub const START: usize = 1;
    pub const END: usize = 2;
    pub const TIME_ZONE: usize = 3;
    pub const PRIZE: usize = 4;
    pub const CREDIT_RULE: usize = 5;
    pub const COUNTING_RULE: usize = 6;
}

/// Column indices of [`CONTEST_RULES`].
pub(super) mod rules_column {
    pub const ID: usize = 0;
    pub const CONTEST: usize = 1;
    pub const CREDIT_RULE: usize = 2;
    pub const COUNTING_RULE: usize = 3;
    pub const SINCE: usize = 4;
}

/// Column indices of [`CONTEST_RESULTS`].
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

/// Contests, rules in force and frozen results.
#[derive(Debug)]
pub struct ContestRows {
    /// Readable contests in sheet order, each with its row number.
    pub contests: Vec<(u32, Contest)>,
    /// Rules in force of each contest that has started, oldest first.
    pub confirmed: BTreeMap<ContestKey, Vec<Confirmation>>,
    /// Frozen results.
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
    /// When they came into force; `None` when that cell was edited.
    pub since: Option<Timestamp>,
}

/// How rules came into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// They were in the row when the contest started.
    AtTheStart,
    /// A person typed the name of the change.
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
    /// Finds a contest by its name; ignores case, accents and spaces.
    pub fn find(&self, name: &str) -> Option<&Contest> {
        let key = ContestKey::of(name)?;
        let found = self.contests.iter().find(|(_, contest)| contest.key() == key);
        found.map(|(_, contest)| contest)
    }

    /// Frozen result of the contest with this name.
    pub fn result(&self, name: &str) -> Option<&FrozenResult> {
        self.results.get(&ContestKey::of(name)?)
    }

    /// Rules in force: the last confirmed ones; before the start, those in the row.
    pub fn rules_in_force(&self, contest: &Contest) -> Rules {
        let confirmed = self.confirmed.get(&contest.key()).and_then(|list| list.last());
        confirmed.map_or(contest.rules, |confirmed| confirmed.rules)
    }

    /// Number of times that rules of a contest came into force.
    pub fn confirmations(&self, contest: &Contest) -> usize {
        self.confirmed.get(&contest.key()).map_or(0, Vec::len)
    }
}

/// Row that puts rules in force. `number` counts the confirmations of the contest from 0; concurrent writers of the
/// same number produce one row.
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
