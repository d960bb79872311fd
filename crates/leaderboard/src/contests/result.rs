//! Frozen result of a contest, with tamper detection.
//!
//! All lines are written in one batch. Each key consists of the contest and the line number, so that only one of
//! several instances writes the result. Line 0 describes the contest and holds the number of lines and a seal: a
//! SHA-256 digest of the whole result, which reveals later edits in the sheet.

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use sheets_store::{CellEntry, NewId, RowInsert};

use crate::contests::{
    contest::Contest,
    rows::CONTEST_RESULTS,
    scoring::{ContestScores, ContestStanding},
};

/// Frozen result of a finished contest.
#[derive(Clone, Debug, PartialEq)]
pub struct FrozenResult {
    /// The contest at that time, with the rules that were in force.
    pub contest: Contest,
    /// When the result was written.
    pub frozen_at: Timestamp,
    /// Final standings.
    pub standings: Vec<ContestStanding>,
    /// Whether the result is unchanged.
    pub integrity: ResultIntegrity,
}

/// Integrity of a frozen result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultIntegrity {
    /// All lines are unchanged.
    Whole,
    /// A line was changed or removed in the sheet.
    Changed,
}

impl FrozenResult {
    /// Builds the result to freeze now.
    pub fn new(contest: Contest, scores: ContestScores, frozen_at: Timestamp) -> Self {
        Self {
            contest: contest.with_rules(scores.rules),
            frozen_at,
            standings: scores.standings,
            integrity: ResultIntegrity::Whole,
        }
    }

    /// The result as a settlement.
    pub fn scores(&self) -> ContestScores {
        ContestScores {
            rules: self.contest.rules,
            standings: self.standings.clone(),
        }
    }

    /// Digest of everything the result contains.
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

    /// Rows to insert, in one batch.
    pub fn inserts(&self) -> Vec<RowInsert> {
        let lines = self.standings.iter().map(|standing| self.line(standing));
        let rows = [self.head()].into_iter().chain(lines);
        let key = self.contest.key();
        let insert = |(number, mut cells): (u32, Vec<CellEntry>)| {
            cells.insert(1, CellEntry::Number(number.into()));
            RowInsert {
                tab: &CONTEST_RESULTS,
                id: NewId::Counted {
                    key: format!("result {number} {}", key.as_str()),
                    content: None,
                },
                cells,
            }
        };
        (0..).zip(rows).map(insert).collect()
    }

    /// Cells of line 0, without id and number.
    fn head(&self) -> Vec<CellEntry> {
        let contest = &self.contest;
        let lines = u32::try_from(self.standings.len()).unwrap_or(u32::MAX);
        let mut cells = vec![text(&contest.name)];
        cells.extend(std::iter::repeat_n(CellEntry::Empty, 6));
        cells.extend([
            CellEntry::Date(contest.start),
            CellEntry::Date(contest.end),
            text(contest.zone_name()),
            text(&contest.prize),
            text(contest.rules.credit.as_str()),
            text(contest.rules.counting.as_str()),
            CellEntry::Text(self.frozen_at.to_string()),
            CellEntry::Number(lines.into()),
            CellEntry::Text(self.seal()),
        ]);
        cells
    }

    /// Cells of a CSM's line, without id and number.
    fn line(&self, standing: &ContestStanding) -> Vec<CellEntry> {
        let mut cells = vec![
            text(&self.contest.name),
            CellEntry::Number(standing.rank.into()),
            text(&standing.csm),
            CellEntry::Text(standing.points.exact()),
            CellEntry::Number(standing.integrations.into()),
            CellEntry::Number(standing.companies.into()),
            standing
                .reached_at
                .map_or(CellEntry::Empty, |at| CellEntry::Text(at.to_string())),
        ];
        cells.extend(std::iter::repeat_n(CellEntry::Empty, 9));
        cells
    }
}

fn text(text: &str) -> CellEntry {
    match text {
        "" => CellEntry::Empty,
        text => CellEntry::Text(text.to_owned()),
    }
}
