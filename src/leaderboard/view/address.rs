//! Routes of the board and builders of addresses. All state is in the query, so Back, bookmarks and sharing work.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{claims::Wanted, past::AsOf, standings::Period};

/// Board.
pub const BOARD: &str = "/leaderboard";
/// Claim form on its own page.
pub const SUBMIT: &str = "/leaderboard/submit";
/// Target of the claim form.
pub const SUBMISSIONS: &str = "/leaderboard/submissions";
/// Credits of a company, for the form's script.
pub const CREDITED: &str = "/leaderboard/credited";
/// Rows behind a number.
pub const CLAIMS: &str = "/leaderboard/claims";
/// Event stream of open boards.
pub const LIVE: &str = "/leaderboard/live";
/// Board on a big screen.
pub const TV: &str = "/leaderboard/tv";
/// Rank of one CSM.
pub const YOU: &str = "/leaderboard/you";
/// Decisions about two names, and suggestions for a typed one.
pub const NAMES: &str = "/leaderboard/names";
/// Matrix of companies and integrations.
pub const MATRIX: &str = "/leaderboard/matrix";
/// Loads sample rows into an empty board.
pub const SAMPLE: &str = "/leaderboard/sample";

/// Table that a download holds; `table` in the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// Ranking by CSM.
    #[default]
    Csms,
    /// Overview by integration.
    Services,
}

/// Query of the claims page. `None` fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClaimsFilter {
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
    pub outcome: Option<Wanted>,
    /// Only the row with this id.
    pub submission: Option<String>,
    /// Moment of a historical view; `None` for now.
    pub as_of: Option<AsOf>,
}

impl ClaimsFilter {
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
    pub fn that_are(mut self, outcome: Wanted) -> Self {
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

/// Address of the board for a period.
pub fn board_address(period: Period) -> String {
    with_query(BOARD, &period)
}

/// Address of a CSM's rank within a period.
pub fn own_line_address(period: Period, csm: Option<&str>) -> String {
    let filter = ClaimsFilter::within(period);
    with_query(
        YOU,
        &ClaimsFilter {
            csm: csm.map(str::to_owned),
            ..filter
        },
    )
}

/// Address of the form, prefilled with a CSM and a company.
pub fn submit_address(csm: Option<&str>, company: Option<&str>) -> String {
    with_query(SUBMIT, &[("csm", csm), ("company", company)])
}

/// Adds one query parameter to an address.
pub(super) fn adding(address: &str, parameter: &str, value: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{parameter}={value}")
}

pub(super) fn with_query(path: &str, query: &impl Serialize) -> String {
    match serde_urlencoded::to_string(query) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_address_holds_the_whole_question_and_nothing_empty() {
        let period = Period {
            from: Some(date(2026, 3, 1)),
            to: None,
        };
        assert_eq!(board_address(Period::default()), "/leaderboard");
        assert_eq!(board_address(period), "/leaderboard?from=2026-03-01");
        assert_eq!(
            ClaimsFilter::within(period)
                .of_csm("Zoé & Co")
                .of_integration("C#")
                .address(),
            "/leaderboard/claims?csm=Zo%C3%A9+%26+Co&integration=C%23&from=2026-03-01"
        );
        assert_eq!(
            submit_address(Some("\"><script>"), None),
            "/leaderboard/submit?csm=%22%3E%3Cscript%3E"
        );
        assert_eq!(submit_address(None, None), "/leaderboard/submit");
    }

    #[test]
    fn a_parameter_is_added_to_either_kind_of_address() {
        assert_eq!(adding("/leaderboard", "format", "csv"), "/leaderboard?format=csv");
        assert_eq!(adding("/a?b=c", "format", "csv"), "/a?b=c&format=csv");
    }
}
