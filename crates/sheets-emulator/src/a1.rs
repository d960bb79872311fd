//! A1 notation: `'My tab'!B2:D`, `A1:1`, `C:C`, `R1C1`.
//!
//! Rows and columns are zero-based, ends are exclusive. Source:
//! <https://developers.google.com/workspace/sheets/api/guides/concepts#cell>

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// Largest number of columns that Google allows; the last one is `ZZZ`.
pub const MAX_COLUMNS: u32 = 18_278;
/// Largest row number; a workbook has at most this many cells.
const MAX_ROWS: u32 = 10_000_000;

/// Range with optional bounds: `A5:G` has no last row, `2:3` has no columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenArea {
    /// First row, zero-based.
    pub start_row: Option<u32>,
    /// One past the last row.
    pub end_row: Option<u32>,
    /// First column, zero-based.
    pub start_column: Option<u32>,
    /// One past the last column.
    pub end_column: Option<u32>,
}

/// Range with all four bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectangle {
    /// First row, zero-based.
    pub top: u32,
    /// First column, zero-based.
    pub left: u32,
    /// One past the last row.
    pub bottom: u32,
    /// One past the last column.
    pub right: u32,
}

/// Cell of a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellPosition {
    /// Row, zero-based.
    pub row: u32,
    /// Column, zero-based.
    pub column: u32,
}

impl Rectangle {
    /// First cell of the range.
    pub fn first_cell(&self) -> CellPosition {
        CellPosition {
            row: self.top,
            column: self.left,
        }
    }

    /// Number of rows.
    pub fn height(&self) -> u32 {
        self.bottom.saturating_sub(self.top)
    }

    /// Number of columns.
    pub fn width(&self) -> u32 {
        self.right.saturating_sub(self.left)
    }

    /// Whether the two ranges share a cell.
    pub fn intersects(&self, other: &Self) -> bool {
        self.top < other.bottom && other.top < self.bottom && self.left < other.right && other.left < self.right
    }

    /// Whether this range contains every cell of `other`.
    pub fn contains(&self, other: &Self) -> bool {
        self.top <= other.top && self.left <= other.left && self.bottom >= other.bottom && self.right >= other.right
    }

    /// A1 notation of the range: `B2:C3`, or `B2` for a single cell.
    pub fn to_a1(self) -> String {
        let mut text = cell_name(self.top, self.left);
        if self.height() > 1 || self.width() > 1 {
            text.push(':');
            text.push_str(&cell_name(self.bottom.saturating_sub(1), self.right.saturating_sub(1)));
        }
        text
    }
}

impl OpenArea {
    /// Fills missing bounds with the size of a grid.
    pub fn within(&self, rows: u32, columns: u32) -> Rectangle {
        Rectangle {
            top: self.start_row.unwrap_or(0),
            left: self.start_column.unwrap_or(0),
            bottom: self.end_row.unwrap_or(rows),
            right: self.end_column.unwrap_or(columns),
        }
    }
}

/// Parsed range text; the sheet it names may not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedRange {
    /// Sheet title before `!`, unquoted.
    pub sheet: Option<String>,
    /// Cell range after `!`, or the whole text when there is no `!`.
    pub rest: Option<String>,
    /// Whether the title was quoted; a quoted text is always a title.
    pub quoted: bool,
}

/// Splits `'My tab'!A1:B2` into title and cell range. `None` for malformed text.
pub fn split(text: &str) -> Option<ParsedRange> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (title, rest) = unquote(quoted)?;
        let rest = match rest.strip_prefix('!') {
            Some(range) if !range.is_empty() => Some(range.to_owned()),
            None if rest.is_empty() => None,
            _ => return None,
        };
        return Some(ParsedRange {
            sheet: Some(title),
            rest,
            quoted: true,
        });
    }
    match text.rsplit_once('!') {
        Some((title, rest)) if !title.is_empty() && !rest.is_empty() => Some(ParsedRange {
            sheet: Some(title.to_owned()),
            rest: Some(rest.to_owned()),
            quoted: false,
        }),
        Some(_) => None,
        None => Some(ParsedRange {
            sheet: None,
            rest: Some(text.to_owned()),
            quoted: false,
        }),
    }
}

/// Reads up to the closing quote; a doubled quote is an escaped one.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut title = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('\'')?;
        title.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                title.push('\'');
                rest = after;
            }
            None => return Some((title, rest)),
        }
    }
}

/// Row and column of one end of a range: `B2`, `B`, `2`, `$B$2`, `R2C2`.
type CornerIndices = (Option<u32>, Option<u32>);

fn corner(text: &str) -> Option<CornerIndices> {
    if let Some(found) = row_column_corner(text) {
        return Some(found);
    }
    let text = text.trim();
    let rest = text.strip_prefix('$').unwrap_or(text);
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let column = if letters == 0 {
        None
    } else {
        Some(column_index(&rest[..letters])?)
    };
    let rest = &rest[letters..];
    let digits = if letters > 0 {
        rest.strip_prefix('$').unwrap_or(rest)
    } else {
        rest
    };
    let row = if digits.is_empty() {
        None
    } else {
        Some(row_index(digits)?)
    };
    (row.is_some() || column.is_some()).then_some((row, column))
}

fn row_column_corner(text: &str) -> Option<CornerIndices> {
    let rest = text.strip_prefix(['R', 'r'])?;
    let (row, column) = rest.split_once(['C', 'c'])?;
    let column = row_index(column)?;
    (column < MAX_COLUMNS).then_some((Some(row_index(row)?), Some(column)))
}

fn row_index(digits: &str) -> Option<u32> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u32 = digits.parse().ok()?;
    (1..=MAX_ROWS).contains(&number).then(|| number - 1)
}

/// Zero-based index of column letters: `A` is 0, `Z` is 25, `AA` is 26. `None` past `ZZZ`.
pub fn column_index(letters: &str) -> Option<u32> {
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut number = 0;
    for byte in letters.bytes() {
        let byte = byte.to_ascii_uppercase();
        if !byte.is_ascii_uppercase() {
            return None;
        }
        number = number * 26 + u32::from(byte - b'A') + 1;
    }
    Some(number - 1)
}

/// Letters of a zero-based column.
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Cell name in A1 notation: `B2` for row 1, column 1.
pub fn cell_name(row: u32, column: u32) -> String {
    let mut name = column_letters(column);
    let _ = write!(name, "{}", u64::from(row) + 1);
    name
}

/// Parses the part after `!`. A single column or row without `:` is not a range.
pub fn area(text: &str) -> Option<OpenArea> {
    let Some((first, last)) = text.split_once(':') else {
        let (row, column) = corner(text)?;
        let (row, column) = (row?, column?);
        return Some(OpenArea {
            start_row: Some(row),
            end_row: Some(row + 1),
            start_column: Some(column),
            end_column: Some(column + 1),
        });
    };
    let (first, last) = (corner(first)?, corner(last)?);
    let (start_row, end_row) = ordered(first.0, last.0);
    let (start_column, end_column) = ordered(first.1, last.1);
    Some(OpenArea {
        start_row,
        end_row,
        start_column,
        end_column,
    })
}

/// Orders the two ends of one dimension; a missing end leaves it unbounded.
fn ordered(first: Option<u32>, last: Option<u32>) -> (Option<u32>, Option<u32>) {
    match (first, last) {
        (Some(first), Some(last)) => (Some(first.min(last)), Some(first.max(last) + 1)),
        (Some(only), None) | (None, Some(only)) => (Some(only), None),
        (None, None) => (None, None),
    }
}

/// Quotes a title as Google does: only when it could be misread without quotes.
pub fn quoted_title(title: &str) -> String {
    let plain = title.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !title.starts_with(|first: char| first.is_ascii_digit())
        && !title.is_empty();
    if plain && !looks_like_a_cell(title) {
        title.to_owned()
    } else {
        format!("'{}'", title.replace('\'', "''"))
    }
}

fn looks_like_a_cell(title: &str) -> bool {
    matches!(corner(title), Some((Some(_), Some(_))))
}

/// Range in A1 notation with the sheet title: `Sheet1!A1:B2`.
pub fn full_name(title: &str, rectangle: Rectangle) -> String {
    format!("{}!{}", quoted_title(title), rectangle.to_a1())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(rows: (Option<u32>, Option<u32>), columns: (Option<u32>, Option<u32>)) -> OpenArea {
        OpenArea {
            start_row: rows.0,
            end_row: rows.1,
            start_column: columns.0,
            end_column: columns.1,
        }
    }

    #[test]
    fn columns_are_letters_without_a_zero() {
        for (letters, index) in [
            ("A", 0),
            ("Z", 25),
            ("AA", 26),
            ("AZ", 51),
            ("BA", 52),
            ("ZZ", 701),
            ("AAA", 702),
            ("ZZZ", MAX_COLUMNS - 1),
        ] {
            assert_eq!(column_index(letters), Some(index), "{letters}");
            assert_eq!(column_index(&letters.to_lowercase()), Some(index), "{letters}");
            assert_eq!(column_letters(index), letters);
        }
        for wrong in ["", "AAAA", "1", "É", "A1", " A"] {
            assert_eq!(column_index(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ranges_are_cells_rows_columns_or_open() {
        let cell = |index: u32| (Some(index), Some(index + 1));
        for (text, expected) in [
            ("A1", open(cell(0), cell(0))),
            ("$B$2", open(cell(1), cell(1))),
            ("b2", open(cell(1), cell(1))),
            ("R2C3", open(cell(1), cell(2))),
            ("R1C1:R2C2", open((Some(0), Some(2)), (Some(0), Some(2)))),
            ("A1:B2", open((Some(0), Some(2)), (Some(0), Some(2)))),
            ("B2:A1", open((Some(0), Some(2)), (Some(0), Some(2)))),
            ("B1:A2", open((Some(0), Some(2)), (Some(0), Some(2)))),
            ("C:C", open((None, None), cell(2))),
            ("D:B", open((None, None), (Some(1), Some(4)))),
            ("2:3", open((Some(1), Some(3)), (None, None))),
            ("A5:G", open((Some(4), None), (Some(0), Some(7)))),
            ("A1:1", open(cell(0), (Some(0), None))),
            ("A1:A", open((Some(0), None), cell(0))),
            ("ZZZ10000000", open(cell(9_999_999), cell(18_277))),
        ] {
            assert_eq!(area(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn malformed_ranges_are_none() {
        for wrong in [
            "",
            ":",
            "A",
            "1",
            "A0",
            "0:1",
            "AAAA1",
            "A1:",
            ":A1",
            "A1:B2:C3",
            "A-1",
            "A1 B2",
            "A10000001",
            "R0C1",
            "R1C18279",
            "RC",
            "$",
            "A$",
            "é1",
            "A1!",
        ] {
            assert_eq!(area(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn texts_split_into_title_and_range() {
        let range = |sheet: Option<&str>, rest: Option<&str>, quoted| ParsedRange {
            sheet: sheet.map(str::to_owned),
            rest: rest.map(str::to_owned),
            quoted,
        };
        for (text, expected) in [
            ("A1", range(None, Some("A1"), false)),
            ("Sheet1", range(None, Some("Sheet1"), false)),
            ("Sheet1!A1", range(Some("Sheet1"), Some("A1"), false)),
            ("'Sheet1'!A1", range(Some("Sheet1"), Some("A1"), true)),
            ("'Sheet1'", range(Some("Sheet1"), None, true)),
            ("'it''s'!A1", range(Some("it's"), Some("A1"), true)),
            ("''''!A1", range(Some("'"), Some("A1"), true)),
            // Google also accepts titles with spaces and emoji without quotes.
            ("🌵 test 1!A1", range(Some("🌵 test 1"), Some("A1"), false)),
            ("a!b!A1", range(Some("a!b"), Some("A1"), false)),
            ("'a!b'!A1", range(Some("a!b"), Some("A1"), true)),
        ] {
            assert_eq!(split(text), Some(expected), "{text}");
        }
        for wrong in ["'a", "'a'b", "'a'!", "!A1", "a!", "'a''"] {
            assert_eq!(split(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn titles_are_quoted_where_they_could_be_misread() {
        for (title, quoted) in [
            ("Sheet1", "Sheet1"),
            ("Raw", "Raw"),
            ("snake_case", "snake_case"),
            ("D3", "'D3'"),
            ("R1C1", "'R1C1'"),
            ("2026", "'2026'"),
            ("Test x", "'Test x'"),
            ("it's", "'it''s'"),
            ("🌵 a 1", "'🌵 a 1'"),
            ("", "''"),
        ] {
            assert_eq!(quoted_title(title), quoted, "{title}");
        }
    }

    #[test]
    fn rectangles_share_cells_or_contain_each_other() {
        let area = |text: &str| area(text).map(|open| open.within(1000, 26)).expect(text);
        for (one, other, intersects, contains) in [
            ("A1:B2", "B2:C3", true, false),
            ("A1:B2", "C3", false, false),
            ("A1:B2", "C1:C2", false, false),
            ("A1:C3", "B2", true, true),
            ("A1:C3", "A1:C3", true, true),
            ("C:C", "A2:Z2", true, false),
        ] {
            assert_eq!(area(one).intersects(&area(other)), intersects, "{one} {other}");
            assert_eq!(area(other).intersects(&area(one)), intersects, "{other} {one}");
            assert_eq!(area(one).contains(&area(other)), contains, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn a_written_range_reads_back_as_itself(
            top in 0u32..2_000_000, left in 0u32..18_000, height in 1u32..5000, width in 1u32..200,
        ) {
            let rectangle = Rectangle { top, left, bottom: top + height, right: left + width };
            let read = area(&rectangle.to_a1()).map(|open| open.within(0, 0));
            prop_assert_eq!(read, Some(rectangle));
        }

        #[test]
        fn a_quoted_title_reads_back_as_itself(title in "[ -~àé🌵]{1,20}") {
            let written = split(&full_name(&title, Rectangle { top: 0, left: 0, bottom: 2, right: 2 }));
            let written = written.expect("a range");
            prop_assert_eq!(written.sheet, Some(title));
            prop_assert_eq!(written.rest.as_deref(), Some("A1:B2"));
        }

        #[test]
        fn nothing_typed_as_a_range_makes_the_parser_panic(text in "\\PC{0,30}") {
            let _ = split(&text);
            let _ = area(&text);
        }
    }
}
