//! Detection of workbook cells in percent format. The cell `25 %` holds 0.25, and only its number format distinguishes
//! it from a quarter of a euro.
//!
//! `xl/styles.xml` lists the formats; each cell refers to one by index (ECMA-376, part 1, 18.8.10 and 18.8.30:
//! <https://ecma-international.org/publications-and-standards/standards/ecma-376/>).

use std::{
    collections::HashSet,
    io::{BufReader, Read},
};

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};

use crate::import::file::package::Archive;

/// Ids of the built-in formats `0%` and `0.00%`, which workbooks do not declare.
const BUILT_IN: [u32; 2] = [9, 10];

/// Indices of the cell styles in percent format; empty if the styles cannot be read, because then the rest cannot be
/// read either.
pub(crate) fn percent_styles(archive: &mut Archive<'_>) -> HashSet<usize> {
    find(archive).unwrap_or_default()
}

fn find(archive: &mut Archive<'_>) -> Option<HashSet<usize>> {
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
