//! JSON responses of the dashboard and its lists.
//!
//! Amounts are JSON numbers with two decimals, rates are in percent, and unknown values are `null`.

use domain::{language::days_between, money::Money, period::Period};
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::Serialize;
use sheets_store::finding::Finding;

use crate::{
    dashboard::{
        deadlines::Deadlines,
        funnel::{FunnelStep, funnel},
        kpis::{KpiChanges, Kpis},
        sectors::{SectorTotal, sector_totals, top_baskets},
        stale::{StaleDeal, StaleDeals, stale_deals},
    },
    deal::{Deal, response::DealResponse, rows::DealRows, snooze::DealSnooze, stage::LostStage},
    list::{
        filter::{DealFacets, DealFilter},
        listing::DealQuery,
        segment::DealSegment,
    },
    snapshot::RuleContext,
};

/// Number of sectors in the ranking by average basket.
pub const TOP_BASKETS: usize = 5;

/// Maximum length of a list in the dashboard response, so that 100,000 deals do not make 40 MB. The list of deals has
/// the rest, page by page.
pub const MAX_LIST_LENGTH: usize = 1_000;
/// Maximum number of findings in the response.
pub const MAX_FINDINGS: usize = 200;

/// A deal with the number of days until it is due.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DueDealResponse {
    /// The deal.
    #[serde(flatten)]
    pub deal: DealResponse,
    /// Days from today to the due date, negative when overdue; `None` without a due date.
    pub days_left: Option<i32>,
}

/// Open deals by due date, earliest first; each list is limited to [`MAX_LIST_LENGTH`].
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DeadlinesResponse {
    /// Due before today.
    pub overdue: Vec<DueDealResponse>,
    /// Due today.
    pub today: Vec<DueDealResponse>,
    /// Due within thirty days.
    pub upcoming: Vec<DueDealResponse>,
    /// Due later.
    pub later: Vec<DueDealResponse>,
    /// Without a due date.
    pub undated: Vec<DueDealResponse>,
}

/// A stale deal.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StaleDealResponse {
    /// The deal.
    #[serde(flatten)]
    pub deal: DealResponse,
    /// Days since the last change.
    pub days_without_change: u32,
    /// Its snooze, if there is one.
    pub pause: Option<DealSnooze>,
}

/// A list that was truncated.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TruncatedList {
    /// Name of the list: `overdue`, `today`, `upcoming`, `later`, `undated`, `cold`, `paused` or `unknown`.
    pub list: &'static str,
    /// Total number of deals in the list.
    pub deals: usize,
    /// Query of `/deals/list` that returns all of them, page by page.
    pub query: String,
}

/// Problems found in the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DealFindingsResponse {
    /// Number of rows excluded from the figures.
    pub excluded_rows: usize,
    /// Sum of their amounts, as far as they are readable.
    pub excluded_amount: Money,
    /// Number of cells with a finding.
    pub count: usize,
    /// The first 200 of them; `/findings` has all.
    pub cells: Vec<Finding>,
}

/// Response of `GET /deals`, for JSON and for the page.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "DealsBoard")]
pub struct DashboardResponse {
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Today's date in the configured time zone.
    pub today: Date,
    /// Filter as a query string; empty without restrictions.
    pub filter: String,
    /// KPIs.
    pub kpis: Kpis,
    /// Change of the KPIs against the preceding period of the same length; known when the filter has a first and a last
    /// day.
    pub changes: KpiChanges,
    /// Weighted pipeline by stage.
    pub funnel: Vec<FunnelStep>,
    /// All sectors, largest total first.
    pub sectors: Vec<SectorTotal>,
    /// The five sectors with the largest average basket.
    pub top_baskets: Vec<SectorTotal>,
    /// Open deals by due date.
    pub deadlines: DeadlinesResponse,
    /// Stale deals, longest without a change first; limited to [`MAX_LIST_LENGTH`], as are the two lists below.
    pub cold: Vec<StaleDealResponse>,
    /// Stale deals that are snoozed.
    pub paused: Vec<StaleDealResponse>,
    /// Open deals whose last change is unknown.
    pub cold_unknown: Vec<DealResponse>,
    /// The lists that were truncated.
    pub cut: Vec<TruncatedList>,
    /// Number of deals for each filter option.
    pub facets: DealFacets,
    /// Number of deals hidden by the date filter because they have no due date.
    pub hidden_undated: usize,
    /// Problems found in the sheet.
    pub findings: DealFindingsResponse,
}

impl DashboardResponse {
    /// Dashboard of the deals that match `filter`.
    pub fn of(rows: &DealRows, filter: &DealFilter, context: &RuleContext) -> Self {
        let selection = filter.select(&rows.deals, || rows.search_texts());
        let deals = selection.deals(&rows.deals);
        let kpis = Kpis::of(&deals, context.lost_stage);
        let before = kpis_before(rows, filter, context.lost_stage);
        let sectors = sector_totals(&deals, None);
        let cold = stale_deals(&deals, &context.cold_after, &rows.snoozes, &context.day);
        let deadlines = Deadlines::of(&deals, context.day.today);
        Self {
            as_of: context.as_of,
            today: context.day.today,
            filter: filter.to_query(),
            changes: kpis.since(before.as_ref()),
            kpis,
            funnel: funnel(&deals, context.lost_stage),
            top_baskets: top_baskets(&sectors, TOP_BASKETS),
            sectors,
            deadlines: DeadlinesResponse::of(&deadlines, rows, context.day.today),
            cold: first_deals(&cold.cold, |cold| StaleDealResponse::of(cold, None, rows)),
            paused: first_deals(&cold.snoozed, |(cold, snooze)| {
                StaleDealResponse::of(cold, Some(snooze), rows)
            }),
            cold_unknown: first_deals(&cold.undated, |deal| DealResponse::of(deal, rows)),
            cut: truncated_lists(&deadlines, &cold, filter),
            facets: selection.facets,
            hidden_undated: selection.hidden_undated,
            findings: DealFindingsResponse {
                excluded_rows: rows.excluded.len(),
                excluded_amount: rows.excluded_amount(),
                count: context.findings.len(),
                cells: context.findings.iter().take(MAX_FINDINGS).cloned().collect(),
            },
        }
    }
}

/// KPIs of the preceding period of the same length; `None` when the filter lacks a first or last day, or no deal was
/// due in that period.
pub(crate) fn kpis_before(rows: &DealRows, filter: &DealFilter, lost_stage: LostStage) -> Option<Kpis> {
    let due: Period = filter.due.before()?;
    let filter = DealFilter { due, ..filter.clone() };
    let selection = filter.select(&rows.deals, || rows.search_texts());
    let deals = selection.deals(&rows.deals);
    (!deals.is_empty()).then(|| Kpis::of(&deals, lost_stage))
}

fn first_deals<T, A>(deals: &[T], answer: impl Fn(&T) -> A) -> Vec<A> {
    deals.iter().take(MAX_LIST_LENGTH).map(answer).collect()
}

fn truncated_lists(deadlines: &Deadlines<'_>, cold: &StaleDeals<'_>, filter: &DealFilter) -> Vec<TruncatedList> {
    let lists = [
        (DealSegment::Overdue, deadlines.overdue.len()),
        (DealSegment::Today, deadlines.today.len()),
        (DealSegment::Upcoming, deadlines.upcoming.len()),
        (DealSegment::Later, deadlines.later.len()),
        (DealSegment::Undated, deadlines.undated.len()),
        (DealSegment::Cold, cold.cold.len()),
        (DealSegment::Snoozed, cold.snoozed.len()),
        (DealSegment::UnknownAge, cold.undated.len()),
    ];
    let long = lists.into_iter().filter(|(_, deals)| *deals > MAX_LIST_LENGTH);
    long.map(|(subset, deals)| TruncatedList {
        list: subset.as_str(),
        deals,
        query: DealQuery {
            filter: filter.clone(),
            subset: Some(subset),
            order: None,
        }
        .to_query(),
    })
    .collect()
}

impl StaleDealResponse {
    /// Response for one stale deal of `rows`.
    pub fn of(cold: &StaleDeal<'_>, snooze: Option<&DealSnooze>, rows: &DealRows) -> Self {
        Self {
            deal: DealResponse::of(cold.deal, rows),
            days_without_change: cold.days,
            pause: snooze.cloned(),
        }
    }
}

impl DueDealResponse {
    /// Response for one deal of `rows`, relative to `today`.
    pub fn of(deal: &Deal, rows: &DealRows, today: Date) -> Self {
        Self {
            deal: DealResponse::of(deal, rows),
            days_left: deal.due.map(|due| days_between(today, due)),
        }
    }
}

impl DeadlinesResponse {
    fn of(deadlines: &Deadlines<'_>, rows: &DealRows, today: Date) -> Self {
        let answers = |deals: &[&Deal]| first_deals(deals, |deal| DueDealResponse::of(deal, rows, today));
        Self {
            overdue: answers(&deadlines.overdue),
            today: answers(&deadlines.today),
            upcoming: answers(&deadlines.upcoming),
            later: answers(&deadlines.later),
            undated: answers(&deadlines.undated),
        }
    }
}
