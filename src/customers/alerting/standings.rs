//! Customer states: the scored customers as the alert rules read them.

use super::{book::Line, occasion::Standing, plan::told_band};
use crate::customers::{
    address::customer_address,
    rows::customer_row::CustomerRows,
    scoring::{Books, Scored},
};

/// Target of the customer link in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// The customer's page below this public URL.
    Pages(String),
    /// The customer's row in the spreadsheet, when no public URL is configured.
    Rows,
}

impl Links {
    /// Chooses the target by the public URL (without a trailing slash).
    pub fn of(public_url: Option<String>) -> Self {
        public_url.map_or(Self::Rows, Self::Pages)
    }

    fn to(&self, one: &Scored, rows: &CustomerRows) -> String {
        match self {
            Self::Pages(url) => format!("{url}{}", customer_address(one.customer.as_str())),
            Self::Rows => rows.link_of(&one.customer),
        }
    }
}

/// State of every scored customer. `lines` give the bands that were sent last.
pub fn standings<'a>(books: &'a Books, scored: &'a [Scored], lines: &[Line], links: &Links) -> Vec<Standing<'a>> {
    let standing = |one: &'a Scored| {
        let customer = books.customers().by_id(&one.customer)?;
        Some(Standing {
            customer: &one.customer,
            title: customer.title(),
            account_manager: customer.profile.account_manager.as_deref(),
            mrr: customer.revenue.mrr,
            score: one.score.as_ref()?,
            history: books.history().of(&one.customer),
            mentions: &one.facts.cancel_mentions,
            link: links.to(one, books.customers()),
            told_band: told_band(lines, &one.customer),
        })
    };
    scored.iter().filter_map(standing).collect()
}
