//! What is due when. Only deals that are still open can be late or due.

use jiff::civil::Date;

use super::deal::Deal;
use crate::language::days_between;

/// How many days ahead “the next days” reach.
pub const UPCOMING_DAYS: i32 = 30;

/// Open deals by their due date, the earliest first; of one day the largest amount first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deadlines<'a> {
    /// Due before today.
    pub overdue: Vec<&'a Deal>,
    /// Due today, which is not late.
    pub today: Vec<&'a Deal>,
    /// Due within the next thirty days, the thirtieth included.
    pub upcoming: Vec<&'a Deal>,
    /// Due after that.
    pub later: Vec<&'a Deal>,
    /// Without a due date, the largest amount first.
    pub undated: Vec<&'a Deal>,
}

impl<'a> Deadlines<'a> {
    /// The deadlines as of `today` in the configured zone.
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
