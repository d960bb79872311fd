//! Responses to edit conflicts, and to edits of a deal that was deleted.

use axum::{http::StatusCode, response::Response};
use domain::language::Language;
use sheets_store::CellContent;
use web::error::{Error, FieldConflict};

use crate::{
    deal::{
        audit_log::{AuditAction, DealAuditEntry, input_text},
        columns::DEALS,
        view::{DeletedDealPage, HistoryEvent},
    },
    editing::{
        changes::{DealFields, INPUT_COLUMNS},
        conflict::{
            EditConflict,
            view::{ConflictPage, ConflictingField},
        },
        input::DealInput,
        request::{Caller, private_page},
        update::EditError,
    },
    routes::NEW,
    state::Deals,
    text::labels,
};

/// Page with both values of each field in conflict.
pub(crate) async fn conflict_page(deals: &Deals, caller: &Caller, id: u64, clash: &EditConflict) -> Response {
    let language = caller.language;
    let intent = &clash.intent;
    let field = |column: &usize| ConflictingField {
        column: *column,
        seen: displayed_value(&intent.seen, *column, language),
        found: (
            field_value(&clash.found, *column),
            displayed_value(&clash.found, *column, language),
        ),
        wanted: (
            field_value(&intent.wanted, *column),
            displayed_value(&intent.wanted, *column, language),
        ),
    };
    let mut others = DealInput::default();
    let merged = clash.merged();
    for column in INPUT_COLUMNS.iter().filter(|column| !clash.columns.contains(column)) {
        others.set(DEALS.columns[*column].header, field_value(&merged, *column));
    }
    let page = ConflictPage {
        id,
        fields: clash.columns.iter().map(field).collect(),
        others,
        found: DealInput::of(&clash.found, Language::English),
        query: caller.query(),
    };
    let frame = match deals.current().await {
        Ok(current) => deals.frame(&current, language),
        Err(_) => deals.bare_frame(language),
    };
    private_page(StatusCode::CONFLICT, page.document(&frame))
}

/// The same as an error for programs.
pub(crate) fn conflict_error(clash: &EditConflict) -> Error {
    let json = |fields: &DealFields, column: usize| match column {
        crate::deal::columns::AMOUNT => serde_json::to_value(fields.amount).unwrap_or_default(),
        column => match field_value(fields, column) {
            text if text.is_empty() => serde_json::Value::Null,
            text => text.into(),
        },
    };
    let conflict = |column: &usize| FieldConflict {
        field: DEALS.columns[*column].header,
        seen: json(&clash.intent.seen, *column),
        found: json(&clash.found, *column),
        wanted: json(&clash.intent.wanted, *column),
    };
    Error::conflicting(clash.columns.iter().map(conflict).collect())
}

/// Error of an edit, for programs.
pub(crate) fn edit_error(problem: EditError) -> Error {
    match problem {
        EditError::Gone => Error::not_found(),
        EditError::Clash(clash) => conflict_error(&clash),
        EditError::Failed(error) => error,
    }
}

/// Page of a deal that is not in the sheet; `wanted` holds the values the person sent.
pub(crate) async fn deleted_page(deals: &Deals, caller: &Caller, id: u64, wanted: Option<&DealInput>) -> Response {
    let lines = match deals.log().await {
        Ok(log) => log.snapshot.data.of_deal(id),
        Err(_) => Vec::new(),
    };
    let was_known = !lines.is_empty();
    let values = wanted.cloned().or_else(|| last_values(&lines));
    let page = DeletedDealPage {
        id,
        notice: caller.notice(),
        recreate_address: values.map(|values| create_address(&values)),
        events: HistoryEvent::of(lines),
        query: caller.query(),
        now: deals.clock.zoned_now(),
    };
    let frame = match deals.current().await {
        Ok(current) => deals.frame(&current, caller.language),
        Err(_) => deals.bare_frame(caller.language),
    };
    let status = if was_known {
        StatusCode::GONE
    } else {
        StatusCode::NOT_FOUND
    };
    private_page(status, page.document(&frame))
}

/// Content of the row when it was deleted.
fn last_values(lines: &[DealAuditEntry]) -> Option<DealInput> {
    let last = lines
        .last()
        .filter(|line| line.action == AuditAction::Deleted && !line.header.is_empty())?;
    let mut values = DealInput::default();
    for line in lines
        .iter()
        .filter(|line| line.at == last.at && line.action == AuditAction::Deleted)
    {
        if let Some(column) = line.column() {
            values.set(&line.header, input_text(column, &line.old));
        }
    }
    Some(values)
}

/// Address of the form for a new deal, filled with these values.
fn create_address(values: &DealInput) -> String {
    let fields = INPUT_COLUMNS
        .into_iter()
        .filter_map(|column| Some((DEALS.columns[column].header, values.value(column)?)));
    let query = serde_urlencoded::to_string(fields.collect::<Vec<_>>()).unwrap_or_default();
    format!("{NEW}?{query}")
}

fn field_value(fields: &DealFields, column: usize) -> String {
    DealInput::of(fields, Language::English)
        .value(column)
        .unwrap_or_default()
        .to_owned()
}

fn displayed_value(fields: &DealFields, column: usize, language: Language) -> String {
    let content: CellContent = fields.entry(column).content();
    labels::cell_label(DEALS.columns[column].header, &content, language)
}
