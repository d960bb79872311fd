//! Claim rules: which rows count, and who gets the point.
//!
//! A company and an integration are worth one point, once. The CSM of the earliest claim in a row that counts gets it;
//! later claims earn nothing, by any CSM. Only catalog integrations earn points; others are credited by the same
//! rule and counted apart. The [`ledger`](crate::claims::ledger) applies these rules to all rows; the rules of contests
//! are in [`contests::rules`](crate::contests::rules).

use crate::claims::{storage::submission_columns::SubmissionColumns, submission::SubmissionStatus};

/// Whether a row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowValidity {
    /// Its claims can earn credits.
    Counts,
    /// Staff rejected it, the CSM withdrew it, or its CSM or company is not a name.
    Excluded,
}

impl RowValidity {
    /// Validity of a row with this status.
    pub(crate) fn of(status: SubmissionStatus) -> Self {
        if status.counts() { Self::Counts } else { Self::Excluded }
    }
}

/// Whether a claim in the row `challenger` takes a credit from the row that holds it: the earlier row wins.
pub(crate) fn takes_credit(rows: &SubmissionColumns, challenger: u32, holder: u32) -> bool {
    rows.is_earlier(challenger, holder)
}
