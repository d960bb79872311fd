//! Check of a workbook's parts against the limits, as a stream, before calamine reads them: it keeps every shared string
//! and every cell style in memory, and allocates for as many strings as the file declares.

use std::{
    borrow::Cow,
    cell::Cell,
    collections::BTreeSet,
    io::{self, BufReader, Cursor, Read},
    rc::Rc,
};

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};
use zip::ZipArchive;

use crate::import::file::{
    deadline::{Deadline, LimitedReader},
    limits::FileLimits,
    problem::FileProblem,
};

/// Archive of a workbook.
pub(crate) type Archive<'bytes> = ZipArchive<Cursor<&'bytes [u8]>>;

/// Maximum depth of elements; workbooks have a tenth of it.
const MAX_DEPTH: usize = 256;
/// Maximum length of a tag's name in bytes.
const MAX_NAME_LENGTH: usize = 255;
/// Maximum number of bytes of a cell, a shared string, a name, or a single tag, with its markup: a cell of 50,000
/// characters in many formats has a twentieth of it.
const MAX_ELEMENT_BYTES: u64 = 2 << 20;
/// Elements whose content calamine collects.
const COLLECTED: [&str; 3] = ["c", "si", "definedName"];
/// Elements that calamine keeps, whichever sheet is read.
const KEPT: [&str; 7] = ["Relationship", "border", "definedName", "fill", "font", "numFmt", "xf"];
/// Kinds of relation whose target calamine opens, by the end of their type.
const OPENED: [&str; 4] = ["/officeDocument", "/worksheet", "/chartsheet", "/dialogsheet"];

/// Opens a workbook, and unpacks and discards every part that a reader of workbooks may open.
///
/// # Errors
/// The first limit that is crossed, or the damage found.
pub(crate) fn open<'bytes>(
    bytes: &'bytes [u8],
    limits: FileLimits,
    deadline: &Deadline,
) -> Result<Archive<'bytes>, FileProblem> {
    check_number_of_parts(bytes, limits)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| FileProblem::of_zip(&error))?;
    check_kind(&archive)?;
    let (mut left, beyond) = unpacked_limit(bytes, limits);
    check_declared_size(&mut archive, left, &beyond)?;
    let mut check = WorkbookCheck::new(limits);
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| FileProblem::of_zip(&error))?;
        if !is_opened(&part.name().map_err(|error| FileProblem::of_zip(&error))?) {
            continue;
        }
        check.part(LimitedReader {
            inner: part,
            deadline,
            left: &mut left,
            beyond: beyond.clone(),
        })?;
    }
    Ok(archive)
}

/// Counts the headers of parts, because opening an archive takes some hundred bytes for each of them.
fn check_number_of_parts(bytes: &[u8], limits: FileLimits) -> Result<(), FileProblem> {
    const PART_HEADER: &[u8] = b"PK\x01\x02";
    match memchr::memmem::find_iter(bytes, PART_HEADER).nth(limits.parts) {
        Some(_) => Err(FileProblem::TooManyParts { limit: limits.parts }),
        None => Ok(()),
    }
}

fn check_kind(archive: &Archive<'_>) -> Result<(), FileProblem> {
    let parts: Result<BTreeSet<String>, _> = archive.file_names().map(|name| name.map(Cow::into_owned)).collect();
    let parts = parts.map_err(|error| FileProblem::of_zip(&error))?;
    if parts.contains("[Content_Types].xml") {
        return Ok(());
    }
    Err(match parts.contains("content.xml") && parts.contains("mimetype") {
        true => FileProblem::OpenDocument,
        false => FileProblem::OtherArchive,
    })
}

/// Number of bytes that the parts of a file may unpack to, with the problem of more.
fn unpacked_limit(bytes: &[u8], limits: FileLimits) -> (u64, FileProblem) {
    let by_ratio = limits.unpacked_times.saturating_mul(bytes.len() as u64);
    match by_ratio < limits.unpacked {
        true => {
            let times = limits.unpacked_times;
            (by_ratio, FileProblem::UnpacksTooManyTimes { times })
        }
        false => (limits.unpacked, FileProblem::UnpacksTooLarge { limit: limits.unpacked }),
    }
}

/// Refuses by the declared sizes what they already give away. They can be false, so that unpacking counts again.
fn check_declared_size(archive: &mut Archive<'_>, limit: u64, beyond: &FileProblem) -> Result<(), FileProblem> {
    let mut declared = 0_u64;
    for index in 0..archive.len() {
        let part = archive
            .by_index_raw(index)
            .map_err(|error| FileProblem::of_zip(&error))?;
        if is_opened(&part.name().map_err(|error| FileProblem::of_zip(&error))?) {
            declared = declared.saturating_add(part.size());
        }
    }
    match declared > limit {
        true => Err(beyond.clone()),
        false => Ok(()),
    }
}

/// Whether a reader of workbooks may open a part; [`relation`] sees to it that no relation leads to another one. Data of
/// other programs in `customXml`, such as queries, are large and never opened.
fn is_opened(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    (name.ends_with("xml") || name.ends_with("rels")) && !name.starts_with("customxml/")
}

/// Counts of a workbook while its parts pass.
struct WorkbookCheck {
    limits: FileLimits,
    strings: usize,
    sheets: usize,
    kept: usize,
}

/// Position in one part.
#[derive(Default)]
struct PartPosition {
    depth: usize,
    /// Qualified name of the open element whose content is collected.
    collected: Option<String>,
    /// Number of cell styles, and bytes of the longest tag: calamine copies fonts and formats into each style.
    styles: u64,
    longest: u64,
}

impl WorkbookCheck {
    fn new(limits: FileLimits) -> Self {
        Self {
            limits,
            strings: 0,
            sheets: 0,
            kept: 0,
        }
    }

    fn part(&mut self, part: impl Read) -> Result<(), FileProblem> {
        let read = Rc::new(Cell::new(0));
        let part = ElementReader {
            inner: part,
            read: Rc::clone(&read),
            beyond: FileProblem::CellTooLong {
                line: None,
                limit: self.limits.cell_characters,
            },
        };
        let mut reader = Reader::from_reader(BufReader::new(part));
        let mut buffer = Vec::new();
        let mut position = PartPosition::default();
        loop {
            buffer.clear();
            if position.collected.is_none() {
                read.set(0);
            }
            let event = reader.read_event_into(&mut buffer);
            match event.map_err(|error| FileProblem::of_xml(&error))? {
                Event::Start(tag) => {
                    self.tag(&tag, &mut position)?;
                    position.enter(&tag)?;
                }
                Event::Empty(tag) => self.tag(&tag, &mut position)?,
                Event::End(tag) => position.leave(tag.name().as_ref()),
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn tag(&mut self, tag: &BytesStart<'_>, position: &mut PartPosition) -> Result<(), FileProblem> {
        // An attribute takes four bytes at least: ` a=""`.
        if tag.len() > 4 * self.limits.attributes
            && tag.attributes().with_checks(false).count() > self.limits.attributes
        {
            return Err(FileProblem::TooManyAttributes {
                limit: self.limits.attributes,
            });
        }
        let name = tag.local_name();
        let name: &str = name.as_ref();
        match name {
            "si" => count(&mut self.strings, self.limits.cells, |limit| {
                FileProblem::TooManyCells { limit }
            })?,
            "sheet" => count(&mut self.sheets, self.limits.sheets, |limit| {
                FileProblem::TooManySheets { limit }
            })?,
            "sst" => self.declared_strings(tag)?,
            _ => {}
        }
        if KEPT.contains(&name) {
            count(&mut self.kept, self.limits.styles, |limit| FileProblem::TooManyStyles {
                limit,
            })?;
        }
        if name == "Relationship" {
            relation(tag)?;
        }
        position.styles += u64::from(name == "xf");
        position.longest = position.longest.max(tag.len() as u64);
        match position.styles.saturating_mul(position.longest) > self.limits.unpacked {
            true => Err(FileProblem::UnpacksTooLarge {
                limit: self.limits.unpacked,
            }),
            false => Ok(()),
        }
    }

    /// calamine allocates for the declared number of shared strings.
    fn declared_strings(&self, tag: &BytesStart<'_>) -> Result<(), FileProblem> {
        let limit = self.limits.cells;
        let is_beyond = values(tag, "uniqueCount").any(|count| count.parse().is_ok_and(|count: usize| count > limit));
        match is_beyond {
            true => Err(FileProblem::TooManyCells { limit }),
            false => Ok(()),
        }
    }
}

/// Refuses a relation to a part that was not checked because of its name.
fn relation(tag: &BytesStart<'_>) -> Result<(), FileProblem> {
    let is_part = values(tag, "Type").any(|kind| OPENED.iter().any(|opened| kind.ends_with(opened)));
    let is_unchecked = values(tag, "Target").any(|target| {
        let unescaped = unescape(&target).unwrap_or_default();
        [&target, &unescaped]
            .iter()
            .any(|target| !is_opened(target.trim_start_matches('/')))
    });
    match is_part && is_unchecked {
        true => Err(FileProblem::Damaged("a sheet is in a part that is not XML".to_owned())),
        false => Ok(()),
    }
}

fn count(number: &mut usize, limit: usize, problem: fn(usize) -> FileProblem) -> Result<(), FileProblem> {
    *number += 1;
    match *number > limit {
        true => Err(problem(limit)),
        false => Ok(()),
    }
}

/// Values of all attributes with this local name: which of two a reader takes is its own decision.
fn values<'tag>(tag: &'tag BytesStart<'_>, name: &'static str) -> impl Iterator<Item = Cow<'tag, str>> {
    let mut attributes = tag.attributes();
    attributes.with_checks(false);
    attributes
        .flatten()
        .filter(move |attribute| attribute.key.local_name().as_ref() == name)
        .map(|attribute| attribute.value)
}

impl PartPosition {
    fn enter(&mut self, tag: &BytesStart<'_>) -> Result<(), FileProblem> {
        let name = tag.name();
        let name: &str = name.as_ref();
        self.depth += 1;
        if self.depth > MAX_DEPTH || name.len() > MAX_NAME_LENGTH {
            return Err(FileProblem::Damaged("its tags are too deep or too long".to_owned()));
        }
        if self.collected.is_none() && COLLECTED.contains(&tag.local_name().as_ref()) {
            self.collected = Some(name.to_owned());
        }
        Ok(())
    }

    fn leave(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        if self.collected.as_deref() == Some(name) {
            self.collected = None;
        }
    }
}

/// Reader that ends with an error after [`MAX_ELEMENT_BYTES`] since the counter was last set to 0.
struct ElementReader<R> {
    inner: R,
    read: Rc<Cell<u64>>,
    beyond: FileProblem,
}

impl<R: Read> Read for ElementReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.set(self.read.get() + read as u64);
        match self.read.get() > MAX_ELEMENT_BYTES {
            true => Err(io::Error::other(self.beyond.clone())),
            false => Ok(read),
        }
    }
}
