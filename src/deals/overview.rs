//! What the dashboard shows: the numbers whole, the lists by their first lines. Of a large tab it holds little, so that
//! many of them can be kept.

use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    answers::{ColdAnswer, Context, DueAnswer, TOP_BASKETS, kpis_before},
    cold::cold,
    deadlines::Deadlines,
    deal::Deal,
    filter::{DealFilter, Facets},
    funnel::{FunnelStep, funnel},
    kpis::{KpiChanges, Kpis},
    rows::DealRows,
    sectors::{SectorTotal, sector_totals, top_baskets},
};
use crate::money::Money;

/// Lines of a list that the dashboard shows; the rest is one click away.
pub const FIRST_LINES: usize = 6;
/// Lines of a list that are printed.
pub const PRINTED_LINES: usize = 100;
/// Sectors that the dashboard draws.
pub const MOST_SECTORS: usize = 20;

/// The dashboard of the deals that a filter lets through.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// Today's date in the configured zone.
    pub today: Date,
    /// Deals in the sheet, whatever the filter.
    pub all_deals: usize,
    /// The numbers at the top.
    pub kpis: Kpis,
    /// Their change against as many days before.
    pub changes: KpiChanges,
    /// The weighted pipeline by stage.
    pub funnel: Vec<Bar<FunnelStep>>,
    /// The sectors with the largest totals.
    pub sectors: Vec<Bar<SectorTotal>>,
    /// How many sectors there are.
    pub sector_count: usize,
    /// The five sectors with the largest average basket.
    pub top_baskets: Vec<Bar<SectorTotal>>,
    /// What is due when.
    pub due: DueLists,
    /// Deals that nobody has touched for long.
    pub cold: First<ColdAnswer>,
    /// Those of them that somebody set aside.
    pub paused: First<ColdAnswer>,
    /// Open deals of which nobody can tell when they were touched.
    pub untold: usize,
    /// How many deals each choice of the filter has.
    pub facets: Facets,
    /// Deals without a due date that only the days of the filter leave out.
    pub hidden_undated: usize,
    /// What could not be read.
    pub unread: Unread,
}

/// Open deals by due date.
#[derive(Clone, Debug, PartialEq)]
pub struct DueLists {
    /// Due before today.
    pub overdue: First<DueAnswer>,
    /// Due today.
    pub today: First<DueAnswer>,
    /// Due within thirty days.
    pub upcoming: First<DueAnswer>,
    /// How many are due after that.
    pub later: usize,
    /// How many open ones have no due date.
    pub undated: usize,
}

/// What could not be read in the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Rows that do not count.
    pub rows: usize,
    /// What they would add, as far as their amounts can be read.
    pub amount: Money,
    /// Cells that deserve a look.
    pub cells: usize,
}

/// A value with its size beside the largest of its kind, in thousandths.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar<Value> {
    /// What is drawn.
    pub value: Value,
    /// 1000 for the largest, at least 1 for anything.
    pub permille: u32,
}

/// The first lines of a list, and what the whole of it comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct First<Line> {
    /// As many as were asked for.
    pub lines: Vec<Line>,
    /// How many there are.
    pub count: usize,
    /// Sum of the amounts of all of them.
    pub amount: Money,
}

impl<Line> First<Line> {
    fn of<'a, Item>(
        items: &[Item],
        most: usize,
        deal: impl Fn(&Item) -> &'a Deal,
        line: impl Fn(&Item) -> Line,
    ) -> Self {
        Self {
            lines: items.iter().take(most).map(line).collect(),
            count: items.len(),
            amount: items.iter().map(|item| deal(item).amount).sum(),
        }
    }
}

impl Overview {
    /// The dashboard of the deals that `filter` lets through.
    pub fn of(rows: &DealRows, filter: &DealFilter, context: &Context) -> Self {
        Self::with_lines(rows, filter, context, FIRST_LINES)
    }

    /// The same with as many as `most` lines of each list.
    pub fn with_lines(rows: &DealRows, filter: &DealFilter, context: &Context, most: usize) -> Self {
        let selection = filter.select(&rows.deals, || rows.search_texts());
        let deals = selection.deals(&rows.deals);
        let kpis = Kpis::of(&deals, context.lost_stage);
        let sectors = sector_totals(&deals, None);
        let baskets = top_baskets(&sectors, TOP_BASKETS);
        let cold = cold(&deals, &context.cold_after, &rows.pauses, &context.day);
        Self {
            today: context.day.today,
            all_deals: rows.deals.len(),
            changes: kpis.since(kpis_before(rows, filter, context.lost_stage).as_ref()),
            kpis,
            funnel: bars(funnel(&deals, context.lost_stage), |step| step.weighted),
            sector_count: sectors.len(),
            sectors: bars(sectors, |sector| sector.total)
                .into_iter()
                .take(MOST_SECTORS)
                .collect(),
            top_baskets: bars(baskets, |sector| sector.average_basket),
            due: DueLists::of(
                &Deadlines::of(&deals, context.day.today),
                rows,
                (context.day.today, most),
            ),
            cold: First::of(
                &cold.cold,
                most,
                |cold| cold.deal,
                |cold| ColdAnswer::of(cold, None, rows),
            ),
            paused: First::of(
                &cold.paused,
                most,
                |(cold, _)| cold.deal,
                |(cold, pause)| ColdAnswer::of(cold, Some(pause), rows),
            ),
            untold: cold.undated.len(),
            facets: selection.facets,
            hidden_undated: selection.hidden_undated,
            unread: Unread {
                rows: rows.excluded.len(),
                amount: rows.excluded_amount(),
                cells: context.findings.len(),
            },
        }
    }
}

impl DueLists {
    fn of(deadlines: &Deadlines<'_>, rows: &DealRows, (today, most): (Date, usize)) -> Self {
        let first = |deals: &[&Deal]| First::of(deals, most, |deal| *deal, |deal| DueAnswer::of(deal, rows, today));
        Self {
            overdue: first(&deadlines.overdue),
            today: first(&deadlines.today),
            upcoming: first(&deadlines.upcoming),
            later: deadlines.later.len(),
            undated: deadlines.undated.len(),
        }
    }
}

fn bars<Value>(values: Vec<Value>, amount: impl Fn(&Value) -> Money) -> Vec<Bar<Value>> {
    let longest = values.iter().map(&amount).max().unwrap_or_default();
    let drawn = values.into_iter().map(|value| Bar {
        permille: permille(amount(&value), longest),
        value,
    });
    drawn.collect()
}

/// Something never shows as nothing.
fn permille(part: Money, whole: Money) -> u32 {
    if !part.is_positive() || !whole.is_positive() {
        return 0;
    }
    let share = part.euros() / whole.euros() * Decimal::ONE_THOUSAND;
    share.round().to_u32().unwrap_or(1000).max(1)
}
