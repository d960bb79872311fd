//! Contest rules: who gets the credit, and which rows count.

use std::fmt;

use domain::normalize::normalize;
use schemars::JsonSchema;
use serde::Serialize;

/// Who gets the point when several CSMs claim the same integration of the same company.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditRule {
    /// The first CSM to claim it gets the whole point.
    #[default]
    First,
    /// All CSMs who claimed it share the point equally.
    Split,
    /// Each CSM who claimed it gets a whole point.
    All,
}

/// Which rows count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountingRule {
    /// All rows except those that staff reject.
    #[default]
    Received,
    /// Only rows with the status `validated`.
    Validated,
}

/// Credit rule and counting rule of a contest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct ContestRules {
    /// Who gets the point.
    pub credit: CreditRule,
    /// Which rows count.
    pub counting: CountingRule,
}

/// An unknown rule name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{value}” is not a {what}. Write {allowed}, or leave the cell empty for {default}.")]
pub struct UnknownRule {
    value: String,
    what: &'static str,
    allowed: &'static str,
    default: &'static str,
}

impl CreditRule {
    /// All credit rules, in the order in which pages explain them.
    pub const ALL: [Self; 3] = [Self::First, Self::Split, Self::All];

    /// Parses a cell; empty means [`CreditRule::First`]. Ignores case, accents and spaces.
    ///
    /// # Errors
    /// [`UnknownRule`] for any other word.
    pub fn parse(cell: &str) -> Result<Self, UnknownRule> {
        let word = normalize(cell);
        if word.is_empty() {
            return Ok(Self::First);
        }
        let found = Self::ALL.into_iter().find(|rule| rule.as_str() == word);
        found.ok_or_else(|| UnknownRule {
            value: cell.trim().to_owned(),
            what: "credit rule",
            allowed: "first, split or all",
            default: "first",
        })
    }

    /// The word in the sheet and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Split => "split",
            Self::All => "all",
        }
    }
}

impl CountingRule {
    /// All counting rules, in the order in which pages explain them.
    pub const ALL: [Self; 2] = [Self::Received, Self::Validated];

    /// Parses a cell; empty means [`CountingRule::Received`]. Ignores case, accents and spaces.
    ///
    /// # Errors
    /// [`UnknownRule`] for any other word.
    pub fn parse(cell: &str) -> Result<Self, UnknownRule> {
        let word = normalize(cell);
        if word.is_empty() {
            return Ok(Self::Received);
        }
        let found = Self::ALL.into_iter().find(|rule| rule.as_str() == word);
        found.ok_or_else(|| UnknownRule {
            value: cell.trim().to_owned(),
            what: "counting rule",
            allowed: "received or validated",
            default: "received",
        })
    }

    /// The word in the sheet and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Validated => "validated",
        }
    }
}

impl ContestRules {
    /// Text that confirms a change from `before` to these rules: the names of the new rules.
    pub fn change_name(self, before: Self) -> String {
        let credit = (self.credit != before.credit).then_some(self.credit.as_str());
        let counting = (self.counting != before.counting).then_some(self.counting.as_str());
        let words: Vec<&str> = credit.into_iter().chain(counting).collect();
        words.join(" ")
    }

    /// Whether `typed` names the change from `before` to these rules; ignores commas, case and spaces.
    pub fn is_change_named(self, before: Self, typed: &str) -> bool {
        let typed = normalize(&typed.replace(',', " "));
        let words: Vec<&str> = typed.split(' ').filter(|word| *word != "and").collect();
        let expected = self.change_name(before);
        !expected.is_empty() && words == expected.split(' ').collect::<Vec<_>>()
    }
}

impl fmt::Display for ContestRules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.credit.as_str(), self.counting.as_str())
    }
}
