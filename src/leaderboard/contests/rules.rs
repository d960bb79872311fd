//! The rules by which a contest is settled: who gets the credit, and which rows count.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::spelling::fold;

/// Who gets the point when several CSMs claim the same integration of the same company.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditRule {
    /// Whoever claimed it first gets all of it.
    #[default]
    First,
    /// Everybody who claimed it gets an equal part of it.
    Split,
    /// Everybody who claimed it gets all of it.
    All,
}

/// Which rows count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountingRule {
    /// Rows as they come in; staff can set one aside.
    #[default]
    Received,
    /// Only rows that staff have marked `validated`.
    Validated,
}

/// Both rules together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Rules {
    /// Who gets the point.
    pub credit: CreditRule,
    /// Which rows count.
    pub counting: CountingRule,
}

/// A word that is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{value}” is not a {what}. Write {allowed}, or leave the cell empty for {default}.")]
pub struct UnknownRule {
    value: String,
    what: &'static str,
    allowed: &'static str,
    default: &'static str,
}

impl CreditRule {
    /// Every credit rule, in the order in which they are explained.
    pub const ALL: [Self; 3] = [Self::First, Self::Split, Self::All];

    /// Reads a cell; empty means [`CreditRule::First`]. Case, accents and spaces are forgiven.
    ///
    /// # Errors
    /// [`UnknownRule`] for any other word.
    pub fn parse(cell: &str) -> Result<Self, UnknownRule> {
        let word = fold(cell);
        if word.is_empty() {
            return Ok(Self::First);
        }
        let found = Self::ALL.into_iter().find(|rule| rule.word() == word);
        found.ok_or_else(|| UnknownRule {
            value: cell.trim().to_owned(),
            what: "credit rule",
            allowed: "first, split or all",
            default: "first",
        })
    }

    /// The word in the sheet and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Split => "split",
            Self::All => "all",
        }
    }
}

impl CountingRule {
    /// Every counting rule, in the order in which they are explained.
    pub const ALL: [Self; 2] = [Self::Received, Self::Validated];

    /// Reads a cell; empty means [`CountingRule::Received`]. Case, accents and spaces are forgiven.
    ///
    /// # Errors
    /// [`UnknownRule`] for any other word.
    pub fn parse(cell: &str) -> Result<Self, UnknownRule> {
        let word = fold(cell);
        if word.is_empty() {
            return Ok(Self::Received);
        }
        let found = Self::ALL.into_iter().find(|rule| rule.word() == word);
        found.ok_or_else(|| UnknownRule {
            value: cell.trim().to_owned(),
            what: "counting rule",
            allowed: "received or validated",
            default: "received",
        })
    }

    /// The word in the sheet and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Validated => "validated",
        }
    }
}

impl Rules {
    /// What a person types to confirm a change from `before` to these rules: the name of what is new.
    pub fn name_of_change(self, before: Self) -> String {
        let credit = (self.credit != before.credit).then_some(self.credit.word());
        let counting = (self.counting != before.counting).then_some(self.counting.word());
        let words: Vec<&str> = credit.into_iter().chain(counting).collect();
        words.join(" ")
    }

    /// Whether `typed` names the change from `before` to these rules; commas, case and spaces are forgiven.
    pub fn is_change_named(self, before: Self, typed: &str) -> bool {
        let typed = fold(&typed.replace(',', " "));
        let words: Vec<&str> = typed.split(' ').filter(|word| *word != "and").collect();
        let wanted = self.name_of_change(before);
        !wanted.is_empty() && words == wanted.split(' ').collect::<Vec<_>>()
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.credit.word(), self.counting.word())
    }
}
