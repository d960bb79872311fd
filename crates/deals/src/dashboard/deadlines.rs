//! Open deals grouped by due date: overdue, today, upcoming, later, undated.

use domain::language::days_between;
use jiff::civil::Date;

use crate::deal::Deal;

/// Length of the upcoming period in days.
pub const UPCOMING_DAYS: i32 = 30;

/// Open deals by due date, earliest first; on the same day the largest amount first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deadlines<'a> {
    /// Due before today.
    pub overdue: Vec<&'a Deal>,
    /// Due today, which is not overdue.
    pub today: Vec<&'a Deal>,
    /// Due within the next thirty days, inclusive.
    pub upcoming: Vec<&'a Deal>,
    /// Due later.
    pub later: Vec<&'a Deal>,
    /// Without a due date, largest amount first.
    pub undated: Vec<&'a Deal>,
}

impl<'a> Deadlines<'a> {
    /// Deadlines on `today`, a date in the configured time zone.
    pub fn of(deals: &[&'a Deal], today: Date) -> Self {
        let mut open: Vec<&Deal> = deals.iter().copied().filter(|deal| deal.stage.is_open()).collect();
        open.sort_by_key(|deal| (deal.due, std::cmp::Reverse(deal.amount), deal.row));
        let mut deadlines = Self::default();
        for deal in open {
            let list = match deal.due.map(|due| days_between(today, due)) {
                None => &mut deadlines.undated,
                Some(..0) => &mut deadlines.overdue,
                Some(0) => &mut deadlines.today,
                Some(1..=UPCOMING_DAYS) => &mut deadlines.upcoming,
                Some(_) => &mut deadlines.later,
            };
            list.push(deal);
        }
        deadlines
    }
}
