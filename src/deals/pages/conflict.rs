//! Responses to edit conflicts, and to edits of a deal that was deleted.

use axum::{http::StatusCode, response::Response};

use super::{
    super::{
        change::{DealFields, FIELDS},
        desk::Deals,
        editing::Clash,
        log::{Action, LogLine, typed},
        rows::DEALS,
        submission::SentDeal,
        view::{
            conflict::{ClashingField, ConflictPage},
            deal::GonePage,
            history::Event,
            words,
        },
    },
    NEW,
    sent::{Caller, private_page},
};
use crate::{
    error::{Error, FieldConflict},
    language::Language,
    store::Content,
};

/// Page with both values of each field in conflict.
pub(super) async fn page(deals: &Deals, caller: &Caller, (id, clash): (u64, &Clash)) -> Response {
    let language = caller.language;
    let intent = &clash.intent;
    let field = |column: &usize| ClashingField {
        column: *column,
        seen: shown(&intent.seen, *column, language),
        found: (value(&clash.found, *column), shown(&clash.found, *column, language)),
        wanted: (value(&intent.wanted, *column), shown(&intent.wanted, *column, language)),
    };
    let mut others = SentDeal::default();
    let merged = clash.merged();
    for column in FIELDS.iter().filter(|column| !clash.columns.contains(column)) {
        others.set(DEALS.columns[*column].header, value(&merged, *column));
    }
    let page = ConflictPage {
        id,
        fields: clash.columns.iter().map(field).collect(),
        others,
        found: SentDeal::of(&clash.found, Language::English),
        query: caller.query(),
    };
    let frame = match deals.current().await {
        Ok(current) => deals.frame(&current, language),
        Err(_) => deals.bare_frame(language),
    };
    private_page(StatusCode::CONFLICT, page.document(&frame))
}

/// The same as an error for programs.
pub(super) fn error(clash: &Clash) -> Error {
    let json = |fields: &DealFields, column: usize| match column {
        super::super::rows::AMOUNT => serde_json::to_value(fields.amount).unwrap_or_default(),
        column => match value(fields, column) {
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

/// Page of a deal that is not in the sheet; `wanted` holds the values the person sent.
pub(super) async fn gone(deals: &Deals, caller: &Caller, (id, wanted): (u64, Option<&SentDeal>)) -> Response {
    let lines = match deals.log().await {
        Ok(log) => log.snapshot.data.of_deal(id),
        Err(_) => Vec::new(),
    };
    let was_known = !lines.is_empty();
    let values = wanted.cloned().or_else(|| last_values(&lines));
    let page = GonePage {
        id,
        notice: caller.notice(),
        create_anew: values.map(|values| create_address(&values)),
        events: Event::of(lines),
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
fn last_values(lines: &[LogLine]) -> Option<SentDeal> {
    let last = lines
        .last()
        .filter(|line| line.action == Action::Deleted && !line.header.is_empty())?;
    let mut values = SentDeal::default();
    for line in lines
        .iter()
        .filter(|line| line.at == last.at && line.action == Action::Deleted)
    {
        if let Some(column) = line.column() {
            values.set(&line.header, typed(column, &line.old));
        }
    }
    Some(values)
}

/// Address of the form for a new deal, filled with these values.
fn create_address(values: &SentDeal) -> String {
    let fields = FIELDS
        .into_iter()
        .filter_map(|column| Some((DEALS.columns[column].header, values.value(column)?)));
    let query = serde_urlencoded::to_string(fields.collect::<Vec<_>>()).unwrap_or_default();
    format!("{NEW}?{query}")
}

fn value(fields: &DealFields, column: usize) -> String {
    SentDeal::of(fields, Language::English)
        .value(column)
        .unwrap_or_default()
        .to_owned()
}

fn shown(fields: &DealFields, column: usize, language: Language) -> String {
    let content: Content = fields.entry(column).content();
    words::content(DEALS.columns[column].header, &content, language)
}
