//! Cross-board data: what the other boards know about a customer's company. Boards do not depend on each other; the app
//! passes the lookup in.

use std::{future::Future, pin::Pin, sync::Arc};

use domain::money::Money;
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::Serialize;

/// Data of the other boards about a company.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct CrossBoardData {
    /// Integrations credited to the company.
    pub integrations: Vec<ClaimedIntegration>,
    /// Deals with the company that are neither won nor lost.
    pub open_deals: Vec<OpenDeal>,
    /// Boards that could not be read, as messages for people.
    pub unknown: Vec<String>,
}

/// A credited integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClaimedIntegration {
    /// Name of the integration.
    pub name: String,
    /// CSM who holds the credit.
    pub csm: String,
    /// Time of the claim.
    pub at: Timestamp,
}

/// An open deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OpenDeal {
    /// Customer name in the deal.
    pub client: String,
    /// Stage.
    pub stage: String,
    /// Gross amount in euros.
    pub amount: Money,
    /// Due date.
    pub due: Option<Date>,
    /// Path of the deal's page.
    pub address: Option<String>,
}

/// Lookup of a company's data by company name.
pub type CrossBoardLookup = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = CrossBoardData> + Send>> + Send + Sync>;

/// Lookup that returns no data.
pub fn no_cross_board_data() -> CrossBoardLookup {
    Arc::new(|_| Box::pin(async { CrossBoardData::default() }))
}
