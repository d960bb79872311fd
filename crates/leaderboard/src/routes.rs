//! Routes of the board and builders of addresses. All state is in the query, so Back, bookmarks and sharing work.

use domain::period::Period;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// Tag of the board in the `OpenAPI` document.
pub(crate) const TAG: &str = "Leaderboard";

/// Board.
pub const BOARD: &str = "/leaderboard";
/// Claim form on its own page.
pub const SUBMIT: &str = "/leaderboard/submit";
/// Target of the claim form.
pub const SUBMISSIONS: &str = "/leaderboard/submissions";
/// Receipt of a submission.
pub(crate) const RECEIPT: &str = "/leaderboard/submissions/{id}";
/// Correction of a submission by its sender.
pub(crate) const CORRECTION: &str = "/leaderboard/submissions/{id}/correct";
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
/// All contests.
pub const CONTESTS: &str = "/leaderboard/contests";
/// Target of the form that confirms a change of the rules.
pub const CONFIRM_RULES: &str = "/leaderboard/contests/rules";
/// Claims that earned a CSM's contest points.
pub const POINTS: &str = "/leaderboard/points";
/// Rules that await confirmation; value of `rules` in the address of [`POINTS`].
pub const PROPOSED: &str = "proposed";
/// All disputes, and target of the dispute form.
pub const DISPUTES: &str = "/leaderboard/disputes";
/// Form for a new dispute.
pub const DISPUTE: &str = "/leaderboard/disputes/new";
/// Corrections.
pub const CORRECTIONS: &str = "/leaderboard/corrections";
/// Standings at two moments.
pub const DIFFERENCE: &str = "/leaderboard/difference";
/// Weekly Slack message.
pub const WEEKLY: &str = "/leaderboard/weekly";
/// Rules in words.
pub const RULES: &str = "/leaderboard/rules";

/// Path with a query.
pub(crate) fn with_query(path: &str, query: &impl Serialize) -> String {
    match serde_urlencoded::to_string(query) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// Adds one query parameter to an address.
pub(crate) fn adding(address: &str, parameter: &str, value: &str) -> String {
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{parameter}={value}")
}

/// Address of the board for a period.
pub fn board_address(period: Period) -> String {
    with_query(BOARD, &period)
}

/// Address of the form, prefilled with a CSM and a company.
pub fn submit_address(csm: Option<&str>, company: Option<&str>) -> String {
    with_query(SUBMIT, &[("csm", csm), ("company", company)])
}

/// Unreserved characters in a path: letters, digits and the marks of RFC 3986, section 2.3.
const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

/// Address of a receipt, with the signature that authorises corrections.
pub(crate) fn receipt_address(id: &str, signature: &str) -> String {
    let path = format!("{SUBMISSIONS}/{}", utf8_percent_encode(id, PATH_SEGMENT));
    with_query(&path, &[("signature", signature)])
}

/// Target of the form that corrects a submission.
pub(crate) fn correction_path(id: &str) -> String {
    format!("{SUBMISSIONS}/{}/correct", utf8_percent_encode(id, PATH_SEGMENT))
}

/// Address of the form that corrects a submission.
pub(crate) fn correction_address(id: &str, signature: &str) -> String {
    with_query(&correction_path(id), &[("signature", signature)])
}

/// Address of a CSM's rank within a period.
pub(crate) fn my_rank_address(period: Period, csm: Option<&str>) -> String {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    let query = [
        ("csm", csm.map(str::to_owned)),
        ("from", day(period.from)),
        ("to", day(period.to)),
    ];
    with_query(YOU, &query)
}

/// Address of a contest.
pub fn contest_address(contest: &str) -> String {
    with_query(BOARD, &[("contest", contest)])
}

/// Claims behind a CSM's contest points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointsBasis {
    /// Current claims.
    Now,
    /// Claims at a moment.
    At(Timestamp),
    /// Current claims under rules that await confirmation.
    Proposed,
}

/// Address of the claims that earned a CSM's contest points.
pub(crate) fn points_address(contest: &str, csm: &str, earned: PointsBasis) -> String {
    let as_of = match earned {
        PointsBasis::At(instant) => Some(instant.to_string()),
        PointsBasis::Now | PointsBasis::Proposed => None,
    };
    let rules = (earned == PointsBasis::Proposed).then_some(PROPOSED);
    let query = [
        ("contest", Some(contest)),
        ("csm", Some(csm)),
        ("rules", rules),
        ("as_of", as_of.as_deref()),
    ];
    with_query(POINTS, &query)
}

/// Address of the form to dispute the credit for an integration of a claim.
pub(crate) fn dispute_address(claim: &str, integration: &str) -> String {
    with_query(DISPUTE, &[("claim", claim), ("integration", integration)])
}

/// Address of the form to dispute a credit for a company and integration that the CSM has not claimed.
pub(crate) fn held_credit_address(company: &str, integration: &str, csm: Option<&str>) -> String {
    let query = [
        ("company", Some(company)),
        ("integration", Some(integration)),
        ("csm", csm),
    ];
    with_query(DISPUTE, &query)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::claims::list::link::ClaimsLink;

    #[test]
    fn an_address_holds_the_whole_question_and_nothing_empty() {
        let period = Period {
            from: Some(date(2026, 3, 1)),
            to: None,
        };
        assert_eq!(board_address(Period::default()), "/leaderboard");
        assert_eq!(board_address(period), "/leaderboard?from=2026-03-01");
        assert_eq!(
            ClaimsLink::within(period)
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
