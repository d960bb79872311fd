//! Customer listing: the customers that match a query, in order, with their totals.

use rust_decimal::Decimal;

use super::{
    amount::Currency,
    customer::Customer,
    filter::{CustomerFilter, Order, SortKey, mrr_in},
    number::Number,
    risk::{is_at_risk, value_at_risk},
    rows::customer_row::CustomerRows,
};

/// Query of a customer list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuestion {
    /// Filter.
    pub filter: CustomerFilter,
    /// Customers that the filter is applied to.
    pub among: Among,
    /// Sort order.
    pub order: Order,
}

/// Scope of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// All customers.
    All,
    /// Customers who have a score and are not healthy.
    AtRisk,
}

impl Among {
    /// Default sort order.
    pub fn usual_order(self) -> Order {
        let key = match self {
            Self::All => SortKey::Mrr,
            Self::AtRisk => SortKey::Risk,
        };
        Order { key, descending: true }
    }

    fn includes(self, customer: &Customer) -> bool {
        self == Self::All || is_at_risk(customer)
    }
}

impl ListQuestion {
    /// Query without a filter, in the default order.
    pub fn plain(among: Among) -> Self {
        Self {
            filter: CustomerFilter::default(),
            among,
            order: among.usual_order(),
        }
    }

    /// Cache key.
    pub fn key(&self) -> String {
        let among = match self.among {
            Among::All => "all",
            Among::AtRisk => "at_risk",
        };
        let mut pairs = vec![("among", among.to_owned()), ("sort", self.order.value())];
        pairs.extend(self.filter.pairs());
        serde_urlencoded::to_string(pairs).unwrap_or_default()
    }
}

/// Result of a query, computed once and shown page by page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Indices into the customers of the sheet, in display order.
    pub places: Vec<u32>,
    /// Total monthly revenue, in the reporting currency only.
    pub mrr: Number,
    /// Number of customers who pay in another currency, which `mrr` leaves out.
    pub in_other_currencies: usize,
    /// Total of monthly revenue times the probability of losing it.
    pub value_at_risk: Number,
}

impl Listing {
    /// Filters and sorts the customers; totals include amounts in `currency` only.
    pub fn of(rows: &CustomerRows, question: &ListQuestion, currency: Currency) -> Self {
        let mut sieve = question.filter.sieve(currency, || rows.search_texts());
        let mut found: Vec<(u32, &Customer)> = rows
            .current_by_name()
            .filter(|(place, customer)| question.among.includes(customer) && sieve.lets_through(*place, customer))
            .collect();
        question.order.sort(&mut found, currency);
        let (mut mrr, mut at_stake, mut in_other_currencies) = (Decimal::ZERO, Decimal::ZERO, 0);
        for (_, customer) in &found {
            mrr = mrr.saturating_add(mrr_in(customer, currency).unwrap_or_default());
            at_stake = at_stake.saturating_add(value_at_risk(customer, currency).unwrap_or_default());
            in_other_currencies += usize::from(customer.pays_otherwise_than(currency));
        }
        Self {
            places: found.into_iter().map(|(place, _)| place).collect(),
            mrr: Number::new(mrr),
            in_other_currencies,
            value_at_risk: Number::new(at_stake),
        }
    }
}
