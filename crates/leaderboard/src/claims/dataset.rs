//! Decoded rows of the board: submissions and the decisions about names.

use std::sync::Arc;

use domain::alias::Alias;
use sheets_store::{
    read::dataset::{Dataset, DecodeContext, TabLink, TabRow, TabRows},
    schema::tab::Tab,
};

use crate::{
    claims::{
        rows::SUBMISSIONS,
        storage::{decode::decode_submissions, submission_columns::SubmissionColumns},
    },
    names::rows::{COMPANY_ALIASES, CSM_ALIASES, DISTINCT_NAMES, DistinctNames},
};

/// Readable rows of the board.
#[derive(Debug)]
pub struct LeaderboardRows {
    /// Readable submissions in sheet order.
    pub submissions: Arc<SubmissionColumns>,
    /// Rows of the `company_aliases` tab.
    pub aliases: Vec<Alias>,
    /// Rows of the `csm_aliases` tab.
    pub csm_aliases: Vec<Alias>,
    /// Pairs of similar names that are distinct.
    pub distinct: DistinctNames,
    /// Addresses of the cells of `submissions`.
    pub submission_link: TabLink,
    /// Addresses of the cells of `company_aliases`.
    pub alias_link: TabLink,
    /// Addresses of the cells of `csm_aliases`.
    pub csm_alias_link: TabLink,
}

impl Dataset for LeaderboardRows {
    const TABS: &'static [&'static Tab] = &[&SUBMISSIONS, &COMPANY_ALIASES, &CSM_ALIASES, &DISTINCT_NAMES];

    fn extend(previous: &Self, tabs: &[TabRows], added_from: &[u32], decoding: &mut DecodeContext) -> Option<Self> {
        Self::extend(previous, tabs, added_from, decoding)
    }

    fn decode(tabs: Vec<TabRows>, decoding: &mut DecodeContext) -> Self {
        Self::of(&tabs, decoding)
    }
}

impl LeaderboardRows {
    /// Decodes the tabs, in the order of [`LeaderboardRows::TABS`].
    ///
    /// # Panics
    /// When the number of tabs differs.
    pub fn of(tabs: &[TabRows], decoding: &mut DecodeContext) -> Self {
        let table = SubmissionColumns::with_room_for(tabs.first().map_or(0, TabRows::len));
        Self::decode_from(table, tabs, 0, decoding)
    }

    /// Extends `previous` with appended rows; `added_from` holds the number of the first new row of each tab.
    pub fn extend(previous: &Self, tabs: &[TabRows], added_from: &[u32], decoding: &mut DecodeContext) -> Option<Self> {
        let (submissions, from) = (tabs.first()?, *added_from.first()?);
        let more = submissions.len().saturating_sub(previous.submissions.len());
        let table = previous.submissions.extended(more);
        Some(Self::decode_from(table, tabs, from, decoding))
    }

    /// Decodes submissions from row `from` on; the small name tabs are read in full.
    fn decode_from(mut table: SubmissionColumns, tabs: &[TabRows], from: u32, decoding: &mut DecodeContext) -> Self {
        let [submissions, aliases, csm_aliases, distinct] = tabs else {
            unreachable!("one entry for each tab asked for")
        };
        let mut distinct_names = DistinctNames::default();
        distinct.rows().for_each(|row| distinct_names.read(&row));
        decode_submissions(submissions, from, &mut table, decoding);
        Self {
            submissions: Arc::new(table),
            aliases: aliases.rows().map(|row| decode_alias(&row)).collect(),
            csm_aliases: csm_aliases.rows().map(|row| decode_alias(&row)).collect(),
            distinct: distinct_names,
            submission_link: submissions.link().clone(),
            alias_link: aliases.link().clone(),
            csm_alias_link: csm_aliases.link().clone(),
        }
    }
}

#[cfg(test)]
impl LeaderboardRows {
    /// Submissions only, for tests of the rules.
    pub(crate) fn of_submissions(submissions: &Arc<SubmissionColumns>) -> Self {
        let tabs: Vec<TabRows> = Self::TABS
            .iter()
            .map(|tab| {
                let headers = tab.columns.iter().map(|column| column.header.into());
                TabRows::of_answer(tab, vec![headers.collect()])
            })
            .collect();
        let mut decoding = DecodeContext {
            zone: jiff::tz::TimeZone::UTC,
            findings: Vec::new(),
        };
        Self {
            submissions: Arc::clone(submissions),
            ..Self::of(&tabs, &mut decoding)
        }
    }
}

fn decode_alias(row: &TabRow<'_>) -> Alias {
    Alias {
        row: row.number,
        alias: row.cell(0).text(),
        canonical: row.cell(1).text(),
    }
}
