//! Fields that handlers read from an address or a form by themselves, as the document for programs tells them.
#![expect(dead_code, reason = "only their names, types and descriptions are read")]

use schemars::JsonSchema;

/// Which customers; what is left out restricts nothing.
#[derive(Default, JsonSchema)]
#[schemars(default)]
pub(super) struct FilterFields {
    /// The least that they pay a month, in the currency of the reports.
    min_mrr: Option<f64>,
    /// The most.
    max_mrr: Option<f64>,
    /// `healthy`, `at_risk`, `high_risk`, `critical` or `unknown`; any of several.
    health_status: Vec<String>,
    /// Who looks after them, `(none)` for nobody.
    assigned_am: Option<String>,
    /// Short name of a source that knows them.
    source: Option<String>,
    /// Words in name, company, address or plan.
    q: Option<String>,
}

/// Who becomes part of a customer.
#[derive(JsonSchema)]
pub(super) struct MergeFields {
    /// An address of the other customer.
    alias: String,
    /// Why.
    reason: Option<String>,
}

/// Which merge is taken back.
#[derive(JsonSchema)]
#[schemars(rename = "UnmergeFields")]
pub(super) struct UndoFields {
    /// The address that was made part of the customer.
    alias: String,
}

/// Until when nobody is told of a customer.
#[derive(JsonSchema)]
pub(super) struct SnoozeFields {
    /// The last day of silence, at most a year ahead.
    until: jiff::civil::Date,
    /// Why.
    reason: String,
}
