//! Operators of formulas and type coercion of their operands.

use crate::{
    format::{locale::Locale, number_format, user_entered},
    formula::Evaluator,
    workbook::cell::{CellEntry, CellValue},
};

type OperatorResult = Result<CellValue, &'static str>;

/// Coerces a value to a number for arithmetic.
pub fn number(value: &CellValue) -> Result<f64, &'static str> {
    match value {
        CellValue::Blank => Ok(0.0),
        CellValue::Number(number) => Ok(*number),
        CellValue::Bool(flag) => Ok(f64::from(u8::from(*flag))),
        CellValue::Text(text) => match user_entered::read(text, Locale::default()).entry {
            CellEntry::Number(number) => Ok(number),
            _ => Err("#VALUE!"),
        },
        CellValue::Error(name) => Err(name),
    }
}

/// Coerces a value to text for concatenation.
pub fn text(value: &CellValue) -> Result<String, &'static str> {
    match value {
        CellValue::Blank => Ok(String::new()),
        CellValue::Number(number) => Ok(number_format::general(*number)),
        CellValue::Bool(flag) => Ok(if *flag { "TRUE" } else { "FALSE" }.to_owned()),
        CellValue::Text(text) => Ok(text.to_string()),
        CellValue::Error(name) => Err(name),
    }
}

/// Coerces a value to a boolean for conditions.
pub fn truth(value: &CellValue) -> Result<bool, &'static str> {
    match value {
        CellValue::Bool(flag) => Ok(*flag),
        CellValue::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        CellValue::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        other => number(other).map(|number| number != 0.0),
    }
}

/// Compares two values in the order of Sheets: numbers before texts before booleans.
pub fn compare(left: &CellValue, right: &CellValue) -> std::cmp::Ordering {
    let rank = |value: &CellValue| match value {
        CellValue::Number(_) | CellValue::Blank => 0,
        CellValue::Text(_) => 1,
        CellValue::Bool(_) => 2,
        CellValue::Error(_) => 3,
    };
    match (left, right) {
        (CellValue::Text(left), CellValue::Text(right)) => left.to_lowercase().cmp(&right.to_lowercase()),
        (CellValue::Blank, CellValue::Text(right)) => "".cmp(&**right),
        (CellValue::Text(left), CellValue::Blank) => (**left).cmp(""),
        _ if rank(left) != rank(right) => rank(left).cmp(&rank(right)),
        _ => number(left).unwrap_or(0.0).total_cmp(&number(right).unwrap_or(0.0)),
    }
}

/// Applies a binary operator.
pub fn binary(sign: &str, left: &CellValue, right: &CellValue) -> CellValue {
    let result = || -> OperatorResult {
        if let CellValue::Error(name) = left {
            return Err(name);
        }
        if let CellValue::Error(name) = right {
            return Err(name);
        }
        let order = || compare(left, right);
        Ok(match sign {
            "&" => Evaluator::text(text(left)? + &text(right)?),
            "=" => CellValue::Bool(order().is_eq()),
            "<>" => CellValue::Bool(order().is_ne()),
            "<" => CellValue::Bool(order().is_lt()),
            ">" => CellValue::Bool(order().is_gt()),
            "<=" => CellValue::Bool(order().is_le()),
            ">=" => CellValue::Bool(order().is_ge()),
            _ => CellValue::Number(arithmetic(sign, number(left)?, number(right)?)?),
        })
    };
    result().unwrap_or_else(CellValue::Error)
}

/// Applies the unary minus, `-x`.
pub fn negated(value: &CellValue) -> CellValue {
    number(value).map_or_else(CellValue::Error, |number| CellValue::Number(-number))
}

/// Applies the percent operator, `x%`.
pub fn percent(value: &CellValue) -> CellValue {
    number(value).map_or_else(CellValue::Error, |number| CellValue::Number(number / 100.0))
}

fn arithmetic(sign: &str, left: f64, right: f64) -> Result<f64, &'static str> {
    match sign {
        "+" => Ok(left + right),
        "-" => Ok(left - right),
        "*" => Ok(left * right),
        "/" if right == 0.0 => Err("#DIV/0!"),
        "/" => Ok(left / right),
        _ => Ok(left.powf(right)),
    }
}

/// Criterion of `COUNTIF` and `SUMIF`: `">=5"`, `"<>x"`, or a value to equal.
pub struct Criterion {
    sign: &'static str,
    value: CellValue,
}

impl Criterion {
    /// Parses a criterion.
    pub fn read(value: &CellValue) -> Self {
        let CellValue::Text(text) = value else {
            return Self {
                sign: "=",
                value: value.clone(),
            };
        };
        let sign = ["<=", ">=", "<>", "=", "<", ">"]
            .into_iter()
            .find(|sign| text.starts_with(sign));
        let rest = &text[sign.map_or(0, str::len)..];
        let value = CellValue::plain(&user_entered::read(rest, Locale::default()).entry);
        Self {
            sign: sign.unwrap_or("="),
            value,
        }
    }

    /// Whether a value meets the criterion.
    pub fn holds(&self, value: &CellValue) -> bool {
        binary(self.sign, value, &self.value) == CellValue::Bool(true)
            && (std::mem::discriminant(value) == std::mem::discriminant(&self.value) || self.sign == "<>")
    }
}
