//! Parsed lines of a file: cells as field values, with the problems found.

use domain::{
    language::Language,
    normalize::collapse_spaces,
    text::{TextKind, check_characters},
};

use crate::{
    deal::stage::DealStage,
    import::{
        file::table::{self, FileCell, FileTable},
        mapping::{
            ColumnMapping,
            field::{ImportField, is_computed},
        },
        plan::{
            refusal_reason::{RefusalProblem, RefusalReason},
            values::DealFieldValue,
        },
    },
    text::{
        amount::{self, ParsedAmount},
        date,
    },
};

/// Maximum length of a text in UTF-16 code units; Google Sheets rejects a longer cell:
/// <https://support.google.com/drive/answer/37603>.
const MAX_TEXT_LENGTH: usize = 50_000;

/// All lines of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedLines {
    /// Fields that have a column in the file.
    pub mapped: Vec<ImportField>,
    /// Whether the file has columns that this board computes itself, such as the probability.
    pub has_computed: bool,
    /// Lines in the order of the file.
    pub lines: Vec<ParsedLine>,
}

/// One parsed line.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedLine {
    /// Line number in the file.
    pub number: usize,
    /// Problems of the line, except those of its id.
    pub problems: Vec<RefusalProblem>,
    /// Amount and its text in the file.
    pub amount: Option<(ParsedAmount, String)>,
    /// Problem of the id; counts only if the id is part of the matching key.
    pub id_problem: Option<RefusalProblem>,
    values: [Option<DealFieldValue>; ImportField::ALL.len()],
}

impl ParsedLine {
    /// Value of a field; `None` if the file has no column for it or the cell cannot be parsed.
    pub fn value(&self, field: ImportField) -> Option<&DealFieldValue> {
        self.values[field as usize].as_ref()
    }

    /// Id, if it can be parsed.
    pub fn id(&self) -> Option<u64> {
        match self.value(ImportField::Id) {
            Some(DealFieldValue::Id(id)) => Some(*id),
            _ => None,
        }
    }

    /// Whether the id cell is not empty.
    pub fn has_id(&self) -> bool {
        self.id().is_some() || self.id_problem.is_some()
    }

    pub(crate) fn set(&mut self, field: ImportField, value: DealFieldValue) {
        self.values[field as usize] = Some(value);
    }
}

/// Parses every line of a table.
pub fn read(table: &FileTable, mapping: &ColumnMapping) -> ParsedLines {
    let columns: Vec<(ImportField, usize)> = mapping.columns().collect();
    ParsedLines {
        mapped: columns.iter().map(|(field, _)| *field).collect(),
        has_computed: table.columns.iter().any(|header| is_computed(header)),
        lines: table
            .lines
            .iter()
            .map(|line| read_line(line, &columns, table.columns.len()))
            .collect(),
    }
}

fn read_line(written: &table::FileLine, columns: &[(ImportField, usize)], width: usize) -> ParsedLine {
    let mut line = ParsedLine {
        number: written.number,
        problems: Vec::new(),
        amount: None,
        id_problem: None,
        values: [const { None }; ImportField::ALL.len()],
    };
    if let Some(extra) = written.cells.iter().skip(width).find(|cell| !cell.is_empty()) {
        line.problems.push(RefusalProblem {
            field: None,
            value: extra.shown(Language::French),
            reason: RefusalReason::TooManyCells { columns: width },
        });
        return line;
    }
    for (field, column) in columns {
        let cell = written.cell(*column);
        let problem = |reason| RefusalProblem {
            field: Some(*field),
            value: cell.shown(Language::French),
            reason,
        };
        match read_cell(*field, cell) {
            Ok(ParsedCell::Value(value)) => line.set(*field, value),
            Ok(ParsedCell::Amount(amount)) => line.amount = Some((amount, cell.shown(Language::French))),
            Err(reason) if *field == ImportField::Id => line.id_problem = Some(problem(reason)),
            Err(reason) => line.problems.push(problem(reason)),
        }
    }
    line
}

enum ParsedCell {
    Value(DealFieldValue),
    /// Amount that becomes a value once the decimal mark is known.
    Amount(ParsedAmount),
}

fn read_cell(field: ImportField, cell: &FileCell) -> Result<ParsedCell, RefusalReason> {
    if let FileCell::Text(text) = cell {
        if is_error(text) {
            return Err(RefusalReason::SpreadsheetError);
        }
        if text.len() > MAX_TEXT_LENGTH && text.encode_utf16().count() > MAX_TEXT_LENGTH {
            return Err(RefusalReason::TooLong { limit: MAX_TEXT_LENGTH });
        }
    }
    if cell.is_empty() {
        return Ok(ParsedCell::Value(DealFieldValue::Empty));
    }
    if field == ImportField::Amount {
        return read_amount(cell).map(ParsedCell::Amount);
    }
    Ok(ParsedCell::Value(match field {
        ImportField::Id => DealFieldValue::Id(read_id(cell)?),
        ImportField::Due => DealFieldValue::Day(
            match cell {
                FileCell::Day(day) => date::parse_date(&day.to_string()),
                FileCell::Number(serial) => date::from_serial(*serial),
                other => date::parse_date(&other.shown(Language::French)),
            }
            .map_err(RefusalReason::Day)?,
        ),
        ImportField::Stage => {
            let word = cell.shown(Language::French);
            DealFieldValue::Stage(DealStage::parse(&word).ok_or(RefusalReason::UnknownStage)?)
        }
        ImportField::Client
        | ImportField::Sector
        | ImportField::Assignee
        | ImportField::Notes
        | ImportField::Amount => read_text(field, cell)?,
    }))
}

fn read_text(field: ImportField, cell: &FileCell) -> Result<DealFieldValue, RefusalReason> {
    let value = DealFieldValue::of_text(field, &cell.shown(Language::French));
    let kind = match field {
        ImportField::Notes => TextKind::Paragraphs,
        _ => TextKind::Line,
    };
    if let DealFieldValue::Text(text) = &value {
        check_characters(text, kind).map_err(RefusalReason::Invisible)?;
    }
    Ok(value)
}

fn read_amount(cell: &FileCell) -> Result<ParsedAmount, RefusalReason> {
    match cell {
        FileCell::Number(number) => amount::from_number(*number)
            .map(ParsedAmount::Clear)
            .map_err(RefusalReason::Amount),
        // Excel turns `1.5`, typed in a French sheet, into the first of May.
        FileCell::Day(_) => Err(RefusalReason::AmountIsDate),
        other => amount::parse_amount(&other.shown(Language::French)).map_err(RefusalReason::Amount),
    }
}

fn read_id(cell: &FileCell) -> Result<u64, RefusalReason> {
    let written = collapse_spaces(&cell.shown(Language::French));
    let digits = written.trim_start_matches(['#', 'n', 'N', '°', 'º', 'o', ' ']);
    match digits.parse() {
        Ok(id @ 1..) if digits.bytes().all(|digit| digit.is_ascii_digit()) => Ok(id),
        _ => Err(RefusalReason::NoId),
    }
}

/// Whether a cell shows a formula error of Excel (French or English) or Google Sheets.
fn is_error(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('#')
        && [
            "#N/A", "#REF!", "#VALUE!", "#VALEUR!", "#NAME?", "#NOM?", "#DIV/0!", "#NULL!", "#NUL!", "#NUM!",
            "#NOMBRE!", "#ERROR!", "#SPILL!", "#EPARS!", "#CALC!",
        ]
        .iter()
        .any(|error| text.eq_ignore_ascii_case(error))
}
