//! What one submission changed, as a value.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    claim::Status,
    claims::{CreditedTo, Outcome},
    credit::Ledger,
    id::Id,
    roll::{Number, count},
};
use crate::spelling::fold;

/// What one submission did to the board, computed from the rows as they are now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubmissionEffect {
    /// Id of the submission.
    pub id: String,
    /// Server time at which it arrived.
    pub submitted_at: Timestamp,
    /// Name of the CSM as the board shows it.
    pub csm: String,
    /// Name of the company as the board shows it.
    pub company: String,
    /// What staff say about it; one that does not count has empty lists below.
    pub status: Status,
    /// Catalog integrations that this submission holds the credit for.
    pub credited: Vec<String>,
    /// Integrations outside the catalog that it holds the credit for; counted apart.
    pub counted_apart: Vec<String>,
    /// Integrations that an earlier row had credited to the same CSM.
    pub already_yours: Vec<String>,
    /// Integrations that somebody else was credited with before.
    pub already_theirs: Vec<CreditedElsewhere>,
    /// The CSM's place on the board of all time; `None` while no credit is held.
    pub place: Option<Place>,
}

/// An integration that somebody else holds the credit for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CreditedElsewhere {
    /// Name of the integration.
    pub integration: String,
    /// Who holds the credit.
    #[serde(flatten)]
    pub credited_to: CreditedTo,
}

/// Where a CSM stands on the board of all time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// Rank, 1 for the first.
    pub rank: u32,
    /// Whether somebody else has the same rank.
    pub tied: bool,
    /// Credited integrations of the catalog in all.
    pub integrations: u32,
    /// Distance to the CSM next above; `None` at the top.
    pub behind: Option<Gap>,
}

/// Distance to the CSM next above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gap {
    /// Credits missing to draw level, at least 1.
    pub points: u32,
    /// The CSM next above; the first by name when several share that place.
    pub csm: String,
}

impl Ledger {
    /// What the submission with this id did to the board; `None` when no row has the id. Of rows that share an id,
    /// the earliest is meant.
    pub fn effect_of(&self, id: &str) -> Option<SubmissionEffect> {
        let place = self.submissions().earliest_with_id(&Id::of(id))?;
        let submission = self.submission(place);
        let mut effect = SubmissionEffect {
            id: submission.id(),
            submitted_at: submission.submitted_at(),
            csm: self.csm_of(place),
            company: self.company_of(place),
            status: submission.status(),
            credited: Vec::new(),
            counted_apart: Vec::new(),
            already_yours: Vec::new(),
            already_theirs: Vec::new(),
            place: self.line(place).csm.and_then(|csm| self.place_of(csm)),
        };
        for claimed in self.claimed_integrations(place) {
            match claimed.outcome {
                Outcome::Credited if claimed.in_catalog => effect.credited.push(claimed.name),
                Outcome::Credited => effect.counted_apart.push(claimed.name),
                Outcome::Repeated => effect.already_yours.push(claimed.name),
                Outcome::CreditedTo(credited_to) => effect.already_theirs.push(CreditedElsewhere {
                    integration: claimed.name,
                    credited_to,
                }),
                Outcome::SetAside => {}
            }
        }
        Some(effect)
    }

    /// Where a CSM stands on the board of all time.
    fn place_of(&self, csm: Number) -> Option<Place> {
        let mut points = vec![0_u32; self.csm_count()];
        for (line, integration) in self.points(self.order()) {
            if let Some(csm) = self.line(line).csm.filter(|_| self.is_in_catalog(integration)) {
                points[csm.place()] += 1;
            }
        }
        let own = points[csm.place()];
        let above = || points.iter().filter(|points| **points > own);
        let behind = above().min().map(|next| Gap {
            points: next - own,
            csm: self.first_by_name(points.iter().enumerate().filter(|(_, points)| *points == next)),
        });
        (own > 0).then(|| Place {
            rank: 1 + count(above().count()),
            tied: points.iter().filter(|points| **points == own).count() > 1,
            integrations: own,
            behind,
        })
    }

    fn first_by_name<'a>(&self, csms: impl Iterator<Item = (usize, &'a u32)>) -> String {
        let shown = csms.map(|(csm, _)| self.csm_shown(Number::of(csm)));
        shown
            .min_by_key(|name| (fold(name), *name))
            .unwrap_or_default()
            .to_owned()
    }
}

#[cfg(test)]
#[path = "effect_tests.rs"]
mod tests;
