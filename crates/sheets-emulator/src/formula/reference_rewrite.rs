//! Rewriting of formula references after rows or columns are inserted, deleted, moved or copied.

use crate::{
    formula::parser::{self, Reference, ReferenceCorner, TokenKind},
    workbook::dimension::{Dimension, IndexSpan},
};

/// Index past the last row or column of any grid, used as the end of open ranges such as `A2:A`.
const OPEN_END: u32 = u32::MAX / 4;

/// Rewrites every reference of a formula; where the rule returns `None`, the reference becomes `#REF!`. `None` if
/// nothing changed.
fn rewrite(formula: &str, rule: impl Fn(&Reference) -> Option<Reference>) -> Option<String> {
    let body = formula.strip_prefix('=')?;
    let tokens = parser::tokens(body)?;
    let mut text = String::from("=");
    let mut copied = 0;
    let mut changed = false;
    for token in tokens {
        let TokenKind::Reference(reference) = &token.kind else {
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

fn side(corner: &mut ReferenceCorner, dimension: Dimension) -> &mut Option<u32> {
    match dimension {
        Dimension::Rows => &mut corner.row,
        Dimension::Columns => &mut corner.column,
    }
}

/// Whether a reference in a formula on the tab `own_title` points to the tab `title`.
fn concerns(reference: &Reference, own_title: &str, title: &str) -> bool {
    reference
        .sheet
        .as_deref()
        .unwrap_or(own_title)
        .eq_ignore_ascii_case(title)
}

/// Location of a change of rows or columns, relative to a formula.
#[derive(Clone, Copy, Debug)]
pub struct DimensionChange<'a> {
    /// Title of the tab that contains the formula.
    pub own_title: &'a str,
    /// Title of the tab that changes.
    pub title: &'a str,
    /// Dimension that changes.
    pub dimension: Dimension,
}

/// Returns the formula after rows or columns were inserted, deleted or moved; `None` if it does not change.
///
/// `rule` maps rows or columns to their new position, `None` if they were deleted.
pub fn after_dimension_change(
    formula: &str,
    place: DimensionChange<'_>,
    rule: impl Fn(IndexSpan) -> Option<IndexSpan>,
) -> Option<String> {
    rewrite(formula, |reference| {
        let mut moved = reference.clone();
        if !concerns(reference, place.own_title, place.title) {
            return Some(moved);
        }
        let first = *side(&mut moved.first, place.dimension);
        let last = match moved.last.as_mut() {
            Some(corner) => *side(corner, place.dimension),
            None => first,
        };
        let (low, high) = match (first, last) {
            (None, None) => return Some(moved),
            (first, last) => (first.unwrap_or(0), last.unwrap_or(OPEN_END)),
        };
        let IndexSpan { start, end } = rule(IndexSpan {
            start: low.min(high),
            end: low.max(high) + 1,
        })?;
        let (low, high) = if low <= high {
            (start, end - 1)
        } else {
            (end - 1, start)
        };
        if let Some(at) = side(&mut moved.first, place.dimension) {
            *at = low;
        }
        if let Some(at) = moved
            .last
            .as_mut()
            .and_then(|corner| side(corner, place.dimension).as_mut())
        {
            *at = high;
        }
        Some(moved)
    })
}

/// Returns the formula copied by this number of rows and columns; `None` if it does not change.
pub fn after_copy(formula: &str, rows: i64, columns: i64) -> Option<String> {
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
