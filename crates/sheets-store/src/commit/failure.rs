//! Write failure: the phase in which an attempt failed, and what it means for the caller.

use crate::{commit::batch::CommitError, google::call_error::CallError, read::read_error::ReadError};

/// Failure of an attempt: while reading, before anything was sent to be written, or in the write itself.
pub(crate) enum WriteFailure {
    Reading(ReadError),
    Writing(CallError),
}

impl WriteFailure {
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Reading(error) => matches!(error, ReadError::Unreachable(_)),
            Self::Writing(error) => error.is_transient(),
        }
    }

    /// Whether the embedded spreadsheet cannot store anything.
    pub(crate) fn is_about_storage(&self) -> bool {
        matches!(self, Self::Writing(CallError::NotStored(_)))
    }

    /// Whether the service understood the request and rejects it because it does not match the spreadsheet.
    pub(crate) fn is_about_the_request(&self) -> bool {
        matches!(
            self,
            Self::Reading(ReadError::Refused(CallError::Rejected { code: 400, .. }))
                | Self::Writing(CallError::Rejected { code: 400, .. })
        )
    }

    pub(crate) fn into_commit_error(self, outcome_unknown: bool) -> CommitError {
        match self {
            Self::Reading(error) if outcome_unknown => CommitError::Unknown(error.to_string()),
            Self::Writing(error) if outcome_unknown => CommitError::Unknown(error.to_string()),
            Self::Reading(ReadError::Unreachable(reason)) => CommitError::NotWritten(reason),
            Self::Reading(error) => CommitError::Closed(error),
            Self::Writing(CallError::NotStored(problem)) => CommitError::NotStored(problem),
            Self::Writing(error @ CallError::Rejected { code: 400, .. }) => CommitError::Refused(error.to_string()),
            Self::Writing(error) if error.is_transient() => CommitError::NotWritten(error.to_string()),
            Self::Writing(error) => CommitError::Closed(ReadError::Refused(error)),
        }
    }
}

impl std::fmt::Display for WriteFailure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reading(error) => error.fmt(formatter),
            Self::Writing(error) => error.fmt(formatter),
        }
    }
}
