//! One row of the `submissions` tab as a value, and the words of its `status` column.

use std::{collections::HashSet, fmt, sync::Arc};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::catalog::IntegrationKey;
pub use super::catalog::is_separator;
use crate::spelling::{fold, tidy};

/// One row of the `submissions` tab: a CSM says which integrations a company completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Submission {
    /// Row number as the spreadsheet shows it, 2 for the first data row.
    pub row: u32,
    /// Made by the server; the same for every retry of one submission.
    pub id: String,
    /// Server time at which the submission arrived.
    pub submitted_at: Timestamp,
    /// Name of the CSM as typed.
    pub csm: Arc<str>,
    /// Name of the company as typed.
    pub company: Arc<str>,
    /// Integrations as typed, in the order of the cell, each once.
    pub integrations: Vec<Arc<str>>,
    /// What staff say about the row.
    pub status: Status,
    /// Staff's reason or remark; may be empty.
    pub note: String,
}

/// What staff say about a submission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As it came in; counts.
    #[default]
    Received,
    /// Checked by staff; counts.
    Validated,
    /// Refused by staff; does not count.
    Rejected,
    /// Taken back by the CSM; does not count.
    Withdrawn,
}

impl Status {
    /// Every status, in the order in which they are explained.
    pub const ALL: [Self; 4] = [Self::Received, Self::Validated, Self::Rejected, Self::Withdrawn];

    /// Reads the cell: empty means received; case, accents and spaces are forgiven.
    ///
    /// # Errors
    ///
    /// [`UnknownStatus`] for any other word; its text lists the allowed ones.
    pub fn parse(cell: &str) -> Result<Self, UnknownStatus> {
        if let Some(exact) = Self::ALL.into_iter().find(|status| status.as_str() == cell) {
            return Ok(exact);
        }
        let word: String = fold(cell).split(' ').collect();
        if word.is_empty() {
            return Ok(Self::Received);
        }
        let known = Self::ALL.into_iter().find(|status| status.as_str() == word);
        known.ok_or_else(|| UnknownStatus { value: tidy(cell) })
    }

    /// The word as it stands in the sheet.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Validated => "validated",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether claims with this status can earn a credit.
    pub fn counts(self) -> bool {
        matches!(self, Self::Received | Self::Validated)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A word in the `status` column that means nothing here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{value}” is not a status. Write received, validated, rejected or withdrawn, or leave the cell empty for received."
)]
pub struct UnknownStatus {
    /// What stands in the cell.
    pub value: String,
}

/// The integrations named in one cell, separated by commas, semicolons or line breaks; each once, in their order.
pub fn split_integrations(cell: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    cell.split(is_separator)
        .filter(|name| IntegrationKey::of(name).is_some_and(|key| seen.insert(key)))
        .map(tidy)
        .collect()
}

/// The cell that [`split_integrations`] reads back as these names.
pub fn join_integrations<Name: AsRef<str>>(names: &[Name]) -> String {
    let names: Vec<String> = names
        .iter()
        .flat_map(|name| split_integrations(name.as_ref()))
        .collect();
    split_integrations(&names.join(",")).join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_status_is_read_as_people_write_it() {
        for (cell, status) in [
            ("", Status::Received),
            ("  ", Status::Received),
            ("received", Status::Received),
            (" Validated ", Status::Validated),
            ("REJECTED", Status::Rejected),
            ("réjected", Status::Rejected),
            ("with drawn", Status::Withdrawn),
        ] {
            assert_eq!(Status::parse(cell), Ok(status), "{cell:?}");
        }
    }

    #[test]
    fn an_unknown_status_is_refused_with_the_allowed_words() {
        let refused = Status::parse(" maybe\tlater ").expect_err("not a status").to_string();
        assert!(refused.starts_with("“maybe later” is not a status."), "{refused}");
        for status in Status::ALL {
            assert!(refused.contains(status.as_str()), "{refused} lacks {status}");
        }
    }

    #[test]
    fn a_cell_is_split_at_commas_semicolons_and_line_breaks() {
        for (cell, names) in [
            ("", vec![]),
            (" , ;\n,", vec![]),
            ("GitHub", vec!["GitHub"]),
            (
                "GitHub, Cursor;Slack\r\nSentry",
                vec!["GitHub", "Cursor", "Slack", "Sentry"],
            ),
            ("GitHub, github ,GIT HUB", vec!["GitHub"]),
            ("  Monday.com ,C#", vec!["Monday.com", "C#"]),
        ] {
            assert_eq!(split_integrations(cell), names, "{cell:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_joined_is_split_into_the_same_names(names in proptest::collection::vec(any::<String>(), 0..6)) {
            let joined = join_integrations(&names);
            let split = split_integrations(&joined);
            prop_assert_eq!(join_integrations(&split), joined);
            prop_assert_eq!(split, split_integrations(&names.join(",")));
        }
    }
}
