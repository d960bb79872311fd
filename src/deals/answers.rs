//! What the board answers, as values that programs read too.
//!
//! Amounts are JSON numbers with two decimals, rates are in percent, and what is not known is `null`.

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

/// How many sectors the list of the largest average baskets has.
pub const TOP_BASKETS: usize = 5;

/// Deals that a list of the board has at most, so that 100,000 deals are not one answer of 40 MB; the list of deals has
/// the others, page by page.
pub const MOST_IN_A_LIST: usize = 1_000;

/// A deal with all its fields, named as the columns of the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DealAnswer {
    /// Whole number; `None` until the row has one.
    pub id: Option<u64>,
    /// The customer's name.
    pub client: Arc<str>,
    /// Where it stands.
    pub statut: Stage,
    /// Gross amount.
    pub montant_brut: Money,
    /// Probability as a share of one, as the cell holds it.
    #[serde(serialize_with = "share_of_one")]
    #[schemars(with = "f64")]
    pub probabilite: Decimal,
    /// Amount times probability.
    pub valeur_ponderee: Money,
    /// `None` when nobody filled it in.
    pub secteur: Option<Arc<str>>,
    /// The day on which it is due.
    pub date_echeance: Option<Date>,
    /// Who works on it.
    pub assignee: Option<Arc<str>>,
    /// Remarks; may be empty.
    pub notes: Arc<str>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When anything in it was changed last.
    pub updated_at: Option<Timestamp>,
    /// Row number as the spreadsheet shows it.
    pub row: u32,
    /// Address of its cells in the spreadsheet.
    pub link: String,
}

fn share_of_one<S: serde::Serializer>(share: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    two_decimals(*share, serializer)
}

impl DealAnswer {
    /// A deal of these rows.
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

/// A deal with its distance from today.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DueAnswer {
    /// The deal.
    #[serde(flatten)]
    pub deal: DealAnswer,
    /// Days from today to the due date, negative when it is late; `None` without one.
    pub days_left: Option<i32>,
}

/// Open deals by due date, the earliest first; the first [`MOST_IN_A_LIST`] of each list.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DeadlinesAnswer {
    /// Due before today.
    pub overdue: Vec<DueAnswer>,
    /// Due today.
    pub today: Vec<DueAnswer>,
    /// Due within thirty days.
    pub upcoming: Vec<DueAnswer>,
    /// Due after that.
    pub later: Vec<DueAnswer>,
    /// Without a due date.
    pub undated: Vec<DueAnswer>,
}

/// A deal that nobody has touched for long.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ColdAnswer {
    /// The deal.
    #[serde(flatten)]
    pub deal: DealAnswer,
    /// Days since its last change.
    pub days_without_change: u32,
    /// The pause it is in, when somebody set it aside.
    pub pause: Option<Pause>,
}

/// A list of which the board has only the first deals.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CutList {
    /// Its name: `overdue`, `today`, `upcoming`, `later`, `undated`, `cold`, `paused`, `unknown`.
    pub list: &'static str,
    /// How many deals it has in all.
    pub deals: usize,
    /// The query of `/deals/list` that shows them, page by page.
    pub query: String,
}

/// What could not be read in the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FindingsAnswer {
    /// Rows that do not count.
    pub excluded_rows: usize,
    /// What they would add, as far as their amounts can be read.
    pub excluded_amount: Money,
    /// Every cell that deserves a look.
    pub cells: Arc<Vec<Finding>>,
}

/// `GET /deals` for programs and for the page.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "DealsBoard")]
pub struct BoardAnswer {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Today's date in the configured zone.
    pub today: Date,
    /// The filter as the query of an address; empty when nothing is restricted.
    pub filter: String,
    /// The numbers at the top.
    pub kpis: Kpis,
    /// Their change against as many days before, when the filter names a first and a last day.
    pub changes: KpiChanges,
    /// The weighted pipeline by stage.
    pub funnel: Vec<FunnelStep>,
    /// Every sector, the largest total first.
    pub sectors: Vec<SectorTotal>,
    /// The five sectors with the largest average basket.
    pub top_baskets: Vec<SectorTotal>,
    /// What is due when.
    pub deadlines: DeadlinesAnswer,
    /// Deals that nobody has touched for long, the longest first; the first [`MOST_IN_A_LIST`], as in the two lists below.
    pub cold: Vec<ColdAnswer>,
    /// Those of them that somebody set aside.
    pub paused: Vec<ColdAnswer>,
    /// Open deals of which nobody can tell when they were touched.
    pub cold_unknown: Vec<DealAnswer>,
    /// The lists of which only the first deals are here.
    pub cut: Vec<CutList>,
    /// How many deals each choice of the filter has.
    pub facets: Facets,
    /// Deals without a due date that only the days of the filter leave out.
    pub hidden_undated: usize,
    /// What could not be read.
    pub findings: FindingsAnswer,
}

/// What an answer depends on beside the rows and the filter.
#[derive(Clone, Debug)]
pub struct Context {
    /// Today in the configured zone.
    pub day: Day,
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// Whether deals can be lost.
    pub lost_stage: LostStage,
    /// When deals are cold.
    pub cold_after: ColdAfter,
    /// Cells of the tabs that could not be read.
    pub findings: Arc<Vec<Finding>>,
}

impl BoardAnswer {
    /// The board of the deals that `filter` lets through.
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

/// The numbers of as many days before those of the filter; `None` when it does not name a first and a last day, or no deal
/// was due then.
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
    /// A cold deal of these rows, in its pause if it has one.
    pub fn of(cold: &ColdDeal<'_>, pause: Option<&Pause>, rows: &DealRows) -> Self {
        Self {
            deal: DealAnswer::of(cold.deal, rows),
            days_without_change: cold.days,
            pause: pause.cloned(),
        }
    }
}

impl DueAnswer {
    /// A deal of these rows, seen from `today`.
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

/// `GET /deals/list` for programs and for the page: one page of the deals that a filter lets through.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ListAnswer {
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
    /// The filter as the query of an address.
    pub filter: String,
    /// The part of the deals as the `show` of an address; `None` is all of them.
    pub show: Option<&'static str>,
    /// The order as the `sort` of an address; `None` is the order of the sheet.
    pub sort: Option<String>,
    /// How many deals there are on all pages.
    pub total: usize,
    /// Sum of their amounts.
    pub amount: Money,
    /// Sum of amount times probability.
    pub weighted: Money,
    /// Number of the page, 1 for the first.
    pub page: usize,
    /// How many pages there are.
    pub pages: usize,
    /// The deals of this page.
    pub deals: Vec<DealAnswer>,
    /// Deals without a due date that only the days of the filter leave out.
    pub hidden_undated: usize,
}

impl ListAnswer {
    /// Page number `page` of a listing of these rows.
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

/// Which page of a list somebody looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// 1 for the first.
    pub number: usize,
    /// When the spreadsheet was read.
    pub as_of: Timestamp,
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
