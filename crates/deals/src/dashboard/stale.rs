//! Stale deals: open deals without a change for a number of days that depends on the stage.

use std::cmp::Reverse;

use domain::language::days_between;
use jiff::{civil::Date, tz::TimeZone};

use crate::deal::{
    Deal,
    snooze::{DealSnooze, DealSnoozes},
    stage::DealStage,
};

/// Number of days without a change after which a deal is stale, by stage; it is stale from the following day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleAfter {
    /// Days for [`DealStage::Prospect`].
    pub prospect: u16,
    /// Days for [`DealStage::Qualified`].
    pub qualified: u16,
    /// Days for [`DealStage::Negotiation`].
    pub negotiation: u16,
}

impl Default for StaleAfter {
    fn default() -> Self {
        Self {
            prospect: 10,
            qualified: 10,
            negotiation: 10,
        }
    }
}

impl StaleAfter {
    /// Parses one number for every stage (`10`) or numbers for some stages (`Prospect=14, négociation=5`); the others
    /// keep their defaults. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(days) = text.trim().parse() {
            return Some(Self {
                prospect: days,
                qualified: days,
                negotiation: days,
            });
        }
        let mut after = Self::default();
        for part in text.split([',', ';']) {
            let (stage, days) = part.split_once(['=', ':'])?;
            let days = days.trim().parse().ok()?;
            match DealStage::parse(stage)? {
                DealStage::Prospect => after.prospect = days,
                DealStage::Qualified => after.qualified = days,
                DealStage::Negotiation => after.negotiation = days,
                DealStage::Won | DealStage::Lost => return None,
            }
        }
        Some(after)
    }

    /// Days for a stage; `None` for closed stages.
    pub fn of(&self, stage: DealStage) -> Option<u16> {
        match stage {
            DealStage::Prospect => Some(self.prospect),
            DealStage::Qualified => Some(self.qualified),
            DealStage::Negotiation => Some(self.negotiation),
            DealStage::Won | DealStage::Lost => None,
        }
    }
}

/// Today's date, and the time zone in which timestamps become dates.
#[derive(Clone, Debug)]
pub struct BoardDay {
    /// Today's date in `zone`.
    pub today: Date,
    /// Configured time zone.
    pub zone: TimeZone,
}

/// An open deal without a recent change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StaleDeal<'a> {
    /// The deal.
    pub deal: &'a Deal,
    /// Calendar days since the last change.
    pub days: u32,
}

/// Stale deals, with those that are snoozed and those whose age is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StaleDeals<'a> {
    /// Stale deals, longest without a change first.
    pub cold: Vec<StaleDeal<'a>>,
    /// Stale deals that are snoozed.
    pub snoozed: Vec<(StaleDeal<'a>, &'a DealSnooze)>,
    /// Deals without a readable `updated_at` or `created_at`.
    pub undated: Vec<&'a Deal>,
}

/// Stale deals on `day`.
pub fn stale_deals<'a>(
    deals: &[&'a Deal],
    after: &StaleAfter,
    snoozes: &'a DealSnoozes,
    day: &BoardDay,
) -> StaleDeals<'a> {
    let mut found = StaleDeals::default();
    for deal in deals.iter().copied() {
        let Some(patience) = after.of(deal.stage) else { continue };
        let Some(touched) = deal.updated_at.or(deal.created_at) else {
            found.undated.push(deal);
            continue;
        };
        let days = days_between(touched.to_zoned(day.zone.clone()).date(), day.today);
        let Some(days) = u32::try_from(days).ok().filter(|days| *days > u32::from(patience)) else {
            continue;
        };
        let cold = StaleDeal { deal, days };
        match deal.id.and_then(|id| snoozes.active(id, day.today)) {
            Some(snooze) => found.snoozed.push((cold, snooze)),
            None => found.cold.push(cold),
        }
    }
    found.cold.sort_by_key(|cold| (Reverse(cold.days), cold.deal.row));
    found
        .snoozed
        .sort_by_key(|(cold, snooze)| (snooze.until, cold.deal.row));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_set_for_all_stages_or_for_some() {
        let after = |prospect, qualified, negotiation| StaleAfter {
            prospect,
            qualified,
            negotiation,
        };
        for (text, expected) in [
            ("7", Some(after(7, 7, 7))),
            (" 0 ", Some(after(0, 0, 0))),
            ("Prospect=14, qualifie=12, NÉGOCIATION=5", Some(after(14, 12, 5))),
            ("negotiation: 5", Some(after(10, 10, 5))),
            ("Gagné=5", None),
            ("Prospect", None),
            ("Prospect=soon", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(StaleAfter::parse(text), expected, "{text}");
        }
    }
}
