//! Reader of delimited text: CSV, TSV and other separators.

use std::iter;

use crate::import::file::{
    encoding,
    header::{self, HeaderCandidate, header_texts},
    problem::{FileLimits, FileProblem},
    table::{FileCell, FileLine, FileOrigin, FileTable},
};

const SEPARATORS: [char; 4] = [';', ',', '\t', '|'];

/// Problem of bytes that cannot be decoded: an unsupported encoding if they look like text, otherwise no spreadsheet.
fn unreadable(bytes: &[u8]) -> FileProblem {
    match encoding::may_be_text(bytes) {
        true => FileProblem::UnknownAlphabet,
        false => FileProblem::NotASpreadsheet,
    }
}

/// Reads a text file with the separator under which the most headers are recognised.
///
/// # Errors
/// See [`FileProblem`].
pub(crate) fn read(bytes: &[u8], limits: FileLimits) -> Result<FileTable, FileProblem> {
    let decoded = encoding::decode(bytes).ok_or_else(|| unreadable(bytes))?;
    let text: &str = &decoded.text;
    if text.trim().is_empty() {
        return Err(FileProblem::Empty);
    }
    let (separator, header) = sniff(text).ok_or_else(|| no_header(text))?;
    let mut lines = Vec::new();
    for line in CsvRecords::new(text, separator) {
        if lines.len() > limits.lines + header.index {
            return Err(FileProblem::TooManyLines { limit: limits.lines });
        }
        lines.push(line?);
    }
    let header_line = lines.remove(header.index);
    lines.drain(..header.index);
    Ok(FileTable {
        origin: FileOrigin::Text {
            separator,
            encoding: decoded.encoding,
        },
        header_line: header_line.number,
        columns: header_texts(&header_line),
        lines,
    })
}

fn sniff(text: &str) -> Option<(char, HeaderCandidate)> {
    // Excel reads a first line such as `sep=;` as a declaration of the separator, not as data.
    let declared = declared_separator(text);
    let separators = SEPARATORS
        .into_iter()
        .filter(|separator| declared.is_none_or(|declared| declared == *separator));
    let candidates = separators.filter_map(|separator| {
        let beginning: Vec<FileLine> = CsvRecords::new(text, separator)
            .map_while(Result::ok)
            .take(header::MAX_DEPTH)
            .collect();
        header::find(&beginning).map(|candidate| (separator, candidate))
    });
    // On a tie the first separator wins: French Excel writes `;`.
    candidates.reduce(|best, other| {
        let quality = |(_, candidate): &(char, HeaderCandidate)| (candidate.fields, candidate.columns);
        if quality(&other) > quality(&best) { other } else { best }
    })
}

fn declared_separator(text: &str) -> Option<char> {
    let mut order = text.lines().next()?.trim_matches('"').strip_prefix("sep=")?.chars();
    let separator = order.next()?;
    (order.next().is_none() && SEPARATORS.contains(&separator)).then_some(separator)
}

fn no_header(text: &str) -> FileProblem {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    FileProblem::NoHeader {
        first_line: first.unwrap_or_default().chars().take(120).collect(),
    }
}

/// Iterator over the non-blank records, each with the number of the line on which it begins.
struct CsvRecords<'text> {
    text: &'text str,
    separator: u8,
    reader: csv::Reader<&'text [u8]>,
    record: csv::StringRecord,
    /// Offset up to which line breaks have been counted; `line` is the line number there.
    counted: usize,
    line: usize,
}

impl<'text> CsvRecords<'text> {
    fn new(text: &'text str, separator: char) -> Self {
        let skipped = match declared_separator(text) {
            Some(_) => text.find(['\r', '\n']).unwrap_or(text.len()),
            None => 0,
        };
        let text_below = &text[skipped..];
        let separator = u8::try_from(separator).unwrap_or(b';');
        Self {
            text: text_below,
            separator,
            reader: reader_of(text_below.as_bytes(), separator),
            record: csv::StringRecord::new(),
            counted: 0,
            line: 1,
        }
    }

    /// Number of the line that contains `offset`.
    fn line_at(&mut self, offset: usize) -> usize {
        let passed = self.text.as_bytes().get(self.counted..offset).unwrap_or_default();
        let ends = passed.iter().enumerate().filter(|(index, byte)| match byte {
            b'\n' => true,
            b'\r' => self.text.as_bytes().get(self.counted + index + 1) != Some(&b'\n'),
            _ => false,
        });
        self.line += ends.count();
        self.counted = offset.max(self.counted);
        self.line
    }

    fn next_record(&mut self) -> Option<Result<FileLine, FileProblem>> {
        let place = |reader: &csv::Reader<&[u8]>| usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let from = place(&self.reader);
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some(Err(FileProblem::Damaged(error.to_string()))),
        }
        let until = place(&self.reader).min(self.text.len());
        let raw = &self.text[from..until];
        // The reader skips empty lines before a record.
        let start = from + (raw.len() - raw.trim_start_matches(['\r', '\n']).len());
        let number = self.line_at(start);
        let at_end = until == self.text.len();
        if at_end && raw.contains('"') && is_unclosed(raw, self.separator) {
            return Some(Err(FileProblem::UnclosedQuote { line: number }));
        }
        Some(Ok(FileLine {
            number,
            cells: self.record.iter().map(FileCell::of).collect(),
        }))
    }
}

fn reader_of(bytes: &[u8], separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(bytes)
}

/// Whether the last record ends inside quotes, so that a missing quote would turn the rest of the file into one cell.
fn is_unclosed(raw: &str, separator: u8) -> bool {
    let continued = format!("{raw}\n\"closed\"");
    let last = reader_of(continued.as_bytes(), separator).into_records().last();
    !matches!(last, Some(Ok(last)) if last.len() == 1 && &last[0] == "closed")
}

impl Iterator for CsvRecords<'_> {
    type Item = Result<FileLine, FileProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        iter::from_fn(|| self.next_record()).find(|line| line.as_ref().map_or(true, |line| !line.is_blank()))
    }
}
