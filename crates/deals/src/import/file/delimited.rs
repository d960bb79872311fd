//! Reader of delimited text: CSV, TSV and other separators.

use std::iter;

use csv_core::ReadRecordResult;

use crate::import::file::{
    deadline::Deadline,
    encoding,
    header::{self, HeaderCandidate, header_texts},
    limits::FileLimits,
    problem::FileProblem,
    table::{FileCell, FileLine, FileOrigin, FileTable},
};

/// Number of bytes that are parsed between two looks at the deadline.
const STEP: usize = 64 << 10;

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
pub(crate) fn read(bytes: &[u8], limits: FileLimits, deadline: &Deadline) -> Result<FileTable, FileProblem> {
    let decoded = encoding::decode(bytes).ok_or_else(|| unreadable(bytes))?;
    let text: &str = &decoded.text;
    if text.trim().is_empty() {
        return Err(FileProblem::Empty);
    }
    deadline.check()?;
    let records = move |separator| CsvRecords::new(text, separator, limits, deadline);
    let (separator, header) = sniff(text, records)?;
    let mut lines = Vec::new();
    for line in records(separator) {
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

fn sniff<'text>(
    text: &str,
    records: impl Fn(char) -> CsvRecords<'text>,
) -> Result<(char, HeaderCandidate), FileProblem> {
    // Excel reads a first line such as `sep=;` as a declaration of the separator, not as data.
    let declared = declared_separator(text);
    let separators = SEPARATORS
        .into_iter()
        .filter(|separator| declared.is_none_or(|declared| declared == *separator));
    let (mut best, mut crossed) = (None, Vec::new());
    for separator in separators {
        let mut beginning: Vec<FileLine> = Vec::new();
        for line in records(separator).take(header::MAX_DEPTH) {
            match line {
                Ok(line) => beginning.push(line),
                Err(late @ FileProblem::TooSlow { .. }) => return Err(late),
                Err(problem) => {
                    crossed.push(problem);
                    break;
                }
            }
        }
        let quality = |candidate: &HeaderCandidate| (candidate.fields, candidate.columns);
        // On a tie the first separator wins: French Excel writes `;`.
        if let Some(candidate) = header::find(&beginning)
            && best.is_none_or(|(_, best)| quality(&candidate) > quality(&best))
        {
            best = Some((separator, candidate));
        }
    }
    best.ok_or_else(|| crossed_limit(crossed).unwrap_or_else(|| no_header(text)))
}

/// Limit that a file without a header row crosses. Under a wrong separator a whole line is one cell, so that its length
/// is the last to say something.
fn crossed_limit(problems: Vec<FileProblem>) -> Option<FileProblem> {
    let rank = |problem: &FileProblem| match problem {
        FileProblem::TooManyColumns { .. } => Some(0),
        FileProblem::TooManyCells { .. } => Some(1),
        FileProblem::CellTooLong { .. } => Some(2),
        _ => None,
    };
    let ranked = problems.into_iter().filter(|problem| rank(problem).is_some());
    ranked.min_by_key(rank)
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

/// Iterator over the non-blank records, each with the number of the line on which it begins. Stops within a record where
/// it crosses a limit.
struct CsvRecords<'text> {
    text: &'text str,
    separator: u8,
    limits: FileLimits,
    deadline: &'text Deadline,
    reader: csv_core::Reader,
    /// Offset up to which the text is parsed.
    parsed: usize,
    /// Unquoted fields of the record, one after the other, and where each of them ends.
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// Number of cells so far.
    cells: usize,
    /// Offset up to which line breaks have been counted; `line` is the line number there.
    counted: usize,
    line: usize,
}

impl<'text> CsvRecords<'text> {
    fn new(text: &'text str, separator: char, limits: FileLimits, deadline: &'text Deadline) -> Self {
        let skipped = match declared_separator(text) {
            Some(_) => text.find(['\r', '\n']).unwrap_or(text.len()),
            None => 0,
        };
        let separator = u8::try_from(separator).unwrap_or(b';');
        Self {
            text: &text[skipped..],
            separator,
            limits,
            deadline,
            reader: csv_core::ReaderBuilder::new().delimiter(separator).build(),
            parsed: 0,
            fields: vec![0; 1_024],
            // One more than allowed, which shows that there are more.
            ends: vec![0; limits.columns + 1],
            cells: 0,
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
        let from = self.parsed;
        let fields = self.read_fields();
        let raw = &self.text[from..self.parsed];
        // The reader skips empty lines before a record.
        let start = from + (raw.len() - raw.trim_start_matches(['\r', '\n']).len());
        let number = self.line_at(start);
        let fields = match fields {
            Ok(0) => return None,
            Ok(fields) => fields,
            Err(problem) => return Some(Err(problem.at(number))),
        };
        let at_end = self.parsed == self.text.len();
        if at_end && raw.contains('"') && is_unclosed(raw, self.separator) {
            return Some(Err(FileProblem::UnclosedQuote { line: number }));
        }
        let cells = self.cells(fields);
        Some(
            cells
                .map(|cells| FileLine { number, cells })
                .map_err(|problem| problem.at(number)),
        )
    }

    /// Parses the next record; returns its number of fields, 0 at the end of the text.
    fn read_fields(&mut self) -> Result<usize, FileProblem> {
        let (mut written, mut ended) = (0, 0);
        loop {
            self.deadline.check()?;
            let rest = &self.text.as_bytes()[self.parsed..];
            let (result, parsed, filled, fields) = self.reader.read_record(
                &rest[..rest.len().min(STEP)],
                &mut self.fields[written..],
                &mut self.ends[ended..],
            );
            self.parsed += parsed;
            written += filled;
            ended += fields;
            let is_full = ended > self.limits.columns;
            match result {
                ReadRecordResult::End => return Ok(0),
                ReadRecordResult::Record if !is_full => return Ok(ended),
                ReadRecordResult::OutputFull => self.fields.resize(2 * self.fields.len(), 0),
                ReadRecordResult::InputEmpty if !is_full => {}
                _ => {
                    return Err(FileProblem::TooManyColumns {
                        line: 0,
                        limit: self.limits.columns,
                    });
                }
            }
            let begun = ended.checked_sub(1).map_or(0, |last| self.ends[last]);
            // A character has four bytes at most.
            if written - begun > 4 * self.limits.cell_characters {
                return Err(self.too_long());
            }
        }
    }

    fn too_long(&self) -> FileProblem {
        FileProblem::CellTooLong {
            line: None,
            limit: self.limits.cell_characters,
        }
    }

    /// Cells of the parsed record.
    fn cells(&mut self, fields: usize) -> Result<Vec<FileCell>, FileProblem> {
        self.cells += fields;
        if self.cells > self.limits.cells {
            return Err(FileProblem::TooManyCells {
                limit: self.limits.cells,
            });
        }
        let mut begin = 0;
        let mut cells = Vec::with_capacity(fields);
        for end in &self.ends[..fields] {
            let cell = std::str::from_utf8(&self.fields[begin..*end]);
            let cell = cell.map_err(|error| FileProblem::Damaged(error.to_string()))?;
            if self.limits.is_too_long(cell) {
                return Err(self.too_long());
            }
            cells.push(FileCell::of(cell));
            begin = *end;
        }
        Ok(cells)
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
