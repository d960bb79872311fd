//! Link to the claims list, with its filter in the query.

use domain::period::Period;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    claims::list::OutcomeFilter,
    history::as_of::AsOf,
    routes::{CLAIMS, with_query},
};

/// Query of the claims page. `None` fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClaimsLink {
    /// Only claims of this CSM.
    pub csm: Option<String>,
    /// Only claims that name this integration.
    pub integration: Option<String>,
    /// Only claims for this company.
    pub company: Option<String>,
    /// Only claims from this day.
    pub from: Option<Date>,
    /// Only claims up to the end of this day.
    pub to: Option<Date>,
    /// Only claims with this outcome.
    pub outcome: Option<OutcomeFilter>,
    /// Only the row with this id.
    pub submission: Option<String>,
    /// Moment of a historical view; `None` for now.
    pub as_of: Option<AsOf>,
}

impl ClaimsLink {
    /// All claims within a period.
    pub fn within(period: Period) -> Self {
        Self {
            from: period.from,
            to: period.to,
            ..Self::default()
        }
    }

    /// At the moment of a historical view.
    #[must_use]
    #[expect(
        clippy::wrong_self_convention,
        reason = "“as of” is the field of the query, not a conversion"
    )]
    pub fn as_of(mut self, past: Option<&AsOf>) -> Self {
        self.as_of = past.copied();
        self
    }

    /// Restricted to one CSM.
    #[must_use]
    pub fn of_csm(mut self, csm: &str) -> Self {
        self.csm = Some(csm.to_owned());
        self
    }

    /// Restricted to one integration.
    #[must_use]
    pub fn of_integration(mut self, integration: &str) -> Self {
        self.integration = Some(integration.to_owned());
        self
    }

    /// Restricted to one company.
    #[must_use]
    pub fn of_company(mut self, company: &str) -> Self {
        self.company = Some(company.to_owned());
        self
    }

    /// Restricted to one outcome.
    #[must_use]
    pub fn with_outcome(mut self, outcome: OutcomeFilter) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// Restricted to one submission.
    #[must_use]
    pub fn of_submission(mut self, id: &str) -> Self {
        self.submission = Some(id.to_owned());
        self
    }

    /// Address of the claims page.
    pub fn address(&self) -> String {
        with_query(CLAIMS, self)
    }
}
