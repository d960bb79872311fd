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

    fn to(&self, scored: &ScoredCustomer, rows: &CustomerRows) -> String {
        match self {
            Self::Pages(url) => format!("{url}{}", customer_address(scored.customer.as_str())),
            Self::Rows => rows.link_of(&scored.customer),
        }
    }
}

/// State of every scored customer. `lines` give the bands that were sent last.
pub fn customer_states<'a>(
    inputs: &'a ScoringInputs,
    scored: &'a [ScoredCustomer],
    lines: &[AlertLine],
    links: &LinkTarget,
) -> Vec<CustomerState<'a>> {
    let state = |scored: &'a ScoredCustomer| {
        let customer = inputs.customers().by_id(&scored.customer)?;
        Some(CustomerState {
            customer: &scored.customer,
            title: customer.title(),
            account_manager: customer.profile.account_manager.as_deref(),
            mrr: customer.revenue.mrr,
            score: scored.score.as_ref()?,
            history: inputs.history().of(&scored.customer),
            mentions: &scored.facts.cancel_mentions,
            link: links.to(scored, inputs.customers()),
            last_sent_band: last_sent_band(lines, &scored.customer),
        })
    };
    scored.iter().filter_map(state).collect()
}
