//! Fields that handlers read from an address or a form by themselves, as the document for programs tells them.
#![expect(dead_code, reason = "only their names, types and descriptions are read")]

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;

use super::super::stage::Stage;

/// Which deals; what is left out restricts nothing.
#[derive(Default, JsonSchema)]
#[schemars(default)]
pub(super) struct FilterFields {
    /// Stages, any of which will do.
    status: Vec<Stage>,
    /// Sectors in any spelling, `(none)` for deals without one.
    sector: Vec<String>,
    /// Assignees in any spelling, `(none)` for deals without one.
    assignee: Vec<String>,
    /// First day on which a deal is due.
    from: Option<Date>,
    /// Last day on which a deal is due.
    to: Option<Date>,
    /// Words that all have to be in some text column.
    q: Option<String>,
}

/// By how many percent each figure changes.
#[derive(JsonSchema)]
pub(super) struct LeverFields {
    /// The average amount of a deal.
    #[schemars(with = "Option<f64>")]
    basket: Option<Decimal>,
    /// The share of deals that is won.
    #[schemars(with = "Option<f64>")]
    conversion: Option<Decimal>,
    /// The days from creation to won.
    #[schemars(with = "Option<f64>")]
    cycle: Option<Decimal>,
    /// The number of deals.
    #[schemars(with = "Option<f64>")]
    deals: Option<Decimal>,
    /// The probability of a prospect.
    #[schemars(with = "Option<f64>")]
    prospect: Option<Decimal>,
    /// The probability of a qualified deal.
    #[schemars(with = "Option<f64>")]
    qualified: Option<Decimal>,
    /// The probability of a deal in negotiation.
    #[schemars(with = "Option<f64>")]
    negotiation: Option<Decimal>,
}

/// Which change is taken back.
#[derive(JsonSchema)]
pub(super) struct UndoFields {
    /// Milliseconds since 1970 from which on a change is taken back.
    since: i64,
}

/// Until when a deal is set aside.
#[derive(JsonSchema)]
pub(super) struct PauseFields {
    /// The day, in any way of writing.
    until: Option<String>,
    /// Why.
    reason: Option<String>,
    /// Takes the deal up again, whatever it holds.
    lift: Option<String>,
}

/// Which uploaded file, and how it is read.
#[derive(Default, JsonSchema)]
#[schemars(default)]
pub(super) struct ImportFields {
    /// The file, as the upload named it.
    file: String,
    /// Fields by which a line finds its deal.
    key: Vec<String>,
    /// The decimal mark: `comma` or `point`.
    decimal: Option<String>,
    /// What empty cells do: `keep` or `erase`.
    empty: Option<String>,
    /// Language of the page: `fr` or `en`.
    lang: Option<String>,
    /// The column that holds the customer; there is such a field for each column of a deal.
    column_client: Option<String>,
}

/// A file with deals.
#[derive(JsonSchema)]
pub(super) struct UploadFields {
    /// CSV or Excel, at most 10 MB.
    #[schemars(extend("format" = "binary"))]
    file: String,
}
