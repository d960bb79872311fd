//! Parsed lines of a file: cells as field values, with the problems found.

use super::{
    change::Value,
    field::{Field, is_computed},
    mapping::Mapping,
    reason::{Problem, Reason},
    table::{self, Cell, Table},
};
use crate::{
    deals::{
        amount::{self, Amount},
        day,
        stage::Stage,
    },
    language::Language,
    spelling::tidy,
};

/// Maximum length of a text in UTF-16 code units; Google Sheets rejects a longer cell:
/// <https://support.google.com/drive/answer/37603>.
const LONGEST_TEXT: usize = 50_000;

/// All lines of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// Fields that have a column in the file.
    pub mapped: Vec<Field>,
    /// Whether the file has columns that this board computes itself, such as the probability.
    pub has_computed: bool,
    /// Lines in the order of the file.
    pub lines: Vec<Line>,
}

/// One parsed line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Line number in the file.
    pub number: usize,
    /// Problems of the line, except those of its id.
    pub problems: Vec<Problem>,
    /// Amount and its text in the file.
    pub amount: Option<(Amount, String)>,
    /// Problem of the id; counts only if the id is part of the matching key.
    pub id_problem: Option<Problem>,
    values: [Option<Value>; Field::ALL.len()],
}

impl Line {
    /// Value of a field; `None` if the file has no column for it or the cell cannot be parsed.
    pub fn value(&self, field: Field) -> Option<&Value> {
        self.values[field as usize].as_ref()
    }

    /// Id, if it can be parsed.
    pub fn id(&self) -> Option<u64> {
        match self.value(Field::Id) {
            Some(Value::Id(id)) => Some(*id),
            _ => None,
        }
    }

    /// Whether the id cell is not empty.
    pub fn has_id(&self) -> bool {
        self.id().is_some() || self.id_problem.is_some()
    }

    pub(super) fn set(&mut self, field: Field, value: Value) {
        self.values[field as usize] = Some(value);
    }
}

/// Parses every line of a table.
pub fn read(table: &Table, mapping: &Mapping) -> Lines {
    let columns: Vec<(Field, usize)> = mapping.columns().collect();
    Lines {
        mapped: columns.iter().map(|(field, _)| *field).collect(),
        has_computed: table.columns.iter().any(|header| is_computed(header)),
        lines: table
            .lines
            .iter()
            .map(|line| read_line(line, &columns, table.columns.len()))
            .collect(),
    }
}

fn read_line(written: &table::Line, columns: &[(Field, usize)], width: usize) -> Line {
    let mut line = Line {
        number: written.number,
        problems: Vec::new(),
        amount: None,
        id_problem: None,
        values: [const { None }; Field::ALL.len()],
    };
    if let Some(extra) = written.cells.iter().skip(width).find(|cell| !cell.is_empty()) {
        line.problems.push(Problem {
            field: None,
            value: extra.shown(Language::French),
            reason: Reason::TooManyCells { columns: width },
        });
        return line;
    }
    for (field, column) in columns {
        let cell = written.cell(*column);
        let problem = |reason| Problem {
            field: Some(*field),
            value: cell.shown(Language::French),
            reason,
        };
        match read_cell(*field, cell) {
            Ok(Read::Value(value)) => line.set(*field, value),
            Ok(Read::Amount(amount)) => line.amount = Some((amount, cell.shown(Language::French))),
            Err(reason) if *field == Field::Id => line.id_problem = Some(problem(reason)),
            Err(reason) => line.problems.push(problem(reason)),
        }
    }
    line
}

enum Read {
    Value(Value),
    /// Amount that becomes a value once the decimal mark is known.
    Amount(Amount),
}

fn read_cell(field: Field, cell: &Cell) -> Result<Read, Reason> {
    if let Cell::Text(text) = cell {
        if is_error(text) {
            return Err(Reason::SpreadsheetError);
        }
        if text.len() > LONGEST_TEXT && text.encode_utf16().count() > LONGEST_TEXT {
            return Err(Reason::TooLong { limit: LONGEST_TEXT });
        }
    }
    if cell.is_empty() {
        return Ok(Read::Value(Value::Empty));
    }
    if field == Field::Amount {
        return read_amount(cell).map(Read::Amount);
    }
    Ok(Read::Value(match field {
        Field::Id => Value::Id(read_id(cell)?),
        Field::Due => Value::Day(
            match cell {
                Cell::Day(day) => day::read(&day.to_string()),
                Cell::Number(serial) => day::from_serial(*serial),
                other => day::read(&other.shown(Language::French)),
            }
            .map_err(Reason::Day)?,
        ),
        Field::Stage => {
            let word = cell.shown(Language::French);
            Value::Stage(Stage::parse(&word).ok_or(Reason::UnknownStage)?)
        }
        Field::Client | Field::Sector | Field::Assignee | Field::Notes | Field::Amount => {
            Value::of_text(field, &cell.shown(Language::French))
        }
    }))
}

fn read_amount(cell: &Cell) -> Result<Amount, Reason> {
    match cell {
        Cell::Number(number) => amount::from_number(*number).map(Amount::Clear).map_err(Reason::Amount),
        // Excel turns `1.5`, typed in a French sheet, into the first of May.
        Cell::Day(_) => Err(Reason::AmountIsDate),
        other => amount::read(&other.shown(Language::French)).map_err(Reason::Amount),
    }
}

fn read_id(cell: &Cell) -> Result<u64, Reason> {
    let written = tidy(&cell.shown(Language::French));
    let digits = written.trim_start_matches(['#', 'n', 'N', '°', 'º', 'o', ' ']);
    match digits.parse() {
        Ok(id @ 1..) if digits.bytes().all(|digit| digit.is_ascii_digit()) => Ok(id),
        _ => Err(Reason::NoId),
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
