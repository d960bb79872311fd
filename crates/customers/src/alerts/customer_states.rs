//! Customer states: the scored customers as the alert rules read them.

use crate::{
    alerts::{plan::last_sent_band, rows::AlertLine, trigger::CustomerState},
    customer::rows::CustomerRows,
    health::scoring::{ScoredCustomer, ScoringInputs},
    routes::customer_address,
};

/// Target of the customer link in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// The customer's page below this public URL.
    Pages(String),
    /// The customer's row in the spreadsheet, when no public URL is configured.
    Rows,
}

impl LinkTarget {
    /// Chooses the target by the public URL (without a trailing slash).
    pub fn of(public_url: Option<String>) -> Self {
        public_url.map_or(Self::Rows, Self::Pages)
    }

    fn to(&self, one: &ScoredCustomer, rows: &CustomerRows) -> String {
        match self {
            Self::Pages(url) => format!("{url}{}", customer_address(one.customer.as_str())),
            Self::Rows => rows.link_of(&one.customer),
        }
    }
}

/// State of every scored customer. `lines` give the bands that were sent last.
pub fn customer_states<'a>(
    books: &'a ScoringInputs,
    scored: &'a [ScoredCustomer],
    lines: &[AlertLine],
    links: &LinkTarget,
) -> Vec<CustomerState<'a>> {
    let standing = |one: &'a ScoredCustomer| {
        let customer = books.customers().by_id(&one.customer)?;
        Some(CustomerState {
            customer: &one.customer,
            title: customer.title(),
            account_manager: customer.profile.account_manager.as_deref(),
            mrr: customer.revenue.mrr,
            score: one.score.as_ref()?,
            history: books.history().of(&one.customer),
            mentions: &one.facts.cancel_mentions,
            link: links.to(one, books.customers()),
            last_sent_band: last_sent_band(lines, &one.customer),
        })
    };
    scored.iter().filter_map(standing).collect()
}
