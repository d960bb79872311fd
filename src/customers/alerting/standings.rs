//! The customers that have a score, as the rules see them.

use super::{book::Line, occasion::Standing, plan::told_band};
use crate::customers::{
    address::customer_address,
    rows::customer_row::CustomerRows,
    scoring::{Books, Scored},
};

/// Where the address of a customer in a message leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// To the page of the customer, on the program that people reach under this address.
    Pages(String),
    /// To the row in the spreadsheet, where nobody told the program its own address.
    Rows,
}

impl Links {
    /// By the address of the program, without a slash at its end.
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

/// The standing of every customer that has a score. `lines` say which bands people were told.
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
