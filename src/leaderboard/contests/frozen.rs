//! A result that stands still: how it is written, and how it is known to be as it was written.
//!
//! All lines go into the sheet in one call. Their keys are made of the contest and the number of the line, so of several
//! instances that freeze the same contest one writes. The first line, number 0, describes the contest and says how many
//! lines follow; its seal is a digest of everything (SHA-256), so that a change made in the sheet later is noticed and told.

use jiff::Timestamp;
use ring::digest::{SHA256, digest};

use super::{
    contest::Contest,
    rows::CONTEST_RESULTS,
    settling::{ContestStanding, Settlement},
};
use crate::store::{Entry, Insert, NewId};

/// The result of a contest that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct FrozenResult {
    /// The contest as it was then, with the rules that were in force.
    pub contest: Contest,
    /// When the result was written.
    pub frozen_at: Timestamp,
    /// Who was where.
    pub standings: Vec<ContestStanding>,
    /// Whether it is as it was written.
    pub integrity: Integrity,
}

/// Whether a frozen result is as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// Every line is as it was written.
    Whole,
    /// Somebody changed or removed a line in the sheet.
    Changed,
}

impl FrozenResult {
    /// A result that is written now.
    pub fn new(contest: Contest, settlement: Settlement, frozen_at: Timestamp) -> Self {
        Self {
            contest: contest.under(settlement.rules),
            frozen_at,
            standings: settlement.standings,
            integrity: Integrity::Whole,
        }
    }

    /// The same as a settlement.
    pub fn settlement(&self) -> Settlement {
        Settlement {
            rules: self.contest.rules,
            standings: self.standings.clone(),
        }
    }

    /// A digest of everything that the result says.
    pub fn seal(&self) -> String {
        let contest = &self.contest;
        let mut text = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
            contest.name,
            contest.start,
            contest.end,
            contest.zone_name(),
            contest.prize,
            contest.rules,
            self.frozen_at
        );
        for standing in &self.standings {
            let reached = standing.reached_at.map(|at| at.to_string()).unwrap_or_default();
            text.push_str(&format!(
                "{}\t{}\t{}\t{}\t{}\t{reached}\n",
                standing.rank,
                standing.csm,
                standing.points.exact(),
                standing.integrations,
                standing.companies
            ));
        }
        let digest = digest(&SHA256, text.as_bytes());
        digest
            .as_ref()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The rows to write, all in one batch.
    pub fn inserts(&self) -> Vec<Insert> {
        let lines = self.standings.iter().map(|standing| self.line(standing));
        let rows = [self.head()].into_iter().chain(lines);
        let key = self.contest.key();
        let insert = |(number, mut cells): (u32, Vec<Entry>)| {
            cells.insert(1, Entry::Number(number.into()));
            Insert {
                tab: &CONTEST_RESULTS,
                id: NewId::Counted {
                    key: format!("result {number} {}", key.as_str()),
                },
                cells,
            }
        };
        (0..).zip(rows).map(insert).collect()
    }

    /// The cells of line 0 without id and number.
    fn head(&self) -> Vec<Entry> {
        let contest = &self.contest;
        let lines = u32::try_from(self.standings.len()).unwrap_or(u32::MAX);
        let mut cells = vec![text(&contest.name)];
        cells.extend(std::iter::repeat_n(Entry::Empty, 6));
        cells.extend([
            Entry::Date(contest.start),
            Entry::Date(contest.end),
            text(contest.zone_name()),
            text(&contest.prize),
            text(contest.rules.credit.word()),
            text(contest.rules.counting.word()),
            Entry::Text(self.frozen_at.to_string()),
            Entry::Number(lines.into()),
            Entry::Text(self.seal()),
        ]);
        cells
    }

    /// The cells of the line of a CSM, without id and number.
    fn line(&self, standing: &ContestStanding) -> Vec<Entry> {
        let mut cells = vec![
            text(&self.contest.name),
            Entry::Number(standing.rank.into()),
            text(&standing.csm),
            Entry::Text(standing.points.exact()),
            Entry::Number(standing.integrations.into()),
            Entry::Number(standing.companies.into()),
            standing
                .reached_at
                .map_or(Entry::Empty, |at| Entry::Text(at.to_string())),
        ];
        cells.extend(std::iter::repeat_n(Entry::Empty, 9));
        cells
    }
}

fn text(text: &str) -> Entry {
    match text {
        "" => Entry::Empty,
        text => Entry::Text(text.to_owned()),
    }
}
