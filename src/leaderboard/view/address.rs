//! Where the pages of the board are, with their questions in the address, so that Back, bookmarks and sharing work.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{claims::Wanted, past::AsOf, standings::Period};

/// The board itself.
pub const BOARD: &str = "/leaderboard";
/// The form on a page of its own.
pub const SUBMIT: &str = "/leaderboard/submit";
/// Where the form is sent.
pub const SUBMISSIONS: &str = "/leaderboard/submissions";
/// What a company is credited with already, for the form's script.
pub const CREDITED: &str = "/leaderboard/credited";
/// The rows behind a number.
pub const CLAIMS: &str = "/leaderboard/claims";
/// Tells open boards what is new.
pub const LIVE: &str = "/leaderboard/live";
/// The board on a wall.
pub const TV: &str = "/leaderboard/tv";
/// Where a CSM stands.
pub const YOU: &str = "/leaderboard/you";
/// Where a decision about two names is sent, and what is near a typed one, for the form's script.
pub const NAMES: &str = "/leaderboard/names";
/// What is still to win.
pub const MATRIX: &str = "/leaderboard/matrix";
/// Fills an empty board with sample rows.
pub const SAMPLE: &str = "/leaderboard/sample";

/// Which of the board's two tables a download holds; `table` in the address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// The ranking by CSM.
    #[default]
    Csms,
    /// The overview by integration.
    Services,
}

/// Which rows the claims page lists. What is `None` does not narrow the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClaimsFilter {
    /// Only claims of this CSM.
    pub csm: Option<String>,
    /// Only claims that name this integration.
    pub integration: Option<String>,
    /// Only claims for this company.
    pub company: Option<String>,
    /// Only claims from this day on.
    pub from: Option<Date>,
    /// Only claims up to this day, to its last instant.
    pub to: Option<Date>,
    /// Only claims that came to this.
    pub outcome: Option<Wanted>,
    /// Only the row with this id.
    pub submission: Option<String>,
    /// The moment that is looked back to; `None` for now.
    pub as_of: Option<AsOf>,
}

impl ClaimsFilter {
    /// Everything within a period.
    pub fn within(period: Period) -> Self {
        Self {
            from: period.from,
            to: period.to,
            ..Self::default()
        }
    }

    /// The same as it was at a moment.
    #[must_use]
    pub fn as_of(mut self, past: Option<&AsOf>) -> Self {
        self.as_of = past.copied();
        self
    }

    /// The same, narrowed to one CSM.
    #[must_use]
    pub fn of_csm(mut self, csm: &str) -> Self {
        self.csm = Some(csm.to_owned());
        self
    }

    /// The same, narrowed to one integration.
    #[must_use]
    pub fn of_integration(mut self, integration: &str) -> Self {
        self.integration = Some(integration.to_owned());
        self
    }

    /// The same, narrowed to one company.
    #[must_use]
    pub fn of_company(mut self, company: &str) -> Self {
        self.company = Some(company.to_owned());
        self
    }

    /// The same, narrowed to claims that came to something.
    #[must_use]
    pub fn that_are(mut self, outcome: Wanted) -> Self {
        self.outcome = Some(outcome);
        self
    }

    /// The same, narrowed to one submission.
    #[must_use]
    pub fn of_submission(mut self, id: &str) -> Self {
        self.submission = Some(id.to_owned());
        self
    }

    /// The claims page that answers it.
    pub fn address(&self) -> String {
        with_query(CLAIMS, self)
    }
}

/// The board for a period.
pub fn board_address(period: Period) -> String {
    with_query(BOARD, &period)
}

/// Where a CSM stands within a period.
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

/// The form with a name and a company filled in.
pub fn submit_address(csm: Option<&str>, company: Option<&str>) -> String {
    with_query(SUBMIT, &[("csm", csm), ("company", company)])
}

/// An address with one parameter more.
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
