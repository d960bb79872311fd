//! Route constants and address builders of the board.

use std::{borrow::Cow, collections::BTreeSet};

use aide::OperationInput;
use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use domain::language::Language;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use web::error::Error;

use crate::{
    deal::stage::DealStage,
    list::{filter::DealFilter, listing::DealQuery, segment::DealSegment},
};

/// Number of the deal that an address names. What is no number names no deal: 404.
pub(crate) struct DealNumber(pub(crate) u64);

impl OperationInput for DealNumber {}

impl JsonSchema for DealNumber {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "DealNumber".into()
    }

    /// Numbers from 1 to the greatest that every JSON reader keeps exactly (2^53 − 1).
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 1, "maximum": 9_007_199_254_740_991_u64})
    }
}

impl<S: Send + Sync> FromRequestParts<S> for DealNumber {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let number = Path::<u64>::from_request_parts(parts, state).await;
        number.map(|Path(id)| Self(id)).map_err(|_| Error::not_found())
    }
}

/// Dashboard with a filter.
pub fn board_address(filter: &DealFilter) -> String {
    with_query(BOARD, &filter.to_query())
}

/// List with a filter and an optional segment.
pub fn list_address(filter: &DealFilter, subset: Option<DealSegment>) -> String {
    query_address(&DealQuery {
        filter: filter.clone(),
        subset,
        order: None,
    })
}

/// List of a query.
pub(crate) fn query_address(query: &DealQuery) -> String {
    with_query(LIST, &query.to_query())
}

/// List restricted to some stages, within a filter that may name stages too.
pub(crate) fn stages_address(filter: &DealFilter, stages: &[DealStage]) -> String {
    let is_named = |stage: &DealStage| filter.statuses.is_empty() || filter.statuses.contains(stage);
    let statuses: BTreeSet<DealStage> = stages.iter().copied().filter(is_named).collect();
    let statuses = if statuses.is_empty() {
        stages.iter().copied().collect()
    } else {
        statuses
    };
    list_address(
        &DealFilter {
            statuses,
            ..filter.clone()
        },
        None,
    )
}

/// List restricted to a sector, or to deals without one, within a filter.
pub(crate) fn sector_address(filter: &DealFilter, sector: Option<&str>) -> String {
    list_address(&filter.clone().of_sector(sector), None)
}

/// List restricted to an assignee, or to deals without one, within a filter.
pub(crate) fn assignee_address(filter: &DealFilter, assignee: Option<&str>) -> String {
    list_address(&filter.clone().of_assignee(assignee), None)
}

/// Page of one deal, with the query of the list it was opened from.
pub(crate) fn deal_address(id: u64, query: &DealQuery) -> String {
    with_query(&format!("{BOARD}/{id}"), &query.to_query())
}

/// Address that sets or ends the snooze of a deal.
pub(crate) fn snooze_address(id: u64) -> String {
    format!("{BOARD}/{id}/pause")
}

/// Address with one more query parameter.
pub(crate) fn with_parameter(address: &str, parameter: &str, value: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{parameter}={value}")
}

/// Same page in another language.
pub(crate) fn in_language(address: &str, language: Language) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let others: Vec<&str> = query
        .split('&')
        .filter(|field| !field.is_empty() && !field.starts_with("lang="))
        .collect();
    with_parameter(&with_query(path, &others.join("&")), "lang", language.code())
}

fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// Tag of the board in the `OpenAPI` document.
pub(crate) const TAG: &str = "Deals";

/// Dashboard.
pub const BOARD: &str = "/deals";

/// Form for a new deal.
pub const NEW: &str = "/deals/new";

/// List of deals.
pub const LIST: &str = "/deals/list";

/// Sample file for the import.
pub const DEMO_FILE: &str = "/deals/crm_prospects_demo.csv";

/// Performance by assignee.
pub const PERFORMANCE: &str = "/deals/performance";

/// Reminders.
pub const REMINDERS: &str = "/deals/reminders";

/// Sales velocity.
pub const VELOCITY: &str = "/deals/velocity";

/// What-if page.
pub const WHAT_IF: &str = "/deals/what-if";

/// Upload form (GET) and upload (POST).
pub const IMPORT: &str = "/deals/import";

/// Preview of an import.
pub const IMPORT_PREVIEW: &str = "/deals/import/preview";

/// Confirmation of a preview.
pub const IMPORT_APPLY: &str = "/deals/import/apply";

/// CSV download of the refused lines.
pub const IMPORT_REFUSED: &str = "/deals/import/refused";

/// Sample file.
pub const IMPORT_DEMO: &str = "/deals/import/demo";

/// Address with the language, unless it is the board's default.
pub fn with_language(address: &str, language: Language) -> String {
    if language == Language::default() {
        return address.to_owned();
    }
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}lang={}", language.code())
}
