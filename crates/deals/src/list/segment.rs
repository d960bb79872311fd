//! Segments: the deals behind one figure of the dashboard, such as overdue, due soon or stale.

use crate::{
    dashboard::{
        deadlines::Deadlines,
        stale::{StaleDeals, stale_deals},
    },
    deal::{Deal, rows::DealRows},
    snapshot::RuleContext,
};

/// Segment of the filtered deals; query field `show`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DealSegment {
    /// Open and due before today.
    Overdue,
    /// Open and due today.
    Today,
    /// Open and due within thirty days.
    Upcoming,
    /// Open and due later.
    Later,
    /// Without a due date, in any stage.
    Undated,
    /// Stale.
    Cold,
    /// Stale and snoozed.
    Snoozed,
    /// Open, with an unknown last change.
    UnknownAge,
}

impl DealSegment {
    /// Every segment.
    pub const ALL: [Self; 8] = [
        Self::Overdue,
        Self::Today,
        Self::Upcoming,
        Self::Later,
        Self::Undated,
        Self::Cold,
        Self::Snoozed,
        Self::UnknownAge,
    ];

    /// Query value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Today => "today",
            Self::Upcoming => "upcoming",
            Self::Later => "later",
            Self::Undated => "undated",
            Self::Cold => "cold",
            Self::Snoozed => "paused",
            Self::UnknownAge => "unknown",
        }
    }

    /// Parses a query value; `None` for any other text.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subset| subset.as_str() == word.trim())
    }

    /// Deals of the segment, in the order in which they need attention.
    pub fn of<'a>(self, deals: &[&'a Deal], rows: &'a DealRows, context: &RuleContext) -> Vec<&'a Deal> {
        let deadlines = || Deadlines::of(deals, context.day.today);
        let cold = || stale_deals(deals, &context.cold_after, &rows.snoozes, &context.day);
        match self {
            Self::Overdue => deadlines().overdue,
            Self::Today => deadlines().today,
            Self::Upcoming => deadlines().upcoming,
            Self::Later => deadlines().later,
            Self::Undated => deals.iter().copied().filter(|deal| deal.due.is_none()).collect(),
            Self::Cold => cold().cold.iter().map(|cold| cold.deal).collect(),
            Self::Snoozed => snoozed_deals(&cold()),
            Self::UnknownAge => cold().undated,
        }
    }
}

fn snoozed_deals<'a>(cold: &StaleDeals<'a>) -> Vec<&'a Deal> {
    cold.snoozed.iter().map(|(cold, _)| cold.deal).collect()
}
