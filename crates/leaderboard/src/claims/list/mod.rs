//! Claims list: the rows behind a number, with the outcome of each claim.

pub(crate) mod answers;
pub(crate) mod link;
pub(crate) mod page;
#[cfg(test)]
mod tests;
pub(crate) mod view;

use std::ops::Range;

use domain::{
    normalize::{collapse_spaces, normalize},
    period::InstantRange,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::claims::{
    ledger::{Ledger, LedgerClaim, LedgerCredit},
    storage::{name_interner::NameId, saturating_u32, submission_id::SubmissionId},
    submission::SubmissionStatus,
};

/// One row of the `submissions` tab with the outcome of each of its claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClaimRow {
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// Id of the submission; empty when staff added the row without one.
    pub id: String,
    /// Server time at which the submission arrived.
    pub submitted_at: Timestamp,
    /// Display name of the CSM.
    pub csm: String,
    /// Display name of the company.
    pub company: String,
    /// Company name as typed.
    pub company_typed: String,
    /// Status of the row, set by staff.
    pub status: SubmissionStatus,
    /// Remark by staff; may be empty.
    pub note: String,
    /// Integrations of the row, in cell order.
    pub integrations: Vec<IntegrationClaim>,
    /// Address of the row in the spreadsheet's own editor.
    pub link: String,
}

/// One claim: an integration of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IntegrationClaim {
    /// Catalog name, or the name as typed when it is not in the catalog.
    pub name: String,
    /// Whether the integration is in the catalog; others are counted separately.
    pub in_catalog: bool,
    /// Outcome of the claim.
    #[serde(flatten)]
    pub outcome: ClaimOutcome,
}

/// Outcome of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ClaimOutcome {
    /// Earliest valid claim: holds the credit.
    Credited,
    /// An earlier row credited the same CSM.
    Repeated,
    /// Another CSM holds the credit.
    CreditedTo(CreditedTo),
    /// The row was rejected or withdrawn, or its CSM or company cannot be read.
    #[serde(rename = "set_aside")]
    NotCounted,
}

/// Holder of the credit for a company and integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CreditedTo {
    /// Display name of the CSM.
    pub csm: String,
    /// Instant of the submission that earned it.
    pub at: Timestamp,
}

/// Filter of the claims list. `None` or blank fields do not filter; names match without regard to case, accents and
/// spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimFilter {
    /// Only rows of this CSM.
    pub csm: Option<String>,
    /// Only rows that name this integration, by name or alias.
    pub integration: Option<String>,
    /// Only rows for this company.
    pub company: Option<String>,
    /// Only rows that arrived within this span.
    pub span: InstantRange,
    /// Only rows with a claim of this outcome; their other claims are not counted.
    pub outcome: Option<OutcomeFilter>,
    /// Only the row with this id.
    pub submission: Option<String>,
}

/// Outcome that a claims list is filtered by; `outcome` in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeFilter {
    /// Holds the credit for a catalog integration.
    Credited,
    /// Holds the credit for an integration outside the catalog.
    CountedApart,
    /// An earlier row credited the same CSM.
    Repeated,
    /// Another CSM holds the credit.
    CreditedElsewhere,
    /// In a rejected or withdrawn row.
    #[serde(rename = "set_aside")]
    NotCounted,
    /// In a row that counts.
    Counting,
}

impl OutcomeFilter {
    /// All values, in form order.
    pub const ALL: [Self; 6] = [
        Self::Credited,
        Self::CountedApart,
        Self::Repeated,
        Self::CreditedElsewhere,
        Self::NotCounted,
        Self::Counting,
    ];

    /// The word used in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Credited => "credited",
            Self::CountedApart => "counted_apart",
            Self::Repeated => "repeated",
            Self::CreditedElsewhere => "credited_elsewhere",
            Self::NotCounted => "set_aside",
            Self::Counting => "counting",
        }
    }

    /// The label shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Credited => "credited",
            Self::CountedApart => "counted apart",
            Self::Repeated => "repeated",
            Self::CreditedElsewhere => "credited to somebody else",
            Self::NotCounted => "not counted",
            Self::Counting => "in rows that count",
        }
    }
}

/// Rows that match a filter, latest first, resolved on demand.
#[derive(Clone, Debug)]
pub struct MatchingClaims<'a> {
    ledger: &'a Ledger,
    lines: Vec<u32>,
    integration: NameMatch,
    outcome: Option<OutcomeFilter>,
}

/// Totals of the claims that match a filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClaimsTotals {
    /// Number of rows.
    pub rows: u32,
    /// Claims that hold the credit for a catalog integration.
    pub credited: u32,
    /// Claims that hold the credit for an integration outside the catalog.
    pub counted_apart: u32,
    /// Claims whose CSM was credited by an earlier row.
    pub repeated: u32,
    /// Claims credited to another CSM.
    pub credited_elsewhere: u32,
    /// Claims in rejected or withdrawn rows.
    #[serde(rename = "set_aside")]
    pub not_counted: u32,
}

impl MatchingClaims<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether no row matches.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A range of the rows, 0 for the latest; clamped to the end. `link` maps a row number to the address of the row in
    /// the spreadsheet editor.
    pub fn lines(&self, range: Range<usize>, link: impl Fn(u32) -> String) -> Vec<ClaimRow> {
        let end = range.end.min(self.lines.len());
        let start = range.start.min(end);
        self.lines[start..end]
            .iter()
            .map(|line| self.ledger.claim_line(*line, &link))
            .collect()
    }

    /// Totals over all rows; when the filter names one integration, only that one is counted in each row.
    pub fn totals(&self) -> ClaimsTotals {
        let mut totals = ClaimsTotals {
            rows: saturating_u32(self.lines.len()),
            ..ClaimsTotals::default()
        };
        for index in &self.lines {
            let claims = self.ledger.claims_of(*index).iter();
            for claim in claims.filter(|claim| self.integration.is(claim.integration)) {
                let Some(integration) = claim.integration else { continue };
                if !self.ledger.has_outcome(self.outcome, *index, claim) {
                    continue;
                }
                match self.ledger.claim_standing(*index, claim) {
                    ClaimStanding::NotCounted => totals.not_counted += 1,
                    ClaimStanding::Credited if self.ledger.is_in_catalog(integration) => totals.credited += 1,
                    ClaimStanding::Credited => totals.counted_apart += 1,
                    ClaimStanding::Repeated => totals.repeated += 1,
                    ClaimStanding::CreditedTo(_) => totals.credited_elsewhere += 1,
                }
            }
        }
        totals
    }
}

/// Outcome of a claim, in terms of ids.
enum ClaimStanding {
    Credited,
    Repeated,
    CreditedTo(LedgerCredit),
    NotCounted,
}

impl Ledger {
    /// All rows that match a filter, latest first. `link` maps a row number to the address of the row in the
    /// spreadsheet editor.
    pub fn claims(&self, filter: &ClaimFilter, link: impl Fn(u32) -> String) -> Vec<ClaimRow> {
        let matching = self.matching_claims(filter);
        matching.lines(0..matching.len(), link)
    }

    /// Like [`Ledger::claims`](crate::claims::ledger::Ledger::claims), for lists that are totalled as a whole and shown page by page.
    pub fn matching_claims(&self, filter: &ClaimFilter) -> MatchingClaims<'_> {
        let csm = NameMatch::new(filter.csm.as_deref(), |typed| self.find_csm(typed));
        let company = NameMatch::new(filter.company.as_deref(), |typed| self.find_company(typed));
        let integration = NameMatch::new(filter.integration.as_deref(), |typed| self.find_integration(typed));
        let outcome = filter.outcome;
        let submission = filter.submission.as_deref().map(SubmissionId::of);
        let matches = |index: u32| {
            let line = self.line(index);
            csm.is(line.csm)
                && company.is(line.company)
                && integration.is_among(self.claims_of(index))
                && submission.as_ref().is_none_or(|id| self.submission(index).has_id(id))
                && (outcome.is_none()
                    || self
                        .claims_of(index)
                        .iter()
                        .any(|claim| integration.is(claim.integration) && self.has_outcome(outcome, index, claim)))
        };
        let within = self.order()[self.lines_within(filter.span)].iter().rev().copied();
        MatchingClaims {
            ledger: self,
            lines: within.filter(|index| matches(*index)).collect(),
            integration,
            outcome,
        }
    }

    /// Whether a claim of a row has the requested outcome.
    fn has_outcome(&self, outcome: Option<OutcomeFilter>, index: u32, claim: &LedgerClaim) -> bool {
        let (Some(outcome), Some(integration)) = (outcome, claim.integration) else {
            return outcome.is_none();
        };
        match self.claim_standing(index, claim) {
            ClaimStanding::NotCounted => outcome == OutcomeFilter::NotCounted,
            _ if outcome == OutcomeFilter::Counting => true,
            ClaimStanding::Credited if self.is_in_catalog(integration) => outcome == OutcomeFilter::Credited,
            ClaimStanding::Credited => outcome == OutcomeFilter::CountedApart,
            ClaimStanding::Repeated => outcome == OutcomeFilter::Repeated,
            ClaimStanding::CreditedTo(_) => outcome == OutcomeFilter::CreditedElsewhere,
        }
    }

    /// Integrations of a row with their outcomes, in cell order, without duplicates.
    pub(crate) fn claimed_integrations(&self, index: u32) -> Vec<IntegrationClaim> {
        let claims = self.claims_of(index).iter().zip(self.submission(index).integrations());
        claims
            .filter_map(|(claim, typed)| {
                let integration = claim.integration?;
                let in_catalog = self.is_in_catalog(integration);
                Some(IntegrationClaim {
                    name: if in_catalog {
                        self.integration_display_name(integration).to_owned()
                    } else {
                        collapse_spaces(typed)
                    },
                    in_catalog,
                    outcome: self.outcome(index, claim),
                })
            })
            .collect()
    }

    /// Holder and instant of the credit that a line earned.
    pub(crate) fn credited_to(&self, line: u32) -> CreditedTo {
        CreditedTo {
            csm: self.csm_of(line),
            at: self.submitted_at(line),
        }
    }

    /// Display name of the CSM of a row.
    pub(crate) fn csm_of(&self, index: u32) -> String {
        let typed = || collapse_spaces(self.submission(index).csm());
        self.line(index)
            .csm
            .map_or_else(typed, |csm| self.csm_display_name(csm).to_owned())
    }

    /// Display name of the company of a row.
    pub(crate) fn company_of(&self, index: u32) -> String {
        let typed = || collapse_spaces(self.submission(index).company());
        self.line(index)
            .company
            .map_or_else(typed, |company| self.company_display_name(company).to_owned())
    }

    pub(crate) fn claim_line(&self, index: u32, link: impl Fn(u32) -> String) -> ClaimRow {
        let submission = self.submission(index);
        ClaimRow {
            row: submission.row(),
            id: submission.id(),
            submitted_at: submission.submitted_at(),
            csm: self.csm_of(index),
            company: self.company_of(index),
            company_typed: submission.company().to_owned(),
            status: submission.status(),
            note: submission.note().to_owned(),
            integrations: self.claimed_integrations(index),
            link: link(submission.row()),
        }
    }

    fn outcome(&self, index: u32, claim: &LedgerClaim) -> ClaimOutcome {
        match self.claim_standing(index, claim) {
            ClaimStanding::NotCounted => ClaimOutcome::NotCounted,
            ClaimStanding::Credited => ClaimOutcome::Credited,
            ClaimStanding::Repeated => ClaimOutcome::Repeated,
            ClaimStanding::CreditedTo(credit) => ClaimOutcome::CreditedTo(self.credited_to(credit.line)),
        }
    }

    fn claim_standing(&self, index: u32, claim: &LedgerClaim) -> ClaimStanding {
        match self.credit(index, claim) {
            None => ClaimStanding::NotCounted,
            Some(credit) if credit.line == index => ClaimStanding::Credited,
            Some(credit) if self.line(credit.line).csm == self.line(index).csm => ClaimStanding::Repeated,
            Some(credit) => ClaimStanding::CreditedTo(credit),
        }
    }
}

/// One name condition of a filter.
#[derive(Clone, Copy, Debug)]
enum NameMatch {
    Anything,
    /// A name that occurs nowhere in the sheet.
    Unknown,
    Id(NameId),
}

impl NameMatch {
    fn new(typed: Option<&str>, find: impl FnOnce(&str) -> Option<NameId>) -> Self {
        match typed.filter(|typed| !normalize(typed).is_empty()) {
            None => Self::Anything,
            Some(typed) => find(typed).map_or(Self::Unknown, Self::Id),
        }
    }

    fn is(self, id: Option<NameId>) -> bool {
        match self {
            Self::Anything => true,
            Self::Unknown => false,
            Self::Id(known) => id == Some(known),
        }
    }

    fn is_among(self, claims: &[LedgerClaim]) -> bool {
        matches!(self, Self::Anything) || claims.iter().any(|claim| self.is(claim.integration))
    }
}
