//! Plain values: reading, writing and appending (`spreadsheets.values`).
//!
//! Source: <https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values>

pub(crate) mod append;
pub(crate) mod read;
pub(crate) mod write;

use serde_json::Value as Json;

use crate::{format::locale::Locale, proto::error::ApiError};

/// Option `ValueRenderOption`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ValueRenderOption {
    /// `FORMATTED_VALUE`: formatted as displayed.
    #[default]
    Formatted,
    /// `UNFORMATTED_VALUE`: numbers as numbers.
    Unformatted,
    /// `FORMULA`: formulas as entered.
    Formula,
}

/// Options for reading values.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions {
    /// Parameter `valueRenderOption`.
    pub render: ValueRenderOption,
    /// Parameter `dateTimeRenderOption=FORMATTED_STRING`: dates as text even where numbers are unformatted.
    pub dates_as_text: bool,
    /// Parameter `majorDimension=COLUMNS`.
    pub by_columns: bool,
    /// Locale of the spreadsheet.
    pub locale: Locale,
}

/// Option `ValueInputOption`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueInputOption {
    /// `RAW`: texts stay texts.
    Raw,
    /// `USER_ENTERED`: texts are parsed as if typed by a user.
    UserEntered,
}

/// Option `InsertDataOption`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertDataOption {
    /// `OVERWRITE`: rows are written over what is below the table.
    Overwrite,
    /// `INSERT_ROWS`: rows are inserted below the table.
    InsertRows,
}

/// Rows to enter.
#[derive(Clone, Copy, Debug)]
pub struct InputRows<'a> {
    /// Values by row.
    pub rows: &'a [Vec<Json>],
    /// `RAW` or `USER_ENTERED`.
    pub input: ValueInputOption,
}

/// Options for entering a value into a cell.
#[derive(Clone, Copy, Debug)]
pub struct InputContext {
    /// `RAW` or `USER_ENTERED`.
    pub input: ValueInputOption,
    /// Locale of the spreadsheet.
    pub locale: Locale,
}

fn choice(field: &str, kind: &str, text: &str, known: &[&str]) -> Result<usize, ApiError> {
    known.iter().position(|name| *name == text).ok_or_else(|| {
        ApiError::field(
            field,
            format!("Invalid value at '{field}' (type.googleapis.com/google.apps.sheets.v4.{kind}), \"{text}\""),
        )
    })
}

impl ReadOptions {
    /// Parses the three options.
    ///
    /// # Errors
    /// 400 for an unknown option value.
    pub fn parse(render: Option<&str>, dates: Option<&str>, dimension: Option<&str>) -> Result<Self, ApiError> {
        let render = match render {
            None => ValueRenderOption::Formatted,
            Some(text) => {
                let known = ["FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"];
                match choice("value_render_option", "ValueRenderOption", text, &known)? {
                    0 => ValueRenderOption::Formatted,
                    1 => ValueRenderOption::Unformatted,
                    _ => ValueRenderOption::Formula,
                }
            }
        };
        let dates_as_text = match dates {
            None => false,
            Some(text) => {
                let known = ["SERIAL_NUMBER", "FORMATTED_STRING"];
                choice("date_time_render_option", "DateTimeRenderOption", text, &known)? == 1
            }
        };
        Ok(Self {
            render,
            dates_as_text,
            by_columns: by_columns(dimension)?,
            locale: Locale::default(),
        })
    }
}

/// Parses `majorDimension`; `true` for `COLUMNS`.
///
/// # Errors
/// 400 for an unknown dimension.
pub fn by_columns(dimension: Option<&str>) -> Result<bool, ApiError> {
    match dimension {
        None => Ok(false),
        Some(text) => {
            let known = ["DIMENSION_UNSPECIFIED", "ROWS", "COLUMNS"];
            Ok(choice("major_dimension", "Dimension", text, &known)? == 2)
        }
    }
}

impl InsertDataOption {
    /// Parses `insertDataOption`; the default is `OVERWRITE`.
    ///
    /// # Errors
    /// 400 for an unknown value.
    pub fn parse(text: Option<&str>) -> Result<Self, ApiError> {
        let known = ["OVERWRITE", "INSERT_ROWS"];
        match text {
            Some(text) if choice("insert_data_option", "InsertDataOption", text, &known)? == 1 => Ok(Self::InsertRows),
            _ => Ok(Self::Overwrite),
        }
    }
}

impl ValueInputOption {
    /// Parses `valueInputOption`, which has no default.
    ///
    /// # Errors
    /// 400 if it is missing or unknown.
    pub fn parse(text: Option<&str>) -> Result<Self, ApiError> {
        let missing = || ApiError::invalid("'valueInputOption' is required but not specified");
        let known = ["INPUT_VALUE_OPTION_UNSPECIFIED", "RAW", "USER_ENTERED"];
        match choice(
            "value_input_option",
            "ValueInputOption",
            text.ok_or_else(missing)?,
            &known,
        )? {
            0 => Err(missing()),
            1 => Ok(Self::Raw),
            _ => Ok(Self::UserEntered),
        }
    }
}

/// Parses the `values` of a `ValueRange` into rows, transposing columns if needed.
///
/// # Errors
/// 400 with Google's message for anything but a list of lists of plain values.
pub fn rows_of(body: &Json, field: &str) -> Result<Vec<Vec<Json>>, ApiError> {
    let lists = match body.get("values") {
        None => return Ok(Vec::new()),
        Some(Json::Array(lists)) => lists,
        Some(other) => return Err(not_a_list(field, other)),
    };
    let mut rows = Vec::with_capacity(lists.len());
    for (index, list) in lists.iter().enumerate() {
        let Json::Array(cells) = list else {
            return Err(not_a_list(&format!("{field}[{index}]"), list));
        };
        for (column, cell) in cells.iter().enumerate() {
            if cell.is_object() || cell.is_array() {
                return Err(not_a_value(index, column, cell));
            }
        }
        rows.push(cells.clone());
    }
    let transposed = by_columns(body.get("majorDimension").and_then(Json::as_str))?;
    Ok(if transposed { transpose(&rows) } else { rows })
}

fn not_a_list(field: &str, found: &Json) -> ApiError {
    let message = format!("Invalid value at '{field}' (type.googleapis.com/google.protobuf.ListValue), {found}");
    ApiError::field(field, message)
}

fn not_a_value(row: usize, column: usize, found: &Json) -> ApiError {
    let kind = if found.is_object() {
        "struct_value"
    } else {
        "list_value"
    };
    ApiError::invalid(format!("Invalid values[{row}][{column}]: {kind} {found}"))
}

fn transpose(columns: &[Vec<Json>]) -> Vec<Vec<Json>> {
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |column: &Vec<Json>, row: usize| column.get(row).cloned().unwrap_or(Json::Null);
    (0..height)
        .map(|row| columns.iter().map(|column| cell(column, row)).collect())
        .collect()
}
