//! Functions of formulas: statistics, logic, text, mathematics and dates.

use crate::{
    format::serial_date,
    formula::{
        Evaluator, Operand,
        operators::{Criterion, number, text, truth},
        parser::Expression,
    },
    workbook::cell::CellValue,
};

/// Result of a function: a value or an error value such as `#N/A`.
pub type FunctionResult = Result<CellValue, &'static str>;

/// Call of a function.
pub struct FunctionCall<'a, 'b> {
    /// Evaluates the arguments.
    pub evaluator: &'a Evaluator<'b>,
    /// Position of the tab that contains the formula.
    pub sheet: usize,
    /// Argument expressions.
    pub arguments: &'a [Expression],
}

impl FunctionCall<'_, '_> {
    /// Evaluates the function with this upper-case name; `#NAME?` for an unknown one.
    pub fn run(&self, name: &str) -> CellValue {
        let outcome = self
            .statistics(name)
            .or_else(|| self.logic(name))
            .or_else(|| self.texts(name));
        let outcome = outcome
            .or_else(|| self.mathematics(name))
            .or_else(|| self.dates(name))
            .or_else(|| self.lookups(name));
        outcome.unwrap_or(Err("#NAME?")).unwrap_or_else(CellValue::Error)
    }

    /// Value of an argument; an error value becomes `Err`.
    pub fn argument(&self, index: usize) -> FunctionResult {
        let expression = self.arguments.get(index).ok_or("#N/A")?;
        match self.evaluator.value(self.sheet, expression) {
            CellValue::Error(name) => Err(name),
            value => Ok(value),
        }
    }

    /// Argument as a number.
    pub fn number(&self, index: usize) -> Result<f64, &'static str> {
        number(&self.argument(index)?)
    }

    /// Argument as a number, or a default if it is omitted.
    pub fn number_or(&self, index: usize, default: f64) -> Result<f64, &'static str> {
        if index < self.arguments.len() {
            self.number(index)
        } else {
            Ok(default)
        }
    }

    fn text(&self, index: usize) -> Result<String, &'static str> {
        text(&self.argument(index)?)
    }

    /// Argument as an operand, which may be a range.
    pub fn operand(&self, index: usize) -> Result<Operand, &'static str> {
        Ok(self
            .evaluator
            .operand(self.sheet, self.arguments.get(index).ok_or("#N/A")?))
    }

    /// All values of all arguments.
    fn all(&self) -> Vec<CellValue> {
        self.arguments
            .iter()
            .flat_map(|argument| self.evaluator.values(&self.evaluator.operand(self.sheet, argument)))
            .collect()
    }

    /// Numbers of all arguments; texts and booleans inside ranges are ignored.
    fn numbers(&self) -> Result<Vec<f64>, &'static str> {
        let mut list = Vec::new();
        for argument in self.arguments {
            let operand = self.evaluator.operand(self.sheet, argument);
            let direct = matches!(
                argument,
                Expression::Number(_) | Expression::Text(_) | Expression::Name(_)
            );
            for value in self.evaluator.values(&operand) {
                match value {
                    CellValue::Number(number) => list.push(number),
                    CellValue::Error(name) => return Err(name),
                    other if direct => list.push(number(&other)?),
                    _ => {}
                }
            }
        }
        Ok(list)
    }

    fn statistics(&self, name: &str) -> Option<FunctionResult> {
        let of = |rule: &dyn Fn(&[f64]) -> FunctionResult| Some(self.numbers().and_then(|numbers| rule(&numbers)));
        match name {
            "SUM" => of(&|numbers| Ok(CellValue::Number(numbers.iter().sum()))),
            "PRODUCT" => of(&|numbers| Ok(CellValue::Number(numbers.iter().product()))),
            "MIN" => of(&|numbers| {
                Ok(CellValue::Number(
                    numbers.iter().copied().reduce(f64::min).unwrap_or(0.0),
                ))
            }),
            "MAX" => of(&|numbers| {
                Ok(CellValue::Number(
                    numbers.iter().copied().reduce(f64::max).unwrap_or(0.0),
                ))
            }),
            "AVERAGE" => of(&|numbers| mean(numbers)),
            "MEDIAN" => of(&|numbers| median(numbers)),
            "COUNT" => {
                let count = self
                    .all()
                    .iter()
                    .filter(|value| matches!(value, CellValue::Number(_)))
                    .count();
                Some(Ok(count_of(count)))
            }
            "COUNTA" => Some(Ok(count_of(self.all().len()))),
            "COUNTIF" => Some(self.count_if()),
            "SUMIF" => Some(self.sum_if()),
            _ => None,
        }
    }

    fn count_if(&self) -> FunctionResult {
        let criterion = Criterion::read(&self.argument(1)?);
        Ok(count_of(
            self.evaluator
                .values(&self.operand(0)?)
                .iter()
                .filter(|value| criterion.holds(value))
                .count(),
        ))
    }

    fn sum_if(&self) -> FunctionResult {
        let criterion = Criterion::read(&self.argument(1)?);
        let Operand::Many(sheet, tested) = self.operand(0)? else {
            return Err("#N/A");
        };
        let (summed_sheet, summed) = match self.arguments.get(2).map(|_| self.operand(2)).transpose()? {
            Some(Operand::Many(sheet, area)) => (sheet, area),
            _ => (sheet, tested),
        };
        let mut sum = 0.0;
        for row in 0..tested.height() {
            for column in 0..tested.width() {
                let value = self.evaluator.cell(sheet, tested.top + row, tested.left + column);
                let added = self
                    .evaluator
                    .cell(summed_sheet, summed.top + row, summed.left + column);
                if let (true, CellValue::Number(number)) = (criterion.holds(&value), added) {
                    sum += number;
                }
            }
        }
        Ok(CellValue::Number(sum))
    }

    fn logic(&self, name: &str) -> Option<FunctionResult> {
        Some(match name {
            "IF" => {
                self.argument(0)
                    .and_then(|value| truth(&value))
                    .and_then(|flag| match (flag, self.arguments.len()) {
                        (true, _) => self.argument(1),
                        (false, 0..=2) => Ok(CellValue::Bool(false)),
                        (false, _) => self.argument(2),
                    })
            }
            "IFERROR" => match self.argument(0) {
                Err(_) if self.arguments.len() < 2 => Ok(CellValue::Text("".into())),
                Err(_) => self.argument(1),
                fine => fine,
            },
            "AND" => self
                .all()
                .iter()
                .map(truth)
                .try_fold(true, |all, flag| Ok(all && flag?))
                .map(CellValue::Bool),
            "OR" => self
                .all()
                .iter()
                .map(truth)
                .try_fold(false, |any, flag| Ok(any || flag?))
                .map(CellValue::Bool),
            "NOT" => self
                .argument(0)
                .and_then(|value| truth(&value))
                .map(|flag| CellValue::Bool(!flag)),
            "TRUE" => Ok(CellValue::Bool(true)),
            "FALSE" => Ok(CellValue::Bool(false)),
            "ISBLANK" => self.argument(0).map(|value| CellValue::Bool(value == CellValue::Blank)),
            "ISNUMBER" => Ok(CellValue::Bool(matches!(self.argument(0), Ok(CellValue::Number(_))))),
            "ISTEXT" => Ok(CellValue::Bool(matches!(self.argument(0), Ok(CellValue::Text(_))))),
            "ISERROR" => Ok(CellValue::Bool(self.argument(0).is_err())),
            "NA" => Err("#N/A"),
            _ => return None,
        })
    }

    fn texts(&self, name: &str) -> Option<FunctionResult> {
        let of = |rule: &dyn Fn(&str) -> CellValue| self.text(0).map(|text| rule(&text));
        let joined = || {
            self.all()
                .iter()
                .map(text)
                .collect::<Result<String, _>>()
                .map(Evaluator::text)
        };
        Some(match name {
            "CONCATENATE" | "CONCAT" => joined(),
            "JOIN" => self.join(),
            "LEN" => of(&|text| count_of(text.chars().count())),
            "UPPER" => of(&|text| Evaluator::text(text.to_uppercase())),
            "LOWER" => of(&|text| Evaluator::text(text.to_lowercase())),
            "TRIM" => of(&|text| Evaluator::text(text.split_whitespace().collect::<Vec<_>>().join(" "))),
            "LEFT" => self
                .number_or(1, 1.0)
                .and_then(|count| Ok(slice(&self.text(0)?, 0, whole(count)))),
            "RIGHT" => self.number_or(1, 1.0).and_then(|count| {
                let text = self.text(0)?;
                Ok(slice(
                    &text,
                    text.chars().count().saturating_sub(whole(count)),
                    whole(count),
                ))
            }),
            "MID" => self.number(1).and_then(|start| {
                Ok(slice(
                    &self.text(0)?,
                    whole(start).saturating_sub(1),
                    whole(self.number(2)?),
                ))
            }),
            "VALUE" => self.number(0).map(CellValue::Number),
            "HYPERLINK" => {
                if self.arguments.len() > 1 {
                    self.argument(1)
                } else {
                    self.argument(0)
                }
            }
            _ => return None,
        })
    }

    fn join(&self) -> FunctionResult {
        let delimiter = self.text(0)?;
        let rest = FunctionCall {
            evaluator: self.evaluator,
            sheet: self.sheet,
            arguments: &self.arguments[1..],
        };
        let parts: Vec<String> = rest.all().iter().map(text).collect::<Result<_, _>>()?;
        Ok(Evaluator::text(parts.join(&delimiter)))
    }

    fn mathematics(&self, name: &str) -> Option<FunctionResult> {
        let of = |rule: fn(f64) -> f64| self.number(0).map(rule);
        let result = match name {
            "ABS" => of(f64::abs),
            "INT" => of(f64::floor),
            "SQRT" => of(f64::sqrt),
            "EXP" => of(f64::exp),
            "LN" => of(f64::ln),
            "PI" => Ok(std::f64::consts::PI),
            "POWER" => self.number(0).and_then(|base| Ok(base.powf(self.number(1)?))),
            "MOD" => self.number(0).and_then(|dividend| match self.number(1)? {
                0.0 => Err("#DIV/0!"),
                divisor => Ok(dividend - divisor * (dividend / divisor).floor()),
            }),
            "ROUND" => self.rounded(f64::round),
            "ROUNDUP" => self.rounded(|value| value.abs().ceil().copysign(value)),
            "ROUNDDOWN" | "TRUNC" => self.rounded(f64::trunc),
            _ => return None,
        };
        Some(result.map(CellValue::Number))
    }

    fn rounded(&self, rule: fn(f64) -> f64) -> Result<f64, &'static str> {
        let factor = 10f64.powf(self.number_or(1, 0.0)?);
        Ok(rule(self.number(0)? * factor) / factor)
    }

    fn dates(&self, name: &str) -> Option<FunctionResult> {
        let now = || jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).datetime();
        let part = |rule: fn(jiff::civil::DateTime) -> f64| {
            self.number(0)
                .and_then(|serial| serial_date::to_date_time(serial).map(rule).ok_or("#NUM!"))
        };
        let result = match name {
            "TODAY" => Ok(serial_date::from_date(now().date())),
            "NOW" => Ok(serial_date::from_date_time(now())),
            "DATE" => self.date(),
            "YEAR" => part(|time| f64::from(time.year())),
            "MONTH" => part(|time| f64::from(time.month())),
            "DAY" => part(|time| f64::from(time.day())),
            _ => return None,
        };
        Some(result.map(CellValue::Number))
    }

    fn date(&self) -> Result<f64, &'static str> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a year far out of range is refused below"
        )]
        let (year, month, day) = (self.number(0)? as i16, self.number(1)? as i32 - 1, self.number(2)?);
        // Years before 1900 count from 1900 (https://support.google.com/docs/answer/3092969).
        let year = match year {
            ..0 => return Err("#NUM!"),
            0..1900 => year + 1900,
            _ => year,
        };
        let first = jiff::civil::Date::new(year, 1, 1).map_err(|_| "#NUM!")?;
        let first = first
            .checked_add(jiff::Span::new().months(month))
            .map_err(|_| "#NUM!")?;
        Ok(serial_date::from_date(first) + day.floor() - 1.0)
    }
}

fn mean(numbers: &[f64]) -> FunctionResult {
    if numbers.is_empty() {
        return Err("#DIV/0!");
    }
    #[expect(clippy::cast_precision_loss, reason = "a sheet has at most ten million cells")]
    Ok(CellValue::Number(numbers.iter().sum::<f64>() / numbers.len() as f64))
}

fn median(numbers: &[f64]) -> FunctionResult {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => Err("#NUM!"),
        count if count % 2 == 0 => Ok(CellValue::Number(f64::midpoint(sorted[middle - 1], sorted[middle]))),
        _ => Ok(CellValue::Number(sorted[middle])),
    }
}

fn count_of(count: usize) -> CellValue {
    #[expect(clippy::cast_precision_loss, reason = "a sheet has at most ten million cells")]
    CellValue::Number(count as f64)
}

fn whole(number: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what a cell may hold"
    )]
    let count = number.clamp(0.0, 50_000.0) as usize;
    count
}

fn slice(text: &str, start: usize, count: usize) -> CellValue {
    Evaluator::text(text.chars().skip(start).take(count).collect())
}
