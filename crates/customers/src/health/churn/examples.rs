//! Labelled examples: a table with columns of numbers or words and possibly empty cells.

use std::collections::HashSet;

/// Texts that count as an empty cell.
const EMPTY: &[&str] = &["", "na", "n/a", "nan", "null", "none", "?"];
/// Labels of rows that left.
const POSITIVE: &[&str] = &[
    "1",
    "yes",
    "y",
    "true",
    "t",
    "churn",
    "churned",
    "left",
    "lost",
    "exited",
    "attrited",
    "attrited customer",
    "cancelled",
    "canceled",
    "oui",
    "vrai",
];
/// Labels of rows that stayed.
const NEGATIVE: &[&str] = &[
    "0",
    "no",
    "n",
    "false",
    "f",
    "stayed",
    "retained",
    "active",
    "existing",
    "existing customer",
    "current",
    "joined",
    "not churned",
    "non",
    "faux",
];

/// Maximum number of categories: a text column with more is treated as an identifier.
pub const MAX_CATEGORIES: usize = 30;

/// A column of examples.
#[derive(Clone, Debug, PartialEq)]
pub struct ExampleColumn {
    /// Header.
    pub name: String,
    /// One value per row.
    pub values: ColumnValues,
}

/// Values of a column, one per row; `None` for an empty cell.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// Finite numbers.
    Numbers(Vec<Option<f64>>),
    /// Categories.
    Words(Vec<Option<String>>),
}

/// Examples with labels.
#[derive(Clone, Debug, PartialEq)]
pub struct ExampleTable {
    /// Feature columns.
    pub columns: Vec<ExampleColumn>,
    /// Whether each row left.
    pub labels: Vec<bool>,
    /// Notes for people on what was left out, and why.
    pub notes: Vec<String>,
}

impl ExampleTable {
    /// Builds a table from headers and text rows. A column is numeric when every filled cell is a number.
    ///
    /// # Errors
    /// A message that names the column or row and the expected value.
    pub fn of_text(headers: &[String], rows: &[Vec<String>], label: &str) -> Result<Self, String> {
        let wanted = label.trim().to_lowercase();
        let is_label = |header: &String| header.trim().to_lowercase() == wanted;
        let index = headers
            .iter()
            .position(is_label)
            .ok_or_else(|| format!("There is no column “{label}”. The columns are: {}.", headers.join(", ")))?;
        let mut notes = Vec::new();
        let (rows, labels) = labelled_rows(rows, index, label, &mut notes)?;
        let mut columns = Vec::new();
        for (at, header) in headers.iter().enumerate().filter(|(at, _)| *at != index) {
            let cells: Vec<Option<&str>> = rows.iter().map(|row| non_empty(row.get(at))).collect();
            let column = ExampleColumn {
                name: header.trim().to_owned(),
                values: values(&cells),
            };
            match unusable_reason(&column) {
                Some(why) => notes.push(format!("“{}” is left out: {why}.", column.name)),
                None => columns.push(column),
            }
        }
        if columns.is_empty() {
            return Err("Beside the label no column says anything; nothing can be learned from this file.".to_owned());
        }
        Ok(Self { columns, labels, notes })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Number of rows that left.
    pub fn left(&self) -> usize {
        self.labels.iter().filter(|label| **label).count()
    }
}

fn non_empty(cell: Option<&String>) -> Option<&str> {
    let text = cell.map(|cell| cell.trim())?;
    (!EMPTY.contains(&text.to_lowercase().as_str())).then_some(text)
}

/// Rows with a label, and their labels.
fn labelled_rows<'a>(
    rows: &'a [Vec<String>],
    index: usize,
    name: &str,
    notes: &mut Vec<String>,
) -> Result<(Vec<&'a Vec<String>>, Vec<bool>), String> {
    let mut known = Vec::new();
    let mut labels = Vec::new();
    for (row, number) in rows.iter().zip(2..) {
        let Some(text) = non_empty(row.get(index)) else {
            continue;
        };
        let word = text.to_lowercase();
        let word = word.trim_end_matches(['.', ' ']).trim_end_matches(".0");
        let label = match word {
            word if POSITIVE.contains(&word) => true,
            word if NEGATIVE.contains(&word) => false,
            _ => {
                return Err(format!(
                    "Line {number}: the label in “{name}” is “{text}”; yes or no, 1 or 0, true or false are expected."
                ));
            }
        };
        known.push(row);
        labels.push(label);
    }
    match rows.len() - known.len() {
        0 => {}
        1 => notes.push("1 row without a label is left out.".to_owned()),
        without => notes.push(format!("{without} rows without a label are left out.")),
    }
    Ok((known, labels))
}

fn values(cells: &[Option<&str>]) -> ColumnValues {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let all_numbers = cells.iter().flatten().all(|text| number(text).is_some());
    if all_numbers {
        ColumnValues::Numbers(cells.iter().map(|cell| cell.and_then(number)).collect())
    } else {
        ColumnValues::Words(cells.iter().map(|cell| cell.map(str::to_owned)).collect())
    }
}

/// Reason why a column is unusable: it is constant or an identifier.
fn unusable_reason(column: &ExampleColumn) -> Option<String> {
    let (known, different, are_ids) = match &column.values {
        ColumnValues::Numbers(numbers) => {
            let known: Vec<u64> = numbers.iter().flatten().map(|number| number.to_bits()).collect();
            let different = known.iter().collect::<HashSet<_>>().len();
            let whole = numbers.iter().flatten().all(|number| number.fract() == 0.0);
            let is_named_so = is_identifier_name(&column.name);
            let counts_up = numbers.windows(2).all(|pair| pair[0] < pair[1]);
            (
                known.len(),
                different,
                whole && different == known.len() && (is_named_so || counts_up && known.len() > 10),
            )
        }
        ColumnValues::Words(words) => {
            let known: Vec<&String> = words.iter().flatten().collect();
            let different = known.iter().collect::<HashSet<_>>().len();
            (known.len(), different, false)
        }
    };
    let is_words = matches!(column.values, ColumnValues::Words(_));
    match different {
        0 => Some("it is empty".to_owned()),
        1 => Some("it says the same in every row".to_owned()),
        _ if are_ids => Some("every row has another number, so it names the rows".to_owned()),
        _ if is_words && different == known && known > 2 => {
            Some("every row has another word, so it names the rows".to_owned())
        }
        many if is_words && many > MAX_CATEGORIES && many * 20 > known => {
            Some(format!("{many} different words are too many for {known} rows"))
        }
        many if is_words && many > 100 => Some(format!("{many} different words are too many")),
        _ => None,
    }
}

fn is_identifier_name(name: &str) -> bool {
    let name = name.to_lowercase();
    name == "id"
        || name.ends_with("_id")
        || name.ends_with("id") && name.starts_with("customer")
        || name.starts_with("rowname")
        || name.starts_with("unnamed")
}
