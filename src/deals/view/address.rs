//! Route constants and address builders of the board.

use std::collections::BTreeSet;

pub use super::super::pages::{BOARD, DEMO, LIST, NEW};
use super::super::{filter::DealFilter, listing::ListQuestion, stage::Stage, subset::Subset};
use crate::language::Language;

/// Dashboard with a filter.
pub fn board_address(filter: &DealFilter) -> String {
    with_query(BOARD, &filter.to_query())
}

/// List with a filter and an optional segment.
pub fn list_address(filter: &DealFilter, subset: Option<Subset>) -> String {
    question_address(&ListQuestion {
        filter: filter.clone(),
        subset,
        order: None,
    })
}

/// List of a query.
pub(super) fn question_address(question: &ListQuestion) -> String {
    with_query(LIST, &question.to_query())
}

/// List restricted to some stages, within a filter that may name stages too.
pub(super) fn stages_address(filter: &DealFilter, stages: &[Stage]) -> String {
    let is_named = |stage: &Stage| filter.statuses.is_empty() || filter.statuses.contains(stage);
    let statuses: BTreeSet<Stage> = stages.iter().copied().filter(is_named).collect();
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
pub(super) fn sector_address(filter: &DealFilter, sector: Option<&str>) -> String {
    list_address(&filter.clone().of_sector(sector), None)
}

/// List restricted to an assignee, or to deals without one, within a filter.
pub(super) fn assignee_address(filter: &DealFilter, assignee: Option<&str>) -> String {
    list_address(&filter.clone().of_assignee(assignee), None)
}

/// Page of one deal, with the query of the list it was opened from.
pub(super) fn deal_address(id: u64, question: &ListQuestion) -> String {
    with_query(&format!("{BOARD}/{id}"), &question.to_query())
}

/// Address that sets or ends the snooze of a deal.
pub(super) fn pause_address(id: u64) -> String {
    format!("{BOARD}/{id}/pause")
}

/// Address with one more query parameter.
pub(super) fn adding(address: &str, parameter: &str, value: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{parameter}={value}")
}

/// Same page in another language.
pub(super) fn in_language(address: &str, language: Language) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let others: Vec<&str> = query
        .split('&')
        .filter(|field| !field.is_empty() && !field.starts_with("lang="))
        .collect();
    adding(&with_query(path, &others.join("&")), "lang", language.code())
}

fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}
