//! Operators of formulas and type coercion of their operands.

use super::super::cell::{Entry, Scalar};
use super::super::locale::Locale;
use super::super::{input, number_format};
use super::Evaluator;

type Outcome = Result<Scalar, &'static str>;

/// Coerces a value to a number for arithmetic.
pub fn number(value: &Scalar) -> Result<f64, &'static str> {
    match value {
        Scalar::Blank => Ok(0.0),
        Scalar::Number(number) => Ok(*number),
        Scalar::Bool(flag) => Ok(f64::from(u8::from(*flag))),
        Scalar::Text(text) => match input::read(text, Locale::default()).entry {
            Entry::Number(number) => Ok(number),
            _ => Err("#VALUE!"),
        },
        Scalar::Error(name) => Err(name),
    }
}

/// Coerces a value to text for concatenation.
pub fn text(value: &Scalar) -> Result<String, &'static str> {
    match value {
        Scalar::Blank => Ok(String::new()),
        Scalar::Number(number) => Ok(number_format::general(*number)),
        Scalar::Bool(flag) => Ok(if *flag { "TRUE" } else { "FALSE" }.to_owned()),
        Scalar::Text(text) => Ok(text.to_string()),
        Scalar::Error(name) => Err(name),
    }
}

/// Coerces a value to a boolean for conditions.
pub fn truth(value: &Scalar) -> Result<bool, &'static str> {
    match value {
        Scalar::Bool(flag) => Ok(*flag),
        Scalar::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Scalar::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        other => number(other).map(|number| number != 0.0),
    }
}

/// Compares two values in the order of Sheets: numbers before texts before booleans.
pub fn compare(left: &Scalar, right: &Scalar) -> std::cmp::Ordering {
    let rank = |value: &Scalar| match value {
        Scalar::Number(_) | Scalar::Blank => 0,
        Scalar::Text(_) => 1,
        Scalar::Bool(_) => 2,
        Scalar::Error(_) => 3,
    };
    match (left, right) {
        (Scalar::Text(left), Scalar::Text(right)) => left.to_lowercase().cmp(&right.to_lowercase()),
        (Scalar::Blank, Scalar::Text(right)) => "".cmp(&**right),
        (Scalar::Text(left), Scalar::Blank) => (**left).cmp(""),
        _ if rank(left) != rank(right) => rank(left).cmp(&rank(right)),
        _ => number(left).unwrap_or(0.0).total_cmp(&number(right).unwrap_or(0.0)),
    }
}

/// Applies a binary operator.
pub fn binary(sign: &str, left: &Scalar, right: &Scalar) -> Scalar {
    let result = || -> Outcome {
        if let Scalar::Error(name) = left {
            return Err(name);
        }
        if let Scalar::Error(name) = right {
            return Err(name);
        }
        let order = || compare(left, right);
        Ok(match sign {
            "&" => Evaluator::text(text(left)? + &text(right)?),
            "=" => Scalar::Bool(order().is_eq()),
            "<>" => Scalar::Bool(order().is_ne()),
            "<" => Scalar::Bool(order().is_lt()),
            ">" => Scalar::Bool(order().is_gt()),
            "<=" => Scalar::Bool(order().is_le()),
            ">=" => Scalar::Bool(order().is_ge()),
            _ => Scalar::Number(arithmetic(sign, number(left)?, number(right)?)?),
        })
    };
    result().unwrap_or_else(Scalar::Error)
}

/// Applies the unary minus, `-x`.
pub fn negated(value: &Scalar) -> Scalar {
    number(value).map_or_else(Scalar::Error, |number| Scalar::Number(-number))
}

/// Applies the percent operator, `x%`.
pub fn percent(value: &Scalar) -> Scalar {
    number(value).map_or_else(Scalar::Error, |number| Scalar::Number(number / 100.0))
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
    value: Scalar,
}

impl Criterion {
    /// Parses a criterion.
    pub fn read(value: &Scalar) -> Self {
        let Scalar::Text(text) = value else {
            return Self {
                sign: "=",
                value: value.clone(),
            };
        };
        let sign = ["<=", ">=", "<>", "=", "<", ">"]
            .into_iter()
            .find(|sign| text.starts_with(sign));
        let rest = &text[sign.map_or(0, str::len)..];
        let value = Scalar::plain(&input::read(rest, Locale::default()).entry);
        Self {
            sign: sign.unwrap_or("="),
            value,
        }
    }

    /// Whether a value meets the criterion.
    pub fn holds(&self, value: &Scalar) -> bool {
        binary(self.sign, value, &self.value) == Scalar::Bool(true)
            && (std::mem::discriminant(value) == std::mem::discriminant(&self.value) || self.sign == "<>")
    }
}
