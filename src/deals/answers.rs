//! JSON responses of the dashboard and its lists.
//!
//! Amounts are JSON numbers with two decimals, rates are in percent, and unknown values are `null`.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    cold::{Cold, ColdAfter, ColdDeal, Day, cold},
    deadlines::Deadlines,
    deal::Deal,
    filter::{DealFilter, Facets},
    funnel::{FunnelStep, funnel},
    kpis::{KpiChanges, Kpis},
    listing::{ListQuestion, Listing},
    order::{Order, Pagination},
    pause::Pause,
    rows::DealRows,
    sectors::{SectorTotal, sector_totals, top_baskets},
    share::two_decimals,
    stage::{LostStage, Stage},
    subset::Subset,
};
use crate::{finding::Finding, language::days_between, money::Money, period::Period};

/// Number of sectors in the ranking by average basket.
pub const TOP_BASKETS: usize = 5;

/// Maximum length of a list in the dashboard response, so that 100,000 deals do not make 40 MB. The list of deals has
/// the rest, page by page.
pub const MOST_IN_A_LIST: usize = 1_000;

/// A deal with all its fields, named as the columns of the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DealAnswer {
    /// Numeric id; `None` until the row has one.
    pub id: Option<u64>,
    /// Client name.
    pub client: Arc<str>,
    /// Stage.
    pub statut: Stage,
    /// Gross amount.
    pub montant_brut: Money,
    /// Probability as a ratio between 0 and 1, as in the cell.
    #[serde(serialize_with = "share_of_one")]
    #[schemars(with = "f64")]
    pub probabilite: Decimal,
    /// Amount times probability.
    pub valeur_ponderee: Money,
    /// Sector; `None` when the cell is empty.
    pub secteur: Option<Arc<str>>,
    /// Due date.
    pub date_echeance: Option<Date>,
    /// Assignee.
    pub assignee: Option<Arc<str>>,
    /// Notes; may be empty.
    pub notes: Arc<str>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Time of the last change.
    pub updated_at: Option<Timestamp>,
    /// Row number in the spreadsheet.
    pub row: u32,
    /// Link to its cells in the spreadsheet.
    pub link: String,
}

fn share_of_one<S: serde::Serializer>(share: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    two_decimals(*share, serializer)
}

impl DealAnswer {
    /// Response for one deal of `rows`.
    pub fn of(deal: &Deal, rows: &DealRows) -> Self {
        Self {
            id: deal.id,
            client: Arc::clone(&deal.client),
            statut: deal.stage,
            montant_brut: deal.amount,
            probabilite: deal.stage.probability(),
            valeur_ponderee: deal.weighted(),
            secteur: deal.sector.clone(),
            date_echeance: deal.due,
            assignee: deal.assignee.clone(),
            notes: Arc::clone(&deal.notes),
            created_at: deal.created_at,
            updated_at: deal.updated_at,
            row: deal.row,
            link: rows.link.row(deal.row),
        }
    }
}

/// A deal with the number of days until it is due.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DueAnswer {
    /// The deal.
    #[serde(flatten)]
    pub deal: DealAnswer,
    /// Days from today to the due date, negative when overdue; `None` without a due date.
    pub days_left: Option<i32>,
}

/// Open deals by due date, earliest first; each list is limited to [`MOST_IN_A_LIST`].
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DeadlinesAnswer {
    /// Due before today.
    pub overdue: Vec<DueAnswer>,
    /// Due today.
    pub today: Vec<DueAnswer>,
    /// Due within thirty days.
    pub upcoming: Vec<DueAnswer>,
    /// Due later.
    pub later: Vec<DueAnswer>,
    /// Without a due date.
    pub undated: Vec<DueAnswer>,
}

/// A stale deal.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ColdAnswer {
    /// The deal.
    #[serde(flatten)]
    pub deal: DealAnswer,
    /// Days since the last change.
    pub days_without_change: u32,
    /// Its snooze, if there is one.
    pub pause: Option<Pause>,
}

/// A list that was truncated.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CutList {
    /// Name of the list: `overdue`, `today`, `upcoming`, `later`, `undated`, `cold`, `paused` or `unknown`.
    pub list: &'static str,
    /// Total number of deals in the list.
    pub deals: usize,
    /// Query of `/deals/list` that returns all of them, page by page.
    pub query: String,
}

/// Problems found in the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FindingsAnswer {
    /// Number of rows excluded from the figures.
    pub excluded_rows: usize,
    /// Sum of their amounts, as far as they are readable.
    pub excluded_amount: Money,
    /// Findings, one per cell.
    pub cells: Arc<Vec<Finding>>,
}

/// Response of `GET /deals`, for JSON and for the page.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "DealsBoard")]
pub struct BoardAnswer {
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
    pub deadlines: DeadlinesAnswer,
    /// Stale deals, longest without a change first; limited to [`MOST_IN_A_LIST`], as are the two lists below.
    pub cold: Vec<ColdAnswer>,
    /// Stale deals that are snoozed.
    pub paused: Vec<ColdAnswer>,
    /// Open deals whose last change is unknown.
    pub cold_unknown: Vec<DealAnswer>,
    /// The lists that were truncated.
    pub cut: Vec<CutList>,
    /// Number of deals for each filter option.
    pub facets: Facets,
    /// Number of deals hidden by the date filter because they have no due date.
    pub hidden_undated: usize,
    /// Problems found in the sheet.
    pub findings: FindingsAnswer,
}

/// Inputs of a response besides the rows and the filter.
#[derive(Clone, Debug)]
pub struct Context {
    /// Today and the configured time zone.
    pub day: Day,
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Whether the stage Lost is offered.
    pub lost_stage: LostStage,
    /// Number of days after which a deal is stale, by stage.
    pub cold_after: ColdAfter,
    /// Findings in the cells of the board's tabs.
    pub findings: Arc<Vec<Finding>>,
}

impl BoardAnswer {
    /// Dashboard of the deals that match `filter`.
    pub fn of(rows: &DealRows, filter: &DealFilter, context: &Context) -> Self {
        let selection = filter.select(&rows.deals, || rows.search_texts());
        let deals = selection.deals(&rows.deals);
        let kpis = Kpis::of(&deals, context.lost_stage);
        let before = kpis_before(rows, filter, context.lost_stage);
        let sectors = sector_totals(&deals, None);
        let cold = cold(&deals, &context.cold_after, &rows.pauses, &context.day);
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
            deadlines: DeadlinesAnswer::of(&deadlines, rows, context.day.today),
            cold: first(&cold.cold, |cold| ColdAnswer::of(cold, None, rows)),
            paused: first(&cold.paused, |(cold, pause)| ColdAnswer::of(cold, Some(pause), rows)),
            cold_unknown: first(&cold.undated, |deal| DealAnswer::of(deal, rows)),
            cut: cut_lists(&deadlines, &cold, filter),
            facets: selection.facets,
            hidden_undated: selection.hidden_undated,
            findings: FindingsAnswer {
                excluded_rows: rows.excluded.len(),
                excluded_amount: rows.excluded_amount(),
                cells: Arc::clone(&context.findings),
            },
        }
    }
}

/// KPIs of the preceding period of the same length; `None` when the filter lacks a first or last day, or no deal was
/// due in that period.
pub(super) fn kpis_before(rows: &DealRows, filter: &DealFilter, lost_stage: LostStage) -> Option<Kpis> {
    let due: Period = filter.due.before()?;
    let filter = DealFilter { due, ..filter.clone() };
    let selection = filter.select(&rows.deals, || rows.search_texts());
    let deals = selection.deals(&rows.deals);
    (!deals.is_empty()).then(|| Kpis::of(&deals, lost_stage))
}

fn first<T, A>(deals: &[T], answer: impl Fn(&T) -> A) -> Vec<A> {
    deals.iter().take(MOST_IN_A_LIST).map(answer).collect()
}

fn cut_lists(deadlines: &Deadlines<'_>, cold: &Cold<'_>, filter: &DealFilter) -> Vec<CutList> {
    let lists = [
        (Subset::Overdue, deadlines.overdue.len()),
        (Subset::Today, deadlines.today.len()),
        (Subset::Upcoming, deadlines.upcoming.len()),
        (Subset::Later, deadlines.later.len()),
        (Subset::Undated, deadlines.undated.len()),
        (Subset::Cold, cold.cold.len()),
        (Subset::Paused, cold.paused.len()),
        (Subset::Untold, cold.undated.len()),
    ];
    let long = lists.into_iter().filter(|(_, deals)| *deals > MOST_IN_A_LIST);
    long.map(|(subset, deals)| CutList {
        list: subset.as_str(),
        deals,
        query: ListQuestion {
            filter: filter.clone(),
            subset: Some(subset),
            order: None,
        }
        .to_query(),
    })
    .collect()
}

impl ColdAnswer {
    /// Response for one stale deal of `rows`.
    pub fn of(cold: &ColdDeal<'_>, pause: Option<&Pause>, rows: &DealRows) -> Self {
        Self {
            deal: DealAnswer::of(cold.deal, rows),
            days_without_change: cold.days,
            pause: pause.cloned(),
        }
    }
}

impl DueAnswer {
    /// Response for one deal of `rows`, relative to `today`.
    pub fn of(deal: &Deal, rows: &DealRows, today: Date) -> Self {
        Self {
            deal: DealAnswer::of(deal, rows),
            days_left: deal.due.map(|due| days_between(today, due)),
        }
    }
}

impl DeadlinesAnswer {
    fn of(deadlines: &Deadlines<'_>, rows: &DealRows, today: Date) -> Self {
        let answers = |deals: &[&Deal]| first(deals, |deal| DueAnswer::of(deal, rows, today));
        Self {
            overdue: answers(&deadlines.overdue),
            today: answers(&deadlines.today),
            upcoming: answers(&deadlines.upcoming),
            later: answers(&deadlines.later),
            undated: answers(&deadlines.undated),
        }
    }
}

/// Response of `GET /deals/list`, for JSON and for the page: one page of the deals that match a filter.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ListAnswer {
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
    /// Filter as a query string.
    pub filter: String,
    /// Value of the query field `show`; `None` for all deals.
    pub show: Option<&'static str>,
    /// Value of the query field `sort`; `None` for the order of the sheet.
    pub sort: Option<String>,
    /// Number of deals on all pages.
    pub total: usize,
    /// Sum of their amounts.
    pub amount: Money,
    /// Sum of amount times probability.
    pub weighted: Money,
    /// Page number, from 1.
    pub page: usize,
    /// Number of pages.
    pub pages: usize,
    /// Deals of this page.
    pub deals: Vec<DealAnswer>,
    /// Number of deals hidden by the date filter because they have no due date.
    pub hidden_undated: usize,
}

impl ListAnswer {
    /// Page number `page` of a listing of `rows`.
    pub fn of(rows: &DealRows, question: &ListQuestion, listing: &Listing, page: Page) -> Self {
        let pagination = Pagination::of(listing.places.len(), page.number);
        let shown = listing
            .deals(rows)
            .skip(pagination.range().start)
            .take(pagination.range().len());
        Self {
            as_of: page.as_of,
            filter: question.filter.to_query(),
            show: question.subset.map(Subset::as_str),
            sort: question.order.map(Order::to_value),
            total: pagination.total,
            amount: listing.amount,
            weighted: listing.weighted,
            page: pagination.page,
            pages: pagination.pages,
            deals: shown.map(|deal| DealAnswer::of(deal, rows)).collect(),
            hidden_undated: listing.hidden_undated,
        }
    }
}

/// Requested page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Page number, from 1.
    pub number: usize,
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
