//! Outcome of one submission on the board.

use domain::normalize::normalize;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::claims::{
    ledger::Ledger,
    list::{ClaimOutcome, CreditedTo},
    storage::{name_interner::NameId, saturating_u32, submission_id::SubmissionId},
    submission::SubmissionStatus,
};

/// Outcome of one submission, computed from the current rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubmissionOutcome {
    /// Id of the submission.
    pub id: String,
    /// Server time at which it arrived.
    pub submitted_at: Timestamp,
    /// Display name of the CSM.
    pub csm: String,
    /// Display name of the company.
    pub company: String,
    /// Status of the row; when it does not count, the lists below are empty.
    pub status: SubmissionStatus,
    /// Catalog integrations whose credit this submission holds.
    pub credited: Vec<String>,
    /// Integrations outside the catalog whose credit it holds; counted separately.
    pub counted_apart: Vec<String>,
    /// Integrations that an earlier row credited to the same CSM.
    pub already_yours: Vec<String>,
    /// Integrations credited to another CSM.
    pub already_theirs: Vec<CreditedElsewhere>,
    /// The CSM's place on the all-time board; `None` without a credit.
    pub place: Option<RankPlace>,
}

/// An integration whose credit another CSM holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CreditedElsewhere {
    /// Name of the integration.
    pub integration: String,
    /// Holder of the credit.
    #[serde(flatten)]
    pub credited_to: CreditedTo,
}

/// Place of a CSM on the all-time board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RankPlace {
    /// Rank from 1.
    pub rank: u32,
    /// Whether another CSM has the same rank.
    pub tied: bool,
    /// Total of credited catalog integrations.
    pub integrations: u32,
    /// Distance to the next higher CSM; `None` at the top.
    pub behind: Option<RankGap>,
}

/// Distance to the next higher CSM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RankGap {
    /// Credits needed to draw level, at least 1.
    pub points: u32,
    /// Next higher CSM; on a tie the one listed first.
    pub csm: String,
}

impl Ledger {
    /// Outcome of the submission with this id; `None` for an unknown id. When rows share an id, the earliest is used.
    pub fn effect_of(&self, id: &str) -> Option<SubmissionOutcome> {
        let index = self.submissions().earliest_with_id(&SubmissionId::of(id))?;
        let submission = self.submission(index);
        let mut effect = SubmissionOutcome {
            id: submission.id(),
            submitted_at: submission.submitted_at(),
            csm: self.csm_of(index),
            company: self.company_of(index),
            status: submission.status(),
            credited: Vec::new(),
            counted_apart: Vec::new(),
            already_yours: Vec::new(),
            already_theirs: Vec::new(),
            place: self.line(index).csm.and_then(|csm| self.place_of(csm)),
        };
        for claimed in self.claimed_integrations(index) {
            match claimed.outcome {
                ClaimOutcome::Credited if claimed.in_catalog => effect.credited.push(claimed.name),
                ClaimOutcome::Credited => effect.counted_apart.push(claimed.name),
                ClaimOutcome::Repeated => effect.already_yours.push(claimed.name),
                ClaimOutcome::CreditedTo(credited_to) => effect.already_theirs.push(CreditedElsewhere {
                    integration: claimed.name,
                    credited_to,
                }),
                ClaimOutcome::NotCounted => {}
            }
        }
        Some(effect)
    }

    /// Place of a CSM on the all-time board.
    fn place_of(&self, csm: NameId) -> Option<RankPlace> {
        let mut points = vec![0_u32; self.csm_count()];
        // Lines are sorted earliest first, so the last write of each entry is the instant the total was reached.
        let mut reached = vec![0_u32; self.csm_count()];
        for (line, integration) in self.points(self.order()) {
            if let Some(csm) = self.line(line).csm.filter(|_| self.is_in_catalog(integration)) {
                points[csm.index()] += 1;
                reached[csm.index()] = line;
            }
        }
        let own = points[csm.index()];
        let above = || points.iter().filter(|points| **points > own);
        let behind = above().min().map(|next| RankGap {
            points: next - own,
            csm: {
                let level = (0..points.len()).filter(|csm| points[*csm] == *next);
                self.first_listed(level.map(NameId::of), &reached)
            },
        });
        (own > 0).then(|| RankPlace {
            rank: 1 + saturating_u32(above().count()),
            tied: points.iter().filter(|points| **points == own).count() > 1,
            integrations: own,
            behind,
        })
    }

    /// Of the CSMs on one rank, the one listed first: the earliest to reach it, then alphabetical order.
    fn first_listed(&self, csms: impl Iterator<Item = NameId>, reached: &[u32]) -> String {
        let listed = csms.map(|csm| (self.submitted_at(reached[csm.index()]), self.csm_display_name(csm)));
        let first = listed.min_by_key(|(at, name)| (*at, normalize(name), *name));
        first.map_or_else(String::new, |(_, name)| name.to_owned())
    }
}
