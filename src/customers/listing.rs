//! The customers behind a question, in order: which rows of the sheet, and what they add up to.

use rust_decimal::Decimal;

use super::{
    amount::Currency,
    customer::Customer,
    filter::{CustomerFilter, Order, SortKey, mrr_in},
    number::Number,
    risk::{is_at_risk, value_at_risk},
    rows::customer_row::CustomerRows,
};

/// Which customers are listed, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuestion {
    /// Restricts the customers.
    pub filter: CustomerFilter,
    /// Of whom the filter chooses.
    pub among: Among,
    /// What comes first.
    pub order: Order,
}

/// Of whom a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// Everybody.
    All,
    /// Those who have a score and are not healthy.
    AtRisk,
}

impl Among {
    /// The order in which they are listed unless somebody asks for another one.
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
    /// Everybody among them, in the usual order.
    pub fn plain(among: Among) -> Self {
        Self {
            filter: CustomerFilter::default(),
            among,
            order: among.usual_order(),
        }
    }

    /// What tells the question from every other one.
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

/// The customers of a question, found once and shown page by page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Places among the customers of the sheet, in the order to show.
    pub places: Vec<u32>,
    /// What they pay a month, in the currency of the reports alone.
    pub mrr: Number,
    /// How many of them pay in another currency, which is not in `mrr`.
    pub in_other_currencies: usize,
    /// Revenue a month times the chance of losing it, of all of them.
    pub value_at_risk: Number,
}

impl Listing {
    /// Finds and sorts the customers; amounts in other currencies than `currency` are in no sum.
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
