//! The addresses of the board, each with the filter in it.

use std::collections::BTreeSet;

pub use super::super::pages::{BOARD, DEMO, LIST, NEW};
use super::super::{filter::DealFilter, listing::ListQuestion, stage::Stage, subset::Subset};
use crate::language::Language;

/// The dashboard of a filter.
pub fn board_address(filter: &DealFilter) -> String {
    with_query(BOARD, &filter.to_query())
}

/// The rows of a filter, or only a part of them.
pub fn list_address(filter: &DealFilter, subset: Option<Subset>) -> String {
    question_address(&ListQuestion {
        filter: filter.clone(),
        subset,
        order: None,
    })
}

/// The list that answers `question`.
pub(super) fn question_address(question: &ListQuestion) -> String {
    with_query(LIST, &question.to_query())
}

/// The rows in some stages, within a filter that may name stages already.
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

/// The rows of a sector, or of none, within a filter.
pub(super) fn sector_address(filter: &DealFilter, sector: Option<&str>) -> String {
    list_address(&filter.clone().of_sector(sector), None)
}

/// The rows that somebody works on, or nobody, within a filter.
pub(super) fn assignee_address(filter: &DealFilter, assignee: Option<&str>) -> String {
    list_address(&filter.clone().of_assignee(assignee), None)
}

/// The page of one deal, which keeps the question that led there.
pub(super) fn deal_address(id: u64, question: &ListQuestion) -> String {
    with_query(&format!("{BOARD}/{id}"), &question.to_query())
}

/// Where a deal is set aside for a while.
pub(super) fn pause_address(id: u64) -> String {
    format!("{BOARD}/{id}/pause")
}

/// An address with one parameter more.
pub(super) fn adding(address: &str, parameter: &str, value: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{parameter}={value}")
}

/// The same page in a language.
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
