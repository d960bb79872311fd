//! Lines of the file as values of fields; what cannot be read is noted with its reason.

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

/// Google Sheets refuses a longer text in one cell: <https://support.google.com/drive/answer/37603>.
const LONGEST_TEXT: usize = 50_000;

/// All lines of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// The fields for which the file has a column.
    pub mapped: Vec<Field>,
    /// Whether it also has columns that are computed here, such as the likelihood.
    pub has_computed: bool,
    /// The lines in the order of the file.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Where the person finds it in the file.
    pub number: usize,
    /// What is wrong with it, except for an id that nobody may want.
    pub problems: Vec<Problem>,
    /// The amount, and how it was written.
    pub amount: Option<(Amount, String)>,
    /// What is wrong with its id; matters only where the id is part of the key.
    pub id_problem: Option<Problem>,
    values: [Option<Value>; Field::ALL.len()],
}

impl Line {
    /// What the line says about a field; `None` where the file has no such column, or the cell cannot be read.
    pub fn value(&self, field: Field) -> Option<&Value> {
        self.values[field as usize].as_ref()
    }

    /// The id, where there is one that can be read.
    pub fn id(&self) -> Option<u64> {
        match self.value(Field::Id) {
            Some(Value::Id(id)) => Some(*id),
            _ => None,
        }
    }

    /// Whether something stands in the id's cell.
    pub fn has_id(&self) -> bool {
        self.id().is_some() || self.id_problem.is_some()
    }

    pub(super) fn set(&mut self, field: Field, value: Value) {
        self.values[field as usize] = Some(value);
    }
}

/// Reads every line of a table.
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
    /// Becomes a value once the decimal mark is known.
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
        // Excel makes the first of May of 1.5 typed in a French sheet.
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

/// What a cell shows whose formula failed, in French and English Excel and Google Sheets.
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
