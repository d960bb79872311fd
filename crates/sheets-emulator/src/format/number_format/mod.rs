//! Number formats: `#,##0.00`, `0%`, `yyyy-mm-dd hh:mm:ss.000`, `0.00E+00`, `"$"#,##0`.
//!
//! Source: <https://developers.google.com/workspace/sheets/api/guides/formats>

pub(crate) mod date_pattern;

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::format::locale::{CurrencyDigits, Locale};

/// Number format of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberFormat {
    /// Type: `NUMBER`, `DATE`, `TEXT` …
    pub kind: Box<str>,
    /// Pattern; empty for the default of the type.
    pub pattern: Box<str>,
}

impl NumberFormat {
    /// Parses a `NumberFormat` message; `None` if it has neither type nor pattern.
    pub fn from_json(value: &Json) -> Option<Self> {
        let kind = value.get("type").and_then(Json::as_str).unwrap_or_default();
        let pattern = value.get("pattern").and_then(Json::as_str).unwrap_or_default();
        if kind.is_empty() && pattern.is_empty() {
            return None;
        }
        Some(Self {
            kind: kind.into(),
            pattern: pattern.into(),
        })
    }

    /// Whether the format displays a number as a date or time.
    pub fn is_temporal(&self) -> bool {
        match &*self.kind {
            "DATE" | "TIME" | "DATE_TIME" => true,
            "" => is_date_pattern(&self.pattern),
            _ => false,
        }
    }

    /// Whether the format makes every input text.
    pub fn is_text(&self) -> bool {
        &*self.kind == "TEXT" || &*self.pattern == "@"
    }

    fn pattern(&self, locale: Locale) -> Cow<'_, str> {
        if !self.pattern.is_empty() {
            return Cow::Borrowed(&self.pattern);
        }
        let is_american = locale == Locale::default();
        Cow::Borrowed(match &*self.kind {
            "NUMBER" => "#,##0.00",
            "PERCENT" => "0.00%",
            "CURRENCY" => return Cow::Owned(locale.currency_pattern(CurrencyDigits::Cents)),
            "DATE" => locale.day_pattern,
            "TIME" if is_american => "h:mm:ss am/pm",
            "TIME" => "HH:mm:ss",
            "DATE_TIME" => return Cow::Owned(format!("{} H:mm:ss", locale.day_pattern)),
            "SCIENTIFIC" => "0.00E+00",
            _ => "",
        })
    }

    /// Formats a number in a locale.
    pub fn show(&self, number: f64, locale: Locale) -> String {
        let pattern = &*self.pattern(locale);
        if pattern.is_empty() || pattern == "@" || pattern.eq_ignore_ascii_case("general") {
            return locale.localised(general(number));
        }
        let section = section(pattern, number);
        if is_date_pattern(section.pattern) {
            date_pattern::show(section.pattern, number)
        } else {
            numeric(&section, number, locale)
        }
    }
}

/// Default number format: ten significant digits, whole numbers in full.
pub fn general(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let size = number.abs();
    if !(1e-9..1e15).contains(&size) {
        let text = format!("{number:.5E}");
        let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
        let mantissa = trim_zeros(mantissa);
        let exponent: i32 = exponent.parse().unwrap_or(0);
        return format!(
            "{mantissa}E{}{:02}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        );
    }
    if number.fract() == 0.0 {
        return format!("{number:.0}");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 19"
    )]
    let decimals = (9.0 - size.log10().floor()).clamp(0.0, 19.0) as usize;
    trim_zeros(&format!("{number:.decimals$}")).to_owned()
}

fn trim_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

struct FormatSection<'a> {
    pattern: &'a str,
    /// Whether the section is for negative numbers and so defines its own sign.
    own_sign: bool,
}

/// Selects the section of `positive;negative;zero` for a number.
fn section(pattern: &str, number: f64) -> FormatSection<'_> {
    let parts: Vec<&str> = split_sections(pattern);
    let (index, own_sign) = match parts.len() {
        0 | 1 => (0, false),
        2 => (usize::from(number < 0.0), number < 0.0),
        _ if number < 0.0 => (1, true),
        _ if number == 0.0 => (2, false),
        _ => (0, false),
    };
    FormatSection {
        pattern: parts.get(index).copied().unwrap_or(pattern),
        own_sign,
    }
}

fn split_sections(pattern: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, letter) in pattern.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&pattern[start..]);
    parts
}

enum PatternPiece {
    Literal(String),
    /// Character and how often it is repeated.
    Run(char, usize),
    /// Elapsed time such as `[hh]`: the unit `h`, `m` or `s`, and the smallest number of digits.
    Elapsed(char, usize),
}

/// Splits a pattern into literal texts and runs of one character.
fn pieces(pattern: &str) -> Vec<PatternPiece> {
    let mut result = Vec::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => result.push(PatternPiece::Literal(
                letters.by_ref().take_while(|inner| *inner != '"').collect(),
            )),
            '\\' => result.extend(letters.next().map(|next| PatternPiece::Literal(next.to_string()))),
            '[' => bracket(
                &letters.by_ref().take_while(|inner| *inner != ']').collect::<String>(),
                &mut result,
            ),
            '_' => {
                letters.next();
                result.push(PatternPiece::Literal(" ".to_owned()));
            }
            '*' => {
                letters.next();
            }
            _ => {
                let mut count = 1;
                while letters.peek() == Some(&letter) {
                    letters.next();
                    count += 1;
                }
                result.push(PatternPiece::Run(letter, count));
            }
        }
    }
    result
}

/// Parses a bracket: `[$€-40C]` is a currency sign, `[h]` elapsed hours; others, such as `[Red]`, have no text.
fn bracket(inside: &str, result: &mut Vec<PatternPiece>) {
    if let Some(currency) = inside.strip_prefix('$') {
        let sign = currency.split('-').next().unwrap_or_default();
        result.push(PatternPiece::Literal(sign.to_owned()));
        return;
    }
    let unit = inside.chars().next().map(|letter| letter.to_ascii_lowercase());
    if let Some(unit @ ('h' | 'm' | 's')) = unit
        && inside.chars().all(|letter| letter.eq_ignore_ascii_case(&unit))
    {
        result.push(PatternPiece::Elapsed(unit, inside.len()));
    }
}

fn is_date_pattern(pattern: &str) -> bool {
    let mut digits = false;
    let mut temporal = false;
    for piece in pieces(pattern) {
        match piece {
            PatternPiece::Run('y' | 'Y' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'm' | 'M', _)
            | PatternPiece::Elapsed(..) => temporal = true,
            PatternPiece::Run('#' | '?', _) => digits = true,
            _ => {}
        }
    }
    temporal && !digits
}

/// Digit placeholders of a pattern.
#[derive(Default)]
struct DigitPattern {
    whole: usize,
    decimals: usize,
    optional_decimals: usize,
    grouped: bool,
    /// Number of commas behind the digits, each of which divides by a thousand.
    thousands: i32,
    exponent: Option<ExponentPattern>,
}

/// Exponent of a pattern such as `0.00E+00`.
#[derive(Clone, Copy)]
struct ExponentPattern {
    letter: char,
    width: usize,
    /// Whether a positive exponent shows its sign.
    has_plus: bool,
}

fn numeric(section: &FormatSection<'_>, number: f64, locale: Locale) -> String {
    let pieces = pieces(section.pattern);
    let percent = pieces.iter().any(|piece| matches!(piece, PatternPiece::Run('%', _)));
    let digits = digits(&pieces);
    let scaled = if percent { number * 100.0 } else { number } / 1000_f64.powi(digits.thousands);
    let body = locale.localised(body(&digits, scaled.abs()));
    let mut text = String::new();
    if number < 0.0 && !section.own_sign && body.chars().any(|digit| ('1'..='9').contains(&digit)) {
        text.push('-');
    }
    let mut shown = false;
    let mut exponent = false;
    for piece in &pieces {
        match piece {
            PatternPiece::Literal(literal) => text.push_str(literal),
            PatternPiece::Run('E' | 'e', _) => exponent = true,
            PatternPiece::Run('+' | '-', _) if exponent => {}
            PatternPiece::Run('0' | '#' | '?' | '.' | ',', _) => {
                if !shown {
                    text.push_str(&body);
                    shown = true;
                }
            }
            PatternPiece::Run('@', _) => text.push_str(&locale.localised(general(number))),
            PatternPiece::Run(letter, count) => text.extend(std::iter::repeat_n(*letter, *count)),
            PatternPiece::Elapsed(..) => {}
        }
    }
    text
}

fn digits(pieces: &[PatternPiece]) -> DigitPattern {
    let mut result = DigitPattern::default();
    let mut after_point = false;
    for (index, piece) in pieces.iter().enumerate() {
        match (piece, &mut result.exponent) {
            (PatternPiece::Run(letter @ ('E' | 'e'), _), _) => {
                result.exponent = Some(ExponentPattern {
                    letter: *letter,
                    width: 2,
                    has_plus: !matches!(pieces.get(index + 1), Some(PatternPiece::Run('-', _))),
                });
            }
            (PatternPiece::Run('0', count), Some(exponent)) => exponent.width = *count,
            (PatternPiece::Run('.', _), _) => after_point = true,
            (PatternPiece::Run('0', count), _) if after_point => result.decimals += count,
            (PatternPiece::Run('#' | '?', count), _) if after_point => result.optional_decimals += count,
            (PatternPiece::Run('0', count), _) => result.whole += count,
            (PatternPiece::Run(',', count), _) => match pieces.get(index + 1) {
                Some(PatternPiece::Run('0' | '#' | '?', _)) => result.grouped = true,
                _ => result.thousands += i32::try_from(*count).unwrap_or(0),
            },
            _ => {}
        }
    }
    result
}

fn body(digits: &DigitPattern, size: f64) -> String {
    let decimals = digits.decimals + digits.optional_decimals;
    if let Some(pattern) = digits.exponent {
        let text = format!("{size:.decimals$E}");
        let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let sign = match exponent {
            ..0 => "-",
            _ if pattern.has_plus => "+",
            _ => "",
        };
        let (letter, width, size) = (pattern.letter, pattern.width, exponent.abs());
        return format!("{mantissa}{letter}{sign}{size:0width$}");
    }
    let text = round_half_up(size, decimals);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = if digits.whole == 0 && whole == "0" { "" } else { whole };
    let mut whole = format!("{whole:0>width$}", width = digits.whole);
    if digits.grouped {
        whole = grouped(&whole);
    }
    let kept = fraction
        .trim_end_matches('0')
        .len()
        .max(digits.decimals)
        .min(fraction.len());
    if kept == 0 {
        whole
    } else {
        format!("{whole}.{}", &fraction[..kept])
    }
}

/// Rounds half away from zero on the decimal text, not on the binary number, as spreadsheets do.
fn round_half_up(size: f64, decimals: usize) -> String {
    let nudged = size + size * f64::EPSILON;
    format!("{nudged:.decimals$}")
}

fn grouped(whole: &str) -> String {
    let mut result = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    result
}
