//! Customer listing: the customers that match a query, in order, with their totals.

use customer_sources::amount::Currency;
use domain::json_decimal::JsonDecimal;
use rust_decimal::Decimal;

use crate::{
    customer::{
        Customer, mrr_in,
        risk::{is_at_risk, value_at_risk},
        rows::CustomerRows,
    },
    list::filter::{CustomerFilter, HealthFilter, SortKey, SortOrder},
    routes::BOARD,
};

/// Query of a customer list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerListQuery {
    /// Filter.
    pub filter: CustomerFilter,
    /// Customers that the filter is applied to.
    pub among: ListScope,
    /// Sort order.
    pub order: SortOrder,
}

/// Scope of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListScope {
    /// All customers.
    All,
    /// Customers who have a score and are not healthy.
    AtRisk,
}

impl ListScope {
    /// Default sort order.
    pub fn default_order(self) -> SortOrder {
        let key = match self {
            Self::All => SortKey::Mrr,
            Self::AtRisk => SortKey::Risk,
        };
        SortOrder { key, descending: true }
    }

    fn includes(self, customer: &Customer) -> bool {
        self == Self::All || is_at_risk(customer)
    }
}

impl CustomerListQuery {
    /// Query without a filter, in the default order.
    pub fn plain(among: ListScope) -> Self {
        Self {
            filter: CustomerFilter::default(),
            among,
            order: among.default_order(),
        }
    }

    /// Cache key.
    pub fn key(&self) -> String {
        let among = match self.among {
            ListScope::All => "all",
            ListScope::AtRisk => "at_risk",
        };
        let mut pairs = vec![("among", among.to_owned()), ("sort", self.order.value())];
        pairs.extend(self.filter.pairs());
        serde_urlencoded::to_string(pairs).unwrap_or_default()
    }
}

/// Result of a query, computed once and shown page by page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerListing {
    /// Indices into the customers of the sheet, in display order.
    pub indices: Vec<u32>,
    /// Total monthly revenue, in the reporting currency only.
    pub mrr: JsonDecimal,
    /// Number of customers who pay in another currency, which `mrr` leaves out.
    pub in_other_currencies: usize,
    /// Total of monthly revenue times the probability of losing it.
    pub value_at_risk: JsonDecimal,
}

impl CustomerListing {
    /// Filters and sorts the customers; totals include amounts in `currency` only.
    pub fn of(rows: &CustomerRows, query: &CustomerListQuery, currency: Currency) -> Self {
        let mut filter = query.filter.prepare(currency, || rows.search_texts());
        let mut found: Vec<(u32, &Customer)> = rows
            .current_by_name()
            .filter(|(index, customer)| query.among.includes(customer) && filter.matches(*index, customer))
            .collect();
        query.order.sort(&mut found, currency);
        let (mut mrr, mut at_stake, mut in_other_currencies) = (Decimal::ZERO, Decimal::ZERO, 0);
        for (_, customer) in &found {
            mrr = mrr.saturating_add(mrr_in(customer, currency).unwrap_or_default());
            at_stake = at_stake.saturating_add(value_at_risk(customer, currency).unwrap_or_default());
            in_other_currencies += usize::from(customer.pays_in_other_currency(currency));
        }
        Self {
            indices: found.into_iter().map(|(index, _)| index).collect(),
            mrr: JsonDecimal::new(mrr),
            in_other_currencies,
            value_at_risk: JsonDecimal::new(at_stake),
        }
    }
}

/// Path of a list with the query fields of `filter`, followed by `more`.
pub fn list_address(path: &str, filter: &CustomerFilter, more: &[(&str, String)]) -> String {
    let pairs = filter.pairs().into_iter().chain(more.iter().cloned());
    let query = serde_urlencoded::to_string(pairs.collect::<Vec<_>>()).unwrap_or_default();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// Path of the customers in one health band.
pub fn band_address(choice: HealthFilter) -> String {
    let filter = CustomerFilter {
        health: vec![choice],
        ..CustomerFilter::default()
    };
    list_address(BOARD, &filter, &[])
}

/// Query field that sorts a list; empty for the default order.
pub fn sort_fields(order: SortOrder) -> Vec<(&'static str, String)> {
    if order == ListScope::All.default_order() {
        return Vec::new();
    }
    vec![("sort", order.value())]
}
