//! Schemas of query and form fields that handlers parse themselves, for the `OpenAPI` document.
#![expect(dead_code, reason = "only their names, types and descriptions are read")]

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use web::openapi::parameters::choice;

use crate::list::filter::HealthFilter;

fn amount(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": "^([0-9]{1,12}(\\.[0-9]{1,4})?)?$"})
}

fn health(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": choice(HealthFilter::ALL.map(HealthFilter::word))})
}

/// Filter of a customer list; omitted fields do not restrict it.
#[derive(Default, JsonSchema)]
#[schemars(default)]
pub(crate) struct FilterFields {
    /// Minimum monthly revenue, in the reporting currency.
    #[schemars(schema_with = "amount")]
    min_mrr: Option<String>,
    /// Maximum monthly revenue, in the reporting currency.
    #[schemars(schema_with = "amount")]
    max_mrr: Option<String>,
    /// `healthy`, `at_risk`, `high_risk`, `critical` or `unknown`; matches any of them.
    #[schemars(schema_with = "health")]
    health_status: Vec<String>,
    /// Account manager; `(none)` for customers without one.
    assigned_am: Option<String>,
    /// Short name of a source that has a record of the customer.
    source: Option<String>,
    /// Search words in name, company, email address or plan.
    q: Option<String>,
}

/// Customer to merge.
#[derive(JsonSchema)]
pub(crate) struct MergeFields {
    /// Email address of the other customer.
    alias: String,
    /// Reason.
    reason: Option<String>,
}

/// Merge to undo.
#[derive(JsonSchema)]
#[schemars(rename = "UnmergeFields")]
pub(crate) struct UnmergeFields {
    /// Email address that was merged.
    alias: String,
}

/// Snooze of a customer.
#[derive(JsonSchema)]
pub(crate) struct SnoozeFields {
    /// Last day of the snooze, at most a year ahead.
    until: jiff::civil::Date,
    /// Reason.
    reason: String,
}
