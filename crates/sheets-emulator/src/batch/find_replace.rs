//! Request `findReplace`.

use std::collections::BTreeSet;

use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value as Json, json};

use crate::{
    batch::{flag, targets, text},
    format::{locale::Locale, user_entered},
    proto::error::ApiError,
    values::read,
    workbook::{
        SheetArea, Workbook,
        cell::{Cell, CellEntry, CellValue},
    },
};

/// Search text and options.
struct FindReplace {
    find: String,
    /// Regular expression to search for instead of `find`, with the replacement in the syntax of the crate.
    expression: Option<(Regex, String)>,
    replacement: String,
    match_case: bool,
    entire_cell: bool,
    formulas: bool,
    locale: Locale,
}

/// Counts of changes so far.
#[derive(Default)]
struct ReplaceCounts {
    values: u64,
    formulas: u64,
    occurrences: u64,
    rows: u64,
    sheets: u64,
}

/// Applies `findReplace` to a range, a tab or all tabs and returns the counts.
pub fn find_replace(workbook: &mut Workbook, body: &Json) -> Result<Json, ApiError> {
    let search = FindReplace {
        find: text(body, "find").to_owned(),
        expression: expression(body)?,
        replacement: text(body, "replacement").to_owned(),
        match_case: flag(body, "matchCase"),
        entire_cell: flag(body, "matchEntireCell"),
        formulas: flag(body, "includeFormulas"),
        locale: workbook.locale(),
    };
    if search.find.is_empty() {
        return Err(ApiError::invalid("find cannot be empty."));
    }
    let scopes: Vec<SheetArea> = if body.get("range").is_some() {
        vec![targets::area_in(workbook, body, "range")?]
    } else if flag(body, "allSheets") {
        workbook
            .sheets
            .iter()
            .enumerate()
            .map(|(position, sheet)| SheetArea {
                position,
                area: sheet.grid(),
            })
            .collect()
    } else if body.get("sheetId").is_some() {
        let position = targets::position(workbook, body)?;
        vec![SheetArea {
            position,
            area: workbook.sheets[position].grid(),
        }]
    } else {
        return Err(ApiError::invalid("Must specify a scope: range, sheetId or allSheets."));
    };
    let mut count = ReplaceCounts::default();
    for scope in scopes {
        replace_in_area(workbook, scope, &search, &mut count);
    }
    let mut reply = Map::new();
    reply.insert("valuesChanged".to_owned(), json!(count.values));
    reply.insert("formulasChanged".to_owned(), json!(count.formulas));
    reply.insert("rowsChanged".to_owned(), json!(count.rows));
    reply.insert("sheetsChanged".to_owned(), json!(count.sheets));
    reply.insert("occurrencesChanged".to_owned(), json!(count.occurrences));
    crate::proto::json::without_defaults(&mut reply);
    Ok(json!({ "findReplace": reply }))
}

/// Regular expression of the request, if it has one. Look-around, which Java supports, is refused.
fn expression(body: &Json) -> Result<Option<(Regex, String)>, ApiError> {
    if !flag(body, "searchByRegex") {
        return Ok(None);
    }
    let find = text(body, "find");
    let pattern = if flag(body, "matchEntireCell") {
        format!("^(?:{find})$")
    } else {
        find.to_owned()
    };
    let built = RegexBuilder::new(&pattern)
        .case_insensitive(!flag(body, "matchCase"))
        .build();
    match built {
        Ok(expression) => Ok(Some((expression, template(text(body, "replacement"))))),
        Err(error) => Err(ApiError::invalid(format!("Invalid regular expression {find}: {error}"))),
    }
}

/// Converts Java's `$1` and `\\$` to the syntax of the crate: `${1}` and `$$`.
fn template(replacement: &str) -> String {
    let mut result = String::new();
    let mut letters = replacement.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('$') => result.push_str("$$"),
                Some(other) => result.push(other),
                None => {}
            },
            '$' => match letters.next_if(char::is_ascii_digit) {
                Some(group) => {
                    result.push_str("${");
                    result.push(group);
                    result.push('}');
                }
                None => result.push('$'),
            },
            other => result.push(other),
        }
    }
    result
}

fn replace_in_area(
    workbook: &mut Workbook,
    SheetArea { position, area }: SheetArea,
    search: &FindReplace,
    count: &mut ReplaceCounts,
) {
    let mut rows = BTreeSet::new();
    let mut hits = Vec::new();
    let sheet = &workbook.sheets[position];
    for (row, cells) in (0u32..)
        .zip(sheet.rows())
        .skip(area.top as usize)
        .take(area.height() as usize)
    {
        for (column, cell) in (0u32..)
            .zip(&cells.cells)
            .skip(area.left as usize)
            .take(area.width() as usize)
        {
            if let Some(found) = search.apply(cell) {
                hits.push((row, column, found));
            }
        }
    }
    for (row, column, (entry, occurrences)) in hits {
        match entry {
            CellEntry::Formula(_) => count.formulas += 1,
            _ => count.values += 1,
        }
        count.occurrences += occurrences;
        rows.insert(row);
        workbook
            .sheet_mut(position)
            .edit_row(row, |cells| cells.cell_mut(column).entry = entry);
    }
    count.rows += rows.len() as u64;
    count.sheets += u64::from(!rows.is_empty());
}

impl FindReplace {
    fn apply(&self, cell: &Cell) -> Option<(CellEntry, u64)> {
        match &cell.entry {
            CellEntry::Blank => None,
            CellEntry::Formula(text) if self.formulas => {
                let (replaced, count) = self.replaced(text)?;
                Some((CellEntry::Formula(replaced.into()), count))
            }
            CellEntry::Formula(_) => None,
            CellEntry::Text(text) => {
                let (replaced, count) = self.replaced(text)?;
                Some((user_entered::read(&replaced, self.locale).entry, count))
            }
            entry => {
                let (replaced, count) =
                    self.replaced(&read::display_text(&CellValue::plain(entry), cell, self.locale))?;
                Some((user_entered::read(&replaced, self.locale).entry, count))
            }
        }
    }

    fn replaced(&self, text: &str) -> Option<(String, u64)> {
        if let Some((expression, replacement)) = &self.expression {
            let count = expression.find_iter(text).count() as u64;
            let replaced = || expression.replace_all(text, replacement).into_owned();
            return (count > 0).then(|| (replaced(), count));
        }
        let (haystack, needle) = match self.match_case {
            true => (text.to_owned(), self.find.clone()),
            false => (text.to_lowercase(), self.find.to_lowercase()),
        };
        if self.entire_cell {
            return (haystack == needle).then(|| (self.replacement.clone(), 1));
        }
        // Lower case can change the length of a text; then only exact matches have known positions.
        let (haystack, needle) = if haystack.len() == text.len() {
            (haystack, needle)
        } else {
            (text.to_owned(), self.find.clone())
        };
        let mut result = String::new();
        let (mut copied, mut count) = (0, 0);
        for (at, _) in haystack.match_indices(&needle) {
            result.push_str(text.get(copied..at)?);
            result.push_str(&self.replacement);
            copied = at + needle.len();
            count += 1;
        }
        result.push_str(text.get(copied..)?);
        (count > 0).then_some((result, count))
    }
}
