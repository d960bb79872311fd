//! Dashboard values: all figures, and the first lines of each list. The size does not depend on the number of deals, so
//! that many dashboards can be cached.

use domain::money::Money;
use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::{
    dashboard::{
        deadlines::Deadlines,
        funnel::{FunnelStep, funnel},
        kpis::{KpiChanges, Kpis},
        response::{DueDealResponse, StaleDealResponse, TOP_BASKETS, kpis_before},
        sectors::{SectorTotal, sector_totals, top_baskets},
        stale::stale_deals,
    },
    deal::{Deal, rows::DealRows},
    list::filter::{DealFacets, DealFilter},
    snapshot::RuleContext,
};

/// Lines of each list on the dashboard.
pub const PREVIEW_LINES: usize = 6;
/// Lines of each list in the PDF report.
pub const PRINTED_LINES: usize = 100;
/// Sectors in the bar chart.
pub const MAX_SECTORS: usize = 20;

/// Dashboard of the deals that match a filter.
#[derive(Clone, Debug, PartialEq)]
pub struct DashboardOverview {
    /// Today's date in the configured time zone.
    pub today: Date,
    /// Number of deals in the sheet, regardless of the filter.
    pub all_deals: usize,
    /// KPIs.
    pub kpis: Kpis,
    /// Change of the KPIs against the preceding period of the same length.
    pub changes: KpiChanges,
    /// Weighted pipeline by stage.
    pub funnel: Vec<ScaledBar<FunnelStep>>,
    /// Sectors with the largest totals.
    pub sectors: Vec<ScaledBar<SectorTotal>>,
    /// Number of sectors.
    pub sector_count: usize,
    /// The five sectors with the largest average basket.
    pub top_baskets: Vec<ScaledBar<SectorTotal>>,
    /// Open deals by due date.
    pub due: DueDealLists,
    /// Stale deals.
    pub cold: ListPreview<StaleDealResponse>,
    /// Stale deals that are snoozed.
    pub snoozed: ListPreview<StaleDealResponse>,
    /// Number of open deals whose last change is unknown.
    pub unknown_age_count: usize,
    /// Number of deals for each filter option.
    pub facets: DealFacets,
    /// Number of deals hidden by the date filter because they have no due date.
    pub hidden_undated: usize,
    /// Problems found in the sheet.
    pub unread: UnreadableRows,
}

/// Open deals by due date.
#[derive(Clone, Debug, PartialEq)]
pub struct DueDealLists {
    /// Due before today.
    pub overdue: ListPreview<DueDealResponse>,
    /// Due today.
    pub today: ListPreview<DueDealResponse>,
    /// Due within thirty days.
    pub upcoming: ListPreview<DueDealResponse>,
    /// Number of deals due later.
    pub later: usize,
    /// Number of open deals without a due date.
    pub undated: usize,
}

/// Unreadable rows and cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableRows {
    /// Number of rows excluded from the figures.
    pub rows: usize,
    /// Sum of their amounts, as far as they are readable.
    pub amount: Money,
    /// Number of cells with a finding.
    pub cells: usize,
}

/// A value with its length as a bar, relative to the largest value.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaledBar<Value> {
    /// The value.
    pub value: Value,
    /// Length in thousandths: 1000 for the largest value, at least 1 for any amount above zero.
    pub permille: u32,
}

/// First lines of a list, with the totals of the whole list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListPreview<Line> {
    /// First lines.
    pub lines: Vec<Line>,
    /// Number of lines in the whole list.
    pub count: usize,
    /// Sum of the amounts of the whole list.
    pub amount: Money,
}

impl DashboardOverview {
    /// Bytes on the heap, without the texts that are shared with the rows.
    pub(crate) fn heap_bytes(&self) -> usize {
        let due = [&self.due.overdue, &self.due.today, &self.due.upcoming];
        let links: usize = due.iter().map(|list| list.link_bytes(|line| &line.deal.link)).sum();
        let stale = [&self.cold, &self.snoozed];
        let stale_links: usize = stale.iter().map(|list| list.link_bytes(|line| &line.deal.link)).sum();
        size_of::<Self>()
            + size_of_val(&*self.funnel)
            + size_of_val(&*self.sectors)
            + size_of_val(&*self.top_baskets)
            + size_of_val(&*self.facets.statuses)
            + size_of_val(&*self.facets.sectors)
            + size_of_val(&*self.facets.assignees)
            + links
            + stale_links
    }
}

impl<Line> ListPreview<Line> {
    /// Bytes of the lines, with their links.
    fn link_bytes(&self, link: impl Fn(&Line) -> &String) -> usize {
        size_of_val(&*self.lines) + self.lines.iter().map(|line| link(line).len()).sum::<usize>()
    }

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

impl DashboardOverview {
    /// Dashboard of the deals that match `filter`.
    pub fn of(rows: &DealRows, filter: &DealFilter, context: &RuleContext) -> Self {
        Self::with_lines(rows, filter, context, PREVIEW_LINES)
    }

    /// Same, with up to `most` lines of each list.
    pub fn with_lines(rows: &DealRows, filter: &DealFilter, context: &RuleContext, most: usize) -> Self {
        let selection = filter.select(&rows.deals, || rows.search_texts());
        let deals = selection.deals(&rows.deals);
        let kpis = Kpis::of(&deals, context.lost_stage);
        let sectors = sector_totals(&deals, None);
        let baskets = top_baskets(&sectors, TOP_BASKETS);
        let cold = stale_deals(&deals, &context.cold_after, &rows.snoozes, &context.day);
        Self {
            today: context.day.today,
            all_deals: rows.deals.len(),
            changes: kpis.since(kpis_before(rows, filter, context.lost_stage).as_ref()),
            kpis,
            funnel: scaled_bars(funnel(&deals, context.lost_stage), |step| step.weighted),
            sector_count: sectors.len(),
            sectors: scaled_bars(sectors, |sector| sector.total)
                .into_iter()
                .take(MAX_SECTORS)
                .collect(),
            top_baskets: scaled_bars(baskets, |sector| sector.average_basket),
            due: DueDealLists::of(&Deadlines::of(&deals, context.day.today), rows, context.day.today, most),
            cold: ListPreview::of(
                &cold.cold,
                most,
                |cold| cold.deal,
                |cold| StaleDealResponse::of(cold, None, rows),
            ),
            snoozed: ListPreview::of(
                &cold.snoozed,
                most,
                |(cold, _)| cold.deal,
                |(cold, snooze)| StaleDealResponse::of(cold, Some(snooze), rows),
            ),
            unknown_age_count: cold.undated.len(),
            facets: selection.facets,
            hidden_undated: selection.hidden_undated,
            unread: UnreadableRows {
                rows: rows.excluded.len(),
                amount: rows.excluded_amount(),
                cells: context.findings.len(),
            },
        }
    }
}

impl DueDealLists {
    fn of(deadlines: &Deadlines<'_>, rows: &DealRows, today: Date, most: usize) -> Self {
        let first =
            |deals: &[&Deal]| ListPreview::of(deals, most, |deal| *deal, |deal| DueDealResponse::of(deal, rows, today));
        Self {
            overdue: first(&deadlines.overdue),
            today: first(&deadlines.today),
            upcoming: first(&deadlines.upcoming),
            later: deadlines.later.len(),
            undated: deadlines.undated.len(),
        }
    }
}

fn scaled_bars<Value>(values: Vec<Value>, amount: impl Fn(&Value) -> Money) -> Vec<ScaledBar<Value>> {
    let longest = values.iter().map(&amount).max().unwrap_or_default();
    let drawn = values.into_iter().map(|value| ScaledBar {
        permille: permille(amount(&value), longest),
        value,
    });
    drawn.collect()
}

/// At least 1 for a positive part, so that it stays visible.
fn permille(part: Money, whole: Money) -> u32 {
    if !part.is_positive() || !whole.is_positive() {
        return 0;
    }
    let share = part.euros() / whole.euros() * Decimal::ONE_THOUSAND;
    share.round().to_u32().unwrap_or(1000).max(1)
}
