//! Read error, and the findings for headers and tabs that close a board.

use crate::{
    finding::{Effect, Finding, FindingKind},
    google::call_error::CallError,
    schema::tab::HeaderProblem,
};

/// Returns one finding for each missing or duplicate header and each missing tab; `None` if the tabs cannot be read for
/// another reason. `url` is the address of the spreadsheet.
pub fn schema_findings(error: &ReadError, url: &str) -> Option<Vec<Finding>> {
    let finding = |tab, column, value, reason| Finding {
        kind: FindingKind::Header,
        tab,
        row: 1,
        column,
        value,
        reason,
        proposal: Some(column.to_owned()).filter(|column| !column.is_empty()),
        effect: Effect::BoardClosed,
        link: url.to_owned(),
    };
    match error {
        ReadError::Headers(problems) => {
            let found = problems.iter().map(|problem| {
                let (tab, value) = match problem {
                    HeaderProblem::Missing { tab, nearest, .. } => (*tab, nearest.clone().unwrap_or_default()),
                    HeaderProblem::Duplicate { tab, required } => (*tab, (*required).to_owned()),
                };
                finding(tab, problem.required(), value, problem.cure())
            });
            Some(found.collect())
        }
        ReadError::TabMissing(tab) => {
            let reason =
                format!("The tab “{tab}” is missing. Give it back its name, or start the program to have it made.");
            Some(vec![finding(tab, "", String::new(), reason)])
        }
        ReadError::Unreachable(_) | ReadError::Refused(_) => None,
    }
}

/// Error of a read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// The spreadsheet does not respond, and no older data is cached.
    #[error("the spreadsheet does not answer: {0}")]
    Unreachable(String),
    /// The tab does not exist.
    #[error("the spreadsheet has no tab “{0}”")]
    TabMissing(&'static str),
    /// Headers are missing or duplicated.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Headers(Vec<HeaderProblem>),
    /// Google refuses access.
    #[error("the spreadsheet refuses: {0}")]
    Refused(CallError),
}

impl From<CallError> for ReadError {
    fn from(error: CallError) -> Self {
        if error.is_transient() {
            Self::Unreachable(error.to_string())
        } else {
            Self::Refused(error)
        }
    }
}
