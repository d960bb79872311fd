//! Detection of workbook cells in percent format. The cell `25 %` holds 0.25, and only its number format distinguishes
//! it from a quarter of a euro.
//!
//! `xl/styles.xml` lists the formats; each cell refers to one by index (ECMA-376, part 1, 18.8.10 and 18.8.30:
//! <https://ecma-international.org/publications-and-standards/standards/ecma-376/>).

use std::{
    collections::{HashMap, HashSet},
    io::{BufReader, Cursor, Read},
};

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};
use zip::ZipArchive;

/// Ids of the built-in formats `0%` and `0.00%`, which workbooks do not declare.
const BUILT_IN: [u32; 2] = [9, 10];

/// Cells as column index (from 0) and row number (from 1).
pub(crate) type PercentCells = HashSet<(usize, usize)>;

/// Cells of a sheet in percent format; empty if the parts of the workbook cannot be read, because then the rest cannot
/// be read either.
pub(crate) fn percent_cells(bytes: &[u8], sheet: &str) -> PercentCells {
    find(bytes, sheet).unwrap_or_default()
}

fn find(bytes: &[u8], sheet: &str) -> Option<PercentCells> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let styles = percent_styles(&mut archive)?;
    if styles.is_empty() {
        return None;
    }
    let part = part_of(&mut archive, sheet)?;
    let mut cells = PercentCells::new();
    each_element(&mut archive, &part, |name, element| {
        let style = attribute(element, "s").and_then(|style| style.parse().ok());
        if name == "c" && style.is_some_and(|style: usize| styles.contains(&style)) {
            cells.extend(attribute(element, "r").as_deref().and_then(place));
        }
    })?;
    Some(cells)
}

/// Column index and row number of a reference such as `C7`.
fn place(reference: &str) -> Option<(usize, usize)> {
    let letters = reference.bytes().take_while(u8::is_ascii_uppercase);
    let column = letters.fold(0_usize, |column, letter| {
        column
            .saturating_mul(26)
            .saturating_add((letter - b'A').into())
            .saturating_add(1)
    });
    let row = reference.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    Some((column.checked_sub(1)?, row.parse().ok()?))
}

type Archive<'bytes> = ZipArchive<Cursor<&'bytes [u8]>>;

/// Indices of the cell styles in percent format.
fn percent_styles(archive: &mut Archive<'_>) -> Option<HashSet<usize>> {
    let mut formats: HashSet<u32> = BUILT_IN.into();
    let (mut styles, mut place) = (HashSet::new(), None);
    each_element(archive, "xl/styles.xml", |name, element| match name {
        "numFmt" => {
            let id = attribute(element, "numFmtId").and_then(|id| id.parse::<u32>().ok());
            let is_percent = attribute(element, "formatCode").is_some_and(|code| is_in_percent(&code));
            formats.extend(id.filter(|_| is_percent));
        }
        "cellXfs" => place = Some(0),
        "cellStyles" | "dxfs" => place = None,
        "xf" => {
            if let Some(place) = &mut place {
                let format = attribute(element, "numFmtId").and_then(|id| id.parse().ok());
                styles.extend(format.filter(|id| formats.contains(id)).map(|_| *place));
                *place += 1;
            }
        }
        _ => {}
    })?;
    Some(styles)
}

/// Whether a format code contains a percent sign outside quotes and without a backslash before it.
fn is_in_percent(code: &str) -> bool {
    let (mut is_quoted, mut is_escaped) = (false, false);
    code.chars().any(|sign| {
        let is_bare = !is_quoted && !is_escaped;
        is_quoted ^= sign == '"' && !is_escaped;
        is_escaped = is_bare && sign == '\\';
        is_bare && sign == '%'
    })
}

/// Path of the archive part that holds a sheet.
fn part_of(archive: &mut Archive<'_>, sheet: &str) -> Option<String> {
    let mut relation = None;
    each_element(archive, "xl/workbook.xml", |name, element| {
        if name == "sheet" && attribute(element, "name").as_deref() == Some(sheet) {
            relation = attribute(element, "id");
        }
    })?;
    let mut targets = HashMap::new();
    each_element(archive, "xl/_rels/workbook.xml.rels", |_, element| {
        if let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target")) {
            targets.insert(id, target);
        }
    })?;
    let target = targets.remove(&relation?)?;
    Some(match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{target}"),
    })
}

/// Calls `take` with the local name of each element of a part. `None` if the part is missing or malformed.
fn each_element(archive: &mut Archive<'_>, part: &str, mut take: impl FnMut(&str, &BytesStart<'_>)) -> Option<()> {
    let part: Box<dyn Read> = Box::new(archive.by_name(part).ok()?);
    let mut reader = Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(element) | Event::Empty(element) => take(element.local_name().as_ref(), &element),
            Event::Eof => return Some(()),
            _ => {}
        }
        buffer.clear();
    }
}

/// Value of the attribute with this local name.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let mut attributes = attributes.with_checks(false).flatten();
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(unescape(&found.value).ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_found_by_its_letters() {
        for (reference, expected) in [
            ("A1", Some((0, 1))),
            ("Z20", Some((25, 20))),
            ("AA3", Some((26, 3))),
            ("7", None),
            ("A", None),
        ] {
            assert_eq!(place(reference), expected, "{reference}");
        }
    }

    #[test]
    fn a_percent_sign_in_quotes_is_only_a_word() {
        for (code, expected) in [
            ("0%", true),
            ("0.00\\ %", true),
            ("#,##0.0%;[Red]-#,##0.0%", true),
            ("0\\%", false),
            ("0\"%\"", false),
            ("0\" de \"%", true),
            ("#,##0.00\u{a0}\"€\"", false),
        ] {
            assert_eq!(is_in_percent(code), expected, "{code}");
        }
    }
}
