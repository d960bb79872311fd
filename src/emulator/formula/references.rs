//! Keeps the references of formulas on their cells when rows and columns come, go or are copied.

use super::super::sheet::Dimension;
use super::parser::{self, Corner, Kind, Reference};

/// Rewrites every reference of a formula; a rule that answers `None` leaves `#REF!`.
fn rewrite(formula: &str, rule: impl Fn(&Reference) -> Option<Reference>) -> Option<String> {
    let body = formula.strip_prefix('=')?;
    let tokens = parser::tokens(body)?;
    let mut text = String::from("=");
    let mut copied = 0;
    let mut changed = false;
    for token in tokens {
        let Kind::Reference(reference) = &token.kind else {
            continue;
        };
        let replacement = rule(reference);
        if replacement.as_ref() == Some(reference) {
            continue;
        }
        text.push_str(&body[copied..token.start]);
        text.push_str(&replacement.map_or_else(|| "#REF!".to_owned(), |reference| reference.text()));
        copied = token.end;
        changed = true;
    }
    text.push_str(&body[copied..]);
    changed.then_some(text)
}

fn side(corner: &mut Corner, dimension: Dimension) -> &mut Option<u32> {
    match dimension {
        Dimension::Rows => &mut corner.row,
        Dimension::Columns => &mut corner.column,
    }
}

/// Whether a reference written on one tab means cells of another one.
fn concerns(reference: &Reference, own_title: &str, title: &str) -> bool {
    reference
        .sheet
        .as_deref()
        .unwrap_or(own_title)
        .eq_ignore_ascii_case(title)
}

/// Where a change of rows or columns happens.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The tab the formula stands on.
    pub own_title: &'a str,
    /// The tab that changes.
    pub title: &'a str,
    /// Rows or columns.
    pub dimension: Dimension,
}

/// The formula after `count` rows or columns were put in at `index`; `None` when it stays as it is.
pub fn after_insertion(formula: &str, place: Place<'_>, index: u32, count: u32) -> Option<String> {
    rewrite(formula, |reference| {
        let mut moved = reference.clone();
        if concerns(reference, place.own_title, place.title) {
            for corner in std::iter::once(&mut moved.first).chain(moved.last.as_mut()) {
                if let Some(at) = side(corner, place.dimension).as_mut().filter(|at| **at >= index) {
                    *at += count;
                }
            }
        }
        Some(moved)
    })
}

/// The formula after the rows or columns from `start` to `end` went; `None` when it stays as it is.
pub fn after_deletion(formula: &str, place: Place<'_>, start: u32, end: u32) -> Option<String> {
    rewrite(formula, |reference| {
        let mut moved = reference.clone();
        if !concerns(reference, place.own_title, place.title) {
            return Some(moved);
        }
        let gone = |at: u32| (start..end).contains(&at);
        let count = end - start;
        let is_range = moved.last.is_some();
        let first = *side(&mut moved.first, place.dimension);
        let last = moved
            .last
            .as_mut()
            .map_or(first, |corner| *side(corner, place.dimension));
        match (first, last) {
            (Some(first), Some(last)) if gone(first) && gone(last) => return None,
            _ => {}
        }
        let shift = |at: u32, is_last: bool| match at {
            at if at < start => at,
            at if at >= end => at - count,
            _ if is_last => start.saturating_sub(1),
            _ => start,
        };
        if let Some(at) = side(&mut moved.first, place.dimension) {
            *at = shift(*at, false);
        }
        if let (true, Some(corner)) = (is_range, moved.last.as_mut())
            && let Some(at) = side(corner, place.dimension)
        {
            *at = shift(*at, true);
        }
        Some(moved)
    })
}

/// The formula copied so many rows and columns away; `None` when it stays as it is.
pub fn moved_by(formula: &str, rows: i64, columns: i64) -> Option<String> {
    rewrite(formula, |reference| {
        let mut moved = reference.clone();
        for corner in std::iter::once(&mut moved.first).chain(moved.last.as_mut()) {
            if let (Some(row), false) = (corner.row, corner.fixed_row) {
                corner.row = Some(u32::try_from(i64::from(row) + rows).ok()?);
            }
            if let (Some(column), false) = (corner.column, corner.fixed_column) {
                corner.column = Some(u32::try_from(i64::from(column) + columns).ok()?);
            }
        }
        Some(moved)
    })
}
