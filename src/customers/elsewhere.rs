//! What the other boards know of a customer's company. Boards do not know each other: the app hands in who to ask.

use std::{future::Future, pin::Pin, sync::Arc};

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::Serialize;

use crate::money::Money;

/// What the other boards know of a company.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Elsewhere {
    /// Integrations that the company is credited with.
    pub integrations: Vec<Integration>,
    /// Deals with the company that are neither won nor lost.
    pub open_deals: Vec<OpenDeal>,
    /// Boards that could not be asked, in words for people.
    pub unknown: Vec<String>,
}

/// A credited integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Integration {
    /// Its name.
    pub name: String,
    /// Who holds the credit.
    pub csm: String,
    /// Since when.
    pub at: Timestamp,
}

/// A deal that is still open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpenDeal {
    /// The customer's name, as the deal says.
    pub client: String,
    /// Where it stands.
    pub stage: String,
    /// Its gross amount, in euros.
    pub amount: Money,
    /// The day on which it is due.
    pub due: Option<Date>,
    /// Where its page is.
    pub address: Option<String>,
}

/// Asks the other boards about the company with this name.
pub type AskElsewhere = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = Elsewhere> + Send>> + Send + Sync>;

/// Nobody to ask.
pub fn nowhere() -> AskElsewhere {
    Arc::new(|_| Box::pin(async { Elsewhere::default() }))
}
