//! Response of `GET /deals/list`: one page of a list of deals.

use domain::money::Money;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    deal::{response::DealResponse, rows::DealRows},
    list::{
        listing::{DealListing, DealQuery},
        order::{DealPagination, DealSortOrder},
        segment::DealSegment,
    },
};

/// Response of `GET /deals/list`, for JSON and for the page: one page of the deals that match a filter.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DealListResponse {
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
    pub deals: Vec<DealResponse>,
    /// Number of deals hidden by the date filter because they have no due date.
    pub hidden_undated: usize,
}

impl DealListResponse {
    /// Page number `page` of a listing of `rows`.
    pub fn of(rows: &DealRows, query: &DealQuery, listing: &DealListing, page: DealPageRequest) -> Self {
        let pagination = DealPagination::of(listing.places.len(), page.number);
        let shown = listing
            .deals(rows)
            .skip(pagination.range().start)
            .take(pagination.range().len());
        Self {
            as_of: page.as_of,
            filter: query.filter.to_query(),
            show: query.subset.map(DealSegment::as_str),
            sort: query.order.map(DealSortOrder::to_value),
            total: pagination.total,
            amount: listing.amount,
            weighted: listing.weighted,
            page: pagination.page,
            pages: pagination.pages,
            deals: shown.map(|deal| DealResponse::of(deal, rows)).collect(),
            hidden_undated: listing.hidden_undated,
        }
    }
}

/// Requested page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DealPageRequest {
    /// Page number, from 1.
    pub number: usize,
    /// Time at which the spreadsheet was read.
    pub as_of: Timestamp,
}
