//! Query and form fields for the OpenAPI document. The handlers parse them by hand, so that the router cannot derive
//! them.
#![expect(dead_code, reason = "only their names, types and descriptions are read")]

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;

use crate::deal::stage::Stage;

/// Filter; missing fields restrict nothing.
#[derive(Default, JsonSchema)]
#[schemars(default)]
pub(crate) struct FilterFields {
    /// Stages; any of them matches.
    status: Vec<Stage>,
    /// Sectors in any spelling, `(none)` for deals without one.
    sector: Vec<String>,
    /// Assignees in any spelling, `(none)` for deals without one.
    assignee: Vec<String>,
    /// First due date.
    from: Option<Date>,
    /// Last due date.
    to: Option<Date>,
    /// Words that must all occur in the text columns.
    q: Option<String>,
}

/// Percentage changes of the figures.
#[derive(JsonSchema)]
pub(crate) struct ScenarioFields {
    /// Average amount of a deal.
    #[schemars(with = "Option<f64>")]
    basket: Option<Decimal>,
    /// Ratio of won deals.
    #[schemars(with = "Option<f64>")]
    conversion: Option<Decimal>,
    /// Days from creation to won.
    #[schemars(with = "Option<f64>")]
    cycle: Option<Decimal>,
    /// Number of deals.
    #[schemars(with = "Option<f64>")]
    deals: Option<Decimal>,
    /// Probability of a prospect.
    #[schemars(with = "Option<f64>")]
    prospect: Option<Decimal>,
    /// Probability of a qualified deal.
    #[schemars(with = "Option<f64>")]
    qualified: Option<Decimal>,
    /// Probability of a deal in negotiation.
    #[schemars(with = "Option<f64>")]
    negotiation: Option<Decimal>,
}

/// Change to undo.
#[derive(JsonSchema)]
pub(crate) struct UndoFields {
    /// Milliseconds since 1970; the first change at or after this time is undone.
    since: i64,
}

/// Snooze of a deal.
#[derive(JsonSchema)]
pub(crate) struct SnoozeFields {
    /// Last day of the snooze, in any date format.
    until: Option<String>,
    /// Reason.
    reason: Option<String>,
    /// Any value ends the snooze.
    lift: Option<String>,
}
